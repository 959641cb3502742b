"""Past touches written as they are: for the demo and for tests, so that a first day has a yesterday."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from topmind.errors import LedgerError
from topmind.ledger.book import Book
from topmind.ledger.database import stamp
from topmind.ledger.rows import Fresh, insert, known
from topmind.ledger.states import ACCEPTED, CODE
from topmind.ledger.values import PickedItem, Row
from topmind.model import PastTouch, SourceKind


def seed(book: Book, touches: Sequence[PastTouch]) -> int:
    """Write touches that are not there yet; how many."""
    people = {contact: (person, inbox) for contact, person, inbox in book.db.execute(_PEOPLE)}
    if any(touch.key.contact not in people for touch in touches):
        raise LedgerError("a seeded touch is of nobody in the ledger.", fix="Sync the people first.")
    named = {touch.key.wire(book.ledger): touch for touch in reversed(touches)}
    there = known(book, list(named))
    new = {hexed: touch for hexed, touch in reversed(named.items()) if hexed not in there}
    ids = insert(book, [_fresh(book, hexed, touch, people) for hexed, touch in new.items()])
    book.db.executemany(
        "UPDATE touches SET message_id = ?, bounced = ?, at = ?, attempt = ? WHERE id = ?",
        [
            (
                touch.message_id,
                touch.bounced,
                stamp(touch.at) if touch.at else book.now,
                int(CODE[touch.state] == ACCEPTED),
                ids[hexed],
            )
            for hexed, touch in new.items()
        ],
    )
    book.moved()
    return len(new)


_PEOPLE = "SELECT contact, id, inbox FROM people"


def _fresh(book: Book, hexed: str, touch: PastTouch, people: Mapping[str, tuple[int, int | None]]) -> Fresh:
    row = _row(touch)
    person, inbox = people[touch.key.contact]
    return Fresh(
        row=row,
        hex=hexed,
        person=person,
        occasion=book.occasion(row.key, kind=row.kind.value, title=row.title),
        state=CODE[touch.state],
        inbox=inbox,
        reason=touch.reason,
    )


def _row(touch: PastTouch) -> Row:
    """The row that would have become this touch; the kind is a guess from the key, and only a word."""
    kind = SourceKind.STEP if touch.key.step else SourceKind.ISSUE
    if touch.key.source == "rescue":
        kind = SourceKind.RESCUE
    elif touch.key.occurrence.isdigit() and len(touch.key.occurrence) < 4:
        kind = SourceKind.ANNOUNCEMENT
    return Row(
        key=touch.key,
        kind=kind,
        title=f"{touch.key.source} {touch.key.occurrence}",
        nominal=touch.nominal or touch.day,
        day=touch.day,
        last_day=touch.day,
        items=tuple(PickedItem(id=item) for item in touch.items),
        shown=touch.shown,
        value=touch.value,
        promotions=touch.promotions,
    )
