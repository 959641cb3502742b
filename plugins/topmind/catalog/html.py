"""Markdown to clean HTML, and clean HTML to plain elements with merge tags as nodes."""

from __future__ import annotations

import re
import threading
from collections.abc import Iterable, Iterator, Mapping
from typing import TypeAlias

import lxml.html
import nh3
from lxml import etree
from markdown import Markdown

from topmind.model import Element, MergeTag, Node, Text

#: What stands between two others: a node of prose, or the number of a block's place.
Piece: TypeAlias = "Node | int"

EXTENSIONS = (
    "attr_list",
    "tables",
    "footnotes",
    "def_list",
    "fenced_code",
    "sane_lists",
    "smarty",
    "toc",
    "md_in_html",
)
_TAGS = """
a abbr b blockquote br caption cite code col colgroup dd del details dfn div dl dt em figcaption figure
h1 h2 h3 h4 h5 h6 hr i img ins kbd li mark ol p pre q s samp section small span strong sub summary sup
table tbody td tfoot th thead time tr u ul var
"""
TAGS = set(_TAGS.split())
ATTRIBUTES = {
    "*": {"id", "class", "title", "lang", "dir", "role"},
    "a": {"href"},
    "img": {"src", "alt", "width", "height"},
    "ol": {"start", "type", "reversed"},
    "td": {"colspan", "rowspan", "align", "headers"},
    "th": {"colspan", "rowspan", "align", "headers", "scope"},
    "time": {"datetime"},
    "blockquote": {"cite"},
    "q": {"cite"},
    "details": {"open"},
}
SCHEMES = {"http", "https", "mailto", "tel", "answer"}
#: Here braces are only shown.
CODE = frozenset({"code", "pre"})
#: Elements without an end.
VOID = frozenset({"br", "col", "hr", "img"})
#: Deeper markup is flattened: no page needs it and a compiler further down might crash on it.
MAX_DEPTH = 60

_local = threading.local()
_Event: TypeAlias = "tuple[str, tuple[tuple[str, Text], ...]] | str | MergeTag | int | None"


def convert(text: str) -> str:
    """One run of python-markdown, cleaned: no script, no event handler, no `javascript:`."""
    markdown = getattr(_local, "markdown", None)
    if markdown is None:
        markdown = _local.markdown = Markdown(
            extensions=list(EXTENSIONS),
            extension_configs={"tables": {"use_align_attribute": True}, "footnotes": {"SEPARATOR": "-"}},
            output_format="html",
        )
    markdown.reset()
    try:
        html = markdown.convert(text)
    except RecursionError:
        _local.markdown = None
        html = f"<pre>{text.replace('&', '&amp;').replace('<', '&lt;')}</pre>"
    return clean(html)


def clean(html: str) -> str:
    """HTML without anything that runs, loads or styles; also for hostile text (testimonials, forms)."""
    return nh3.clean(
        html, tags=TAGS, attributes=ATTRIBUTES, url_schemes=SCHEMES, link_rel=None, strip_comments=True
    )


def pieces(html: str, mark: str, tags: Mapping[str, MergeTag]) -> list[Piece]:
    """Parse clean HTML once: prose nodes at the top level, and the numbers of block places in order.

    A place inside an element (a list, raw HTML) splits that element, so that blocks always stand at the top.
    """
    if not html.strip():
        return []
    sentinel = re.compile(rf"{mark}(?:t\d+x|b(\d+)x)")
    root = lxml.html.fragment_fromstring(html, create_parent="div")
    if mark in html:
        _name_without_tags(root, sentinel)
    return _build(_events(root, sentinel, tags))


def _name_without_tags(root: etree._Element, sentinel: re.Pattern[str]) -> None:
    """A heading's id is made from its text: it must not depend on a person. Links follow, no id stands twice."""
    taken = {str(e.get("id")) for e in root.iter() if e.get("id") and not sentinel.search(str(e.get("id")))}
    names: dict[str, str] = {}
    for element in root.iter():
        old = element.get("id")
        if old and sentinel.search(old):
            bare = re.sub(r"[-_]{2,}", "-", sentinel.sub("", old)).strip("-_") or "section"
            name, number = bare, 1
            while name in taken:
                number += 1
                name = f"{bare}_{number}"
            taken.add(name)
            names[old] = name
            element.set("id", name)
    for element in root.iter("a"):
        target = element.get("href", "")
        if target[:1] == "#" and target[1:] in names:
            element.set("href", f"#{names[target[1:]]}")


