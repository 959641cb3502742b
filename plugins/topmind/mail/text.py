"""The plain text of a mail, from the same pieces as its HTML: the same words, the same links."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from topmind.mail.addresses import Addresses, where
from topmind.mail.lines import WIDTH, Lines
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
from topmind.mail.places import Places
from topmind.mail.plain_prose import PlainProse
from topmind.mail.words import words
from topmind.model import MergeTag, Text


@dataclass(slots=True)
class TextWriter:
    """Writes one mail as plain text; links in running words become numbered notes."""

    places: Places
    addresses: Addresses
    notes: list[str] = field(default_factory=list)

    @property
    def lines(self) -> Lines:
        """Lines of this mail."""
        return Lines(measure=self.places.measure)

    def write(self, view: View) -> str:
        """The whole text, lines at most 72 columns where words allow it, ended by a line end."""
        said = words(view.language)
        parts = []
        if view.heading:
            parts.append(self._title(view))
        parts.extend(self.pieces(view.pieces, said))
        if view.signature:
            lines = [PlainProse(self, self.lines).inline(line).strip() for line in view.signature.lines]
            parts.append("\n".join(lines))
        if self.notes:
            parts.append("\n".join(f"[{n}] {href}" for n, href in enumerate(self.notes, 1)))
        parts.append(self.footer(view))
        return "\n\n".join(part for part in parts if part.strip()) + "\n"

    def _title(self, view: View) -> str:
        shown = (self.lines.wrap(part) for part in (view.heading, view.line) if part)
        return self.lines.underlined("\n".join(shown), "=")

    def pieces(self, pieces: Iterable[Piece], said: Mapping[str, str]) -> list[str]:
        """One text per piece."""
        return [text for piece in pieces if (text := self.piece(piece, said))]

    def piece(self, piece: Piece, said: Mapping[str, str]) -> str:
        """One piece."""
        match piece:
            case ProsePiece():
                return PlainProse(self, self.lines).blocks(piece.elements)
            case ButtonPiece():
                return f"{self.lines.wrap(self.text(piece.label))}:\n{self.href(piece.href)}"
            case VideoPiece():
                return f"{piece.label}:\n{self.href(piece.href)}"
            case CouponPiece():
                until = f" {self.text(piece.until)}." if piece.until else ""
                return f"{said['code']}: {self.text(piece.code)}\n{self.lines.wrap(f'{piece.note}{until}')}"
            case CalloutPiece():
                title = [self.lines.wrap(f"** {self.text(piece.title)} **")] if piece.title else []
                return "\n\n".join([*title, *self.pieces(piece.pieces, said)])
            case ColumnsPiece():
                return "\n\n".join(text for column in piece.columns for text in self.pieces(column, said))
            case QuotePiece():
                return self.quote(piece)
            case CardPiece():
                return self.card(piece, said)

    def quote(self, piece: QuotePiece) -> str:
        """What somebody said, marked as a quotation."""
        lines = self.lines.narrower(2)
        title = [lines.wrap(piece.title)] if piece.title else []
        words_said = "\n\n".join([*title, PlainProse(self, lines).blocks(piece.elements)])
        quoted = textwrap.indent(words_said, "> ", lambda _: True).replace("> \n", ">\n")
        return f"{quoted}\n-- {piece.by}" if piece.by else quoted

    def card(self, card: CardPiece, said: Mapping[str, str]) -> str:
        """One item: kind and title, then its summary and link or the whole of it."""
        label = f"{card.label.upper()}\n" if card.label else ""
        parts = [f"{label}{self.lines.underlined(self.lines.wrap(card.title), '-')}"]
        parts += [self.lines.wrap(text) for text in (card.summary, card.offer) if text]
        if card.facts:
            parts.append("\n".join(self._fact(*fact) for fact in card.facts))
        if card.code:
            parts.append(f"{said['code']}: {self.text(card.code)}")
        parts += self.pieces(card.pieces, said)
        if card.link:
            parts.append(f"{card.link_label}:\n{card.link}")
        if card.terms:
            parts.append(self.lines.wrap(card.terms))
        if card.href:
            parts.append(f"{said['on_site'] if card.pieces else card.cta}:\n{card.href}")
        return "\n\n".join(parts)

    def _fact(self, name: str, value: str) -> str:
        return self.lines.wrap(f"{name}: {value}" if name else value)

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
            self._reason(foot.why),
            *(f"{label}: {href}" for label, href in links if href),
            self.lines.wrap(", ".join((foot.company, *foot.address))),
            f"{view.site}/",
        ]
        return "\n".join(line for line in lines if line)

    def _reason(self, why: Text) -> str:
        if any(isinstance(part, MergeTag) for part in why):
            return self.places.write(why, "lines")
        return self.lines.wrap(self.text(why))

    def text(self, text: Text) -> str:
        """A text with marks."""
        return self.places.write(text, "plain")

    def href(self, href: Text) -> str:
        """An address with marks: whole addresses as they are, a value within one percent-encoded."""
        kind = where(href)
        place = "plain" if kind == "whole" else kind
        return "".join(part if isinstance(part, str) else self.places.put(part, place) for part in href)

    def note(self, href: str) -> int:
        """The number of a link's note; the same address has one."""
        if href not in self.notes:
            self.notes.append(href)
        return self.notes.index(href) + 1
