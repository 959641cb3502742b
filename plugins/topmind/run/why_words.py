"""The words of `why` for what holds of a person, what is promised to them, and why something is not for them now."""

from __future__ import annotations

from collections.abc import Iterator

from topmind.model import Decision, Occasion, Reason, Standing
from topmind.planning import Explanation
from topmind.planning.terms import Terms
from topmind.report.feedback_words import suppressed_because
from topmind.report.reasons import in_words


def said(standing: Standing) -> Iterator[str]:
    """What holds of them whatever is planned."""
    if standing.erased:
        yield "erased"
    if standing.opted_out:
        yield "opted out of all mail"
    if standing.off_topics:
        yield f"opted out of: {', '.join(sorted(standing.off_topics))}"
    if standing.suppressed:
        yield f"suppressed: {suppressed_because(standing.suppressed)}"
    if standing.paused_until:
        yield f"paused until {standing.paused_until}"


def promise(now: Explanation, terms: Terms) -> Iterator[str]:
    """Floor, ceilings and ratio, and how things stand with each."""
    if terms.floor:
        until = f"holds until {now.floor_until}" if now.floor_until else "has not started"
        last = f"last one {now.last_valuable}" if now.last_valuable else "none so far"
        yield f"promise: a valuable touch every {terms.floor} days; {last}; {until}"
    if now.floor_broken:
        yield f"the floor is broken today: {in_words(now.floor_broken.value)}"
    for use in now.ceilings:
        what = use.channel.value if use.channel else "all channels"
        kept = f"; the last {use.kept} are kept for the promise" if use.kept else ""
        yield f"ceiling: {use.used} of {use.most} in {use.days} days ({what}){kept}"
    if terms.ratio:
        yield f"value before each promotion: {terms.ratio}; credit now {now.credit}"


def _already(now: Explanation, occasion: Occasion) -> str:
    """Items that would fill its slots, or help as a rescue, had they not seen them in the words of a mail."""
    kinds = {kind for slot in occasion.slots for kind in slot.kinds}
    fits = [one for one in now.shown if one.item.kind in kinds or (not kinds and one.item.evergreen)]
    return ", ".join(f"{one.item.id} was already shown in {one.where}" for one in fits)


def decision(now: Explanation, occasion: Occasion, decision: Decision) -> str:
    """`pending: too soon after the last one, at the earliest 2026-12-02`."""
    return f"{decision.verdict.value.replace('_', ' ')}: {held(now, occasion, decision)}"


def held(now: Explanation, occasion: Occasion, decision: Decision) -> str:
    """The same without its verdict: why an occasion is not for them now, and until when."""
    words = in_words(decision.reason.value)
    said = [decision.detail, _already(now, occasion) if decision.reason is Reason.NOTHING_NEW else ""]
    detail = f" ({'; '.join(filter(None, said))})" if any(said) else ""
    until = f", at the earliest {decision.until}" if decision.until else ""
    return f"{words}{detail}{until}"
