"""What a policy is: one reason and one question."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from topmind.model import Bools, Reason
from topmind.planning.block import Block, Rows
from topmind.planning.occasions import Ask


class Policy(NamedTuple):
    """Whether rows of a block may have what is asked on a day."""

    #: What is said of those who may not.
    reason: Reason
    #: (block, ask, day, rows) → bool per row; None = all of them, without a look at anybody. Pure: nothing changes.
    allows: Callable[[Block, Ask, int, Rows], Bools | None]
