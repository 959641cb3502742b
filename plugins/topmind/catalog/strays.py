"""Files that look like ours and that nothing reads: a misspelt folder must not lose its items in silence.
Links that lead out of `content/`: what they name must not become public because a file name ends in .md or .png."""

from __future__ import annotations

import os
from collections.abc import Callable, Collection
from pathlib import Path, PurePosixPath

from topmind.catalog.findings import Findings, did_you_mean
from topmind.model import Kind

#: Folders below `content/` beside those of the kinds.
FOLDERS = frozenset({"pages", "images", "newsletters", "sequences", "team"}) | {kind.folder for kind in Kind}
_MARKDOWN = frozenset({".md", ".markdown", ".mdown", ".mkd", ".mdwn"})
#: What an office program makes of a text; in our own folders it was meant for readers.
_OFFICE = frozenset({".txt", ".rtf", ".doc", ".docx", ".odt"})


def check(root: Path, read: Collection[str], ignored: Callable[[str], bool], findings: Findings) -> None:
    """An error for each folder or file with Markdown that no reader took; pages belong to the site."""
    said = _links(root, findings)
    for path in _markdown(root):
        if path in read or ignored(path) or path.startswith(("content/pages/", "content/images/")):
            continue
        place, rule, says, fix = _why(root, path)
        if place not in said:
            said.add(place)
            findings.error(rule, place, 0, says, fix)


def _links(root: Path, findings: Findings) -> set[str]:
    """An error for each symbolic link that is not a file of `content/` or `segments/` itself; their paths."""
    said: set[str] = set()
    for top in ("content", "segments"):
        inside = (root / top).resolve()
        for folder, below, names in os.walk(root / top):
            for entry in (*below, *names):
                file = Path(folder) / entry
                if not file.is_symlink():
                    continue
                path = file.relative_to(root).as_posix()
                try:
                    target = file.resolve(strict=True)
                except (OSError, RuntimeError):  # RuntimeError: a link to itself, up to Python 3.12
                    says = "is a link that leads nowhere."
                else:
                    if target.is_file() and target.is_relative_to(inside):
                        continue
                    says = (
                        f"is a link that leads out of {top}/."
                        if target.is_file()
                        else "is a link to no file."
                    )
                said.add(path)
                findings.error("file/link", path, 0, says, "Put the file itself there.")
    return said


def skipped(path: str) -> bool:
    """Hidden files, and notes to developers, are none of ours."""
    pure = PurePosixPath(path)
    return pure.stem.lower() == "readme" or any(part.startswith(".") for part in pure.parts)


def _markdown(root: Path) -> list[str]:
    found: list[str] = []
    for top in ("content", "segments"):
        for folder, below, names in os.walk(root / top):
            base = Path(folder).relative_to(root).as_posix()
            paths = (
                f"{base}/{name}"
                for name in (*below, *names)
                if PurePosixPath(name).suffix.lower() in (_MARKDOWN | _OFFICE if _ours(base) else _MARKDOWN)
            )
            found += [path for path in paths if not skipped(path)]
    return sorted(found)


def _ours(folder: str) -> bool:
    """Whether `content/tips`, `segments` … holds texts of ours only."""
    top, _, rest = folder.partition("/")
    return top == "segments" or rest.partition("/")[0] in FOLDERS - {"images", "pages"}


def _why(root: Path, path: str) -> tuple[str, str, str, str]:
    """(place, rule, what is wrong, what to do) for one file that nothing read."""
    parts = PurePosixPath(path).parts
    if (root / path).is_dir():
        return (
            path,
            "file/folder",
            "is a folder with the name of a file.",
            "Rename it, or move its files out.",
        )
    if parts[0] == "content" and len(parts) > 2 and parts[1] not in FOLDERS:
        place = "/".join(parts[:2])
        return (
            place,
            "file/unknown-folder",
            "nothing reads this folder.",
            did_you_mean(parts[1], FOLDERS, what="Folders"),
        )
    if not path.endswith(".md"):
        fix = "Save it as plain text with a name that ends in .md."
        return path, "file/suffix", "nothing reads this file.", fix
    if parts[0] == "content" and len(parts) == 4 and parts[1] in {"newsletters", "sequences"}:
        place = "/".join(parts[:3])
        if not (root / f"{place}.md").is_file():
            fix = "Write that file, or give the folder its name."
            return (
                place,
                f"{parts[1][:-1]}/no-file",
                f"there is no {place}.md, so nothing in this folder is read.",
                fix,
            )
    return (
        path,
        "file/unknown-place",
        "nothing reads this file.",
        "Move it into a folder such as content/tips/.",
    )
