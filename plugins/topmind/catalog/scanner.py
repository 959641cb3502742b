"""The line scanner of `///` fences. It fails closed: what is not a well-formed, closed block is an error.

(pymdownx.blocks prints a misspelt or indented block to everybody, and an unclosed one swallows the rest.)
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TypeAlias

from topmind.catalog import merge_tags, phrases
from topmind.catalog.code import Code, code_lines
from topmind.catalog.findings import Wrong, did_you_mean, nearest
from topmind.model import Body, Condition, Level, MergeTag, Problem, Slot, Text

#: Blocks that hold text and need a bare `///` to close.
CONTAINERS = ("for", "not for", "callout", "columns")
#: Lines that divide the open block.
DIVIDERS = ("for everyone else", "column")
#: One line each.
SINGLE = ("slot", "button", "coupon", "testimonial", "item", "video")
WORDS = (*CONTAINERS, *DIVIDERS, *SINGLE)
#: Deeper nesting is nobody's wish and could crash a compiler further down.
MAX_DEPTH = 6

_FENCE = re.compile(r"///[ \t]*(?P<rest>[^/].*|)$")
_HIDDEN = "\\s\u200b\u200c\u200d\u2060\ufeff"
#: What looks like a fence but is none: indented, quoted, in a list, two or four slashes.
_LOOKALIKE = re.compile(
    rf"[{_HIDDEN}>*+\-|\\]*(?:\d+[.)][{_HIDDEN}]*)?(?P<slashes>[/／∕⁄]{{2,}})(?P<rest>.*)$"
)
_MIDLINE = re.compile(rf"//+\s*(?:{'|'.join(WORDS)})\s*\|")
_CODE = re.compile(r"[A-Za-z0-9_-]{2,40}")
_ITEM_ID = re.compile(r"[\w-]+(?:/[\w.-]+)+")
_NAME = re.compile(r"[a-z0-9][a-z0-9_-]*")
_TARGET = re.compile(
    r"(?:https?://[^\s]+|mailto:\S+|tel:[\d+() .-]+|answer:[a-z0-9]+(?:-[a-z0-9]+)*|/(?!/)\S*|#\S+)",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Words:
    """A run of ordinary Markdown lines."""

    text: str
    #: Line of the file, from 1.
    line: int


@dataclass(frozen=True, slots=True)
class Branch:
    """One part of a container: what stands between its fences."""

    parts: tuple[Part, ...]
    #: Index of the condition under which it is seen; None = always.
    condition: int | None
    line: int


@dataclass(frozen=True, slots=True)
class Container:
    """`for`, `not for`, `callout` or `columns` with its branches."""

    word: str
    branches: tuple[Branch, ...]
    title: Text
    line: int


@dataclass(frozen=True, slots=True)
class Single:
    """A block of one line."""

    word: str
    #: Slot: its index. Button: its address. Others: their one value.
    value: str
    label: Text = ()
    href: Text = ()
    line: int = 0


Part: TypeAlias = Words | Container | Single


@dataclass(frozen=True, slots=True, kw_only=True)
class Scan:
    """A scanned document."""

    parts: tuple[Part, ...]
    body: Body
    #: (segment, line) as the fences name them.
    segments: tuple[tuple[str, int], ...]
    #: (code, line) of each coupon.
    coupons: tuple[tuple[str, int], ...]
    problems: tuple[Problem, ...]


@dataclass(slots=True)
class _Open:
    """A container while it is being read."""

    word: str
    line: int
    title: Text = ()
    names: frozenset[str] = frozenset()
    branches: list[Branch] = field(default_factory=list)
    parts: list[Part] = field(default_factory=list)
    condition: int | None = None
    branch_line: int = 0
    divided: bool = False

    def end_branch(self, line: int) -> None:
        self.branches.append(Branch(tuple(self.parts), self.condition, self.branch_line))
        self.parts, self.branch_line = [], line


class _Scanner:
    """One pass over the lines of one document."""

    def __init__(self, text: str, path: str, line: int) -> None:
        self.path, self.first = path, line
        self.lines = text.split("\n")
        self.stack: list[_Open] = [_Open("", line, branch_line=line)]
        self.conditions: list[Condition] = []
        self.slots: list[Slot] = []
        self.refs: list[tuple[str, int]] = []
        self.coupons: list[tuple[str, int]] = []
        self.segments: list[tuple[str, int]] = []
        self.tags: list[MergeTag] = []
        self.problems: list[Problem] = []
        self.words: list[str] = []
        self.words_line = line

    def error(self, rule: str, line: int, says: str, fix: str = "") -> None:
        self.problems.append(
            Problem(rule=f"block/{rule}", level=Level.ERROR, path=self.path, line=line, says=says, fix=fix)
        )

    def run(self) -> None:
        """Read all lines."""
        text = "\n".join(self.lines)
        code = code_lines(text) if "//" in text or "／" in text or "```" in text or "~~~" in text else None
        for index, line in enumerate(self.lines):
            number = self.first + index
            if code is None or index in code.fenced:
                self.words.append(line)
                continue
            match = _FENCE.match(line) if line.startswith("///") else None
            if match is None:
                self.lookalike(line, number, index in code.indented)
                self.words.append(line)
                continue
            self.flush(number)
            self.fence(match["rest"].strip(), number)
            self.words_line = number + 1
        self.flush(0)
        for index in code.open_fences if code else ():
            self.error(
                "open-code",
                self.first + index,
                "this code fence opens nothing that is closed.",
                "Close it with the same line of back-ticks; after them stand one word or nothing.",
            )
        for opened in self.stack[1:]:
            self.error(
                "unclosed",
                opened.line,
                f"`/// {opened.word}` is never closed.",
                "Close it with a line `///`.",
            )

    def flush(self, next_line: int) -> None:
        """Close the run of ordinary lines."""
        if any(line.strip() for line in self.words):
            self.stack[-1].parts.append(Words("\n".join(self.words), self.words_line))
        self.words = []
        self.words_line = next_line

    def lookalike(self, line: str, number: int, in_code: bool) -> None:
        """A line that somebody meant as a fence and that would be printed as it stands."""
        if "//" not in line and "／" not in line and "∕" not in line and "⁄" not in line:
            return
        match = _LOOKALIKE.match(line)
        rest = match["rest"].strip() if match else ""
        word = rest.partition("|")[0].strip().lower()
        known = word in WORDS or bool(word and nearest(word, WORDS)) or ("|" in rest and len(word) < 25)
        if match and (known or (not rest and not in_code) or (not in_code and match["slashes"] == "///")):
            self.error(
                "misplaced",
                number,
                f"{line.strip()[:40]!r} looks like a block but is none.",
                "Begin the line with exactly three slashes; to show a block as an example, put it between ``` lines.",
            )
        elif not in_code and (mid := _MIDLINE.search(line)) and line.count("`", 0, mid.start()) % 2 == 0:
            self.error(
                "misplaced", number, "a block begins in the middle of a line.", "Put it on a line of its own."
            )

    def fence(self, rest: str, line: int) -> None:
        """One line that begins with three slashes."""
        if not rest:
            self.close(line)
            return
        head, bar, value = rest.partition("|")
        word = " ".join(head.split())
        if word not in WORDS:
            self.error(
                "unknown", line, f"`/// {word}` is no block.", did_you_mean(word, WORDS, what="Blocks")
            )
            return
        value = value.strip()
        try:
            if word in DIVIDERS:
                self.divide(word, value, line)
            elif word in CONTAINERS:
                self.open(word, value, bar != "", line)
            else:
                self.single(word, value, line)
        except Wrong as wrong:
            self.error(wrong.rule, line, f"`/// {word}`: {wrong.says}", wrong.fix)
            if word in CONTAINERS:  # so that its close is not reported too
                self.stack.append(_Open(word, line, branch_line=line))

    def close(self, line: int) -> None:
        if len(self.stack) == 1:
            self.error("nothing-open", line, "`///` closes nothing.", "Remove it, or open a block above it.")
            return
        opened = self.stack.pop()
        opened.end_branch(line)
        self.stack[-1].parts.append(Container(opened.word, tuple(opened.branches), opened.title, opened.line))

    def open(self, word: str, value: str, bar: bool, line: int) -> None:
        opened = _Open(word, line, branch_line=line)
        if len(self.stack) > MAX_DEPTH:
            raise Wrong(
                f"stands more than {MAX_DEPTH} blocks deep.", "Close some blocks first.", rule="too-deep"
            )
        if word in {"for", "not for"}:
            opened.names = self.names(value, word, line)
            opened.condition = self.condition(word, opened.names, line)
        elif word == "columns":
            if bar:
                raise Wrong(
                    "takes no value.",
                    "Write `/// columns`, then `/// column` between the parts.",
                    rule="value",
                )
            if any(outer.word == "columns" for outer in self.stack):
                raise Wrong("stands inside other columns.", "Close those first.", rule="nested")
        else:
            opened.title = self.text(value, line)
        self.stack.append(opened)

    def condition(self, word: str, names: frozenset[str], line: int) -> int:
        index = len(self.conditions)
        inside = tuple(outer.condition for outer in self.stack if outer.condition is not None)
        self.conditions.append(Condition(index=index, word=word, segments=names, inside=inside, line=line))
        return index

    def names(self, value: str, word: str, line: int) -> frozenset[str]:
        found = [name.strip() for name in value.split(",") if name.strip()]
        if not found:
            raise Wrong("names no segment.", f"Write `/// {word} | customers`.", rule="value")
        for name in found:
            if not _NAME.fullmatch(name):
                raise Wrong(
                    f"{name!r} is no name of a segment.",
                    "Write names as in `segments/`, with commas.",
                    rule="value",
                )
            self.segments.append((name, line))
        return frozenset(found)

    def divide(self, word: str, value: str, line: int) -> None:
        opened = self.stack[-1]
        owner = "columns" if word == "column" else "for"
        if value:
            raise Wrong("takes no value.", f"Write `/// {word}`.", rule="value")
        if opened.word == "not for" and word == "for everyone else":
            raise Wrong(
                "cannot stand after `/// not for`.",
                "Turn it round: `/// for | …`, then `/// for everyone else`.",
                rule="divider",
            )
        if opened.word != owner:
            fix = f"Close `/// {opened.word}` first." if opened.word else f"Open `/// {owner}` above it."
            raise Wrong(f"divides `/// {owner}`, which is not the open block here.", fix, rule="divider")
        if owner == "for" and opened.divided:
            raise Wrong("stands twice in one block.", "Keep one of them.", rule="divider")
        opened.end_branch(line)
        opened.divided = True
        if owner == "for":
            before, opened.condition = opened.condition, None
            if before is not None:  # None: its `for` was already reported
                self.stack.pop()
                opened.condition = self.condition("else", opened.names, line)
                self.stack.append(opened)

    def single(self, word: str, value: str, line: int) -> None:
        found = Single(word, value, line=line)
        if word == "slot":
            if any(outer.condition is not None for outer in self.stack):
                raise Wrong(
                    "stands inside `/// for`.",
                    "Put it outside: the `segments:` of items decide who gets them.",
                    rule="nested",
                )
            count, kinds, optional = phrases.read_slot(value)
            index = len(self.slots)
            self.slots.append(Slot(index=index, count=count, kinds=kinds, optional=optional, line=line))
            found = Single(word, str(index), line=line)
        elif word == "button":
            found = self.button(value, line)
        elif word == "coupon":
            if not _CODE.fullmatch(value):
                raise Wrong(f"{value!r} is no code.", "Write `/// coupon | THANKS10`.", rule="value")
            self.coupons.append((value, line))
        elif word == "video":
            if not re.fullmatch(r"https?://\S+", value):
                raise Wrong(f"{value!r} is no address.", "Write `/// video | https://…`.", rule="value")
        else:
            found = self.reference(word, value, line)
        self.stack[-1].parts.append(found)

    def reference(self, word: str, value: str, line: int) -> Single:
        full = value.removesuffix(".md")
        if word == "testimonial" and not full.startswith("testimonials/"):
            full = f"testimonials/{full}"
        if not _ITEM_ID.fullmatch(full):
            example = "anna-k" if word == "testimonial" else "tips/gutters"
            raise Wrong(f"{value!r} is no item.", f"Write `/// {word} | {example}`.", rule="value")
        self.refs.append((full, line))
        return Single(word, full, line=line)

    def button(self, value: str, line: int) -> Single:
        label, arrow, target = value.replace("→", "->").rpartition("->")
        label, target = label.strip(), target.strip()
        form = "Write `/// button | Book a visit -> https://…`."
        if not arrow or not label or not target:
            raise Wrong("needs words and an address.", form, rule="value")
        href = self.text(target, line)
        if isinstance(href[0], str) and not _TARGET.fullmatch(
            "".join(p if isinstance(p, str) else "x" for p in href)
        ):
            raise Wrong(
                f"{target!r} is no address that a reader can follow.",
                "Begin it with https://, mailto:, tel:, / or answer:.",
                rule="value",
            )
        return Single("button", target, self.text(label, line), href, line)

    def text(self, value: str, line: int) -> Text:
        parts, problems = merge_tags.parse(value, self.path, line)
        self.problems += problems
        self.tags += merge_tags.tags_of(parts)
        return parts


def scan(text: str, path: str, line: int) -> Scan:
    """Read the fences and merge tags of a body whose first line is `line` of the file."""
    scanner = _Scanner(text, path, line)
    scanner.run()
    parts = tuple(scanner.stack[0].parts)
    found, problems = _tags(parts, path)
    tags = sorted([*scanner.tags, *found], key=lambda tag: tag.line)
    body = Body(
        path=path,
        line=line,
        text=text,
        conditions=tuple(scanner.conditions),
        slots=tuple(scanner.slots),
        tags=tuple(tags),
        refs=tuple(scanner.refs),
        coupons=tuple(dict.fromkeys(code for code, _ in scanner.coupons)),
    )
    return Scan(
        parts=parts,
        body=body,
        segments=tuple(scanner.segments),
        coupons=tuple(scanner.coupons),
        problems=(*scanner.problems, *problems),
    )


def _tags(parts: tuple[Part, ...], path: str) -> tuple[list[MergeTag], list[Problem]]:
    """Merge tags of the ordinary text, branch by branch."""
    tags: list[MergeTag] = []
    problems: list[Problem] = []
    for part in parts:
        if isinstance(part, Words):
            found, wrong = merge_tags.find(part.text, path, part.line)
            tags += [one.tag for one in found]
            problems += wrong
        elif isinstance(part, Container):
            for branch in part.branches:
                more, worse = _tags(branch.parts, path)
                tags += more
                problems += worse
    return tags, problems


def drop_shortcodes(text: str, names: list[str]) -> str:
    """Take calls of ignored shortcodes out (the call in its brackets, not its line); line numbers stay."""
    if not names or "{" not in text:
        return text
    words = "|".join(re.escape(name) for name in sorted(names, key=len, reverse=True))
    call = re.compile(
        rf"""\{{\{{([<%])\s*/?\s*(?:{words})(?![\w-])(?:"(?:\\.|[^"\\])*"|`[^`]*`|(?![>%]\}}\}}).)*(?:[>%])\}}\}}|\{{%-?\s*(?:{words})(?![\w-]).*?%\}}""",
        re.DOTALL,
    )
    return call.sub(lambda match: "\n" * match[0].count("\n"), text)


__all__ = [
    "WORDS",
    "Branch",
    "Code",
    "Container",
    "Part",
    "Scan",
    "Single",
    "Words",
    "drop_shortcodes",
    "scan",
]
