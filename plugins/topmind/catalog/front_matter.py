"""The one reader of front matter: keys with lines, values still as they were written.

The schema decides how a value is read, not YAML: `safe_load` turns `no` into False, `18:30` into 1110 and
`0012` into 10, fails on `Tip: clean your gutters`, and lets the last of two equal keys win. YAML is used for
quoted text, block scalars and `[...]`/`{...}` only, composed to strings.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

import yaml

from topmind.catalog.findings import Wrong
from topmind.model import Level, Problem

_KEY = re.compile(r"""(?P<quote>["']?)(?P<key>[A-Za-z0-9_][\w.-]*)(?P=quote)[ \t]*:(?P<rest>.*)""")
_PAIR = re.compile(r"""(?P<key>"[^"]*"|'[^']*'|[^\s#\[{"'-][^:]*?)[ \t]*:(?:[ \t]+(?P<rest>.*)|$)""")
_BLOCK_SCALAR = re.compile(r"[|>][+\-0-9]{0,2}\s*(#.*)?$")
_COMMENT = re.compile(r"(^|\s)#.*$")
_LOADER: type = getattr(yaml, "CBaseLoader", yaml.BaseLoader)


@dataclass(frozen=True, slots=True)
class Entry:
    """One key (or list element) with its value as written."""

    key: str
    #: Line of the file, from 1.
    line: int
    #: What stands after the colon, without outer white space.
    rest: str
    #: Further lines that belong to it: (line number, text).
    below: tuple[tuple[int, str], ...] = ()
    #: The key as the file has it, where an alias changed it.
    written: str = ""

    @property
    def empty(self) -> bool:
        """Nothing was written (a comment alone is nothing)."""
        return not self.below and not _COMMENT.sub("", self.rest).strip()


@dataclass(frozen=True, slots=True)
class Scalar:
    """One word or text with its line."""

    text: str
    line: int
    #: Quoted or a block scalar: exactly what was meant, even when empty.
    literal: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Head:
    """The front matter of one file and what stands below it."""

    path: str
    entries: Mapping[str, Entry]
    #: Everything below the front matter.
    body: str
    #: Line of the file on which the body begins, from 1.
    body_line: int
    problems: tuple[Problem, ...] = ()


@dataclass(slots=True)
class _Keys:
    """Keys collected while the lines are read."""

    path: str
    aliases: Mapping[str, str]
    entries: dict[str, Entry] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)

    def error(self, rule: str, line: int, says: str, fix: str = "") -> None:
        self.problems.append(
            Problem(
                rule=f"front-matter/{rule}", level=Level.ERROR, path=self.path, line=line, says=says, fix=fix
            )
        )

    def put(self, written: str, line: int, rest: str, below: tuple[tuple[int, str], ...]) -> None:
        name = written.lower()
        key = self.aliases.get(written, self.aliases.get(name, name))
        if not key:  # an alias to nothing: a key of the old site that says nothing here
            return
        while below and not below[-1][1].strip():
            below = below[:-1]
        first = self.entries.get(key)
        if first is not None:
            also = f" (as {first.written!r})" if first.written != written else ""
            self.error(
                "doubled-key",
                line,
                f"{written!r} is written twice: first on line {first.line}{also}.",
                "Keep one of the two.",
            )
            return
        self.entries[key] = Entry(key, line, rest.strip(), below, written)


def decode(raw: bytes) -> str:
    """The text of a file: UTF-8, with or without a byte-order mark, line ends made `\\n`.

    Raises Wrong with the line of the first byte that is no UTF-8.
    """
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        raise Wrong(
            "is not UTF-8 text.", "Save the file as UTF-8.", line=line, rule="front-matter/encoding"
        ) from None
    if "\0" in text:
        line = text.count("\n", 0, text.index("\0")) + 1
        raise Wrong(
            "holds a zero byte: it is no text.", "Save it as UTF-8.", line=line, rule="front-matter/encoding"
        )
    return text.replace("\r\n", "\n").replace("\r", "\n")


def read(text: str, path: str, aliases: Mapping[str, str] | None = None) -> Head:
    """Split a file into its front matter and its body; nothing is interpreted yet."""
    lines = text.split("\n")
    keys = _Keys(path, aliases or {})
    start = next((i for i, line in enumerate(lines) if line.strip()), len(lines))
    if start < len(lines) and lines[start].rstrip() == "---":
        end = _fenced(lines, start + 1, keys)
    else:
        end = _plain_head(lines, start, keys)
    return Head(
        path=path,
        entries=keys.entries,
        body="\n".join(lines[end:]),
        body_line=end + 1,
        problems=tuple(keys.problems),
    )


