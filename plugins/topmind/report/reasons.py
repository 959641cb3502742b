"""Reasons and verdicts as a person reads them: one list for plan, report, `why`, desk and the reference page."""

from __future__ import annotations

from collections.abc import Mapping

from topmind.model import PastTouch, Reason, TouchState

#: What follows "3 contacts:" in each place; the code itself stays in JSON.
REASONS: Mapping[Reason, str] = {
    Reason.NOT_IN_SEGMENT: "not in its segments",
    Reason.NO_CONSENT: "no consent",
    Reason.SUPPRESSED: "address bounced or complained",
    Reason.PAUSED: "paused by the reader",
    Reason.BLACKOUT: "a day on which nothing goes",
    Reason.QUIET: "quiet hours there",
    Reason.GAP: "too soon after the last one",
    Reason.CEILING_ALL: "limit of touches reached",
    Reason.CEILING_CHANNEL: "limit of this channel reached",
    Reason.LOST_TO: "got something more urgent that day",
    Reason.NOTHING_NEW: "nothing new for them",
    Reason.ONLY_PROMOTIONS: "only offers left for them",
    Reason.RATIO: "an offer too early",
    Reason.CAPACITY: "nobody free to do it",
    Reason.HELD: "on hold",
    Reason.STOPPED: "stopped",
    Reason.CONDITION: "its own condition is not met",
    Reason.STOP_WHEN: "what ends it has happened",
    Reason.TOO_LATE: "its last day is over",
    Reason.CONTENT_CHANGED: "text changed meanwhile",
    Reason.NO_CHANNEL: "no address for it",
    Reason.ERASED: "erased on request",
    Reason.QUOTA: "daily quota of the mail service",
    Reason.SAME_INBOX: "another contact has this inbox",
}


#: A task that nothing held, and nobody did.
NOBODY = "nobody_did_it"
#: What the ledger writes of such a task; a person may say it, too.
_MISSED = frozenset({"", "missed"})


def why_not(touch: PastTouch) -> str:
    """Why somebody did not get what they were due for: `bounced`, a reason, a state, or that nobody did it."""
    if touch.bounced:
        return "bounced"
    if touch.state is TouchState.MISSED and touch.reason in _MISSED:
        return NOBODY
    return touch.reason or touch.state.value


def reason_of(touch: PastTouch) -> str:
    """Why it did not come to them; "" where it did, or may still."""
    return why_not(touch) if touch.state is TouchState.MISSED else touch.reason


def reason_words(touch: PastTouch) -> str:
    """The same in words."""
    return in_words(reason) if (reason := reason_of(touch)) else ""


def contents(touch: PastTouch) -> str:
    """`: tips/gutters; its words showed tips/frost`, after the name of a touch; "" = no item was in it."""
    said = [", ".join(touch.items)] if touch.items else []
    said += [f"its words showed {', '.join(touch.shown)}"] if touch.shown else []
    return f": {'; '.join(said)}" if said else ""


def in_words(name: str) -> str:
    """`nothing new for them` for `nothing_new`; any other word without its underscores."""
    try:
        return REASONS[Reason(name)]
    except ValueError:
        return name.replace("_", " ")


def counted(counts: Mapping[str, int]) -> str:
    """`12 an offer too early, 3 held`: reason → how many, the largest first; "" for none."""
    ordered = sorted(counts.items(), key=lambda pair: (-pair[1], pair[0]))
    return ", ".join(f"{count} {in_words(name)}" for name, count in ordered)
