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
#: A fence inside a list item or a quotation, and one right behind a bullet.
_INNER = re.compile(
    r"(?=[ \t>])(?P<quote>(?:[ ]{0,3}>[ ]?)*)(?P<indent>[ \t]*)(?P<fence>`{3,}|~{3,})[^`\n]*$"
)
_BEHIND = re.compile(r"[ \t>]*(?:[-*+]|\d+[.)])[ \t]+(?:`{3,}|~{3,})[^`\n]*$")
_QUOTE = re.compile(r"(?:[ ]{0,3}>[ ]?)+")
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
    """Lines that python-markdown shows as an indented code block: after a blank line, four columns further in than
    the words of the list item in which they stand."""
    found: set[int] = set()
    blank, depth, in_code, quote = True, 0, False, ""
    for index, written in enumerate(lines):
        if index in fenced:
            blank, in_code, depth = False, False, 0
            continue
        marks = _QUOTE.match(written)
        line = written[marks.end() :] if marks else written
        signs = marks[0].replace(" ", "") if marks else ""
        if signs != quote:
            blank, in_code, depth, quote = True, False, 0, signs
        if not line.strip():
            blank = True
            continue
        columns = _columns(line)
        in_code = columns >= 4 * (depth + 1) and (in_code or blank)
        if in_code:
            found.add(index)
        elif _LIST.match(line.lstrip()):
            depth = min(columns // 4, depth) + 1
        elif blank:
            depth = min(depth, columns // 4 if columns >= 4 else int(columns > 0))
        blank = False
    return frozenset(found)


def _columns(line: str) -> int:
    """Columns of white space before the first letter; a tab leads to the next multiple of four."""
    bare = line.expandtabs(4)
    return len(bare) - len(bare.lstrip())


@dataclass(frozen=True, slots=True)
class Unfenced:
    """A text without fences inside lists and quotations, line for line as long as before."""

    text: str
    #: Lines (from 0) of what stood between such fences, and the fences themselves.
    code: frozenset[int]
    #: Fences that open nothing, or stand where they cannot.
    open_fences: tuple[int, ...]


def unfenced(text: str) -> Unfenced:
    """Code between fences inside a list item or a quotation as indented code.

    python-markdown knows fences at the left margin only; elsewhere it would run the lines of code together.
    """
    lines = text.split("\n")
    if "```" not in text and "~~~" not in text:
        return Unfenced(text, frozenset(), ())
    if not any(_INNER.match(line) or _BEHIND.match(line) for line in lines):
        return Unfenced(text, frozenset(), ())
    outer = code_lines(text)
    skip = outer.fenced | outer.indented
    code: set[int] = set()
    wrong: list[int] = []
    for index, line in enumerate(lines):
        if index in skip or index in code:
            continue
        match = _INNER.match(line)
        if match is None:
            wrong += [index] if _BEHIND.match(line) else []
            continue
        end = _end(lines, index, match)
        if end is None:
            wrong.append(index)
            continue
        code.update(range(index, end + 1))
        depth = (
            -(-len(match["indent"].expandtabs(4)) // 4) if _inside_list(lines, index, match["quote"]) else 0
        )
        inner = [_code_line(line, match, depth) for line in lines[index + 1 : end]]
        # Two blank lines in a row would end a footnote.
        above = index > 0 and not _within(lines[index - 1], match["quote"]).strip()
        written = [*inner, "", ""] if above else ["", *inner, ""]
        lines[index : end + 1] = [f"{match['quote']}{line}".rstrip() for line in written]
    return Unfenced("\n".join(lines), frozenset(code), tuple(wrong))


def _code_line(line: str, opened: re.Match[str], depth: int) -> str:
    """One line of code, four columns further in than the words of its list item."""
    rest = _within(line, opened["quote"]).expandtabs(4)
    kept = rest[min(_columns(rest), len(opened["indent"].expandtabs(4))) :]
    return " " * 4 * (depth + 1) + kept if kept.strip() else ""


def _end(lines: list[str], start: int, opened: re.Match[str]) -> int | None:
    """The line that closes a fence; None where its quotation ends before."""
    for at in range(start + 1, len(lines)):
        if opened["quote"].strip() and not lines[at].startswith(opened["quote"].rstrip()):
            return None
        found = _within(lines[at], opened["quote"]).strip()
        if len(found) >= len(opened["fence"]) and set(found) == {opened["fence"][0]}:
            return at
    return None


def _within(line: str, quote: str) -> str:
    """A line without the signs of its quotation."""
    return line.removeprefix(quote) if line.startswith(quote) else line.removeprefix(quote.rstrip())


def _inside_list(lines: list[str], index: int, quote: str) -> bool:
    """Whether a line that stands further in belongs to a list item above it."""
    for line in reversed(lines[:index]):
        rest = _within(line, quote)
        if not rest.strip():
            continue
        if _LIST.match(rest.lstrip()):
            return True
        if not rest.startswith((" ", "\t")):
            return False
    return False


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
