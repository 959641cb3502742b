"""On public holidays of the company's country and on its own days nothing goes."""

import numpy as np

from topmind.model import Bools, Reason
from topmind.planning.block import Block, Rows
from topmind.planning.occasions import Ask
from topmind.planning.policies.base import Policy


def allows(block: Block, ask: Ask, day: int, rows: Rows) -> Bools:  # noqa: ARG001 - one signature for all
    """The day is an ordinary one."""
    return np.full(len(rows), not block.setting.blackout[day - block.setting.start], dtype=np.bool_)


POLICY = Policy(Reason.BLACKOUT, allows)
