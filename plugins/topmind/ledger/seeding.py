"""Past touches written as they are: for the demo and for tests, so that a first day has a yesterday."""

from __future__ import annotations

from collections.abc import Sequence

from topmind.errors import LedgerError
from topmind.ledger.book import Book
from topmind.ledger.database import stamp
from topmind.ledger.freezing import insert
from topmind.ledger.states import ACCEPTED, CODE
from topmind.ledger.values import PickedItem, Row
from topmind.model import PastTouch, SourceKind


def seed(book: Book, touches: Sequence[PastTouch]) -> int:
    """Write touches that are not there yet; how many."""
    people = {contact: (person, inbox) for contact, person, inbox in book.db.execute(_PEOPLE)}
    new = 0
    for touch in touches:
        if touch.key.contact not in people:
            raise LedgerError("a seeded touch is of nobody in the ledger.", fix="Sync the people first.")
        person, inbox = people[touch.key.contact]
        new += _write(book, touch, person, inbox)
    book.moved()
    return new


_PEOPLE = "SELECT contact, id, inbox FROM people"


def _write(book: Book, touch: PastTouch, person: int, inbox: int | None) -> bool:
    row = _row(touch)
    occasion = book.occasion(row.key, kind=row.kind.value, title=row.title)
    if book.db.execute(
        "SELECT 1 FROM touches WHERE person = ? AND occasion = ?", (person, occasion)
    ).fetchone():
        return False
    number = insert(book, row, person, occasion, CODE[touch.state], inbox=inbox, reason=touch.reason)
    book.db.execute(
        "UPDATE touches SET message_id = ?, bounced = ?, at = ?, attempt = ? WHERE id = ?",
        (
            touch.message_id,
            touch.bounced,
            stamp(touch.at) if touch.at else book.now,
            int(CODE[touch.state] == ACCEPTED),
            number,
        ),
    )
    return True


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
        nominal=touch.day,
        day=touch.day,
        last_day=touch.day,
        items=tuple(PickedItem(id=item) for item in touch.items),
        value=touch.value,
        promotions=touch.promotions,
    )
