"""A ledger that was restored from a copy: what fell due since then may have left, so it is unknown, never sent again;
and whoever bounced, complained, left or was erased since then stays out.

The plan is deterministic, so playing the days since the copy's last plan again finds whom its younger self mailed,
as far as files and exports are still the same; whatever the transport can prove is settled by the next send.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from pathlib import Path

from topmind import delivery
from topmind.errors import GuardError, UsageError
from topmind.ledger import FolderInbox, Ledger, ObjectInbox
from topmind.links import KeyRing, address_hashes
from topmind.model import Clock, History, PersonRecord
from topmind.run import load as load_
from topmind.run import outlived, places
from topmind.run.decide import decide
from topmind.run.rows import Rows

#: Days that are played again at most; an older copy is as good as none.
LOOK_BACK = timedelta(days=400)


@dataclass(frozen=True, slots=True, kw_only=True)
class Adopted:
    """What became of it."""

    #: First day that was played again, and the last.
    since: date
    until: date
    #: E-mail touches that are unknown now.
    doubtful: int
    #: Opt-outs, pauses and answers that were taken in again.
    wishes: int
    barred: outlived.Barred
    epoch: int

    def text(self) -> str:
        """For a person."""
        return (
            f"Adopted: what fell due from {self.since} to {self.until} may have left already: "
            f"{self.doubtful} mails are unproven now and are not sent again.\n"
            f"{self.wishes} opt-outs, pauses and answers of the live pages were taken in again.\n"
            f"{self.barred.text()}"
            "The next `topmind send` settles what it can prove; `topmind report` lists the rest."
        )


def adopt(
    root: Path,
    *,
    as_of: str | None,
    clock: Clock,
    anyway: bool = False,
    incomplete: bool = False,
    environ: Mapping[str, str] | None = None,
) -> Adopted:
    """Take the restored ledger of the project in `root` into use.

    `incomplete`: also where nothing is kept beside it, or Amazon SES does not say whom it suppresses.

    Raises UsageError where no ledger is, GuardError where nothing says that it was restored and nobody insists (`anyway`), or whom not to mail
    cannot be had in full, LedgerLocked while another run sends, and what `decide` raises. Whatever it raises after
    the first write, adopting again does the rest.
    """
    project = load_.load(root, as_of=as_of, clock=clock, environ=environ)
    settings, until = project.settings, project.moment.as_of
    if not places.ledger_exists(settings):
        raise UsageError(
            "no ledger is here, so there is nothing to adopt; nothing was written.",
            where=settings.ledger_name,
            fix="Put the newest copy back first: topmind ledger restore FILE. If the ledger is elsewhere, correct "
            "TOPMIND_LEDGER; for a new one: topmind ledger init.",
        )
    ring = places.key_ring(settings)
    with places.open_project_ledger(settings, clock, ring) as ledger:
        if not (ledger.restored or anyway):
            raise GuardError(
                "nothing says that this ledger was restored; nothing was changed.",
                where=settings.ledger_name,
                fix="If a copy was put back on a new machine, say so: topmind ledger adopt --anyway",
            )
        owner, who = places.owner()
        ledger.lock(owner, who=who)
        try:
            inbox = places.inbox(settings)
            last = ledger.history(until).planned_on or project.catalog.company.programme_starts
            since = min(max(last, until - LOOK_BACK), until)
            found = outlived.gather(settings, ledger, inbox, ring, since, incomplete=incomplete)

            def play() -> int:
                days = (since + timedelta(days=number) for number in range((until - since).days + 1))
                return sum(_play(root, ledger, ring, day, clock, environ) for day in days)

            doubtful, wishes, barred = take_over(ledger, inbox, found, ring, play)
            if found.kept.erasures:  # the copy named them when it was put back
                barred = replace(barred, missing=(*barred.missing, *places.purge(settings)))
            return Adopted(
                since=since,
                until=until,
                doubtful=doubtful,
                wishes=wishes,
                barred=barred,
                epoch=ledger.epoch,
            )
        finally:
            ledger.unlock(owner)


def take_over(
    ledger: Ledger,
    inbox: FolderInbox | ObjectInbox,
    found: outlived.Gathered,
    ring: KeyRing,
    play: Callable[[], int],
) -> tuple[int, int, outlived.Barred]:
    """What the copy does not know, into the copy: doubtful mails, wishes, and whom not to mail.

    `play` plans the days since; how many touches of them are in doubt. Cut short, it is a copy still, and the next
    time does all of it.
    """
    ledger.begin_adoption()
    outlived.bar(found, ledger, ring)  # before a day is played: nobody erased is taken in by its import
    doubtful = ledger.doubt() + play()
    # after the days: what somebody got before they left is found, too
    wishes = inbox.again() + len(found.kept.wishes)
    delivery.fold(ledger, inbox)
    barred = outlived.take_in(found, ledger, ring)
    ledger.adopt()
    return doubtful, wishes, barred


def _play(
    root: Path, ledger: Ledger, ring: KeyRing, day: date, clock: Clock, environ: Mapping[str, str] | None
) -> int:
    """Plan one day, freeze it and doubt it; how many touches."""

    def remember(people: tuple[PersonRecord, ...]) -> History:
        ledger.sync_people(people, lambda address: address_hashes(ring, address))
        return ledger.history(day)

    decided = decide(load_.load(root, as_of=day.isoformat(), clock=clock, environ=environ), remember)
    rows = Rows(decided, {})
    ledger.freeze(
        [rows.touch(touch) for touch in decided.plan.due],
        plan=decided.plan.hash,
        head=ledger.head(),
        as_of=day,
    )
    return ledger.doubt()
