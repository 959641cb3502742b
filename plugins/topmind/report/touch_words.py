"""What became of one touch, as a marketer reads it."""

from __future__ import annotations

from collections.abc import Mapping

from topmind.model import PastTouch, TouchState

#: State → words; of a task where they differ.
_MAIL: Mapping[TouchState, str] = {
    TouchState.PLANNED: "planned, not sent yet",
    TouchState.CLAIMED: "being sent",
    TouchState.ACCEPTED: "sent",
    TouchState.REFUSED: "refused by the mail service",
    TouchState.SKIPPED: "not sent",
    TouchState.EXPIRED: "not sent in time",
    TouchState.UNKNOWN: "may have arrived, not proven yet",
    TouchState.UNRESOLVED: "may have arrived, nobody knows",
    TouchState.DONE: "done",
    TouchState.MISSED: "not done",
}
_TASK: Mapping[TouchState, str] = {
    TouchState.PLANNED: "to be done",
    TouchState.CLAIMED: "to be done",
    TouchState.SKIPPED: "called off",
    TouchState.EXPIRED: "not done in time",
}


def state_words(touch: PastTouch) -> str:
    """`sent`, `came back`, `to be done`."""
    if touch.bounced:
        return "came back"
    words = _TASK if touch.key.channel.is_task else {}
    return words.get(touch.state) or _MAIL[touch.state]
