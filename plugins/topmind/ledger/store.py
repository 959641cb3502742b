"""The ledger over a database: each method is one transaction over the functions beside it."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from datetime import date, datetime, timedelta
from functools import partial
from typing import TypeVar

from topmind.ledger import (
    claims,
    coupons,
    freezing,
    importing,
    people,
    positions,
    reports,
    seeding,
    settling,
    switches,
    task_mails,
    tasks,
    team_mails,
    wishes,
)
from topmind.ledger import history as remembered
from topmind.ledger.book import Book, Db, Transactions
from topmind.ledger.coupon_values import CouponRow
from topmind.ledger.crew import ALONE, Member, Shard, refuse_several
from topmind.ledger.database import stamp
from topmind.ledger.feedback_store import FeedbackStore
from topmind.ledger.follow_up import LEASE
from topmind.ledger.person_store import PersonStore
from topmind.ledger.proof_part import ProofStore
from topmind.ledger.protocol import Hashes
from topmind.ledger.stop_part import StopStore
from topmind.ledger.task_values import TaskMail, TaskMailClaim, TaskOutcome
from topmind.ledger.values import (
    Claim,
    Counts,
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

T = TypeVar("T")


class SqlLedger(FeedbackStore, PersonStore, ProofStore, StopStore):
    """`protocol.Ledger`; `memory.py`, `sqlite.py` and `postgres.py` say where the database is and who may send."""

    #: Whether several senders may work on it at once.
    several = False
    #: Why not.
    alone = "this ledger takes one sender at a time"

    def __init__(self, database: Transactions, clock: Clock, ledger_id: str, epoch: int) -> None:
        self.ledger_id = ledger_id
        self.epoch = epoch
        self.restored = False
        self._database = database
        self._clock = clock
        #: Source ids of the last import that belong to somebody erased; known in this process only.
        self._erased: frozenset[str] = frozenset()
        #: Runs that became senders here and did not end since.
        self._sending: set[str] = set()

    def _write(self, work: Callable[[Book], T]) -> T:
        """Do `work` in one transaction. A store whose write can be overtaken does it again from the newest state,
        so `work` reads nothing that runs out and changes nothing but the book."""
        with self._database.write() as db:
            before = db.total_changes
            found = work(self._book(db))
            if db.total_changes != before:
                db.execute(
                    "INSERT INTO meta (name, value) VALUES ('writes', '1')"
                    " ON CONFLICT (name) DO UPDATE SET value = CAST(CAST(meta.value AS BIGINT) + 1 AS TEXT)"
                )
            return found

    def _write_beside(self, work: Callable[[Book], T]) -> T:
        """A write of a sender about its own claims. A store for several senders does several of them at once."""
        return self._write(work)

    def _read(self, work: Callable[[Book], T]) -> T:
        """Ask in one transaction: all queries of `work` see one state."""
        with self._database.read() as db:
            return work(self._book(db))

    def _is_copy(self) -> bool:
        """Whether this is what `topmind ledger backup` made, put back."""
        return self._read(lambda book: bool(book.meta(switches.COPY)))

    def _book(self, db: Db) -> Book:
        return Book(db=db, ledger=self.ledger_id, now=stamp(self._clock.now()))

    # -- people -----------------------------------------------------------------------------------------

    def sync_people(self, records: Iterable[PersonRecord], hashes: Hashes) -> Synced:
        everybody = tuple(records)
        synced, self._erased = self._write(lambda book: importing.sync(book, everybody, hashes))
        return synced

    def find(self, who: str) -> tuple[Person, ...]:
        return self._read(lambda book: people.find(book, who))

    def person(self, contact: str) -> Person | None:
        return self._read(lambda book: people.person_of(book, contact))

    def erase(self, contact: str, hashes: Hashes) -> bool:
        return self._write(lambda book: people.erase(book, contact, hashes))

    # -- what planning reads ----------------------------------------------------------------------------

    def history(self, as_of: date, *, touches: bool = True) -> History:
        return self._read(lambda book: remembered.history(book, as_of, self._erased, None if touches else ()))

    def touches_of(self, contact: str) -> tuple[PastTouch, ...]:
        return self._read(lambda book: remembered.touches(book, contact))

    def head(self) -> int:
        return self._read(lambda book: int(book.meta("head") or 0))

    def note(self, moved: Sequence[Moved], watched: Mapping[str, str], *, head: int) -> int:
        return self._write(lambda book: positions.note(book, moved, watched, head))

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
        promised: Collection[str] | None = None,
    ) -> Frozen:
        def work(book: Book) -> Frozen:
            found = freezing.freeze(book, rows, plan=plan, head=head, skips=skips, lapsed=lapsed)
            freezing.remember_plan(book, as_of, promised)
            return found

        return self._write(work)

    def planned(self) -> tuple[Row, ...]:
        return self._read(freezing.planned)

    def expire(self, day: date, *, tasks: date | None = None) -> int:
        return self._write(lambda book: freezing.expire(book, day, tasks))

    # -- send --------------------------------------------------------------------------------------------

    def lock(self, owner: str, *, who: str = "", member: Member = ALONE) -> int:
        if member.crew and not self.several:
            raise refuse_several(self._database.name, self.alone)
        buried = self._write(lambda book: switches.lock(book, owner, who, member=member))
        self._sending.add(owner)
        return buried

    def unlock(self, owner: str) -> None:
        self._sending.discard(owner)
        self._write(lambda book: switches.unlock(book, owner))

    def senders(self) -> int:
        return self._read(switches.senders)

    def sweep(self) -> int:
        return self._write(settling.sweep)

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
        shard: Shard | None = None,
    ) -> tuple[Claim, ...]:
        take = partial(claims.claim, owner=owner, limit=limit, now=now, lease=lease)

        def work(book: Book) -> tuple[Claim, ...]:
            settling.settle(book, settles)
            switches.renew(book, owner, lease, sends=owner in self._sending)
            return take(book, editions=editions, occasions=occasions, shard=shard)

        return self._write_beside(work)

    def settle(self, settles: Sequence[Settle]) -> int:
        return self._write_beside(lambda book: settling.settle(book, settles))

    def prove(self, proofs: Sequence[Proof]) -> int:
        return self._write(lambda book: settling.prove(book, proofs))

    def release(self, claims: Sequence[Claim]) -> int:
        return self._write_beside(lambda book: settling.release(book, claims))

    def now(self) -> datetime:
        return self._clock.now()

    # -- what became of it -------------------------------------------------------------------------------

    def fold(self, entries: Sequence[InboxEntry]) -> tuple[str, ...]:
        if not entries:
            return ()
        return self._write(lambda book: wishes.fold(book, entries))

    def counts(self, as_of: date, *, run: str = "") -> Counts:
        return self._read(lambda book: reports.counts(book, as_of, run))

    def reasons(self, as_of: date) -> dict[tuple[TouchState, str], int]:
        return self._read(lambda book: reports.reasons(book, as_of))

    def unproven(self) -> tuple[Unproven, ...]:
        return self._read(reports.unproven)

    # -- tasks -------------------------------------------------------------------------------------------

    def tasks(self, *, open_only: bool = True) -> tuple[Task, ...]:
        return self._read(lambda book: tasks.tasks(book, open_only=open_only))

    def task_done(self, touch_hex: str, day: date) -> bool:
        return self._write(lambda book: tasks.task_done(book, touch_hex, day))

    def settle_tasks(self, outcomes: Sequence[TaskOutcome], day: date) -> int:
        return self._write(lambda book: tasks.settle(book, outcomes, day))

    def claim_task_mail(
        self, sender: str, day: date, *, owner: str, lease: timedelta = LEASE
    ) -> TaskMailClaim | None:
        return self._write(lambda book: task_mails.claim(book, sender, day, owner=owner, lease=lease))

    def settle_task_mail(self, claim: TaskMailClaim, outcome: Outcome) -> bool:
        return self._write(lambda book: team_mails.settle(book, "task_mails", claim, outcome))

    def task_mails(self, day: date | None = None) -> tuple[TaskMail, ...]:
        return self._read(lambda book: task_mails.listed(book, day))

    # -- coupons -----------------------------------------------------------------------------------------

    def coupons(self) -> tuple[CouponRow, ...]:
        return self._read(coupons.rows)

    def redeem(self, codes: Iterable[tuple[str, date]]) -> tuple[str, ...]:
        listed = tuple(codes)
        return self._write(lambda book: coupons.redeem(book, listed))

    # -- switches ----------------------------------------------------------------------------------------

    def approve(self, plan_hash: str) -> None:
        self._write(lambda book: switches.approve(book, plan_hash))

    def adopt(self) -> int:
        return self._adopt(self.epoch + 1)

    def _adopt(self, epoch: int) -> int:
        def work(book: Book) -> tuple[int, int]:
            return switches.adopt(book, epoch), int(book.meta("epoch"))

        doubtful, self.epoch, self.restored = (*self._write(work), False)
        return doubtful

    def doubt(self) -> int:
        return self._write(switches.doubt)

    def seed(self, touches: Sequence[PastTouch]) -> int:
        return self._write(lambda book: seeding.seed(book, touches))

    def close(self) -> None:
        self._database.close()
