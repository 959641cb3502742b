"""`topmind stop`: all, a source, a step or one occasion."""

import numpy as np

from topmind.model import Bools, Reason
from topmind.planning.block import Block, Rows
from topmind.planning.occasions import Ask
from topmind.planning.policies.base import Policy


def allows(block: Block, ask: Ask, day: int, rows: Rows) -> Bools:  # noqa: ARG001 - one signature for all
    """Nobody stopped it."""
    return np.full(len(rows), not ask.stopped, dtype=np.bool_)


POLICY = Policy(Reason.STOPPED, allows)
