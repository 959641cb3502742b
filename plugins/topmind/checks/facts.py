"""What the rules look at, and the small reader that gives a finding its line."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from topmind.brand import Brand
from topmind.model import Catalog, Level, Members, Problem, Text


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """Everything a rule may ask. What is None is not at hand, and the rules that need it are left out."""

    catalog: Catalog
    brand: Brand | None = None
    #: The project's folder, for images and line numbers.
    root: Path | None = None
    #: The audience of today.
    members: Members | None = None
    #: Newsletter id → its coming nominal days, ascending.
    dates: Mapping[str, Sequence[date]] | None = None
    #: Cron lines (UTC) of the scheduled sends; () = no schedule is known.
    ticks: Sequence[str] = ()
    #: Every address of the built site (`/tips/gutters/`), for links to pages that are no items.
    site: frozenset[str] | None = None

    def missing(self) -> tuple[str, ...]:
        """What was not at hand, in words, for people."""
        words = {
            "segments that match nobody and fields that are filled for everyone (no contacts)": self.members,
            "contrast (no brand)": self.brand,
            "images (no files)": self.root,
            "dates of issues (no calendar)": self.dates,
        }
        return tuple(says for says, value in words.items() if value is None)

    def line(self, path: str, key: str) -> int:
        """Line of a front-matter key in a file; 0 where it is not known."""
        if self.root is None:
            return 0
        try:
            lines = (self.root / path).read_text("utf-8").splitlines()
        except (OSError, UnicodeDecodeError):
            return 0
        pattern = re.compile(rf"{re.escape(key)}\s*[:=]", re.IGNORECASE)
        return next((n for n, text in enumerate(lines, 1) if pattern.match(text)), 0)


def problem(rule: str, level: Level, path: str = "", line: int = 0, *, says: str, fix: str = "") -> Problem:
    """One finding."""
    return Problem(rule=rule, level=level, path=path, line=line, says=says, fix=fix)


def plain(text: Text) -> str:
    """A subject as it reads for somebody: a merge tag shows its default, else its name."""
    return "".join(
        part if isinstance(part, str) else (part.default if part.default is not None else part.field)
        for part in text
    )
