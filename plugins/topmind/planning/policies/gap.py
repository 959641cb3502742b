"""Least days between two touches on any channel; between two issues of a newsletter half its period."""

import numpy as np

from topmind.model import Bools, Reason
from topmind.planning.block import Block, Rows
from topmind.planning.occasions import Ask
from topmind.planning.policies.base import Policy


def allows(block: Block, ask: Ask, day: int, rows: Rows) -> Bools:
    """Far enough from the last touch; a touch of this very day is `one_touch`'s matter. Corrections and replies go."""
    last = block.last[rows]
    if ask.correction or ask.reply:
        far: Bools = np.ones(len(rows), dtype=np.bool_)
    else:
        far = (day - last >= block.gap[rows]) | (last == day)
    issues = block.issue_day.get(ask.source) if ask.spacing else None
    if issues is not None:
        issue = issues[rows]
        far = far & ((day - issue >= ask.spacing) | (issue == day))
    return far


POLICY = Policy(Reason.GAP, allows)
