"""`ready: yes` in an issue's own file: the word that `approve: ready` waits for, written and taken back."""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path

from topmind.catalog import front_matter
from topmind.catalog.findings import Wrong
from topmind.errors import UsageError
from topmind.model import Newsletter
from topmind.run import mending
from topmind.run.mending import Mended
from topmind.run.private_places import new_file

_LINE_ENDS = re.compile(r"(\r\n|\r|\n)")
_MARK = "\ufeff"


def write(root: Path, letter: Newsletter, day: date, *, ready: bool) -> str:
    """Say of the issue of `day` whether it is ready; its file's path below `root`.

    One line of the head changes, or is written below its last; a file that is not there yet is made and holds nothing
    else. Whole or not at all. Raises UsageError where nothing was said of it, where its head cannot be read, or where
    somebody has changed the file in this very moment.
    """
    path = letter.file_of(day)
    try:
        before = (root / path).read_bytes()
    except FileNotFoundError:
        if not ready:
            raise UsageError("nobody said that it is ready.", where=path) from None
        _create(root / path, path)
        return path
    after = changed(before, path, ready=ready)
    if after != before and mending.write(root, [Mended(path, before, after, ())]):
        raise _meanwhile(path)
    return path


def changed(raw: bytes, path: str, *, ready: bool) -> bytes:
    """The file with the word in its head, every other byte as it was. Raises UsageError."""
    word = f"ready: {'yes' if ready else 'no'}"
    try:
        head = front_matter.read(front_matter.decode(raw), path)
    except Wrong as wrong:
        raise UsageError(wrong.says, where=f"{path}:{wrong.line or 1}", fix=wrong.fix) from None
    if head.problems:
        first = head.problems[0]
        raise UsageError(first.says, where=f"{path}:{first.line}", fix=first.fix)
    text = raw.decode("utf-8")
    mark, text = (_MARK, text[1:]) if text.startswith(_MARK) else ("", text)
    parts = _LINE_ENDS.split(text)
    end = parts[1] if len(parts) > 1 else "\n"
    entry = head.entries.get("ready")
    if entry is not None:
        del parts[entry.line * 2 : (entry.line + len(entry.below)) * 2]
        parts[(entry.line - 1) * 2] = word
    elif head.entries or _fenced(parts[::2]):
        at = _below(parts[::2]) * 2
        parts[at:at] = [word, end]
    else:
        parts[:0] = ["---", end, word, end, "---", end]
    return (mark + "".join(parts)).encode()


def _fenced(lines: list[str]) -> bool:
    """Whether there is a head between `---` lines, with or without a key in it."""
    return next((line.rstrip() for line in lines if line.strip()), "") == "---"


def _below(lines: list[str]) -> int:
    """Index of the line before which a further line of the head stands: its closing one, or the first blank one."""
    start = next(i for i, line in enumerate(lines) if line.strip())
    closing = {"---", "..."} if lines[start].rstrip() == "---" else {""}
    return next((i for i in range(start + 1, len(lines)) if lines[i].rstrip() in closing), len(lines) - 1)


def _create(file: Path, path: str) -> None:
    """Never over one that is there."""
    try:
        with new_file(file) as draft:
            draft.write_text("---\nready: yes\n---\n", "utf-8")
    except UsageError:
        raise _meanwhile(path) from None


def _meanwhile(path: str) -> UsageError:
    return UsageError(
        "somebody has just changed this file.", where=path, fix="Look at it again, then say it again."
    )
