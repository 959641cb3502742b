"""Links to files of ours (`../tips/gutters.md`) as links to their pages, where they have one; else their words.

Links without a beginning (`../gutters/`) lead on from the page of their text, also where a mail shows that text.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from urllib.parse import urljoin

from topmind.catalog.addresses import page_of
from topmind.model import Block, Button, Callout, Columns, Element, Node, Prose, Text

_RELATIVE = re.compile(r"(?![A-Za-z][A-Za-z0-9+.-]*:)[^/#?{\s]")


def linked(blocks: tuple[Block, ...], source: str, pages: Mapping[str, str]) -> tuple[Block, ...]:
    """The same blocks with addresses of pages. `source`: the file they stand in; `pages`: file → address."""
    found: list[Block] = []
    for block in blocks:
        match block:
            case Prose():
                found.append(Prose(tuple(_node(node, source, pages) for node in block.elements)))
            case Callout():
                found.append(replace(block, blocks=linked(block.blocks, source, pages)))
            case Columns():
                found.append(Columns(tuple(linked(column, source, pages) for column in block.columns)))
            case Button():
                found.append(replace(block, href=_href(block.href, source, pages)))
            case _:
                found.append(block)
    return tuple(found)


def _node(node: Node, source: str, pages: Mapping[str, str]) -> Node:
    if not isinstance(node, Element):
        return node
    attrs = tuple((n, _href(v, source, pages) if n == "href" else v) for n, v in node.attrs)
    return Element(node.tag, attrs, tuple(_node(child, source, pages) for child in node.children))


def _href(href: Text, source: str, pages: Mapping[str, str]) -> Text:
    if len(href) != 1 or not isinstance(href[0], str):
        return href
    page = page_of(href[0], source, pages)
    if page is not None:
        return (page,)
    own = pages.get(source, "")
    return (urljoin(own, href[0]),) if own and _RELATIVE.match(href[0]) else href
