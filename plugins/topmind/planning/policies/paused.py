"""A contact who asked for a rest is left alone on every channel."""

from topmind.model import Bools, Reason
from topmind.planning.block import Block, Rows
from topmind.planning.occasions import Ask
from topmind.planning.policies.base import Policy


def allows(block: Block, ask: Ask, day: int, rows: Rows) -> Bools | None:  # noqa: ARG001 - one signature for all
    """The pause is over."""
    if day >= block.pauses_end:
        return None
    over: Bools = block.members.paused_until[rows] <= day
    return over


POLICY = Policy(Reason.PAUSED, allows)
