"""Prose of the block tree as plain text: lists, quotations, tables, links as numbered notes."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from topmind.mail.components import names
from topmind.mail.lines import Lines, Row
from topmind.mail.prose import shows_nothing
from topmind.model import Element, MergeTag, Node, Text

if TYPE_CHECKING:
    from topmind.mail.text import TextWriter

_SPACES = re.compile(r"[ \t\r\n]+")
_BLOCKS = names(
    "p h1 h2 h3 h4 h5 h6 ul ol li dl dt dd table pre blockquote div section figure figcaption hr details summary"
)
#: Heading → the sign of the line below it; the mail's own title has `=`.
_HEADINGS = {"h1": "-", "h2": "-", "h3": "~", "h4": "~", "h5": "~", "h6": "~"}
#: What makes a list item more than one line of words.
_APART = names("p pre table blockquote dl h1 h2 h3 h4 h5 h6")


@dataclass(frozen=True, slots=True)
class PlainProse:
    """Writes elements as text, with the links of one mail counted in `writer`."""

    writer: TextWriter
    lines: Lines

    def blocks(self, nodes: Iterable[Node], indent: str = "") -> str:
        """Block elements divided by blank lines; loose words become paragraphs."""
        parts: list[str] = []
        run: list[Node] = []

        def end_run() -> None:
            text = self.inline(run).strip()
            if text:
                parts.append(self.lines.wrap(text, indent))
            run.clear()

        for node in nodes:
            if isinstance(node, Element) and node.tag in _BLOCKS:
                end_run()
                text = self._block(node, indent)
                if text.strip():
                    parts.append(text)
            else:
                run.append(node)
        end_run()
        return "\n\n".join(parts)

    def _block(self, element: Element, indent: str) -> str:  # noqa: PLR0911 - one answer per kind of element
        tag = element.tag
        if tag in _HEADINGS:
            words = self.lines.wrap(self.inline(element.children).strip())
            return textwrap.indent(self.lines.underlined(words, _HEADINGS[tag]), indent) if words else ""
        if tag in {"p", "dt", "summary", "figcaption"}:
            return self.lines.wrap(self.inline(element.children).strip(), indent)
        if tag in {"ul", "ol"}:
            return self._list(element, indent)
        if tag == "pre":
            return textwrap.indent(self.verbatim(element.children).strip("\n"), f"{indent}    ")
        if tag == "hr":
            return f"{indent}* * *"
        if tag == "table":
            return textwrap.indent(self._table(element, self.lines.narrower(len(indent))), indent)
        if tag == "blockquote":
            inner = replace(self, lines=self.lines.narrower(len(indent) + 2))
            quoted = inner.blocks(element.children)
            return "\n".join(f"{indent}> {line}".rstrip() for line in quoted.split("\n"))
        if tag == "dd":
            return self.blocks(element.children, f"{indent}    ")
        if tag == "dl":
            return "\n".join(self._block(c, indent) for c in _elements(element))
        return self.blocks(element.children, indent)

    def _list(self, element: Element, indent: str) -> str:
        start = self._number(element.get("start"))
        items = _elements(element)
        loose = any(sum(c.tag in _APART for c in _elements(item)) > 1 for item in items)
        lines: list[str] = []
        for at, item in enumerate(items):
            sign = f"{start + at}. " if element.tag == "ol" else "- "
            body = self.blocks(item.children, indent + " " * len(sign))
            shown = body if loose else re.sub(r"\n\n(?=\s*(?:-|\d+\.) )", "\n", body)
            lines.append(f"{indent}{sign}{shown[len(indent) + len(sign) :]}")
        return ("\n\n" if loose else "\n").join(lines)

    def _number(self, text: Text | None) -> int:
        start = text[0] if text else "1"
        return int(start) if isinstance(start, str) and start.isdigit() else 1

    def _table(self, element: Element, lines: Lines) -> str:
        cells = [(_elements(row), all(cell.tag == "th" for cell in _elements(row))) for row in _rows(element)]
        rows: list[Row] = [([self._cell(cell) for cell in row], head) for row, head in cells]
        count = max((len(row) for row, _ in rows), default=0)
        sides = [next((_side(row[at]) for row, _ in cells if at < len(row)), "left") for at in range(count)]
        open_in = self.writer.places.open_in
        fixed = [not any(open_in(row[at]) for row, _ in rows if at < len(row)) for at in range(count)]
        return lines.table(rows, sides, fixed)

    def _cell(self, cell: Element) -> str:
        return _SPACES.sub(" ", self.inline(cell.children)).strip()

    def inline(self, nodes: Iterable[Node]) -> str:
        """Words of a line; `br` is a line end."""
        return "".join(self._inline(node) for node in nodes)

    def _inline(self, node: Node) -> str:
        if isinstance(node, str):
            return _SPACES.sub(" ", node)
        if isinstance(node, MergeTag):
            return self.writer.places.put(node, "plain")
        if node.tag == "br":
            return "\n"
        if node.tag == "img":
            alt = self.writer.text(node.get("alt") or ())
            return f"[{alt}]" if alt else ""
        if node.tag == "a":
            return self._link(node)
        inner = self.inline(node.children)
        return f"^{inner}" if node.tag == "sup" and inner else inner

    def _link(self, node: Element) -> str:
        if "footnote-backref" in self.writer.text(node.get("class") or ()) or shows_nothing(node.children):
            return ""
        inner = self.inline(node.children)
        href = self.writer.addresses.link(node.get("href"))
        if href is None:
            return inner
        address = self.writer.href(href)
        if not inner.strip():  # a picture without words
            return address
        if inner.strip() in {address, address.partition(":")[2], address.partition("//")[2]}:
            return address.removeprefix("mailto:").removeprefix("tel:")
        return f"{inner} [{self.writer.note(address)}]"

    def verbatim(self, nodes: Sequence[Node]) -> str:
        """Code as it is."""
        return "".join(
            node
            if isinstance(node, str)
            else self.writer.places.put(node, "plain")
            if isinstance(node, MergeTag)
            else self.verbatim(node.children)
            for node in nodes
        )


def _elements(element: Element) -> list[Element]:
    return [child for child in element.children if isinstance(child, Element)]


def _rows(element: Element) -> Iterator[Element]:
    if element.tag == "tr":
        yield element
    else:
        for child in _elements(element):
            yield from _rows(child)


def _side(cell: Element) -> str:
    side = cell.get("align")
    return side[0] if side and isinstance(side[0], str) else "left"
