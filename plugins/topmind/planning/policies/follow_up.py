"""Nothing is sold to somebody who is not happy, until one of us has followed up."""

import numpy as np

from topmind.model import Bools, Reason
from topmind.planning.block import Block, Rows
from topmind.planning.occasions import Ask
from topmind.planning.policies.base import Policy


def allows(block: Block, ask: Ask, day: int, rows: Rows) -> Bools:  # noqa: ARG001 - one signature for all
    """What sells by itself is held; promotions of slots are barred one by one (`Block.unhappy`)."""
    if not ask.promotions:
        return np.ones(len(rows), dtype=np.bool_)
    content: Bools = ~block.unhappy[rows]
    return content


POLICY = Policy(Reason.HELD, allows)
