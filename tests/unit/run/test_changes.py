"""When a file was last changed, by a real git."""

from __future__ import annotations

import os
import subprocess
from datetime import UTC, date, datetime
from pathlib import Path

from topmind.run.changes import last_changed

PATHS = ("segments/a.md", "segments/b.md", "segments/ñ.md")


def git(root: Path, *words: str, day: str = "2026-11-01") -> None:
    """One command on a day of its own."""
    when = f"{day}T12:00:00+00:00"
    who = {"NAME": "Dana", "EMAIL": "dana@example.com", "DATE": when}
    env = {f"GIT_{role}_{key}": value for role in ("AUTHOR", "COMMITTER") for key, value in who.items()}
    subprocess.run(
        ["git", "-C", str(root), *words], check=True, capture_output=True, env={**os.environ, **env}
    )


def a_checkout(root: Path) -> Path:
    """A project below the top of its repository; two segments of the first day, one of them changed later."""
    project = root / "site"
    (project / "segments").mkdir(parents=True)
    git(root, "init", "-q")
    for path in PATHS:
        write(project / path, "one", "2026-12-24")
    git(root, "add", ".")
    git(root, "commit", "-qm", "first")
    write(project / PATHS[0], "two", "2026-12-24")
    git(root, "commit", "-qam", "second", day="2026-11-20")
    return project


def write(path: Path, text: str, day: str) -> None:
    """A file of this day."""
    path.write_text(text, "utf-8")
    stamp = datetime.fromisoformat(f"{day}T12:00:00").replace(tzinfo=UTC).timestamp()
    os.utime(path, (stamp, stamp))


def test_the_last_commit_of_each_file(tmp_path: Path) -> None:
    """Not the day on which the checkout was made; letters beyond ASCII in a name do no harm."""
    found = last_changed(a_checkout(tmp_path), "segments", PATHS)
    assert found == dict(zip(PATHS, (date(2026, 11, 20), date(2026, 11, 1), date(2026, 11, 1)), strict=True))


def test_a_file_that_is_not_committed_has_its_own_day(tmp_path: Path) -> None:
    """Edited since, and not known to git at all."""
    project = a_checkout(tmp_path)
    write(project / PATHS[1], "edited", "2026-11-28")
    write(project / "segments" / "new.md", "new", "2026-11-29")
    found = last_changed(project, "segments", (PATHS[1], "segments/new.md", "segments/gone.md"))
    assert found == {PATHS[1]: date(2026, 11, 28), "segments/new.md": date(2026, 11, 29)}


def test_a_shallow_clone_says_nothing_of_what_it_does_not_know(tmp_path: Path) -> None:
    """Its oldest commit seems to bring every file; one that a commit in it changed is told."""
    a_checkout(tmp_path / "whole")
    write(tmp_path / "whole" / "site" / PATHS[1], "three", "2026-12-24")
    git(tmp_path / "whole", "commit", "-qam", "third", day="2026-11-25")
    git(tmp_path, "clone", "-q", "--depth", "2", (tmp_path / "whole").as_uri(), "shallow")
    found = last_changed(tmp_path / "shallow" / "site", "segments", PATHS)
    assert found == {PATHS[1]: date(2026, 11, 25)}


def test_without_a_repository_the_file_tells(tmp_path: Path) -> None:
    """A project that is in no git."""
    (tmp_path / "segments").mkdir()
    write(tmp_path / PATHS[0], "one", "2026-11-30")
    assert last_changed(tmp_path, "segments", PATHS) == {PATHS[0]: date(2026, 11, 30)}
