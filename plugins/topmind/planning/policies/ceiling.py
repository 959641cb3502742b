"""At most so many touches in any window of days, over all channels and per channel.

Touches of earlier days are counted: with one touch a day, there is room where fewer than the limit are. A reply
to the contact goes in any case, and counts for what comes after. A window longer than the floor is paced: issues
and announcements leave the touches that the floor may still need in it, unless they keep the floor themselves;
otherwise a year's ceiling would be used up in spring and every floor of the summer broken. In a short
window announcements, issues and rescues leave room for the steps that come in it and would else never go: the order
of a day holds between days, too. A correction goes at once. A rescue also waits for a step that comes in time to keep
the floor, or soon after it broke.
"""

import numpy as np
from numpy.typing import NDArray

from topmind.model import Bools, Reason, SourceKind
from topmind.planning.block import Block, Rows
from topmind.planning.occasions import Ask
from topmind.planning.policies.base import Policy
from topmind.planning.room import SOON


def full(block: Block, ask: Ask, day: int, rows: Rows, *, overall: bool) -> NDArray[np.int16] | None:
    """What `Tally.full` says of these rows on this day; twice the number of windows is added where the rest is left
    to steps."""
    found = _full(block, ask, day, rows, overall=overall)
    gives_way = ask.kind is not SourceKind.STEP and not ask.correction
    return _leave(block, ask, day, rows, found, overall) if gives_way else found


def _leave(
    block: Block, ask: Ask, day: int, rows: Rows, found: NDArray[np.int16] | None, overall: bool
) -> NDArray[np.int16] | None:
    """The same, with what is left to the steps that come soon. Whoever has a touch of this very day is
    `one_touch`'s matter."""
    if block.soon is None:
        return found
    tally, wanted = block.tally, "" if overall else ask.channel.value
    by = _soon_enough(block, day) if ask.kind is SourceKind.RESCUE else None
    free = (block.last[rows] != day) & (block.touched[rows] != day)
    for r, window in enumerate(tally.windows):
        if window.channel == wanted and window.days <= SOON:
            kept = block.soon.count(day, window.days, wanted, by)[rows]
            left = free & (kept > 0) & (tally.room[r, rows] <= kept)
            if not left.any():
                continue
            if found is None:
                found = np.full(len(rows), -1, dtype=np.int16)
            left &= (found < 0) | (found % len(tally.windows) > r)
            found[left] = r + 2 * len(tally.windows)
    return found


def _soon_enough(block: Block, day: int) -> NDArray[np.int32]:
    """Until when a step does what a rescue would do: the last day of the floor, of one that is broken a lead time on."""
    breaks = block.value_day + block.floor
    return np.where(breaks >= day, breaks, day + block.floor - block.patience).astype(np.int32)


def _full(block: Block, ask: Ask, day: int, rows: Rows, *, overall: bool) -> NDArray[np.int16] | None:
    paced = (ask.kind is SourceKind.ISSUE or ask.kind is SourceKind.ANNOUNCEMENT) and not ask.correction
    if not paced or not block.tally.paces:
        return block.tally.full(rows, ask.channel, overall=overall)
    found = block.tally.full(rows, ask.channel, overall=overall, paced=True)
    if found is None:
        return None
    spared = (found >= len(block.tally.windows)).nonzero()[0]
    if not len(spared):
        return found
    spared = spared[_may_take(block, ask, day, rows[spared])]
    if len(spared):
        still = block.tally.full(rows[spared], ask.channel, overall=overall)
        found[spared] = -1 if still is None else still
    return found


def _may_take(block: Block, ask: Ask, day: int, rows: Rows) -> Bools:
    """Who may have a touch that is kept for the floor: it keeps the floor. Whoever has one of this very day is
    `one_touch`'s matter."""
    may: Bools = (block.last[rows] == day) | (block.touched[rows] == day)
    if ask.kind is SourceKind.ISSUE or ask.value:
        may |= block.keeps_floor(day, rows)
    return may


def over_all(block: Block, ask: Ask, day: int, rows: Rows) -> Bools | None:
    """Room in every window that counts all channels."""
    return _room(block, ask, day, rows, overall=True)


def on_channel(block: Block, ask: Ask, day: int, rows: Rows) -> Bools | None:
    """Room in every window of this channel."""
    return _room(block, ask, day, rows, overall=False)


def _room(block: Block, ask: Ask, day: int, rows: Rows, *, overall: bool) -> Bools | None:
    if ask.reply:
        return None
    found = full(block, ask, day, rows, overall=overall)
    return None if found is None else found < 0


OVER_ALL = Policy(Reason.CEILING_ALL, over_all)
ON_CHANNEL = Policy(Reason.CEILING_CHANNEL, on_channel)
