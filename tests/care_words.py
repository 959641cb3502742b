"""Short words of the tests about care for a ledger: one place for a ledger of each durable store."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ledger_words import accepted, claim, says
from topmind.ledger import MemoryObjects, care
from topmind.ledger.log.log import Log
from topmind.ledger.store import SqlLedger
from topmind.testing.clock import FixedClock
from topmind.testing.sending import a_ledger, a_person, a_row, a_task, freeze, hashes

CANARY = a_person(
    "crm-0815-canary",
    address="yellow.canary@birds.example",
    name="Yellow Canary",
    phone="+1 555 0815",
    postal=("8 Cage Lane", "Birdtown"),
)
WORDS = ("crm-0815", "birds.example", "Yellow", "555 0815", "Cage Lane", "Birdtown", "I sing at dawn")
OTHERS = [a_person(f"c{n:04d}") for n in range(6)]


def silent(_done: int, _total: int) -> None:
    """Nobody listens."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where a ledger is or may be."""

    url: str
    root: Path
    clock: FixedClock
    bucket: MemoryObjects | None = None

    def open(self) -> SqlLedger:
        """As a run does."""
        ledger = a_ledger((), url=self.url, root=self.root, clock=self.clock, objects=self.bucket)
        assert isinstance(ledger, SqlLedger)
        return ledger

    @contextmanager
    def looked(self) -> Iterator[care.Looked]:
        """To read only."""
        with closing(care.look(self.url, root=self.root, clock=self.clock, objects=self.bucket)) as found:
            yield found

    def check(self, ledger_id: str = "test", check_value: str = "") -> care.Health:
        """What `topmind ledger check` finds."""
        return care.check(
            self.url,
            root=self.root,
            clock=self.clock,
            ledger_id=ledger_id,
            check_value=check_value,
            told=silent,
            objects=self.bucket,
        )

    def copy(self, path: Path) -> Path:
        """What `topmind ledger backup` writes."""
        with self.looked() as looked:
            care.copy(looked, path, silent)
        return path

    def restore(self, path: Path, ledger_id: str = "test", check_value: str = "") -> Any:
        """What `topmind ledger restore` does."""
        return care.restore(
            self.url,
            path,
            root=self.root,
            clock=self.clock,
            ledger_id=ledger_id,
            check_value=check_value,
            told=silent,
            objects=self.bucket,
        )

    def rows(self) -> dict[str, list[tuple[Any, ...]]]:
        """Every row of every table, in the order of its key, as another process reads them."""
        with self.looked() as looked, looked.book() as book:
            return {
                name: list(care.tables.rows(book.db, table, table.columns))  # type: ignore[attr-defined]  # a module
                for name, table in care.tables.at_shape(looked.shape).items()  # type: ignore[attr-defined]
            }

    def spoil(self, *statements: str) -> None:
        """Change rows behind the ledger's back."""
        if self.bucket is not None:
            log = Log(self.bucket, self.clock)
            log.open()
            for statement in statements:
                log.write(lambda db, sql=statement: db.execute(sql))  # type: ignore[misc]  # bound now
            log.index.close()
            return
        if self.url.startswith("sqlite:"):
            with closing(sqlite3.connect(self.root / "var" / "ledger.db", isolation_level=None)) as db:
                for statement in statements:
                    db.execute(statement)
            return
        import psycopg

        with psycopg.connect(self.url, autocommit=True) as connection:
            for statement in statements:
                connection.execute(statement)  # type: ignore[call-overload]  # any text


def lived(place: Place) -> Place:
    """A ledger with a bit of everything: people, proof, an unknown, a claim, tasks, words, somebody who left."""
    ledger = place.open()
    ledger.sync_people([*OTHERS, CANARY], hashes)
    freeze(ledger, *(a_row(person.contact) for person in [*OTHERS, CANARY]), a_task(CANARY.contact), a_task())
    ledger.lock("run-1", who="send in a test")
    first, *_ = claim(ledger, limit=4)
    ledger.settle([accepted(first)])
    ledger.fold(
        [
            says("answer", CANARY.contact, 1, value="happy", comment="I sing at dawn"),
            says("opt_out", number=2),
        ]
    )
    ledger.erase("c0005", hashes)
    ledger.unlock("run-1")
    ledger.lock("run-2")
    claim(ledger, limit=1, owner="run-2")
    ledger.close()
    return place
