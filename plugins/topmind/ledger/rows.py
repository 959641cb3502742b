"""Touches become rows of the database, many at once: a server far away is asked a few times, not once for each."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from topmind.ledger import coupons
from topmind.ledger.book import Book, chunks, listed
from topmind.ledger.database import day_number, stamp
from topmind.ledger.states import ACCEPTED, CHANNEL_CODE
from topmind.ledger.terms import pack
from topmind.ledger.values import Row

_ROW_COLUMNS = (
    "nominal day last_day opens closes edition per_slot value promotions terms sender".split()  # noqa: SIM905 - columns read better in a line
)
_COLUMNS = (
    *"person occasion channel hex state inbox sole reason message_id bounced at".split(),  # noqa: SIM905 - as above
    *_ROW_COLUMNS,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Fresh:
    """A touch that is not there yet."""

    row: Row
    hex: str
    person: int
    occasion: int
    state: int
    inbox: int | None
    #: The inbox, where it gets one copy only.
    sole: int | None = None
    reason: str = ""


def known(book: Book, hexes: Sequence[str]) -> dict[str, tuple[int, int]]:
    """Name on the wire → (id, state) of those that are there."""
    found: dict[str, tuple[int, int]] = {}
    for some in chunks(hexes):
        for hexed, touch, state in book.db.execute(
            "SELECT hex, id, state FROM touches WHERE hex IN (SELECT value FROM json_each(?))",
            (listed(some),),
        ):
            found[hexed] = (touch, state)
    return found


def insert(book: Book, fresh: Sequence[Fresh]) -> dict[str, int]:
    """Write touches in this order; their ids. Evidence that came before a touch makes it accepted at once."""
    ids: dict[str, int] = {}
    for some in chunks(fresh):
        ids |= _insert(book, some)
    return ids


def _insert(book: Book, fresh: Sequence[Fresh]) -> dict[str, int]:
    hexes = listed(one.hex for one in fresh)
    strays = {
        hexed: (message_id, bounced)
        for hexed, message_id, bounced in book.db.execute(
            "SELECT hex, message_id, bounced FROM strays WHERE hex IN (SELECT value FROM json_each(?))",
            (hexes,),
        )
    }
    book.db.executemany(
        f"INSERT INTO touches ({', '.join(_COLUMNS)}) VALUES ({', '.join('?' * len(_COLUMNS))})",
        [_columns(book, one, strays) for one in fresh],
    )
    if strays:
        book.db.execute("DELETE FROM strays WHERE hex IN (SELECT value FROM json_each(?))", (listed(strays),))
    ids: dict[str, int] = dict(
        book.db.execute("SELECT hex, id FROM touches WHERE hex IN (SELECT value FROM json_each(?))", (hexes,))
    )
    _items(book, [(one.row, ids[one.hex], one.person) for one in fresh])
    return ids


def _columns(book: Book, one: Fresh, strays: Mapping[str, tuple[str, int]]) -> tuple[object, ...]:
    state, reason = (ACCEPTED, "") if one.hex in strays else (one.state, one.reason)
    message_id, bounced = strays.get(one.hex, ("", 0))
    return (
        *(one.person, one.occasion, CHANNEL_CODE[one.row.key.channel], one.hex, state, one.inbox, one.sole),
        *(reason, message_id, bounced, book.now),
        *_values(book, one.row),
    )


def change(book: Book, changed: Sequence[tuple[Row, int, int]]) -> None:
    """Plan touches again; (row, id, person) of each."""
    names = ", ".join(f"{name} = ?" for name in _ROW_COLUMNS)
    for some in chunks(changed):
        book.db.executemany(
            f"UPDATE touches SET {names}, looked = NULL, reason = '', at = ? WHERE id = ?",
            [(*_values(book, row), book.now, touch) for row, touch, _ in some],
        )
        book.db.execute(
            "DELETE FROM touch_items WHERE touch IN (SELECT value FROM json_each(?))",
            (listed(touch for _, touch, _ in some),),
        )
        _items(book, some)


def _values(book: Book, row: Row) -> tuple[object, ...]:
    return (
        day_number(row.nominal),
        day_number(row.day),
        day_number(row.last_day),
        stamp(row.opens) if row.opens else None,
        stamp(row.closes) if row.closes else None,
        row.edition,
        json.dumps(row.per_slot),
        row.value,
        row.promotions,
        book.terms(pack(row)),
        row.sender,
    )


def _items(book: Book, touches: Sequence[tuple[Row, int, int]]) -> None:
    """What is in them, and the codes they show; (row, id, person) of each. What their words show comes last."""
    book.db.executemany(
        "INSERT INTO touch_items (touch, position, item, person, since, shown) VALUES (?, ?, ?, ?, ?, ?)",
        [
            (touch, position, book.item(name), person, since, shown)
            for row, touch, person in touches
            for position, (name, since, shown) in enumerate(_in_order(row))
        ],
    )
    for row, touch, person in touches:
        coupons.put(book, row.coupons, touch, person)


def _in_order(row: Row) -> Iterator[tuple[str, int | None, int]]:
    """(item, since when it must not have come, whether the words show it) of what is in a touch."""
    for item in row.items:
        yield item.id, None if item.since is None else day_number(item.since), 0
    for name in row.shown:
        yield name, None, 1
