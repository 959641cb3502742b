"""Whoever has done what it was about drops out."""

import numpy as np

from topmind.model import Bools, Reason
from topmind.planning.block import Block, Rows
from topmind.planning.occasions import Ask
from topmind.planning.policies.base import Policy


def allows(block: Block, ask: Ask, day: int, rows: Rows) -> Bools | None:  # noqa: ARG001 - one signature for all
    """No `stop_when` of the sequence or the announced item holds."""
    if not ask.stop_when:
        return None
    stopped = np.zeros(len(rows), dtype=np.bool_)
    for rule in ask.stop_when:
        stopped |= block.holds(rule)[rows]
    return ~stopped


POLICY = Policy(Reason.STOP_WHEN, allows)
