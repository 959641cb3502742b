"""A representative makes so many calls a day: of the proposed ones the nearest deadlines are admitted."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from topmind.model import Bools
from topmind.planning.block import Block, Rows


def admit(block: Block, day: int, rows: Rows, last: NDArray[np.int32], senders: NDArray[np.int16]) -> Bools:
    """Which proposed calls fit: by deadline, then by the contact's hash (DESIGN §6 propose → admit → commit).

    `senders` holds indexes into the team. Admitted calls are counted at once.
    """
    admitted = np.ones(len(rows), dtype=np.bool_)
    for sender in np.unique(senders):
        most = block.calls_per_day(int(sender))
        if most is None:
            continue
        mine = np.nonzero(senders == sender)[0]
        order = mine[np.lexsort((block.hashes(rows[mine]), last[mine]))]
        room = max(most - block.calls[int(sender)][day], 0)
        admitted[order[room:]] = False
        block.calls[int(sender)][day] += min(room, len(mine))
    return admitted
