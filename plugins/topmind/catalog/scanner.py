"""The line scanner of `///` fences. It fails closed: what is not a well-formed, closed block is an error.

(pymdownx.blocks prints a misspelt or indented block to everybody, and an unclosed one swallows the rest.)
"""

from __future__ import annotations

from dataclasses import dataclass

from topmind.catalog import fences, merge_tags, phrases, slips
from topmind.catalog.code import code_lines, unfenced
from topmind.catalog.fences import CONTAINERS, DIVIDERS, WORDS, Branch, Container, Part, Single, Words
from topmind.catalog.findings import Wrong, did_you_mean, nearest
from topmind.catalog.open_blocks import OpenBlock
from topmind.catalog.shortcodes import drop_shortcodes
from topmind.model import Body, Condition, Edit, Level, MergeTag, PersonalCode, Problem, Slot, Text

__all__ = ["Branch", "Container", "Part", "Scan", "Single", "Words", "drop_shortcodes", "scan"]

#: Deeper nesting is nobody's wish and could crash a compiler further down.
MAX_DEPTH = 6
_MISPLACED = (
    "Begin the line with exactly three slashes; to show a block as an example, put it between ``` lines."
)


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


class _Scanner:
    """One pass over the lines of one document."""

    def __init__(self, text: str, path: str, line: int) -> None:
        self.path, self.first = path, line
        self.inner = unfenced(text)
        self.lines = self.inner.text.split("\n")
        self.stack: list[OpenBlock] = [OpenBlock("", line, branch_line=line)]
        self.conditions: list[Condition] = []
        self.slots: list[Slot] = []
        self.refs: list[tuple[str, int, int | None]] = []
        self.coupons: list[tuple[str, int]] = []
        self.personal: list[PersonalCode] = []
        self.segments: list[tuple[str, int]] = []
        self.tags: list[MergeTag] = []
        self.problems: list[Problem] = []
        self.words: list[str] = []
        self.words_line = line
        #: Misspelt blocks whose close may follow.
        self.unknown = 0
        #: Closes that a block took which was perhaps an example.
        self.taken = 0

    def error(self, rule: str, line: int, says: str, fix: str = "", edit: Edit | None = None) -> None:
        rule = f"block/{rule}"
        self.problems.append(
            Problem(rule=rule, level=Level.ERROR, path=self.path, line=line, says=says, fix=fix, edit=edit)
        )

    def run(self) -> None:
        """Read all lines."""
        text = "\n".join(self.lines)
        code = code_lines(text) if fences.may_hold(text) or "```" in text or "~~~" in text else None
        for index, line in enumerate(self.lines):
            number = self.first + index
            if code is None or index in code.fenced or index in self.inner.code:
                self.words.append(line)
                continue
            rest = fences.fence(line)
            if rest is None:
                in_code = index in code.indented
                if says := fences.looks_like_fence(line, in_code):
                    edit = None if in_code else fences.straightened(line)
                    self.error("misplaced", number, says, _MISPLACED, edit)
                    self.flush(number)
                    self.as_meant(fences.word_of(line), number, in_code)
                self.words.append(line)
                continue
            self.flush(number)
            self.fence(rest, number)
            self.words_line = number + 1
        self.flush(0)
        for index in (*(code.open_fences if code else ()), *self.inner.open_fences):
            self.error(
                "open-code",
                self.first + index,
                "this code fence opens nothing that is closed.",
                "Close it with the same line of back-ticks; each stands on a line of its own, and after the first one "
                "word or nothing.",
            )
        self.unclosed()

    def unclosed(self) -> None:
        """An error for each block that is still open."""
        for opened in [one for one in self.stack[1:] if not one.told][self.taken :]:
            says, fix = f"`/// {opened.word}` is never closed.", "Close it with a line `///`."
            self.error("unclosed", opened.line, says, fix)

    def as_meant(self, word: str | None, line: int, in_code: bool = False) -> None:
        """Go on as if a line that is wrong, and told, were right: no echo of it further down.

        `word`: the block that was meant; "" = a close; None = none that anybody knows.
        """
        if word in CONTAINERS:
            self.stack.append(OpenBlock(word, line, branch_line=line, told=True, example=in_code))
        elif word == "" and len(self.stack) > 1:
            self.stack.pop()
        elif word is None or word not in WORDS:
            self.unknown += 1

    def flush(self, next_line: int) -> None:
        """Close the run of ordinary lines."""
        if any(line.strip() for line in self.words):
            self.stack[-1].parts.append(Words("\n".join(self.words), self.words_line))
        self.words = []
        self.words_line = next_line

    def fence(self, rest: str, line: int) -> None:
        """One line that begins with three slashes."""
        if not rest:
            self.close(line)
            return
        head, bar, value = rest.partition("|")
        word = " ".join(head.split())
        if word not in WORDS:
            edit = slips.edit(word, WORDS) or fences.barred(rest)
            meant = fences.word_of(f"/// {edit.new}") if edit else nearest(word, WORDS)
            self.as_meant(meant or word, line)
            barred = f"Write `/// {edit.new}`." if edit and "|" in (edit.new or "") else ""
            fix = barred or did_you_mean(word, WORDS, what="Blocks")
            self.error("unknown", line, f"`/// {word}` is no block.", fix, edit)
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
            self.error(wrong.rule, line, f"`/// {word}`: {wrong.says}", wrong.fix, wrong.edit)
            if word in CONTAINERS:  # so that its close is not reported too
                self.stack.append(OpenBlock(word, line, branch_line=line))

    def close(self, line: int) -> None:
        if len(self.stack) == 1 and self.unknown:
            self.unknown -= 1  # most likely the close of a misspelt block, which is told already
            return
        if len(self.stack) == 1:
            self.error("nothing-open", line, "`///` closes nothing.", "Remove it, or open a block above it.")
            return
        opened = self.stack.pop()
        self.taken += opened.example
        opened.end_branch(line)
        self.stack[-1].parts.append(Container(opened.word, tuple(opened.branches), opened.title, opened.line))

    def open(self, word: str, value: str, bar: bool, line: int) -> None:
        opened = OpenBlock(word, line, branch_line=line)
        if len(self.stack) > MAX_DEPTH:
            raise Wrong(
                f"stands more than {MAX_DEPTH} blocks deep.", "Close some blocks first.", rule="too-deep"
            )
        if word in {"for", "not for"}:
            names = fences.segment_names(value, word)
            self.segments += [(name, line) for name in names]
            opened.names = frozenset(names)
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
            known, opened.condition = opened.condition is not None, None
            if known:  # else its `for` was already reported
                opened.condition = self.condition("else", opened.names, line)

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
            label, target = fences.button_parts(value)
            href = self.text(target, line)
            fences.check_target(href, target)
            found = Single(word, target, self.text(label, line), href, line)
        elif word == "coupon":
            code, own = fences.coupon_parts(value, self.path, line)
            self.coupons.append((code, line))
            self.personal += [own] if own else []
            found = Single(word, code, line=line)
        elif word == "video":
            fences.video_address(value)
        else:
            found = Single(word, fences.item_name(word, value), line=line)
            around = [outer.condition for outer in self.stack if outer.condition is not None]
            self.refs.append((found.value, line, around[-1] if around else None))
        self.stack[-1].parts.append(found)

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
        refs=tuple((name, at) for name, at, _ in scanner.refs),
        refs_inside=tuple(inside for _, _, inside in scanner.refs),
        coupons=tuple(dict.fromkeys(code for code, _ in scanner.coupons)),
        personal=tuple(scanner.personal),
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
