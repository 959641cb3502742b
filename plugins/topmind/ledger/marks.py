"""Each open and click by itself: kept for 30 days so that a better rule may judge them again."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime

from topmind.ledger.book import Book
from topmind.ledger.database import moment, stamp
from topmind.ledger.feedback_values import Judged, Mark
from topmind.ledger.values import Feedback
from topmind.model import FeedbackKind

#: Signs of a person, the strongest first: of several opens one by a person is enough.
ACTORS = ("human", "unsure", "machine", "")
_KINDS = frozenset({FeedbackKind.OPENED, FeedbackKind.CLICKED})


def strongest(*actors: str) -> str:
    """The strongest sign of a person among them."""
    return min(actors, key=lambda one: ACTORS.index(one) if one in ACTORS else len(ACTORS))


def put(book: Book, event: Feedback) -> bool:
    """Keep one open or click; True: it was news."""
    if event.kind not in _KINDS or event.sent is None:
        return False
    return (
        book.db.execute(
            "INSERT INTO marks (hex, kind, detail, at, sent, family) VALUES (?, ?, ?, ?, ?, ?)"
            " ON CONFLICT (hex, kind, detail, at, family) DO NOTHING",
            (
                event.touch_hex,
                event.kind.value,
                event.detail,
                stamp(event.at),
                stamp(event.sent),
                event.family,
            ),
        ).rowcount
        > 0
    )


def marks(book: Book, hexes: Collection[str] | None) -> tuple[Mark, ...]:
    """Opens and clicks of these touches (None: of all), by touch and time."""
    if hexes is None:
        rows = book.db.execute("SELECT * FROM marks ORDER BY hex, at, kind, detail, family").fetchall()
    else:
        rows = [
            row
            for hexed in sorted(set(hexes))
            for row in book.db.execute(
                "SELECT * FROM marks WHERE hex = ? ORDER BY at, kind, detail, family", (hexed,)
            ).fetchall()
        ]
    return tuple(
        Mark(
            touch_hex=row["hex"],
            kind=FeedbackKind(row["kind"]),
            detail=row["detail"],
            at=moment(row["at"]),
            sent=moment(row["sent"]),
            family=row["family"],
        )
        for row in rows
    )


def judge(book: Book, judged: Sequence[Judged]) -> int:
    """Write who it was; how many rows changed. Where older marks are gone, what they said still counts."""
    changed = 0
    for one in judged:
        name = (one.touch_hex, one.kind.value, one.detail)
        row = book.db.execute(
            "SELECT at, actor, rule FROM feedback WHERE hex = ? AND kind = ? AND detail = ?", name
        ).fetchone()
        if row is None:
            continue
        whole = row["at"] >= stamp(one.first)
        actor = one.actor if whole else strongest(one.actor, row["actor"])
        if (actor, one.rule) != (row["actor"], row["rule"]):
            book.db.execute(
                "UPDATE feedback SET actor = ?, rule = ? WHERE hex = ? AND kind = ? AND detail = ?",
                (actor, one.rule, *name),
            )
            changed += 1
    return changed


def purge(book: Book, before: datetime) -> int:
    """Forget opens and clicks before that moment; their sums stay. How many."""
    return book.db.execute("DELETE FROM marks WHERE at < ?", (stamp(before),)).rowcount
