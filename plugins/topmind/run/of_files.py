"""What is wrong with the files of a project themselves, pages too: what the loaders say, without the linter."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path

from topmind import checks
from topmind.checks.documents import Document
from topmind.model import Clock, Level, Problem, Silence
from topmind.resource_site.pages import Written, written_pages
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
    return load_.ordered([*seen.problems, *pages(seen, instead)[2]])


def pages(
    seen: Seen, instead: Mapping[str, bytes] | None = None
) -> tuple[tuple[Document, ...], tuple[Silence, ...], tuple[Problem, ...]]:
    """Pages in order, silences, and all problems of pages but the echo of what is wrong with items."""
    if seen.partial is None:
        return (), (), ()
    written, silenced, told = written_pages(seen.settings, seen.partial, checks.RULES, instead)
    echo = set() if seen.project else {"block/item"} | (set() if seen.spec else {"merge-tag/unknown-field"})
    kept = tuple(one for one in told if one.rule not in echo)
    wrong = {one.path for one in kept if one.level is Level.ERROR}
    return (
        documents(page for page in written if page.path not in wrong),
        tuple(one for one in silenced if one.path not in wrong),
        kept,
    )


def documents(written: Iterable[Written]) -> tuple[Document, ...]:
    """Pages as the linter walks over them."""
    return tuple(
        Document(path=p.path, body=p.body, title=p.title, url=p.url, pending=p.draft, mailed=False)
        for p in written
    )
