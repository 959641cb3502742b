"""Blocks and prose as text: escaped HTML, plain text, a summary."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from html import escape
from urllib.parse import quote

from topmind.catalog.blocks import as_written, block_tree, one_line, text_of
from topmind.catalog.html import VOID
from topmind.model import (
    Block,
    Button,
    Callout,
    Columns,
    Coupon,
    Element,
    Item,
    MergeTag,
    Node,
    Prose,
    Text,
    Video,
)

#: Fills one merge tag at a place: "text", "attribute" or "url"; answers escaped text.
Fill = Callable[[MergeTag, str], str]

#: Elements that end a line of plain text.
_LINES = "p h1 h2 h3 h4 h5 h6 ul ol li dl dt dd table tr pre blockquote div section figure hr details summary"
_BLOCKS = frozenset(_LINES.split())
#: Elements that begin a line without a blank one before it.
_ROWS = frozenset({"li", "tr", "dt", "dd"})
#: Elements that hold no text of their own, only white space between their children.
_FRAMES = frozenset({"ul", "ol", "dl", "table", "thead", "tbody", "tfoot", "tr"})


def shown_default(tag: MergeTag, place: str) -> str:
    """What a page shows for a tag: its default, escaped for its place."""
    text = as_written(tag)
    return quote(text, safe="") if place == "url" else escape(text, quote=True)


def to_html(nodes: Iterable[Node], *, tag: Fill = shown_default) -> str:
    """Prose as escaped HTML; `tag` fills the merge tags and escapes what it answers."""
    out: list[str] = []
    for node in nodes:
        if isinstance(node, str):
            out.append(escape(node, quote=False))
        elif isinstance(node, MergeTag):
            out.append(tag(node, "text"))
        else:
            attrs = "".join(f' {name}="{_attribute(name, value, tag)}"' for name, value in node.attrs)
            out.append(f"<{node.tag}{attrs}>")
            if node.tag not in VOID:
                out += [to_html(node.children, tag=tag), f"</{node.tag}>"]
    return "".join(out)


def _attribute(name: str, value: Text, tag: Fill) -> str:
    place = "url" if name in {"href", "src", "cite"} else "attribute"
    return "".join(escape(part, quote=True) if isinstance(part, str) else tag(part, place) for part in value)


def plain_text(blocks: Iterable[Block], *, tag: Callable[[MergeTag], str] = as_written) -> str:
    """Blocks as simple plain text, paragraphs divided by blank lines; slots and references say nothing."""
    parts: list[str] = []
    for block in blocks:
        if isinstance(block, Prose):
            parts.append(_prose(block.elements, tag))
        elif isinstance(block, Callout):
            parts += [text_of(block.title, tag), plain_text(block.blocks, tag=tag)]
        elif isinstance(block, Columns):
            parts += [plain_text(column, tag=tag) for column in block.columns]
        elif isinstance(block, Button):
            parts.append(f"{text_of(block.label, tag)}: {text_of(block.href, tag)}")
        elif isinstance(block, Coupon):
            parts.append(block.code)
        elif isinstance(block, Video):
            parts.append(block.href)
    return "\n\n".join(part for part in (p.strip() for p in parts) if part)


def _prose(nodes: Iterable[Node], tag: Callable[[MergeTag], str]) -> str:
    out: list[str] = []

    def walk(nodes: Iterable[Node], inside: str) -> None:
        for node in nodes:
            if isinstance(node, str):
                if inside not in _FRAMES:
                    out.append(node if inside == "pre" else re.sub(r"\s+", " ", node))
            elif isinstance(node, MergeTag):
                out.append(tag(node))
            elif node.tag == "br":
                out.append("\n")
            elif node.tag == "img":
                out.append(text_of(node.get("alt") or (), tag))
            else:
                element(node, inside)

    def element(node: Element, inside: str) -> None:
        row = node.tag in _ROWS
        edge = "\n" if row else "\n\n" if node.tag in _BLOCKS else ""
        out.append(f"{edge}- " if node.tag == "li" else edge)
        walk(node.children, "pre" if inside == "pre" else node.tag)
        out.append("\t" if node.tag in {"td", "th"} else "" if row else edge)

    walk(nodes, "")
    text = re.sub(r"[ \t]*\n[ \t]*", "\n", "".join(out))
    text = re.sub(r"- \n+", "- ", text)
    return re.sub(r"\n{3,}", "\n\n", text).strip()


def summary(item: Item, limit: int = 200) -> str:
    """The item's own summary, else the beginning of its text for everyone, cut at a word."""
    if item.summary:
        return item.summary
    text = one_line(_paragraphs(block_tree(item.body, item.body.public())))
    if len(text) <= limit:
        return text
    cut = text[: limit - 1]
    return f"{cut[: cut.rfind(' ')] if ' ' in cut else cut}…"


def _paragraphs(blocks: Iterable[Block]) -> str:
    """Text of the paragraphs only: headings, lists and tables make poor summaries."""
    elements = [e for b in blocks if isinstance(b, Prose) for e in b.elements]
    paragraphs = [e for e in elements if isinstance(e, Element) and e.tag == "p"]
    return " ".join(_prose([e], as_written) for e in paragraphs or elements)
