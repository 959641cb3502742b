"""Serves the desk: site, today, plan, outbox, and the pages behind the links in mails."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from starlette.applications import Starlette


def application(root: Path, *, as_of: str | None, host: str) -> Starlette:
    """The desk of a project; builds the site where there is none. Files with errors are no reason not to open it: it
    is where they are shown. Raises ContentError where not even the company's file or the fields can be read."""
    from topmind.desk.opening import open_desk
    from topmind.errors import ContentError
    from topmind.run import load, site
    from topmind.run.clock import SystemClock
    from topmind.run.preview.watching import readable

    clock = SystemClock()
    seen = load.look(root, as_of=as_of, clock=clock)
    project = readable(seen)
    if project is None:
        raise ContentError(seen.problems)
    if seen.project is None:
        click.echo("There are errors in the files; the desk shows them under Findings.")
    elif not (project.root / "output" / "index.html").is_file():
        click.echo("Building the site …")
        site.build(project, clock)
    return open_desk(project, clock, host=host, as_of=as_of)


def serve(root: Path, *, as_of: str | None, host: str, port: int, only_prepare: bool = False) -> None:
    """Serve the desk until Ctrl-C."""
    from topmind.desk import server

    app = application(root, as_of=as_of, host=host)
    address = f"http://{host}:{port}"
    if only_prepare:
        click.echo(f"Ready: `topmind preview` serves it on {address}/desk/")
        return
    click.echo(
        f"\nSite     {address}/\nDesk     {address}/desk/\nPreview  {address}/desk/preview/\nOutbox   {address}/desk/outbox/\nCtrl-C ends it."
    )
    server.serve(app, host=host, port=port)
