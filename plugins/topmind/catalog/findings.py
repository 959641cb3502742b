"""Collecting what is wrong with files that people write, and guessing what was meant."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache

from topmind.model import Edit, Level, Problem
from topmind.near_words import near_word


class Wrong(Exception):  # noqa: N818 - reads as what it says of a value
    """A value that cannot be read: what is wrong, and what to write instead; the caller knows the file."""

    def __init__(
        self, says: str, fix: str = "", *, line: int = 0, rule: str = "value", edit: Edit | None = None
    ) -> None:
        super().__init__(says)
        self.says = says
        self.fix = fix
        #: Line of the file, from 1; 0 = that of the key.
        self.line = line
        #: Last part of the rule's id.
        self.rule = rule
        #: What may be written on that line without asking.
        self.edit = edit

    def at(self, line: int) -> Wrong:
        """The same, on a line of the file."""
        return Wrong(self.says, self.fix, line=line, rule=self.rule, edit=self.edit)


class Findings:
    """The problems of a run, collected file by file."""

    def __init__(self) -> None:
        self._found: list[Problem] = []

    def error(
        self, rule: str, path: str, line: int, says: str, fix: str = "", edit: Edit | None = None
    ) -> None:
        """Note something that stops the run."""
        self._found.append(
            Problem(rule=rule, level=Level.ERROR, path=path, line=line, says=says, fix=fix, edit=edit)
        )

    def add(self, problems: Iterable[Problem]) -> None:
        """Note problems found elsewhere."""
        self._found.extend(problems)

    def sorted(self) -> tuple[Problem, ...]:
        """Each problem once, by file, line and rule."""
        return tuple(sorted(set(self._found), key=lambda p: (p.path, p.line, p.rule, p.says)))

    @property
    def any_error(self) -> bool:
        """Whether anything stops the run."""
        return any(p.level is Level.ERROR for p in self._found)


def nearest(word: str, known: Iterable[str], *, cutoff: float = 0.6) -> str | None:
    """The known word that was probably meant; None where nothing is near."""
    return _nearest(word, frozenset(str(k) for k in known), cutoff)


@lru_cache(maxsize=4096)
def _nearest(word: str, known: frozenset[str], cutoff: float) -> str | None:
    """Remembered: the files of another system ask the same thousands of times."""
    return near_word(word, known, cutoff=cutoff)


def did_you_mean(word: str, known: Iterable[str], *, what: str = "Known") -> str:
    """A sentence with the nearest known word, else the whole list."""
    words = sorted({str(k) for k in known})
    near = nearest(word, words)
    if near:
        return f"Did you mean {near!r}?"
    return f"{what}: {', '.join(words)}." if words else f"{what}: none."
