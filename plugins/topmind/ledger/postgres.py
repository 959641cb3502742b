"""The ledger in PostgreSQL: several workers on several machines, each claim under the person's own lock.

Every write takes one lock of the whole ledger, so it is alone as it is in a file; only senders' claims and settles
share that lock. A claim locks the touches it judges and then their people (`claims.py`), each without waiting: two
senders never judge one person at the same moment, and what one of them committed the other one sees. Two people of
one inbox may still be claimed at once for one issue: the unique index refuses the second, whose whole write is then
done again and finds the first. Stops and opt-outs take the whole lock: a claim after them sees them.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Any, TypeVar

from topmind.errors import GuardError, LedgerDamaged, LedgerError
from topmind.ledger.book import Book
from topmind.ledger.database import NO_LEDGER, migrations, moment, newer, stamp
from topmind.ledger.postgres_database import CLOCK, Address, Mode, PostgresDatabase
from topmind.ledger.postgres_errors import Overtaken
from topmind.ledger.postgres_sql import shape
from topmind.ledger.store import SqlLedger
from topmind.ledger.values import Frozen, Row
from topmind.model import Clock, PastTouch

T = TypeVar("T")
#: How far this machine's clock may be from the server's (DESIGN §7).
SKEW = timedelta(seconds=60)
#: Seconds to wait for other writers: somebody may be freezing the plan of a large audience.
BUSY = 300.0
#: So many new rows make the server look at its tables again.
MANY = 500
#: How often a write that was overtaken is done again.
_TRIES = 10


class PostgresLedger(SqlLedger):
    """The ledger in a schema of a PostgreSQL database."""

    several = True

    def __init__(
        self, database: PostgresDatabase, clock: Clock, ledger_id: str, epoch: int, *, own_clock: bool
    ) -> None:
        """`own_clock`: leases go by the server's clock; else by `clock` (tests)."""
        super().__init__(database, clock, ledger_id, epoch)
        self._store = database
        self._own_clock = own_clock
        #: The server's moment when it was last heard of, and what the monotonic and the wall clock said then.
        self._heard: tuple[datetime, float, datetime] | None = None
        home, known = database.home(), self._read(lambda book: book.meta("home"))
        self.restored = (bool(home and known) and home != known) or self._is_copy()
        if home and not known and not self.restored:
            settle_home(database)

    # -- transactions ------------------------------------------------------------------------------------

    def _write(self, work: Callable[[Book], T]) -> T:
        return self._done(work, Mode.ALONE)

    def _write_beside(self, work: Callable[[Book], T]) -> T:
        return self._done(work, Mode.BESIDE)

    def _read(self, work: Callable[[Book], T]) -> T:
        return self._once(work, Mode.READ)

    def _done(self, work: Callable[[Book], T], mode: Mode) -> T:
        """One transaction, done again where another writer got in its way."""
        for _ in range(_TRIES):
            try:
                return self._once(work, mode)
            except Overtaken:
                continue
        raise LedgerError(
            f"other writers got in the way {_TRIES} times in a row.", where=self._store.name, fix="Run again."
        )

    def _once(self, work: Callable[[Book], T], mode: Mode) -> T:
        with self._store.transaction(mode) as (db, told):
            now = self._moment(told)
            return work(Book(db=db, ledger=self.ledger_id, now=now, beside=mode is Mode.BESIDE))

    def freeze(self, rows: Sequence[Row], **more: Any) -> Frozen:
        found = super().freeze(rows, **more)
        if found.new >= MANY:
            self._measure()
        return found

    def seed(self, touches: Sequence[PastTouch]) -> int:
        new = super().seed(touches)
        if new >= MANY:
            self._measure()
        return new

    def _measure(self) -> None:
        """Tell the server what its tables hold now: its own look comes a minute later, and a claim that is planned
        for empty tables reads them through (47 ms in place of 0.1)."""
        self._write(lambda book: book.db.execute("ANALYZE people, touches, touch_items, occasions, terms"))

    # -- time --------------------------------------------------------------------------------------------

    def _moment(self, told: int) -> int:
        if not self._own_clock:
            return stamp(self._clock.now())
        self._heard = (moment(told), time.monotonic(), self._clock.now())
        return told

    def now(self) -> datetime:
        """The server's clock, as far as it can be known without asking: a machine that slept (its monotonic clock
        stood) and one whose wall clock was set back both come out late rather than early."""
        if not self._own_clock:
            return self._clock.now()
        if self._heard is None:
            self._read(lambda _: None)
        assert self._heard is not None
        then, ticks, wall = self._heard
        return then + max(timedelta(seconds=time.monotonic() - ticks), self._clock.now() - wall)

    # -- restored copies ---------------------------------------------------------------------------------

    def adopt(self) -> int:
        doubtful = super().adopt()
        settle_home(self._store)
        self.restored = False
        return doubtful


