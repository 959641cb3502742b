"""Serves the desk: site, today, plan, outbox, and the pages behind the links in mails."""

from __future__ import annotations

import ipaddress
from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from starlette.applications import Starlette

    from topmind.desk.reload import Reload


def application(root: Path, *, as_of: str | None, host: str) -> tuple[Starlette, Reload]:
    """The desk of a project, and what makes its open pages follow the files; builds the site where there is none.
    Files with errors are no reason not to open it: it is where they are shown. Raises ContentError where not even the
    company's file or the fields can be read."""
    from topmind.desk.opening import follow, open_desk
    from topmind.errors import ContentError
    from topmind.run import load, site
    from topmind.run.clock import SystemClock
    from topmind.run.preview import Watching
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
    watching = Watching(project.settings.root, as_of=as_of, clock=clock)
    reload = follow(project, watching, clock, as_of=as_of)
    desk = open_desk(project, clock, host=host, as_of=as_of, watching=watching, reload=reload)
    return desk, reload


def serve(root: Path, *, as_of: str | None, host: str, port: int, only_prepare: bool = False) -> None:
    """Serve the desk until Ctrl-C."""
    from topmind.cli import ends_at_once
    from topmind.desk import server

    app, reload = application(root, as_of=as_of, host=host)
    address = f"http://{host}:{port}"
    if only_prepare:
        click.echo(f"Ready: `topmind preview` serves it on {address}/desk/")
        return
    click.echo(
        f"\nSite     {address}/\nDesk     {address}/desk/\nPreview  {address}/desk/preview/\nOutbox   {address}/desk/outbox/\nWhat you save shows at once. Ctrl-C ends it."
    )
    if said := warning(host):
        click.echo(said, err=True)
    ends_at_once.set()
    reload.start()
    server.serve(app, host=host, port=port, at_end=reload.end)


def warning(host: str) -> str:
    """One line where others than this machine reach the desk; "" where nobody does."""
    try:
        alone = ipaddress.ip_address(host).is_loopback
    except ValueError:
        alone = host.lower() == "localhost"
    if alone:
        return ""
    return (
        "WARNING: whoever reaches this machine sees your contacts and what they get, without a password. "
        "Leave --host out to keep it to yourself."
    )
