"""What a mail is made of once all is decided: pieces in order, the same ones for the HTML and the plain text.

Nothing here is escaped and nothing is styled: the theme and the text writer each do their own.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import ClassVar, TypeAlias

from topmind.model import Node, Text


@dataclass(frozen=True, slots=True, kw_only=True)
class Picture:
    """A picture by its absolute address; `alt` is "" where it only decorates."""

    src: str
    alt: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ProsePiece:
    """Ordinary words. `shift`: how many levels headings go down (inside a card)."""

    kind: ClassVar[str] = "prose"
    elements: tuple[Node, ...]
    shift: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class ButtonPiece:
    """One thing to do. `href` is absolute, or begins with a tag that is a whole address."""

    kind: ClassVar[str] = "button"
    label: Text
    href: Text


@dataclass(frozen=True, slots=True, kw_only=True)
class CalloutPiece:
    """A highlighted box."""

    kind: ClassVar[str] = "callout"
    title: Text
    pieces: tuple[Piece, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ColumnsPiece:
    """Side by side where there is room."""

    kind: ClassVar[str] = "columns"
    columns: tuple[tuple[Piece, ...], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class CouponPiece:
    """A code; of a personal one the tag `coupon:CODE`, into which a run puts each person's own."""

    kind: ClassVar[str] = "coupon"
    code: Text
    note: str
    #: "Until 31 January 2027"; () = no end is said.
    until: Text = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class QuotePiece:
    """What somebody said."""

    kind: ClassVar[str] = "quote"
    #: "" where it stands as a heading above.
    title: str
    elements: tuple[Node, ...]
    #: "Anna K., Tern Harbor".
    by: str
    href: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class VideoPiece:
    """A link to a video; never an embed."""

    kind: ClassVar[str] = "video"
    label: str
    href: Text


@dataclass(frozen=True, slots=True, kw_only=True)
class CardPiece:
    """One item: a summary that leads to its page, or (`pieces` not empty) the whole of it."""

    kind: ClassVar[str] = "card"
    #: Word of the item's kind: tip, promotion …
    item: str
    #: "Tip", "Offer" …, in the content's language; "" in one that we have no words of.
    label: str
    title: str
    #: Absolute address of its page; "" where it has none.
    href: str = ""
    #: "Read more", "See the offer".
    cta: str = ""
    picture: Picture | None = None
    summary: str = ""
    #: What is offered, in large letters.
    offer: str = ""
    code: Text = ()
    #: Name and value: when, where, phone.
    facts: tuple[tuple[str, str], ...] = ()
    #: Small print of an offer.
    terms: str = ""
    #: Where it leads out, where it is shown in full and its words have no button of their own.
    link: str = ""
    link_label: str = ""
    #: The body, where it is shown in full.
    pieces: tuple[Piece, ...] = ()
    #: The only thing in the mail (announcement, rescue): its title is the mail's heading.
    alone: bool = False


Piece: TypeAlias = (
    ProsePiece | ButtonPiece | CalloutPiece | ColumnsPiece | CouponPiece | QuotePiece | VideoPiece | CardPiece
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Signature:
    """The real person who sends."""

    name: str
    #: Inline nodes per line.
    lines: tuple[tuple[Node, ...], ...]
    photo: Picture | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Footer:
    """Who sends, why, and the ways out; a public edition has no `why` and no links of a person."""

    company: str
    address: tuple[str, ...]
    why: Text = ()
    preferences: Text = ()
    unsubscribe: Text = ()
    #: Address of the public edition; "" = there is none.
    view: str = ""
    #: Language of these words, where it differs from the content's; else "".
    language: str = ""
    words: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class View:
    """A whole mail, ready for a theme."""

    #: `newsletter` or `letter`: file in `themes/email/`.
    theme: str
    #: Of the content: BCP 47 tag, and `ltr` or `rtl`.
    language: str
    direction: str
    #: Title of the document, without merge tags.
    title: str
    #: The visible heading; "" where the body brings its own.
    heading: str
    #: The line beside it: the date of an issue.
    line: str
    preheader: Text
    pieces: tuple[Piece, ...]
    signature: Signature | None
    footer: Footer
    #: Home page and company name, for the header.
    site: str
    company: str
    public: bool = False
