"""Prose of the block tree as inline-styled HTML, one string per run of words."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from html import escape

from topmind.mail.addresses import Addresses, where
from topmind.mail.components import names
from topmind.mail.places import Places
from topmind.model import Element, MergeTag, Node, Text

#: Elements written as they are; `b` and `i` of hostile HTML were cleaned before.
_KEPT = names(
    "p h1 h2 h3 h4 h5 h6 ul ol li dl dt dd a blockquote hr table thead tbody tfoot tr th td caption code kbd pre"
    " img figure figcaption strong b em i u s del ins sub sup small abbr cite q mark br div span time var samp wbr"
)
#: What mail programs do not know, and what stands in its place.
_STAND_INS = {"details": "div", "section": "div", "summary": "p"}
_VOID = frozenset({"br", "hr", "img", "wbr"})
#: Elements with margins of their own.
_SPACED = names("p h1 h2 h3 h4 ul ol blockquote table pre dl dd figure details section summary")
_HEADINGS = ("h1", "h2", "h3", "h4")
#: Words that an author lets run the other way stand at their own side; not every mail program knows `start`.
_SIDES = {"rtl": "right", "ltr": "left"}
_BLOCKS = names("p h1 h2 h3 h4 ul ol dl blockquote div caption")
#: Attributes carried over, beside `href`, `src` and styles.
_ATTRIBUTES = frozenset(
    {"lang", "dir", "title", "colspan", "rowspan", "start", "type", "scope", "data-label"}
)
#: Where white space between children says nothing.
_LISTS = frozenset({"ul", "ol", "table", "thead", "tbody", "tfoot", "tr", "dl"})


@dataclass(frozen=True, slots=True)
class ProseWriter:
    """Writes elements as HTML for one mail."""

    styles: Mapping[str, str]
    places: Places
    addresses: Addresses
    #: Width of the text column in px: no picture is wider.
    width: int

    def write(self, nodes: Iterable[Node], *, shift: int = 0) -> str:
        """The HTML of a run of words; its first and last margins are the theme's, not the words'."""
        shown = [node for node in nodes if not (isinstance(node, str) and not node.strip())]
        parts = []
        for index, node in enumerate(shown):
            edge = ("margin-top:0;" if index == 0 else "") + (
                "margin-bottom:0;" if index == len(shown) - 1 else ""
            )
            parts.append(self._node(node, shift, edge))
        return "".join(parts)

    def inline(self, nodes: Iterable[Node]) -> str:
        """Words inside a line."""
        return "".join(self._node(node, 0, "") for node in nodes)

    def _node(self, node: Node, shift: int, edge: str = "") -> str:
        if isinstance(node, str):
            return escape(node, quote=False)
        if isinstance(node, MergeTag):
            return self.places.put(node, "text")
        return self._element(node, shift, edge)

    def _children(self, children: Sequence[Node], shift: int, *, inside: str) -> str:
        kept = [c for c in children if not (inside in _LISTS and isinstance(c, str) and not c.strip())]
        last = len(kept) - 1
        compact = inside in {"blockquote", "li", "dd", "div", "figure", "td"}
        return "".join(
            self._node(child, shift, "margin-bottom:0;" if compact and at == last else "")
            for at, child in enumerate(kept)
        )

    def _element(self, element: Element, shift: int, edge: str) -> str:
        tag = element.tag
        if tag == "a":
            return self._link(element, shift)
        if tag == "img":
            return self._image(element)
        if tag in _STAND_INS:  # mail programs cannot fold; the words stand open
            tag = _STAND_INS[tag]
        if tag not in _KEPT:
            return self._children(element.children, shift, inside=tag)
        if tag == "p" and shows_nothing(element.children):
            return ""
        if tag in {"h1", "h2", "h3", "h4", "h5", "h6"}:
            tag = _HEADINGS[min(max(int(tag[1]), 2) - 1 + shift, 3)]
        if tag == "div" and _has_class(element, "footnote"):
            inner = self._children(element.children, shift, inside="div")
            return f'<div class="tm-muted" style="font-size:14px;{edge}">{inner}</div>'
        if tag == "table":
            element = _labelled(element)
        children: Sequence[Node] = _unwrapped(element) if tag == "pre" else element.children
        inner = self._children(children, shift, inside=tag)
        return self._tag(tag, self._attributes(element, tag, edge), inner)

    def _attributes(self, element: Element, tag: str, edge: str) -> str:
        own = element.tag if element.tag in _STAND_INS else tag
        style = self.styles.get("code-block" if tag == "pre" else own, "")
        if own in _SPACED:
            style += edge
        if tag in {"td", "th"}:
            style += _alignment(element)
        if _plain(element.get("dir")) in _SIDES and tag in _BLOCKS:
            style += f"text-align:{_SIDES[_plain(element.get('dir'))]};"
        written = f' style="{escape(style)}"' if style else ""
        for name, value in element.attrs:
            if name in _ATTRIBUTES:
                written += f' {name}="{self.places.write(value, "attribute")}"'
        if tag == "table" and _has_class(element, "tm-stack"):
            written += ' class="tm-stack"'
        if tag == "th" and element.get("scope") is None:
            written += ' scope="col"'
        return written

    def _tag(self, tag: str, attributes: str, inner: str) -> str:
        return f"<{tag}{attributes} />" if tag in _VOID else f"<{tag}{attributes}>{inner}</{tag}>"

    def _link(self, element: Element, shift: int) -> str:
        if _is_backlink(element) or shows_nothing(element.children):
            return ""
        inner = self._children(element.children, shift, inside="a")
        href = self.addresses.link(element.get("href"))
        if href is None:
            return inner
        title = self._title(element)
        return f'<a href="{self.href(href)}"{title} style="{escape(self.styles["a"])}">{inner}</a>'

    def _title(self, element: Element) -> str:
        title = element.get("title")
        return f' title="{self.places.write(title, "attribute")}"' if title else ""

    def href(self, href: Text) -> str:
        """An address for an attribute: whole addresses are escaped, a value within one is percent-encoded."""
        kind = where(href)
        return self.places.write(href, "attribute" if kind == "whole" else kind)

    def _image(self, element: Element) -> str:
        src = self.addresses.image(element.get("src"))
        if src is None:
            return ""
        declared = _plain(element.get("width")).removesuffix("px")
        width = min(int(declared), self.width) if declared.isdigit() and int(declared) > 0 else self.width
        alt = self.places.write(element.get("alt") or (), "attribute")
        title = self._title(element)
        style = escape(self.styles["image"] + f"max-width:{width}px;")
        return f'<img src="{self.href(src)}" alt="{alt}"{title} width="{width}" style="{style}" />'


#: From so many columns on, a phone shows a table row by row, each cell with its heading.
_MANY_COLUMNS = 4


def _labelled(table: Element) -> Element:
    """A wide table with the words of its headings on each cell."""
    rows = list(_rows(table))
    labels = [_words(cell) for cell in rows[0].children if isinstance(cell, Element)] if rows else []
    if len(labels) < _MANY_COLUMNS or any(cell.tag != "th" for cell in _cells(rows[0])):
        return table
    stacked = _relabel(table, labels)
    return Element("table", (*stacked.attrs, ("class", ("tm-stack",))), stacked.children)


def _relabel(element: Element, labels: list[Text]) -> Element:
    if element.tag == "tr":
        cells = _cells(element)
        named = tuple(
            Element(cell.tag, (*cell.attrs, ("data-label", label)), cell.children)
            if cell.tag == "td"
            else cell
            for cell, label in zip(cells, labels, strict=False)
        )
        return Element("tr", element.attrs, (*named, *cells[len(named) :]))
    children = tuple(_relabel(c, labels) if isinstance(c, Element) else c for c in element.children)
    return Element(element.tag, element.attrs, children)


def _rows(element: Element) -> Iterable[Element]:
    for child in element.children:
        if isinstance(child, Element):
            if child.tag == "tr":
                yield child
            else:
                yield from _rows(child)


def _cells(row: Element) -> tuple[Element, ...]:
    return tuple(cell for cell in row.children if isinstance(cell, Element))


def _words(element: Element) -> Text:
    """The words of an element without its markup."""
    parts: list[str | MergeTag] = []
    for child in element.children:
        parts.extend(_words(child) if isinstance(child, Element) else (child,))
    return tuple(parts)


def _plain(text: Text | None) -> str:
    return "".join(part for part in text or () if isinstance(part, str))


def _has_class(element: Element, name: str) -> bool:
    return name in _plain(element.get("class")).split()


def shows_nothing(nodes: Iterable[Node]) -> bool:
    """Whether there is but white space, and the ↩ of a footnote: nothing to read, see or follow."""
    return all(
        not node.strip()
        if isinstance(node, str)
        else isinstance(node, Element)
        and node.tag not in {"img", "br", "hr"}
        and (_is_backlink(node) or shows_nothing(node.children))
        for node in nodes
    )


def _is_backlink(element: Element) -> bool:
    """The ↩ of a footnote: mail programs drop the places it leads to."""
    return element.tag == "a" and _has_class(element, "footnote-backref")


def _unwrapped(pre: Element) -> tuple[Node, ...]:
    """The words of a code block without the `code` around them: the box is styled, not each line."""
    return tuple(
        node
        for child in pre.children
        for node in (child.children if isinstance(child, Element) and child.tag == "code" else (child,))
    )


def _alignment(element: Element) -> str:
    """`text-align` of a table cell as Markdown set it."""
    found = f"{_plain(element.get('style'))};{_plain(element.get('align'))}".replace(" ", "")
    return next((f"text-align:{side};" for side in ("right", "center") if side in found), "")
