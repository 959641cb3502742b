"""What the buttons of a desk do: the same as the commands of their names, on the project that it shows."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from topmind.desk.control_routes import Controls
from topmind.desk.pressing import Deeds
from topmind.errors import UsageError
from topmind.model import Approve, Clock
from topmind.run import approving, control, moment, new, proof_now, readying, testmail, why
from topmind.run.preview import Coming, Persona, Watching
from topmind.run.preview.watching import Current
from topmind.run.story import Story


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
