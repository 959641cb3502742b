"""Items as cards, the sender's signature and the footer: values for the themes, nothing styled."""

from __future__ import annotations

from topmind.date_words import PLAIN, DateStyle
from topmind.mail.addresses import Addresses
from topmind.mail.pieces import CardPiece, Footer, Picture, Piece, ProsePiece, QuotePiece, Signature
from topmind.mail.words import kicker, known, short, words
from topmind.model import (
    Block,
    Company,
    Element,
    Filter,
    Item,
    Kind,
    MergeTag,
    Node,
    PersonalCode,
    Prose,
    TeamMember,
    Text,
)

#: The label of the link of each kind.
_CALLS = {Kind.PROMOTION: "see_offer", Kind.EVENT: "see_event"}


def card(
    item: Item,
    *,
    summary: str,
    pieces: tuple[Piece, ...],
    href: str,
    addresses: Addresses,
    language: str,
    dates: DateStyle = PLAIN,
    alone: bool = False,
    own: PersonalCode | None = None,
) -> CardPiece:
    """One item. With `pieces` it stands in full; otherwise `summary` leads to `href` (absolute, "" = no page).

    `own`: its code is personal.
    """
    said = words(language)
    source = addresses.picture(item.image)
    link = _outside(item, pieces, addresses)
    if item.kind is Kind.TESTIMONIAL:
        pieces = _said(item, pieces)
    offers = item.kind in {Kind.PROMOTION, Kind.SPOTLIGHT}
    return CardPiece(
        item=item.kind.value,
        label=kicker(item.kind.value, language),
        title=item.title,
        href=href,
        cta=said[_CALLS.get(item.kind, "read_more")] if href else "",
        picture=Picture(src=source, alt=item.image_alt or "") if source else None,
        summary="" if pieces else summary,
        offer=(item.offer or "") if offers else "",
        code=coupon_code(item.code, own, language)
        if item.code and offers and not _shows_coupon(pieces)
        else (),
        facts=_facts(item, language, dates),
        terms=item.terms or "",
        link=link,
        link_label=_way_out(item, language) if link else "",
        pieces=pieces,
        alone=alone,
    )


def _outside(item: Item, pieces: tuple[Piece, ...], addresses: Addresses) -> str:
    """The item's own link, where it stands in full without a button."""
    if not pieces or not item.link or any(piece.kind == "button" for piece in pieces):
        return ""
    found = addresses.link(item.link)
    return str(found[0]) if found else ""


def _way_out(item: Item, language: str) -> str:
    said = words(language)
    if item.kind is Kind.SPOTLIGHT and item.business:
        return said["visit"].format(name=item.business)
    return said[_CALLS.get(item.kind, "read_more")]


def _shows_coupon(pieces: tuple[Piece, ...]) -> bool:
    return any(piece.kind == "coupon" for piece in pieces)


def _facts(item: Item, language: str, dates: DateStyle) -> tuple[tuple[str, str], ...]:
    """Name and value of what people ask first: when, where, until, phone."""
    said = words(language)
    facts: list[tuple[str, str]] = []
    if item.begins:
        facts.append((said["when"], dates.span(item.begins, item.event_ends)))
    if item.location:
        facts.append((said["location"], item.location))
    if item.kind is Kind.PROMOTION and item.ends:
        facts.append(("", said["until"].format(date=dates.day(item.ends))))
    if item.kind is Kind.SPOTLIGHT:
        facts.extend((said[name], value) for name, value in _contact(item) if value)
    if item.kind is Kind.EXPERT and item.expertise:
        facts.append(("", item.expertise))
    return tuple(facts)


def _contact(item: Item) -> tuple[tuple[str, str | None], ...]:
    return ("region", item.region), ("phone", item.phone)


def coupon_code(code: str, own: PersonalCode | None, language: str) -> Text:
    """A shared code as it is; of a personal one a place for each person's own, which no public page ever shows."""
    if own is None:
        return (code,)
    return (
        MergeTag(
            field=f"coupon:{code}", filters=(Filter("default", (words(language)["own_code"],)),), source=code
        ),
    )


def good_until(own: PersonalCode | None, language: str, dates: DateStyle, *, public: bool) -> Text:
    """`Until 31 January 2027`: a day for all, or a place for each person's own; () = nothing to say."""
    before, _, after = words(language)["until"].partition("{date}")
    if own is not None and own.until is not None:
        return (f"{before}{dates.day(own.until)}{after}",)
    if own is None or own.days is None or public:
        return ()
    tag = MergeTag(field=f"coupon_until:{own.code}", filters=(), source=own.code)
    return tuple(part for part in (before, tag, after) if part)


def _said(item: Item, pieces: tuple[Piece, ...]) -> tuple[Piece, ...]:
    """The whole of a testimonial as a quotation, with whose words they are under the last of them."""
    last = max((at for at, piece in enumerate(pieces) if isinstance(piece, ProsePiece)), default=-1)
    return tuple(
        QuotePiece(title="", elements=piece.elements, by=_by(item) if at == last else "")
        if isinstance(piece, ProsePiece)
        else piece
        for at, piece in enumerate(pieces)
    )


def _by(item: Item) -> str:
    """Whose words a testimonial has, as they allowed it."""
    return ", ".join(part for part in (item.person, item.company) if part)


def quote(item: Item, blocks: tuple[Block, ...], href: str) -> QuotePiece:
    """What a customer said, with their name as they allowed it."""
    elements = tuple(node for block in blocks if isinstance(block, Prose) for node in block.elements)
    return QuotePiece(title=item.title, elements=elements, by=_by(item), href=href)


def signature(member: TeamMember, blocks: tuple[Block, ...], addresses: Addresses) -> Signature:
    """The lines as the person wrote them; name, role and phone where they wrote none."""
    lines = [line for block in blocks if isinstance(block, Prose) for line in _lines(block.elements)]
    if not any(_says(line, member.name) for line in lines):
        known_facts = ((member.name,), (member.role,), (member.phone or "",))
        lines += [fact for fact in known_facts if fact[0]]
    source = addresses.picture(member.photo)
    photo = Picture(src=source) if source else None
    return Signature(name=member.name, lines=tuple(lines), photo=photo)


def _says(line: tuple[Node, ...], name: str) -> bool:
    return any(isinstance(node, str) and name in node for node in line)


def _lines(elements: tuple[Node, ...]) -> list[tuple[Node, ...]]:
    """Paragraphs cut at their line ends: a signature is read line by line."""
    lines: list[list[Node]] = []
    for element in elements:
        nodes = element.children if isinstance(element, Element) else (element,)
        lines.append([])
        for node in nodes:
            if isinstance(node, Element) and node.tag == "br":
                lines.append([])
            elif isinstance(node, str):
                first, *more = node.split("\n")
                lines[-1].append(first)
                lines.extend([part] for part in more)
            else:
                lines[-1].append(node)
    return [tuple(line) for line in lines if any(not isinstance(n, str) or n.strip() for n in line)]


def footer(company: Company, *, language: str, view: str, public: bool) -> Footer:
    """Postal address, why, and the ways out. `language`: the contact's."""
    said = words(language)
    reason = said["why"].format(company=company.name)
    return Footer(
        company=company.name,
        address=company.address,
        why=() if public else (MergeTag(field="why", filters=(Filter("default", (reason,)),), source="why"),),
        preferences=() if public else (MergeTag(field="preferences_url", source="preferences_url"),),
        unsubscribe=() if public else (MergeTag(field="unsubscribe_url", source="unsubscribe_url"),),
        view="" if public else view,
        language="" if known(language) == short(company.language) else known(language),
        words=dict(said),
    )
