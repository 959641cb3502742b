"""`approve: proof`: nothing goes before its proof has left to whoever signs it."""

from topmind.model import Bools, Reason
from topmind.planning.block import Block, Rows
from topmind.planning.occasions import Ask
from topmind.planning.policies.base import Policy


def allows(block: Block, ask: Ask, day: int, rows: Rows) -> Bools | None:
    """Not on the contact's own today; for the days ahead it is taken for granted, as every issue gets its proof."""
    return block.today[rows] < day if ask.unproved else None


POLICY = Policy(Reason.HELD, allows)
