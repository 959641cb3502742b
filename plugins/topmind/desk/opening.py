"""Puts the desk of a project together: its site, outbox, last run, and live pages on its own key ring and inbox."""

from __future__ import annotations

import secrets

from starlette.applications import Starlette

from topmind import live
from topmind.desk import outbox
from topmind.desk.app import HOSTS, app, own_addresses
from topmind.desk.calendar_page import Calendar
from topmind.desk.control_routes import ControlRoutes
from topmind.desk.doing import controls, deeds, story
from topmind.desk.editing import editor
from topmind.desk.last_run import read
from topmind.desk.noting import Noting
from topmind.desk.preview_routes import PreviewRoutes
from topmind.desk.rebuilding import Rebuilding
from topmind.desk.reload import Reload
from topmind.links import Links
from topmind.model import Clock
from topmind.planning.occasions import RESCUE, RESCUE_TITLE
from topmind.report import last_plan
from topmind.run import control
from topmind.run.load import Project
from topmind.run.places import inbox, key_ring
from topmind.run.preview import Watching


def open_desk(
    project: Project,
    clock: Clock,
    *,
    host: str = "127.0.0.1",
    as_of: str | None = None,
    watching: Watching | None = None,
    reload: Reload | None = None,
) -> Starlette:
    """The desk of a loaded project; `host` is the name or address it will be served on, `as_of` the day of the
    preview where it is not the project's own; `reload` watches the files where open pages shall follow.

    What people press on its live pages lands in `var/inbox/`, and the next run folds it in.
    """
    settings, catalog, company = project.settings, project.catalog, project.catalog.company
    watching = watching or Watching(settings.root, as_of=as_of, clock=clock)
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
    edit = editor(settings.root)
    far = not settings.ledger_url.startswith(("sqlite:", "memory:"))
    noting = Noting(settings.root, lambda: control.noted(settings.root, clock), clock, far=far)
    key = secrets.token_urlsafe(24)
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
            edit=edit,
            dates=company.dates,
        ),
        preview=PreviewRoutes(
            now=watching.now,
            deeds=deeds(watching, as_of, clock),
            story=story(clock),
            noting=noting,
            own=own_addresses(company.site),
            key=key,
        ),
        control=ControlRoutes(
            now=watching.now, noting=noting, controls=controls(watching, as_of, clock), key=key
        ),
        edit=lambda path: there if (there := edit(path)).startswith("https://") else "",
        reload=reload,
        sources={RESCUE: RESCUE_TITLE}
        | {
            one.id: one.title
            for kind in (catalog.newsletters, catalog.sequences, catalog.items)
            for one in kind.values()
        },
    )


def follow(project: Project, watching: Watching, clock: Clock, *, as_of: str | None = None) -> Reload:
    """Live reload of a project's desk, not begun yet."""
    root = project.settings.root
    build = Rebuilding(root, as_of=as_of, clock=clock)
    return Reload(
        root,
        read=watching.now,
        busy=watching.calm,
        build=build,
        version=lambda: watching.version,
        warm=build.warm,
    )
