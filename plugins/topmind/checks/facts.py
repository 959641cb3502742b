"""What the rules look at, and the small readers that share the work among them."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from pathlib import Path

from topmind.brand import Brand
from topmind.catalog.addresses import is_sound
from topmind.catalog.unread import NOTHING, Unread
from topmind.checks.documents import Document, documents, unread
from topmind.checks.written import Link, links, paragraphs
from topmind.model import Body, Catalog, CompiledEdition, Members, Silence, Text


@dataclass(frozen=True, slots=True, kw_only=True)
class Mail:
    """The largest mail of one occasion, as it would be merged."""

    #: File that somebody would shorten.
    path: str
    #: `tuesday-fix/2026-12-01`.
    name: str
    #: None = it could not be compiled.
    compiled: CompiledEdition | None = None
    #: Bytes of its HTML, with the longest value in each place.
    size: int = 0
    #: Why it could not be compiled: where, what, what to do; ("", "", "") = it could.
    refused: tuple[str, str, str] = ("", "", "")
    #: It must have a link to leave (a service mail need not).
    marketing: bool = True


@dataclass(frozen=True, kw_only=True)
class Facts:
    """Everything a rule may ask. What is None is not at hand, and the rules that need it are left out.

    A rule that looks at other files than its own asks `unread` before it calls something missing.
    """

    catalog: Catalog
    brand: Brand | None = None
    #: The project's folder, for images and line numbers.
    root: Path | None = None
    #: The audience of today.
    members: Members | None = None
    #: Newsletter id → its coming nominal days, ascending.
    dates: Mapping[str, Sequence[date]] | None = None
    #: Cron lines (UTC) of the scheduled sends; () = no schedule is known.
    ticks: Sequence[str] = ()
    #: Every address of the built site (`/tips/gutters/`), for links to pages that are no items.
    site: frozenset[str] | None = None
    #: Pages of the site that are no items; they stand among `documents`, too.
    pages: Sequence[Document] = ()
    #: The largest mail of each coming occasion.
    mails: Sequence[Mail] | None = None
    #: Misspelt words: (file, line, word, what was probably meant).
    misspelt: Sequence[tuple[str, int, str, str]] | None = None
    #: Texts of these files only are looked at; None = of all.
    only: Collection[str] | None = None
    #: What could not be read: the files with mistakes, of which only what is certain is said.
    unread: Unread = NOTHING
    #: There are contacts, and they were not looked at.
    apart: bool = False
    #: Silences of pages; those of all other files are the catalog's.
    silenced: Sequence[Silence] = ()

    @cached_property
    def documents(self) -> tuple[Document, ...]:
        """Every text that people wrote: items, newsletters, steps, signatures, pages."""
        every = (*documents(self.catalog), *self.pages, *unread(self.unread.files))
        return every if self.only is None else tuple(one for one in every if one.path in self.only)

    @cached_property
    def links(self) -> tuple[tuple[Document, tuple[Link, ...]], ...]:
        """The links of each text that lead anywhere (`targets.unusable` tells the others)."""
        return tuple(
            (one, tuple(link for link in links(one.body) if link.target and is_sound(link.target)))
            for one in self.documents
            if one.body is not None
        )

    @property
    def silences(self) -> tuple[Silence, ...]:
        """What files say of rules that are silent in them."""
        return (*self.catalog.silences, *self.silenced)

    def paragraphs(self, body: Body) -> tuple[tuple[int, str], ...]:
        """(line it begins on, words) of each paragraph of a text, read once for all rules."""
        if id(body) not in self._read_once:
            self._read_once[id(body)] = tuple(paragraphs(body))
        return self._read_once[id(body)]

    @cached_property
    def _read_once(self) -> dict[int, tuple[tuple[int, str], ...]]:
        return {}

    def missing(self) -> tuple[str, ...]:
        """What was not at hand, in words, for people."""
        words = {
            "segments that match nobody and fields that are filled for everyone (no contacts)": self.members,
            "contrast (no brand)": self.brand,
            "images (no files)": self.root,
            "dates of issues (no calendar)": self.dates,
            "mails (no themes)": self.mails,
            "spelling (no codespell: pip install 'topmind[spelling]')": self.misspelt,
        }
        return tuple(says for says, value in words.items() if value is None)

    def line(self, path: str, key: str) -> int:
        """Line of a front-matter key in a file; 0 where it is not known."""
        pattern = re.compile(rf"{re.escape(key)}\s*[:=]", re.IGNORECASE)
        return next((n for n, text in enumerate(self.lines(path), 1) if pattern.match(text)), 0)

    def lines(self, path: str) -> Sequence[str]:
        """Lines of a file below the project; () where it is not at hand."""
        if path not in self._files:
            self._files[path] = self._read(path)
        return self._files[path]

    @cached_property
    def _files(self) -> dict[str, Sequence[str]]:
        return {}

    def _read(self, path: str) -> Sequence[str]:
        if self.root is None:
            return ()
        try:
            return (self.root / path).read_text("utf-8").splitlines()
        except (OSError, UnicodeDecodeError):
            return ()


def plain(text: Text) -> str:
    """A subject as it reads for somebody: a merge tag shows its default, else its name."""
    return "".join(
        part if isinstance(part, str) else (part.default if part.default is not None else part.field)
        for part in text
    )
