"""A container while the scanner reads it: what it holds so far, and what is known of its own line."""

from __future__ import annotations

from dataclasses import dataclass, field

from topmind.catalog.fences import Branch, Part
from topmind.model import Text


@dataclass(slots=True)
class OpenBlock:
    """A container while it is being read."""

    word: str
    line: int
    title: Text = ()
    names: frozenset[str] = frozenset()
    branches: list[Branch] = field(default_factory=list)
    parts: list[Part] = field(default_factory=list)
    condition: int | None = None
    branch_line: int = 0
    divided: bool = False
    #: Its own line is wrong, and told: that it has no close is not told too.
    told: bool = False
    #: It stands like code: perhaps somebody shows how a block is written, and its close is another's.
    example: bool = False

    def end_branch(self, line: int) -> None:
        self.branches.append(Branch(tuple(self.parts), self.condition, self.branch_line))
        self.parts, self.branch_line = [], line
