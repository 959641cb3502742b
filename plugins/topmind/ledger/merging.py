"""Two contacts that are one person: one goes on, the other leads to it from now on.

Nothing that was sent is written anew: a touch keeps the name it has on the wire, so that what comes back of it is
found, and counts for the one who goes on. What they said is taken over, the stronger word of both.
"""

from __future__ import annotations

from collections.abc import Iterable

from topmind.ledger.book import Book, listed
from topmind.ledger.states import PLANNED, SKIPPED, ends_as
from topmind.model import Reason


def winner(book: Book, person: int) -> int:
    """Who they are now."""
    row = book.db.execute("SELECT merged FROM people WHERE id = ?", (person,)).fetchone()
    return int(row[0]) if row and row[0] is not None else person


def into(book: Book) -> dict[str, str]:
    """Source id → source id of the contact that it was merged into."""
    return dict(
        book.db.execute(
            "SELECT p.contact, w.contact FROM people p JOIN people w ON w.id = p.merged ORDER BY p.contact"
        )
    )


def others(book: Book, persons: Iterable[int]) -> dict[int, int]:
    """Numbers of contacts that were merged into these → the number they were merged into."""
    return dict(
        book.db.execute(
            "SELECT id, merged FROM people WHERE merged IN (SELECT value FROM json_each(?)) ORDER BY id",
            (listed(persons),),
        )
    )


def merge(book: Book, loser: int, goes_on: int, *, at: int) -> bool:
    """Make two contacts one; False where they are one already.

    Whatever was planned for the one that goes is skipped: the next plan is for one person. What is on its way stays.
    """
    loser, goes_on = winner(book, loser), winner(book, goes_on)
    if loser == goes_on:
        return False
    book.db.execute(
        "UPDATE people SET merged = ?, active = 0 WHERE id = ? OR merged = ?", (goes_on, loser, loser)
    )
    for what, value, said, by in book.db.execute(
        "SELECT what, value, at, by FROM wishes WHERE person = ? AND value <> 0 ORDER BY what", (loser,)
    ).fetchall():
        _take_over(book, goes_on, what, (value, said, by), at)
    book.db.execute(
        "UPDATE coupons SET person = ? WHERE person = ? AND NOT EXISTS (SELECT 1 FROM coupons c"
        " WHERE c.person = ? AND c.base = coupons.base AND c.scope = coupons.scope)",
        (goes_on, loser, goes_on),
    )
    book.db.execute(
        f"UPDATE touches SET {ends_as(SKIPPED)}, reason = ?, at = ? WHERE person = ? AND state = {PLANNED}",
        (Reason.NOT_IN_SEGMENT.value, book.now, loser),
    )
    book.moved()
    return True


def _take_over(book: Book, person: int, what: str, word: tuple[int, int, str], at: int) -> None:
    """A no of either holds, the longer pause and the longer mark; only a word later than both takes it back."""
    value, said, by = word
    row = book.db.execute(
        "SELECT value, at, by FROM wishes WHERE person = ? AND what = ?", (person, what)
    ).fetchone()
    if row is not None:
        # of the same no by an import and by a person the person's stays: no import takes that back
        by = by if value > row[0] or (value == row[0] and row[2] == "import") else row[2]
        value, said = max(value, row[0]), max(said, row[1])
        if (value, said, by) == tuple(row):
            return
    book.db.execute(
        "INSERT INTO wishes (person, what, value, at, by) VALUES (?, ?, ?, ?, ?)"
        " ON CONFLICT (person, what) DO UPDATE SET value = excluded.value, at = excluded.at, by = excluded.by",
        (person, what, value, said, by),
    )
    if row is None or row[0] != value:
        book.db.execute(
            "INSERT INTO transitions (person, what, value, at, by) VALUES (?, ?, ?, ?, 'merge')",
            (person, what, str(value), at),
        )
