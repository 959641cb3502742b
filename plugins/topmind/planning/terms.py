"""What the promises of several segments mean together for one contact: the strictest word of each kind wins."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from topmind.model import Catalog, Channel, Company, Promise, Segment
from topmind.planning.occasions import LEAD_TIME

#: A ceiling where nobody set one, and more than anybody could use.
UNLIMITED = 1 << 14


@dataclass(frozen=True, slots=True, order=True)
class Window:
    """What one ceiling counts: touches of any `days` days, on one channel or ("") over all."""

    channel: str
    days: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """The promise that holds for one contact."""

    #: Days between valuable touches; 0 = none promised.
    floor: int
    #: Least days between two touches on any channel, at least 1.
    gap: int
    #: Value items before each promotion; 0 = no ratio.
    ratio: int
    #: Window → most touches in it.
    ceilings: tuple[tuple[Window, int], ...]
    #: Channels of a rescue, in order.
    rescue: tuple[Channel, ...]

    @property
    def patience(self) -> int:
        """Days after a valuable touch from which a rescue may go: a week before the floor breaks, of a short
        floor at most a quarter, so that rescues do not use up twice the content that the floor asks for."""
        return self.floor - min(LEAD_TIME, self.floor // 4)


def windows(catalog: Catalog) -> tuple[Window, ...]:
    """Every window that any promise of the catalog counts, in a fixed order."""
    promises = [catalog.company.promise, *(s.promise for s in catalog.segments.values())]
    return tuple(sorted({window for promise in promises for window, _ in _ceilings(promise)}))


def terms_for(company: Company, segments: Sequence[Segment]) -> Terms:
    """The strictest word of these segments; where none of them says anything, the company's.

    The shortest floor, the tightest ceiling of each window, the highest ratio, the longest gap (DESIGN §5.4).
    """
    ranked = sorted(segments, key=lambda s: (s.rank, s.name))
    said = [s.promise for s in ranked]
    default = company.promise
    floor = _strictest((p.floor for p in said), default.floor, min)
    gap = _strictest((p.gap for p in said), default.gap, max)
    ratio = _strictest((p.value_per_promotion for p in said), default.value_per_promotion, max)
    rescue = list(dict.fromkeys(channel for p in said for channel in p.rescue))
    return Terms(
        floor=floor or 0,
        gap=max(gap or 1, 1),
        ratio=ratio or 0,
        ceilings=_tightest(said, default),
        rescue=tuple(rescue) or default.rescue or (Channel.EMAIL,),
    )


def _strictest(said: Iterable[int | None], default: int | None, pick: object) -> int | None:
    values = [value for value in said if value is not None]
    if not values:
        return default
    return min(values) if pick is min else max(values)


def _tightest(said: Sequence[Promise], default: Promise) -> tuple[tuple[Window, int], ...]:
    found: dict[Window, int] = {}
    for promise in said:
        for window, count in _ceilings(promise):
            found[window] = min(count, found.get(window, count))
    return tuple(sorted({**dict(_ceilings(default)), **found}.items()))


def _ceilings(promise: Promise) -> list[tuple[Window, int]]:
    tightest: dict[Window, int] = {}
    for c in promise.ceilings:
        window = Window(c.channel.value if c.channel else "", c.days)
        tightest[window] = min(c.count, tightest.get(window, c.count))
    return list(tightest.items())
