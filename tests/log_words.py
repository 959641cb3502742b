"""Short words of the tests of the log in a bucket."""

from __future__ import annotations

import contextlib
import json
import zlib
from collections.abc import Iterable
from typing import Any

from topmind.ledger import Ledger, MemoryObjects, ObjectStore
from topmind.ledger.log import LogLedger
from topmind.model import Clock
from topmind.testing.sending import a_ledger


def opened(objects: ObjectStore, clock: Clock, contacts: Iterable[str] = ()) -> LogLedger:
    """Another process opens the same log."""
    ledger = a_ledger(contacts, objects=objects, clock=clock)
    assert isinstance(ledger, LogLedger)
    return ledger


def rows(ledger: Ledger) -> dict[str, list[tuple[Any, ...]]]:
    """Every row of every table, people's names too, as this process has them after reading on."""
    assert isinstance(ledger, LogLedger)
    ledger.head()
    db = ledger._database.connection
    names = [name for (name,) in db.execute("SELECT name FROM main.sqlite_master WHERE type = 'table'")]
    return {name: sorted(map(tuple, db.execute(f"SELECT * FROM main.{name}")), key=repr) for name in names}


def replayed(
    objects: MemoryObjects, clock: Clock, *, without: str = "snap/"
) -> dict[str, list[tuple[Any, ...]]]:
    """The rows that somebody finds who reads the log from its first entry, in a copy of the bucket."""
    copy = MemoryObjects(clock)
    copy.objects = {key: data for key, data in objects.objects.items() if not key.startswith(without)}
    return rows(opened(copy, clock))


def texts(objects: MemoryObjects) -> dict[str, str]:
    """Every object as text, unpacked; databases as Latin-1, which keeps every byte."""
    return {key: unpacked(data) for key, data in objects.objects.items()}


def unpacked(data: bytes) -> str:
    """One object as text: an entry, people, a snap (checksum, a line of JSON, a database), or plain JSON."""
    # a checksum, too, may begin with a brace
    with contextlib.suppress(ValueError):
        json.loads(data)
        return data.decode()
    with contextlib.suppress(zlib.error):
        return zlib.decompress(data).decode()
    head, _, packed = data[32:].partition(b"\n")
    return head.decode() + zlib.decompress(packed).decode("latin-1")


def entries(objects: MemoryObjects) -> list[dict[str, Any]]:
    """The log, in order."""
    keys = sorted(key for key in objects.objects if key.startswith("log/"))
    return [json.loads(zlib.decompress(objects.objects[key])) for key in keys]
