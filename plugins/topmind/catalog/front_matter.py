"""The one reader of front matter: keys with lines, values still as they were written.

The schema decides how a value is read, not YAML: `safe_load` turns `no` into False, `18:30` into 1110 and
`0012` into 10, fails on `Tip: clean your gutters`, and lets the last of two equal keys win. YAML is used for
quoted text, block scalars and `[...]`/`{...}` only, composed to strings.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from topmind.catalog.findings import Wrong
from topmind.catalog.values import KEY, Entry, text_of
from topmind.model import Edit, Level, Problem

__all__ = ["Entry", "Head", "decode", "read", "text_of"]


_INVISIBLE = "\u00a0\u200b\u200c\u200d\u2060\ufeff\u3000"


@dataclass(frozen=True, slots=True, kw_only=True)
class Head:
    """The front matter of one file and what stands below it."""

    path: str
    entries: Mapping[str, Entry]
    #: Everything below the front matter.
    body: str
    #: Line of the file on which the body begins, from 1.
    body_line: int
    #: Keys that stand there without a colon.
    meant: frozenset[str] = frozenset()
    #: Keys that are written twice.
    doubled: frozenset[str] = frozenset()
    #: A line may be a key, and nobody knows which.
    unclear: bool = False
    problems: tuple[Problem, ...] = ()


@dataclass(slots=True)
class _Keys:
    """Keys collected while the lines are read."""

    path: str
    aliases: Mapping[str, str]
    #: Keys of the schema: they mean what they say, whatever an alias makes of them elsewhere (`lend`).
    known: frozenset[str] = frozenset()
    entries: dict[str, Entry] = field(default_factory=dict)
    #: First words of lines that are no `key: value`: what they mean is not missing too.
    meant: set[str] = field(default_factory=set)
    #: Keys that are written twice.
    doubled: set[str] = field(default_factory=set)
    problems: list[Problem] = field(default_factory=list)

    def error(self, rule: str, line: int, says: str, fix: str = "", edit: Edit | None = None) -> None:
        rule = f"front-matter/{rule}"
        self.problems.append(
            Problem(rule=rule, level=Level.ERROR, path=self.path, line=line, says=says, fix=fix, edit=edit)
        )

    def put(self, written: str, line: int, rest: str, below: tuple[tuple[int, str], ...]) -> None:
        name = written.lower()
        key = name if name in self.known else self.aliases.get(written, self.aliases.get(name, name))
        if not key:  # an alias to nothing: a key of the old site that says nothing here
            return
        while below and not below[-1][1].strip():
            below = below[:-1]
        first = self.entries.get(key)
        if first is not None:
            self.doubled.add(key)
            also = f" (as {first.written!r})" if first.written != written else ""
            self.error(
                "doubled-key",
                line,
                f"{written!r} is written twice: first on line {first.line}{also}.",
                "Keep one of the two.",
                # Twice the same says nothing twice.
                Edit("", None) if (first.rest, first.below, ()) == (rest.strip(), (), below) else None,
            )
            return
        self.entries[key] = Entry(key, line, rest.strip(), below, written)

    def lend(self) -> None:
        """An alias between two keys of ours: the first lends its value where the second is not written."""
        for name, ours in self.aliases.items():
            entry = self.entries.get(name) if ours in self.known and ours not in self.entries else None
            if entry is not None:
                self.entries[ours] = replace(entry, key=ours)


def decode(raw: bytes, what: str = "file") -> str:
    """The text of a file: UTF-8, with or without a byte-order mark, line ends made `\\n`.

    Raises Wrong with the line of the first byte that is no UTF-8.
    """
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        raise Wrong(
            f"this {what} is not UTF-8 text.",
            "Save the file as UTF-8.",
            line=line,
            rule="front-matter/encoding",
        ) from None
    if "\0" in text:
        line = text.count("\n", 0, text.index("\0")) + 1
        raise Wrong(
            f"this {what} holds a zero byte: it is no text.",
            "Save it as UTF-8.",
            line=line,
            rule="front-matter/encoding",
        )
    return text.replace("\r\n", "\n").replace("\r", "\n")


def read(
    text: str, path: str, aliases: Mapping[str, str] | None = None, known: frozenset[str] = frozenset()
) -> Head:
    """Split a file into its front matter and its body; nothing is interpreted yet.

    `aliases`: a key of another site → ours ("" = it says nothing here). One that is in `known` too keeps its own
    meaning and lends its value: with `date` → `begins` an event without `begins` begins at its `date`.
    """
    lines = text.split("\n")
    keys = _Keys(path, aliases or {}, known)
    start = next((i for i, line in enumerate(lines) if line.strip()), len(lines))
    if start < len(lines) and lines[start].rstrip() == "---":
        end = _fenced(lines, start + 1, keys)
    else:
        end = _plain_head(lines, start, keys)
    keys.lend()
    return Head(
        path=path,
        entries=keys.entries,
        body="\n".join(lines[end:]),
        body_line=end + 1,
        meant=frozenset(keys.meant & known),
        doubled=frozenset(keys.doubled),
        unclear=len(keys.problems) > len(keys.doubled) + len(keys.meant & known),
        problems=tuple(keys.problems),
    )


def _fenced(lines: list[str], start: int, keys: _Keys) -> int:
    """Read between the `---` lines; returns the index of the first body line."""
    end = next((i for i in range(start, len(lines)) if lines[i].rstrip() in {"---", "..."}), None)
    closed = end is not None
    if end is None:
        end = _last_key(lines, start)
        fix = f"Put a line `---` below line {end}, the last key."
        keys.error("unclosed", start, "the front matter has no closing line.", fix)
    here: re.Match[str] | None = None
    at, below = 0, []
    for index in range(start, end):
        line = lines[index]
        head = line[:1]
        if not line.strip() or head in " \t" or line == "-" or line.startswith("- "):
            if here is not None:
                below.append((index + 1, line))
            elif line.strip():
                keys.error("syntax", index + 1, "this line belongs to no key.", "Write `key: value`.")
            continue
        if head == "#":
            continue
        match = KEY.match(line)
        if match is None:
            word = line.partition(" ")[0]
            fix = (
                f"Write `{word}: {line[len(word) :].strip()}`."
                if word in keys.known
                else "Write `key: value`."
            )
            keys.error("syntax", index + 1, "this is no `key: value` line.", fix, _cleaned(line))
            keys.meant.add(word)
            continue
        if here is not None:
            keys.put(here["key"], at, here["rest"], tuple(below))
        here, at, below = match, index + 1, []
    if here is not None:
        keys.put(here["key"], at, here["rest"], tuple(below))
    return min(end + 1, len(lines)) if closed else end


def _last_key(lines: list[str], start: int) -> int:
    """Index of the line after the last that can belong to a head whose end nobody wrote."""
    index = start
    while index < len(lines) and (
        lines[index][:1] in {" ", "\t", "#", "-"} or KEY.match(lines[index]) is not None
    ):
        index += 1
    return index


def _cleaned(line: str) -> Edit | None:
    """A line that is no key only because of an invisible letter before it or the colon of another keyboard."""
    bare = line.lstrip(_INVISIBLE)
    name, colon, rest = bare.partition("：")
    if colon and ":" not in name:
        bare = f"{name}: {rest.lstrip()}"
    return Edit(line, bare) if bare != line and KEY.match(bare) else None


def _plain_head(lines: list[str], start: int, keys: _Keys) -> int:
    """Read a `Key: value` head down to the first blank line, as Pelican's own files have it."""
    index = start
    while index < len(lines) and (match := KEY.match(lines[index])):
        at, below = index + 1, []
        index += 1
        while index < len(lines) and lines[index][:1] in {" ", "\t"} and lines[index].strip():
            below.append((index + 1, lines[index]))
            index += 1
        keys.put(match["key"], at, match["rest"], tuple(below))
    if index > start and index < len(lines) and lines[index].strip():
        keys.error(
            "syntax",
            index + 1,
            "this line stands in the head of the file but is no `Key: value`.",
            "Leave a blank line before the text, or put the head between `---` lines.",
        )
    return index
