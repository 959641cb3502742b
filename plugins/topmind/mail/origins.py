"""Where in a theme's files a place of the rendered MJML was written.

A theme is rendered once without this. Only when the guard refuses the result it is rendered again, with a mark
before each piece of literal text that says file, line and column; the marks are taken out again and kept as a map.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator, Mapping

from jinja2.environment import Environment
from jinja2.ext import Extension
from jinja2.lexer import Token, TokenStream

from topmind.mail.guard import Origin

#: Control characters: no mail has any, the guard takes them out of words.
_MARK = re.compile("\x01([^\x01\x02]*):([0-9]+):([0-9]+)\x02")
MARKS = "\x01\x02"


def _plain(text: str) -> str:
    return text.replace("\x01", "").replace("\x02", "")


class Marking(Extension):
    """Writes `\\x01file:line:column\\x02` before each piece of a theme's literal text."""

    def __init__(self, environment: Environment) -> None:
        super().__init__(environment)
        self._sources: dict[str | None, list[str]] = {}

    def preprocess(self, source: str, name: str | None, filename: str | None = None) -> str:
        """Remembers the lines, for the lexer names no column."""
        self._sources[name] = source.split("\n")
        return source

    def filter_stream(self, stream: TokenStream) -> Iterator[Token]:
        """The same tokens, the text among them with marks."""
        lines = self._sources.get(stream.name, [])
        seen: tuple[int, int] = (0, 0)
        for token in stream:
            if token.type != "data":
                yield token
                continue
            pieces = str(token.value).split("\n")
            for at, piece in enumerate(pieces):
                number = token.lineno + at
                if not piece.strip() or number > len(lines):
                    continue
                column = lines[number - 1].find(piece, seen[1] if seen[0] == number else 0)
                seen = (number, max(column, 0) + len(piece))
                pieces[at] = f"\x01{stream.name}:{number}:{max(column, 0) + 1}\x02{piece}"
            yield Token(token.lineno, "data", "\n".join(pieces))


class Origins:
    """The map of one rendered theme."""

    def __init__(self, marked: str, folder: str, files: Mapping[str, str], theme: str) -> None:
        """`marked`: what a `Marking` environment rendered of the file `theme`. `files`: texts by name."""
        marked = f"\x01{theme}:1:1\x02{marked}"
        self._folder, self._files = folder, files
        self._starts: list[int] = []
        self._places: list[tuple[str, int, int, int]] = []
        parts: list[str] = []
        length = at = 0
        for mark in _MARK.finditer(marked):
            parts.append(_plain(marked[at : mark.start()]))
            length += len(parts[-1])
            at = mark.end()
            ends = (found for sign in "\n\x01" if (found := marked.find(sign, at)) >= 0)
            self._starts.append(length)
            self._places.append((mark[1], int(mark[2]), int(mark[3]), min(ends, default=len(marked)) - at))
        parts.append(_plain(marked[at:]))
        #: The MJML without marks.
        self.mjml = "".join(parts)
        self._lines = [0]
        for part in self.mjml.split("\n"):
            self._lines.append(self._lines[-1] + len(part) + 1)

    def __call__(self, line: int, column: int) -> Origin:
        """The place in the theme; for words that a theme only passes on, the piece of the theme before them."""
        offset = self._lines[min(line, len(self._lines)) - 1] + column - 1
        at = bisect_right(self._starts, offset) - 1
        name, number, start, length = self._places[at]
        text = self._files[name].split("\n")[number - 1]
        column = start + min(offset - self._starts[at], length)
        return Origin(f"{self._folder}/{name}", number, min(column, len(text)), text)
