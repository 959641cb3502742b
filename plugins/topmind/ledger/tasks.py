"""Touches off e-mail: what a named person has to do, and what they say became of it."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import date

from topmind.ledger.answers import answer
from topmind.ledger.book import Book, Record, key_of
from topmind.ledger.database import day_number, number_day
from topmind.ledger.states import DONE, MISSED, PLANNED, STATE
from topmind.ledger.task_values import NO_ANSWER, TaskOutcome
from topmind.ledger.values import InboxEntry, Task


def tasks(book: Book, *, open_only: bool) -> tuple[Task, ...]:
    """Touches off e-mail, the nearest last day first."""
    only = f" AND t.state = {PLANNED}" if open_only else ""
    rows = book.db.execute(
        "SELECT p.contact, p.name, p.phone, p.postal, o.source, o.step, o.occurrence, o.channel, o.title, t.hex,"
        " t.state, t.day, t.last_day, t.sender, t.reason FROM touches t JOIN people p ON p.id = t.person"
        f" JOIN occasions o ON o.id = t.occasion WHERE t.channel <> 0{only} ORDER BY t.last_day, t.id"
    )
    return tuple(
        Task(
            key=key_of(row["contact"], row["source"], row["step"], row["occurrence"], row["channel"]),
            touch_hex=row["hex"],
            state=STATE[row["state"]],
            title=row["title"],
            day=number_day(row["day"]),
            last_day=number_day(row["last_day"]),
            sender=row["sender"],
            reason=row["reason"],
            name=row["name"],
            phone=row["phone"],
            postal=tuple(json.loads(row["postal"])),
        )
        for row in rows
    )


def task_done(book: Book, touch_hex: str, day: date) -> bool:
    """Planned → done, on that day."""
    found = book.db.execute(
        f"SELECT id FROM touches WHERE channel <> 0 AND state = {PLANNED} AND substr(hex, 1, length(?)) = ?",
        (touch_hex, touch_hex),
    ).fetchall()
    if len(found) != 1:
        return False
    _close(book, found[0][0], DONE, day, "", book.now)
    book.moved()
    return True


def settle(book: Book, outcomes: Sequence[TaskOutcome], day: date) -> int:
    """Write what became of tasks; how many of them that changed. A state that is final stays."""
    changed = sum(_settle(book, one, day, book.now) for one in outcomes)
    if changed:
        book.moved()
    return changed


def fold(book: Book, entry: InboxEntry, at: int) -> None:
    """A representative pressed a button of the task mail. Unknown tasks and those of the erased say nothing."""
    row = book.db.execute("SELECT day FROM touches WHERE hex = ? AND channel <> 0", (entry.touch,)).fetchone()
    if row is None:
        return
    word = " ".join(entry.value.replace("-", " ").split())
    outcome = TaskOutcome(
        touch_hex=entry.touch, word=word, reached=word not in {NO_ANSWER, "missed"}, note=entry.comment
    )
    day = max(number_day(row["day"]), entry.at.date())
    if _settle(book, outcome, day, at):
        book.moved()


def _settle(book: Book, one: TaskOutcome, day: date, at: int) -> bool:
    row = book.db.execute(
        "SELECT id, person, state, last_day, reason FROM touches WHERE hex = ? AND channel <> 0",
        (one.touch_hex,),
    ).fetchone()
    if row is None or not _may(row, one):
        return False
    news = _remember(book, row["person"], one, at)
    if row["state"] != PLANNED:
        return news
    if one.reached:
        _close(book, row["id"], DONE, day, "", at)
        return True
    if one.word == NO_ANSWER and day_number(day) < row["last_day"]:
        if row["reason"] != NO_ANSWER:
            book.db.execute("UPDATE touches SET reason = ? WHERE id = ?", (NO_ANSWER, row["id"]))
        return news
    _close(book, row["id"], MISSED, None, one.word, at)
    return True


def _may(row: Record, one: TaskOutcome) -> bool:
    """A closed task takes further words of the same kind, never the opposite."""
    return row["state"] in (PLANNED, DONE if one.reached else MISSED)


def _remember(book: Book, person: int, one: TaskOutcome, at: int) -> bool:
    """The outcome as a fact about the step. True where it is news."""
    if not book.db.execute("SELECT 1 FROM people WHERE id = ?", (person,)).fetchone():
        return False
    known = book.db.execute(
        "SELECT comment FROM answers WHERE person = ? AND hex = ? AND value = ?",
        (person, one.touch_hex, one.word),
    ).fetchone()
    if known is not None and known["comment"] == (one.note or known["comment"]):
        return False
    answer(book, person, one.touch_hex, one.word, at=at, comment=one.note)
    return True


def _close(book: Book, touch: int, state: int, day: date | None, reason: str, at: int) -> None:
    book.db.execute(
        "UPDATE touches SET state = ?, day = coalesce(?, day), reason = ?, at = ? WHERE id = ?",
        (state, None if day is None else day_number(day), reason, at, touch),
    )
