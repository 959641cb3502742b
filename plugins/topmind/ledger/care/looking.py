"""A ledger of any store, opened so that nothing can be written to it."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol, TypeAlias

from topmind.errors import ConfigError, LedgerDamaged, LedgerError
from topmind.ledger import postgres
from topmind.ledger.book import Book, Db
from topmind.ledger.database import KEEP, NO_LEDGER, Database, stamp
from topmind.ledger.log.log import Log
from topmind.ledger.objects import ObjectStore
from topmind.ledger.opening import BUSY, POSTGRES, name_of, path_of
from topmind.ledger.postgres_database import CLOCK, Address, PostgresDatabase
from topmind.model import Clock

#: Hears how much is done, and of how much; called often, from long work.
Told: TypeAlias = Callable[[int, int], None]


class Readable(Protocol):
    """Where rows can be read."""

    #: What messages call it.
    name: str

    def read(self) -> AbstractContextManager[Db]:
        """Several queries that see one state."""
        ...

    def close(self) -> None:
        """Let go of it."""
        ...


class FileReader(Database):
    """A ledger's file. SQLite itself refuses to write to it."""

    def _connect(self, path: str) -> sqlite3.Connection:
        found = sqlite3.connect(
            f"{Path(path).absolute().as_uri()}?mode=ro",
            uri=True,
            timeout=self.busy,
            isolation_level=None,
            check_same_thread=False,
        )
        # every so many steps Python may hear of Ctrl-C
        found.set_progress_handler(lambda: 0, 100_000)
        return found

    def _prepare(self) -> None:
        if (
            not self.shape
            or not self.connection.execute("SELECT 1 FROM sqlite_master WHERE name = 'touches'").fetchone()
        ):
            raise LedgerDamaged("this is no ledger.", where=self.name, fix=KEEP)

    @property
    def shape(self) -> int:
        """Number of its last migration."""
        return int(self.connection.execute("PRAGMA user_version").fetchone()[0])

    def wrong(self) -> list[str]:
        """What SQLite finds wrong with the file: tables, columns and indexes, no values. Raises LedgerDamaged."""
        with self.read() as db:
            found = [str(row[0]) for row in db.execute("PRAGMA integrity_check(20)")]
        return [] if found == ["ok"] else [" ".join(text.split()) for text in found]


class LogReader:
    """The tables of a log in a bucket, made from its objects."""

    def __init__(self, objects: ObjectStore, clock: Clock) -> None:
        """Nothing is read yet."""
        self.name = objects.name
        self.log = Log(objects, clock)

    def read(self) -> AbstractContextManager[Db]:
        """One state of the tables in memory."""
        return self.log.index.read()

    def close(self) -> None:
        """Let go of the tables."""
        self.log.index.close()


@dataclass(frozen=True, slots=True, kw_only=True)
class Looked:
    """A ledger that is only read."""

    database: Readable
    #: Number of its last migration.
    shape: int
    #: Milliseconds, UTC, by the store's clock.
    now: int

    @contextmanager
    def book(self) -> Iterator[Book]:
        """One state of it."""
        with self.database.read() as db:
            known = Book(db=db, ledger="", now=self.now).meta("ledger")
            yield Book(db=db, ledger=known, now=self.now)

    def close(self) -> None:
        """Let go of it."""
        self.database.close()


def look(url: str, *, root: Path, clock: Clock, objects: ObjectStore | None = None) -> Looked:
    """Open the ledger at this address to read; arguments as for `open_ledger`.

    Raises ConfigError (an address of no durable ledger), LedgerDamaged, LedgerLocked, LedgerError (none is there).
    """
    if objects is not None:
        return _in_bucket(objects, clock)
    if url.startswith(POSTGRES):
        return _in_postgres(url, clock)
    if url.rstrip("/") == "memory:":
        raise ConfigError(
            "a ledger in memory is gone with its process: there is nothing to look at.",
            where="TOPMIND_LEDGER",
            fix="Use sqlite:///var/ledger.db, s3://BUCKET/PREFIX or postgresql://…",
        )
    path = path_of(url, root)
    return look_at_copy(path, name=name_of(path, root), clock=clock)


def look_at_copy(path: Path, *, name: str, clock: Clock) -> Looked:
    """Open a ledger's file, or what `topmind ledger backup` made. Raises as `look`."""
    if not path.is_file():
        raise LedgerError("there is no ledger here.", where=name, fix=NO_LEDGER)
    if not path.stat().st_size:
        raise LedgerDamaged("this file is empty, and no ledger ever is.", where=name, fix=KEEP)
    reader = FileReader(str(path), name=name, busy=BUSY)
    return Looked(database=reader, shape=reader.shape, now=stamp(clock.now()))


def _in_bucket(objects: ObjectStore, clock: Clock) -> Looked:
    reader = LogReader(objects, clock)
    try:
        reader.log.look()
        if not reader.log.number:
            raise LedgerError("there is no ledger here.", where=objects.name, fix=NO_LEDGER)
        return Looked(database=reader, shape=reader.log.index.shape, now=stamp(objects.now()))
    except BaseException:
        reader.close()
        raise


def _in_postgres(url: str, clock: Clock) -> Looked:
    database = PostgresDatabase(Address.parse(url), busy=postgres.BUSY)
    try:
        shape = postgres.shape_of(database)
        if not shape:
            raise LedgerError("there is no ledger here.", where=database.name, fix=NO_LEDGER)
        now = stamp(clock.now())
        if not getattr(clock, "stands_for_all", False):
            with database.read() as db:
                (now,) = db.execute(f"SELECT {CLOCK}").fetchone()
        return Looked(database=database, shape=shape, now=int(now))
    except BaseException:
        database.close()
        raise