def settle_home(database: PostgresDatabase) -> None:
    """Remember where the ledger lives: a copy restored elsewhere, or in its place, is found out."""
    home = database.home()
    with database.write() as db:
        Book(db=db, ledger="", now=0).set_meta("home", home)


def skew(database: PostgresDatabase, clock: Clock) -> timedelta:
    """How far the server's clock is ahead of this machine's, within the time of one question."""
    before = clock.now()
    with database.read() as db:
        (told,) = db.execute(f"SELECT {CLOCK}").fetchone()
    return moment(told) - before - (clock.now() - before) / 2


def refuse_skew(database: PostgresDatabase, clock: Clock) -> None:
    """Raises GuardError where the clocks are more than `SKEW` apart: leases would end early or never."""
    ahead = skew(database, clock)
    if abs(ahead) > SKEW:
        way = "behind" if ahead > timedelta(0) else "ahead of"
        raise GuardError(
            f"this machine's clock is {abs(ahead).total_seconds():,.0f} seconds {way} the server's; nobody was mailed.",
            where=database.name,
            fix="Set it (the server's, if that one is wrong): leases go by it.",
        )


def opened(url: str, *, create: bool, busy: float | None) -> PostgresDatabase:
    """The database of `url` with its tables in their newest shape.

    Raises ConfigError, LedgerLocked, LedgerDamaged (a schema of another program), LedgerError (no such ledger and
    not `create`; a newer shape).
    """
    database = PostgresDatabase(Address.parse(url), busy=BUSY if busy is None else busy)
    try:
        _migrate(database, create=create)
    except BaseException:
        database.close()
        raise
    return database


def exists(url: str) -> bool:
    """Whether there is a ledger. Raises ConfigError, LedgerError."""
    database = PostgresDatabase(Address.parse(url), busy=BUSY)
    try:
        return shape_of(database) > 0
    finally:
        database.close()


def shape_of(database: PostgresDatabase) -> int:
    """Number of the last migration; 0 = there is no ledger. Raises LedgerDamaged."""
    with database.read() as db:
        tables = {
            name
            for (name,) in db.execute(
                "SELECT tablename FROM pg_tables WHERE schemaname = ?", (database.schema,)
            )
        }
        shape = int(Book(db=db, ledger="", now=0).meta("shape") or 0) if {"meta", "touches"} <= tables else 0
    if tables and not shape:
        raise LedgerDamaged(
            f"the schema {database.schema!r} holds tables of another program.",
            where=database.name,
            fix="Name a schema of its own: TOPMIND_LEDGER=postgresql://…?options=-csearch_path%3Dtopmind",
        )
    return shape


def _migrate(database: PostgresDatabase, *, create: bool) -> None:
    scripts = migrations()
    newest, version = max(scripts), shape_of(database)
    if version == newest:
        return
    if not version and not create:
        raise LedgerError("there is no ledger here.", where=database.name, fix=NO_LEDGER)
    with database.write() as db:
        (known,) = db.execute("SELECT to_regnamespace(?)::text", (database.schema,)).fetchone()
        if not known:
            db.execute(f"CREATE SCHEMA {database.schema}")
        (meta,) = db.execute("SELECT to_regclass('meta')::text").fetchone()
        book = Book(db=db, ledger="", now=0)
        version = int(book.meta("shape") or 0) if meta else 0
        if version > newest:
            raise newer(version, newest, database.name)
        for number, script in scripts.items():
            if number > version:
                db.execute(shape(script))
        book.set_meta("shape", str(newest))
