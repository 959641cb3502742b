"""One transaction as an object: packed small, and written into tables again."""

from __future__ import annotations

import json
import sqlite3
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from topmind.errors import LedgerDamaged, LedgerError
from topmind.ledger.database import KEEP
from topmind.ledger.log.capture import TableChanges
from topmind.ledger.log.tables import Table

#: Of the notation itself; what it holds has the shape of a migration's number.
FORMAT = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """What one transaction changed."""

    #: By which its writer knows it again.
    nonce: str
    #: Number of the migration the tables have from this entry on.
    shape: int
    #: Milliseconds, UTC, by the store's clock; for people who look for a moment.
    at: int
    #: Shards of people that lie in objects of this entry's number from now on.
    shards: tuple[int, ...] = ()
    #: Table → changes; none where an entry only raises the shape.
    rows: Mapping[str, TableChanges]


def pack(entry: Entry) -> bytes:
    """The object's bytes."""
    flat = {
        "format": FORMAT,
        "nonce": entry.nonce,
        "shape": entry.shape,
        "at": entry.at,
        "people": entry.shards,
        "rows": entry.rows,
    }
    return zlib.compress(json.dumps(flat, separators=(",", ":")).encode(), 9)


def unpack(data: bytes, where: str) -> Entry:
    """The entry in an object. Raises LedgerDamaged, LedgerError (a newer notation)."""
    try:
        flat: dict[str, Any] = json.loads(zlib.decompress(data))
        if flat["format"] != FORMAT:
            raise LedgerError(
                "this entry was written by a newer topmind.",
                where=where,
                fix="Update topmind: pip install --upgrade topmind.",
            )
        return Entry(
            nonce=str(flat["nonce"]),
            shape=int(flat["shape"]),
            at=int(flat["at"]),
            shards=tuple(map(int, flat["people"])),
            rows=flat["rows"],
        )
    except (zlib.error, ValueError, KeyError, TypeError):
        raise damaged(where) from None


def damaged(where: str) -> LedgerDamaged:
    """An object that is not what was written."""
    return LedgerDamaged("this object is damaged or is none of ours.", where=where, fix=KEEP)


def write(db: sqlite3.Connection, tables: Mapping[str, Table], entry: Entry, where: str) -> None:
    """Make the rows what they were after the entry. Twice gives the same. Raises LedgerDamaged."""
    try:
        for name, changes in entry.rows.items():
            _write(db, tables[name], changes)
    except (sqlite3.Error, KeyError, TypeError, ValueError):
        raise damaged(where) from None


def _write(db: sqlite3.Connection, table: Table, changes: TableChanges) -> None:
    """First what makes room in unique indexes, then what takes it."""
    if gone := changes.get("gone"):
        db.executemany(_delete(table), gone)
    passed: dict[tuple[Any, ...], dict[str, Any]] = {}
    for block in changes.get("set", ()):
        columns = tuple(block["columns"])
        if table.unique.isdisjoint(columns):
            update = _update(table, columns)
            width = len(table.key)
            db.executemany(update, [(*row[width:], *row[:width]) for row in block["rows"]])
        else:
            for row in block["rows"]:
                passed[tuple(row[: len(table.key)])] = dict(zip(columns, row, strict=True))
    whole = [_taken(db, table, key, values) for key, values in passed.items()]
    if whole:
        db.executemany(_insert(table, table.columns), whole)
    if new := changes.get("new"):
        db.executemany(_insert(table, tuple(new["columns"])), new["rows"])


def _taken(
    db: sqlite3.Connection, table: Table, key: tuple[Any, ...], values: Mapping[str, Any]
) -> tuple[Any, ...]:
    """A row that is taken out, to be put in again with new values when every other one is out, too."""
    row = db.execute(_select(table), key).fetchone()
    if row is None:
        raise ValueError("a row is missing")
    db.execute(_delete(table), key)
    return tuple(values.get(name, value) for name, value in zip(table.columns, row, strict=True))


# -- statements, made once; names are known to be the table's own, so that no object can smuggle in SQL -------------


def _quoted(table: Table, columns: tuple[str, ...]) -> list[str]:
    """Raises ValueError for a column that is not there."""
    if not set(columns) <= set(table.columns):
        raise ValueError("unknown column")
    return [f'"{name}"' for name in columns]


def _where(table: Table) -> str:
    return " AND ".join(f'"{name}" = ?' for name in table.key)


@lru_cache(maxsize=512)
def _delete(table: Table) -> str:
    return f'DELETE FROM "{table.name}" WHERE {_where(table)}'


@lru_cache(maxsize=512)
def _select(table: Table) -> str:
    return f'SELECT {", ".join(_quoted(table, table.columns))} FROM "{table.name}" WHERE {_where(table)}'


@lru_cache(maxsize=512)
def _update(table: Table, columns: tuple[str, ...]) -> str:
    """Values, then the key."""
    if columns[: len(table.key)] != table.key:
        raise ValueError("no key")
    changed = ", ".join(f"{name} = ?" for name in _quoted(table, columns[len(table.key) :]))
    return f'UPDATE "{table.name}" SET {changed} WHERE {_where(table)}'


@lru_cache(maxsize=512)
def _insert(table: Table, columns: tuple[str, ...]) -> str:
    """A whole row, or the same over one with its key; personal values that are not given are blank."""
    names = _quoted(table, columns)
    missing = [(n, b) for n, b in zip(table.personal, table.blank, strict=True) if n not in columns]
    given = [f"?{number}" for number in range(1, len(columns) + 1)]
    blanks = [_bound(blank, columns) for _, blank in missing]
    into = ", ".join([*names, *(f'"{name}"' for name, _ in missing)])
    others = [name for name in names if name.strip('"') not in table.key]
    again = ", ".join(f"{name} = excluded.{name}" for name in others)
    return (
        f'INSERT INTO "{table.name}" ({into}) VALUES ({", ".join([*given, *blanks])}) ON CONFLICT'
        f" ({', '.join(_quoted(table, table.key))}) DO {f'UPDATE SET {again}' if again else 'NOTHING'}"
    )


def _bound(blank: str, columns: tuple[str, ...]) -> str:
    """A blank that names a column, as one that names the value bound for it."""
    head, joined, column = blank.partition("|| ")
    return f"{head}{joined}?{columns.index(column) + 1}" if joined else blank
