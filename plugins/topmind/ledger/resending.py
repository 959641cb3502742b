"""`on_unknown: resend`: what stays unproven while feedback is alive goes once more, and it is counted who has it twice.

Only an unresolved touch, only once, only while its days last. In `touches.again` stands the last attempt that belongs to
the first mail, or of which it is proven that it did not leave; 0 where nothing was sent again.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import date

from topmind.ledger.book import Book
from topmind.ledger.database import day_number
from topmind.ledger.states import PLANNED, UNKNOWN, UNRESOLVED

#: SQL: the last attempt of the first mail.
_FIRST = "CASE WHEN attempt < 1 THEN 1 ELSE attempt END"
#: SQL: a second mail may have left.
MAYBE = "again > 0 AND attempt > again"


def resend(book: Book, hexes: Collection[str], day: date) -> int:
    """Unresolved → planned, for the next attempt; how many. Not those whose last day is before `day`, nor whoever is
    erased, nor anything for the second time."""
    changed = sum(
        book.db.execute(
            f"UPDATE touches SET state = {PLANNED}, attempt = {_FIRST}, again = {_FIRST}, looked = NULL, reason = '', at = ?"
            f" WHERE hex = ? AND state = {UNRESOLVED} AND again = 0 AND channel = 0 AND last_day >= ?"
            " AND person IN (SELECT id FROM people)",
            (book.now, hexed, day_number(day)),
        ).rowcount
        for hexed in sorted(set(hexes))
    )
    if changed:
        book.moved()
    return changed


def doubt(book: Book) -> None:
    """What is unproven in a restored ledger may have been sent again by the one that was lost, or proven to it: it is
    sent again no more, and no run stands for it."""
    book.db.execute(
        f"UPDATE touches SET run = NULL, again = CASE WHEN again > 0 THEN again ELSE {_FIRST} END"
        f" WHERE state IN ({UNKNOWN}, {UNRESOLVED}) AND channel = 0 AND (run IS NOT NULL OR again = 0)"
    )


def never_left(book: Book, hexed: str, attempt: int, owner: str) -> None:
    """This attempt provably did not leave: whatever came, it is no second mail."""
    book.db.execute(
        "UPDATE touches SET again = attempt WHERE hex = ? AND again > 0 AND attempt = ?"
        " AND run = (SELECT id FROM runs WHERE owner = ?)",
        (hexed, attempt, owner),
    )


def counted(book: Book, day: int) -> tuple[int, int]:
    """How many touches of a day, or of occasions of that day, may have come twice, and of how many both are proven."""
    maybe, twice = book.db.execute(
        "SELECT count(*), count(*) FILTER (WHERE twice > 0) FROM touches"
        f" WHERE (nominal = ? OR day = ?) AND channel = 0 AND {MAYBE}",
        (day, day),
    ).fetchone()
    return int(maybe), int(twice)
