"""One SQLite database: opening, numbered migrations, whole transactions, and errors that tell what to do."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from functools import cache, lru_cache
from importlib import resources

from topmind.errors import LedgerDamaged, LedgerError, LedgerLocked

_EPOCH = date(1970, 1, 1).toordinal()
_BEGINNING = datetime(1970, 1, 1, tzinfo=UTC)
#: What to do about a ledger that cannot be read.
KEEP = "Do not delete it (everybody would be mailed again): put the last good copy back in its place."
#: What to do where there is no ledger.
NO_LEDGER = "Make one on purpose: topmind ledger init (the first `topmind send` does it, too)."


def day_number(day: date) -> int:
    """A local day as the ledger stores it; date.min stays the smallest."""
    return day.toordinal() - _EPOCH


@lru_cache(maxsize=4096)
def number_day(number: int) -> date:
    """The day of a stored number; the same few thousand are asked for again and again."""
    return date.fromordinal(number + _EPOCH)


def stamp(moment: datetime) -> int:
    """A moment as the ledger stores it: milliseconds since 1970, UTC. Raises ValueError for a naive one."""
    if moment.tzinfo is None:
        raise ValueError("the ledger takes aware moments only")
    return (moment - _BEGINNING) // timedelta(milliseconds=1)


def moment(number: int) -> datetime:
    """The moment of a stored number, UTC."""
    return _BEGINNING + timedelta(milliseconds=number)


class Database:
    """A connection and its rules: WAL, every commit on disk, one writer at a time."""

    def __init__(self, path: str, *, name: str, busy: float = 5.0) -> None:
        """Open `path` (":memory:" too) and bring it to the newest migration; `busy` in seconds.

        `name` is what messages call it. Raises LedgerLocked, LedgerDamaged, LedgerError.
        """
        self.name = name
        self.busy = busy
        self._lock = threading.RLock()
        with self._told():
            # The desk asks from several threads; `_lock` keeps them apart.
            self.connection = self._connect(path)
            self.connection.row_factory = sqlite3.Row
            try:
                self._prepare()
            except BaseException:
                self.connection.close()
                raise

    def _connect(self, path: str) -> sqlite3.Connection:
        return sqlite3.connect(path, timeout=self.busy, isolation_level=None, check_same_thread=False)

    def _prepare(self) -> None:
        run = self.connection.execute
        if run("PRAGMA quick_check(1)").fetchone()[0] != "ok":
            raise LedgerDamaged("the ledger's own check fails.", where=self.name, fix=KEEP)
        (version,) = run("PRAGMA user_version").fetchone()
        if not version and run("SELECT 1 FROM sqlite_master").fetchone():
            raise LedgerDamaged("this is a database of another program.", where=self.name, fix=KEEP)
        run("PRAGMA journal_mode=WAL")
        run("PRAGMA synchronous=FULL")
        self._migrate()

    def _migrate(self) -> None:
        scripts = migrations()
        newest = max(scripts)
        (version,) = self.connection.execute("PRAGMA user_version").fetchone()
        if version == newest:
            return  # nothing to write: whoever only reads need not wait for a writer
        with self.write() as connection:
            (version,) = connection.execute("PRAGMA user_version").fetchone()
            if version > newest:
                raise newer(version, newest, self.name)
            raise_shape(connection, newest)

    @contextmanager
    def write(self) -> Iterator[sqlite3.Connection]:
        """One transaction: everything in the block is durable after it, or nothing of it happened."""
        with self._lock, self._told():
            self.connection.execute("BEGIN IMMEDIATE")
            try:
                yield self.connection
                self.connection.execute("COMMIT")
            except BaseException:
                if self.connection.in_transaction:
                    self.connection.execute("ROLLBACK")
                raise

    @contextmanager
    def read(self) -> Iterator[sqlite3.Connection]:
        """A consistent view: several queries see one state."""
        with self._lock, self._told():
            self.connection.execute("BEGIN")
            try:
                yield self.connection
            finally:
                if self.connection.in_transaction:
                    self.connection.execute("ROLLBACK")

    def squeeze(self) -> None:
        """Write the file anew: what was deleted or written over is in no free page and in no write-ahead log."""
        with self._lock, self._told():
            self.connection.execute("VACUUM")
            self.connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")

    def close(self) -> None:
        """Close the file; what is not committed is gone."""
        with self._lock:
            self.connection.close()

    @contextmanager
    def _told(self) -> Iterator[None]:
        """SQLite's errors as ours; their texts may quote values, so none is passed on."""
        try:
            yield
        except sqlite3.Error as error:
            raise self._error(error) from None

    def _error(self, error: sqlite3.Error) -> LedgerError:
        code = getattr(error, "sqlite_errorcode", 0) & 0xFF
        name = getattr(error, "sqlite_errorname", type(error).__name__)
        if code in {sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED}:
            return LedgerLocked(
                f"another program has been writing to the ledger for more than {self.busy:g} seconds.",
                where=self.name,
                fix="Wait for it, or close the program that has it open (a database browser?).",
            )
        if code in {sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB}:
            return LedgerDamaged("this file is damaged or is no ledger.", where=self.name, fix=KEEP)
        if code in {sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR}:
            return LedgerError(
                f"the ledger cannot be written ({name}): the disk is full or failing.",
                where=self.name,
                fix="Make room, then run again: what was not written was not sent either, or is listed.",
            )
        if code in {sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_READONLY, sqlite3.SQLITE_PERM}:
            return LedgerError(
                f"the ledger cannot be opened for writing ({name}).",
                where=self.name,
                fix="Check that the folder exists and that you may write to it.",
            )
        return LedgerError(f"the ledger failed ({name}).", where=self.name, fix="Run again with --debug.")


