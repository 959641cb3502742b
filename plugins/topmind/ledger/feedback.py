"""Events that are heard after a message left, folded in: doubled, late or unordered ones give the same state."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from topmind.ledger import canaries, marks, suppressing, team_mails
from topmind.ledger.answers import answer
from topmind.ledger.book import Book, key_of
from topmind.ledger.database import moment, stamp
from topmind.ledger.feedback_values import Heard, HeardOf
from topmind.ledger.people import inbox_of
from topmind.ledger.settling import accept
from topmind.ledger.states import ACCEPTED, CLAIMED, DONE, UNKNOWN, UNRESOLVED
from topmind.ledger.values import Feedback
from topmind.ledger.wishes import wish
from topmind.model import FeedbackKind as Kind

#: It says that the mail never reached anybody: it no more keeps a floor.
_LOST = {Kind.BOUNCED, Kind.REJECTED, Kind.NOT_RENDERED}
#: It is about an address, not only about a mail.
_OF_ADDRESS = {Kind.BOUNCED, Kind.COMPLAINED, Kind.DELIVERED}
#: It is a no to mail.
_NO = {Kind.COMPLAINED: "complaint", Kind.UNSUBSCRIBED: "person"}


@dataclass(slots=True)
class _Tally:
    """What a write has changed so far."""

    counts: dict[str, int] = field(default_factory=dict)
    #: Something that a plan is made from.
    moved: bool = False

    def add(self, name: str, number: int = 1) -> None:
        self.counts[name] = self.counts.get(name, 0) + number


def record(book: Book, events: Sequence[Feedback]) -> Heard:
    """Upsert events and what follows from them."""
    tally = _Tally()
    for event in events:
        _record(book, event, tally)
    if tally.moved:
        book.moved()
    return Heard(**tally.counts)


def _record(book: Book, event: Feedback, tally: _Tally) -> None:
    touch = book.db.execute(
        "SELECT t.state, t.attempt, t.bounced, t.message_id, t.lease, coalesce(t.inbox, p.inbox) AS inbox,"
        " p.id AS person FROM touches t LEFT JOIN people p ON p.id = t.person WHERE t.hex = ?",
        (event.touch_hex,),
    ).fetchone()
    if touch is None and canaries.heard(book, event):
        tally.add("canaries")
        return
    inbox = _inbox(book, event, touch)
    if new := _written(book, event, inbox):
        tally.add("new")
    if touch is not None:
        _prove(book, event, touch, tally)
    else:
        _stray(book, event, tally)
        tally.moved |= new  # a plan may hold this touch
    _suppress(book, event, inbox, tally)
    _obey(book, event, touch, inbox, tally)


def _inbox(book: Book, event: Feedback, touch: sqlite3.Row | None) -> int | None:
    """The number of the address that an event is about: the one it names, else the touch's own."""
    if event.kind not in _OF_ADDRESS and not (touch is None and event.kind in _NO):
        return None
    if event.inbox:
        return inbox_of(book, event.inbox)
    return None if touch is None else touch["inbox"]


def _written(book: Book, event: Feedback, inbox: int | None) -> bool:
    """Keep the event: the earliest of its kind and detail, and each open and click. True: it was news."""
    name = (event.touch_hex, event.kind.value, event.detail)
    at, lasting = stamp(event.at), int(event.permanent)
    new = book.db.execute(
        "INSERT INTO feedback (hex, kind, detail, at, actor, inbox, lasting, rule) VALUES (?, ?, ?, ?, ?, ?, ?, ?)"
        " ON CONFLICT (hex, kind, detail) DO NOTHING",
        (*name, at, event.actor, inbox, lasting, event.rule),
    ).rowcount
    if not new:
        _merge(book, name, (at, event.actor, inbox, lasting, event.rule))
    return marks.put(book, event) or bool(new)


