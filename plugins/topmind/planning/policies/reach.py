"""The channel must lead to the contact at all."""

from topmind.model import Bools, Reason
from topmind.planning.block import Block, Rows
from topmind.planning.occasions import Ask
from topmind.planning.policies.base import Policy


def allows(block: Block, ask: Ask, day: int, rows: Rows) -> Bools:  # noqa: ARG001 - one signature for all
    """An address, a phone number or a postal address is known."""
    known: Bools = block.reach(ask.channel)[rows]
    return known


POLICY = Policy(Reason.NO_CHANNEL, allows)
