"""At most so many touches in any window of days, over all channels and per channel.

Touches of earlier days are counted: with one touch a day, there is room where fewer than the limit are. A reply
to the contact goes in any case, and counts for what comes after.
"""

from topmind.model import Bools, Reason
from topmind.planning.block import Block, Rows
from topmind.planning.occasions import Ask
from topmind.planning.policies.base import Policy


def over_all(block: Block, ask: Ask, day: int, rows: Rows) -> Bools:  # noqa: ARG001 - one signature for all
    """Room in every window that counts all channels."""
    return (block.tally.full(rows, ask.channel, overall=True) < 0) | ask.reply


def on_channel(block: Block, ask: Ask, day: int, rows: Rows) -> Bools:  # noqa: ARG001 - one signature for all
    """Room in every window of this channel."""
    return (block.tally.full(rows, ask.channel, overall=False) < 0) | ask.reply


OVER_ALL = Policy(Reason.CEILING_ALL, over_all)
ON_CHANNEL = Policy(Reason.CEILING_CHANNEL, on_channel)
