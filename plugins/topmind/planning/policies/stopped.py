"""`topmind stop`: all, a source, a step or one occasion."""

import numpy as np

from topmind.model import Bools, Reason
from topmind.planning.block import Block, Rows
from topmind.planning.occasions import Ask
from topmind.planning.policies.base import Policy


def allows(block: Block, ask: Ask, day: int, rows: Rows) -> Bools | None:  # noqa: ARG001 - one signature for all
    """Nobody stopped it."""
    return np.zeros(len(rows), dtype=np.bool_) if ask.stopped else None


POLICY = Policy(Reason.STOPPED, allows)
