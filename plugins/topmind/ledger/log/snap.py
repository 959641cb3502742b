"""A cache of the index: all rows after an entry, without what is personal. Whatever is wrong with one only costs time."""

from __future__ import annotations

import hashlib
import json
import re
import sqlite3
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from topmind.ledger.log.tables import Table, tables

FOLDER = "snap/"
_FORMAT = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Snap:
    """What a snap holds."""

    #: Of the last entry that is in it, and the nonce by which to know it again.
    number: int
    nonce: str
    shape: int
    #: Shard → object of people.
    people: Mapping[int, str]
    #: Bytes of an SQLite database.
    database: bytes


def key_of(number: int) -> str:
    """The name of the snap after an entry."""
    return f"{FOLDER}{number:012d}"


def pack(snap: Snap) -> bytes:
    """The object's bytes: a checksum, then a line of JSON, then the database."""
    flat = {
        "format": _FORMAT,
        "number": snap.number,
        "nonce": snap.nonce,
        "shape": snap.shape,
        "people": snap.people,
    }
    body = json.dumps(flat).encode() + b"\n" + zlib.compress(snap.database, 3)
    return hashlib.sha256(body).digest() + body


def unpack(data: bytes) -> Snap | None:
    """The snap in an object; None where it is damaged or of another notation."""
    checksum, body = data[:32], data[32:]
    if hashlib.sha256(body).digest() != checksum:
        return None
    head, _, packed = body.partition(b"\n")
    try:
        flat: dict[str, Any] = json.loads(head)
        if flat["format"] != _FORMAT:
            return None
        return Snap(
            number=flat["number"],
            nonce=flat["nonce"],
            shape=flat["shape"],
            people={int(shard): key for shard, key in flat["people"].items()},
            database=zlib.decompress(packed),
        )
    except (ValueError, KeyError, TypeError, AttributeError, zlib.error):
        return None


def copy(db: sqlite3.Connection) -> bytes:
    """All rows in a new database; personal values never enter it, so they are in none of its unused pages either."""
    db.execute("ATTACH ':memory:' AS snap")
    try:
        indexes = []
        for kind, sql in db.execute(
            "SELECT type, sql FROM main.sqlite_master WHERE sql IS NOT NULL"
        ).fetchall():
            if sql.startswith("CREATE TABLE sqlite_"):
                continue
            moved = re.sub(r"^(CREATE (?:UNIQUE )?(?:TABLE|INDEX)) ", r"\1 snap.", sql)
            if kind == "table":
                db.execute(moved)
            else:
                indexes.append(moved)
        db.execute("BEGIN")
        for table in tables(db).values():
            _copy(db, table)
        db.execute("DELETE FROM snap.sqlite_sequence")
        db.execute("INSERT INTO snap.sqlite_sequence SELECT * FROM main.sqlite_sequence")
        db.execute("COMMIT")
        for sql in indexes:
            db.execute(sql)
        (shape,) = db.execute("PRAGMA main.user_version").fetchone()
        db.execute(f"PRAGMA snap.user_version = {shape}")
        return db.serialize(name="snap")
    finally:
        if db.in_transaction:
            db.execute("ROLLBACK")
        db.execute("DETACH snap")


def _copy(db: sqlite3.Connection, table: Table) -> None:
    blank = dict(zip(table.personal, table.blank, strict=True))
    names = ", ".join(f'"{name}"' for name in table.columns)
    values = ", ".join(blank.get(name, f'"{name}"') for name in table.columns)
    db.execute(f'INSERT INTO snap."{table.name}" ({names}) SELECT {values} FROM main."{table.name}"')
