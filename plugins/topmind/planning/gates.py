"""The policies asked in order for some rows of a block on one day."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from topmind.model import Bools, Reason
from topmind.planning.block import Block, Rows
from topmind.planning.logs import Told, Why
from topmind.planning.occasions import Ask
from topmind.planning.policies import ORDER, Policy, ceiling
from topmind.planning.senders import senders
from topmind.planning.setting import LATER


def refused(block: Block, ask: Ask, day: int, reason: Reason, rows: Rows) -> NDArray[np.int32] | None:
    """What a reason refers to, for the rows it turned away."""
    if reason is Reason.LOST_TO:
        return block.taken[rows]
    if reason is Reason.HELD and not ask.held:
        return np.zeros(len(rows), dtype=np.int32)  # not happy
    if reason in {Reason.CEILING_ALL, Reason.CEILING_CHANNEL}:
        overall = reason is Reason.CEILING_ALL
        found = ceiling.full(block, ask, day, rows, overall=overall)
        return None if found is None else found.astype(np.int32)
    return None


def gate(
    block: Block,
    ask: Ask,
    day: int,
    rows: Rows,
    places: Rows,
    why: Why,
    order: tuple[Policy, ...] = ORDER,
    told: Told | None = None,
) -> tuple[Rows, Rows]:
    """The rows (and their places in `why`) that every policy allows; the others get their reason if this is
    their own today. `told` hears of all of them."""
    same = places is rows
    for policy in order:
        if not len(rows):
            break
        allowed = policy.allows(block, ask, day, rows)
        if allowed is None or allowed.all():
            continue
        if told is not None:
            told.put(places[~allowed], policy.reason)
        if day in block.todays:
            mine = (~allowed & (block.today[rows] == day)).nonzero()[0]
            if len(mine):
                why.put(places[mine], policy.reason, refused(block, ask, day, policy.reason, rows[mine]))
        places = places[allowed]
        rows = places if same else rows[allowed]
    return rows, places


def waits(block: Block, ask: Ask, day: int, rows: Rows) -> Bools:
    """Whose mail of today has not yet come to its time, or waits for its proof: the day is taken for it all the same."""
    if ask.channel.is_task or day not in block.todays:
        return np.zeros(len(rows), dtype=np.bool_)
    today: Bools = block.today[rows] == day
    if ask.unproved:
        return today
    later: Bools = (block.setting.moment(ask.at)[block.members.zone[rows]] == LATER) & today
    return later


def caller_indexes(block: Block, asks: list[Ask], rows: Rows) -> NDArray[np.int16]:
    """Index into the team of who makes each call."""
    result = np.full(len(rows), -1, dtype=np.int16)
    by_ask = {id(ask): ask for ask in asks}
    marks = np.array([id(ask) for ask in asks])
    for mark, ask in by_ask.items():
        mine = marks == mark
        result[mine] = senders(
            block.setting.catalog, block.members, rows[mine], own=ask.own_sender, source=ask.sender
        )
    return result
