"""Taking touches in hand: a durable row before any call, each tested again for now, in the same write."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache

from topmind.ledger.book import Book, Record, key_of, listed
from topmind.ledger.crew import Shard
from topmind.ledger.database import day_number, moment, number_day, stamp
from topmind.ledger.people import standings
from topmind.ledger.states import CHANNEL, CLAIMED, IN_HAND, PLANNED, SKIPPED, SOLE, ends_as
from topmind.ledger.terms import delay, refusal, unpack
from topmind.ledger.values import Claim
from topmind.model import Channel, Reason, Standing

#: Earliest and latest local time on earth, in hours from UTC: a row's day must be today somewhere.
_WEST, _EAST = timedelta(hours=12), timedelta(hours=14)
#: Candidates judged at once.
_MOST = 512


def claim(
    book: Book,
    *,
    owner: str,
    limit: int,
    now: datetime,
    lease: timedelta,
    editions: Collection[str] | None,
    occasions: Collection[str] | None,
    shard: Shard | None = None,
) -> tuple[Claim, ...]:
    """Up to `limit` touches in hand of `owner`; what may never go is skipped, what may not go now is left."""
    if book.db.execute("SELECT 1 FROM stops WHERE name = 'all'").fetchone():
        return ()
    run = book.run(owner)
    mine: list[Record] = []
    taken = _Taken(persons=set(), inboxes=set())
    ask = limit
    while len(mine) < limit:
        rows = _candidates(book, run, now, editions, occasions, shard, taken.persons, ask)
        # where many in a row may not go, asking for more at once keeps the time from growing with their square
        ask = min(4 * ask, _MOST)
        if not rows:
            break
        rows = _held(book, rows, taken)
        judge = _Judge(book, rows)
        for row in rows:
            if len(mine) == limit:
                break
            if taken.has(row):
                taken.persons.add(row["person"])
                continue
            reason, wait = judge.verdict(row)
            if reason is None:
                taken.add(row)
                mine.append(row)
            elif wait:
                _leave(book, row["id"], run, reason)
            else:
                _skip(book, row["id"], reason)
    return _take(book, mine, run, owner, lease) if mine else ()


@dataclass(slots=True)
class _Taken:
    """Whom this claim has already: a second touch of the same person or inbox waits for the next claim."""

    persons: set[int]
    inboxes: set[int]

    def has(self, row: Record) -> bool:
        return row["person"] in self.persons or row["inbox_now"] in self.inboxes

    def add(self, row: Record) -> None:
        self.persons.add(row["person"])
        if row["inbox_now"] is not None:
            self.inboxes.add(row["inbox_now"])


def _candidates(
    book: Book,
    run: int,
    now: datetime,
    editions: Collection[str] | None,
    occasions: Collection[str] | None,
    shard: Shard | None,
    without: Collection[int],
    limit: int,
) -> list[Record]:
    """Planned e-mail touches that nothing in their own row or in the switches forbids, nearest last day first."""
    at = stamp(now)
    tests = [
        f"t.state = {PLANNED}",
        "t.channel = 0",
        "t.day BETWEEN :first AND :last",
        "t.day <= t.last_day",
        "(t.opens IS NULL OR t.opens <= :at)",
        "(t.closes IS NULL OR t.closes > :at)",
        "(t.looked IS NULL OR t.looked <> :run)",
        "t.person NOT IN (SELECT value FROM json_each(:without))",
    ]
    bound = {
        "first": day_number((now - _WEST).date()),
        "last": day_number((now + _EAST).date()),
        "at": at,
        "run": run,
        "without": listed(without),
        "limit": limit,
    }
    for column, names in (("t.edition", editions), ("o.name", occasions)):
        if names is not None:
            mark = column.replace(".", "_")
            tests.append(f"{column} IN (SELECT value FROM json_each(:{mark}))")
            bound[mark] = listed(names)
    if shard is not None:
        # numbers are given in turn, so that the shards are of one size
        tests.append("t.person % :of = :number")
        bound |= {"of": shard.of, "number": shard.number - 1}
    tests.append(
        "NOT EXISTS (SELECT 1 FROM stops s WHERE s.name = o.name"
        " OR substr(o.name, 1, length(s.name) + 1) = s.name || '/')"
    )
    return book.db.execute(
        "SELECT t.id, t.person, t.occasion, t.hex, t.attempt, t.day, t.edition, t.per_slot, t.sender, t.sole,"
        " o.source, o.step, o.occurrence, o.channel, o.kind, m.text AS terms,"
        " p.contact, p.address, p.active, p.inbox AS inbox_now"
        " FROM touches t JOIN occasions o ON o.id = t.occasion JOIN terms m ON m.id = t.terms"
        f" LEFT JOIN people p ON p.id = t.person WHERE {' AND '.join(tests)}"
        " ORDER BY t.last_day, t.id LIMIT :limit" + (" FOR UPDATE OF t SKIP LOCKED" if book.beside else ""),
        bound,
    ).fetchall()


def _held(book: Book, rows: list[Record], taken: _Taken) -> list[Record]:
    """Rows of people whom no other sender is judging at this moment; the others wait for the next claim.

    Their rows in `people` stay locked to the end of this write: what another sender claimed for one of them is
    either seen by the judge or not claimed yet, so gap, ceilings and never-twice hold between senders, too. (The
    rows of `touches` are locked before: PostgreSQL tests a row again once it has its lock, and leaves it out where
    it is planned no more.)
    """
    if not book.beside:
        return rows
    mine = {
        person
        for (person,) in book.db.execute(
            "SELECT id FROM people WHERE id IN (SELECT value FROM json_each(?)) FOR UPDATE SKIP LOCKED",
            (listed({row["person"] for row in rows}),),
        )
    }
    held = [row for row in rows if row["person"] in mine or row["contact"] is None]
    taken.persons |= {row["person"] for row in rows} - {row["person"] for row in held}
    return held


class _Judge:
    """Tests candidates against what the ledger knows now; a few queries for the whole group."""

    def __init__(self, book: Book, rows: list[Record]) -> None:
        self.book = book
        self.standing = standings(book, listed({row["person"] for row in rows}))
        self.had = self._had(rows)
        self.again = self._again(rows)

    def verdict(self, row: Record) -> tuple[Reason | None, bool]:
        """(why not, whether it may go another time); (None, …) = it may go."""
        terms = unpack(row["terms"])
        standing = self.standing.get(row["person"], Standing())
        reason = refusal(
            terms,
            standing,
            known=row["contact"] is not None,
            active=bool(row["active"]),
            address=row["inbox_now"] is not None,
        )
        if reason is None and row["id"] in self.again:
            reason = Reason.NOTHING_NEW
        if reason is None and self._inbox_taken(row):
            reason = Reason.SAME_INBOX
        if reason is not None:
            return reason, False
        return delay(terms, standing, row["day"], self.had.get(row["person"], ())), True

    def _had(self, rows: list[Record]) -> dict[int, list[tuple[int, Channel]]]:
        """Day and channel of what these people got or may have got, as far back as their terms ask."""
        back = min((row["day"] - unpack(row["terms"]).window for row in rows), default=0)
        had: dict[int, list[tuple[int, Channel]]] = defaultdict(list)
        for person, day, channel in self.book.db.execute(
            "SELECT person, day, channel FROM touches WHERE person IN (SELECT value FROM json_each(?))"
            f" AND day > ? AND state IN {IN_HAND}",
            (listed({row["person"] for row in rows}), back),
        ):
            had[person].append((day, CHANNEL[channel]))
        return had

    def _again(self, rows: list[Record]) -> set[int]:
        """Touches of which the contact has had an item within its repeat time; own sends of an announcement
        do not count against each other."""
        found = self.book.db.execute(
            "SELECT DISTINCT k.touch FROM touch_items k"
            " JOIN touch_items h ON h.person = k.person AND h.item = k.item AND h.touch <> k.touch"
            " JOIN touches t ON t.id = h.touch JOIN occasions o ON o.id = t.occasion"
            " JOIN touches mine ON mine.id = k.touch JOIN occasions us ON us.id = mine.occasion"
            " WHERE k.touch IN (SELECT value FROM json_each(?)) AND k.since IS NOT NULL"
            f" AND t.day >= k.since AND t.state IN {IN_HAND}"
            " AND NOT (us.kind = 'announcement' AND o.source = us.source)",
            (listed(row["id"] for row in rows),),
        )
        return {touch for (touch,) in found}

    def _inbox_taken(self, row: Record) -> bool:
        """Whether another contact with the address of now has this occasion (addresses change after a plan)."""
        if row["kind"] not in SOLE or row["sole"] == row["inbox_now"]:
            return False
        return bool(
            self.book.db.execute(
                "SELECT 1 FROM touches WHERE occasion = ? AND sole = ? AND id <> ?",
                (row["occasion"], row["inbox_now"], row["id"]),
            ).fetchone()
        )


def _take(book: Book, rows: list[Record], run: int, owner: str, lease: timedelta) -> tuple[Claim, ...]:
    """Planned → claimed, under a lease by the store's clock."""
    until = book.now + lease // timedelta(milliseconds=1)
    book.db.executemany(
        f"UPDATE touches SET state = {CLAIMED}, attempt = attempt + 1, run = ?, lease = ?, inbox = ?, sole = ?,"
        " at = ?, reason = '' WHERE id = ?",
        [(run, until, row["inbox_now"], _sole(row), book.now, row["id"]) for row in rows],
    )
    items = _items(book, rows)
    fence, lease_until = moment(book.now) + lease / 2, moment(until)
    return tuple(
        Claim(
            key=key_of(row["contact"], row["source"], row["step"], row["occurrence"], row["channel"]),
            touch_hex=row["hex"],
            attempt=row["attempt"] + 1,
            owner=owner,
            person=row["person"],
            address=row["address"],
            edition=row["edition"],
            items=tuple(items[row["id"]]),
            per_slot=_slots(row["per_slot"]),
            sender=row["sender"],
            day=number_day(row["day"]),
            fence=fence,
            lease_until=lease_until,
        )
        for row in rows
    )


