"""Where people stood at the last run: the memory behind `enters:`, `leaves:` and `moves:`."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence

from topmind.errors import PlanAgain
from topmind.ledger.book import Book, listed
from topmind.ledger.database import day_number, number_day
from topmind.model import Moved, Position


def positions(book: Book) -> dict[str, dict[str, Position]]:
    """What → source id → position."""
    found: dict[str, dict[str, Position]] = defaultdict(dict)
    rows = book.db.execute(
        "SELECT p.contact, s.what, s.value, s.before, s.day FROM positions s JOIN people p ON p.id = s.person"
    )
    for contact, what, value, before, day in rows:
        found[what][contact] = Position(
            value=value, before=before, day=None if day is None else number_day(day)
        )
    return dict(found)


def watched(book: Book) -> dict[str, str]:
    """What → hash of the rule by which its positions were found."""
    return dict(book.db.execute("SELECT what, rule FROM watched"))


def note(book: Book, moved: Sequence[Moved], rules: Mapping[str, str], head: int) -> int:
    """Write what moved against `head`; what nobody asks for any more is forgotten. The new head."""
    if int(book.meta("head") or 0) != head:
        raise PlanAgain(
            "the ledger moved on since these positions were found.", fix="Nothing was written: plan again."
        )
    if not moved and rules == watched(book):
        return head
    ids = dict(
        book.db.execute(
            "SELECT contact, id FROM people WHERE contact IN (SELECT value FROM json_each(?))",
            (listed({one.contact for one in moved}),),
        )
    )
    book.db.executemany(
        "INSERT INTO positions (person, what, value, before, day) VALUES (?, ?, ?, ?, ?)"
        " ON CONFLICT (person, what) DO UPDATE SET"
        " value = excluded.value, before = excluded.before, day = excluded.day",
        [
            (ids[one.contact], one.what, one.position.value, one.position.before, _day(one.position))
            for one in moved
            if one.contact in ids
        ],
    )
    kept = listed(rules)
    book.db.execute("DELETE FROM positions WHERE what NOT IN (SELECT value FROM json_each(?))", (kept,))
    book.db.execute("DELETE FROM watched")
    book.db.executemany("INSERT INTO watched (what, rule) VALUES (?, ?)", sorted(rules.items()))
    book.moved()
    return int(book.meta("head"))


def _day(position: Position) -> int | None:
    return None if position.day is None else day_number(position.day)
