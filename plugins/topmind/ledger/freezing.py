"""A plan becomes rows: one conditional write, unique per occasion and contact and per occasion and inbox."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime

from topmind.errors import LedgerError, PlanAgain
from topmind.ledger import coupons
from topmind.ledger.book import Book, Record, key_of, listed
from topmind.ledger.database import day_number, moment, number_day, stamp
from topmind.ledger.states import ACCEPTED, CHANNEL_CODE, EXPIRED, MISSED, PLANNED, SKIPPED, SOLE, ends_as
from topmind.ledger.terms import pack, unpack
from topmind.ledger.values import Frozen, Lapsed, PickedItem, Row
from topmind.model import Channel, Reason, SourceKind, TouchKey


def freeze(
    book: Book,
    rows: Sequence[Row],
    *,
    plan: str,
    head: int,
    skips: Sequence[tuple[TouchKey, Reason]],
    lapsed: Sequence[Lapsed],
) -> Frozen:
    """Write rows, skips and expiries against `head`."""
    if int(book.meta("head") or 0) != head:
        raise PlanAgain(
            "the ledger moved on since this plan was computed.", fix="Nothing was written: plan again."
        )
    everybody = [row.key.contact for row in rows] + [late.row.key.contact for late in lapsed]
    writer = _Writer(book, _people(book, everybody))
    for row in rows:
        writer.plan(row)
    expired = sum(writer.lapse(late.row, late.reason) for late in lapsed)
    skipped = [(key, reason) for key, reason in skips if _skip(book, key, reason)]
    book.db.execute(
        "INSERT INTO plans (hash, at) VALUES (?, ?) ON CONFLICT (hash) DO UPDATE SET at = excluded.at",
        (plan, book.now),
    )
    if writer.new or writer.again or expired or skipped or writer.skipped:
        book.moved()
    return Frozen(
        new=writer.new,
        again=writer.again,
        kept=writer.kept,
        skipped=tuple(writer.skipped + skipped),
        expired=expired,
    )


def remember_plan(book: Book, as_of: date) -> None:
    """Whose plan this was: a later one looks back to this day, for those who were known by then."""
    book.set_meta("planned_on", max(book.meta("planned_on"), as_of.isoformat()))
    (last,) = book.db.execute("SELECT coalesce(max(id), 0) FROM people").fetchone()
    book.set_meta("planned_people", str(last))


def _people(book: Book, contacts: Iterable[str]) -> dict[str, tuple[int, int | None]]:
    """Source id → (internal id, inbox)."""
    wanted = set(contacts)
    rows = book.db.execute(
        "SELECT contact, id, inbox FROM people WHERE contact IN (SELECT value FROM json_each(?))",
        (listed(wanted),),
    )
    found = {contact: (person, inbox) for contact, person, inbox in rows}
    if len(found) < len(wanted):
        raise LedgerError(
            f"{len(wanted) - len(found)} contacts of the plan are not in the ledger.",
            fix="Sync the people before the plan is frozen.",
        )
    return found


@dataclass(slots=True)
class _Writer:
    """Writes the rows of one freeze and counts."""

    book: Book
    people: dict[str, tuple[int, int | None]]
    new: int = 0
    again: int = 0
    kept: int = 0
    skipped: list[tuple[TouchKey, Reason]] = field(default_factory=list)

    def plan(self, row: Row) -> None:
        """Insert a row, or plan it again where it is still planned."""
        person, inbox = self.people[row.key.contact]
        occasion = self.book.occasion(row.key, kind=row.kind.value, title=row.title)
        found = self.book.db.execute(
            "SELECT id, state FROM touches WHERE person = ? AND occasion = ?", (person, occasion)
        ).fetchone()
        if found is None:
            self._insert(row, person, occasion, inbox)
        elif found[1] == PLANNED:
            self._again(row, found[0], person)
        else:
            self.kept += 1

    def _insert(self, row: Row, person: int, occasion: int, inbox: int | None) -> None:
        email = row.key.channel is Channel.EMAIL
        sole = inbox if email and row.kind in SOLE else None
        taken = (
            sole is not None
            and self.book.db.execute(
                "SELECT 1 FROM touches WHERE occasion = ? AND sole = ?", (occasion, sole)
            ).fetchone()
        )
        if taken:
            insert(self.book, row, person, occasion, SKIPPED, inbox=inbox, reason=Reason.SAME_INBOX.value)
            self.skipped.append((row.key, Reason.SAME_INBOX))
            return
        insert(self.book, row, person, occasion, PLANNED, inbox=inbox, sole=sole)
        self.new += 1

    def _again(self, row: Row, touch: int, person: int) -> None:
        values = _values(self.book, row)
        names = ", ".join(f"{name} = ?" for name in _ROW_COLUMNS)
        self.book.db.execute(
            f"UPDATE touches SET {names}, looked = NULL, reason = '', at = ? WHERE id = ?",
            (*values, self.book.now, touch),
        )
        self.book.db.execute("DELETE FROM touch_items WHERE touch = ?", (touch,))
        _items(self.book, row, touch, person)
        coupons.put(self.book, row.coupons, touch, person)
        self.again += 1

    def lapse(self, row: Row, reason: Reason) -> bool:
        """Write a row as expired; False where the touch is beyond planned."""
        person, inbox = self.people[row.key.contact]
        occasion = self.book.occasion(row.key, kind=row.kind.value, title=row.title)
        found = self.book.db.execute(
            "SELECT id, state FROM touches WHERE person = ? AND occasion = ?", (person, occasion)
        ).fetchone()
        end = EXPIRED if row.key.channel is Channel.EMAIL else MISSED
        if found is None:
            insert(self.book, row, person, occasion, end, inbox=inbox, reason=reason.value)
            return True
        if found[1] == PLANNED:
            self.book.db.execute(
                f"UPDATE touches SET {ends_as(end)}, reason = ?, at = ? WHERE id = ?",
                (reason.value, self.book.now, found[0]),
            )
            return True
        return False


_ROW_COLUMNS = (
    "nominal day last_day opens closes edition per_slot value promotions terms sender".split()  # noqa: SIM905 - columns read better in a line
)


def _values(book: Book, row: Row) -> tuple[object, ...]:
    return (
        day_number(row.nominal),
        day_number(row.day),
        day_number(row.last_day),
        stamp(row.opens) if row.opens else None,
        stamp(row.closes) if row.closes else None,
        row.edition,
        json.dumps(row.per_slot),
        row.value,
        row.promotions,
        book.terms(pack(row)),
        row.sender,
    )


def insert(
    book: Book,
    row: Row,
    person: int,
    occasion: int,
    state: int,
    *,
    inbox: int | None,
    sole: int | None = None,
    reason: str = "",
) -> int:
    """One touch; evidence that came before it makes it accepted at once."""
    hexed = row.key.wire(book.ledger)
    stray = book.db.execute("SELECT message_id, bounced FROM strays WHERE hex = ?", (hexed,)).fetchone()
    message_id, bounced = stray or ("", 0)
    if stray:
        state, reason = ACCEPTED, ""
        book.db.execute("DELETE FROM strays WHERE hex = ?", (hexed,))
    columns = (
        *"person occasion channel hex state inbox sole reason message_id bounced at".split(),  # noqa: SIM905 - as above
        *_ROW_COLUMNS,
    )
    (touch,) = book.db.execute(
        f"INSERT INTO touches ({', '.join(columns)}) VALUES ({', '.join('?' * len(columns))}) RETURNING id",
        (
            *(person, occasion, CHANNEL_CODE[row.key.channel], hexed, state, inbox, sole, reason),
            *(message_id, bounced, book.now),
            *_values(book, row),
        ),
    ).fetchone()
    _items(book, row, touch, person)
    coupons.put(book, row.coupons, touch, person)
    return int(touch)


def _items(book: Book, row: Row, touch: int, person: int) -> None:
    book.db.executemany(
        "INSERT INTO touch_items (touch, position, item, person, since) VALUES (?, ?, ?, ?, ?)",
        [
            (
                touch,
                position,
                book.item(item.id),
                person,
                None if item.since is None else day_number(item.since),
            )
            for position, item in enumerate(row.items)
        ],
    )


def _skip(book: Book, key: TouchKey, reason: Reason) -> bool:
    """Planned → skipped."""
    changed = book.db.execute(
        f"UPDATE touches SET {ends_as(SKIPPED)}, reason = ?, at = ? WHERE hex = ? AND state = {PLANNED}",
        (reason.value, book.now, key.wire(book.ledger)),
    )
    return changed.rowcount > 0


def expire(book: Book, day: date, tasks: date | None = None) -> int:
    """Planned touches whose last day is before `day`: expired; tasks before `tasks`: missed; with what held them
    last."""
    stopped = (
        "EXISTS (SELECT 1 FROM stops s, occasions o WHERE o.id = touches.occasion AND (s.name IN ('all', o.name)"
        " OR substr(o.name, 1, length(s.name) + 1) = s.name || '/'))"
    )
    changed = book.db.execute(
        f"UPDATE touches SET {ends_as(f'CASE channel WHEN 0 THEN {EXPIRED} ELSE {MISSED} END')}, at = ?,"
        f" reason = CASE WHEN {stopped} THEN 'stopped' WHEN reason = '' THEN 'too_late' ELSE reason END"
        f" WHERE state = {PLANNED} AND last_day < CASE channel WHEN 0 THEN ? ELSE ? END",
        (book.now, day_number(day), day_number(day if tasks is None else tasks)),
    ).rowcount
    if changed:
        book.moved()
    return changed


def planned(book: Book) -> tuple[Row, ...]:
    """E-mail rows in state planned, as they were frozen."""
    rows = book.db.execute(
        "SELECT t.id, p.contact, o.source, o.step, o.occurrence, o.channel, o.kind, o.title, t.nominal, t.day,"
        " t.last_day, t.opens, t.closes, t.edition, t.per_slot, t.value, t.promotions, m.text, t.sender"
        " FROM touches t JOIN people p ON p.id = t.person JOIN occasions o ON o.id = t.occasion"
        " JOIN terms m ON m.id = t.terms"
        f" WHERE t.state = {PLANNED} AND t.channel = 0 ORDER BY t.last_day, t.id"
    ).fetchall()
    return tuple(_row(book, row) for row in rows)


def _row(book: Book, row: Record) -> Row:
    terms = unpack(row["text"])
    return Row(
        key=key_of(row["contact"], row["source"], row["step"], row["occurrence"], row["channel"]),
        kind=SourceKind(row["kind"]),
        title=row["title"],
        nominal=number_day(row["nominal"]),
        day=number_day(row["day"]),
        last_day=number_day(row["last_day"]),
        opens=_moment(row["opens"]),
        closes=_moment(row["closes"]),
        edition=row["edition"],
        items=_picked(book, row["id"]),
        per_slot=tuple(json.loads(row["per_slot"])),
        value=row["value"],
        promotions=row["promotions"],
        purpose=terms.purpose,
        topics=terms.topics,
        gap=terms.gap,
        ceilings=terms.ceilings,
        sender=row["sender"],
    )


def _moment(value: int | None) -> datetime | None:
    return None if value is None else moment(value)


def _picked(book: Book, touch: int) -> tuple[PickedItem, ...]:
    rows = book.db.execute(
        "SELECT i.name, k.since FROM touch_items k JOIN items i ON i.id = k.item WHERE k.touch = ? ORDER BY position",
        (touch,),
    )
    return tuple(
        PickedItem(id=name, since=None if since is None else number_day(since)) for name, since in rows
    )