def _merge(book: Book, name: tuple[str, str, str], said: tuple[int, str, int | None, int, int]) -> None:
    """What came twice: the earliest moment, the strongest sign of a person."""
    row = book.db.execute(
        "SELECT at, actor, inbox, lasting, rule FROM feedback WHERE hex = ? AND kind = ? AND detail = ?", name
    ).fetchone()
    was = tuple(row)
    inboxes = [one for one in (was[2], said[2]) if one is not None]
    now = (
        min(was[0], said[0]),
        marks.strongest(was[1], said[1]),
        min(inboxes, default=None),
        max(was[3], said[3]),
        max(was[4], said[4]),
    )
    if now != was:
        book.db.execute(
            "UPDATE feedback SET at = ?, actor = ?, inbox = ?, lasting = ?, rule = ?"
            " WHERE hex = ? AND kind = ? AND detail = ?",
            (*now, *name),
        )


def _prove(book: Book, event: Feedback, touch: sqlite3.Row, tally: _Tally) -> None:
    """The mail left, whatever the ledger thought; bounced, it no more keeps a floor."""
    bounced = event.kind in _LOST
    if event.attempt and event.attempt != touch["attempt"]:
        tally.add("other_attempts")
    settled = touch["state"] in {ACCEPTED, DONE}
    if settled and touch["bounced"] >= bounced and event.message_id in {"", touch["message_id"]}:
        return
    changed = accept(book, event.touch_hex, event.message_id, at=book.now, bounced=bounced)
    tally.moved |= changed
    ended = touch["state"] == CLAIMED and touch["lease"] is not None and touch["lease"] <= book.now
    if changed and (ended or touch["state"] in {UNKNOWN, UNRESOLVED}):
        tally.add("proved")


def _stray(book: Book, event: Feedback, tally: _Tally) -> None:
    """Of no touch: a task mail's or a proof's, or evidence for a touch that is frozen later."""
    if not any(team_mails.is_one(book, table, event.touch_hex) for table in team_mails.TABLES):
        tally.add("strays")
    accept(book, event.touch_hex, event.message_id, at=book.now, bounced=event.kind in _LOST)


def _suppress(book: Book, event: Feedback, inbox: int | None, tally: _Tally) -> None:
    if inbox is None or event.kind not in _OF_ADDRESS:
        return
    if event.kind is Kind.DELIVERED and not suppressing.came_back(book, inbox):
        return
    if change := suppressing.judge(book, inbox):
        tally.moved = True
        tally.add("suppressed", change)


def _obey(book: Book, event: Feedback, touch: sqlite3.Row | None, inbox: int | None, tally: _Tally) -> None:
    """What the person wants: of a touch that is not known, whoever reads the address that the event names."""
    if touch is not None:
        people = [touch["person"]]
    else:
        rows = book.db.execute("SELECT id FROM people WHERE inbox = ?", (inbox,)) if inbox else ()
        people = [row[0] for row in rows]
    for person in people:
        if person is None:
            continue  # erased
        if by := _NO.get(event.kind):
            tally.add("opted_out", int(wish(book, person, "email", 1, at=stamp(event.at), by=by)))
        if event.kind is Kind.ANSWERED and touch is not None:
            answer(book, person, event.touch_hex, event.detail, at=stamp(event.at))


def of_contact(book: Book, contact: str) -> tuple[HeardOf, ...]:
    """What was heard of one contact's touches, oldest first."""
    rows = book.db.execute(
        "SELECT o.source, o.step, o.occurrence, o.channel, f.* FROM people p JOIN people n ON n.id = p.id OR n.merged = p.id"
        " JOIN touches t ON t.person = n.id"
        " JOIN occasions o ON o.id = t.occasion JOIN feedback f ON f.hex = t.hex WHERE p.contact = ?"
        " ORDER BY f.at, f.hex, f.kind, f.detail",
        (contact,),
    )
    return tuple(_heard_of(contact, row) for row in rows)


def _heard_of(contact: str, row: Any) -> HeardOf:
    return HeardOf(
        key=key_of(contact, row["source"], row["step"], row["occurrence"], row["channel"]),
        touch_hex=row["hex"],
        kind=Kind(row["kind"]),
        at=moment(row["at"]),
        detail=row["detail"],
        actor=row["actor"],
        permanent=bool(row["lasting"]),
    )
