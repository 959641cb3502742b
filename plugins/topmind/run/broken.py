"""What can be said of a project that has errors: of all its files, and of the texts that are in order, at once."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import replace
from pathlib import Path

from topmind import checks
from topmind.checks import Facts
from topmind.checks.documents import Document
from topmind.model import Catalog, Clock, Level, Problem, Silence
from topmind.resource_site.pages import Written, written_pages
from topmind.run import load as load_
from topmind.run.load import Seen


def findings(seen: Seen) -> tuple[Problem, ...]:
    """The loaders' problems, those of pages, and what the other texts say by themselves."""
    if seen.partial is None:
        return seen.problems
    pages, silenced, problems = _pages(seen, None)
    told = (*seen.problems, *problems)
    wrong = {one.path for one in told if one.level is Level.ERROR}
    facts = Facts(
        catalog=_without(seen.partial, wrong),
        root=seen.settings.root,
        pages=documents_of(page for page in pages if page.path not in wrong),
        silenced=silenced,
    )
    return (*told, *checks.alone(facts))


def of_files(
    root: Path,
    *,
    as_of: str | None,
    clock: Clock,
    environ: Mapping[str, str] | None = None,
    instead: Mapping[str, bytes] | None = None,
) -> tuple[Problem, ...]:
    """What is wrong with the files themselves, pages too: what the loaders say, without the linter.

    `instead`: path → a text to read in place of the file's own.
    """
    seen = load_.look(root, as_of=as_of, clock=clock, environ=environ, instead=instead)
    return load_.ordered([*seen.problems, *_pages(seen, instead)[2]])


def documents_of(pages: Iterable[Written]) -> tuple[Document, ...]:
    """Pages as the linter walks over them."""
    return tuple(
        Document(path=p.path, body=p.body, title=p.title, url=p.url, pending=p.draft, mailed=False)
        for p in pages
    )


def _pages(
    seen: Seen, instead: Mapping[str, bytes] | None
) -> tuple[tuple[Written, ...], tuple[Silence, ...], tuple[Problem, ...]]:
    """Pages, their silences and their problems, but not the echo of what is wrong with items."""
    if seen.partial is None:
        return (), (), ()
    pages, silenced, problems = written_pages(seen.settings, seen.partial, checks.RULES, instead)
    echo = set() if seen.project else {"block/item"} | (set() if seen.spec else {"merge-tag/unknown-field"})
    return pages, silenced, tuple(one for one in problems if one.rule not in echo)


def _without(read: Catalog, wrong: Collection[str]) -> Catalog:
    """What could be read, without the files that have errors: nothing more is said of these."""
    return replace(
        read,
        items={key: item for key, item in read.items.items() if item.path not in wrong},
        newsletters={
            key: replace(one, issues={day: i for day, i in one.issues.items() if i.path not in wrong})
            for key, one in read.newsletters.items()
            if one.path not in wrong
        },
        sequences={
            key: replace(one, steps=tuple(step for step in one.steps if step.path not in wrong))
            for key, one in read.sequences.items()
            if one.path not in wrong
        },
        team={key: one for key, one in read.team.items() if one.path not in wrong},
        silences=tuple(one for one in read.silences if one.path not in wrong),
    )
