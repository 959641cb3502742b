"""Values of front matter: text as it stands, words, lists, maps. The schema of the file says which is due.

YAML reads quoted text, block scalars and `[...]`/`{...}` only, composed to strings with their lines.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

import yaml

from topmind.catalog.findings import Wrong
from topmind.model import Edit

#: `key: value` at the start of a line.
KEY = re.compile(r"""(?P<quote>["']?)(?P<key>[A-Za-z0-9_][\w.-]*)(?P=quote)[ \t]*:(?P<rest>.*)""")
_PAIR = re.compile(r"""(?P<key>"[^"]*"|'[^']*'|[^\s#\[{"'-][^:]*?)[ \t]*:(?:[ \t]+(?P<rest>.*)|$)""")


#: The YAML parser in C recurses without a limit of its own.
_MAX_BRACKETS = 200
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
        raise Wrong("is a list where one word is due.", _one_of_list(entry), rule="list", edit=_single(entry))
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
        match = KEY.match(bare)
        if match is None:
            continue
        if match["key"].lower() in known:
            raise Wrong(
                f"{match['key']!r} on line {number} is indented, so it would be lost.",
                "Remove the spaces before it.",
                line=number,
                rule="indented-key",
                edit=Edit(line, bare),
            )
        if not entry.rest:
            raise Wrong("is a map where one text is due.", "Write the text on one line.", rule="map")


def _single(entry: Entry) -> Edit | None:
    """`[draft]` where one word is due is that word."""
    try:
        found = items_of(entry)
    except Wrong:
        return None
    return Edit(entry.rest, found[0].text) if len(found) == 1 and not entry.below else None


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
            "begins with a quotation mark that is never closed.",
            'Put a `"` at its end.',
            rule="quote",
            edit=None if entry.below or "\\" in entry.rest else Edit(entry.rest, f'{entry.rest}"'),
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
    if source.count("[") + source.count("{") > _MAX_BRACKETS and entry.rest[:1] in {"[", "{"}:
        raise Wrong("has too many brackets.", "Write a plain list.", rule="list")
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
        raise Wrong("is empty.", "Write it, or take the line out.", rule="syntax")
    return node


def _scalar_node(node: yaml.Node, entry: Entry) -> Scalar:
    if not isinstance(node, yaml.ScalarNode):
        raise Wrong("has a list or map inside a list.", "Write plain words.", rule="list")
    line = entry.line + node.start_mark.line
    return Scalar(str(node.value), line, literal=node.style in {'"', "'"})
