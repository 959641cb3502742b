"""Puts the desk of a project together: its site, outbox, last run, and live pages on its own key ring and inbox."""

from __future__ import annotations

import re
import secrets
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from starlette.applications import Starlette

from topmind import live
from topmind.desk import outbox
from topmind.desk.app import HOSTS, app, own_addresses
from topmind.desk.calendar_page import Calendar
from topmind.desk.control_routes import ControlRoutes, Controls
from topmind.desk.editing import editor
from topmind.desk.last_run import read
from topmind.desk.noting import Noting
from topmind.desk.pressing import Deeds
from topmind.desk.preview_routes import PreviewRoutes
from topmind.desk.rebuilding import Rebuilding
from topmind.desk.reload import Reload
from topmind.errors import UsageError
from topmind.links import Links
from topmind.model import Approve, Clock
from topmind.planning.occasions import RESCUE, RESCUE_TITLE
from topmind.report import last_plan
from topmind.run import approving, control, moment, new, proof_now, readying, testmail, why
from topmind.run.load import Project
from topmind.run.places import inbox, key_ring
from topmind.run.preview import Coming, Persona, Watching
from topmind.run.preview.watching import Current
from topmind.run.story import Story


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


def deeds(watching: Watching, as_of: str | None, clock: Clock) -> Deeds:
    """What can be done from the preview, as the commands of the same names do it."""

    def hold(name: str) -> None:
        root = watching.now().settings.root
        watching.stopped(control.stop(root, name, as_of=as_of, clock=clock))

    def release(name: str) -> None:
        watching.stopped(control.resume(watching.now().settings.root, name, clock=clock))

    def test(one: Coming, letter: str, persona: Persona, to: str) -> None:
        current = watching.now()
        if current.mailer is None:
            raise UsageError("nothing can be sent while the files have errors.", fix="topmind check")
        compiled = current.mailer.compiled(one.showings[one.letters.index(letter)].edition)
        values = current.mailer.values(compiled, persona)
        with written():
            testmail.deliver(current.settings, compiled, values, to=to, clock=clock)

    def ready(one: Coming, yes: bool) -> None:
        current = watching.now()
        catalog = current.preview.catalog
        letter = catalog.newsletters.get(one.name.partition("/")[0]) if catalog else None
        if letter is None or one.day is None or letter.approve is not Approve.READY:
            raise UsageError(
                "it waits for nobody's word.", fix="Write `approve: ready` into its newsletter's file."
            )
        with written():
            readying.write(current.settings.root, letter, one.day, ready=yes)

    def proof(name: str) -> None:
        with written():
            proof_now.send(watching.now().settings.root, name, as_of=as_of, clock=clock)

    return Deeds(hold=hold, release=release, test=test, ready=ready, proof=proof)


def controls(watching: Watching, as_of: str | None, clock: Clock) -> Controls:
    """What can be done with every mail, or a whole run, as the commands of the same names do it."""

    def root() -> Path:
        return watching.now().settings.root

    def stop(name: str, by: str, why: str) -> None:
        watching.stopped(control.stop(root(), name, as_of=as_of, clock=clock, by=by, why=why))

    def resume(name: str) -> None:
        watching.stopped(control.resume(root(), name, clock=clock))

    def approve(plan: str) -> None:
        if not re.fullmatch("[0-9a-f]{64}", plan):
            raise UsageError("this is no plan that was shown here.", fix="Look at it again.")
        control.approve(root(), plan, as_of=as_of, clock=clock)

    def correct(title: str, wrong: str) -> str:
        settings = watching.now().settings
        day = moment.read(as_of, settings, clock).as_of
        with written():
            return new.write(settings.root, "correction", title, day, wrong).as_posix()

    return Controls(
        stop=stop,
        resume=resume,
        wait=lambda: approving.wait(root(), as_of=as_of, clock=clock),
        approve=approve,
        correct=correct,
    )


@contextmanager
def written() -> Iterator[None]:
    """A file or folder that cannot be written, as what people read. Raises UsageError."""
    try:
        yield
    except OSError as error:
        name = Path(error.filename).name if error.filename else ""
        raise UsageError(
            f"it cannot be written: {error.strerror or type(error).__name__}.",
            where=name,
            fix="Nothing was done. Let this account write there, or make room, then press again.",
        ) from None


def story(clock: Clock) -> Callable[[Current, str], Story]:
    """Tells the story of one contact, as `topmind why` does."""

    def told(current: Current, contact: str) -> Story:
        if current.project is None or current.people is None:
            raise UsageError("nothing can be told while the files have errors.", fix="topmind check")
        known = current.people
        return why.of_contact(current.project, known.members, known.history, contact, clock=clock)

    return told
