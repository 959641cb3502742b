"""The proofs of issues: claimed durably before they leave, once per issue and sender, never resent by themselves.

∅ ► planned ► claimed ► accepted | unknown        claimed ► planned | refused (proven not sent) ► claimed
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from topmind.ledger.book import Book
from topmind.ledger.database import moment
from topmind.ledger.proof_values import ProofClaim, ProofMail, proof_key
from topmind.ledger.states import ACCEPTED, CLAIMED, PLANNED, REFUSED, STATE, UNKNOWN


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
            at=moment(row["at"]),
        )
        for row in rows
    )
