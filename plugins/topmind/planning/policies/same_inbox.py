"""One inbox, one copy: of contacts with one address, the lowest id gets the issue or the announced send."""

from __future__ import annotations

import numpy as np

from topmind.model import Bools, Channel, SourceKind
from topmind.planning.block import Block, Rows
from topmind.planning.occasions import Ask


def first_copies(block: Block, ask: Ask, rows: Rows) -> Bools:
    """Which rows are the first of their inbox (rows come in the order of their ids); purely a question."""
    keep = np.ones(len(rows), dtype=np.bool_)
    if ask.channel is not Channel.EMAIL or ask.kind in {SourceKind.STEP, SourceKind.RESCUE}:
        return keep
    inbox = block.members.inbox[rows]
    shared = np.nonzero(block.shared_inbox[rows])[0]
    taken = block.inboxes[ask.occasion.name if ask.occasion else ask.source]
    seen: set[int] = set()
    for place in shared:
        number = int(inbox[place])
        keep[place] = number not in taken and number not in seen
        seen.add(number)
    return keep


def remember(block: Block, ask: Ask, rows: Rows) -> None:
    """These rows' inboxes have their copy."""
    if ask.channel is Channel.EMAIL and ask.occasion:
        shared = rows[block.shared_inbox[rows]]
        block.inboxes[ask.occasion.name].update(int(i) for i in block.members.inbox[shared])
