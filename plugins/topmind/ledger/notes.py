"""Notes of the office about one person: for people only, no rule reads them."""

from __future__ import annotations

from collections.abc import Iterable

from topmind.ledger.book import Book, listed
from topmind.ledger.database import moment
from topmind.ledger.dossier_values import Note


def add(book: Book, person: int, text: str, *, at: int) -> None:
    """Write one down after the others."""
    book.db.execute(
        "INSERT INTO notes (person, number, at, text)"
        " SELECT ?, coalesce(max(number), 0) + 1, ?, ? FROM notes WHERE person = ?",
        (person, at, text, person),
    )


def of(book: Book, persons: Iterable[int]) -> tuple[Note, ...]:
    """All of them, the oldest first."""
    rows = book.db.execute(
        "SELECT at, text FROM notes WHERE person IN (SELECT value FROM json_each(?)) ORDER BY at, person, number",
        (listed(persons),),
    )
    return tuple(Note(at=moment(at), text=text) for at, text in rows)
