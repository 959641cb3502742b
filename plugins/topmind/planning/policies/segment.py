"""Only for whom the newsletter, sequence or item is meant."""

from topmind.model import Bools, Reason
from topmind.planning.block import Block, Rows
from topmind.planning.occasions import Ask
from topmind.planning.policies.base import Policy


def allows(block: Block, ask: Ask, day: int, rows: Rows) -> Bools | None:  # noqa: ARG001 - one signature for all
    """In one of the segments; an announced item's segments, exclude, stages and access hold too."""
    if ask.segments is None and ask.item is None:
        return None
    allowed: Bools = block.allowed_classes(ask)[block.cls[rows]]
    return allowed


POLICY = Policy(Reason.NOT_IN_SEGMENT, allows)
