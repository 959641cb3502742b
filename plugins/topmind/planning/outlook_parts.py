"""What one block of contacts adds to the outlook of a forecast: counts by segment, small enough to hand over."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from topmind.model import Channel, Reason
from topmind.planning.block import Block, Rows
from topmind.planning.logs import BlockLog
from topmind.planning.occasions import RESCUE, Ask
from topmind.planning.verdicts import Name, name_of

#: Waits are told apart up to so many days.
MOST_DAYS = 4000
#: Everybody, beside the segments.
ALL = ""

Numbers = NDArray[np.int64]


@dataclass(slots=True, kw_only=True, eq=False)
class Part:
    """What one block adds. Columns of every array are the segments, everybody last."""

    segments: tuple[str, ...]
    contacts: Numbers
    #: Reason → contacts whom no rescue may or can reach, by segment.
    apart: dict[Reason, Numbers]
    now: Numbers
    ever: Numbers
    #: [days, segments]: contacts by their longest wait.
    waited: Numbers
    outside: Numbers
    #: (day, what) → touches by segment.
    touches: dict[tuple[int, str], Numbers]
    #: Contacts who run out, by segment; segment → (day on which it breaks, floor).
    lacking: Numbers
    breaks: dict[str, set[tuple[int, int]]]
    ahead: dict[Name, Held]
    #: (day, what) → reason → steps whose last day it was and that did not go.
    lost: dict[tuple[int, str], Counter[Reason]]
    #: Promotion that slots offer → what becomes of it.
    offers: dict[str, Held]


@dataclass(slots=True, kw_only=True)
class Held:
    """`Ahead` or `Offer` in the making."""

    asked: int = 0
    goes: int = 0
    held: Counter[Reason] = field(default_factory=Counter)
    short: Counter[int] = field(default_factory=Counter)


def part_of(log: BlockLog) -> Part:
    """Sum one block up once its days are played. It must have been played with `Waits`."""
    block, waits = log.block, log.block.waits
    assert waits is not None
    waits.close(block)
    inside = _inside(block)
    promised = block.members.active & (block.floor > 0) & ~np.logical_or.reduce(list(block.apart.values()))
    per = _PerSegment(block, inside)
    ran_out = np.zeros(block.n, dtype=np.bool_)
    for day, rows in log.lacking:
        if day <= waits.until:
            ran_out[rows] = True
    return Part(
        segments=(*block.members.segments, ALL),
        contacts=per.count(np.nonzero(promised)[0]),
        apart={reason: per.count(np.nonzero(rows)[0]) for reason, rows in block.apart.items()},
        now=per.count(np.nonzero(promised & waits.now)[0]),
        ever=per.count(np.nonzero(promised & waits.ever)[0]),
        waited=_waited(block, waits.longest, np.nonzero(promised)[0], inside),
        outside=waits.outside(),
        touches=_touches(log, per, waits.until),
        lacking=per.count(np.nonzero(ran_out)[0]),
        breaks=_breaks(log, waits.until),
        ahead=_ahead(log),
        lost=_lost(log, waits.until),
        offers=_offers(log),
    )


def _inside(block: Block) -> NDArray[np.bool_]:
    """[C, k + 1]: whether a class is in a segment; everybody last."""
    names = block.members.segments
    rows = [[name in segments for name in names] + [True] for segments in block.class_segments]
    return np.array(rows, dtype=np.bool_).reshape(len(rows), len(names) + 1)


class _PerSegment:
    """Counts rows by segment, by way of their classes: one pass, however many segments there are."""

    def __init__(self, block: Block, inside: NDArray[np.bool_]) -> None:
        self.cls = block.cls
        self.inside = inside.astype(np.int64)

    def count(self, rows: Rows) -> Numbers:
        """Of these rows how many are in each segment."""
        return self.of_classes(np.bincount(self.cls[rows], minlength=len(self.inside)))

    def of_classes(self, counts: NDArray[np.intp]) -> Numbers:
        """The same from counts by class."""
        found: Numbers = counts.astype(np.int64) @ self.inside
        return found


def _waited(block: Block, longest: NDArray[np.int32], rows: Rows, inside: NDArray[np.bool_]) -> Numbers:
    days = np.clip(longest[rows], 0, MOST_DAYS)
    width = int(days.max(initial=0)) + 1
    codes = block.cls[rows].astype(np.int64) * width + days
    table = np.bincount(codes, minlength=len(inside) * width).reshape(len(inside), width)
    return np.column_stack([table[column].sum(axis=0) for column in inside.T])


def _touches(log: BlockLog, per: _PerSegment, until: int) -> dict[tuple[int, str], Numbers]:
    found: dict[tuple[int, str], Numbers] = {}

    def add(day: int, what: str, counts: Numbers) -> None:
        found[day, what] = found[day, what] + counts if (day, what) in found else counts

    for one in log.shared:
        goes = np.nonzero((one.day > 0) & (one.day <= until))[0]
        assert one.ask.occasion is not None
        for day in np.unique(one.day[goes]):
            add(int(day), one.ask.occasion.name, per.count(goes[one.day[goes] == day]))
    for day, what, counts in _steps(log, per, until):
        add(day, what, counts)
    for event in log.rescue.events:
        if event.day <= until:
            add(event.day, counted_as(RESCUE, event.channel), per.count(event.rows))
    return found


def _steps(log: BlockLog, per: _PerSegment, until: int) -> Iterator[tuple[int, str, Numbers]]:
    """Steps by day and name, grouped in one sort."""
    steps, classes = log.steps, len(per.inside)
    places = np.nonzero((steps.day > 0) & (steps.day <= until))[0]
    if not len(places):
        return
    first = int(steps.day[places].min())
    width = int(steps.day[places].max()) - first + 1
    codes = steps.ask[places].astype(np.int64) * width + (steps.day[places] - first)
    codes = codes * classes + per.cls[steps.row[places]]
    values, amounts = np.unique(codes, return_counts=True)
    keys, cls = np.divmod(values, classes)
    for key in np.unique(keys):
        mine = keys == key
        counts = np.zeros(classes, dtype=np.intp)
        counts[cls[mine]] = amounts[mine]
        number, day = divmod(int(key), width)
        yield first + day, _step_name(steps.asks[number]), per.of_classes(counts)


def _step_name(ask: Ask) -> str:
    return counted_as(f"{ask.source}/{ask.step}", ask.channel)


def counted_as(name: str, channel: Channel) -> str:
    """A step or a rescue as the counts call it: tasks with their channel."""
    return f"{name} ({channel.value})" if channel.is_task else name


def _breaks(log: BlockLog, until: int) -> dict[str, set[tuple[int, int]]]:
    block = log.block
    found: dict[str, set[tuple[int, int]]] = defaultdict(set)
    for day, rows in log.lacking:
        if day <= until:
            for cls in np.unique(block.cls[rows]):
                for name in block.class_segments[cls] or {ALL}:
                    found[name].add((day, block.terms[cls].floor))
    return dict(found)


def _ahead(log: BlockLog) -> dict[Name, Held]:
    found = {}
    for one in log.shared:
        if one.eligible is None or one.ask.last > log.block.setting.end or one.ask.occasion is None:
            continue
        # whose day is over already is asked no more: no block may count what another does not see
        asked = int((one.eligible & ~one.settled & (log.block.today <= one.ask.last)).sum())
        if asked:
            goes = int((one.day > 0).sum())
            found[name_of(one.ask.occasion)] = Held(asked=asked, goes=goes, held=one.held, short=one.short)
    return found


def _lost(log: BlockLog, until: int) -> dict[tuple[int, str], Counter[Reason]]:
    found: dict[tuple[int, str], Counter[Reason]] = defaultdict(Counter)
    for (day, number), held in log.steps.lost.items():
        if day <= until:
            found[day, _step_name(log.steps.asks[number])].update(held)
    return dict(found)


def _offers(log: BlockLog) -> dict[str, Held]:
    """Promotions that slots may take up to the horizon, and whom the ratio keeps from them today."""
    block, waits, table = log.block, log.block.waits, log.block.setting.table
    assert waits is not None
    goes: Counter[int] = Counter()
    for one in log.shared:
        if one.ask.item is None:
            goes.update(one.offers)
    days = table.offered[waits.as_of - block.setting.start : waits.until - block.setting.start + 1]
    mailed = block.taking_part & block.consents(Channel.EMAIL) & block.reach(Channel.EMAIL)
    mailed &= ~block.members.suppressed
    found = {}
    for bit, item in enumerate(table.items):
        word, place = bit // 64, np.uint64(1) << np.uint64(bit % 64)
        if item.is_value or not (days[:, word] & place).any():
            continue
        without = mailed & ((block.items[word] & ~block.seen[word] & place) != 0)
        rows = np.nonzero(without & (waits.credit < block.ratio))[0]
        lacks = np.unique(block.ratio[rows] - waits.credit[rows], return_counts=True)
        found[item.id] = Held(
            asked=int(without.sum()) + goes[bit],
            goes=goes[bit],
            short=Counter({int(n): int(amount) for n, amount in zip(*lacks, strict=True)}),
        )
    return found
