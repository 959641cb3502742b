"""Prose of the block tree as plain text: lists, quotations, tables, links as numbered notes."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from topmind.mail.components import names
from topmind.model import Element, MergeTag, Node, Text

if TYPE_CHECKING:
    from topmind.mail.text import TextWriter

_SPACES = re.compile(r"[ \t\r\n]+")
_BLOCKS = names(
    "p h1 h2 h3 h4 h5 h6 ul ol li dl dt dd table pre blockquote div section figure figcaption hr details summary"
)


@dataclass(frozen=True, slots=True)
class PlainProse:
    """Writes elements as text, with the links of one mail counted in `writer`."""

    writer: TextWriter

    def blocks(self, nodes: Iterable[Node], indent: str = "") -> str:
        """Block elements divided by blank lines; loose words become paragraphs."""
        parts: list[str] = []
        run: list[Node] = []

        def end_run() -> None:
            from topmind.mail.text import wrap

            text = self.inline(run).strip()
            if text:
                parts.append(wrap(text, indent))
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
        from topmind.mail.text import table, underlined, wrap

        tag = element.tag
        if tag in {"h1", "h2"}:
            return underlined(wrap(self.inline(element.children).strip(), indent), "-")
        if tag in {"p", "h3", "h4", "h5", "h6", "dt", "summary", "figcaption"}:
            return wrap(self.inline(element.children).strip(), indent)
        if tag in {"ul", "ol"}:
            return self._list(element, indent)
        if tag == "pre":
            return textwrap.indent(self.verbatim(element.children).strip("\n"), f"{indent}    ")
        if tag == "hr":
            return f"{indent}* * *"
        if tag == "table":
            return textwrap.indent(table(self._rows(element)), indent)
        if tag == "blockquote":
            quoted = self.blocks(element.children)
            return "\n".join(f"{indent}> {line}".rstrip() for line in quoted.split("\n"))
        if tag == "dd":
            return self.blocks(element.children, f"{indent}    ")
        if tag == "dl":
            return "\n".join(self._block(c, indent) for c in _elements(element))
        return self.blocks(element.children, indent)

    def _list(self, element: Element, indent: str) -> str:
        start = self._number(element.get("start"))
        lines: list[str] = []
        for at, item in enumerate(_elements(element)):
            sign = f"{start + at}. " if element.tag == "ol" else "- "
            body = self.blocks(item.children, indent + " " * len(sign))
            tight = re.sub(r"\n\n(?=\s*(?:-|\d+\.) )", "\n", body)
            lines.append(f"{indent}{sign}{tight[len(indent) + len(sign) :]}")
        return "\n".join(lines)

    def _number(self, text: Text | None) -> int:
        start = text[0] if text else "1"
        return int(start) if isinstance(start, str) and start.isdigit() else 1

    def _rows(self, element: Element) -> list[list[str]]:
        if element.tag == "tr":
            return [[_SPACES.sub(" ", self.inline(c.children)).strip() for c in _elements(element)]]
        return [row for child in _elements(element) for row in self._rows(child)]

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
        if "footnote-backref" in self.writer.text(node.get("class") or ()):
            return ""
        inner = self.inline(node.children)
        href = self.writer.addresses.link(node.get("href"))
        if href is None:
            return inner
        address = self.writer.href(href)
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
