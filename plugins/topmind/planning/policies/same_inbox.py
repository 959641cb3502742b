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
    if ask.channel is not Channel.EMAIL or ask.kind is SourceKind.STEP or not block.inboxes.any:
        return keep
    shared = block.inboxes.shared[rows].nonzero()[0]
    number = block.inboxes.number[rows[shared]]
    first = np.zeros(len(shared), dtype=np.bool_)
    first[np.unique(number, return_index=True)[1]] = True
    keep[shared] = first
    return keep


def has_copy(block: Block, ask: Ask, rows: Rows) -> Bools:
    """Into whose inbox this issue or send came already. A rescue has no copy of its own: its clock is the inbox's."""
    had = np.zeros(len(rows), dtype=np.bool_)
    if ask.channel is Channel.EMAIL and ask.kind is not SourceKind.STEP and ask.occasion:
        shared = np.nonzero(block.inboxes.shared[rows])[0]
        had[shared] = block.inboxes.copies(ask.occasion.name)[block.inboxes.number[rows[shared]]]
    return had


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
    if ask.channel is not Channel.EMAIL or ask.kind is SourceKind.STEP or not block.inboxes.any:
        return
    shared = block.inboxes.shared[rows].nonzero()[0]
    if not len(shared):
        return
    if ask.occasion:
        block.inboxes.copies(ask.occasion.name)[block.inboxes.number[rows[shared]]] = True
    readers, place = block.inboxes.all_readers(rows[shared])
    of_whom = shared[place]
    block.valued(readers[value[of_whom] > 0], day)
    if picks is not None:
        block.see_all(picks[of_whom], readers, day)
    shown = block.shown.in_words(ask.words, block.cls[rows[of_whom]])
    if shown is not None:
        block.see_words(shown, readers, day)
