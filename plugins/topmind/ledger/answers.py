"""What people answered to the question of a touch, and what was said of a task: facts about its step."""

from __future__ import annotations

from topmind.ledger.book import Book


def answer(book: Book, person: int, touch: str, value: str, *, at: int, comment: str = "") -> None:
    """Keep an answer to the question of a touch: the earliest moment, the latest comment."""
    asked = book.db.execute(
        "SELECT o.source, o.step FROM touches t JOIN occasions o ON o.id = t.occasion WHERE t.hex = ?",
        (touch,),
    ).fetchone()
    source, step = asked or ("", "")
    book.db.execute(
        "INSERT INTO answers (person, hex, value, source, step, at, comment) VALUES (?, ?, ?, ?, ?, ?, ?)"
        " ON CONFLICT (person, hex, value) DO UPDATE SET"
        " at = CASE WHEN excluded.at < answers.at THEN excluded.at ELSE answers.at END,"
        " comment = CASE excluded.comment WHEN '' THEN answers.comment ELSE excluded.comment END",
        (person, touch, value, source, step, at, comment),
    )
    book.moved()
