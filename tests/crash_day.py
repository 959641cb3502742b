"""A long day of one firm, in which every kind of durable step happens, and which may be begun again after any death.

Import, plan, send (accepted, refused, unknown, too old for its fence, throttled), task mail, feedback, silence, once
more, a change of address, erase; then a backup, put back into an empty place, adopted, the plan of the next issue, a
merge, and its sending.
"""

from __future__ import annotations

import itertools
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import timedelta
from pathlib import Path
from typing import Any

import crash_merge
from crash_post import (
    CONTACTS,
    ISSUES,
    LEAVES,
    MOVES,
    NO_BOX,
    SAID_NO,
    SLOW,
    TWIN,
    WEEK,
    Pages,
    Post,
    Trace,
    Watched,
)
from task_letters import a_task_mail
from topmind.delivery import TaskLetter, send, send_task_mails
from topmind.ledger import Claim
from topmind.ledger.care.invariants import broken
from topmind.ledger.resending import MAYBE
from topmind.ledger.store import SqlLedger
from topmind.model import Level, Message, PersonRecord, TouchState
from topmind.testing.builders import TODAY
from topmind.testing.clock import FixedClock
from topmind.testing.commits import mortal_commits
from topmind.testing.faults import Died, Fuse
from topmind.testing.sending import a_key, a_message, a_person, a_row, a_task, an_order, hashes


