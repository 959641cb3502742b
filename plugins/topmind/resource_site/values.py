"""What goes into a build beside the catalog, and what comes out."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

#: Where a sent issue is published.
ARCHIVE_URL = re.compile(r"/newsletters/[\w-]+/[\w-]+/")


@dataclass(frozen=True, slots=True, kw_only=True)
class ArchivedIssue:
    """The public edition of one sent issue, as `mail` compiled it: public items, blocks for everyone, tags
    at their defaults."""

    #: `/newsletters/NAME/DATE/`.
    url: str
    #: Its subject, plain text.
    title: str
    #: Nominal day.
    day: date
    #: A whole HTML document (kept as it is but for a bar that leads back), or a fragment.
    html: str
    #: One or two plain sentences; "" = none.
    summary: str = ""

    def __post_init__(self) -> None:
        """Refuse an address outside the archive: ValueError."""
        if not ARCHIVE_URL.fullmatch(self.url):
            raise ValueError(f"{self.url!r} is no address of the form /newsletters/NAME/DATE/")

    @property
    def newsletter(self) -> str:
        """Id of its newsletter."""
        return self.url.split("/")[2]


@dataclass(frozen=True, slots=True, kw_only=True)
class SiteReport:
    """One finished build."""

    output: Path
    #: Items with a page of their own.
    items: int
    #: HTML files, of every sort.
    pages: int
    #: Path below `output` → SHA-256 in hex; the manifest holds the same.
    files: Mapping[str, str] = field(default_factory=dict)
    #: What was left out on purpose, for a person to read.
    notes: tuple[str, ...] = ()
