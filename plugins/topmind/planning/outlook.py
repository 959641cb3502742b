"""What a forecast means for people: floors kept, content lacking, issues held back, who hears what by segment."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date

import numpy as np

from topmind.model import Ahead, Coverage, Lost, Need, Occasion, Offer, Outlook, Reason
from topmind.planning.occasions import LEAD_TIME
from topmind.planning.outlook_parts import Numbers, Part
from topmind.planning.setting import Setting
from topmind.planning.verdicts import name_of

#: More items than these are no advice.
MOST_NEEDS = 26


def together(parts: Sequence[Part], setting: Setting, occasions: Sequence[Occasion]) -> Outlook:
    """All blocks as one; `occasions` are the plan's."""
    first = parts[0]
    waited = _sum_waited([part.waited for part in parts])
    return Outlook(
        coverage=tuple(_coverage(parts, waited)),
        needs=tuple(_needs(parts, setting.until)),
        ahead=tuple(_all_ahead(parts, occasions)),
        offers=tuple(_all_offers(parts)),
        lost=tuple(_all_lost(parts)),
        outside=tuple(int(n) for n in np.sum([part.outside for part in parts], axis=0)),
        by_segment=tuple(_by_segment(parts, first.segments, setting)),
    )


def _sum_waited(tables: Iterable[Numbers]) -> Numbers:
    """[days, segments] of all blocks; they may have seen waits of different lengths."""
    known = list(tables)
    total = np.zeros((max(len(table) for table in known), known[0].shape[1]), dtype=np.int64)
    for table in known:
        total[: len(table)] += table
    return total


def _coverage(parts: Sequence[Part], waited: Numbers) -> Iterator[Coverage]:
    contacts, now, ever = (
        np.sum([getattr(part, name) for part in parts], axis=0) for name in ("contacts", "now", "ever")
    )
    apart = {reason: np.sum([part.apart[reason] for part in parts], axis=0) for reason in parts[0].apart}
    for column, segment in enumerate(parts[0].segments):
        amount = int(contacts[column])
        alone = {reason.value: int(counts[column]) for reason, counts in apart.items() if counts[column]}
        if amount or alone:
            upto = np.cumsum(waited[:, column])
            yield Coverage(
                segment=segment,
                contacts=amount,
                apart=alone,
                today=amount - int(now[column]),
                throughout=amount - int(ever[column]),
                median=int(np.searchsorted(upto, 0.5 * amount)),
                p99=int(np.searchsorted(upto, 0.99 * amount)),
                longest=int(np.searchsorted(upto, amount)),
            )


def _needs(parts: Sequence[Part], until: int) -> Iterator[Need]:
    breaks: dict[str, set[tuple[int, int]]] = defaultdict(set)
    for part in parts:
        for segment, found in part.breaks.items():
            breaks[segment] |= found
    contacts = np.sum([part.lacking for part in parts], axis=0)
    for column, segment in enumerate(parts[0].segments):
        if segment in breaks:
            by = tuple(date.fromordinal(day) for day in needed(breaks[segment], until))
            yield Need(segment=segment, contacts=int(contacts[column]), by=by)


def needed(breaks: Iterable[tuple[int, int]], until: int) -> list[int]:
    """Days on which one more item each must be there, so that nobody breaks the floor up to `until`.

    `breaks` are (first day outside, floor) of contacts who have nothing left. A rescue uses an item from its lead
    time on, so each carries them a floor less that lead; every item serves all of them.
    """
    state = {(day, floor): day for day, floor in breaks}
    found: list[int] = []
    while len(found) < MOST_NEEDS:
        open_ = [(next_, floor) for (_, floor), next_ in state.items() if next_ <= until]
        if not open_:
            break
        found.append(min(next_ - 1 - lead(floor) for next_, floor in open_))
        state = {key: next_ + max(key[1] - lead(key[1]), 1) for key, next_ in state.items()}
    return found


def lead(floor: int) -> int:
    """Days before a floor breaks on which a rescue may go."""
    return min(LEAD_TIME, floor // 4)


def _all_ahead(parts: Sequence[Part], occasions: Sequence[Occasion]) -> Iterator[Ahead]:
    for number, occasion in enumerate(occasions):
        found = [part.ahead[name] for part in parts if (name := name_of(occasion)) in part.ahead]
        if found:
            held = sum((one.held for one in found), Counter[Reason]())
            yield Ahead(
                occasion=number,
                asked=sum(one.asked for one in found),
                goes=sum(one.goes for one in found),
                held=dict(held.most_common()),
                short=dict(sorted(sum((one.short for one in found), Counter[int]()).items())),
            )


def _all_lost(parts: Sequence[Part]) -> Iterator[Lost]:
    for day, what in sorted({key for part in parts for key in part.lost}):
        held = sum((part.lost.get((day, what), Counter()) for part in parts), Counter[Reason]())
        if held:
            yield Lost(day=date.fromordinal(day), what=what, held=dict(held.most_common()))


def _all_offers(parts: Sequence[Part]) -> Iterator[Offer]:
    for item in sorted({item for part in parts for item in part.offers}):
        found = [part.offers[item] for part in parts if item in part.offers]
        yield Offer(
            item=item,
            asked=sum(one.asked for one in found),
            goes=sum(one.goes for one in found),
            short=dict(sorted(sum((one.short for one in found), Counter[int]()).items())),
        )


def _by_segment(
    parts: Sequence[Part], segments: Sequence[str], setting: Setting
) -> Iterator[Mapping[str, Mapping[str, int]]]:
    total: dict[int, dict[str, Numbers]] = defaultdict(dict)
    for part in parts:
        for (day, what), counts in part.touches.items():
            known = total[day].get(what)
            total[day][what] = counts if known is None else known + counts
    for day in range(setting.start, setting.until + 1):
        yield {
            what: {name: int(n) for name, n in zip(segments, counts, strict=True) if n}
            for what, counts in sorted(total[day].items(), key=lambda pair: (-int(pair[1][-1]), pair[0]))
        }