def _fenced(lines: list[str], start: int, keys: _Keys) -> int:
    """Read between the `---` lines; returns the index of the first body line."""
    end = next((i for i in range(start, len(lines)) if lines[i].rstrip() in {"---", "..."}), None)
    if end is None:
        keys.error(
            "unclosed", start, "the front matter has no closing line.", "Put a line `---` below the last key."
        )
        end = len(lines)
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
        match = _KEY.match(line)
        if match is None:
            keys.error("syntax", index + 1, "this is no `key: value` line.", "Write `key: value`.")
            continue
        if here is not None:
            keys.put(here["key"], at, here["rest"], tuple(below))
        here, at, below = match, index + 1, []
    if here is not None:
        keys.put(here["key"], at, here["rest"], tuple(below))
    return min(end + 1, len(lines))


def _plain_head(lines: list[str], start: int, keys: _Keys) -> int:
    """Read a `Key: value` head down to the first blank line, as Pelican's own files have it."""
    index = start
    while index < len(lines) and (match := _KEY.match(lines[index])):
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


def text_of(entry: Entry, known: frozenset[str] = frozenset()) -> Scalar:
    """The value as one text: quoted, a block scalar, or the rest of its line as it stands.

    `known` are the keys of the file's schema: an indented line that begins with one of them is a key that
    slipped to the right, not more text. Raises Wrong.
    """
    rest = entry.rest
    if _BLOCK_SCALAR.match(rest):
        node = _compose(entry)
        return Scalar(str(node.value).rstrip("\n"), entry.line, literal=True)
    _refuse_structure(entry, known)
    if rest[:1] in {'"', "'"}:
        return _quoted(entry)
    return _folded(entry)


def word_of(entry: Entry, known: frozenset[str] = frozenset()) -> Scalar:
    """The value as one word or short phrase; a `# comment` after it is none of it. Raises Wrong."""
    rest = entry.rest
    if rest.startswith(("[", "{")):
        raise Wrong("is a list where one word is due.", _one_of_list(entry), rule="list")
    value = text_of(entry, known)
    if value.literal:
        return Scalar(value.text.strip(), value.line, literal=True)
    return Scalar(_COMMENT.sub("", value.text).strip(), value.line)


def items_of(entry: Entry, *, commas: bool = True) -> tuple[Scalar, ...]:
    """The value as a list: `- ` lines, `[a, b]`, or one line (`commas`: split at commas). Raises Wrong."""
    rest = _COMMENT.sub("", entry.rest).strip()
    if rest.startswith("["):
        node = _compose(entry)
        if not isinstance(node, yaml.SequenceNode):
            raise Wrong("is no list.", "Write `[one, two]`.", rule="list")
        return tuple(_scalar_node(child, entry) for child in node.value)
    if not rest and entry.below:
        first = next((text for _, text in entry.below if text.strip() and text.strip()[:1] != "#"), "")
        if first.lstrip().startswith("- ") or first.strip() == "-":
            elements = (text_of(element) for element in elements_of(entry))
            return tuple(
                e if e.literal else Scalar(_COMMENT.sub("", e.text).strip(), e.line) for e in elements
            )
    value = text_of(entry) if not commas else word_of(entry)
    if value.literal or not commas:
        return (value,) if value.text else ()
    parts = (part.strip() for part in value.text.split(","))
    return tuple(Scalar(part, value.line) for part in parts if part)


def elements_of(entry: Entry) -> tuple[Entry, ...]:
    """The `- ` lines of a list, each as an entry of its own. Raises Wrong where a line fits nowhere."""
    found: list[tuple[int, str, list[tuple[int, str]]]] = []
    indent: int | None = None
    for number, line in entry.below:
        bare = line.strip()
        depth = len(line) - len(line.lstrip())
        if bare.startswith("- ") or bare == "-":
            indent = depth if indent is None else indent
            if depth == indent:
                found.append((number, bare[1:].strip(), []))
                continue
        if not bare or bare.startswith("#"):
            continue
        if indent is None or depth <= indent:
            raise Wrong(
                f"line {number} is no part of this list.",
                "Begin it with `- `, or with its key at the start of the line.",
                line=number,
                rule="list",
            )
        found[-1][2].append((number, line))
    return tuple(Entry(entry.key, number, rest, tuple(below)) for number, rest, below in found)


