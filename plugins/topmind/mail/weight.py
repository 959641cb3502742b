"""What makes a mail heavy: its parts by the bytes they take, named as their author knows them."""

from __future__ import annotations

from collections.abc import Iterator

import lxml.html
from lxml import etree

from topmind.model import CompiledEdition

_HEADINGS = frozenset({"h1", "h2", "h3", "h4"})
#: Characters of the first words by which a part without a heading is named.
_NAME = 48


def heaviest(compiled: CompiledEdition, most: int = 3) -> tuple[tuple[str, int], ...]:
    """Heading, or first words, and bytes of HTML of the largest parts; of literals only, no value of anybody."""
    html = "".join(part if isinstance(part, str) else "…" for part in compiled.html)
    try:
        root = lxml.html.document_fromstring(html)
    except (etree.ParserError, ValueError):
        return ()
    found = [part for part in _parts(root) if part[0]]
    return tuple(sorted(found, key=lambda part: -part[1])[:most])


def _parts(root: lxml.html.HtmlElement) -> Iterator[tuple[str, int]]:
    """Every run of words in the order of the mail, cut at its headings."""
    for cell in root.iter("td"):
        classes = (cell.get("class") or "").split()
        if "tm-ink" not in classes or "tm-small" in classes:
            continue
        name, size = "", 0
        for node in (node for box in cell for node in box):
            words = " ".join(node.text_content().split())
            if node.tag in _HEADINGS and size:
                yield _short(name), size
                name, size = "", 0
            name = words if node.tag in _HEADINGS else name or words
            size += len(etree.tostring(node, encoding="utf-8"))
        yield _short(name), size


def _short(words: str) -> str:
    return words if len(words) <= _NAME else f"{words[:_NAME].rsplit(' ', 1)[0]} …"
