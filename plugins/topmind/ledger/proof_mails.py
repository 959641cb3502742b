"""The proofs of issues: claimed durably before they leave, once per state of the issue and sender, never resent by
themselves. The first proof of an issue has number 1; once what it would show has changed, the next number is another.

∅ ► planned ► claimed ► accepted | unknown        claimed ► planned | refused (proven not sent) ► claimed
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from topmind.ledger.book import Book
from topmind.ledger.book import listed as as_list
from topmind.ledger.database import moment, stamp
from topmind.ledger.proof_values import ProofClaim, ProofMail, proof_key
from topmind.ledger.states import ACCEPTED, CLAIMED, PLANNED, REFUSED, STATE, UNKNOWN
from topmind.model import ShownProof

#: How long a proof may be older than the issue that waits for it: what it showed is read no more then.
KEPT = timedelta(days=400)


class Numbered(NamedTuple):
    """One proof of an issue: all that its senders get of one state of it."""

    source: str
    occurrence: str
    #: From 1.
    number: int
    content: str
    #: Moment of the run; None = the store's.
    at: datetime | None


def claim(
    book: Book, one: Numbered, sender: str, *, among: Sequence[str], owner: str, lease: timedelta
) -> ProofClaim | None:
    """Take one proof in hand; None where it has left, may have left, is in somebody's hand, is stopped, or is not the
    one that has this number.

    Only the run that holds the sender's lock may. The other senders' rows are written with the first one's claim, so
    that a run that dies between two proofs leaves an issue of which everybody sees that one is missing.
    """
    source, occurrence, number = one.source, one.occurrence, one.number
    mine = book.db.execute(
        "SELECT r.id FROM senders s JOIN runs r ON r.id = s.run WHERE r.owner = ?", (owner,)
    ).fetchone()
    stops = ("all", source, f"{source}/{occurrence}")
    stopped = book.db.execute("SELECT 1 FROM stops WHERE name IN (?, ?, ?)", stops).fetchone()
    if mine is None or stopped or not _numbered(book, one):
        return None
    at = book.now if one.at is None else stamp(one.at)
    for name in dict.fromkeys((*among, sender)):
        key = proof_key(source, occurrence, name, number)
        book.db.execute(
            "INSERT INTO proof_mails (source, occurrence, sender, number, hex, state, attempt, at)"
            f" VALUES (?, ?, ?, ?, ?, {PLANNED}, 0, ?) ON CONFLICT (source, occurrence, sender, number) DO NOTHING",
            (source, occurrence, name, number, key.wire(book.ledger), book.now),
        )
    _let_go(book, one, {*among, sender})
    hexed = proof_key(source, occurrence, sender, number).wire(book.ledger)
    until = book.now + lease // timedelta(milliseconds=1)
    changed = book.db.execute(
        f"UPDATE proof_mails SET state = {CLAIMED}, attempt = attempt + 1, run = ?, lease = ?, at = ?, reason = ''"
        f" WHERE hex = ? AND state IN ({PLANNED}, {REFUSED})",
        (mine["id"], until, book.now, hexed),
    )
    if not changed.rowcount:
        return None
    book.db.execute(
        "INSERT INTO proofs (source, occurrence, number, content, at) VALUES (?, ?, ?, ?, ?)"
        " ON CONFLICT (source, occurrence, number) DO UPDATE SET at = excluded.at",
        (source, occurrence, number, one.content, at),
    )
    book.db.execute("UPDATE senders SET until = ? WHERE run = ? AND until < ?", (until, mine["id"], until))
    (attempt,) = book.db.execute("SELECT attempt FROM proof_mails WHERE hex = ?", (hexed,)).fetchone()
    return ProofClaim(
        source=source,
        occurrence=occurrence,
        sender=sender,
        number=number,
        touch_hex=hexed,
        attempt=attempt,
        owner=owner,
        fence=moment((book.now + until) // 2),
    )


def _let_go(book: Book, one: Numbered, among: Collection[str]) -> None:
    """Whoever signs nothing of the issue any more gets no proof of it, and it waits for none of theirs; what may have
    left stays, as nobody knows."""
    book.db.execute(
        "DELETE FROM proof_mails WHERE source = ? AND occurrence = ? AND number = ?"
        f" AND state IN ({PLANNED}, {REFUSED}) AND sender NOT IN (SELECT value FROM json_each(?))",
        (one.source, one.occurrence, one.number, as_list(sorted(among))),
    )


def _numbered(book: Book, one: Numbered) -> bool:
    """Whether this number is that of this content, or may become so: the next one, of what none has shown yet."""
    known = {
        row["number"]: row["content"]
        for row in book.db.execute(
            "SELECT number, content FROM proofs WHERE source = ? AND occurrence = ?",
            (one.source, one.occurrence),
        )
    }
    if one.number in known:
        return bool(known[one.number] == one.content)
    return one.number == len(known) + 1 and one.content not in known.values()


def doubt(book: Book) -> None:
    """A restored copy does not know what became of the proofs that it had in hand."""
    book.db.execute(
        f"UPDATE proof_mails SET state = {UNKNOWN}, reason = 'the ledger was restored', lease = NULL, at = ?"
        f" WHERE state = {CLAIMED}",
        (book.now,),
    )


def shown(book: Book) -> Mapping[str, tuple[ShownProof, ...]]:
    """Issue (`tuesday-fix/2026-W49`) → its proofs, the oldest first; of issues that are long over, none."""
    rows = book.db.execute(
        "SELECT p.source, p.occurrence, p.number, p.content, p.at,"
        f" sum(CASE WHEN m.state = {ACCEPTED} THEN 0 ELSE 1 END) AS missing"
        " FROM proofs p JOIN proof_mails m"
        " ON m.source = p.source AND m.occurrence = p.occurrence AND m.number = p.number"
        " WHERE p.at IS NULL OR p.at > ?"
        " GROUP BY p.source, p.occurrence, p.number, p.content, p.at"
        " ORDER BY p.source, p.occurrence, p.number",
        (book.now - KEPT // timedelta(milliseconds=1),),
    )
    found: dict[str, list[ShownProof]] = defaultdict(list)
    for row in rows:
        found[f"{row['source']}/{row['occurrence']}"].append(
            ShownProof(
                number=row["number"],
                content=row["content"],
                at=None if row["at"] is None else moment(row["at"]),
                left=not row["missing"],
            )
        )
    return {issue: tuple(proofs) for issue, proofs in found.items()}


def listed(book: Book) -> tuple[ProofMail, ...]:
    """Every proof, by issue, number and sender."""
    rows = book.db.execute("SELECT * FROM proof_mails ORDER BY source, occurrence, number, sender")
    return tuple(
        ProofMail(
            source=row["source"],
            occurrence=row["occurrence"],
            sender=row["sender"],
            number=row["number"],
            touch_hex=row["hex"],
            state=STATE[row["state"]],
            attempt=row["attempt"],
            reason=row["reason"],
            at=moment(row["at"]),
        )
        for row in rows
    )