def pairs_of(entry: Entry) -> tuple[tuple[Scalar, Scalar], ...]:
    """The value as a map: indented `name: text` lines, or `{a: b}`. Raises Wrong."""
    if entry.rest.startswith("{"):
        node = _compose(entry)
        if not isinstance(node, yaml.MappingNode):
            raise Wrong("is no map.", "Write indented `name: text` lines.", rule="map")
        return _unique((_scalar_node(k, entry), _scalar_node(v, entry)) for k, v in node.value)
    if entry.rest and not entry.rest.startswith("#"):
        raise Wrong(
            "is one text where names with texts are due.", "Write indented `name: text` lines.", rule="map"
        )
    found: list[tuple[Scalar, Entry]] = []
    indent: int | None = None
    for number, line in entry.below:
        bare, depth = line.strip(), len(line) - len(line.lstrip())
        if not bare or bare.startswith("#"):
            continue
        indent = depth if indent is None else indent
        if depth > indent and found:
            name, last = found[-1]
            found[-1] = (name, Entry(last.key, last.line, last.rest, (*last.below, (number, line))))
            continue
        match = _PAIR.match(bare)
        if match is None or depth < indent:
            raise Wrong(
                f"line {number} is no `name: text` line.", "Write `name: text`.", line=number, rule="map"
            )
        name = Scalar(match["key"].strip("\"'"), number)
        found.append((name, Entry(name.text, number, (match["rest"] or "").strip())))
    return _unique((name, text_of(element)) for name, element in found)


def one_pair(element: Scalar) -> tuple[str, str] | None:
    """A list element of the form `name: text`; None where it is none."""
    match = _PAIR.match(element.text)
    return (match["key"].strip("\"'"), (match["rest"] or "").strip()) if match else None


def _unique(pairs: Iterable[tuple[Scalar, Scalar]]) -> tuple[tuple[Scalar, Scalar], ...]:
    seen: dict[str, int] = {}
    found: list[tuple[Scalar, Scalar]] = []
    for name, value in pairs:
        if name.text in seen:
            raise Wrong(
                f"{name.text!r} is written twice: first on line {seen[name.text]}.",
                "Keep one of the two.",
                line=name.line,
                rule="doubled-key",
            )
        seen[name.text] = name.line
        found.append((name, value))
    return tuple(found)


def _refuse_structure(entry: Entry, known: frozenset[str]) -> None:
    """A list, a map or a key that slipped to the right is no text."""
    for number, line in entry.below:
        bare = line.strip()
        if (bare.startswith("- ") or bare == "-") and not entry.rest:
            raise Wrong("is a list where one text is due.", _one_of_list(entry), rule="list")
        match = _KEY.match(bare)
        if match is None:
            continue
        if match["key"].lower() in known:
            raise Wrong(
                f"{match['key']!r} on line {number} is indented, so it would be lost.",
                "Remove the spaces before it.",
                line=number,
                rule="indented-key",
            )
        if not entry.rest:
            raise Wrong("is a map where one text is due.", "Write the text on one line.", rule="map")


def _one_of_list(entry: Entry) -> str:
    try:
        first = items_of(entry)[:1]
    except Wrong:
        first = ()
    return f"Write `{entry.key}: {first[0].text}`." if first else f"Write `{entry.key}: …` on one line."


def _quoted(entry: Entry) -> Scalar:
    """Quoted text; text that only begins with a quotation mark (`'Tis the season`) stands as it is."""
    try:
        node = _compose(entry)
    except Wrong:
        node = None
    if isinstance(node, yaml.ScalarNode) and node.style in {'"', "'"}:
        return Scalar(str(node.value), entry.line, literal=True)
    mark = entry.rest[0]
    if mark == '"' and mark not in entry.rest[1:]:
        raise Wrong(
            "begins with a quotation mark that is never closed.", 'Put a `"` at its end.', rule="quote"
        )
    return _folded(entry)


def _folded(entry: Entry) -> Scalar:
    """The line as it stands, and indented lines below it joined by a space."""
    below = (line.strip() for _, line in entry.below)
    lines = [entry.rest, *(line for line in below if line[:1] != "#")]
    return Scalar(" ".join(line for line in lines if line), entry.line)


def _compose(entry: Entry) -> yaml.Node:
    """The value as YAML nodes, every scalar a string. Raises Wrong with the line of the mistake."""
    source = "\n".join([entry.rest, *(line for _, line in entry.below)])
    try:
        node = yaml.compose(source, Loader=_LOADER)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark
        line = entry.line + (min(mark.line, len(entry.below)) if mark else 0)
        raise Wrong(
            f"cannot be read: {error.problem or 'bad notation'}.",
            "Check brackets and quotation marks.",
            line=line,
            rule="syntax",
        ) from None
    except yaml.YAMLError:
        raise Wrong("cannot be read.", "Check for invisible characters.", rule="syntax") from None
    if node is None:
        raise Wrong("is empty.", rule="syntax")
    return node


def _scalar_node(node: yaml.Node, entry: Entry) -> Scalar:
    if not isinstance(node, yaml.ScalarNode):
        raise Wrong("has a list or map inside a list.", "Write plain words.", rule="list")
    line = entry.line + node.start_mark.line
    return Scalar(str(node.value), line, literal=node.style in {'"', "'"})
