"""What waits for `topmind approve`: how large the run is, what it is made of, and what it is held against."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from topmind import planning
from topmind.model import Channel, Clock, Problem
from topmind.run.decide import Decided
from topmind.run.dry import decide_dry
from topmind.run.renamed import RULE as RENAMED


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """One occasion of a plan."""

    #: As the preview calls it: `tuesday-fix/2026-W49`, `first-job/thank-you`.
    name: str
    title: str
    mails: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Wait:
    """One plan, and why a person should look at it before it goes. Counts only."""

    as_of: date
    #: The plan's hash; `approve` names it.
    plan: str
    #: Mails that it would send.
    mails: int
    #: Most mails of one day of the last 35, and that day; 0, None = none were sent.
    usual: int
    largest: date | None
    #: The largest first.
    parts: tuple[Part, ...]
    #: It is much larger than any day before.
    surge: bool
    #: What else wants a person's word: contacts who would get what they had under another name.
    others: tuple[Problem, ...] = ()
    #: A person let this very plan go.
    approved: bool = False
    #: `outbox` says what it found and goes on; `ses` stops.
    transport: str = "outbox"

    @property
    def waits(self) -> bool:
        """Whether a run with real mail would stop for it."""
        return self.surge or bool(self.others)


def wait_of(decided: Decided) -> Wait:
    """Of a plan that is made."""
    plan, history = decided.plan, decided.history
    sent = history.sent_per_day
    largest = max(sent, key=lambda day: (sent[day], day), default=None)
    due: Counter[tuple[str, str]] = Counter()
    for touch in plan.due:
        occasion = plan.occasions[touch.occasion]
        if occasion.channel is Channel.EMAIL:
            step = f"{occasion.source}/{occasion.step}" if occasion.step else ""
            due[step or occasion.name, occasion.title] += 1
    return Wait(
        as_of=plan.as_of,
        plan=plan.hash,
        mails=sum(due.values()),
        usual=sent[largest] if largest else 0,
        largest=largest,
        parts=tuple(Part(name=name, title=title, mails=count) for (name, title), count in due.most_common()),
        surge=planning.surge(plan, history) is not None,
        others=tuple(found for found in decided.findings if found.rule == RENAMED),
        approved=planning.approved(plan, history),
        transport=decided.project.settings.transport,
    )


def wait(root: Path, *, as_of: str | None, clock: Clock) -> Wait:
    """Of the plan as it is now: what `topmind plan` would print. Raises as `decide_dry`."""
    return wait_of(decide_dry(root, as_of=as_of, clock=clock))
