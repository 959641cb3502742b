"""From an edition to a view: the documents it shows, block by block, with every item where it belongs."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass

from topmind.catalog.coupons import personal_codes
from topmind.errors import MailError
from topmind.mail import cards
from topmind.mail.addresses import Addresses
from topmind.mail.documents import Document, document, has_page, shown_in_full
from topmind.mail.file_links import linked
from topmind.mail.pieces import (
    ButtonPiece,
    CalloutPiece,
    ColumnsPiece,
    CouponPiece,
    Piece,
    ProsePiece,
    Signature,
    VideoPiece,
    View,
)
from topmind.mail.words import direction, words
from topmind.model import (
    Block,
    Body,
    Button,
    Callout,
    Catalog,
    Columns,
    Coupon,
    Edition,
    Element,
    Item,
    ItemRef,
    Kind,
    MergeTag,
    PersonalCode,
    Prose,
    SlotMark,
    SourceKind,
    TestimonialRef,
    Video,
)

#: `topmind.catalog.blocks.block_tree`: a body as a group of readers sees it.
Tree = Callable[[Body, frozenset[int]], tuple[Block, ...]]
#: `topmind.catalog.summary`: public words about an item.
Summary = Callable[[Item], str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Builder:
    """Builds the view of one edition."""

    catalog: Catalog
    edition: Edition
    site: str
    tree: Tree
    summary: Summary
    public: bool = False
    #: Addresses of the built site; None = not known. A mail never leads to a page that is not there.
    published: Collection[str] | None = None
    #: Codes that are personal; None = to be found in the catalog.
    codes: Mapping[str, PersonalCode] | None = None

    @property
    def personal(self) -> Mapping[str, PersonalCode]:
        """Codes that are personal."""
        return personal_codes(self.catalog) if self.codes is None else self.codes

    @property
    def addresses(self) -> Addresses:
        """Where links lead."""
        return Addresses(self.site, self.public)

    def view(self) -> View:
        """The whole mail. Raises MailError where a file, an item or the sender is gone."""
        occasion, company = self.edition.occasion, self.catalog.company
        own = document(self.catalog, occasion, self.edition.items)
        issue = occasion.kind is SourceKind.ISSUE
        return View(
            theme=own.theme,
            language=company.language,
            direction=direction(company.language),
            title=f"{occasion.title or own.theme}",
            heading=own.newsletter.title if own.newsletter else "",
            line=company.dates.day(occasion.day, weekday=True) if issue else "",
            preheader=own.preheader or self._preheader(),
            pieces=signed_off(tuple(self._pieces(own))),
            signature=self._signature(),
            footer=cards.footer(
                company, language=self.edition.language, view=self._view_url(own), public=self.public
            ),
            site=self.site,
            company=company.name,
            public=self.public,
        )

    def _pieces(self, own: Document) -> Iterator[Piece]:
        if own.item is not None and own.body is not None:  # an announcement
            yield self._card(own.item, body=own.body, alone=True)
            return
        if own.item is not None:  # a rescue
            yield self._item(own.item.id, alone=True)
            return
        if own.body is None:
            return
        shown: set[int] = set()
        yield from self._blocks(self._tree(own.body), shown)
        for index in range(len(self.edition.per_slot)):  # a pick counts as received, so it is always shown
            if index not in shown:
                yield from self._slot(index)

    def _tree(self, body: Body) -> tuple[Block, ...]:
        blocks = self.tree(body, self._visible(body))
        if ".md" not in body.text and "](" not in body.text:
            return blocks
        pages = {item.path: item.url for item in self.catalog.items.values() if has_page(item)}
        if ".md" not in body.text and body.path not in pages:
            return blocks
        return linked(blocks, body.path, pages)

    def _visible(self, body: Body) -> frozenset[int]:
        if self.public:
            return body.public()
        marks = (mark.rpartition("#") for mark in self.edition.visible)
        return frozenset(int(index) for path, _, index in marks if path == body.path)

    def _blocks(self, blocks: tuple[Block, ...], shown: set[int], shift: int = 0) -> Iterator[Piece]:
        for block in blocks:
            if isinstance(block, SlotMark):
                shown.add(block.index)
                yield from self._slot(block.index)
            elif isinstance(block, ItemRef | TestimonialRef):
                yield from self._named(block.item)
            else:
                piece = self._block(block, shown, shift)
                if piece is not None:
                    yield piece

    def _block(self, block: Block, shown: set[int], shift: int) -> Piece | None:
        match block:
            case Prose():
                return ProsePiece(elements=block.elements, shift=shift)
            case Callout():
                return CalloutPiece(
                    title=block.title, pieces=tuple(self._blocks(block.blocks, shown, shift + 1))
                )
            case Columns():
                columns = tuple(tuple(self._blocks(column, shown, shift)) for column in block.columns)
                return ColumnsPiece(columns=columns)
            case Button():
                href = self.addresses.link(block.href)
                return ButtonPiece(label=block.label, href=href) if href else None
            case Coupon():
                return self._coupon(block.code)
            case Video():
                href = self.addresses.link(block.href)
                label = words(self.catalog.company.language)["watch"]
                return VideoPiece(label=label, href=href) if href else None
            case _:
                return None

    def _coupon(self, code: str) -> CouponPiece:
        company, own = self.catalog.company, self.personal.get(code)
        return CouponPiece(
            code=cards.coupon_code(code, own, company.language),
            note=words(company.language)["show_code"],
            until=cards.good_until(own, company.language, company.dates, public=self.public),
        )

    def _slot(self, index: int) -> Iterator[Piece]:
        start = sum(self.edition.per_slot[:index])
        count = self.edition.per_slot[index] if index < len(self.edition.per_slot) else 0
        for name in self.edition.items[start : start + count]:
            yield self._item(name)

    def _named(self, name: str) -> Iterator[Piece]:
        item = self.catalog.items.get(name)
        if item is not None and not (self.public and not has_page(item)):
            yield self._item(name)

    def _item(self, name: str, *, alone: bool = False) -> Piece:
        item = self.catalog.items.get(name)
        if item is None:
            raise MailError(f"the item {name} is gone.", where=self.edition.occasion.name, fix="Plan again.")
        if item.kind is Kind.TESTIMONIAL:
            blocks = self.tree(item.body, item.body.public())
            return cards.quote(item, blocks, self._page(item) if alone else "")
        return self._card(item, body=item.body if shown_in_full(item) else None, alone=alone)

    def _card(self, item: Item, *, body: Body | None, alone: bool) -> Piece:
        pieces: tuple[Piece, ...] = ()
        if body is not None:
            blocks = self._tree(body)
            pieces = tuple(self._blocks(blocks, set(), 0 if alone else 1))
        return cards.card(
            item,
            summary=self.summary(item),
            pieces=pieces,
            href=self._page(item),
            addresses=self.addresses,
            language=self.catalog.company.language,
            dates=self.catalog.company.dates,
            alone=alone,
            own=self.personal.get(item.code) if item.code else None,
        )

    def _page(self, item: Item) -> str:
        return f"{self.site}{item.url}" if has_page(item) else ""

    def _preheader(self) -> tuple[str, ...]:
        first = next((self.catalog.items.get(name) for name in self.edition.items), None)
        if first is None:
            return ()
        # Words made from a mail-only body would show this group what is meant for others.
        return (self.summary(first) if has_page(first) else first.summary or first.title,)

    def _signature(self) -> Signature:
        member = self.catalog.team.get(self.edition.sender)
        if member is None:
            raise MailError(
                f"the sender {self.edition.sender} is no team member.",
                where=self.edition.occasion.name,
                fix="Write content/team/NAME.md, or name another sender.",
            )
        return cards.signature(member, self.tree(member.signature, member.signature.public()), self.addresses)

    def _view_url(self, own: Document) -> str:
        """The public edition of an issue, the page of an announced item; "" where nobody else may see it."""
        if own.newsletter is not None and own.newsletter.archive and own.body is not None:
            page = archive_url(own.newsletter.id, self.edition)
            return f"{self.site}{page}" if self.published is None or page in self.published else ""
        if own.item is not None and own.body is not None:
            return self._page(own.item)
        return ""


def signed_off(pieces: tuple[Piece, ...]) -> tuple[Piece, ...]:
    """Without the sender's name on a line of its own at the very end: the signature below says it."""
    if not pieces or not isinstance(pieces[-1], ProsePiece):
        return pieces
    prose = pieces[-1]
    words_only = [e for e in prose.elements if not (isinstance(e, str) and not e.strip())]
    last = words_only[-1] if words_only else None
    if not isinstance(last, Element) or last.tag != "p" or not last.children:
        return pieces
    written = [c for c in last.children if not (isinstance(c, str) and not c.strip())]
    if not written:  # white space alone, such as a no-break space
        return pieces
    *before, name = written
    own_line = not before or (isinstance(before[-1], str) and before[-1].rstrip(" ").endswith("\n"))
    if not (isinstance(name, MergeTag) and name.field == "sender_name" and own_line):
        return pieces
    kept = words_only[:-1]
    if before:
        closing = str(before[-1]).rstrip()
        kept.append(Element("p", last.attrs, (*before[:-1], closing)))
    if not kept:
        return pieces[:-1]
    return (*pieces[:-1], ProsePiece(elements=tuple(kept), shift=prose.shift))


def archive_url(newsletter: str, edition: Edition) -> str:
    """`/newsletters/tuesday-fix/2026-12-01/`, where the resource site keeps the public edition."""
    return f"/newsletters/{newsletter}/{edition.occasion.day.isoformat()}/"
