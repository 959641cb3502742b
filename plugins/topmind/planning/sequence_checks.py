"""What the planner says of sequences at writing time: follow-ups that can never go, or get in each other's way."""

from __future__ import annotations

import re
from collections.abc import Iterator

from topmind.model import Level, Problem, Sequence, Step
from topmind.planning.check_problem import finding

#: Facts that lie in the past when they are known; nothing can go before them.
_PAST_FACTS = re.compile(
    r"(first_purchase|last_purchase|bought|answered|did|redeemed)\s*\(|(enters|leaves|moves)\s*:",
    re.IGNORECASE,
)


def sequence_problems(sequence: Sequence) -> Iterator[Problem]:
    """Everything that is wrong with one sequence and its steps."""
    if not sequence.steps:
        yield finding(
            "no-step",
            Level.ERROR,
            sequence.path,
            "The sequence has no step.",
            "Add a file 01-NAME.md to its folder.",
        )
    for step in sequence.steps:
        yield from _step(sequence, step)
    if (
        sequence.backfill
        and sequence.steps
        and all((step.repeat or sequence.repeat) == "yearly" for step in sequence.steps)
    ):
        yield finding(
            "no-backfill",
            Level.WARNING,
            sequence.path,
            "A yearly step comes each year anyway: there is nothing to make up for.",
            "Take out the line `backfill`.",
            key="backfill",
        )
    yield from _gone(sequence)
    yield from _crowded(sequence)


def _gone(sequence: Sequence) -> Iterator[Problem]:
    """Nobody who left a segment is in it: a sequence that starts from leaving it and is for it alone never goes."""
    left = re.fullmatch(r"\s*leaves\s*:\s*([\w-]+)\s*", sequence.starts_from, re.IGNORECASE)
    if left and sequence.segments == frozenset({left[1]}):
        yield finding(
            "never-fires",
            Level.ERROR,
            sequence.path,
            f"It starts when somebody leaves {left[1]}, and is only for who is in {left[1]}: it can never go.",
            "Take out the line `segments`, or name the segment they move to.",
            sequence.starts_line,
        )


def _step(sequence: Sequence, step: Step) -> Iterator[Problem]:
    starts = (step.starts_from or sequence.starts_from).strip()
    repeat = step.repeat or sequence.repeat
    if _PAST_FACTS.match(starts) and repeat != "yearly" and step.offset < 0:
        days = f"{-step.offset} day{'' if step.offset == -1 else 's'}"
        never = step.offset + step.grace < 0
        yield finding(
            "never-fires",
            Level.ERROR if never else Level.WARNING,
            step.path,
            f"It is due {days} before {starts}, which is only known afterwards: "
            f"{'it can never go.' if never else 'it can only go late, by its grace.'}",
            "Write `after`, or `repeat: yearly`.",
            key="before",
        )
    if step.grace < 0:
        yield finding(
            "grace", Level.ERROR, step.path, "The grace is negative.", "Write 0 or more days.", key="grace"
        )
    if abs(step.offset) > 3653:
        yield finding(
            "far-offset",
            Level.WARNING,
            step.path,
            f"It is due {abs(step.offset)} days from the fact: more than ten years.",
            "Look at `after`: the unit may be wrong.",
            key="after" if step.offset > 0 else "before",
        )


def _crowded(sequence: Sequence) -> Iterator[Problem]:
    """Two steps that fall due on one day for one contact: one of them waits for the next day."""
    seen: dict[tuple[str, str, int], Step] = {}
    for step in sequence.steps:
        key = (step.starts_from or sequence.starts_from, step.repeat or sequence.repeat, step.offset)
        other = seen.setdefault(key, step)
        if other is not step and not (other.only_if and step.only_if):
            yield finding(
                "same-day",
                Level.INFO,
                step.path,
                f"It falls due on the same day as {other.id}: one touch a day goes, the other waits a day.",
                "Write another number of days where that matters.",
                key="after",
            )
