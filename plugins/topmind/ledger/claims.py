"""Taking touches in hand: a durable row before any call, each tested again for now, in the same write."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Collection
from datetime import datetime, timedelta
from functools import lru_cache

from topmind.ledger import merging
from topmind.ledger.book import Book, Record, key_of, listed
from topmind.ledger.candidates import Candidates
from topmind.ledger.crew import Shard
from topmind.ledger.database import moment, number_day
from topmind.ledger.people import standings
from topmind.ledger.states import CHANNEL, CLAIMED, IN_HAND, SKIPPED, SOLE, ends_as
from topmind.ledger.terms import delay, refusal, unpack
from topmind.ledger.values import Claim
from topmind.model import Channel, Reason, Standing

#: Kinds of which one inbox gets one copy, as SQL.
_SOLE = ", ".join(f"'{kind.value}'" for kind in sorted(SOLE))
_MERGED = "JOIN people f ON f.merged = k.person"
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
    stops = {name for (name,) in book.db.execute("SELECT name FROM stops")}
    if "all" in stops:
        return ()
    run = book.run(owner)
    candidates = Candidates(book, run, now, editions=editions, occasions=occasions, shard=shard, stops=stops)
    mine: list[Record] = []
    ask = limit
    while len(mine) < limit and (rows := candidates.more(ask)) is not None:
        # where many in a row may not go, asking for more at once keeps the time from growing with their square
        ask = min(4 * ask, _MOST)
        judge = _Judge(book, rows)
        for row in rows:
            if len(mine) == limit:
                break
            if candidates.too_many(row):
                continue
            reason, wait = judge.verdict(row)
            if reason is None:
                candidates.take(row)
                mine.append(row)
            elif wait:
                _leave(book, row["id"], run, reason)
            else:
                _skip(book, row["id"], reason)
    return _take(book, mine, run, owner, lease) if mine else ()


class _Judge:
    """Tests candidates against what the ledger knows now; a few queries for the whole group."""

    def __init__(self, book: Book, rows: list[Record]) -> None:
        self.book = book
        #: Who was merged into one of these people → that one.
        self.others = merging.others(book, {row["person"] for row in rows})
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
            (listed({row["person"] for row in rows} | self.others.keys()), back),
        ):
            had[self.others.get(person, person)].append((day, CHANNEL[channel]))
        return had

    def _again(self, rows: list[Record]) -> set[int]:
        """Touches of which the contact has had an item within its repeat time; own sends of an announcement
        do not count against each other, and what words showed holds no announcement back."""
        return self._had_item(rows, "") | (self._had_item(rows, _MERGED) if self.others else set())

    def _had_item(self, rows: list[Record], people: str) -> set[int]:
        """The same, of what they had themselves, or of what those had who were merged into them."""
        found = self.book.db.execute(
            f"SELECT DISTINCT k.touch FROM touch_items k {people}"
            f" JOIN touch_items h ON h.person = {'f.id' if people else 'k.person'} AND h.item = k.item"
            " AND h.touch <> k.touch"
            " JOIN touches t ON t.id = h.touch JOIN occasions o ON o.id = t.occasion"
            " JOIN touches mine ON mine.id = k.touch JOIN occasions us ON us.id = mine.occasion"
            " WHERE k.touch IN (SELECT value FROM json_each(?)) AND k.since IS NOT NULL"
            f" AND t.day >= k.since AND t.state IN {IN_HAND}"
            " AND NOT (us.kind = 'announcement' AND (o.source = us.source OR h.shown = 1))",
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
    book.db.execute(
        f"UPDATE touches SET state = {CLAIMED}, attempt = attempt + 1, run = ?, lease = ?, at = ?, reason = '',"
        " inbox = (SELECT p.inbox FROM people p WHERE p.id = touches.person),"
        " sole = (SELECT p.inbox FROM people p, occasions o WHERE p.id = touches.person AND o.id = touches.occasion"
        f" AND o.kind IN ({_SOLE})) WHERE id IN (SELECT value FROM json_each(?))",
        (run, until, book.now, listed(row["id"] for row in rows)),
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


def _items(book: Book, rows: list[Record]) -> dict[int, list[str]]:
    """Item ids of each touch, in slot order."""
    found: dict[int, list[str]] = defaultdict(list)
    for touch, name in book.db.execute(
        "SELECT k.touch, i.name FROM touch_items k JOIN items i ON i.id = k.item"
        " WHERE k.touch IN (SELECT value FROM json_each(?)) AND k.shown = 0 ORDER BY k.touch, k.position",
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
