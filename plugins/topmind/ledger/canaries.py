"""Is feedback alive? Each run's own mail to the mailbox simulator, and how much of the run has come back."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, datetime

from topmind.ledger.book import Book
from topmind.ledger.database import day_number, moment, stamp
from topmind.ledger.feedback_values import RunHealth, Trouble
from topmind.ledger.states import ACCEPTED, UNKNOWN, UNRESOLVED
from topmind.ledger.values import Feedback
from topmind.model import FeedbackKind


def sent(book: Book, owner: str, hexed: str, message_id: str) -> None:
    """The run's mail to the simulator was accepted; its event may have been quicker than this note."""
    early = book.db.execute(
        "SELECT at FROM feedback WHERE hex = ? AND kind = ?", (hexed, FeedbackKind.SENT.value)
    ).fetchone()
    for table in ("feedback", "strays"):
        book.db.execute(f"DELETE FROM {table} WHERE hex = ?", (hexed,))
    book.db.execute(
        "INSERT INTO canaries (hex, run, message_id, at, seen) VALUES (?, ?, ?, ?, ?)"
        " ON CONFLICT (hex) DO NOTHING",
        (hexed, book.run(owner), message_id, book.now, early["at"] if early else None),
    )


def heard(book: Book, event: Feedback) -> bool:
    """Whether an event is of a canary; its Send event is noted."""
    row = book.db.execute("SELECT seen FROM canaries WHERE hex = ?", (event.touch_hex,)).fetchone()
    if row is None:
        return False
    at = stamp(event.at)
    if event.kind is FeedbackKind.SENT and (row["seen"] is None or at < row["seen"]):
        book.db.execute("UPDATE canaries SET seen = ? WHERE hex = ?", (at, event.touch_hex))
    return True


def health(book: Book, owner: str) -> RunHealth:
    """The signs of life of one run; of a run that nobody knows there is none."""
    canary = book.db.execute(
        "SELECT 1 FROM canaries c JOIN runs r ON r.id = c.run WHERE r.owner = ? AND c.seen IS NOT NULL",
        (owner,),
    ).fetchone()
    accepted, seen = book.db.execute(
        "SELECT count(*), count(f.hex) FROM touches t LEFT JOIN feedback f ON f.hex = t.hex AND f.kind = ?"
        f" AND f.detail = '' WHERE t.state = {ACCEPTED} AND t.channel = 0"
        " AND t.run = (SELECT id FROM runs WHERE owner = ?)",
        (FeedbackKind.SENT.value, owner),
    ).fetchone()
    return RunHealth(canary=canary is not None, accepted=accepted, accepted_seen=seen)


def silent_since(book: Book, before: datetime) -> datetime | None:
    """See `feedback_part.FeedbackPart.silent_since`."""
    (at,) = book.db.execute(
        "SELECT min(at) FROM canaries WHERE seen IS NULL AND at < ?"
        " AND at > (SELECT coalesce(max(at), 0) FROM canaries WHERE seen IS NOT NULL)",
        (stamp(before),),
    ).fetchone()
    return None if at is None else moment(at)


def trouble(book: Book, since: date) -> Trouble:
    """Bounces for good and complaints among the accepted mails of the days from `since` on."""
    mails = f"FROM touches t WHERE t.state = {ACCEPTED} AND t.channel = 0 AND t.day >= ?"
    came_back = "EXISTS (SELECT 1 FROM feedback f WHERE f.hex = t.hex AND f.kind = ? AND f.lasting >= ?)"
    day = day_number(since)

    def count(kind: FeedbackKind, lasting: int) -> int:
        asked = f"SELECT count(*) {mails} AND {came_back}"
        return int(book.db.execute(asked, (day, kind.value, lasting)).fetchone()[0])

    return Trouble(
        accepted=int(book.db.execute(f"SELECT count(*) {mails}", (day,)).fetchone()[0]),
        bounced=count(FeedbackKind.BOUNCED, 1),
        complained=count(FeedbackKind.COMPLAINED, 0),
    )


def unresolve(book: Book, hexes: Collection[str]) -> int:
    """Unknown → unresolved; how many. Whatever was proven meanwhile stays so."""
    changed = sum(
        book.db.execute(
            f"UPDATE touches SET state = {UNRESOLVED}, at = ? WHERE hex = ? AND state = {UNKNOWN}",
            (book.now, hexed),
        ).rowcount
        for hexed in sorted(set(hexes))
    )
    if changed:
        book.moved()
    return changed
