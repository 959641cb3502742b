"""What every function of the ledger works on inside one transaction, and the small lookups they share."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from typing import Any, Protocol, TypeVar

from topmind.ledger.states import CHANNEL, CHANNEL_CODE
from topmind.model import TouchKey

T = TypeVar("T")
#: So many values at once in one statement.
CHUNK = 5000


class Record(Protocol):
    """A row: by column number, by column name, or unpacked."""

    def __getitem__(self, key: Any, /) -> Any:
        """One column."""
        ...

    def __iter__(self) -> Iterator[Any]:
        """Columns in order."""
        ...


class Found(Protocol):
    """What a statement gave, as `sqlite3.Cursor` has it."""

    @property
    def rowcount(self) -> int:
        """Rows written."""
        ...

    def fetchone(self) -> Any:
        """The next row, or None."""
        ...

    def fetchall(self) -> list[Any]:
        """The rows that are left."""
        ...

    def __iter__(self) -> Iterator[Any]:
        """Row by row."""
        ...


class Db(Protocol):
    """The part of `sqlite3.Connection` that the ledger's SQL needs; every store speaks it.

    The SQL is SQLite's (3.37) as far as PostgreSQL understands it: upserts name their columns, a number is made
    by RETURNING, booleans are 0 and 1, and the one thing PostgreSQL has not is `IN (SELECT value FROM json_each(?))`
    with a `listed` value (`postgres_sql.py` says what becomes of it).
    """

    @property
    def total_changes(self) -> int:
        """Rows written since it was opened."""
        ...

    def execute(self, sql: str, parameters: Any = ..., /) -> Found:
        """Run one statement."""
        ...

    def executemany(self, sql: str, parameters: Iterable[Any], /) -> Found:
        """Run one statement with each of these."""
        ...


class Transactions(Protocol):
    """Where a ledger's rows are: whole transactions, one after the other."""

    #: What messages call it; never an address with a password.
    name: str

    def write(self) -> AbstractContextManager[Db]:
        """All of the block, durably, or nothing of it."""
        ...

    def read(self) -> AbstractContextManager[Db]:
        """Several queries that see one state."""
        ...

    def close(self) -> None:
        """Let go of it."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Book:
    """One transaction: the connection, whose ledger it is, and its moment by the store's clock."""

    db: Db
    ledger: str
    #: Milliseconds, UTC.
    now: int
    #: Other senders may be claiming at this very moment: rows must be locked before they are judged.
    beside: bool = False
    #: Numbers of names that this transaction has asked for.
    numbers: dict[tuple[object, ...], int] = field(default_factory=dict, repr=False)

    def meta(self, name: str) -> str:
        """A value of `meta`; "" where there is none."""
        row = self.db.execute("SELECT value FROM meta WHERE name = ?", (name,)).fetchone()
        return str(row[0]) if row else ""

    def set_meta(self, name: str, value: str) -> None:
        """Write a value of `meta`."""
        self.db.execute(
            "INSERT INTO meta (name, value) VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value",
            (name, value),
        )

    def moved(self) -> None:
        """A write that may change a plan: the head goes on by one."""
        self.set_meta("head", str(int(self.meta("head") or 0) + 1))

    def run(self, owner: str, who: str = "") -> int:
        """The number of a run; written at first sight."""
        return self._number("runs", "owner", owner, "who, started", (who, self.now))

    def item(self, name: str) -> int:
        """The number of an item."""
        return self._number("items", "name", name)

    def terms(self, text: str) -> int:
        """The number of a combination of gap, ceilings, purpose and topics."""
        return self._number("terms", "text", text)

    def _number(
        self, table: str, key: str, value: str, more: str = "", values: tuple[object, ...] = ()
    ) -> int:
        if (table, value) in self.numbers:
            return self.numbers[table, value]
        found = self.db.execute(f"SELECT id FROM {table} WHERE {key} = ?", (value,)).fetchone()
        if found:
            return self.numbers.setdefault((table, value), int(found[0]))
        columns = ", ".join(filter(None, (key, more)))
        marks = ", ".join("?" * (1 + len(values)))
        (number,) = self.db.execute(
            f"INSERT INTO {table} ({columns}) VALUES ({marks}) RETURNING id", (value, *values)
        ).fetchone()
        return self.numbers.setdefault((table, value), int(number))

    def occasion(self, key: TouchKey, *, kind: str, title: str) -> int:
        """The number of an occasion; its title is the latest given."""
        where = (key.source, key.step or "", key.occurrence, CHANNEL_CODE[key.channel])
        known = ("occasions", *where, title)
        if known not in self.numbers:
            self.numbers[known] = self._occasion(key, where, kind, title)
        return self.numbers[known]

    def _occasion(self, key: TouchKey, where: tuple[object, ...], kind: str, title: str) -> int:
        found = self.db.execute(
            "SELECT id, title FROM occasions WHERE source = ? AND step = ? AND occurrence = ? AND channel = ?",
            where,
        ).fetchone()
        if found:
            if found[1] != title:
                self.db.execute("UPDATE occasions SET title = ? WHERE id = ?", (title, found[0]))
            return int(found[0])
        (number,) = self.db.execute(
            "INSERT INTO occasions (source, step, occurrence, channel, kind, name, title)"
            " VALUES (?, ?, ?, ?, ?, ?, ?) RETURNING id",
            (*where, kind, key.name, title),
        ).fetchone()
        return int(number)


def key_of(contact: str, source: str, step: str, occurrence: str, channel: int) -> TouchKey:
    """A touch's key from its columns."""
    return TouchKey(
        contact=contact,
        source=source,
        step=step or None,
        occurrence=occurrence,
        channel=CHANNEL[channel],
    )


def chunks(values: Sequence[T]) -> Iterator[Sequence[T]]:
    """In order, `CHUNK` at a time."""
    for start in range(0, len(values), CHUNK):
        yield values[start : start + CHUNK]


class Listed(str):
    """Any number of numbers or texts as one bound parameter: JSON, and the values themselves."""

    __slots__ = ("values",)

    values: list[Any]


def listed(values: Iterable[object]) -> Listed:
    """For `IN (SELECT value FROM json_each(?))`."""
    found = list(values)
    made = Listed(json.dumps(found))
    made.values = found
    return made
