"""What is wrong with the files of a project themselves, pages too: what the loaders say, without the linter."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from pathlib import Path

from topmind import checks
from topmind.catalog.unread import Unread
from topmind.checks.documents import Document
from topmind.mail.documents import BRAND
from topmind.model import Clock, Level, Problem
from topmind.resource_site.pages import Pages, Written, written_pages
from topmind.run import load as load_
from topmind.run.load import Seen


def problems(
    root: Path,
    *,
    as_of: str | None,
    clock: Clock,
    environ: Mapping[str, str] | None = None,
    instead: Mapping[str, bytes] | None = None,
) -> tuple[Problem, ...]:
    """Errors first. `instead`: path → a text to read in place of the file's own."""
    seen = load_.look(root, as_of=as_of, clock=clock, environ=environ, instead=instead)
    return load_.ordered([*seen.problems, *pages(seen, instead).problems])


def pages(seen: Seen, instead: Mapping[str, bytes] | None = None) -> Pages:
    """What stands in the pages, without the echo of what is wrong elsewhere."""
    found = written_pages(seen.settings, seen.readable, checks.RULES, instead, seen.unread.items)
    if seen.spec is not None:
        return found
    return replace(
        found, problems=tuple(one for one in found.problems if one.rule != "merge-tag/unknown-field")
    )


def unread(seen: Seen, found: Pages) -> Unread:
    """What could not be read of a project, its pages too. A mistake in the brand is in no text."""
    wrong = [one for one in (*seen.problems, *found.problems) if one.path != BRAND]
    errors = tuple(one for one in wrong if one.level is Level.ERROR)
    return Unread(files=(*seen.unread.files, *found.unread), errors=errors)


def documents(written: Iterable[Written]) -> tuple[Document, ...]:
    """Pages as the linter walks over them."""
    return tuple(
        Document(path=p.path, body=p.body, title=p.title, url=p.url, pending=p.draft, mailed=False)
        for p in written
    )
