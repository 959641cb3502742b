"""What may become of a touch (DESIGN §7), as one table; numbers are the stored codes and never change meaning.

∅ ──────────► planned ⇄ claimed ──► accepted | refused | unknown ──► unresolved
∅ ► expired   planned ► skipped | expired        claimed ► skipped
again         unresolved ► planned (once, where `on_unknown: resend` says so); what then does not leave: ► unresolved
tasks         planned ► done | missed
proof         any state ► accepted
"""

from __future__ import annotations

from enum import StrEnum

from topmind.model import Channel, OutcomeKind, SourceKind, TouchState

#: Stored code of each state.
CODE = {
    TouchState.PLANNED: 0,
    TouchState.CLAIMED: 1,
    TouchState.ACCEPTED: 2,
    TouchState.REFUSED: 3,
    TouchState.SKIPPED: 4,
    TouchState.EXPIRED: 5,
    TouchState.UNKNOWN: 6,
    TouchState.UNRESOLVED: 7,
    TouchState.DONE: 8,
    TouchState.MISSED: 9,
}
STATE = {code: state for state, code in CODE.items()}
PLANNED, CLAIMED, ACCEPTED, REFUSED, SKIPPED, EXPIRED, UNKNOWN, UNRESOLVED, DONE, MISSED = range(10)

#: Stored code of each channel.
CHANNEL_CODE = {
    Channel.EMAIL: 0,
    Channel.CALL: 1,
    Channel.LETTER: 2,
    Channel.VISIT: 3,
    Channel.PARCEL: 4,
}
CHANNEL = {code: channel for channel, code in CHANNEL_CODE.items()}

#: States of which a claim knows that they happened or may have: they count against gap, ceilings, never twice.
IN_HAND = (CLAIMED, ACCEPTED, UNKNOWN, UNRESOLVED, DONE)

#: Kinds of which one inbox gets one copy; a step is for the person, and two people may share an inbox.
SOLE = frozenset({SourceKind.ISSUE, SourceKind.ANNOUNCEMENT})


class Guard(StrEnum):
    """On what condition a move is written."""

    #: A plan computed from the present head.
    HEAD = "head"
    #: The state alone, in the same write.
    STATE = "state"
    #: State claimed, and this owner in this attempt.
    OWNER = "owner"
    #: Evidence; no condition at all.
    PROOF = "proof"


#: (from, to) → guard; None = no touch yet. `PROOF` to accepted is allowed from everywhere.
MOVES: dict[tuple[TouchState | None, TouchState], Guard] = {
    (None, TouchState.PLANNED): Guard.HEAD,
    (None, TouchState.SKIPPED): Guard.HEAD,  # one inbox, one copy
    (None, TouchState.EXPIRED): Guard.HEAD,
    (None, TouchState.UNKNOWN): Guard.HEAD,  # adopting a restored copy only
    (TouchState.PLANNED, TouchState.PLANNED): Guard.HEAD,
    (TouchState.PLANNED, TouchState.CLAIMED): Guard.STATE,
    (TouchState.PLANNED, TouchState.SKIPPED): Guard.STATE,
    (TouchState.PLANNED, TouchState.EXPIRED): Guard.STATE,
    (TouchState.PLANNED, TouchState.UNKNOWN): Guard.HEAD,  # adopting a restored copy only
    (TouchState.PLANNED, TouchState.DONE): Guard.STATE,
    (TouchState.PLANNED, TouchState.MISSED): Guard.STATE,
    (TouchState.CLAIMED, TouchState.PLANNED): Guard.OWNER,
    (TouchState.CLAIMED, TouchState.SKIPPED): Guard.OWNER,
    (TouchState.CLAIMED, TouchState.REFUSED): Guard.OWNER,
    (TouchState.CLAIMED, TouchState.UNKNOWN): Guard.OWNER,  # or its lease has ended, or its run is dead
    (TouchState.UNKNOWN, TouchState.UNRESOLVED): Guard.STATE,
    (
        TouchState.UNRESOLVED,
        TouchState.PLANNED,
    ): Guard.STATE,  # once; the two below are of what was sent again
    (TouchState.PLANNED, TouchState.UNRESOLVED): Guard.STATE,
    (TouchState.CLAIMED, TouchState.UNRESOLVED): Guard.OWNER,
    **{(state, TouchState.ACCEPTED): Guard.PROOF for state in (None, *TouchState)},
}

#: What an outcome makes of a claim.
SETTLES = {
    OutcomeKind.ACCEPTED: TouchState.ACCEPTED,
    OutcomeKind.REFUSED: TouchState.REFUSED,
    OutcomeKind.RETRY: TouchState.PLANNED,
    OutcomeKind.UNKNOWN: TouchState.UNKNOWN,
}


def ends_as(state: int | str) -> str:
    """SQL for SET: a planned or claimed touch that will not leave ends so, and its inbox is free. One that is sent again
    may have left before: it is unresolved as it was, and its inbox stays taken."""
    return (
        f"state = CASE WHEN again > 0 THEN {UNRESOLVED} ELSE {state} END,"
        " sole = CASE WHEN again > 0 THEN sole ELSE NULL END"
    )


def allowed(before: TouchState | None, after: TouchState) -> bool:
    """Whether the table knows this move (staying where one is, is no move)."""
    return before is after or (before, after) in MOVES
