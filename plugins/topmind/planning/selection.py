"""What fills the slots of an issue, per person: the best unseen item of each slot, value slots first."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import accumulate

import numpy as np
from numpy.typing import NDArray

from topmind.model import Bools, Reason, Slot
from topmind.planning.block import Block, Rows
from topmind.planning.items import Wanted, Words, any_of, count, lowest, lowest_bit, mask_of, place_of, single
from topmind.planning.occasions import Ask

#: Reasons of a selection as small numbers; 0 = it may go.
REASONS: tuple[Reason | None, ...] = (None, Reason.NOTHING_NEW, Reason.ONLY_PROMOTIONS, Reason.RATIO)
NOTHING_NEW, ONLY_PROMOTIONS, RATIO = 1, 2, 3


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Choice:
    """What each row gets, or why it gets nothing."""

    #: Index into REASONS.
    why: NDArray[np.int8]
    #: [m, P] bits in slot order; -1 = an empty place.
    picks: NDArray[np.int16]
    value: NDArray[np.int16]
    promotions: NDArray[np.int16]
    #: NOTHING_NEW in an issue: items that would do, but are kept for the contact's floor.
    kept: NDArray[np.int16] | None = None
    #: uint64[W, m]: the same picks as bit sets, where they are at hand.
    got: Words | None = None

    def only(self, mask: Bools) -> Choice:
        """These rows."""
        return Choice(
            why=self.why[mask],
            picks=self.picks[mask],
            value=self.value[mask],
            promotions=self.promotions[mask],
            got=None if self.got is None else self.got[:, mask],
        )


def available(block: Block, day: int, rows: Rows, pins: Words | None = None) -> Words:
    """uint64[W, m]: for them by segment, stage and access, offered on this day, not received (or free again)."""
    table = block.setting.table
    open_today = table.offered[day - block.setting.start]
    if pins is not None:
        open_today = open_today | (pins & table.live[day - block.setting.start])
    free: Words = block.items[:, rows] & open_today[:, None] & ~block.seen[:, rows]
    return _live_at_home(block, day, rows, free)


def _live_at_home(block: Block, day: int, rows: Rows, items: Words) -> Words:
    """Without what the company's own day does not have: the site shows items by that day, and `starts` and
    `ends` mean it. Whoever is a day ahead or behind in their zone waits for it, or has missed it."""
    setting = block.setting
    if block.todays == {setting.as_of}:
        return items
    ahead = block.today[rows] - setting.as_of
    for shift in np.unique(ahead[ahead != 0]):
        at_home = min(max(day - int(shift), setting.start), setting.end)
        items[:, ahead == shift] &= setting.table.live[at_home - setting.start][:, None]
    return items


def pins_of(block: Block, ask: Ask) -> Words | None:
    """Items that say `for:` this issue; None = none does."""
    table = block.setting.table
    bits = [
        b
        for b in table.pinned
        if any(source == ask.source and day in ask.nominal for source, day in table.items[b].pins)
    ]
    return mask_of(bits, table.words) if bits else None


def choose(block: Block, ask: Ask, day: int, rows: Rows) -> Choice:
    """Fill the slots of an issue for these rows; changes nothing.

    Order of filling: slots without promotions first, then the others, each in written order. A promotion needs
    credit, which the value items of the same issue have already raised. Slots leave the last evergreen items
    to rescues (`Block.reserve`); a pinned item goes before all others and is no reserve. What the issue's own words
    show them is in none of them.
    """
    table = block.setting.table
    pins = pins_of(block, ask)
    free = available(block, day, rows, pins)
    shown = block.shown.in_words(ask.words, block.cls[rows])
    if shown is not None:
        free &= ~shown
    picks = np.full((len(rows), sum(s.count for s in ask.slots)), -1, dtype=np.int16)
    state = _Filling(block, day, rows, free, pins)
    places = [0, *accumulate(s.count for s in ask.slots)]
    lacking = np.zeros(len(rows), dtype=np.bool_)
    too_early = np.zeros(len(rows), dtype=np.bool_)
    for number, slot in sorted(enumerate(ask.slots), key=lambda pair: (not pair[1].value_only, pair[0])):
        wanted = table.of_kinds(slot.kinds)
        for nth in range(slot.count):
            picks[:, places[number] + nth] = state.take(wanted)
        if not slot.optional:
            empty = picks[:, places[number]] < 0
            promotions_left = any_of(state.free & (wanted.words & ~table.value)[:, None])
            lacking |= empty & ~promotions_left
            too_early |= empty & promotions_left
    kept = _kept(ask, state, picks[:, places[:-1]]) if day in block.todays else None
    return _judge(ask, state, picks, lacking, too_early, kept)


def _kept(ask: Ask, state: _Filling, first: NDArray[np.int16]) -> NDArray[np.int16]:
    """How many items would do for the empty slots (`first`: what the first place of each got), but are kept for
    the floor."""
    words = np.zeros_like(state.free)
    for slot, bits in zip(ask.slots, first.T, strict=True):
        evergreen = state.table.of_kinds(slot.kinds).words & state.evergreen
        words |= np.where(bits < 0, state.free & evergreen[:, None], np.uint64(0))
    return count(words)


class _Filling:
    """What is left to choose from while the slots of one issue are filled."""

    def __init__(self, block: Block, day: int, rows: Rows, free: Words, pins: Words | None) -> None:
        self.table = table = block.setting.table
        self.free = free
        self.pins = pins
        self.got = np.zeros_like(free)
        self.evergreen, self.value_items = table.evergreen, table.value
        self.ratio = block.ratio[rows]
        self.cap = 2 * self.ratio
        self.credit = block.credit[rows].copy()
        self.reserve = block.reserve[rows] - block.keeps_floor(day, rows)
        self.left = count(free & table.evergreen[:, None])
        self.value = np.zeros(len(rows), dtype=np.int16)
        self.promotions = np.zeros(len(rows), dtype=np.int16)

    def take(self, wanted: Wanted) -> NDArray[np.int16]:
        """The best free bit of `wanted` per row, -1 where there is none; it is free no more."""
        bits = np.full(len(self.credit), -1, dtype=np.int16)
        value: Bools | None = None
        may, some = self.may_take(wanted), False
        for w, word in enumerate(may):
            if not (wanted.some[w] and word.any()):
                continue
            if some:
                word[bits >= 0] = 0
            some = True
            chosen = lowest_bit(word)
            self.free[w] ^= chosen
            self.got[w] |= chosen
            if wanted.evergreen:
                self.left -= (chosen & self.evergreen[w]) != 0
            if wanted.sells:
                gives = (chosen & self.value_items[w]) != 0
                value = gives if value is None else value | gives
            bits = np.where(chosen != 0, place_of(chosen) + np.int16(64 * w), bits)
        if some:
            self._count(bits >= 0, value)
        return bits

    def _count(self, found: Bools, value: Bools | None) -> None:
        """Whoever found something is richer by a value item, or poorer by a promotion; `value` = None: all of it is
        value."""
        if value is None:
            self.credit = np.minimum(self.credit + found, self.cap)
            self.value += found
            return
        sells = found & ~value
        self.credit = np.minimum(self.credit + value, self.cap) - self.ratio * sells
        self.value += value
        self.promotions += sells

    def may_take(self, wanted: Wanted) -> Words:
        """uint64[W, m]: what is free of `wanted`; promotions on credit only, the reserve never, a pinned item
        before all others."""
        may: Words = self.free & wanted.words[:, None]
        if wanted.sells:
            may[:, ~self.may_sell()] &= self.value_items[:, None]
        pinned = None if self.pins is None else may & self.pins[:, None]
        if wanted.evergreen:
            may[:, self.left <= self.reserve] &= ~self.evergreen[:, None]
        return may if pinned is None else np.where(any_of(pinned), pinned, may)

    def may_sell(self) -> Bools:
        """Whose credit allows a promotion."""
        enough: Bools = (self.ratio == 0) | (self.credit >= self.ratio)
        return enough


def _judge(
    ask: Ask,
    state: _Filling,
    picks: NDArray[np.int16],
    lacking: Bools,
    too_early: Bools,
    kept: NDArray[np.int16] | None,
) -> Choice:
    nothing = state.value + state.promotions == 0
    own_words = nothing & ask.has_text
    value = np.where(own_words, ask.value, state.value).astype(np.int16)
    promotions = np.where(own_words, ask.promotions, state.promotions).astype(np.int16)
    why = np.zeros(len(picks), dtype=np.int8)
    why[too_early | (own_words & (promotions > 0) & ~state.may_sell())] = RATIO
    why[~nothing & (state.value == 0)] = ONLY_PROMOTIONS
    why[lacking | (nothing & (not ask.has_text) & ~too_early)] = NOTHING_NEW
    return Choice(why=why, picks=picks, value=value, promotions=promotions, kept=kept, got=state.got)


def announce(block: Block, ask: Ask, day: int, rows: Rows) -> Choice:
    """The announced item itself: not if they have it from elsewhere, a promotion only on credit."""
    assert ask.item is not None
    bit = block.setting.table.bit[ask.item.id]
    why = np.zeros(len(rows), dtype=np.int8)
    ratio = block.ratio[rows]
    if ask.promotions:
        why[(ratio > 0) & (block.credit[rows] < ratio)] = RATIO
    elsewhere = block.had_elsewhere.get(ask.item.id)
    if elsewhere is not None:
        why[elsewhere[rows] > day] = NOTHING_NEW
    item = single(np.full(len(rows), bit), block.setting.table.words)
    why[~any_of(_live_at_home(block, day, rows, item))] = NOTHING_NEW
    return Choice(
        why=why,
        picks=np.full((len(rows), 1), bit, dtype=np.int16),
        value=np.full(len(rows), ask.value, dtype=np.int16),
        promotions=np.full(len(rows), ask.promotions, dtype=np.int16),
    )


def rescue_item(block: Block, day: int, rows: Rows) -> Choice:
    """The best unseen evergreen value item."""
    bits = lowest(available(block, day, rows) & block.setting.table.evergreen[:, None])
    return Choice(
        why=np.where(bits >= 0, 0, NOTHING_NEW).astype(np.int8),
        picks=bits[:, None],
        value=np.ones(len(rows), dtype=np.int16),
        promotions=np.zeros(len(rows), dtype=np.int16),
    )


def per_slot(slots: tuple[Slot, ...], picks: tuple[int, ...]) -> tuple[int, ...]:
    """How many of the places of each slot are filled."""
    counts, place = [], 0
    for slot in slots:
        counts.append(sum(bit >= 0 for bit in picks[place : place + slot.count]))
        place += slot.count
    return tuple(counts)
