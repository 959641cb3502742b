"""On public holidays of the company's country and on its own days nothing goes."""

import numpy as np

from topmind.model import Bools, Reason
from topmind.planning.block import Block, Rows
from topmind.planning.occasions import Ask
from topmind.planning.policies.base import Policy


def allows(block: Block, ask: Ask, day: int, rows: Rows) -> Bools | None:  # noqa: ARG001 - one signature for all
    """The day is an ordinary one."""
    rests = block.setting.blackout[day - block.setting.start]
    return np.zeros(len(rows), dtype=np.bool_) if rests else None


POLICY = Policy(Reason.BLACKOUT, allows)
