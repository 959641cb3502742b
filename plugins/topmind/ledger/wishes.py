"""What people want, from the live pages and from feedback: folded once, the later wins, an import never undoes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date

from topmind.ledger import merging, notes, stages, tasks
from topmind.ledger.answers import answer
from topmind.ledger.book import Book
from topmind.ledger.database import day_number, stamp
from topmind.ledger.inbox import mark_in, stage_in
from topmind.ledger.values import InboxEntry

#: A mark without an end.
FOREVER = day_number(date.max)


def wish(book: Book, person: int, what: str, value: int, *, at: int, by: str) -> bool:
    """Write what a person wants (1 = off; a pause: its day; a mark: its last day, 0 = none). False where an earlier word stands.

    The later word wins, but an import takes back only what an import said.
    """
    person = merging.winner(book, person)
    before = book.db.execute(
        "SELECT value, at, by FROM wishes WHERE person = ? AND what = ?", (person, what)
    ).fetchone()
    if before is not None:
        was, then, whose = before
        if by == "import" and whose != "import" and (was or not value):
            return False  # a person's no stays theirs, whatever an import repeats or takes back
        if "import" not in (by, whose):
            # two words of one moment: the stronger no, whichever is read first
            if (at, value) < (then, was):
                return False
            by = min(by, whose) if (at, value) == (then, was) else by
        elif at < then and not (whose == "import" and by != "import"):
            return False
        if (was, then, whose) == (value, at, by):
            return False
    book.db.execute(
        "INSERT INTO wishes (person, what, value, at, by) VALUES (?, ?, ?, ?, ?)"
        " ON CONFLICT (person, what) DO UPDATE SET value = excluded.value, at = excluded.at, by = excluded.by",
        (person, what, value, at, by),
    )
    book.db.execute(
        "INSERT INTO transitions (person, what, value, at, by) VALUES (?, ?, ?, ?, ?)",
        (person, what, str(value), at, by),
    )
    book.moved()
    return True


def fold(book: Book, entries: Sequence[InboxEntry]) -> tuple[str, ...]:
    """Apply each entry once; ids of all that are in the ledger now."""
    for entry in entries:
        seen = book.db.execute("SELECT 1 FROM folded WHERE id = ?", (entry.id,)).fetchone()
        if seen and entry.id:
            continue
        _apply(book, entry)
        if entry.id:
            book.db.execute("INSERT INTO folded (id) VALUES (?)", (entry.id,))
    return tuple(entry.id for entry in entries if entry.id)


def _apply(book: Book, entry: InboxEntry) -> None:
    if entry.kind == "task":
        tasks.fold(book, entry, stamp(entry.at))
        return
    person = _known(book, entry)
    if person is None:
        return
    at, by = stamp(entry.at), "office" if entry.by == "office" else "person"
    match entry.kind:
        case "opt_out" | "opt_in":
            wish(book, person, "email", int(entry.kind == "opt_out"), at=at, by=by)
        case "topic_on" | "topic_off":
            wish(book, person, f"topic:{entry.value}", int(entry.kind == "topic_off"), at=at, by=by)
        case "pause":
            wish(book, person, "pause", day_number(date.fromisoformat(entry.value)), at=at, by=by)
        case "mark" | "unmark":
            name, last = mark_in(entry.value)
            until = 0 if entry.kind == "unmark" else FOREVER if last is None else day_number(last)
            wish(book, person, f"mark:{name}", until, at=at, by=by)
        case "merge":
            goes_on = _known(book, replace(entry, contact=entry.value))
            if goes_on is not None:
                merging.merge(book, person, goes_on, at=at)
        case "stage":
            stage, who = stage_in(entry.value)
            stages.say(book, person, stage.value, at=at, by=who, why=entry.comment)
        case "note":
            notes.add(book, person, entry.comment, at=at)
        case "answer":
            answer(book, person, entry.touch, entry.value, at=at, comment=entry.comment)


def _known(book: Book, entry: InboxEntry) -> int | None:
    """The person's number; None for somebody erased (their touch is there and they are not).

    Somebody not (yet) imported gets a bare, inactive row, so that no wish is lost.
    """
    row = book.db.execute("SELECT id FROM people WHERE contact = ?", (entry.contact,)).fetchone()
    if row:
        return int(row[0])
    if book.db.execute("SELECT 1 FROM touches WHERE hex = ?", (entry.touch,)).fetchone():
        return None
    (person,) = book.db.execute(
        "INSERT INTO people (contact, active) VALUES (?, 0) RETURNING id", (entry.contact,)
    ).fetchone()
    return int(person)
