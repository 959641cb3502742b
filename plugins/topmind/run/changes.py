"""When a file of the project was last changed, as its history in git says."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime
from pathlib import Path

#: Seconds that git may take.
_PATIENCE = 20
_DAY = re.compile(r"@(\d{4}-\d{2}-\d{2})")


def last_changed(root: Path, folder: str, paths: Iterable[str]) -> Mapping[str, date]:
    """Path → day of its last commit, or of the file itself where it is newer than that or git does not know it.

    One question for all files of a folder. The oldest commit of a shallow clone says nothing: its files look as if
    they came with it, so they are left out.
    """
    committed, edited = _committed(root, folder), _edited(root, folder)
    found: dict[str, date] = {}
    for path in paths:
        if path in committed and path not in edited:
            if (day := committed[path]) is not None:
                found[path] = day
        elif (root / path).is_file():
            found[path] = datetime.fromtimestamp((root / path).stat().st_mtime, UTC).date()
    return found


def _committed(root: Path, folder: str) -> dict[str, date | None]:
    """Path below `root` → day of its last commit; None = older than a shallow clone reaches."""
    ends = _shallow_ends(root)
    day: date | None = None
    found: dict[str, date | None] = {}
    told = _git(root, "log", "--format=@%cs %H", "--name-only", "--relative", "--", folder)
    for line in told.splitlines():
        if match := _DAY.match(line):
            day = None if line.partition(" ")[2] in ends else date.fromisoformat(match[1])
        elif line:
            found.setdefault(line, day)
    return found


def _shallow_ends(root: Path) -> list[str]:
    """Commits before which the clone has nothing."""
    place = _git(root, "rev-parse", "--git-path", "shallow").strip()
    file = root / place
    return file.read_text("utf-8").split() if place and file.is_file() else []


def _edited(root: Path, folder: str) -> set[str]:
    """Paths that are not as the last commit has them."""
    told = _git(root, "diff", "--name-only", "--relative", "HEAD", "--", folder)
    return set(told.splitlines())


def _git(root: Path, *arguments: str) -> str:
    """What git prints; "" where there is no git, or no repository."""
    git = shutil.which("git")
    if git is None:
        return ""
    try:
        done = subprocess.run(
            [git, "-c", "core.quotepath=off", "-C", str(root), *arguments],
            capture_output=True,
            text=True,
            encoding="utf-8",
            check=False,
            timeout=_PATIENCE,
            env={name: value for name, value in os.environ.items() if not name.startswith("GIT_")},
        )
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return done.stdout if done.returncode == 0 else ""
