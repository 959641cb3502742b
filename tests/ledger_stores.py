"""One store of each kind under two senders: killed, opened anew, copied, and put back from a copy."""

from __future__ import annotations

import shutil
import sqlite3
import tempfile
from collections.abc import Iterable
from pathlib import Path
from typing import Any, Protocol

from topmind.ledger import Ledger, MemoryObjects
from topmind.ledger.memory import MemoryLedger, open_database
from topmind.model import Clock
from topmind.testing.sending import a_ledger


class Store(Protocol):
    """Where a ledger lies, with two senders who have it open."""

    #: Each sender's own; in memory it is one.
    ledgers: list[Any]

    def kill(self, who: int) -> None:
        """The process ends without a word; another one opens the ledger."""
        ...

    def copy(self) -> None:
        """Back it up as it is now."""
        ...

    def put_back(self) -> None:
        """The backup takes the ledger's place; both open it."""
        ...

    def close(self) -> None:
        """Nothing is left of it."""
        ...


class InMemory:
    """One object for both."""

    def __init__(self, clock: Clock, contacts: Iterable[str]) -> None:
        self._clock = clock
        self.ledgers = [a_ledger(contacts, clock=clock)] * 2
        self._copy = sqlite3.connect(":memory:")

    def kill(self, who: int) -> None:
        """Its lease stays until it ends."""

    def copy(self) -> None:
        self.ledgers[0]._database.connection.backup(self._copy)

    def put_back(self) -> None:
        database = open_database()
        self._copy.backup(database.connection)
        (epoch,) = database.connection.execute("SELECT value FROM meta WHERE name = 'epoch'").fetchone()
        self.ledgers[0].close()
        self.ledgers = [MemoryLedger(database, self._clock, "test", int(epoch))] * 2

    def close(self) -> None:
        self.ledgers[0].close()
        self._copy.close()


class InFile:
    """Two connections to one SQLite file."""

    def __init__(self, clock: Clock, contacts: Iterable[str]) -> None:
        self._clock = clock
        self._root = Path(tempfile.mkdtemp(prefix="machine-"))
        a_ledger(contacts, url="sqlite:///ledger.db", root=self._root, clock=clock).close()
        self.ledgers = [self._opened(), self._opened()]

    def _opened(self) -> Any:
        return a_ledger((), url="sqlite:///ledger.db", root=self._root, clock=self._clock)

    def kill(self, who: int) -> None:
        self.ledgers[who]._database.close()
        self.ledgers[who]._let_go()
        self.ledgers[who] = self._opened()

    def copy(self) -> None:
        target = sqlite3.connect(self._root / "copy.db")
        self.ledgers[0]._database.connection.backup(target)
        target.close()

    def put_back(self) -> None:
        for ledger in self.ledgers:
            ledger._database.close()
            ledger._let_go()
        for end in ("-wal", "-shm"):
            (self._root / f"ledger.db{end}").unlink(missing_ok=True)
        shutil.copy(self._root / "copy.db", self._root / "ledger.db")
        self.ledgers = [self._opened(), self._opened()]

    def close(self) -> None:
        for ledger in self.ledgers:
            ledger._database.close()
            ledger._let_go()
        shutil.rmtree(self._root)


class InBucket:
    """Two logs in one bucket in memory."""

    def __init__(self, clock: Clock, contacts: Iterable[str]) -> None:
        self._clock = clock
        self._bucket = MemoryObjects(clock)
        self._copy: dict[str, bytes] = {}
        self.ledgers = [self._opened(contacts), self._opened()]

    def _opened(self, contacts: Iterable[str] = ()) -> Any:
        return a_ledger(contacts, objects=self._bucket, clock=self._clock)

    def kill(self, who: int) -> None:
        self.ledgers[who]._log.index.close()
        self.ledgers[who] = self._opened()

    def copy(self) -> None:
        self._copy = dict(self._bucket.objects)

    def put_back(self) -> None:
        self._bucket.objects = dict(self._copy)
        for who in (0, 1):
            self.kill(who)

    def close(self) -> None:
        for ledger in self.ledgers:
            ledger._log.index.close()


class OnServer:
    """Two connections to one schema of a PostgreSQL."""

    def __init__(self, url: str, clock: Clock, contacts: Iterable[str]) -> None:
        self._clock, self._url = clock, url
        first: Any = a_ledger((), url=url, clock=clock)
        with first._store.write() as db:
            names = db.execute("SELECT tablename FROM pg_tables WHERE schemaname = ?", (first._store.schema,))
            self._tables = [name for (name,) in names if not name.startswith("copy_")]
            # one schema serves every example: what the last one left is gone, and ids begin anew
            db.execute(
                f"TRUNCATE {', '.join(name for name in self._tables if name != 'meta')} RESTART IDENTITY"
            )
        first.close()
        self.ledgers = [self._opened(contacts), self._opened()]
        self.copy()

    def _opened(self, contacts: Iterable[str] = ()) -> Any:
        return a_ledger(contacts, url=self._url, clock=self._clock)

    def kill(self, who: int) -> None:
        self.ledgers[who].close()
        self.ledgers[who] = self._opened()

    def copy(self) -> None:
        with self.ledgers[0]._store.write() as db:
            for name in self._tables:
                db.execute(f"DROP TABLE IF EXISTS copy_{name}")
                db.execute(f"CREATE TABLE copy_{name} AS SELECT * FROM {name}")

    def put_back(self) -> None:
        with self.ledgers[0]._store.write() as db:
            db.execute(f"TRUNCATE {', '.join(self._tables)}")
            # what another table names first: occasions before touches
            for name in sorted(self._tables, key=lambda name: name == "touches"):
                db.execute(f"INSERT INTO {name} SELECT * FROM copy_{name}")
        for who in (0, 1):
            self.kill(who)

    def close(self) -> None:
        for ledger in self.ledgers:
            ledger.close()


def touches(ledger: Ledger) -> dict[str, dict[str, Any]]:
    """Every touch as it is stored, those of the erased, too: wire name → its columns."""
    names = ("hex", "state", "lease", "attempt", "sole", "inbox", "last_day")
    rows: list[Any] = ledger._read(  # type: ignore[attr-defined]  # no public word tells of the erased
        lambda book: book.db.execute(f"SELECT {', '.join(names)} FROM touches").fetchall()
    )
    return {row["hex"]: {name: row[name] for name in names} for row in rows}
