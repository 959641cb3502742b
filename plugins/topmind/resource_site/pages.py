"""`content/pages/`: read by the catalog's own reader and scanner, and as strictly as items."""

from __future__ import annotations

from collections.abc import Collection, Mapping
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


def written_pages(
    settings: Settings, catalog: Catalog, rules: Collection[str], instead: Mapping[str, bytes] | None = None
) -> tuple[tuple[Written, ...], tuple[Silence, ...], tuple[Problem, ...]]:
    """Every page that could be read, what their files silence (`rules`: ids that there are), and all problems.

    `instead`: path → a text to read in place of the file's own.
    """
    findings = Findings()
    reader = Reader(settings, findings, frozenset(catalog.fields), instead or {})
    found: list[Written] = []
    for file in _files(settings):
        document = reader.read(file, PageHead)
        if document is None:
            continue
        body, _ = reader.body(document.text, document.path, document.text_line)
        _refer(body, reader, catalog)
        found.append(
            Written(
                path=document.path,
                url=urls.page_url(_below(file, reader), document.head.slug or ""),
                title=document.head.title,
                body=body,
                draft=not _shown(document, catalog),
            )
        )
    check_silences(reader.silences, rules, findings)
    return tuple(found), tuple(reader.silences), findings.sorted()


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
    _refer(body, reader, catalog)
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


def _refer(body: Body, reader: Reader, catalog: Catalog) -> None:
    for name, line in body.refs:
        if name not in catalog.items:
            fix = did_you_mean(name, catalog.items, what="Items")
            reader.findings.error("block/item", body.path, line, f"there is no item {name!r}.", fix)


def _shown(document: Document[PageHead], catalog: Catalog) -> bool:
    head = document.head
    return head.status is Status.PUBLISHED and (head.date is None or head.date <= catalog.as_of)
