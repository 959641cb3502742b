"""The proofs of issues: claimed durably before they leave, once per issue and sender, never resent by themselves.

∅ ► planned ► claimed ► accepted | unknown        claimed ► planned | refused (proven not sent) ► claimed
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from topmind.ledger.book import Book
from topmind.ledger.database import moment
from topmind.ledger.proof_values import ProofClaim, ProofMail, proof_key
from topmind.ledger.states import ACCEPTED, CLAIMED, CODE, PLANNED, REFUSED, SETTLES, STATE, UNKNOWN
from topmind.model import Outcome, OutcomeKind, TouchState


def claim(
    book: Book,
    source: str,
    occurrence: str,
    sender: str,
    *,
    among: Sequence[str],
    owner: str,
    lease: timedelta,
) -> ProofClaim | None:
    """Take one proof in hand; None where it has left, may have left, is in somebody's hand, or is stopped.

    Only the run that holds the sender's lock may. The other senders' rows are written with the first one's claim, so
    that a run that dies between two proofs leaves an issue of which everybody sees that one is missing.
    """
    mine = book.db.execute(
        "SELECT r.id FROM senders s JOIN runs r ON r.id = s.run WHERE r.owner = ?", (owner,)
    ).fetchone()
    stops = ("all", source, f"{source}/{occurrence}")
    stopped = book.db.execute("SELECT 1 FROM stops WHERE name IN (?, ?, ?)", stops).fetchone()
    if mine is None or stopped:
        return None
    for name in dict.fromkeys((*among, sender)):
        book.db.execute(
            "INSERT INTO proof_mails (source, occurrence, sender, hex, state, attempt, at)"
            f" VALUES (?, ?, ?, ?, {PLANNED}, 0, ?) ON CONFLICT (source, occurrence, sender) DO NOTHING",
            (source, occurrence, name, proof_key(source, occurrence, name).wire(book.ledger), book.now),
        )
    hexed = proof_key(source, occurrence, sender).wire(book.ledger)
    until = book.now + lease // timedelta(milliseconds=1)
    changed = book.db.execute(
        f"UPDATE proof_mails SET state = {CLAIMED}, attempt = attempt + 1, run = ?, lease = ?, at = ?, reason = ''"
        f" WHERE hex = ? AND state IN ({PLANNED}, {REFUSED})",
        (mine["id"], until, book.now, hexed),
    )
    if not changed.rowcount:
        return None
    book.db.execute("UPDATE senders SET until = ? WHERE run = ? AND until < ?", (until, mine["id"], until))
    (attempt,) = book.db.execute("SELECT attempt FROM proof_mails WHERE hex = ?", (hexed,)).fetchone()
    return ProofClaim(
        source=source,
        occurrence=occurrence,
        sender=sender,
        touch_hex=hexed,
        attempt=attempt,
        owner=owner,
        fence=moment((book.now + until) // 2),
    )


def settle(book: Book, one: ProofClaim, outcome: Outcome) -> bool:
    """Write what became of a claim; only while it is this run's, in this attempt. Evidence wins always."""
    if outcome.kind is OutcomeKind.ACCEPTED and outcome.message_id:
        return accept(book, one.touch_hex, outcome.message_id)
    state = TouchState.UNKNOWN if outcome.kind is OutcomeKind.ACCEPTED else SETTLES[outcome.kind]
    changed = book.db.execute(
        f"UPDATE proof_mails SET state = ?, reason = ?, lease = NULL, at = ? WHERE hex = ? AND state = {CLAIMED}"
        " AND attempt = ? AND run = (SELECT id FROM runs WHERE owner = ?)",
        (CODE[state], outcome.reason, book.now, one.touch_hex, one.attempt, one.owner),
    )
    return changed.rowcount > 0


def accept(book: Book, hexed: str, message_id: str) -> bool:
    """Evidence that it left; whether that is news."""
    changed = book.db.execute(
        f"UPDATE proof_mails SET state = {ACCEPTED}, reason = '', lease = NULL, message_id = ?, at = ?"
        f" WHERE hex = ? AND state <> {ACCEPTED}",
        (message_id, book.now, hexed),
    )
    return changed.rowcount > 0


def is_one(book: Book, hexed: str) -> bool:
    """Whether this name on the wire is a proof's."""
    return book.db.execute("SELECT 1 FROM proof_mails WHERE hex = ?", (hexed,)).fetchone() is not None


def end_leases(book: Book, run: int | None = None) -> None:
    """Claims whose lease has ended, or those of a run that is proven dead: unknown."""
    which, bound = ("lease <= ?", (book.now,)) if run is None else ("run = ?", (run,))
    said = "the lease ended before an answer" if run is None else "the run died before an answer"
    book.db.execute(
        f"UPDATE proof_mails SET state = {UNKNOWN}, reason = ?, lease = NULL, at = ?"
        f" WHERE state = {CLAIMED} AND {which}",
        (said, book.now, *bound),
    )


def doubt(book: Book) -> None:
    """A restored copy does not know what became of the proofs that it had in hand."""
    book.db.execute(
        f"UPDATE proof_mails SET state = {UNKNOWN}, reason = 'the ledger was restored', lease = NULL, at = ?"
        f" WHERE state = {CLAIMED}",
        (book.now,),
    )


def left(book: Book) -> frozenset[str]:
    """Names of the issues whose proof has left to each of their senders: `tuesday-fix/2026-W49`."""
    rows = book.db.execute(
        "SELECT source, occurrence FROM proof_mails GROUP BY source, occurrence"
        f" HAVING sum(CASE WHEN state = {ACCEPTED} THEN 0 ELSE 1 END) = 0"
    )
    return frozenset(f"{source}/{occurrence}" for source, occurrence in rows)


def listed(book: Book) -> tuple[ProofMail, ...]:
    """Every proof, by issue and sender."""
    rows = book.db.execute("SELECT * FROM proof_mails ORDER BY source, occurrence, sender")
    return tuple(
        ProofMail(
            source=row["source"],
            occurrence=row["occurrence"],
            sender=row["sender"],
            touch_hex=row["hex"],
            state=STATE[row["state"]],
            attempt=row["attempt"],
            reason=row["reason"],
        )
        for row in rows
    )
