"""Verdicts: what a reason means for a contact and an occasion, and the hash of a plan."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from datetime import date

from topmind.model import Members, Occasion, PlannedTouch, Reason, Verdict

#: Reasons that will not change by waiting.
NOT_FOR_THEM = frozenset(
    {
        Reason.NOT_IN_SEGMENT,
        Reason.NO_CONSENT,
        Reason.SUPPRESSED,
        Reason.STOP_WHEN,
        Reason.CONDITION,
        Reason.NO_CHANNEL,
        Reason.SAME_INBOX,
    }
)
#: A person may lift these at any moment.
LIFTED_BY_HAND = frozenset({Reason.HELD, Reason.STOPPED})

#: (source, step, occurrence, channel): an occasion before it has a number.
Name = tuple[str, str, str, str]


def name_of(occasion: Occasion) -> Name:
    """An occasion's own name."""
    return occasion.source, occasion.step or "", occasion.occurrence, occasion.channel.value


def verdict_of(reason: Reason, today: int, last: int, goes: int) -> Verdict:
    """Pending while a later day is left (or a person may lift it), expired on the last one.

    `goes` is the later day on which the calendar has it, 0 = none.
    """
    if reason in NOT_FOR_THEM:
        return Verdict.NOT_FOR_THEM
    if reason in LIFTED_BY_HAND or goes or today < last:
        return Verdict.PENDING
    return Verdict.EXPIRED


def plan_hash(
    ledger: str, as_of: date, members: Members, occasions: Sequence[Occasion], due: Sequence[PlannedTouch]
) -> str:
    """SHA-256 over the due rows in a fixed order: the same result has the same hash, however it was reached."""
    lines = sorted(
        _compact(
            [
                members.ids[touch.contact],
                *name_of(occasions[touch.occasion]),
                touch.day.isoformat(),
                list(touch.picks),
                list(touch.per_slot),
            ]
        )
        for touch in due
    )
    return hashlib.sha256("\n".join([_compact([ledger, as_of.isoformat()]), *lines]).encode()).hexdigest()


def _compact(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
