"""Serves the desk: site, today, plan, outbox, and the pages behind the links in mails."""

from __future__ import annotations

from pathlib import Path

import click


def serve(root: Path, *, as_of: str | None, host: str, port: int, only_prepare: bool = False) -> None:
    """Build the site where there is none, then serve until Ctrl-C."""
    from topmind import brand, links, live
    from topmind.desk import app as desk
    from topmind.desk import server
    from topmind.desk.last_run import read
    from topmind.run import load, places, site
    from topmind.run.clock import SystemClock

    clock = SystemClock()
    project = load.load(root, as_of=as_of, clock=clock)
    settings, company = project.settings, project.catalog.company
    output = settings.root / "output"
    if not (output / "index.html").is_file():
        click.echo("Building the site …")
        site.build(project, clock)
    look = brand.load(settings.root)
    pages = live.app(
        inbox=places.inbox(settings),
        links=links.Links(places.key_ring(settings), settings.live_url),
        brand=look,
        company=company.name,
        clock=clock,
        topics=company.topics,
    )
    application = desk.app(
        site=output,
        outbox=settings.var / "outbox",
        brand=look,
        company=company.name,
        last_run=lambda: read(settings.var / "last-run.json"),
        live=pages,
        site_url=company.site,
        hosts=(*desk.HOSTS, host),
    )
    address = f"http://{host}:{port}"
    if only_prepare:
        click.echo(f"Ready: `topmind preview` serves it on {address}/desk/")
        return
    click.echo(
        f"\nSite    {address}/\nDesk    {address}/desk/\nOutbox  {address}/desk/outbox/\nCtrl-C ends it."
    )
    server.serve(application, host=host, port=port)
