"""A body as its author wrote it, without code: its links, headings and sentences, each with its line.

Rules point at lines, and a block tree has none; so they read the Markdown itself, with these few patterns.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from topmind.model import Body

# Lengths are bounded: else a file of brackets alone would take the square of its length.
_FENCE = re.compile(r"^[ \t]*(```|~~~).*?(?:^[ \t]*\1[ \t]*$|\Z)", re.MULTILINE | re.DOTALL)
_QUIET = re.compile(r"`[^`\n]{0,2000}`|<!--(?:(?!<!--).)*?-->", re.DOTALL)
_LINK = re.compile(
    r"""
    (?<![!\\])\[(?P<words>(?:!\[[^\]]{0,500}\]\([^)]{0,2000}\)|\\.|[^\[\]\\]){0,500})\]\(\s{0,9}<?(?P<target>\{\{.{0,200}?\}\}[^)\s>]*|[^)\s>]*)
    | ^///[ \t]*button[ \t]*\|(?P<label>.*)->[ \t]*(?P<to>\S.*?)[ \t]*$
    | ^///[ \t]*video[ \t]*\|[ \t]*(?P<video>\S+)
    | <a\b[^>]{0,500}?\bhref=["'](?P<href>[^"']{1,2000})["'][^>]{0,500}>(?P<inner>.{0,500}?)</a>
    | <(?P<auto>https?://[^>\s]+)>
    | ^[ ]{0,3}\[(?P<ref>[^\]^]{1,500})\]:[ \t]*<?(?P<at>[^\s>]+)
    | (?<![\w(<"'=/\]:{])(?P<bare>https?://[^\s<>()\[\]"']+)
    """,
    re.VERBOSE | re.MULTILINE | re.DOTALL,
)
_ALT = re.compile(r"!\[([^\]]{0,500})\]\([^)]{0,2000}\)")
_MARKS = re.compile(r"<[^>]{1,2000}>|[*_~]{1,3}(?=\S)|(?<=\S)[*_~]{1,3}")
_ATX = re.compile(r"^ {0,3}(#{1,6})(?![^ \t])(.*)")
#: Behind a heading's words: what is said of it (`{#ice}`), and the marks that close it.
_SAID_OF = re.compile(r"\{[:#][^{}\n]{0,500}\}\Z")
_CLOSING = re.compile(r"(?:\A|(?<=[ \t]))#+\Z")
_UNDERLINE = re.compile(r"^ {0,3}(=+|-{2,})[ \t]*$")


@dataclass(frozen=True, slots=True)
class Link:
    """One link of a body."""

    line: int
    #: What readers see of it; "" = a picture without words, or a target that is named elsewhere.
    words: str
    target: str
    #: The address itself is what readers see.
    bare: bool = False


@dataclass(frozen=True, slots=True)
class Heading:
    """One heading of a body: `## Words`."""

    line: int
    #: 1 to 6.
    level: int
    words: str


def source(body: Body) -> str:
    """The text with code and comments blanked: every line is where it was."""
    return _blanked(body.text)


@lru_cache(maxsize=1024)  # a dozen rules read each text
def _blanked(text: str) -> str:
    for pattern in (_FENCE, _QUIET):
        if "`" in text or "~~~" in text or "<!--" in text:
            text = pattern.sub(lambda match: re.sub(r"[^\n]", " ", match[0]), text)
    return text


def numbered(body: Body) -> list[tuple[int, str]]:
    """(line of the file, text), without code."""
    return list(enumerate(source(body).split("\n"), body.line))


def links(body: Body) -> tuple[Link, ...]:
    """Every link, in written order; pictures are none."""
    text = source(body)
    if (
        "](" not in text
        and "://" not in text
        and "href" not in text
        and "->" not in text
        and "]:" not in text
    ):
        return ()
    return tuple(
        _link(match, body.line + text.count("\n", 0, match.start())) for match in _LINK.finditer(text)
    )


def _link(match: re.Match[str], line: int) -> Link:
    bare = match["auto"] or match["bare"]
    if bare:
        address = bare.rstrip(".,;:!?")
        return Link(line, address, address, bare=True)
    words = match["words"] or match["label"] or match["inner"] or ""
    target = match["target"] or match["to"] or match["href"] or match["at"] or match["video"] or ""
    seen = _plain(words)
    return Link(line, seen, target, bare=bool(re.match(r"https?://\S+$|www\.[^\s/]+/\S+$", seen)))


def _plain(words: str) -> str:
    """Without pictures, emphasis and line ends."""
    return " ".join(_MARKS.sub("", _ALT.sub(r"\1", words)).split())


def headings(body: Body) -> Iterator[Heading]:
    """Every heading, `#` or underlined, in written order; `words` with their marks."""
    before = ""
    quiet, written = source(body).split("\n"), body.text.split("\n")
    for number, (text, whole) in enumerate(zip(quiet, written, strict=True), body.line):
        match = _ATX.match(whole) if text.lstrip().startswith("#") else None
        under = _UNDERLINE.match(text)
        if match:
            words = _SAID_OF.sub("", match[2].strip()).rstrip()
            yield Heading(number, len(match[1]), _CLOSING.sub("", words).rstrip())
        elif under and before.strip() and not before.lstrip().startswith(("#", ">", "-", "*", "|", "///")):
            yield Heading(number - 1, 1 if under[1].startswith("=") else 2, before.strip())
        before = whole if text.strip() else ""


def paragraphs(body: Body) -> Iterator[tuple[int, str]]:
    """(line it begins on, words on one line) of each paragraph, list item and cell of prose, without marks."""
    at, kept = 0, list[str]()
    for number, text in enumerate([*source(body).split("\n"), ""], body.line):
        bare = text.strip()
        begins = re.match(r"(?:[-*+]|\d+[.)])\s+", bare)
        skipped = not bare or bare.startswith(("///", "#", "|", "[^", "<")) or _UNDERLINE.match(text)
        if kept and (skipped or begins):
            yield at, prose(" ".join(kept))
            kept = []
        if skipped:
            continue
        if not kept:
            at = number
        kept.append(bare[begins.end() :] if begins else bare.lstrip("> "))


def prose(text: str) -> str:
    """Words as readers see them: links by their words, tags and marks gone, addresses out."""
    text = _ALT.sub(r"\1", text)
    text = re.sub(r"\[([^\]]{0,500})\]\([^)]{0,2000}\)", r"\1", text)
    text = re.sub(r"\{\{[^{}]{0,500}\}\}", "somebody", text)
    text = re.sub(r"https?://\S+|\{[:#][^}]{0,500}\}", "", text)
    return " ".join(_MARKS.sub("", text).split())
