"""What crosses the ledger's border about the proof of an issue: the mail that its senders get before anybody else."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from topmind.model import Channel, TouchKey, TouchState


def proof_key(source: str, occurrence: str, sender: str, number: int = 1) -> TouchKey:
    """Names the proof of one issue to one sender on the wire, as touches are named; `@proof` is no source that a file
    could have. `number`: of the proof; what is heard of an earlier one says nothing of it."""
    which = occurrence if number == 1 else f"{occurrence}#{number}"
    return TouchKey(contact=sender, source="@proof", step=source, occurrence=which, channel=Channel.EMAIL)


@dataclass(frozen=True, slots=True, kw_only=True)
class ProofClaim:
    """One proof in the hand of one run, under a lease."""

    #: The issue.
    source: str
    occurrence: str
    #: Team id of the reader.
    sender: str
    #: From 1; a changed issue gets another proof with the next number.
    number: int = 1
    touch_hex: str
    #: From 1; one attempt per claim.
    attempt: int
    owner: str
    #: By the store's clock: a call after it is refused.
    fence: datetime

    @property
    def key(self) -> TouchKey:
        """What the transport's tags are made from."""
        return proof_key(self.source, self.occurrence, self.sender, self.number)


@dataclass(frozen=True, slots=True, kw_only=True)
class ProofMail:
    """One proof as the ledger has it."""

    source: str
    occurrence: str
    sender: str
    number: int = 1
    touch_hex: str
    #: planned (not sent yet), claimed, accepted, refused, unknown.
    state: TouchState
    attempt: int
    reason: str = ""
    #: UTC, of the last change; None = not known.
    at: datetime | None = None

    @property
    def issue(self) -> str:
        """The issue's name: `tuesday-fix/2026-W49`."""
        return f"{self.source}/{self.occurrence}"
