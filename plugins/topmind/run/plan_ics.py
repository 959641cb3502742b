"""`plan --ics`: the days ahead as a file that a calendar program takes."""

from __future__ import annotations

from pathlib import Path

from topmind.errors import UsageError
from topmind.report.ics import calendar_file
from topmind.run.decide import Decided
from topmind.run.load import Project
from topmind.run.places import write_atomic

#: Folders whose every file is read or published.
_READ = ("content", "segments", "themes")


def _place(project: Project, path: Path) -> None:
    root, folder = project.root.resolve(), path.resolve().parent
    if any(folder.is_relative_to(root / name) for name in _READ):
        raise UsageError(
            "a calendar file would lie among the files of the project.",
            where=str(path),
            fix="--ics var/plan.ics",
        )
    if not folder.is_dir() and folder != project.settings.var.resolve():
        raise UsageError(
            "there is no such folder.", where=str(path), fix="Make it first, or: --ics var/plan.ics"
        )


def write(decided: Decided, path: Path, *, days: int) -> int:
    """Write the file; how many entries it has.

    Raises UsageError where it would lie among the files that people write, or in a folder that is not there; OSError
    where it cannot be written.
    """
    _place(decided.project, path)
    text, entries = calendar_file(decided.plan, decided.project.catalog, days=days)
    write_atomic(path, text)
    return entries
