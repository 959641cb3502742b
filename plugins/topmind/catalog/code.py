"""Where a Markdown text is code: there fences and merge tags are only shown, never obeyed."""

from __future__ import annotations

import re
from dataclasses import dataclass

from markdown.extensions.fenced_code import FencedBlockPreprocessor

#: The very pattern that python-markdown uses: what it takes for code is code here, and nothing else is.
_FENCED: re.Pattern[str] = FencedBlockPreprocessor.FENCED_BLOCK_RE
_FENCE_LINE = re.compile(r"(?:`{3,}|~{3,})")
_SPAN = re.compile(r"(?<![\\`])(`+)(?!`)((?:(?!\n[ \t]*\n).)+?)(?<!`)\1(?!`)", re.DOTALL)
_HTML = re.compile(r"<(pre|code|script|style)\b[^>]*>.*?</\1\s*>", re.DOTALL | re.IGNORECASE)
_LIST = re.compile(r"[ ]{0,3}(?:[-*+]|\d+[.)]|\[\^[^\]]+\]:|:)(?:[ \t]|$)")


@dataclass(frozen=True, slots=True)
class Code:
    """The code of one text."""

    #: Index of each line (from 0) inside a fenced block, its fence lines included.
    fenced: frozenset[int]
    #: Lines of indented code blocks.
    indented: frozenset[int]
    #: A line of three back-ticks or tildes that opens nothing python-markdown would close.
    open_fences: tuple[int, ...]


def code_lines(text: str) -> Code:
    """Find fenced and indented code, line by line."""
    lines = text.split("\n")
    fenced: set[int] = set()
    if "```" in text or "~~~" in text:
        for match in _FENCED.finditer(text):
            first = text.count("\n", 0, match.start())
            fenced.update(range(first, first + text.count("\n", match.start(), match.end()) + 1))
    open_fences = tuple(
        i for i, line in enumerate(lines) if i not in fenced and _FENCE_LINE.match(line) and not _inline(line)
    )
    return Code(frozenset(fenced), _indented(lines, fenced), open_fences)


def _inline(line: str) -> bool:
    """Whether a line of back-ticks closes on itself (a code span)."""
    return bool(_SPAN.match(line))


def _indented(lines: list[str], fenced: set[int]) -> frozenset[int]:
    """Lines that python-markdown shows as an indented code block: after a blank line, outside lists."""
    found: set[int] = set()
    blank, in_list, in_code = True, False, False
    for index, line in enumerate(lines):
        if index in fenced:
            blank, in_code, in_list = False, False, False
            continue
        if not line.strip():
            blank = True
            continue
        if line.startswith(("    ", "\t")):
            in_code = not in_list and (in_code or blank)
            if in_code:
                found.add(index)
        else:
            in_code = False
            in_list = bool(_LIST.match(line)) or (in_list and (not blank or line.startswith(" ")))
        blank = False
    return frozenset(found)


def literal_spans(text: str) -> list[tuple[int, int]]:
    """(start, end) of every stretch of code in a text: fenced, indented, `spans`, `<pre>`, `<code>`."""
    spans: list[tuple[int, int]] = []
    if "```" in text or "~~~" in text:
        spans += [match.span() for match in _FENCED.finditer(text)]
    code = code_lines(text) if "    " in text or "\t" in text else None
    if code and code.indented:
        at = 0
        for index, line in enumerate(text.split("\n")):
            if index in code.indented:
                spans.append((at, at + len(line)))
            at += len(line) + 1
    if "`" in text:
        spans += [m.span() for m in _SPAN.finditer(text) if not _inside(m.start(), spans)]
    if "<" in text:
        spans += [match.span() for match in _HTML.finditer(text) if not _inside(match.start(), spans)]
    return sorted(spans)


def _inside(position: int, spans: list[tuple[int, int]]) -> bool:
    return any(start <= position < end for start, end in spans)
