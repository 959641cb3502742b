"""How text files are written: what is said of them once, when they are new."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from topmind.audience.cache import Finding
from topmind.audience.csvfile import Fingerprint
from topmind.audience.staging import Raw


def forms_of(raws: Sequence[Raw]) -> Iterator[Finding]:
    """Notes on how text files were read, those of one form together."""
    for form in dict.fromkeys(raw.form for raw in raws if raw.form):
        names = [raw.shown for raw in raws if raw.form == form and raw.shown]
        which = f"{names[0]} " if len(names) == 1 else f"{len(names)} files " if names else ""
        yield Finding(rule="source/form", level="info", says=f"{which}read anew: {form}.")


def guessed(path: Path, mark: Fingerprint, paths: Sequence[Path]) -> Finding:
    """The note that nobody said in which encoding a file is."""
    which = path.name if len(paths) > 1 else "the file"
    return Finding(
        rule="source/encoding",
        level="info",
        says=f"{which} is not UTF-8; it was read as {mark.encoding}.",
        fix='Export it as UTF-8, or say encoding = "cp1252" in segments/_audience.toml.',
    )