def _sole(row: Record) -> int | None:
    """The inbox, where it gets one copy only."""
    return row["inbox_now"] if row["kind"] in SOLE else None


def _items(book: Book, rows: list[Record]) -> dict[int, list[str]]:
    """Item ids of each touch, in slot order."""
    found: dict[int, list[str]] = defaultdict(list)
    for touch, name in book.db.execute(
        "SELECT k.touch, i.name FROM touch_items k JOIN items i ON i.id = k.item"
        " WHERE k.touch IN (SELECT value FROM json_each(?)) ORDER BY k.touch, k.position",
        (listed(row["id"] for row in rows),),
    ):
        found[touch].append(name)
    return found


@lru_cache(maxsize=256)
def _slots(text: str) -> tuple[int, ...]:
    """How many items each slot has."""
    return tuple(json.loads(text))


def _skip(book: Book, touch: int, reason: Reason) -> None:
    """May never go: skipped."""
    book.db.execute(
        f"UPDATE touches SET {ends_as(SKIPPED)}, reason = ?, at = ? WHERE id = ?",
        (reason.value, book.now, touch),
    )


def _leave(book: Book, touch: int, run: int, reason: Reason) -> None:
    """May not go today: stays planned, and this run does not look again."""
    book.db.execute("UPDATE touches SET looked = ?, reason = ? WHERE id = ?", (run, reason.value, touch))
