"""What is different between two mails, block by block and word by word, in the order of the newer one."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher

#: Numbers of links in a plain text, and the list of links at its end.
_NUMBERS = re.compile(r"\s?\[\d+\]")
_LIST = re.compile(r"^[ \t]*\[\d+\]:?\s.*$", re.MULTILINE)
#: Lines and stars that only draw.
_DRAWN = re.compile(r"(?<!\S)(?:[-=_·]{3,}|\*[* ]*)(?!\S)")
#: Two blocks are one that was changed if at least so much of them is the same.
ALIKE = 0.4


@dataclass(frozen=True, slots=True)
class Piece:
    """Some words: `same`, `gone` or `new`."""

    kind: str
    words: str


@dataclass(frozen=True, slots=True)
class Row:
    """One block: `same`, `gone`, `new` or `changed`."""

    kind: str
    pieces: tuple[Piece, ...]
    #: What it is, where that is no block of the text: "Subject".
    about: str = ""


def blocks(text: str) -> list[str]:
    """A plain text cut at its empty lines, on one line each; without the numbers of its links."""
    bare = _NUMBERS.sub("", _LIST.sub("", text))
    found = (" ".join(_DRAWN.sub(" ", part).split()) for part in re.split(r"\n\s*\n", bare))
    return [part for part in found if part]


def difference(old: str, new: str) -> tuple[Row, ...]:
    """The rows of two plain texts."""
    return tuple(_rows(blocks(old), blocks(new)))


def line_difference(old: str, new: str, about: str) -> Row:
    """Two lines that are the same thing: subjects, preheaders."""
    if old == new:
        return Row("same", (Piece("same", new),), about)
    if _alike(old, new) >= ALIKE:
        return Row("changed", tuple(_words(old.split(), new.split())), about)
    pieces = tuple(piece for piece in (Piece("gone", old), Piece("new", new)) if piece.words)
    return Row("changed", pieces, about)


def _rows(old: Sequence[str], new: Sequence[str]) -> Iterator[Row]:
    for tag, a, b, c, d in SequenceMatcher(a=old, b=new, autojunk=False).get_opcodes():
        if tag == "equal":
            yield from (Row("same", (Piece("same", words),)) for words in new[c:d])
        else:
            yield from _paired(list(old[a:b]), list(new[c:d]))


def _paired(old: list[str], new: list[str]) -> Iterator[Row]:
    """Blocks that became others: those that are alike side by side, the rest as gone and new."""
    for words in new:
        near = max(old, key=lambda other: _alike(other, words), default=None)
        if near is not None and _alike(near, words) >= ALIKE:
            place = old.index(near)
            yield from (Row("gone", (Piece("gone", gone),)) for gone in old[:place])
            del old[: place + 1]
            yield Row("changed", tuple(_words(near.split(), words.split())))
        else:
            yield Row("new", (Piece("new", words),))
    yield from (Row("gone", (Piece("gone", gone),)) for gone in old)


def _alike(one: str, other: str) -> float:
    return SequenceMatcher(a=one.split(), b=other.split(), autojunk=False).ratio()


def _words(old: list[str], new: list[str]) -> Iterator[Piece]:
    for tag, a, b, c, d in SequenceMatcher(a=old, b=new, autojunk=False).get_opcodes():
        if tag == "equal":
            yield Piece("same", " ".join(new[c:d]))
            continue
        if b > a:
            yield Piece("gone", " ".join(old[a:b]))
        if d > c:
            yield Piece("new", " ".join(new[c:d]))
