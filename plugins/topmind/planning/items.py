"""Items as bits: one bit per item in order of preference, so that the lowest free bit is the best item."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

import numpy as np
from numpy.typing import NDArray

from topmind.model import Access, Catalog, Item, Kind, Stage, Status, Where

#: Bit sets: uint64[..., W], item i is bit i % 64 of word i // 64.
Words = NDArray[np.uint64]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class ItemTable:
    """The mailable items in order of preference with their masks."""

    #: Priority, evergreen last, newest first, id.
    items: tuple[Item, ...]
    #: Item id (old names too) → bit.
    bit: dict[str, int]
    words: int
    kinds: dict[Kind, Words]
    value: Words
    evergreen: Words
    #: Items that the same contact may get any number of times.
    any_time: Words
    #: Days on which slots and rescues may take each item: [days, W] from `start`.
    offered: Words
    #: Days on which each item may be sent at all: [days, W] from `start`.
    live: Words

    def mask(self, bits: Iterable[int]) -> Words:
        """The bit set of these bits."""
        return mask_of(bits, self.words)

    def of_kinds(self, kinds: Iterable[Kind]) -> Words:
        """The bit set of all items of these kinds."""
        result = np.zeros(self.words, dtype=np.uint64)
        for kind in kinds:
            result |= self.kinds[kind]
        return result


def mask_of(bits: Iterable[int], words: int) -> Words:
    """A bit set with these bits."""
    whole = 0
    for bit in bits:
        whole |= 1 << bit
    return np.frombuffer(whole.to_bytes(8 * words, "little"), dtype="<u8").astype(np.uint64)


def item_table(catalog: Catalog, start: int, end: int, reserved: dict[str, int]) -> ItemTable:
    """The table for the days `start` to `end` (ordinals, both included).

    `reserved` maps an item's id to the last day on which slots may not take it: it is being announced, or
    pinned to an issue to come.
    """
    mailable = [i for i in catalog.items.values() if i.status is Status.PUBLISHED and Where.EMAIL in i.where]
    items = sorted(mailable, key=lambda i: (i.priority, i.evergreen, -i.day.toordinal(), i.id))
    words = max(1, -(-len(items) // 64))
    bit = {old: b for b, item in enumerate(items) for old in item.was}
    bit |= {item.id: b for b, item in enumerate(items)}
    live = np.zeros((end - start + 1, words), dtype=np.uint64)
    offered = live.copy()
    for b, item in enumerate(items):
        one = np.uint64(1) << np.uint64(b % 64)
        first, last = _days(item)
        low, high = max(first, start) - start, min(last, end) - start + 1
        if low < high:
            live[low:high, b // 64] |= one
            low = max(low, reserved.get(item.id, 0) + 1 - start)
            if not item.correction:
                offered[low:high, b // 64] |= one
    return ItemTable(
        items=tuple(items),
        bit=bit,
        words=words,
        kinds={k: mask_of((b for b, i in enumerate(items) if i.kind is k), words) for k in Kind},
        value=mask_of((b for b, i in enumerate(items) if i.is_value), words),
        evergreen=mask_of((b for b, i in enumerate(items) if i.evergreen), words),
        any_time=mask_of((b for b, i in enumerate(items) if i.use.any_time), words),
        offered=offered,
        live=live,
    )


def _days(item: Item) -> tuple[int, int]:
    first = max(item.day, item.starts) if item.starts else item.day
    last = item.last_day
    return first.toordinal(), last.toordinal() if last else date.max.toordinal()


def open_to(item: Item, segments: frozenset[str], stage: Stage | None, client: bool) -> bool:
    """Whether the item is for somebody in these segments, on this stage, client or not."""
    if item.segments and not item.segments & segments:
        return False
    if item.exclude & segments or (item.stages and stage not in item.stages):
        return False
    return client or item.access is not Access.CLIENTS


def lowest(words: Words) -> NDArray[np.int16]:
    """Index of the lowest set bit of each row of uint64[m, W]; -1 where none is set."""
    result = np.full(len(words), -1, dtype=np.int16)
    for w in range(words.shape[1] - 1, -1, -1):
        column = words[:, w]
        below = (column & (~column + np.uint64(1))) - np.uint64(1)
        found = column != 0
        result[found] = np.bitwise_count(below[found]).astype(np.int16) + 64 * w
    return result


def count(words: Words) -> NDArray[np.int16]:
    """How many bits each row of uint64[m, W] has."""
    total: NDArray[np.int16] = np.bitwise_count(words).sum(axis=1, dtype=np.int16)
    return total


def single(bits: NDArray[np.int16], words: int) -> Words:
    """uint64[m, W] with one bit per row; no bit where it is -1."""
    result = np.zeros((len(bits), words), dtype=np.uint64)
    has = np.nonzero(bits >= 0)[0]
    chosen = bits[has].astype(np.uint64)
    result[has, (chosen // np.uint64(64)).astype(np.intp)] = np.uint64(1) << (chosen % np.uint64(64))
    return result


def months_later(day: date, months: int) -> date:
    """The same day so many months on; the last day of a shorter month."""
    from dateutil.relativedelta import relativedelta

    return day + relativedelta(months=months)
