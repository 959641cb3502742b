"""What became of claims: outcomes under their guard, evidence without any, leases that end."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from topmind.ledger import resending, task_mails, team_mails
from topmind.ledger.book import Book, listed
from topmind.ledger.database import stamp
from topmind.ledger.states import ACCEPTED, CLAIMED, CODE, DONE, REFUSED, SETTLES, UNKNOWN, UNRESOLVED
from topmind.ledger.values import Claim, Proof, Settle
from topmind.model import Outcome, OutcomeKind, TouchState


def settle(book: Book, settles: Sequence[Settle]) -> int:
    """Write outcomes; how many took effect."""
    proven = {
        one.claim.touch_hex: one.outcome.message_id
        for one in settles
        if one.outcome.kind is OutcomeKind.ACCEPTED and one.outcome.message_id
    }
    changed = _accept_all(book, proven) if proven else 0
    return changed + sum(_settle(book, one) for one in settles if one.claim.touch_hex not in proven)


def _accept_all(book: Book, proven: Mapping[str, str]) -> int:
    """Evidence for a group, in one go; hex → message id."""
    changed = book.db.executemany(
        _ACCEPT, [_acceptance(hexed, proof, at=book.now, bounced=False) for hexed, proof in proven.items()]
    ).rowcount
    if changed == len(proven):
        return changed
    known = book.db.execute(
        "SELECT hex FROM touches WHERE hex IN (SELECT value FROM json_each(?))", (listed(proven),)
    )
    others = proven.keys() - {hexed for (hexed,) in known}
    return changed + sum(accept(book, hexed, proven[hexed], at=book.now) for hexed in sorted(others))


def _settle(book: Book, one: Settle) -> bool:
    claim, outcome = one.claim, one.outcome
    state = _state(outcome)
    looked = book.run(claim.owner) if state is TouchState.PLANNED and one.leave else None
    # a second mail that was refused says nothing of the first
    refused = f"CASE WHEN again > 0 THEN {UNRESOLVED} ELSE {REFUSED} END"
    changed = book.db.execute(
        f"UPDATE touches SET state = {refused if state is TouchState.REFUSED else CODE[state]}, reason = ?,"
        " lease = NULL, looked = coalesce(?, looked), at = ?"
        f" WHERE hex = ? AND state = {CLAIMED} AND attempt = ?"
        " AND run = (SELECT id FROM runs WHERE owner = ?)",
        (outcome.reason, looked, book.now, claim.touch_hex, claim.attempt, claim.owner),
    )
    if state is not TouchState.UNKNOWN:
        resending.never_left(book, claim.touch_hex, claim.attempt, claim.owner)
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


_OTHER = f"({resending.MAYBE} AND message_id NOT IN ('', ?) AND '' <> ?)"
#: From whatever state to accepted (a task that is done stays so); says nothing of what it knows already.
_ACCEPT = (
    f"UPDATE touches SET reason = CASE state WHEN {ACCEPTED} THEN reason ELSE '' END,"
    f" state = CASE state WHEN {DONE} THEN {DONE} ELSE {ACCEPTED} END, lease = NULL,"
    " bounced = CASE WHEN bounced < ? THEN ? ELSE bounced END, at = ?,"
    # of one that was sent again, another message's id proves that both left
    f" twice = CASE WHEN {_OTHER} THEN 1 ELSE twice END,"
    " message_id = CASE message_id WHEN '' THEN ? ELSE message_id END WHERE hex = ?"
    f" AND NOT (state = {ACCEPTED} AND bounced >= ? AND (message_id <> '' OR ? = '') AND NOT ({_OTHER} AND twice = 0))"
)


def _acceptance(hexed: str, message_id: str, *, at: int, bounced: bool) -> tuple[object, ...]:
    """The values of `_ACCEPT`."""
    other = (message_id, message_id)
    return (bounced, bounced, at, *other, message_id, hexed, bounced, message_id, *other)


def accept(book: Book, hexed: str, message_id: str, *, at: int, bounced: bool = False) -> bool:
    """Evidence: accepted from whatever state; for an unknown touch it waits until that is frozen."""
    changed = book.db.execute(_ACCEPT, _acceptance(hexed, message_id, at=at, bounced=bounced))
    if changed.rowcount:
        return True
    if book.db.execute("SELECT 1 FROM touches WHERE hex = ?", (hexed,)).fetchone():
        return False
    for table in team_mails.TABLES:
        if team_mails.is_one(book, table, hexed):
            return team_mails.accept(book, table, hexed, message_id)
    book.db.execute(
        "INSERT INTO strays (hex, message_id, bounced, at) VALUES (?, ?, ?, ?) ON CONFLICT (hex) DO UPDATE SET"
        " bounced = CASE WHEN strays.bounced < excluded.bounced THEN excluded.bounced ELSE strays.bounced END,"
        " message_id = CASE strays.message_id WHEN '' THEN excluded.message_id ELSE strays.message_id END",
        (hexed, message_id, bounced, at),
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
    for table in team_mails.TABLES:
        team_mails.end_leases(book, table)
    return book.db.execute(
        f"UPDATE touches SET state = {UNKNOWN}, reason = 'the lease ended before an answer', lease = NULL, at = ?"
        f" WHERE state = {CLAIMED} AND lease <= ?",
        (book.now, book.now),
    ).rowcount


def bury(book: Book, run: int) -> int:
    """Claims of a run that is proven dead: unknown, without waiting for the lease; how many touches."""
    for table in team_mails.TABLES:
        team_mails.end_leases(book, table, run)
    return book.db.execute(
        f"UPDATE touches SET state = {UNKNOWN}, reason = 'the run died before an answer', lease = NULL, at = ?"
        f" WHERE state = {CLAIMED} AND run = ?",
        (book.now, run),
    ).rowcount
