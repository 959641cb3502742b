"""What a claim may choose from: planned touches of today, group by group, locked where others claim at the same time."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Any

from topmind.ledger.book import Book, Record, listed
from topmind.ledger.crew import Shard
from topmind.ledger.database import day_number, stamp
from topmind.ledger.states import PLANNED

#: Earliest and latest local time on earth, in hours from UTC: a row's day must be today somewhere.
_WEST, _EAST = timedelta(hours=12), timedelta(hours=14)


class Candidates:
    """Planned e-mail touches that nothing in their own row or in the switches forbids, nearest last day first.

    A second touch of the same person or inbox waits for the next claim.
    """

    def __init__(
        self,
        book: Book,
        run: int,
        now: datetime,
        *,
        editions: Collection[str] | None,
        occasions: Collection[str] | None,
        shard: Shard | None,
        stops: Collection[str],
    ) -> None:
        self._book = book
        self._persons: set[int] = set()
        self._inboxes: set[int] = set()
        self._tests = [
            f"t.state = {PLANNED}",
            "t.channel = 0",
            "t.day BETWEEN :first AND :last",
            "t.day <= t.last_day",
            "(t.opens IS NULL OR t.opens <= :at)",
            "(t.closes IS NULL OR t.closes > :at)",
            "(t.looked IS NULL OR t.looked <> :run)",
            "t.person NOT IN (SELECT value FROM json_each(:without))",
        ]
        self._bound: dict[str, Any] = {
            "first": day_number((now - _WEST).date()),
            "last": day_number((now + _EAST).date()),
            "at": stamp(now),
            "run": run,
        }
        for column, names in (("t.edition", editions), ("o.name", occasions)):
            if names is not None:
                mark = column.replace(".", "_")
                self._tests.append(f"{column} IN (SELECT value FROM json_each(:{mark}))")
                self._bound[mark] = listed(names)
        if shard is not None:
            # numbers are given in turn, so that the shards are of one size
            self._tests.append("t.person % :of = :number")
            self._bound |= {"of": shard.of, "number": shard.number - 1}
        if stops:
            self._tests.append("t.occasion NOT IN (SELECT value FROM json_each(:stopped))")
            self._bound["stopped"] = listed(_stopped(book))

    def more(self, limit: int) -> list[Record] | None:
        """Up to `limit` of those that nobody was taken for, and that no other sender has; None = none is left."""
        rows = self._book.db.execute(
            "SELECT t.id, t.person, t.occasion, t.hex, t.attempt, t.day, t.edition, t.per_slot, t.sender, t.sole,"
            " o.source, o.step, o.occurrence, o.channel, o.kind, m.text AS terms,"
            " p.contact, p.address, p.active, p.inbox AS inbox_now"
            " FROM touches t JOIN occasions o ON o.id = t.occasion JOIN terms m ON m.id = t.terms"
            f" LEFT JOIN people p ON p.id = t.person WHERE {' AND '.join(self._tests)}"
            # the limit as a number: PostgreSQL's plan for any limit sorts all that is planned, at each claim
            f" ORDER BY t.last_day, t.id LIMIT {limit}"
            + (" FOR UPDATE OF t SKIP LOCKED" if self._book.beside else ""),
            self._bound | {"without": listed(self._persons)},
        ).fetchall()
        return self._held(rows) if rows else None

    def take(self, row: Record) -> None:
        """This one is claimed."""
        self._persons.add(row["person"])
        if row["inbox_now"] is not None:
            self._inboxes.add(row["inbox_now"])

    def too_many(self, row: Record) -> bool:
        """Whether its person or inbox has one in this claim already; then the next group leaves them out."""
        if row["person"] in self._persons:
            return True
        if row["inbox_now"] in self._inboxes:
            self._persons.add(row["person"])
            return True
        return False

    def _held(self, rows: list[Record]) -> list[Record]:
        """Rows of people whom no other sender is judging at this moment; the others wait for the next claim.

        Their rows in `people` stay locked to the end of this write: what another sender claimed for one of them is
        either seen by the judge or not claimed yet, so gap, ceilings and never-twice hold between senders, too. (The
        rows of `touches` are locked before: PostgreSQL tests a row again once it has its lock, and leaves it out
        where it is planned no more.)
        """
        if not self._book.beside:
            return rows
        asked = listed({row["person"] for row in rows})
        mine = {
            person
            for (person,) in self._book.db.execute(
                "SELECT id FROM people WHERE id IN (SELECT value FROM json_each(?)) FOR UPDATE SKIP LOCKED",
                (asked,),
            )
        }
        held = [row for row in rows if row["person"] in mine or row["contact"] is None]
        self._persons |= {row["person"] for row in rows} - {row["person"] for row in held}
        return held


def _stopped(book: Book) -> list[int]:
    """Occasions that are stopped by their name or a beginning of it. (Asked for apart: what a server guesses of a
    table that is mostly empty spoils its plan for the candidates.)"""
    found = book.db.execute(
        "SELECT o.id FROM occasions o, stops s"
        " WHERE s.name = o.name OR substr(o.name, 1, length(s.name) + 1) = s.name || '/'"
    )
    return [occasion for (occasion,) in found]