def newer(version: int, newest: int, where: str) -> LedgerError:
    """What to say of a ledger that a later topmind wrote."""
    return LedgerError(
        f"this ledger has shape {version}, this topmind knows {newest}.",
        where=where,
        fix="Update topmind: pip install --upgrade topmind.",
    )


def newest_shape() -> int:
    """Number of the last migration this version knows."""
    return max(migrations())


def raise_shape(connection: sqlite3.Connection, shape: int) -> None:
    """Run the migrations up to that number that were not run yet, in the caller's transaction."""
    (version,) = connection.execute("PRAGMA user_version").fetchone()
    for number, script in migrations().items():
        if version < number <= shape:
            for statement in _statements(script):
                connection.execute(statement)
    if version < shape:
        connection.execute(f"PRAGMA user_version={shape}")


@cache
def migrations() -> dict[int, str]:
    """Number → text of `migrations/NNNN_….sql`, in order; the shape of a ledger is the number of the last.

    Raises LedgerError where one is missing or doubled.
    """
    folder = resources.files("topmind.ledger") / "migrations"
    return numbered({e.name: e.read_text("utf-8") for e in folder.iterdir() if e.name.endswith(".sql")})


def numbered(scripts: Mapping[str, str]) -> dict[int, str]:
    """Name → text becomes number → text, in order. Raises LedgerError unless they are 0001, 0002 … without a gap: a
    ledger that once passed over a number would never get what it says."""
    names = sorted(scripts)
    wrong = [name for number, name in enumerate(names, 1) if not name.startswith(f"{number:04d}_")]
    if wrong or not names:
        raise LedgerError(
            f"the ledger's migrations are not 0001, 0002 … without a gap: {wrong[0] if wrong else 'there is none'} "
            "is out of turn.",
            where="topmind/ledger/migrations",
            fix="Install topmind again; nothing was changed.",
        )
    return {number: scripts[name] for number, name in enumerate(names, 1)}


def _statements(script: str) -> Iterator[str]:
    """Single statements of a script (`executescript` would commit before the first)."""
    statement = ""
    for line in script.splitlines(keepends=True):
        statement += line
        if sqlite3.complete_statement(statement):
            yield statement
            statement = ""
