"""What a transaction changed, found by triggers: which rows, and which of their columns."""

from __future__ import annotations

import sqlite3
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

from topmind.ledger.log.tables import Table

#: Rows of a table under the names of their columns: `{"columns": […], "rows": [[…], …]}`.
Block: TypeAlias = dict[str, Any]
#: `new`: whole rows, `set`: rows of which some columns changed, `gone`: keys of rows that are no more.
TableChanges: TypeAlias = dict[str, Any]

#: People whose personal values lie in one object.
SHARD = 1024
#: Bits of a row that was inserted, and of one that was deleted, whatever came after.
_NEW, _GONE = 1 << 61, 1 << 62


@dataclass(frozen=True, slots=True, kw_only=True)
class Changes:
    """The changes of one transaction."""

    rows: Mapping[str, TableChanges]
    #: Shards of people whose personal values changed.
    shards: tuple[int, ...]

    def __bool__(self) -> bool:
        return bool(self.rows or self.shards)


class Capture:
    """Triggers on every table that note keys and a bit for each changed column; they belong to this connection."""

    def __init__(self, db: sqlite3.Connection, tables: Mapping[str, Table]) -> None:
        self._tables = list(tables.values())
        width = max(len(table.key) for table in self._tables)
        self._keys = [f"k{n}" for n in range(width)]
        db.execute("BEGIN")
        db.execute(f"CREATE TEMP TABLE _changed (tab, mask, {', '.join(self._keys)})")
        for number, table in enumerate(self._tables):
            for statement in self._triggers(number, table):
                db.execute(statement)
        db.execute("COMMIT")

    def _triggers(self, number: int, table: Table) -> Iterator[str]:
        assert len(table.others) < 61
        bits = " | ".join(
            f'((NEW."{name}" IS NOT OLD."{name}") << {bit})' for bit, name in enumerate(table.others)
        )
        same = " AND ".join(f'NEW."{name}" IS OLD."{name}"' for name in table.key)
        new, gone = self._note(number, table, "NEW", _NEW), self._note(number, table, "OLD", _GONE)
        for name, when, steps in (
            ("new", "INSERT", new),
            ("gone", "DELETE", gone),
            ("same", "UPDATE", self._note(number, table, "NEW", bits or 0)),
            # another key: the old row is gone, and a whole new one is there
            ("moved", "UPDATE", gone + new),
        ):
            only = {"same": f"WHEN {same}", "moved": f"WHEN NOT ({same})"}.get(name, "")
            yield (
                f'CREATE TEMP TRIGGER _{number}_{name} AFTER {when} ON main."{table.name}" {only}'
                f" BEGIN {steps} END"
            )

    def _note(self, number: int, table: Table, row: str, mask: object) -> str:
        """The step of a trigger that notes the key of the new or the old row."""
        keys = ", ".join(self._keys[: len(table.key)])
        values = ", ".join(f'{row}."{name}"' for name in table.key)
        return f"INSERT INTO _changed (tab, mask, {keys}) VALUES ({number}, {mask}, {values});"

    def clear(self, db: sqlite3.Connection) -> None:
        """Forget what was noted: these changes came from the log."""
        db.execute("DELETE FROM temp._changed")

    def take(self, db: sqlite3.Connection) -> Changes:
        """What changed in this transaction, as the rows are now."""
        masks: dict[int, dict[tuple[Any, ...], int]] = defaultdict(dict)
        for number, mask, *key in db.execute("SELECT * FROM temp._changed"):
            noted, which = masks[number], tuple(key[: len(self._tables[number].key)])
            noted[which] = noted.get(which, 0) | mask
        rows: dict[str, TableChanges] = {}
        shards: set[int] = set()
        for number, noted in sorted(masks.items()):
            table = self._tables[number]
            found = self._now(db, number)
            shards |= {_person(table, key) // SHARD for key in _touched(table, noted, found)}
            if changes := _changes(table, noted, found):
                rows[table.name] = changes
        self.clear(db)
        return Changes(rows=rows, shards=tuple(sorted(shards)))

    def _now(self, db: sqlite3.Connection, number: int) -> dict[tuple[Any, ...], Sequence[Any]]:
        """Rows of a table that were noted and are still there: key → columns besides it."""
        table = self._tables[number]
        keys = self._keys[: len(table.key)]
        columns = ", ".join(f't."{name}"' for name in table.columns)
        same = " AND ".join(f't."{name}" = c.{key}' for name, key in zip(table.key, keys, strict=True))
        found = db.execute(
            f"SELECT {columns} FROM (SELECT DISTINCT {', '.join(keys)} FROM temp._changed WHERE tab = ?) c"
            f' CROSS JOIN main."{table.name}" t ON {same}',
            (number,),
        )
        width = len(keys)
        return {tuple(row[:width]): tuple(row[width:]) for row in found}


def _changes(
    table: Table, noted: Mapping[tuple[Any, ...], int], found: Mapping[tuple[Any, ...], Sequence[Any]]
) -> TableChanges:
    """Rows grouped by which columns changed, without personal ones."""
    public = [bit for bit, name in enumerate(table.others) if name not in table.personal]
    groups: dict[tuple[int, ...], list[list[Any]]] = defaultdict(list)
    new: list[list[Any]] = []
    gone = []
    for key, mask in noted.items():
        row = found.get(key)
        if row is None:
            gone.append(list(key))
        elif mask & (_NEW | _GONE):
            new.append([*key, *(row[bit] for bit in public)])
        elif bits := tuple(bit for bit in public if mask >> bit & 1):
            groups[bits].append([*key, *(row[bit] for bit in bits)])
    changes: TableChanges = {}
    if new:
        changes["new"] = {"columns": list(table.public), "rows": new}
    if groups:
        changes["set"] = [
            {"columns": [*table.key, *(table.others[bit] for bit in bits)], "rows": rows}
            for bits, rows in groups.items()
        ]
    if gone:
        changes["gone"] = gone
    return changes


def _touched(
    table: Table, noted: Mapping[tuple[Any, ...], int], found: Mapping[tuple[Any, ...], Sequence[Any]]
) -> Iterator[tuple[Any, ...]]:
    """Keys of rows whose personal values changed."""
    bits = [bit for bit, name in enumerate(table.others) if name in table.personal]
    for key, mask in noted.items() if bits else ():
        row = found.get(key)
        said = row is not None and any(row[bit] for bit in bits)
        if row is None or mask & _GONE or (said if mask & _NEW else any(mask >> bit & 1 for bit in bits)):
            yield key


def _person(table: Table, key: tuple[Any, ...]) -> int:
    return int(key[table.key.index(table.person)])
