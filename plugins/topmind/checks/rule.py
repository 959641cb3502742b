"""What one rule of the linter is: its id, how bad its findings are, what it finds, and an example for the docs."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from topmind.model import Level, Problem


class Sees(Enum):
    """How much must have been read for a rule to say the truth, in a project with mistakes in its files."""

    #: The line it points at; where that names a file with a mistake, it says nothing.
    LINE = "line"
    #: Its own file as a whole, and those of its folder: a newsletter with its issues, a sequence with its steps.
    FILE = "file"
    #: Every file: it says that something is nowhere, or it counts.
    ALL = "all"


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """One rule; each family declares its own at the head of its module."""

    #: `family/what`: stands in every finding, and is what `silence:` names.
    id: str
    #: The worst that it says.
    level: Level
    #: What it finds, as the object of "it finds": one phrase for the reference page.
    finds: str
    #: What it would find, as somebody would write it; "" where that is no text.
    example: str = ""
    #: What it finds would reach readers: a run holds the mail until it is mended.
    holds: bool = False
    #: Field of `Facts` without which it is left out; "" = it needs the catalog only.
    needs: str = ""
    #: What it says in a project of which some files could not be read: nothing, where it needs them all.
    sees: Sees = Sees.ALL

    @property
    def protects(self) -> bool:
        """An error keeps readers from harm: no file can silence it."""
        return self.level is Level.ERROR

    def at(
        self, path: str = "", line: int = 0, *, says: str, fix: str = "", level: Level | None = None
    ) -> Problem:
        """One finding; `level` where it is milder than the rule's worst."""
        return Problem(rule=self.id, level=level or self.level, path=path, line=line, says=says, fix=fix)
