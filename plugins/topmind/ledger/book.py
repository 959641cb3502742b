"""What every function of the ledger works on inside one transaction, and the small lookups they share."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable
from dataclasses import dataclass

from topmind.ledger.states import CHANNEL, CHANNEL_CODE
from topmind.model import TouchKey


@dataclass(frozen=True, slots=True, kw_only=True)
class Book:
    """One transaction: the connection, whose ledger it is, and its moment by the store's clock."""

    db: sqlite3.Connection
    ledger: str
    #: Milliseconds, UTC.
    now: int

    def meta(self, name: str) -> str:
        """A value of `meta`; "" where there is none."""
        row = self.db.execute("SELECT value FROM meta WHERE name = ?", (name,)).fetchone()
        return str(row[0]) if row else ""

    def set_meta(self, name: str, value: str) -> None:
        """Write a value of `meta`."""
        self.db.execute("INSERT OR REPLACE INTO meta (name, value) VALUES (?, ?)", (name, value))

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
        found = self.db.execute(f"SELECT id FROM {table} WHERE {key} = ?", (value,)).fetchone()
        if found:
            return int(found[0])
        columns = ", ".join(filter(None, (key, more)))
        marks = ", ".join("?" * (1 + len(values)))
        cursor = self.db.execute(f"INSERT INTO {table} ({columns}) VALUES ({marks})", (value, *values))
        assert cursor.lastrowid is not None
        return cursor.lastrowid

    def occasion(self, key: TouchKey, *, kind: str, title: str) -> int:
        """The number of an occasion; its title is the latest given."""
        where = (key.source, key.step or "", key.occurrence, CHANNEL_CODE[key.channel])
        found = self.db.execute(
            "SELECT id, title FROM occasions WHERE source = ? AND step = ? AND occurrence = ? AND channel = ?",
            where,
        ).fetchone()
        if found:
            if found[1] != title:
                self.db.execute("UPDATE occasions SET title = ? WHERE id = ?", (title, found[0]))
            return int(found[0])
        name = "/".join(part for part in (key.source, key.step, key.occurrence) if part)
        cursor = self.db.execute(
            "INSERT INTO occasions (source, step, occurrence, channel, kind, name, title)"
            " VALUES (?, ?, ?, ?, ?, ?, ?)",
            (*where, kind, name, title),
        )
        assert cursor.lastrowid is not None
        return cursor.lastrowid


def key_of(contact: str, source: str, step: str, occurrence: str, channel: int) -> TouchKey:
    """A touch's key from its columns."""
    return TouchKey(
        contact=contact,
        source=source,
        step=step or None,
        occurrence=occurrence,
        channel=CHANNEL[channel],
    )


def listed(values: Iterable[object]) -> str:
    """Any number of values as one bound parameter: `IN (SELECT value FROM json_each(?))`."""
    return json.dumps(list(values))
