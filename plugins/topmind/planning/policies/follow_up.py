"""Nothing is sold to somebody who is not happy, until one of us has followed up."""

from topmind.model import Bools, Reason
from topmind.planning.block import Block, Rows
from topmind.planning.occasions import Ask
from topmind.planning.policies.base import Policy


def allows(block: Block, ask: Ask, day: int, rows: Rows) -> Bools | None:  # noqa: ARG001 - one signature for all
    """What sells by itself is held; promotions of slots are barred one by one (`Block.unhappy`)."""
    if not ask.promotions or block.unhappy is block.nobody:
        return None
    content: Bools = ~block.unhappy[rows]
    return content


POLICY = Policy(Reason.HELD, allows)
