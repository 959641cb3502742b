"""`content/pages/`: read by the catalog's own reader and scanner, and as strictly as items."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path, PurePosixPath
from textwrap import shorten
from typing import ClassVar

from topmind.catalog import fields as f
from topmind.catalog import urls
from topmind.catalog.blocks import block_tree, one_line
from topmind.catalog.crosscheck import check_silences
from topmind.catalog.documents import Document, Reader
from topmind.catalog.findings import Findings, did_you_mean
from topmind.catalog.schemas import Head
from topmind.catalog.text import plain_text
from topmind.catalog.unread import UnreadFile
from topmind.errors import ContentError
from topmind.model import Body, Catalog, Problem, Silence, Status
from topmind.resource_site.site import Page
from topmind.settings import Settings


class PageHead(Head):
    """A page of the site that is no item; it is for everybody or a draft, nothing between."""

    what: ClassVar[str] = "page"
    title: f.Required
    date: f.Day = None
    modified: f.Day = None
    slug: f.Name = None
    summary: f.Plain = None
    status: f.StatusOf = Status.PUBLISHED
    #: Smaller comes first among its neighbours.
    order: f.Priority = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """One page as its author wrote it."""

    path: str
    url: str
    title: str
    body: Body
    draft: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Pages:
    """What stands in `content/pages/`."""

    #: Every page that could be read.
    written: tuple[Written, ...]
    #: What their files silence.
    silences: tuple[Silence, ...]
    problems: tuple[Problem, ...]
    #: Pages that could not be read.
    unread: tuple[UnreadFile, ...]


def written_pages(
    settings: Settings,
    catalog: Catalog,
    rules: Collection[str],
    instead: Mapping[str, bytes] | None = None,
    items: Collection[str] = (),
) -> Pages:
    """Every page, and all problems. `rules`: ids that there are; `instead`: path → a text to read in place of the
    file's own; `items`: ids of items that are there and not in the catalog."""
    findings = Findings()
    reader = Reader(settings, findings, frozenset(catalog.fields), instead or {})
    found: list[Written] = []
    for file in _files(settings):
        document = reader.read(file, PageHead)
        if document is None:
            continue
        body, _ = reader.body(document.text, document.path, document.text_line)
        _refer(body.refs, document.path, reader, catalog, items)
        found.append(
            Written(
                path=document.path,
                url=urls.page_url(_below(file, reader), document.head.slug or ""),
                title=document.head.title,
                body=body,
                draft=not _shown(document, catalog),
            )
        )
    unread = reader.unread({page.path for page in found})
    for one in unread:
        for scan in one.scans:
            _refer(scan.body.refs, one.path, reader, catalog, items)
    check_silences(reader.silences, rules, findings)
    return Pages(
        written=tuple(found),
        silences=tuple(reader.silences),
        problems=findings.sorted(),
        unread=unread,
    )


def read_pages(settings: Settings, catalog: Catalog) -> tuple[Page, ...]:
    """Every page that is published by the catalog's day, by section, order and title.

    Raises ContentError with all problems of all pages.
    """
    findings = Findings()
    reader = Reader(settings, findings, frozenset(catalog.fields))
    found = [_read(file, reader, catalog) for file in _files(settings)]
    if findings.any_error:
        raise ContentError(findings.sorted())
    shown = (page for page in found if page is not None)
    return tuple(sorted(shown, key=lambda page: (page.section, page.order, page.title, page.url)))


def _files(settings: Settings) -> list[Path]:
    """Markdown below `content/pages`, without hidden files, notes to developers and what is excluded."""
    folder = settings.root / "content" / "pages"
    return [
        file
        for file in sorted(folder.rglob("*.md"))
        if file.stem.lower() != "readme"
        and not any(part.startswith(".") for part in file.relative_to(folder).parts)
        and not any(
            fnmatchcase(file.relative_to(settings.root).as_posix(), pattern)
            for pattern in settings.project.exclude
        )
    ]


def _read(file: Path, reader: Reader, catalog: Catalog) -> Page | None:
    document = reader.read(file, PageHead)
    if document is None:
        return None
    body, _ = reader.body(document.text, document.path, document.text_line)
    _refer(body.refs, document.path, reader, catalog)
    head = document.head
    if reader.findings.any_error or not _shown(document, catalog):
        return None
    blocks = block_tree(body, body.public())
    return Page(
        path=document.path,
        url=urls.page_url(_below(file, reader), head.slug or ""),
        title=head.title,
        order=head.order,
        summary=head.summary or "",
        description=head.summary or shorten(one_line(plain_text(blocks)), 160, placeholder="…"),
        blocks=blocks,
    )


def _below(file: Path, reader: Reader) -> PurePosixPath:
    return PurePosixPath(file.relative_to(reader.settings.root / "content" / "pages"))


def _refer(
    refs: Iterable[tuple[str, int]], path: str, reader: Reader, catalog: Catalog, items: Collection[str] = ()
) -> None:
    for name, line in refs:
        if name not in catalog.items and name not in items:
            fix = did_you_mean(name, [*catalog.items, *items], what="Items")
            reader.findings.error("block/item", path, line, f"there is no item {name!r}.", fix)


def _shown(document: Document[PageHead], catalog: Catalog) -> bool:
    head = document.head
    return head.status is Status.PUBLISHED and (head.date is None or head.date <= catalog.as_of)
