"""A text file before it is read: its bytes' hash, encoding, byte-order mark, delimiter and header."""

from __future__ import annotations

import codecs
import csv
import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

#: Delimiters tried, in this order where equally good.
DELIMITERS = (",", ";", "\t", "|")
#: As messages call them.
NAMES = {",": "comma", ";": "semicolon", "\t": "tab", "|": "bar"}
_BLOCK = 1 << 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Fingerprint:
    """What one pass over a file's bytes tells."""

    #: 32 hex digits of BLAKE2b.
    digest: str
    size: int
    #: Python's name; "utf-8" also where a byte-order mark stands first.
    encoding: str
    #: Stated where it was guessed and not said: a finding.
    guessed: bool
    #: False where it holds zero bytes although it is not UTF-16.
    text: bool
    #: First line, decoded, without byte-order mark and line end.
    head: str


def fingerprint(path: Path, encoding: str | None = None) -> Fingerprint:
    """Hash a file and find its encoding: what is said, else the byte-order mark, else UTF-8 where every
    byte fits, else Windows-1252."""
    digest = hashlib.blake2b(digest_size=16)
    decoder = codecs.getincrementaldecoder("utf-8")()
    valid, size, start = True, 0, b""
    with path.open("rb") as file:
        while block := file.read(_BLOCK):
            start = start or block
            size += len(block)
            digest.update(block)
            if valid:
                try:
                    decoder.decode(block)
                except UnicodeDecodeError:
                    valid = False
    if valid and decoder.getstate()[0]:
        valid = False
    marked = start.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
    found = encoding or ("utf-16" if marked else "utf-8" if valid else "cp1252")
    return Fingerprint(
        digest=digest.hexdigest(),
        size=size,
        encoding=found,
        guessed=encoding is None and found == "cp1252",
        text=found.startswith("utf-16") or b"\0" not in start,
        head=_first_line(start, found),
    )


def has_mark(path: Path) -> bool:
    """Whether a byte-order mark stands first."""
    with path.open("rb") as file:
        start = file.read(3)
    return start.startswith((codecs.BOM_UTF8, codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))


def form_of(path: Path, mark: Fingerprint, delimiter: str) -> str:
    """How a text file is written, in words."""
    bom = " with a byte-order mark" if has_mark(path) else ""
    return f"{mark.encoding}{bom}, split by {NAMES.get(delimiter, repr(delimiter))}"


def _first_line(start: bytes, encoding: str) -> str:
    text = start.decode("utf-8-sig" if encoding == "utf-8" else encoding, errors="replace")
    lines = text.splitlines()
    return lines[0] if lines else ""


def read_header(head: str, wanted: Sequence[str], delimiter: str | None = None) -> tuple[str, list[str]]:
    """(delimiter, column names): the delimiter that finds most of the wanted columns, then most columns."""

    def names(mark: str) -> list[str]:
        row = next(csv.reader([head], delimiter=mark), [])
        return [name.strip() for name in row]

    if delimiter:
        return delimiter, names(delimiter)
    best = max(DELIMITERS, key=lambda mark: (len(set(wanted) & set(names(mark))), len(names(mark))))
    return best, names(best)


def transcode(source: Path, encoding: str, target: Path) -> None:
    """Write a copy in UTF-8, block by block."""
    with (
        source.open(encoding=encoding, errors="replace", newline="") as old,
        target.open("w", encoding="utf-8", newline="") as new,
    ):
        while block := old.read(_BLOCK):
            new.write(block)
