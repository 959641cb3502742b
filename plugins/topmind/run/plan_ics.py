"""`plan --ics`: the days ahead as a file that a calendar program takes."""

from __future__ import annotations

from pathlib import Path

from topmind.report.ics import calendar_file
from topmind.run.decide import Decided
from topmind.run.places import write_atomic


def write(decided: Decided, path: Path, *, days: int) -> int:
    """Write the file; how many entries it has. Raises OSError where it cannot be written."""
    text, entries = calendar_file(decided.plan, decided.project.catalog, days=days)
    write_atomic(path, text)
    return entries
