"""Surge guard: a tick far larger than any of the last weeks needs a person's word (DESIGN §6)."""

from __future__ import annotations

from dataclasses import dataclass

from topmind.model import Channel, History, Plan

#: Ticks up to this size never stop.
SMALL = 100
#: How many times the largest day of the last 35 a tick may be.
TIMES = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Surge:
    """A tick that is unusually large."""

    #: Mails that this plan would send now.
    size: int
    #: Most touches on one day of the last 35 days.
    usual: int
    #: What `topmind approve` names.
    plan: str

    @property
    def says(self) -> str:
        """For people."""
        before = (
            f"the largest of the last 35 days had {self.usual}" if self.usual else "nothing was sent before"
        )
        return f"This run would send {self.size} mails; {before}."

    @property
    def fix(self) -> str:
        """What to do."""
        return f"Look at `topmind plan`; if it is right: topmind approve {self.plan[:12]}"


def approved(plan: Plan, history: History) -> bool:
    """Whether a person looked at this very plan in the last 24 hours and lets it go."""
    return any(len(word) >= 8 and plan.hash.startswith(word) for word in history.approved)


def surge(plan: Plan, history: History) -> Surge | None:
    """The finding where this tick is larger than three times the largest of the last 35 days, and than 100.

    An approval of this very plan (a prefix of its hash of at least 8 digits will do) silences it.
    """
    size = sum(plan.occasions[t.occasion].channel is Channel.EMAIL for t in plan.due)
    usual = max(history.sent_per_day.values(), default=0)
    if size <= max(SMALL, TIMES * usual):
        return None
    return None if approved(plan, history) else Surge(size=size, usual=usual, plan=plan.hash)
