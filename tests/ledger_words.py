"""Short words of the ledger's contract tests."""

from __future__ import annotations

from datetime import timedelta

from topmind.ledger import Claim, InboxEntry, Ledger, Settle
from topmind.model import (
    Outcome,
    OutcomeKind,
    TouchState,
)
from topmind.testing.clock import FixedClock
from topmind.testing.sending import a_key

NOW = FixedClock().now()


def claim(ledger: Ledger, limit: int = 10, owner: str = "run-1", **over: object) -> tuple[Claim, ...]:
    """Take in hand, at the moment of the tests."""
    return ledger.claim(owner=owner, limit=limit, now=NOW, **over)  # type: ignore[arg-type]  # a test states what matters to it


def accepted(claim: Claim, message_id: str = "m-1") -> Settle:
    """A proof."""
    return Settle(claim=claim, outcome=Outcome(kind=OutcomeKind.ACCEPTED, message_id=message_id))


def answered(claim: Claim, kind: OutcomeKind, reason: str = "") -> Settle:
    """Any other answer."""
    return Settle(claim=claim, outcome=Outcome(kind=kind, reason=reason))


def state(ledger: Ledger, contact: str = "c0000") -> TouchState:
    """What became of this week's issue for one contact."""
    return next(t.state for t in ledger.touches_of(contact) if t.key == a_key(contact))


def reason(ledger: Ledger, contact: str = "c0000") -> str:
    """Why."""
    return next(t.reason for t in ledger.touches_of(contact) if t.key == a_key(contact))


def says(kind: str, contact: str = "c0000", number: int = 1, **over: str) -> InboxEntry:
    """An entry of the live pages, a second later for each number."""
    return InboxEntry(kind=kind, contact=contact, at=NOW + timedelta(seconds=number), id=f"E{number}", **over)
