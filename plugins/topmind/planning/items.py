"""Items as bits: one bit per item in order of preference, so that the lowest free bit is the best item."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from topmind.model import Bools, Catalog, Item, Kind, Status, Where

#: Bit sets: item i is bit i % 64 of word i // 64. One set is uint64[W]; many are uint64[W, m], a row per word,
#: so that every step runs over long rows and not over the two or three words of a contact.
Words = NDArray[np.uint64]


_NO_BEGIN = datetime.max.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Wanted:
    """Items of some kinds, and what is known of all of them."""

    #: uint64[W]
    words: Words
    #: Per word whether it holds any.
    some: tuple[bool, ...]
    #: Whether a promotion, or an evergreen value item, is among them.
    sells: bool
    evergreen: bool


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class ItemTable:
    """The mailable items in order of preference with their masks."""

    #: By `preference`.
    items: tuple[Item, ...]
    #: Item id (old names too) → bit.
    bit: dict[str, int]
    words: int
    kinds: dict[Kind, Words]
    value: Words
    evergreen: Words
    #: Items that a contact gets once and never again.
    for_good: Words
    #: Bits of items that say `for:` some issue.
    pinned: tuple[int, ...]
    #: Bits of items that may come again after some months.
    again: tuple[int, ...]
    #: Days on which slots and rescues may take each item: [days, W] from `start`.
    offered: Words
    #: Days on which each item may be sent at all: [days, W] from `start`.
    live: Words
    #: Kinds → what `of_kinds` said of them.
    asked: dict[frozenset[Kind], Wanted] = field(default_factory=dict)

    def mask(self, bits: Iterable[int]) -> Words:
        """The bit set of these bits."""
        return mask_of(bits, self.words)

    def of_kinds(self, kinds: frozenset[Kind]) -> Wanted:
        """All items of these kinds."""
        known = self.asked.get(kinds)
        if known is None:
            words = np.zeros(self.words, dtype=np.uint64)
            for kind in kinds:
                words |= self.kinds[kind]
            known = self.asked[kinds] = Wanted(
                words=words,
                some=tuple(bool(word) for word in words),
                sells=bool((words & ~self.value).any()),
                evergreen=bool((words & self.evergreen).any()),
            )
        return known


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
    items = sorted(mailable, key=preference)
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
        for_good=mask_of((b for b, i in enumerate(items) if _once(i)), words),
        pinned=tuple(b for b, i in enumerate(items) if i.pins),
        again=tuple(b for b, i in enumerate(items) if _again(i)),
        offered=offered,
        live=live,
    )


def preference(item: Item) -> tuple[int, bool, datetime, int, str]:
    """Priority; evergreen last; events before what has no date of its own, the nearest begin first, for they are
    soon over; newest first; id."""
    return item.priority, item.evergreen, item.begins or _NO_BEGIN, -item.day.toordinal(), item.id


def _again(item: Item) -> bool:
    return item.use.again_after_months is not None and not item.use.any_time


def _once(item: Item) -> bool:
    return not item.use.any_time and not _again(item)


def _days(item: Item) -> tuple[int, int]:
    first = max(item.day, item.starts) if item.starts else item.day
    last = item.last_day
    return first.toordinal(), last.toordinal() if last else date.max.toordinal()


def lowest(words: Words) -> NDArray[np.int16]:
    """Index of the lowest set bit of each column of uint64[W, m]; -1 where none is set."""
    result = np.full(words.shape[1], -1, dtype=np.int16)
    for w in range(len(words) - 1, -1, -1):
        found = words[w] != 0
        result[found] = place_of(lowest_bit(words[w][found])) + 64 * w
    return result


def lowest_bit(word: Words) -> Words:
    """Of each number its lowest set bit alone; 0 of 0."""
    alone: Words = word & (~word + np.uint64(1))
    return alone


def place_of(bit: Words) -> NDArray[np.int16]:
    """Which bit it is, of numbers with one bit each."""
    place: NDArray[np.int16] = np.bitwise_count(bit - np.uint64(1)).astype(np.int16)
    return place


def count(words: Words) -> NDArray[np.int16]:
    """How many bits each column of uint64[W, m] has."""
    total = np.zeros(words.shape[1], dtype=np.int16)
    for word in words:
        total += np.bitwise_count(word)
    return total


def any_of(words: Words) -> Bools:
    """Which columns of uint64[W, m] have a bit at all."""
    found: Bools = words[0] != 0
    for word in words[1:]:
        found = found | (word != 0)
    return found


def single(bits: NDArray[np.int16], words: int) -> Words:
    """uint64[W, m] with one bit per column; no bit where it is -1."""
    one = np.uint64(1) << (bits & 63).astype(np.uint64)
    word = bits >> 6
    return np.array([np.where(word == w, one, np.uint64(0)) for w in range(words)])


@lru_cache(maxsize=4096)
def months_later(day: date, months: int) -> date:
    """The same day so many months on; the last day of a shorter month."""
    from dateutil.relativedelta import relativedelta

    return day + relativedelta(months=months)
