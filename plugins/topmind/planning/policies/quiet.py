"""Quiet hours in the contact's zone are hard for mail; a task is done when its person does it."""

import numpy as np

from topmind.model import Bools, Reason
from topmind.planning.block import Block, Rows
from topmind.planning.occasions import Ask
from topmind.planning.policies.base import Policy
from topmind.planning.setting import OVER


def allows(block: Block, ask: Ask, day: int, rows: Rows) -> Bools | None:
    """The mail may still go on this local day: now, or later when its time comes."""
    if ask.channel.is_task:
        return None
    ever = block.setting.ever(ask.at)
    if day not in block.todays:
        return None if ever else np.zeros(len(rows), dtype=np.bool_)
    today = block.setting.moment(ask.at)[block.members.zone[rows]] != OVER
    return np.where(block.today[rows] == day, today, np.bool_(ever))


POLICY = Policy(Reason.QUIET, allows)
