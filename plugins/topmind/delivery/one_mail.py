"""One mail to a colleague: build, fence, call. It is claimed already; what is raised before the call has not left."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Protocol, TypeVar

from topmind.delivery.seam import Evidence
from topmind.errors import TopmindError
from topmind.ledger import Ledger, Proof
from topmind.model import Message, Outcome, OutcomeKind, TouchState, Transport

#: May have left, for all we know.
OPEN = frozenset({TouchState.UNKNOWN, TouchState.CLAIMED})


class Claimed(Protocol):
    """What every claim says."""

    @property
    def fence(self) -> datetime:
        """By the store's clock: a call after it is refused."""


class Sent(Protocol):
    """What the ledger says of every such mail."""

    @property
    def touch_hex(self) -> str:
        """Its name on the wire."""

    @property
    def state(self) -> TouchState:
        """What became of it."""

    @property
    def attempt(self) -> int:
        """The last one."""


C = TypeVar("C", bound=Claimed)


def carry(
    ledger: Ledger,
    transport: Transport,
    claim: C,
    build: Callable[[C], Message],
    settle: Callable[[C, Outcome], bool],
) -> Outcome:
    """The outcome of the one call for this claim; `settle` is for whoever is interrupted before it."""
    try:
        message = build(claim)
    except TopmindError as error:
        return Outcome(kind=OutcomeKind.RETRY, reason=error.says)
    except Exception as error:  # noqa: BLE001 - whatever a bug raises may quote values
        return Outcome(kind=OutcomeKind.RETRY, reason=f"building it failed ({type(error).__name__})")
    except BaseException:
        settle(claim, Outcome(kind=OutcomeKind.RETRY, reason="interrupted before it left"))
        raise
    if ledger.now() >= claim.fence:
        return Outcome(kind=OutcomeKind.RETRY, reason="the claim was too old")
    try:
        return transport.send(message)
    except Exception as error:  # noqa: BLE001 - it may have left, whatever was raised
        return Outcome(kind=OutcomeKind.UNKNOWN, reason=f"the transport raised {type(error).__name__}")


def look_for_proof(ledger: Ledger, evidence: Evidence | None, mails: Iterable[Sent]) -> None:
    """Settle by evidence what is open of these."""
    if evidence is None:
        return
    found = [
        Proof(touch_hex=mail.touch_hex, message_id=evidence(mail.touch_hex, mail.attempt), at=ledger.now())
        for mail in mails
        if mail.state in OPEN
    ]
    if proven := [one for one in found if one.message_id]:
        ledger.prove(proven)
