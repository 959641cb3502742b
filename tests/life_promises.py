"""What the heating business promises, in plain numbers and plain rules, and a touch as the checks see it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache

import holidays

from life_project import BLACKOUT, CEILINGS, FLOOR, GAP, SAID
from topmind.model import Channel, TouchKey, TouchState

#: Newsletters of which only one may come in seven days.
LETTERS = {"letter", "notes", "quarter"}
#: A reply to a contact: no gap, no ceiling and no other touch holds it up.
REPLIES = {"unhappy-call"}
#: Steps that need no consent to marketing.
SERVICE = {"check-in", "anniversary", "unhappy-call", "card", "soon", "ask"}
CORRECTION = "articles/wrong-number"
RESCUE = "rescue"
#: What moves a floor's clock while it is on its way, and what keeps it for good.
ON_ITS_WAY = {
    TouchState.PLANNED,
    TouchState.CLAIMED,
    TouchState.ACCEPTED,
    TouchState.UNKNOWN,
    TouchState.DONE,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Left:
    """One mail that left."""

    key: TouchKey
    hex: str
    inbox: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Touch:
    """A new touch as the checks see it: its local day, and what it carries."""

    key: TouchKey
    day: date
    items: tuple[str, ...] = ()
    value: int = 0
    promotions: int = 0

    @property
    def reply(self) -> bool:
        """Answers to the contact go in any case."""
        return self.key.step in REPLIES


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """What is promised to one contact: the strictest word of their segments."""

    floor: int
    gap: int
    #: (channel or None, days) → most touches.
    ceilings: Mapping[tuple[Channel | None, int], int]


@lru_cache(maxsize=64)
def terms_of(segments: frozenset[str]) -> Terms:
    """The strictest word of these segments; what none of them says, the company says."""
    said = [SAID[name] for name in sorted(segments) if name in SAID]
    ceilings: dict[tuple[Channel | None, int], int] = {}
    for channel, days, most in (one for _, _, some in said for one in some):
        ceilings[channel, days] = min(most, ceilings.get((channel, days), most))
    return Terms(
        floor=min((floor for floor, _, _ in said if floor), default=FLOOR),
        gap=max((gap for _, gap, _ in said if gap), default=GAP),
        ceilings={(channel, days): most for channel, days, most in CEILINGS} | ceilings,
    )


@lru_cache(maxsize=2048)
def at_rest(day: date) -> bool:
    """Nothing goes on this day."""
    return day in BLACKOUT or day in holidays.country_holidays("US", years=day.year)


def a_year_before(day: date) -> date:
    """The same day of the year before."""
    return day.replace(year=day.year - 1, day=min(day.day, 28) if day.month == 2 else day.day)
