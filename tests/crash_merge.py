"""Two contacts of `crash_day.py` that are one person: they become it by one write, or not at all."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from crash_post import BEFORE, TOPIC, TWIN, Pages
from topmind.ledger import Coupon
from topmind.ledger.book import Book
from topmind.ledger.states import SKIPPED
from topmind.ledger.store import SqlLedger
from topmind.run import merging

#: The code in a mail of the one who goes: a code of the one who goes on from then on.
COUPONS: Mapping[str, tuple[Coupon, ...]] = {
    TWIN: (Coupon(code="ROOF-1", base="ROOF", scope="promotions/roof"),)
}


def goes_by(ledger: Any, contact: str) -> bool:
    """Whether somebody is mailed by this id: they were not erased, and not merged into another."""
    found = ledger.person(contact)
    return found is not None and found.contact == contact


def merge(ledger: Any, pages: Pages, owner: str) -> None:
    """`topmind contacts merge`."""
    merging.together(ledger, pages, TWIN, BEFORE, owner=owner)


def merged(ledger: SqlLedger) -> bool:
    """Whether they are one."""
    return not goes_by(ledger, TWIN)


def one_or_two(ledger: SqlLedger) -> None:
    """All that a merge changes is changed, or nothing of it."""
    signs = ledger._read(_signs)
    assert len(set(signs.values())) == 1, f"half a merge: {signs}"


def _signs(book: Book) -> dict[str, bool]:
    """What a merge does → whether it was done."""
    ids = dict(
        book.db.execute("SELECT contact, id FROM people WHERE contact IN (?, ?)", (TWIN, BEFORE)).fetchall()
    )
    twin, before = ids[TWIN], ids[BEFORE]

    def found(query: str, *bound: Any) -> bool:
        return book.db.execute(query, bound).fetchone() is not None

    planned = (
        "SELECT 1 FROM touches t JOIN occasions o ON o.id = t.occasion WHERE t.person = ? AND o.source = ?"
        " AND t.state = ?"
    )
    return {
        "leads to the other": found("SELECT 1 FROM people WHERE id = ? AND merged = ?", twin, before),
        "gets nothing": found("SELECT 1 FROM people WHERE id = ? AND active = 0", twin),
        "their no is the other's": found(
            "SELECT 1 FROM wishes WHERE person = ? AND what = ? AND value = 1", before, f"topic:{TOPIC}"
        ),
        "so is their code": found("SELECT 1 FROM coupons WHERE person = ?", before),
        "their mail will not leave": found(planned, twin, "tuesday-fix", SKIPPED),
        "nobody calls them": found(planned, twin, "welcome", SKIPPED),
    }
