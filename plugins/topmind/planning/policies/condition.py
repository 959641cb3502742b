"""A step's `only_if` must hold now; it is asked again on each day of its grace."""

from topmind.model import Bools, Reason
from topmind.planning.block import Block, Rows
from topmind.planning.occasions import Ask
from topmind.planning.policies.base import Policy


def allows(block: Block, ask: Ask, day: int, rows: Rows) -> Bools | None:  # noqa: ARG001 - one signature for all
    """The condition holds, or there is none."""
    if ask.only_if is None:
        return None
    held: Bools = block.holds(ask.only_if)[rows]
    return held


POLICY = Policy(Reason.CONDITION, allows)