class Firm(ABC):
    """Everything that outlives a process: the store, the post, the pages, the clock."""

    #: Whether a copy can be made of it and put back.
    copies = True

    def __init__(self, root: Path) -> None:
        self.root, self.clock, self.post, self.pages = root, FixedClock(), Post(), Pages()
        #: Which place the ledger is in now; whoever puts a copy back takes a new one.
        self.place, self.tried = 0, 0
        self.runs = itertools.count(1)
        self.last: SqlLedger | None = None

    @abstractmethod
    def opened(self, place: int, fuse: Fuse) -> SqlLedger:
        """As a fresh process opens the ledger in this place."""

    @abstractmethod
    def copied(self, place: int, file: Path) -> None:
        """`topmind ledger backup`."""

    @abstractmethod
    def restored(self, place: int, file: Path, fuse: Fuse) -> None:
        """`topmind ledger restore` into a place where nothing is."""

    def bury(self, ledger: SqlLedger) -> None:
        """The process is gone: what it held is let go of, nothing is written."""
        ledger._database.close()

    def after_death(self, number: int) -> None:  # noqa: B027 - to most stores nothing happens
        """What may befall the store between two processes."""

    def rest(self, ledger: Any) -> None:  # noqa: B027 - as above
        """Between two parts of the day."""

    # -- the day -------------------------------------------------------------------------------------------

    def lives(self, fuse: Trace) -> bool:
        """One process that goes through the day, from its beginning; False where it died."""
        self.post.fuse = self.pages.fuse = fuse
        self.last = None
        with mortal_commits(fuse):
            try:
                self._day(fuse)
            except Died:
                if self.last is not None:
                    self.bury(self.last)
                return False
        return True

    def _open(self, fuse: Trace) -> Any:
        fuse.doing = "open"
        self.last = self.opened(self.place, fuse)
        ledger: Any = Watched(self.last, fuse)
        fuse.doing = "send"
        if ledger.restored:
            ledger.adopt()
        return ledger

    def _day(self, fuse: Trace) -> None:
        ledger = self._open(fuse)
        self._issue(fuse, ledger, ISSUES[0])
        self._heard(ledger)
        self.rest(ledger)
        self._once_more(ledger)
        self._heard(ledger)
        self.rest(ledger)
        moved = a_person(MOVES, address="moved@example.com")
        ledger.sync_people([moved, *self._people(ledger)[1:]], hashes)
        ledger.erase(LEAVES, hashes)
        if self.copies and not self.place:
            ledger.close()
            self._put_back(fuse)
            ledger = self._open(fuse)
        self._issue(fuse, ledger, ISSUES[1])
        self.rest(ledger)
        self._heard(ledger)
        ledger.close()

    def _people(self, ledger: Any) -> list[PersonRecord]:
        """The source goes on naming whoever left."""
        known = ledger.person(MOVES)
        moved = known is not None and known.address == "moved@example.com"
        here = a_person(MOVES, address="moved@example.com") if moved else a_person(MOVES)
        return [here, *(a_person(contact) for contact in CONTACTS if contact != MOVES)]

    def _issue(self, fuse: Trace, ledger: Any, name: str) -> None:
        ledger.sync_people(self._people(ledger), hashes)
        day = TODAY + timedelta(days=WEEK * ISSUES.index(name))
        here = [one for one in CONTACTS if crash_merge.goes_by(ledger, one)]
        rows = [
            a_row(
                key=a_key(contact, occurrence=name),
                day=day,
                last_day=day + timedelta(days=9),
                items=(),
                per_slot=(),
                edition=name,
                coupons=crash_merge.COUPONS.get(contact, ()),
            )
            for contact in here
        ]
        tasks = [a_task(contact) for contact in (MOVES, TWIN) if contact in here]
        ledger.freeze([*rows, *tasks], plan="plan", head=ledger.head())
        if name == ISSUES[1]:
            fuse.part = "merge, "
            crash_merge.merge(ledger, self.pages, f"run-{next(self.runs)}")
            fuse.part = ""
        self._send(ledger, name)
        letter = TaskLetter(sender="dana", day=TODAY, build=a_task_mail)
        send_task_mails(ledger, self.post, [letter], day=TODAY, owner=f"run-{next(self.runs)}")

    def _send(self, ledger: Any, name: str) -> None:
        """The programme's moment is that of the issue, however often the day was begun."""
        moment = FixedClock().now() + timedelta(days=WEEK * ISSUES.index(name))
        order = an_order(self.clock, f"run-{next(self.runs)}", slots=3, now=lambda: moment, editions=[name])
        send(ledger, self.post, self._built, order, inbox=self.pages)

    def _built(self, claim: Claim) -> Message:
        """The first build for one of them takes longer than half a lease."""
        first = (claim.key.contact, claim.attempt, claim.key.occurrence) == (SLOW, 1, ISSUES[0])
        if first:
            self.clock.advance(seconds=61)
        return a_message(claim)

    def _heard(self, ledger: Any) -> None:
        ledger.record_feedback(self.post.queue[::-1])
        self.post.queue.clear()

    def _once_more(self, ledger: Any) -> None:
        """Everything was heard, and hours went by: what is silent is unresolved, and goes once more."""
        self.clock.advance(hours=7)
        ledger.sweep()
        silent = [one.touch_hex for one in ledger.unproven() if one.state is TouchState.UNKNOWN]
        ledger.unresolve(silent)
        ledger.resend([one.touch_hex for one in ledger.unproven() if not one.again], TODAY)
        self._send(ledger, ISSUES[0])

    def _put_back(self, fuse: Trace) -> None:
        fuse.doing = "care"
        self.tried += 1
        file = self.root / f"copy-{self.tried}.db"
        fuse.around("the backup", self.copied)(self.place, file)
        fuse.around("the restore", self.restored)(self.tried, file, fuse)
        self.place = self.tried

    # -- what must hold ------------------------------------------------------------------------------------

    def check(self) -> None:
        """Nobody twice, nobody lost in silence, the sums hold, and who left is in no row."""
        with closing(self.opened(self.place, Fuse(-1))) as ledger:
            assert not ledger.restored
            wrong = ledger._read(lambda book: [p for p in broken(book, _silent) if p.level is Level.ERROR])
            assert wrong == []
            announced = ledger._read(
                lambda book: {h for (h,) in book.db.execute(f"SELECT hex FROM touches WHERE {MAYBE}")}
            )
            rows = ledger._read(lambda book: [tuple(r) for r in book.db.execute("SELECT * FROM people")])
            crash_merge.one_or_two(ledger)
            assert crash_merge.merged(ledger), "two contacts, still"
            self._nobody_twice(ledger, announced)
            self._nobody_lost(ledger)
            assert LEAVES not in repr(rows)
            assert [ledger.counts(day).waiting for day in (TODAY, TODAY + timedelta(days=WEEK))] == [0, 0]

    def one_or_two(self) -> None:
        """Whoever died in the middle of a merge left nothing between."""
        with closing(self.opened(self.place, Fuse(-1))) as ledger:
            crash_merge.one_or_two(ledger)

    def _nobody_twice(self, ledger: SqlLedger, announced: set[str]) -> None:
        twice = {hexed for hexed, times in self.post.left.items() if times > 1}
        assert not twice - announced, "somebody has a mail twice, and nobody says so"
        assert all(times <= 2 for times in self.post.left.values())
        assert not twice, "feedback was whole: nobody needs to have it twice"

    def _nobody_lost(self, ledger: SqlLedger) -> None:
        listed = {one.touch_hex for one in ledger.unproven()}
        for contact, issue in itertools.product(CONTACTS, ISSUES):
            hexed = a_key(contact, occurrence=issue).wire("test")
            left = self.post.left[hexed]
            state = {t.wire("test"): t.state for t in ledger.touches_of(contact)}.get(hexed)
            if contact == SAID_NO or (contact == LEAVES and issue == ISSUES[1]):
                assert left == 0, "somebody who had said no got a mail"
            elif contact == TWIN and issue == ISSUES[1]:
                assert left == 0, "one person was mailed by two ids"
            elif contact == NO_BOX:
                assert left == 0
                assert state is TouchState.REFUSED or hexed in listed
            elif contact != LEAVES:
                assert left or hexed in listed, "somebody was lost in silence"
                assert (state is TouchState.ACCEPTED) == (hexed not in listed)


def _silent(_done: int, _total: int) -> None:
    """Nobody listens."""


def sweep(made: Callable[[], Firm], *, whole: bool, only: str) -> Iterator[tuple[Firm, Fuse]]:
    """For each step of the day, or the first of each kind that has `only` in its name: a firm whose process died
    there, and began again."""
    firm, trace = made(), Trace(-1)
    assert firm.lives(trace)
    yield firm, trace
    for number in range(trace.steps) if whole else trace.kinds(only):
        firm, fuse = made(), Trace(number)
        assert not firm.lives(fuse), "it has fewer steps than before"
        firm.after_death(number)
        if fuse.part:
            firm.one_or_two()
        firm.clock.advance(minutes=5)  # the dead one's lease ends
        assert firm.lives(Trace(-1)), "nothing kills this one"
        yield firm, fuse
