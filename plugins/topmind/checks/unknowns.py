"""What may be sent twice on purpose."""

from __future__ import annotations

from collections.abc import Iterator

from topmind.checks.facts import Facts
from topmind.checks.rule import Rule, Sees
from topmind.model import Channel, Item, Level, Newsletter, Problem, Step

RESEND = Rule(
    id="unknown/resend",
    level=Level.WARNING,
    finds="`on_unknown: resend`, where it is on and where it does nothing",
    example="on_unknown: resend",
    sees=Sees.LINE,
)


def resent(facts: Facts) -> Iterator[Problem]:
    """`on_unknown: resend` is said aloud wherever it is on, and so it is where it does nothing."""
    catalog = facts.catalog
    steps = (step for sequence in catalog.sequences.values() for step in sequence.steps)
    every: list[Item | Newsletter | Step] = [*catalog.items.values(), *catalog.newsletters.values(), *steps]
    for one in every:
        if one.resend_line:
            yield _without_effect(one) or RESEND.at(
                one.path,
                one.resend_line,
                says="A mail of which nobody can say whether it left is sent once more: a few may come twice.",
                fix="Take `on_unknown` out if one missing mail is the smaller evil.",
            )


def _without_effect(one: Item | Newsletter | Step) -> Problem | None:
    """An item that is only offered to slots belongs to their newsletter; a task is no mail."""
    if isinstance(one, Item) and not one.sends:
        says, fix = (
            "This item is not announced: `on_unknown` changes nothing.",
            "Write it into the newsletter.",
        )
    elif isinstance(one, Step) and one.channel is not Channel.EMAIL:
        says, fix = "This step is no mail: `on_unknown` changes nothing.", "Take it out."
    else:
        return None
    return RESEND.at(one.path, one.resend_line, says=says, fix=fix)
