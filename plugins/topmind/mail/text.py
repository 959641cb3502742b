"""The plain text of a mail, from the same pieces as its HTML: the same words, the same links."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache

from topmind.mail.addresses import Addresses
from topmind.mail.pieces import (
    ButtonPiece,
    CalloutPiece,
    CardPiece,
    ColumnsPiece,
    CouponPiece,
    Piece,
    ProsePiece,
    QuotePiece,
    VideoPiece,
    View,
)
from topmind.mail.places import Places, is_address
from topmind.mail.plain_prose import PlainProse
from topmind.mail.words import words
from topmind.model import MergeTag, Text

#: Characters in a line (RFC 3676 says 78 at most; 72 leaves room to be quoted).
WIDTH = 72


@dataclass(slots=True)
class TextWriter:
    """Writes one mail as plain text; links in running words become numbered notes."""

    places: Places
    addresses: Addresses
    notes: list[str] = field(default_factory=list)

    def write(self, view: View) -> str:
        """The whole text, lines at most 72 characters where words allow it, ended by a line end."""
        said = words(view.language)
        parts = []
        if view.heading:
            parts.append(underlined("\n".join(p for p in (view.heading, view.line) if p), "="))
        parts.extend(self.pieces(view.pieces, said))
        if view.signature:
            lines = [PlainProse(self).inline(line).strip() for line in view.signature.lines]
            parts.append("\n".join(lines))
        if self.notes:
            parts.append("\n".join(f"[{n}] {href}" for n, href in enumerate(self.notes, 1)))
        parts.append(self.footer(view))
        return "\n\n".join(part for part in parts if part.strip()) + "\n"

    def pieces(self, pieces: Iterable[Piece], said: Mapping[str, str]) -> list[str]:
        """One text per piece."""
        return [text for piece in pieces if (text := self.piece(piece, said))]

    def piece(self, piece: Piece, said: Mapping[str, str]) -> str:
        """One piece."""
        match piece:
            case ProsePiece():
                return PlainProse(self).blocks(piece.elements)
            case ButtonPiece():
                return f"{self.text(piece.label)}:\n{self.href(piece.href)}"
            case VideoPiece():
                return f"{piece.label}:\n{self.href(piece.href)}"
            case CouponPiece():
                until = f" {self.text(piece.until)}." if piece.until else ""
                return f"{said['code']}: {self.text(piece.code)}\n{wrap(f'{piece.note}{until}')}"
            case CalloutPiece():
                title = [f"** {self.text(piece.title)} **"] if piece.title else []
                return "\n\n".join([*title, *self.pieces(piece.pieces, said)])
            case ColumnsPiece():
                return "\n\n".join(text for column in piece.columns for text in self.pieces(column, said))
            case QuotePiece():
                return self.quote(piece)
            case CardPiece():
                return self.card(piece, said)

    def quote(self, piece: QuotePiece) -> str:
        """What somebody said, marked as a quotation."""
        title = [wrap(piece.title)] if piece.title else []
        words_said = "\n\n".join([*title, PlainProse(self).blocks(piece.elements)])
        quoted = textwrap.indent(words_said, "> ", lambda _: True).replace("> \n", ">\n")
        return f"{quoted}\n-- {piece.by}" if piece.by else quoted

    def card(self, card: CardPiece, said: Mapping[str, str]) -> str:
        """One item: kind and title, then its summary and link or the whole of it."""
        parts = [f"{card.label.upper()}\n{underlined(wrap(card.title), '-')}"]
        parts += [wrap(text) for text in (card.summary, card.offer) if text]
        if card.facts:
            parts.append("\n".join(wrap(f"{name}: {value}" if name else value) for name, value in card.facts))
        if card.code:
            parts.append(f"{said['code']}: {self.text(card.code)}")
        parts += self.pieces(card.pieces, said)
        if card.link:
            parts.append(f"{card.link_label}:\n{card.link}")
        if card.terms:
            parts.append(wrap(card.terms))
        if card.href:
            parts.append(f"{said['on_site'] if card.pieces else card.cta}:\n{card.href}")
        return "\n\n".join(parts)

    def footer(self, view: View) -> str:
        """Why, the ways out, who sends."""
        foot = view.footer
        links = (
            (foot.words["unsubscribe"], self.href(foot.unsubscribe)),
            (foot.words["preferences"], self.href(foot.preferences)),
            (foot.words["view"], foot.view),
        )
        lines = [
            "-" * WIDTH,
            wrap(self.text(foot.why)),
            *(f"{label}: {href}" for label, href in links if href),
            wrap(", ".join((foot.company, *foot.address))),
            f"{view.site}/",
        ]
        return "\n".join(line for line in lines if line)

    def text(self, text: Text) -> str:
        """A text with marks."""
        return self.places.write(text, "plain")

    def href(self, href: Text) -> str:
        """An address with marks: whole addresses as they are, a value within one percent-encoded."""
        first = href[0] if href else ""
        whole = isinstance(first, MergeTag) and is_address(first.field)
        return "".join(
            part if isinstance(part, str) else self.places.put(part, "plain" if whole else "url")
            for part in href
        )

    def note(self, href: str) -> int:
        """The number of a link's note; the same address has one."""
        if href not in self.notes:
            self.notes.append(href)
        return self.notes.index(href) + 1


@lru_cache(maxsize=4096)
def wrap(text: str, indent: str = "", first: str | None = None, width: int = WIDTH) -> str:
    """Words in lines; line ends that an author wrote stay, addresses are never broken."""
    head = indent if first is None else first
    lines: list[str] = []
    for line in text.split("\n"):
        lines += textwrap.wrap(
            line.strip(),
            width,
            initial_indent=head if not lines else indent,
            subsequent_indent=indent,
            break_long_words=False,
            break_on_hyphens=False,
        ) or [""]
    return "\n".join(lines).rstrip()


def underlined(text: str, sign: str) -> str:
    """A heading with a line below, as long as its longest line."""
    return f"{text}\n{sign * max(len(line) for line in text.split(chr(10)))}"


def table(rows: Sequence[Sequence[str]]) -> str:
    """Rows of cells in columns; where they do not fit a line, one row below the other with its headings."""
    if not rows:
        return ""
    count = max(len(row) for row in rows)
    full = [[*row, *[""] * (count - len(row))] for row in rows]
    widths = [max(len(row[at]) for row in full) for at in range(count)]
    if sum(widths) + 2 * (count - 1) <= WIDTH:
        lines = [
            "  ".join(cell.ljust(w) for cell, w in zip(row, widths, strict=True)).rstrip() for row in full
        ]
        return "\n".join([lines[0], "  ".join("-" * w for w in widths), *lines[1:]])
    head, *body = full
    return "\n\n".join(
        "\n".join(
            wrap(f"{name}: {cell}" if name else cell, "  ", "")
            for name, cell in zip(head, row, strict=True)
            if cell
        )
        for row in body
    )
