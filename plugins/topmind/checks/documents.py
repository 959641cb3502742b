"""Every text that people wrote, with whom it reaches: what rules about bodies walk over."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date

from topmind.catalog.unread import UnreadFile
from topmind.model import Access, Body, Catalog, Item, Status, Text, Where


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """One file's body and header texts."""

    path: str
    body: Body | None
    title: str = ""
    #: Site-relative address of its page; "" = it has none.
    url: str = ""
    #: Front-matter key → its text.
    headers: dict[str, Text] = field(default_factory=dict)
    #: Segments it is for; None = everybody.
    segments: frozenset[str] | None = None
    #: A step of a sequence: only there may an answer be asked for.
    is_step: bool = False
    #: It becomes a mail with a subject of its own.
    is_mail: bool = False
    #: Everybody may read it: a page, or the public edition of an issue.
    public: bool = False
    #: Who signs is known wherever it is read: a newsletter, not an item's page.
    signed: bool = False
    #: Nobody gets it yet: a draft, or an issue on hold.
    pending: bool = False
    #: Day on which it is read first; None = any day from now on.
    first_day: date | None = None
    #: It may stand in a mail, as a whole or as a card.
    mailed: bool = True
    #: Its head has a mistake: nobody knows for whom it is, and when.
    unread: bool = False
    #: Last day on which it goes out or has a page; None = no such day.
    last_day: date | None = None

    def day_is_over(self, today: date) -> bool:
        """Nobody gets it any more."""
        return self.last_day is not None and self.last_day < today


def documents(catalog: Catalog) -> Iterator[Document]:
    """All of them, in the order of their ids."""
    for item in catalog.items.values():
        headers = {"subject": item.subject or (), "preheader": item.preheader or ()}
        named = item.segments or None
        draft = item.status is Status.DRAFT
        yield Document(
            path=item.path,
            body=item.body,
            title=item.title,
            url=item.url,
            headers=headers,
            segments=named,
            is_mail=bool(item.sends),
            public=has_page(item),
            mailed=Where.EMAIL in item.where,
            first_day=item.day,
            pending=draft,
            last_day=item.last_day,
        )
        for send in item.sends:
            texts = {"subject": send.subject or ()}
            yield Document(
                path=item.path,
                body=send.body,
                headers=texts,
                segments=named,
                pending=draft,
                first_day=send.day,
                last_day=send.day,
            )
    for newsletter in catalog.newsletters.values():
        headers = {"subject": newsletter.subject, "preheader": newsletter.preheader}
        yield Document(
            path=newsletter.path,
            body=newsletter.body,
            title=newsletter.title,
            headers=headers,
            segments=newsletter.segments,
            is_mail=True,
            public=newsletter.archive,
            signed=True,
        )
        for issue in newsletter.issues.values():
            headers = {"subject": issue.subject or (), "preheader": issue.preheader or ()}
            yield Document(
                path=issue.path,
                body=issue.body,
                headers=headers,
                segments=newsletter.segments,
                public=newsletter.archive,
                signed=True,
                pending=issue.hold,
                first_day=issue.day,
                last_day=issue.day,
            )
    for sequence in catalog.sequences.values():
        for step in sequence.steps:
            headers = {"subject": step.subject, "preheader": step.preheader}
            yield Document(
                path=step.path,
                body=step.body,
                headers=headers,
                segments=sequence.segments,
                is_step=True,
                is_mail=not step.channel.is_task,
            )
    for person in catalog.team.values():
        yield Document(path=person.path, body=person.signature)


def unread(files: Iterable[UnreadFile]) -> Iterator[Document]:
    """The texts of files with a mistake in their head, which is no reason to say nothing of them."""
    for file in files:
        draft = not file.knows("status") or file.values.get("status") is Status.DRAFT
        held = not file.knows("hold") or file.values.get("hold") is True
        for scan in file.scans:
            yield Document(
                path=file.path,
                body=scan.body,
                is_step=file.path.startswith("content/sequences/"),
                pending=draft or held,
                mailed=False,
                unread=True,
            )


def has_page(item: Item) -> bool:
    """Whether everybody can read it on the resource site."""
    return bool(item.url) and Where.SITE in item.where and item.access is Access.PUBLIC
