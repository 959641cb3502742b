"""What mails to the team have in common once they are claimed: the daily mail of tasks, and the proof of an issue.

Neither is a touch, so each kind has a table of its own; the columns `hex state attempt run lease reason message_id at`
mean the same in both.
"""

from __future__ import annotations

from typing import Literal, Protocol

from topmind.ledger.book import Book
from topmind.ledger.states import ACCEPTED, CLAIMED, CODE, SETTLES, UNKNOWN
from topmind.model import Outcome, OutcomeKind, TouchState

Table = Literal["task_mails", "proof_mails"]
TABLES: tuple[Table, ...] = ("task_mails", "proof_mails")


class Claim(Protocol):
    """What a settle names of a claim."""

    @property
    def touch_hex(self) -> str:
        """Name on the wire."""

    @property
    def attempt(self) -> int:
        """Number of the claim."""

    @property
    def owner(self) -> str:
        """The run that has it in hand."""


def is_one(book: Book, table: Table, hexed: str) -> bool:
    """Whether this name on the wire is one of these."""
    return book.db.execute(f"SELECT 1 FROM {table} WHERE hex = ?", (hexed,)).fetchone() is not None


def settle(book: Book, table: Table, one: Claim, outcome: Outcome) -> bool:
    """Write what became of a claim; only while it is this run's, in this attempt. Evidence wins always."""
    if outcome.kind is OutcomeKind.ACCEPTED and outcome.message_id:
        return accept(book, table, one.touch_hex, outcome.message_id)
    state = TouchState.UNKNOWN if outcome.kind is OutcomeKind.ACCEPTED else SETTLES[outcome.kind]
    changed = book.db.execute(
        f"UPDATE {table} SET state = ?, reason = ?, lease = NULL, at = ? WHERE hex = ? AND state = {CLAIMED}"
        " AND attempt = ? AND run = (SELECT id FROM runs WHERE owner = ?)",
        (CODE[state], outcome.reason, book.now, one.touch_hex, one.attempt, one.owner),
    )
    return changed.rowcount > 0


def accept(book: Book, table: Table, hexed: str, message_id: str) -> bool:
    """Evidence that it left; whether that is news."""
    changed = book.db.execute(
        f"UPDATE {table} SET state = {ACCEPTED}, reason = '', lease = NULL, message_id = ?, at = ?"
        f" WHERE hex = ? AND state <> {ACCEPTED}",
        (message_id, book.now, hexed),
    )
    return changed.rowcount > 0


def end_leases(book: Book, table: Table, run: int | None = None) -> None:
    """Claims whose lease has ended, or those of a run that is proven dead: unknown."""
    which, bound = ("lease <= ?", (book.now,)) if run is None else ("run = ?", (run,))
    said = "the lease ended before an answer" if run is None else "the run died before an answer"
    book.db.execute(
        f"UPDATE {table} SET state = {UNKNOWN}, reason = ?, lease = NULL, at = ?"
        f" WHERE state = {CLAIMED} AND {which}",
        (said, book.now, *bound),
    )
