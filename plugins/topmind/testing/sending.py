"""Builders around the ledger: people, rows to freeze, and the message of a claim."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from topmind.delivery import Order
from topmind.ledger import Claim, Ledger, MemoryObjects, ObjectStore, PickedItem, Row, open_ledger
from topmind.model import Channel, Clock, Message, PersonRecord, SourceKind, TouchKey
from topmind.testing.builders import TODAY
from topmind.testing.clock import FixedClock

EDITION = "0123456789abcdef"


def hashes(address: str) -> tuple[str, ...]:
    """Stands for HMACs of an address under one key."""
    return (hashlib.sha256(address.lower().encode()).hexdigest(),)


def a_person(contact: str = "c0000", **over: Any) -> PersonRecord:
    """Somebody with an inbox of their own."""
    base = PersonRecord(contact=contact, address=f"{contact}@example.com", name=f"Person {contact}")
    return replace(base, **over)


def a_key(contact: str = "c0000", **over: Any) -> TouchKey:
    """This week's issue for one contact."""
    base = TouchKey(
        contact=contact, source="tuesday-fix", step=None, occurrence="2026-W49", channel=Channel.EMAIL
    )
    return replace(base, **over)


def a_row(contact: str = "c0000", *, day: date = TODAY, key: TouchKey | None = None, **over: Any) -> Row:
    """This week's issue with one tip and words that show another, for today only."""
    base = Row(
        key=key or a_key(contact),
        kind=SourceKind.ISSUE,
        title="The Tuesday Fix, 1 December 2026",
        nominal=day,
        day=day,
        last_day=day,
        edition=EDITION,
        items=(PickedItem(id="tips/gutters"),),
        per_slot=(1,),
        shown=("tips/frost",),
        value=1,
        sender="dana",
    )
    return replace(base, **over)


def a_task(contact: str = "c0000", **over: Any) -> Row:
    """A welcome call, a week of grace."""
    key = TouchKey(contact=contact, source="welcome", step="call", occurrence="once", channel=Channel.CALL)
    base = a_row(
        key=key, kind=SourceKind.STEP, title="Welcome call", items=(), last_day=TODAY + timedelta(days=7)
    )
    return replace(base, **over)


def a_ledger(
    contacts: Iterable[str] = ("c0000", "c0001", "c0002"),
    *,
    url: str = "memory:",
    root: Path = Path("nowhere"),
    clock: Clock | None = None,
    objects: ObjectStore | None = None,
) -> Ledger:
    """An open ledger called `test` that knows these people; `contacts` may be empty.

    `s3:` is the log in a bucket in memory, where no bucket is given.
    """
    at = clock or FixedClock()
    bucket = objects or (MemoryObjects(at) if url.startswith("s3:") else None)
    ledger = open_ledger(
        "s3:" if bucket else url, root=root, clock=at, ledger_id="test", busy=0.2, objects=bucket
    )
    people = [a_person(contact) for contact in contacts]
    if people:
        ledger.sync_people(people, hashes)
    return ledger


def freeze(ledger: Ledger, *rows: Row, **more: Any) -> None:
    """Freeze rows against the present head."""
    ledger.freeze(rows, plan="plan", head=ledger.head(), **more)


def a_message(claim: Claim) -> Message:
    """A few bytes in place of a mail."""
    return Message(
        touch=claim.key,
        touch_hex=claim.touch_hex,
        attempt=claim.attempt,
        to=claim.address,
        sender="dana@harborandpine.example",
        raw=b"Subject: Gutters\r\n\r\nClean them.\r\n",
        tags={"ledger": "test", "touch": claim.touch_hex, "attempt": str(claim.attempt)},
        fence=claim.fence,
    )


def an_order(clock: Clock, owner: str = "run-1", **over: Any) -> Order:
    """May send whatever is planned for TODAY."""
    return replace(Order(owner=owner, who="send in a test", as_of=TODAY, now=clock.now), **over)
