"""Puts the desk of a project together: its site, outbox, last run, and live pages on its own key ring and inbox."""

from __future__ import annotations

from starlette.applications import Starlette

from topmind import live
from topmind.desk import outbox
from topmind.desk.app import HOSTS, app
from topmind.desk.calendar_page import Calendar
from topmind.desk.editing import editor
from topmind.desk.last_run import read
from topmind.links import Links
from topmind.model import Clock
from topmind.report import last_plan
from topmind.run.load import Project
from topmind.run.places import inbox, key_ring


def open_desk(project: Project, clock: Clock, *, host: str = "127.0.0.1") -> Starlette:
    """The desk of a loaded project; `host` is the name or address it will be served on.

    What people press on its live pages lands in `var/inbox/`, and the next run folds it in.
    """
    settings, company = project.settings, project.catalog.company
    mails = settings.var / "outbox"
    pages = live.app(
        inbox=inbox(settings),
        links=Links(key_ring(settings), settings.live_url),
        brand=project.brand,
        company=company.name,
        clock=clock,
        topics=company.topics,
        view=lambda who: outbox.of_touch(mails, who.touch_hex),
    )
    return app(
        site=settings.root / "output",
        outbox=mails,
        brand=project.brand,
        company=project.brand.logo.text or company.name,
        last_run=lambda: read(settings.var / "last-run.json"),
        live=pages,
        site_url=company.site,
        dates=company.dates,
        hosts=tuple({*HOSTS, host}),
        calendar=Calendar(
            last_plan=lambda: last_plan.read(settings.var / "last-plan.json"),
            root=settings.root,
            edit=editor(settings.root),
            dates=company.dates,
        ),
    )
