"""What the ledger remembers, read back as the plain values that planning and `why` take."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from datetime import date, timedelta

from topmind.ledger import coupons, merging, positions, proof_mails, stages
from topmind.ledger.book import Book, listed
from topmind.ledger.database import day_number, moment, number_day
from topmind.ledger.people import standings
from topmind.ledger.protocol import APPROVAL
from topmind.ledger.states import ACCEPTED, CHANNEL, STATE
from topmind.model import Answer, History, PastTouch, Standing, TouchKey
from topmind.model.words import COUNTED

#: Days of `History.sent_per_day`, for the surge guard.
_SURGE_DAYS = 35


def history(
    book: Book, as_of: date, erased: Iterable[str], read: tuple[PastTouch, ...] | None = None
) -> History:
    """Everything as of now; `erased`: source ids that the last import held and that stay out. `read`: the touches
    of now, of whoever has them already."""
    names = dict(book.db.execute("SELECT id, contact FROM people"))
    known = {
        names[person]: one
        for person, one in standings(book, today=day_number(as_of)).items()
        if person in names
    }
    proofs = proof_mails.shown(book)
    return History(
        ledger=book.ledger,
        touches=touches(book) if read is None else read,
        answers=answers(book),
        standing=known
        | {contact: Standing(merged=goes_on) for contact, goes_on in merging.into(book).items()}
        | {contact: Standing(erased=True) for contact in erased},
        stopped=stops(book),
        proofs=proofs,
        proved=frozenset(issue for issue, found in proofs.items() if any(one.left for one in found)),
        approved=_approved(book),
        sent_per_day=_sent_per_day(book, as_of),
        first=book.db.execute(f"SELECT 1 FROM touches WHERE state = {ACCEPTED} LIMIT 1").fetchone() is None,
        head=int(book.meta("head") or 0),
        planned_on=date.fromisoformat(book.meta("planned_on")) if book.meta("planned_on") else None,
        promised=frozenset(json.loads(book.meta("promised"))) if book.meta("promised") else None,
        positions=positions.positions(book),
        watched=positions.watched(book),
        redeemed=coupons.redeemed(book),
        stage_moves=stages.changes(book),
        said_stages=stages.said(book),
        newcomers=frozenset(
            contact
            for (contact,) in book.db.execute(
                "SELECT contact FROM people WHERE id > ?", (int(book.meta("planned_people") or 0),)
            )
        ),
    )


def touches(book: Book, contact: str | None = None) -> tuple[PastTouch, ...]:
    """Touches ordered by (contact, day, source, step, occurrence); of one contact, or of all."""
    into = merging.into(book)
    names = None if contact is None else [contact, *(one for one, other in into.items() if other == contact)]
    only, bound = (
        ("", ())
        if names is None
        else (" WHERE p.contact IN (SELECT value FROM json_each(?))", (listed(names),))
    )
    items = _items(book, names)
    rows = book.db.execute(
        "SELECT t.id, p.contact, o.source, o.step, o.occurrence, o.channel, t.state, t.day, t.value,"
        " t.promotions, t.bounced, t.reason, t.message_id, t.at, t.last_day, t.nominal"
        " FROM touches t JOIN people p ON p.id = t.person JOIN occasions o ON o.id = t.occasion"
        f"{only} ORDER BY p.contact, t.day, o.source, o.step, o.occurrence",
        bound,
    )
    found = tuple(
        PastTouch(
            key=TouchKey(
                contact=into.get(person, person),
                source=source,
                step=step or None,
                occurrence=occurrence,
                channel=CHANNEL[channel],
            ),
            state=STATE[state],
            day=number_day(day),
            items=items.get((touch, 0), ()),
            shown=items.get((touch, 1), ()),
            value=value,
            promotions=promotions,
            bounced=bool(bounced),
            reason=reason,
            message_id=message_id,
            at=moment(at),
            last_day=number_day(last_day),
            nominal=number_day(nominal),
            known_as=person if person in into else "",
        )
        for (
            touch,
            person,
            source,
            step,
            occurrence,
            channel,
            state,
            day,
            value,
            promotions,
            bounced,
            reason,
            message_id,
            at,
            last_day,
            nominal,
        ) in rows
        # of somebody who was merged, what counts: an issue that they missed is no news of the one who goes on
        if person not in into or STATE[state] in COUNTED
    )
    return tuple(sorted(found, key=_order)) if into else found


def _order(touch: PastTouch) -> tuple[str, date, str, str, str]:
    key = touch.key
    return key.contact, touch.day, key.source, key.step or "", key.occurrence


def _items(book: Book, names: Sequence[str] | None) -> dict[tuple[int, int], tuple[str, ...]]:
    """(touch, 0) → its item ids in slot order; (touch, 1) → those that its words showed."""
    only, bound = (
        ("", ())
        if names is None
        else (
            " WHERE k.person IN (SELECT id FROM people WHERE contact IN (SELECT value FROM json_each(?)))",
            (listed(names),),
        )
    )
    found: dict[tuple[int, int], list[str]] = {}
    for touch, shown, name in book.db.execute(
        "SELECT k.touch, k.shown, i.name FROM touch_items k JOIN items i ON i.id = k.item"
        f"{only} ORDER BY k.touch, k.position",
        bound,
    ):
        found.setdefault((touch, shown), []).append(name)
    return {which: tuple(names) for which, names in found.items()}


def answers(book: Book) -> tuple[Answer, ...]:
    """What people answered, by contact and moment."""
    rows = book.db.execute(
        "SELECT p.contact, a.source, a.step, a.value, a.at, a.hex FROM answers a JOIN people o ON o.id = a.person"
        " JOIN people p ON p.id = coalesce(o.merged, o.id) ORDER BY p.contact, a.at, a.source, a.step, a.value"
    )
    return tuple(
        Answer(contact=contact, source=source, step=step or None, value=value, at=moment(at), touch=touch)
        for contact, source, step, value, at, touch in rows
    )


def stops(book: Book) -> frozenset[str]:
    """Names that are stopped."""
    return frozenset(name for (name,) in book.db.execute("SELECT name FROM stops"))


def _approved(book: Book) -> frozenset[str]:
    valid = book.now - APPROVAL // timedelta(milliseconds=1)
    return frozenset(plan for (plan,) in book.db.execute("SELECT plan FROM approvals WHERE at > ?", (valid,)))


def _sent_per_day(book: Book, as_of: date) -> dict[date, int]:
    last = day_number(as_of)
    rows = book.db.execute(
        f"SELECT day, count(*) FROM touches WHERE state = {ACCEPTED} AND channel = 0 AND day > ? AND day <= ?"
        " GROUP BY day ORDER BY day",
        (last - _SURGE_DAYS, last),
    )
    return {number_day(day): count for day, count in rows}
