"""The ledger over SQLite, in memory or in a file: each method is one transaction over the functions beside it."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import date, datetime, timedelta

from topmind.ledger import (
    claims,
    coupons,
    freezing,
    people,
    positions,
    reports,
    seeding,
    settling,
    switches,
    task_mails,
    tasks,
    wishes,
)
from topmind.ledger import history as remembered
from topmind.ledger.book import Book
from topmind.ledger.coupon_values import CouponRow
from topmind.ledger.database import Database, stamp
from topmind.ledger.follow_up import LEASE
from topmind.ledger.protocol import Hashes
from topmind.ledger.task_values import TaskMail, TaskMailClaim, TaskOutcome
from topmind.ledger.values import (
    Claim,
    Counts,
    Feedback,
    Frozen,
    InboxEntry,
    Lapsed,
    Person,
    Proof,
    Row,
    Settle,
    Synced,
    Task,
    Unproven,
)
from topmind.model import (
    Clock,
    History,
    Moved,
    Outcome,
    PastTouch,
    PersonRecord,
    Reason,
    TouchKey,
    TouchState,
)


class SqlLedger:
    """`protocol.Ledger`; `memory.py` and `sqlite.py` say where the database is and who may send."""

    def __init__(self, database: Database, clock: Clock, ledger_id: str, epoch: int) -> None:
        self.ledger_id = ledger_id
        self.epoch = epoch
        self.restored = False
        self._database = database
        self._clock = clock
        #: Source ids of the last import that belong to somebody erased; known in this process only.
        self._erased: frozenset[str] = frozenset()

    @contextmanager
    def _write(self) -> Iterator[Book]:
        with self._database.write() as db:
            before = db.total_changes
            yield Book(db=db, ledger=self.ledger_id, now=stamp(self._clock.now()))
            if db.total_changes != before:
                db.execute(
                    "INSERT INTO meta (name, value) VALUES ('writes', '1')"
                    " ON CONFLICT (name) DO UPDATE SET value = CAST(CAST(value AS INTEGER) + 1 AS TEXT)"
                )

    @contextmanager
    def _read(self) -> Iterator[Book]:
        with self._database.read() as db:
            yield Book(db=db, ledger=self.ledger_id, now=stamp(self._clock.now()))

    # -- people -----------------------------------------------------------------------------------------

    def sync_people(self, records: Iterable[PersonRecord], hashes: Hashes) -> Synced:
        with self._write() as book:
            synced, self._erased = people.sync(book, records, hashes)
        return synced

    def find(self, who: str) -> tuple[Person, ...]:
        with self._read() as book:
            return people.find(book, who)

    def person(self, contact: str) -> Person | None:
        with self._read() as book:
            return people.person_of(book, contact)

    def erase(self, contact: str, hashes: Hashes) -> bool:
        with self._write() as book:
            return people.erase(book, contact, hashes)

    # -- what planning reads ----------------------------------------------------------------------------

    def history(self, as_of: date) -> History:
        with self._read() as book:
            return remembered.history(book, as_of, self._erased)

    def touches_of(self, contact: str) -> tuple[PastTouch, ...]:
        with self._read() as book:
            return remembered.touches(book, contact)

    def head(self) -> int:
        with self._read() as book:
            return int(book.meta("head") or 0)

    def note(self, moved: Sequence[Moved], watched: Mapping[str, str], *, head: int) -> int:
        with self._write() as book:
            return positions.note(book, moved, watched, head)

    # -- plan --------------------------------------------------------------------------------------------

    def freeze(
        self,
        rows: Sequence[Row],
        *,
        plan: str,
        head: int,
        skips: Sequence[tuple[TouchKey, Reason]] = (),
        lapsed: Sequence[Lapsed] = (),
        as_of: date | None = None,
    ) -> Frozen:
        with self._write() as book:
            found = freezing.freeze(book, rows, plan=plan, head=head, skips=skips, lapsed=lapsed)
            if as_of is not None:
                freezing.remember_plan(book, as_of)
            return found

    def planned(self) -> tuple[Row, ...]:
        with self._read() as book:
            return freezing.planned(book)

    def expire(self, day: date, *, tasks: date | None = None) -> int:
        with self._write() as book:
            return freezing.expire(book, day, tasks)

    # -- send --------------------------------------------------------------------------------------------

    def lock(self, owner: str, *, who: str = "") -> int:
        with self._write() as book:
            return switches.lock(book, owner, who)

    def unlock(self, owner: str) -> None:
        with self._write() as book:
            switches.unlock(book, owner)

    def sweep(self) -> int:
        with self._write() as book:
            return settling.sweep(book)

    def claim(
        self,
        *,
        owner: str,
        limit: int,
        now: datetime,
        lease: timedelta = LEASE,
        editions: Collection[str] | None = None,
        occasions: Collection[str] | None = None,
        settles: Sequence[Settle] = (),
    ) -> tuple[Claim, ...]:
        with self._write() as book:
            settling.settle(book, settles)
            switches.renew(book, owner, lease)
            return claims.claim(
                book,
                owner=owner,
                limit=limit,
                now=now,
                lease=lease,
                editions=editions,
                occasions=occasions,
            )

    def settle(self, settles: Sequence[Settle]) -> int:
        with self._write() as book:
            return settling.settle(book, settles)

    def prove(self, proofs: Sequence[Proof]) -> int:
        with self._write() as book:
            return settling.prove(book, proofs)

    def release(self, claims: Sequence[Claim]) -> int:
        with self._write() as book:
            return settling.release(book, claims)

    def now(self) -> datetime:
        return self._clock.now()

    # -- what became of it -------------------------------------------------------------------------------

    def record_feedback(self, events: Sequence[Feedback]) -> int:
        with self._write() as book:
            return settling.record_feedback(book, events)

    def fold(self, entries: Sequence[InboxEntry]) -> tuple[str, ...]:
        if not entries:
            return ()
        with self._write() as book:
            return wishes.fold(book, entries)

    def counts(self, as_of: date, *, run: str = "") -> Counts:
        with self._read() as book:
            return reports.counts(book, as_of, run)

    def reasons(self, as_of: date) -> dict[tuple[TouchState, str], int]:
        with self._read() as book:
            return reports.reasons(book, as_of)

    def unproven(self) -> tuple[Unproven, ...]:
        with self._read() as book:
            return reports.unproven(book)

    # -- tasks -------------------------------------------------------------------------------------------

    def tasks(self, *, open_only: bool = True) -> tuple[Task, ...]:
        with self._read() as book:
            return tasks.tasks(book, open_only=open_only)

    def task_done(self, touch_hex: str, day: date) -> bool:
        with self._write() as book:
            return tasks.task_done(book, touch_hex, day)

    def settle_tasks(self, outcomes: Sequence[TaskOutcome], day: date) -> int:
        with self._write() as book:
            return tasks.settle(book, outcomes, day)

    def claim_task_mail(
        self, sender: str, day: date, *, owner: str, lease: timedelta = LEASE
    ) -> TaskMailClaim | None:
        with self._write() as book:
            return task_mails.claim(book, sender, day, owner=owner, lease=lease)

    def settle_task_mail(self, claim: TaskMailClaim, outcome: Outcome) -> bool:
        with self._write() as book:
            return task_mails.settle(book, claim, outcome)

    def task_mails(self, day: date | None = None) -> tuple[TaskMail, ...]:
        with self._read() as book:
            return task_mails.listed(book, day)

    # -- coupons -----------------------------------------------------------------------------------------

    def coupons(self) -> tuple[CouponRow, ...]:
        with self._read() as book:
            return coupons.rows(book)

    def redeem(self, codes: Iterable[tuple[str, date]]) -> tuple[str, ...]:
        with self._write() as book:
            return coupons.redeem(book, codes)

    # -- switches ----------------------------------------------------------------------------------------

    def stop(self, occasion: str) -> None:
        with self._write() as book:
            switches.stop(book, occasion)

    def resume(self, occasion: str) -> bool:
        with self._write() as book:
            return switches.resume(book, occasion)

    def stops(self) -> frozenset[str]:
        with self._read() as book:
            return remembered.stops(book)

    def approve(self, plan_hash: str) -> None:
        with self._write() as book:
            switches.approve(book, plan_hash)

    def adopt(self) -> int:
        with self._write() as book:
            doubtful = switches.adopt(book, self.epoch + 1)
            self.epoch = int(book.meta("epoch"))
        return doubtful

    def doubt(self) -> int:
        with self._write() as book:
            return switches.doubt(book)

    # -- care --------------------------------------------------------------------------------------------

    def seed(self, touches: Sequence[PastTouch]) -> int:
        with self._write() as book:
            return seeding.seed(book, touches)

    def close(self) -> None:
        self._database.close()
