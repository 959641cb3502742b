"""A plan becomes rows: one conditional write, unique per occasion and contact and per occasion and inbox."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import replace
from datetime import date, datetime

from topmind.errors import LedgerError, PlanAgain
from topmind.ledger.book import Book, Record, chunks, key_of, listed
from topmind.ledger.database import day_number, moment, number_day
from topmind.ledger.rows import Fresh, change, insert, known
from topmind.ledger.states import EXPIRED, MISSED, PLANNED, SKIPPED, SOLE, ends_as
from topmind.ledger.terms import unpack
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
    writer = _Writer(book, _people(book, everybody), [*rows, *(late.row for late in lapsed)])
    writer.plan(rows)
    expired = writer.lapse(lapsed)
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


def remember_plan(book: Book, as_of: date | None, promised: Collection[str] | None) -> None:
    """Whose plan this was (None = of no day): a later one looks back to this day, for those who were known by then, and
    to the issues that were promised then."""
    if as_of is None:
        return
    book.set_meta("planned_on", max(book.meta("planned_on"), as_of.isoformat()))
    (last,) = book.db.execute("SELECT coalesce(max(id), 0) FROM people").fetchone()
    book.set_meta("planned_people", str(last))
    if promised is not None and book.meta("planned_on") == as_of.isoformat():
        book.set_meta("promised", json.dumps(sorted(promised)))


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


class _Writer:
    """Writes the rows of one freeze and counts."""

    def __init__(self, book: Book, people: dict[str, tuple[int, int | None]], rows: Iterable[Row]) -> None:
        """`rows`: everything that will be written."""
        self.book, self.people = book, people
        #: Name on the wire → (id, state) of what was there before.
        self.known = known(book, [row.key.wire(book.ledger) for row in rows])
        self.fresh: dict[str, Fresh] = {}
        self.changed: list[tuple[Row, int, int]] = []
        #: (occasion, inbox) that have their copy, of the occasions that were looked up.
        self.copies: set[tuple[int, int]] = set()
        self.new = self.again = self.kept = 0
        self.skipped: list[tuple[TouchKey, Reason]] = []

    def plan(self, rows: Sequence[Row]) -> None:
        """Insert rows, or plan them again where they are still planned."""
        new = []
        for row in rows:
            hexed = row.key.wire(self.book.ledger)
            if hexed not in self.known:
                new.append(self._fresh(row, hexed, PLANNED))
                continue
            touch, state = self.known[hexed]
            if state == PLANNED:
                self.changed.append((row, touch, self.people[row.key.contact][0]))
            else:
                self.kept += 1
        self._look_up_copies(new)
        for one in new:
            self._insert(one)
        insert(self.book, list(self.fresh.values()))
        change(self.book, self.changed)
        self.again += len(self.changed)

    def _fresh(self, row: Row, hexed: str, state: int, reason: str = "") -> Fresh:
        person, inbox = self.people[row.key.contact]
        occasion = self.book.occasion(row.key, kind=row.kind.value, title=row.title)
        return Fresh(
            row=row, hex=hexed, person=person, occasion=occasion, state=state, inbox=inbox, reason=reason
        )

    def _look_up_copies(self, fresh: Sequence[Fresh]) -> None:
        inboxes: dict[int, set[int]] = defaultdict(set)
        for one in fresh:
            if _is_sole(one.row) and one.inbox is not None:
                inboxes[one.occasion].add(one.inbox)
        for occasion, wanted in inboxes.items():
            for some in chunks(sorted(wanted)):
                found = self.book.db.execute(
                    "SELECT sole FROM touches WHERE occasion = ? AND sole IN (SELECT value FROM json_each(?))",
                    (occasion, listed(some)),
                )
                self.copies |= {(occasion, inbox) for (inbox,) in found}

    def _insert(self, one: Fresh) -> None:
        if one.hex in self.fresh:  # given twice: the last one counts
            self.fresh[one.hex] = replace(self.fresh[one.hex], row=one.row)
            self.again += 1
        elif not _is_sole(one.row) or one.inbox is None:
            self.fresh[one.hex] = one
            self.new += 1
        elif (one.occasion, one.inbox) in self.copies:
            self.fresh[one.hex] = replace(one, state=SKIPPED, reason=Reason.SAME_INBOX.value)
            self.skipped.append((one.row.key, Reason.SAME_INBOX))
        else:
            self.copies.add((one.occasion, one.inbox))
            self.fresh[one.hex] = replace(one, sole=one.inbox)
            self.new += 1

    def lapse(self, lapsed: Sequence[Lapsed]) -> int:
        """Write rows as expired, where the touch is not beyond planned; how many."""
        fresh: dict[str, Fresh] = {}
        ended: list[tuple[int, str, int, str]] = []
        for late in lapsed:
            hexed = late.row.key.wire(self.book.ledger)
            end = EXPIRED if late.row.key.channel is Channel.EMAIL else MISSED
            written = self.fresh[hexed].state if hexed in self.fresh else self.known.get(hexed, (0, None))[1]
            if written == PLANNED:
                ended.append((end, late.reason.value, self.book.now, hexed))
            elif written is None:
                fresh[hexed] = self._fresh(late.row, hexed, end, late.reason.value)
        insert(self.book, list(fresh.values()))
        self.book.db.executemany(
            f"UPDATE touches SET {ends_as('?')}, reason = ?, at = ? WHERE hex = ?", ended
        )
        return len(fresh) + len(ended)


def _is_sole(row: Row) -> bool:
    """Whether one inbox gets one copy of it."""
    return row.key.channel is Channel.EMAIL and row.kind in SOLE


def _skip(book: Book, key: TouchKey, reason: Reason) -> bool:
    """Planned → skipped."""
    changed = book.db.execute(
        f"UPDATE touches SET {ends_as(SKIPPED)}, reason = ?, at = ? WHERE hex = ? AND state = {PLANNED}",
        (reason.value, book.now, key.wire(book.ledger)),
    )
    return changed.rowcount > 0


def expire(book: Book, day: date, tasks: date | None = None) -> int:
    """Planned touches whose last day is before `day`: expired; tasks before `tasks`: missed; with what held them
    last. A task that nothing held was there to be done: no run was too late for it."""
    stopped = (
        "EXISTS (SELECT 1 FROM stops s, occasions o WHERE o.id = touches.occasion AND (s.name IN ('all', o.name)"
        " OR substr(o.name, 1, length(s.name) + 1) = s.name || '/'))"
    )
    changed = book.db.execute(
        f"UPDATE touches SET {ends_as(f'CASE channel WHEN 0 THEN {EXPIRED} ELSE {MISSED} END')}, at = ?,"
        f" reason = CASE WHEN {stopped} THEN 'stopped' WHEN reason <> '' THEN reason"
        " WHEN channel = 0 THEN 'too_late' ELSE 'missed' END"
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
        shown=_shown(book, row["id"]),
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
        "SELECT i.name, k.since FROM touch_items k JOIN items i ON i.id = k.item WHERE k.touch = ? AND k.shown = 0"
        " ORDER BY position",
        (touch,),
    )
    return tuple(
        PickedItem(id=name, since=None if since is None else number_day(since)) for name, since in rows
    )


def _shown(book: Book, touch: int) -> tuple[str, ...]:
    rows = book.db.execute(
        "SELECT i.name FROM touch_items k JOIN items i ON i.id = k.item WHERE k.touch = ? AND k.shown = 1"
        " ORDER BY position",
        (touch,),
    )
    return tuple(name for (name,) in rows)
