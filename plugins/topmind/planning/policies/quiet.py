"""Quiet hours in the contact's zone are hard for mail; a task is done when its person does it."""

import numpy as np

from topmind.model import Bools, Reason
from topmind.planning.block import Block, Rows
from topmind.planning.occasions import Ask
from topmind.planning.policies.base import Policy
from topmind.planning.setting import OVER


def allows(block: Block, ask: Ask, day: int, rows: Rows) -> Bools:
    """The mail may still go on this local day: now, or later when its time comes."""
    if ask.channel.is_task:
        return np.ones(len(rows), dtype=np.bool_)
    later = np.full(len(rows), block.setting.ever(ask.at), dtype=np.bool_)
    if day not in block.todays:
        return later
    today = block.setting.moment(ask.at)[block.members.zone[rows]] != OVER
    return np.where(block.today[rows] == day, today, later)


POLICY = Policy(Reason.QUIET, allows)
