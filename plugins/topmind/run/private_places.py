"""Where files with people in them may lie: nowhere that a build publishes or a commit takes along."""

from __future__ import annotations

import os
import secrets
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from topmind.errors import UsageError


def refuse_published(root: Path, path: Path) -> None:
    """Raises UsageError for a place among the files that a site is made of, or that it is made into."""
    real = path.resolve()
    for folder in ("content", "output"):
        if real.is_relative_to((root / folder).resolve()):
            raise UsageError(
                f"lies below {folder}/, which is published; nothing was written.",
                where=path.name,
                fix="Choose a place below var/, or outside of the project.",
            )


def refuse_tracked(root: Path, path: Path) -> None:
    """Raises UsageError for a place from which people may get into git: among the project's files, or in any
    checkout that does not ignore it."""
    refuse_published(root, path)
    real, project = path.resolve(), root.resolve()
    inside = real.is_relative_to(project) and not real.is_relative_to(project / "var")
    if inside or _in_git(real):
        raise UsageError(
            "names people, and a commit would take it along; nothing was written.",
            where=path.name,
            fix="Choose a place below var/ (which git ignores), or outside of every git folder.",
        )


def _in_git(path: Path) -> bool:
    """Whether git would take the path; where there is a checkout and no git to ask, it would."""
    folder = next(parent for parent in path.parents if parent.is_dir())
    if not any((parent / ".git").exists() for parent in (folder, *folder.parents)):
        return False
    git = shutil.which("git")
    if git is None:
        return True
    asked = subprocess.run(
        [git, "-C", str(folder), "check-ignore", "--quiet", "--", str(path)],
        capture_output=True,
        check=False,
        env={name: value for name, value in os.environ.items() if not name.startswith("GIT_")},
    )
    # 0: ignored; 1: not; 128: no checkout after all, or git refuses to say
    return asked.returncode != 0


@contextmanager
def new_file(path: Path) -> Iterator[Path]:
    """A draft beside `path`, to be written in the block, that gets its name in the end; nothing is left else.

    Never over another file: raises UsageError.
    """
    if path.exists():
        raise _there(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f".{path.name}.{secrets.token_hex(4)}.tmp")
    try:
        yield draft
        _named(draft, path)
    finally:
        draft.unlink(missing_ok=True)


def _named(draft: Path, path: Path) -> None:
    try:
        os.link(draft, path)  # unlike rename, fails where somebody else has just made one
    except FileExistsError:
        raise _there(path) from None
    except OSError:  # a stick or a share that knows no links
        if path.exists():
            raise _there(path) from None
        draft.rename(path)


@contextmanager
def new_folder(path: Path) -> Iterator[Path]:
    """The same for a folder (0700); `path` may be there if it is empty."""
    if path.exists() and (not path.is_dir() or any(path.iterdir())):
        raise _there(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f".{path.name}.{secrets.token_hex(4)}.tmp")
    draft.mkdir(mode=0o700)
    try:
        yield draft
        try:
            draft.rename(path)
        except OSError:
            if path.exists() and any(path.iterdir()):
                raise _there(path) from None
            raise
    finally:
        shutil.rmtree(draft, ignore_errors=True)


def _there(path: Path) -> UsageError:
    return UsageError("is there already; nothing was written.", where=path.name, fix="Choose another name.")
