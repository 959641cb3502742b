"""Everyone accounted for: counts, reasons, and what is not proven."""

from __future__ import annotations

from datetime import date

from topmind.ledger import resending
from topmind.ledger.book import Book, Record, key_of
from topmind.ledger.database import day_number, moment
from topmind.ledger.states import ACCEPTED, CLAIMED, STATE, UNKNOWN, UNRESOLVED
from topmind.ledger.values import Counts, Unproven
from topmind.model import TouchKey, TouchState

#: Under which word of `Counts` each state is counted.
_WORD = {
    TouchState.PLANNED: "waiting",
    TouchState.CLAIMED: "waiting",
    TouchState.ACCEPTED: "accepted",
    TouchState.REFUSED: "refused",
    TouchState.SKIPPED: "skipped",
    TouchState.EXPIRED: "expired",
    TouchState.UNKNOWN: "unknown",
    TouchState.UNRESOLVED: "unknown",
}
#: A claim whose lease has ended counts as unknown, whether a run has swept it or not.
_SEEN = f"CASE WHEN state = {CLAIMED} AND lease <= :now THEN {UNKNOWN} ELSE state END"


def counts(book: Book, as_of: date, run: str) -> Counts:
    """Guarantee 4, from the rows as they are."""
    bound = {"now": book.now, "day": day_number(as_of), "run": run}
    words = dict.fromkeys([*_WORD.values(), "planned", "tasks"], 0)
    for state, number in book.db.execute(
        f"SELECT {_SEEN} AS seen, count(*) FROM touches WHERE nominal = :day AND channel = 0 GROUP BY seen",
        bound,
    ):
        words[_WORD[STATE[state]]] += number
        words["planned"] += number
    (words["tasks"],) = book.db.execute(
        "SELECT count(*) FROM touches WHERE nominal = :day AND channel <> 0", bound
    ).fetchone()
    sent_now, sent_late = book.db.execute(
        f"SELECT count(*), count(*) FILTER (WHERE nominal <> :day) FROM touches WHERE state = {ACCEPTED} AND channel = 0"
        " AND run = (SELECT id FROM runs WHERE owner = :run)",
        bound,
    ).fetchone()
    maybe, twice = resending.counted(book, day_number(as_of))
    return Counts(
        **words, sent_now=sent_now, sent_late=sent_late, may_have_come_twice=maybe, came_twice=twice
    )


def reasons(book: Book, as_of: date) -> dict[tuple[TouchState, str], int]:
    """How many e-mail touches of the day's occasions are in each state for each reason."""
    rows = book.db.execute(
        f"SELECT {_SEEN} AS seen, reason, count(*) FROM touches WHERE nominal = :day AND channel = 0"
        " GROUP BY seen, reason ORDER BY seen, reason",
        {"now": book.now, "day": day_number(as_of)},
    )
    return {(STATE[state], reason): number for state, reason, number in rows}


def unproven(book: Book) -> tuple[Unproven, ...]:
    """Unknown, unresolved, and claimed under a lease that has ended; whose person is erased has no name."""
    rows = book.db.execute(
        "SELECT coalesce(p.contact, '') AS contact, o.source, o.step, o.occurrence, o.channel, o.title, t.hex,"
        " t.attempt, t.again, t.state, t.at, t.reason, coalesce(r.owner, '') AS run"
        " FROM touches t JOIN occasions o ON o.id = t.occasion"
        " LEFT JOIN people p ON p.id = t.person LEFT JOIN runs r ON r.id = t.run"
        f" WHERE t.state IN ({UNKNOWN}, {UNRESOLVED}, {CLAIMED})"
        f" AND (t.state <> {CLAIMED} OR t.lease <= ?) ORDER BY t.at, t.id",
        (book.now,),
    )
    return tuple(
        Unproven(
            key=_key(row),
            touch_hex=row["hex"],
            attempt=row["attempt"],
            state=STATE[row["state"]],
            title=row["title"],
            at=moment(row["at"]),
            reason=row["reason"],
            run=row["run"],
            again=row["again"] > 0,
        )
        for row in rows
    )


def _key(row: Record) -> TouchKey:
    return key_of(row["contact"], row["source"], row["step"], row["occurrence"], row["channel"])
