"""A contact who asked for a rest is left alone on every channel."""

import numpy as np

from topmind.model import Bools, Reason
from topmind.planning.block import Block, Rows
from topmind.planning.occasions import Ask
from topmind.planning.policies.base import Policy


def allows(block: Block, ask: Ask, day: int, rows: Rows) -> Bools:  # noqa: ARG001 - one signature for all
    """The pause is over."""
    if day >= block.pauses_end:
        return np.ones(len(rows), dtype=np.bool_)
    over: Bools = block.members.paused_until[rows] <= day
    return over


POLICY = Policy(Reason.PAUSED, allows)
