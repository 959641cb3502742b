"""Which documents an occasion shows, and which of them in full: what decides who sees which blocks."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import TypeVar

from topmind.errors import MailError
from topmind.model import (
    Access,
    Body,
    Catalog,
    DatedIssue,
    Edition,
    Item,
    Kind,
    Newsletter,
    Occasion,
    Send,
    SourceKind,
    Step,
    Text,
    Where,
)

#: The file of the brand, which every mail wears.
BRAND = "themes/brand.toml"
_T = TypeVar("_T")


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """What an occasion says by itself, before any item."""

    #: None = nothing of its own (a rescue).
    body: Body | None
    subject: Text
    preheader: Text
    theme: str
    #: The newsletter, where it is an issue.
    newsletter: Newsletter | None = None
    #: The announced item.
    item: Item | None = None


def document(catalog: Catalog, occasion: Occasion, items: tuple[str, ...] = ()) -> Document:
    """The document of an occasion. Raises MailError where the catalog no longer has it."""
    match occasion.kind:
        case SourceKind.ISSUE:
            return _issue(_found(catalog.newsletters.get(occasion.source), occasion), occasion)
        case SourceKind.STEP:
            sequence = _found(catalog.sequences.get(occasion.source), occasion)
            step = _found(next((s for s in sequence.steps if s.id == occasion.step), None), occasion)
            return _step(step)
        case SourceKind.ANNOUNCEMENT:
            item = _found(catalog.items.get(occasion.item or occasion.source), occasion)
            return _announcement(item, occasion)
        case SourceKind.RESCUE:
            picked = _found(catalog.items.get(items[0]) if items else None, occasion)
            subject = picked.subject or (picked.title,)
            return Document(
                body=None, subject=subject, preheader=picked.preheader or (), theme="letter", item=picked
            )


def _found(value: _T | None, occasion: Occasion) -> _T:
    if value is None:
        raise MailError(
            "the files of this occasion are gone.",
            where=occasion.name,
            fix="Plan again, or bring the file back; renamed files say `was:`.",
        )
    return value


def _issue(newsletter: Newsletter, occasion: Occasion) -> Document:
    dated: DatedIssue | None = newsletter.issues.get(occasion.day)
    own = dated is not None and dated.body is not None
    return Document(
        body=dated.body if own and dated else newsletter.body,
        subject=(dated.subject if dated and dated.subject else newsletter.subject) or (newsletter.title,),
        preheader=dated.preheader if dated and dated.preheader else newsletter.preheader,
        theme=newsletter.theme,
        newsletter=newsletter,
    )


def _step(step: Step) -> Document:
    return Document(
        body=step.body,
        subject=step.subject or (step.title,),
        preheader=step.preheader,
        theme=step.theme,
    )


def _announcement(item: Item, occasion: Occasion) -> Document:
    send: Send | None = next((s for s in item.sends if str(s.number) == occasion.occurrence), None)
    if send is None:
        send = next((s for s in item.sends if s.day == occasion.day), None)
    return Document(
        body=send.body if send and send.body else item.body,
        subject=(send.subject if send and send.subject else item.subject) or (item.title,),
        preheader=item.preheader or (),
        theme="newsletter",
        item=item,
    )


def has_page(item: Item) -> bool:
    """Whether everybody can read it on the resource site; else a mail shows all of it."""
    return bool(item.url) and Where.SITE in item.where and item.access is Access.PUBLIC


def shown_in_full(item: Item) -> bool:
    """A mail-only item stands in the mail whole. A testimonial always does, as everyone may read it."""
    return item.kind is not Kind.TESTIMONIAL and not has_page(item)


def files_of(catalog: Catalog, edition: Edition) -> tuple[str, ...]:
    """Files that a mail is made from: the occasion's own, those of its items, the company's, the brand's."""
    own = document(catalog, edition.occasion, edition.items)
    bodies = list(full_bodies(catalog, edition.occasion, edition.items))
    names = [*edition.items, *(name for body in bodies for name, _ in body.refs)]
    head = [own.newsletter.path] if own.newsletter else []
    issue = own.newsletter.issues.get(edition.occasion.day) if own.newsletter else None
    head += [issue.path] if issue else []
    if (
        own.body is not None
        and own.newsletter
        and own.body is not own.newsletter.body
        and own.newsletter.path in head
    ):
        head.remove(own.newsletter.path)  # its layout is not shown
    items = [catalog.items[name].path for name in names if name in catalog.items]
    texts = [body.path for body in bodies]
    return tuple(dict.fromkeys([*head, *texts, *items, catalog.company.path, BRAND]))


def shown_items(
    catalog: Catalog, occasion: Occasion, items: tuple[str, ...], segments: frozenset[str]
) -> tuple[str, ...]:
    """Items besides `items` that a contact in these segments sees in the words of the occasion (`/// item`), and of the
    mail-only items in it. Raises MailError where the catalog no longer has the occasion."""
    if occasion.kind is SourceKind.RESCUE and not items:
        return ()  # a call or a visit: no file says what to say
    named = (name for body in full_bodies(catalog, occasion, items) for name in body.shows(segments))
    return tuple(dict.fromkeys(name for name in named if name in catalog.items and name not in items))


def full_bodies(catalog: Catalog, occasion: Occasion, items: tuple[str, ...]) -> Iterator[Body]:
    """Bodies of which each contact sees their own blocks: the occasion's, and every mail-only item in it."""
    own = document(catalog, occasion, items)
    if own.body is not None:
        yield own.body
    named: Iterable[str] = (*items, *(ref for ref, _ in (own.body.refs if own.body else ())))
    announced = own.item.id if own.body is not None and own.item else ""
    seen = {announced}
    for name in named:
        item = catalog.items.get(name)
        if item is not None and name not in seen and shown_in_full(item):
            seen.add(name)
            yield item.body
