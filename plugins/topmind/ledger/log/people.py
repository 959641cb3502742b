"""What is personal, in objects of their own: `people/<shard>-<entry's number>-<nonce>`, deleted when superseded.

An object is written before the entry that points at it, and only the entry of its own number may begin to point at
it. So every object with the number of an entry that exists, or a lower one, that nothing points at is waste for good:
whoever finds it may delete it, whatever others are just doing.
"""

from __future__ import annotations

import json
import sqlite3
import zlib
from collections.abc import Iterable, Mapping
from typing import Any

from topmind.ledger.log.capture import SHARD
from topmind.ledger.log.entry import damaged
from topmind.ledger.log.tables import Table
from topmind.ledger.objects import ObjectStore, keep, patiently
from topmind.model import Clock

FOLDER = "people/"


def key_of(shard: int, number: int, nonce: str) -> str:
    """The name of a shard's object, written for an entry."""
    return f"{FOLDER}{shard}-{number:012d}-{nonce}"


class People:
    """Where each shard lies now, and which of them this index has not read yet."""

    def __init__(self, objects: ObjectStore, clock: Clock) -> None:
        self._objects = objects
        self._clock = clock
        #: Shard → its object.
        self.lie: dict[int, str] = {}
        self._unread: set[int] = set()

    def found(self, lie: Mapping[int, str]) -> None:
        """Take over what a snap knows."""
        self.lie = dict(lie)
        self._unread = set(lie)

    def moved(self, shards: Iterable[int], number: int, nonce: str, *, known: bool) -> None:
        """An entry points at new objects; `known`: its values are in this index already."""
        for shard in shards:
            self.lie[shard] = key_of(shard, number, nonce)
            if known:
                self._unread.discard(shard)
            else:
                self._unread.add(shard)

    # -- reading ---------------------------------------------------------------------------------------------

    def read(self, db: sqlite3.Connection, tables: Mapping[str, Table]) -> bool:
        """Fill in what is not read yet, in the caller's transaction. False where an object is gone: a newer
        entry points elsewhere. Raises LedgerError, LedgerDamaged."""
        shards = sorted(self._unread)
        keys = [self.lie[shard] for shard in shards]
        found = patiently(self._objects, self._clock, lambda: self._objects.get_all(keys))
        if any(one is None for one in found):
            return False
        for shard in shards:
            _blank(db, tables, shard)
        for key, one in zip(keys, found, strict=True):
            assert one is not None
            try:
                _fill(db, tables, json.loads(zlib.decompress(one.data)))
            except (zlib.error, ValueError, KeyError, TypeError, sqlite3.Error):
                raise damaged(f"{self._objects.name}/{key}") from None
        return True

    def has_unread(self) -> bool:
        """Whether something is to be read before anybody looks at people."""
        return bool(self._unread)

    def all_read(self) -> None:
        """What was read is committed."""
        self._unread.clear()

    # -- writing ---------------------------------------------------------------------------------------------

    def write(
        self,
        db: sqlite3.Connection,
        tables: Mapping[str, Table],
        shards: Iterable[int],
        number: int,
        nonce: str,
    ) -> None:
        """Put the shards as they are in this transaction, for the entry of this number. Raises LedgerError."""
        for shard in shards:
            flat = {table.name: _personal(db, table, shard) for table in tables.values() if table.personal}
            data = zlib.compress(json.dumps(flat, separators=(",", ":")).encode())
            keep(self._objects, self._clock, key_of(shard, number, nonce), data)

    def discard(self, shards: Iterable[int], number: int, nonce: str) -> None:
        """Delete what was written for an entry that never came to be. Raises NoAnswerError."""
        if keys := [key_of(shard, number, nonce) for shard in shards]:
            self._objects.delete(keys)

    def sweep(self, number: int) -> None:
        """Delete everything that no entry points at, nor ever will: `number` is an entry that exists.

        Raises NoAnswerError.
        """
        kept = set(self.lie.values())
        waste = [key for key in self._objects.names(FOLDER) if key not in kept and number_of(key) <= number]
        if waste:
            self._objects.delete(waste)


def number_of(key: str) -> int:
    """The entry's number in a name; an object that is none of ours is nobody's waste."""
    parts = key.removeprefix(FOLDER).split("-")
    return int(parts[1]) if len(parts) == 3 and parts[1].isdigit() else 1 << 62


def _range(shard: int) -> tuple[int, int]:
    return shard * SHARD, (shard + 1) * SHARD - 1


def _personal(db: sqlite3.Connection, table: Table, shard: int) -> dict[str, Any]:
    """Rows of a shard that have a personal value."""
    columns = [f'"{name}"' for name in (*table.key, *table.personal)]
    says = " OR ".join(f"\"{name}\" <> ''" for name in table.personal)
    rows = db.execute(
        f'SELECT {", ".join(columns)} FROM main."{table.name}" WHERE "{table.person}" BETWEEN ? AND ? AND ({says})',
        _range(shard),
    )
    return {"columns": list(table.personal), "rows": [list(row) for row in rows]}


def _blank(db: sqlite3.Connection, tables: Mapping[str, Table], shard: int) -> None:
    for table in tables.values():
        if table.personal:
            changed = ", ".join(
                f'"{n}" = {blank}' for n, blank in zip(table.personal, table.blank, strict=True)
            )
            db.execute(
                f'UPDATE main."{table.name}" SET {changed} WHERE "{table.person}" BETWEEN ? AND ?',
                _range(shard),
            )


def _fill(db: sqlite3.Connection, tables: Mapping[str, Table], flat: Mapping[str, Any]) -> None:
    for name, block in flat.items():
        table, columns = tables[name], tuple(block["columns"])
        if not set(columns) <= set(table.personal):
            raise ValueError("unknown column")
        changed = ", ".join(f'"{column}" = ?' for column in columns)
        where = " AND ".join(f'"{column}" = ?' for column in table.key)
        width = len(table.key)
        db.executemany(
            f'UPDATE main."{name}" SET {changed} WHERE {where}',
            [(*row[width:], *row[:width]) for row in block["rows"]],
        )
