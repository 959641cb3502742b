"""What became of claims: outcomes under their guard, evidence without any, leases that end."""

from __future__ import annotations

from collections.abc import Sequence

from topmind.ledger import task_mails
from topmind.ledger.book import Book
from topmind.ledger.database import stamp
from topmind.ledger.states import ACCEPTED, CLAIMED, CODE, DONE, SETTLES, UNKNOWN
from topmind.ledger.values import Claim, Proof, Settle
from topmind.model import Outcome, OutcomeKind, TouchState


def settle(book: Book, settles: Sequence[Settle]) -> int:
    """Write outcomes; how many took effect."""
    return sum(_settle(book, one) for one in settles)


def _settle(book: Book, one: Settle) -> bool:
    claim, outcome = one.claim, one.outcome
    if outcome.kind is OutcomeKind.ACCEPTED and outcome.message_id:
        return accept(book, claim.touch_hex, outcome.message_id, at=book.now)
    state = _state(outcome)
    looked = book.run(claim.owner) if state is TouchState.PLANNED and one.leave else None
    changed = book.db.execute(
        "UPDATE touches SET state = ?, reason = ?, lease = NULL, looked = coalesce(?, looked), at = ?"
        f" WHERE hex = ? AND state = {CLAIMED} AND attempt = ?"
        " AND run = (SELECT id FROM runs WHERE owner = ?)",
        (CODE[state], outcome.reason, looked, book.now, claim.touch_hex, claim.attempt, claim.owner),
    )
    return changed.rowcount > 0


def _state(outcome: Outcome) -> TouchState:
    """An acceptance without a message id proves nothing."""
    if outcome.kind is OutcomeKind.ACCEPTED:
        return TouchState.UNKNOWN
    return SETTLES[outcome.kind]


def release(book: Book, claims: Sequence[Claim]) -> int:
    """Claims that have not left: planned again."""
    back = Outcome(kind=OutcomeKind.RETRY)
    return settle(book, [Settle(claim=claim, outcome=back) for claim in claims])


def accept(book: Book, hexed: str, message_id: str, *, at: int, bounced: bool = False) -> bool:
    """Evidence: accepted from whatever state; for an unknown touch it waits until that is frozen."""
    changed = book.db.execute(
        "UPDATE touches SET reason = CASE state WHEN ? THEN reason ELSE '' END,"
        " state = CASE state WHEN ? THEN ? ELSE ? END, lease = NULL, bounced = CASE WHEN bounced < ? THEN ? ELSE bounced END, at = ?,"
        " message_id = CASE message_id WHEN '' THEN ? ELSE message_id END WHERE hex = ?"
        " AND NOT (state = ? AND bounced >= ? AND (message_id <> '' OR ? = ''))",
        (
            ACCEPTED,
            DONE,
            DONE,
            ACCEPTED,
            *[int(bounced)] * 2,
            at,
            message_id,
            hexed,
            ACCEPTED,
            int(bounced),
            message_id,
        ),
    )
    if changed.rowcount:
        return True
    if book.db.execute("SELECT 1 FROM touches WHERE hex = ?", (hexed,)).fetchone():
        return False
    if task_mails.is_one(book, hexed):
        return task_mails.accept(book, hexed, message_id)
    book.db.execute(
        "INSERT INTO strays (hex, message_id, bounced, at) VALUES (?, ?, ?, ?) ON CONFLICT (hex) DO UPDATE SET"
        " bounced = CASE WHEN strays.bounced < excluded.bounced THEN excluded.bounced ELSE strays.bounced END,"
        " message_id = CASE strays.message_id WHEN '' THEN excluded.message_id ELSE strays.message_id END",
        (hexed, message_id, int(bounced), at),
    )
    return False


def prove(book: Book, proofs: Sequence[Proof]) -> int:
    """Write evidence; how many touches (and task mails) it changed."""
    changed = task_mails.prove(book, proofs)
    changed += sum(accept(book, one.touch_hex, one.message_id, at=stamp(one.at)) for one in proofs)
    if changed:
        book.moved()
    return changed


def sweep(book: Book) -> int:
    """Claims whose lease has ended: unknown; how many touches."""
    task_mails.end_leases(book)
    return book.db.execute(
        f"UPDATE touches SET state = {UNKNOWN}, reason = 'the lease ended before an answer', lease = NULL, at = ?"
        f" WHERE state = {CLAIMED} AND lease <= ?",
        (book.now, book.now),
    ).rowcount


def bury(book: Book, run: int) -> int:
    """Claims of a run that is proven dead: unknown, without waiting for the lease; how many touches."""
    task_mails.end_leases(book, run)
    return book.db.execute(
        f"UPDATE touches SET state = {UNKNOWN}, reason = 'the run died before an answer', lease = NULL, at = ?"
        f" WHERE state = {CLAIMED} AND run = ?",
        (book.now, run),
    ).rowcount
