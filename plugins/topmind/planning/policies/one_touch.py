"""One touch per contact and day over all channels; one sibling of a `one_of` in seven days."""

from topmind.model import Bools, Reason
from topmind.planning.block import Block, Rows
from topmind.planning.occasions import Ask
from topmind.planning.policies.base import Policy

#: Days in which only one newsletter of a `one_of` name may come.
ONE_OF_DAYS = 7


def allows(block: Block, ask: Ask, day: int, rows: Rows) -> Bools:
    """Nothing before it in the order of decision took the day; a reply to the contact comes all the same."""
    free: Bools = (block.last[rows] != day) & (block.touched[rows] != day)
    if ask.reply:
        free[:] = True
    siblings = block.one_of_day.get(ask.one_of) if ask.one_of else None
    if siblings is not None:
        free = free & (day - siblings[rows] >= ONE_OF_DAYS)
    return free


POLICY = Policy(Reason.LOST_TO, allows)