def _events(
    root: etree._Element, sentinel: re.Pattern[str], tags: Mapping[str, MergeTag]
) -> Iterator[_Event]:
    """Start (tag, attributes), text, merge tag, place (int) and end (None) of everything below `root`."""
    depth = code = 0
    for action, element in etree.iterwalk(root, events=("start", "end", "comment", "pi")):
        if action in {"comment", "pi"} or not isinstance(element.tag, str):
            yield from _text(element.tail, sentinel, tags, code)
            continue
        if action == "start":
            depth += 1
            code += element.tag in CODE
            if element is not root and depth <= MAX_DEPTH:
                yield (element.tag, tuple(_attributes(element, sentinel, tags)))
            yield from _text(element.text, sentinel, tags, code)
        else:
            code -= element.tag in CODE
            if element is not root:
                if depth <= MAX_DEPTH:
                    yield None
                yield from _text(element.tail, sentinel, tags, code)
            depth -= 1


def _attributes(
    element: etree._Element, sentinel: re.Pattern[str], tags: Mapping[str, MergeTag]
) -> Iterator[tuple[str, Text]]:
    for name, value in element.attrib.items():
        yield str(name), tuple(p for p in _split(str(value), sentinel, tags) if not isinstance(p, int))


def _text(
    text: str | None, sentinel: re.Pattern[str], tags: Mapping[str, MergeTag], code: int
) -> Iterator[str | MergeTag | int]:
    for part in _split(text or "", sentinel, tags):
        yield part.source if code and isinstance(part, MergeTag) else part


def holds_braces(node: Node) -> bool:
    """Whether a reader would see braces of a merge tag where there is no code."""
    if isinstance(node, str):
        return "{{" in node or "{%" in node
    if isinstance(node, MergeTag) or node.tag in CODE:
        return False
    in_attribute = any(isinstance(p, str) and "{{" in p for _, value in node.attrs for p in value)
    return in_attribute or any(holds_braces(child) for child in node.children)


def _split(
    text: str, sentinel: re.Pattern[str], tags: Mapping[str, MergeTag]
) -> Iterator[str | MergeTag | int]:
    at = 0
    for match in sentinel.finditer(text):
        if match.start() > at:
            yield text[at : match.start()]
        yield int(match[1]) if match[1] is not None else tags[match[0]]
        at = match.end()
    if at < len(text):
        yield text[at:]


def _build(events: Iterable[_Event]) -> list[Piece]:
    top: list[Piece] = []
    # Open elements: (tag, attributes, children, whether a place has split it).
    stack: list[tuple[str, tuple[tuple[str, Text], ...], list[Node], bool]] = []

    def put(node: Node) -> None:
        (stack[-1][2] if stack else top).append(node)

    def end() -> None:
        tag, attrs, children, split = stack.pop()
        if split and not any(not isinstance(c, str) or c.strip() for c in children):
            return  # one half of a split element that holds nothing
        put(Element(tag, attrs, tuple(_joined(children))))

    for event in events:
        if event is None:
            end()
        elif isinstance(event, int):
            again = [(tag, attrs) for tag, attrs, _, _ in stack]
            for index in range(len(stack)):
                stack[index] = (*stack[index][:3], True)
            while stack:
                end()
            top.append(event)
            stack.extend((tag, tuple(a for a in attrs if a[0] != "id"), [], True) for tag, attrs in again)
        elif isinstance(event, tuple):
            stack.append((event[0], event[1], [], False))
        else:
            put(event)
    return top


def _joined(children: list[Node]) -> Iterator[Node]:
    """Children with neighbouring strings made one."""
    text = ""
    for child in children:
        if isinstance(child, str):
            text += child
            continue
        if text:
            yield text
            text = ""
        yield child
    if text:
        yield text
