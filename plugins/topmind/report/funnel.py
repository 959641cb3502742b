"""How many contacts stood at each stage on some days, and who moved in between: from the ledger's log of stages."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Protocol
from zoneinfo import ZoneInfo

from topmind.model import Stage

_ORDER = {stage.value: place for place, stage in enumerate(Stage)}


class Flow(Protocol):
    """So many contacts came from one stage ("" = seen for the first time) to another; at None = before any day."""

    @property
    def before(self) -> str: ...
    @property
    def after(self) -> str: ...
    @property
    def at(self) -> datetime | None: ...
    @property
    def count(self) -> int: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class FunnelDay:
    """The evening of one company day."""

    day: date
    #: Stage → contacts who stood there, in the order of the stages.
    stood: Mapping[str, int]
    #: Since the day before in the list: contacts seen for the first time, moves to a later stage, to an earlier one.
    new: int
    forward: int
    back: int


def funnel(flows: Iterable[Flow], days: Sequence[date], zone: str) -> tuple[FunnelDay, ...]:
    """One row per day, ascending; what moved on the first day or before is in no row's moves. `zone`: the company's."""
    place = ZoneInfo(zone)
    waiting = sorted(
        ((flow.at.astimezone(place).date() if flow.at else date.min, flow) for flow in flows),
        key=lambda one: one[0],
    )
    stood: Counter[str] = Counter()
    found: list[FunnelDay] = []
    at = 0
    for day in days:
        moved: Counter[str] = Counter()
        while at < len(waiting) and waiting[at][0] <= day:
            flow = waiting[at][1]
            stood[flow.after] += flow.count
            if flow.before:
                stood[flow.before] -= flow.count
            moved[_way(flow)] += flow.count
            at += 1
        ways = moved if found else Counter[str]()
        found.append(
            FunnelDay(
                day=day,
                stood={stage.value: stood[stage.value] for stage in Stage},
                new=ways["new"],
                forward=ways["forward"],
                back=ways["back"],
            )
        )
    return tuple(found)


def is_back(before: str, after: str) -> bool:
    """Whether a move leads to an earlier stage."""
    return before in _ORDER and _ORDER[after] < _ORDER[before]


def _way(flow: Flow) -> str:
    if not flow.before:
        return "new"
    return "back" if is_back(flow.before, flow.after) else "forward"
