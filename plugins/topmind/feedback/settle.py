"""What becomes of unknown touches: proven by evidence, unresolved when evidence would have come, else unknown still.

Never a blind resend: an unknown touch is somebody who may have the mail already.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from topmind.feedback.vocabulary import PROVES
from topmind.ledger.values import Feedback, Proof, Unproven
from topmind.model import TouchState

#: How long feedback may be late before silence means something.
QUIET_WINDOW = timedelta(hours=6)
#: Part of the accepted mails of a run whose Send event must have come.
ENOUGH = 0.99


@dataclass(frozen=True, slots=True, kw_only=True)
class Health:
    """Whether feedback works at all: without that, silence proves nothing."""

    #: The run's own mail to the mailbox simulator has its Send event.
    canary: bool
    #: Nothing waits in the queue.
    queue_empty: bool
    #: Mails of the run that were accepted, and those of them with a Send event.
    accepted: int
    accepted_seen: int

    @property
    def alive(self) -> bool:
        """All three signs hold."""
        return self.canary and self.queue_empty and self.accepted_seen >= ENOUGH * self.accepted


@dataclass(frozen=True, slots=True, kw_only=True)
class Settled:
    """What follows for the touches that were given."""

    #: Left after all.
    proofs: tuple[Proof, ...]
    #: Hex of touches that stay unknown for good.
    unresolved: tuple[str, ...]
    #: Hex of touches that evidence may still come for.
    waiting: tuple[str, ...]


def settle(
    unproven: Iterable[Unproven], events: Iterable[Feedback], health: Health, now: datetime
) -> Settled:
    """Judge every unproven touch. Pure; the order of events does not matter.

    The earliest event that proves a touch names its message. Unresolved is only what was unknown for the whole
    quiet window, while feedback is alive.
    """
    evidence: dict[str, Feedback] = {}
    for event in sorted(events, key=lambda e: (e.at, e.message_id)):
        if event.kind in PROVES and event.message_id:
            evidence.setdefault(event.touch_hex, event)
    proofs, unresolved, waiting = [], [], []
    for touch in unproven:
        if proof := evidence.get(touch.touch_hex):
            proofs.append(Proof(touch_hex=touch.touch_hex, message_id=proof.message_id, at=proof.at))
        elif touch.state is TouchState.UNRESOLVED or (
            touch.state is TouchState.UNKNOWN and health.alive and now - touch.at >= QUIET_WINDOW
        ):
            unresolved.append(touch.touch_hex)
        else:
            waiting.append(touch.touch_hex)
    return Settled(proofs=tuple(proofs), unresolved=tuple(unresolved), waiting=tuple(waiting))
