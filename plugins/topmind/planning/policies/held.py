"""A person holds the issue back, or has not said that it is ready."""

import numpy as np

from topmind.model import Bools, Reason
from topmind.planning.block import Block, Rows
from topmind.planning.occasions import Ask
from topmind.planning.policies.base import Policy


def allows(block: Block, ask: Ask, day: int, rows: Rows) -> Bools | None:  # noqa: ARG001 - one signature for all
    """`hold: yes`, or `approve: ready` without `ready: yes`, holds everybody."""
    return np.zeros(len(rows), dtype=np.bool_) if ask.held else None


POLICY = Policy(Reason.HELD, allows)
