"""Everything of one person, read in one transaction."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from typing import Any

from topmind.ledger import coupons, feedback, notes, people, positions, stages
from topmind.ledger import history as remembered
from topmind.ledger.book import Book
from topmind.ledger.database import moment, number_day
from topmind.ledger.dossier_values import Dossier, Word
from topmind.ledger.wishes import FOREVER


def dossier(book: Book, contact: str) -> Dossier | None:
    """What is held of the person with this source id; None where nobody has it."""
    person = people.person_of(book, contact)
    if person is None:
        return None
    number = person.person
    contact = person.contact
    merged = people.merged_into(book, number)
    names = {contact, *(one.contact for one in merged)}
    (postal,) = book.db.execute("SELECT postal FROM people WHERE id = ?", (number,)).fetchone()
    suppressed = book.db.execute(
        "SELECT s.reason, s.at FROM suppressions s JOIN people p ON p.inbox = s.inbox WHERE p.id = ?",
        (number,),
    ).fetchone()
    return Dossier(
        person=person,
        postal=tuple(json.loads(postal)),
        words=_words(book, "SELECT what, value, at, by FROM wishes WHERE person = ? ORDER BY what", number),
        past=_words(
            book,
            f"SELECT what, value, at, by, {stages.WHY} FROM transitions moves WHERE person = ? ORDER BY at, id",
            number,
        ),
        stages_since=stages.begins(book),
        reported=dict(
            book.db.execute("SELECT what, value FROM reported WHERE person = ? ORDER BY what", (number,))
        ),
        suppressed=(suppressed[0], moment(suppressed[1])) if suppressed else None,
        notes=notes.of(book, (number, *(one.person for one in merged))),
        positions={
            what: known[contact] for what, known in positions.positions(book).items() if contact in known
        },
        touches=remembered.touches(book, contact),
        heard=feedback.of_contact(book, contact),
        answers=tuple(one for one in remembered.answers(book) if one.contact == contact),
        coupons=tuple(row for row in coupons.rows(book) if row.contact in names),
        merged=merged,
    )


def _words(book: Book, sql: str, person: int) -> tuple[Word, ...]:
    return tuple(_word(row) for row in _rows(book, sql, person))


def _rows(book: Book, sql: str, person: int) -> Iterable[Sequence[Any]]:
    return book.db.execute(sql, (person,)).fetchall()


def _word(row: Sequence[Any]) -> Word:
    what, value, at, by, *why = row
    return Word(
        what=what,
        value=_value(what, str(value)),
        at=None if at == stages.BEGINNING else moment(at),
        by=by,
        why=why[0] if why else "",
    )


def _value(what: str, value: str) -> str:
    """A day where it stands for one."""
    if what == "pause" or (what.startswith("mark:") and value not in {"0", str(FOREVER)}):
        return number_day(int(value)).isoformat()
    return "1" if value == str(FOREVER) else value
