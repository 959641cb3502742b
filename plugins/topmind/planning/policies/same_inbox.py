"""One inbox, one copy: of contacts with one address, the lowest id gets the issue, the announced send or the
rescue. What it gives counts for the floor of everybody who reads that inbox, and none of them gets its items
again; a step is each contact's own."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from topmind.model import Bools, Channel, SourceKind
from topmind.planning.block import Block, Rows
from topmind.planning.occasions import Ask


def first_copies(block: Block, ask: Ask, rows: Rows) -> Bools:
    """Which rows are the first of their inbox (rows come in the order of their ids); purely a question."""
    keep = np.ones(len(rows), dtype=np.bool_)
    if ask.channel is not Channel.EMAIL or ask.kind is SourceKind.STEP:
        return keep
    inbox = block.members.inbox[rows]
    shared = np.nonzero(block.shared_inbox[rows])[0]
    # a rescue has no copy of its own: its clock is the inbox's
    taken = block.inboxes[ask.occasion.name] if ask.occasion else frozenset()
    seen: set[int] = set()
    for place in shared:
        number = int(inbox[place])
        keep[place] = number not in taken and number not in seen
        seen.add(number)
    return keep


def remember(
    block: Block,
    ask: Ask,
    rows: Rows,
    day: int,
    value: NDArray[np.int16],
    picks: NDArray[np.int16] | None,
) -> None:
    """These rows' inboxes have their copy of this day: all its readers have seen what is in it, and where it
    gives value their clocks move."""
    if ask.channel is not Channel.EMAIL or ask.kind is SourceKind.STEP:
        return
    shared = np.nonzero(block.shared_inbox[rows])[0]
    for place in shared:
        number = int(block.members.inbox[rows[place]])
        if ask.occasion:
            block.inboxes[ask.occasion.name].add(number)
        readers = block.readers[number]
        if value[place] > 0:
            block.valued(readers, day)
        for bit in picks[place] if picks is not None else ():
            if bit >= 0:
                block.see(int(bit), readers, day)
