"""`check`: the loaders' problems and every rule of the linter, at once; contacts only where they are at hand."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

from topmind import audience, checks, planning
from topmind.audience.places import place_of
from topmind.audience.spec import PATH as AUDIENCE
from topmind.catalog.unread import NOTHING, Unread
from topmind.checks import Facts
from topmind.checks.spelling import Found, names, names_in, reading
from topmind.errors import AudienceError, ContentError
from topmind.model import Catalog, Clock, Level, Members, Problem
from topmind.resource_site.pages import written_pages
from topmind.run import load as load_
from topmind.run import of_files
from topmind.run.coming_mails import coming_mails
from topmind.run.decide import Decided
from topmind.run.doubles import doubles
from topmind.run.dry import decide_project
from topmind.run.forewarned import LOOK, forewarnings
from topmind.run.load import Project, Seen
from topmind.run.ticks import ticks_of
from topmind.settings import Settings


def findings(
    root: Path, *, as_of: str | None, clock: Clock, environ: Mapping[str, str] | None = None
) -> tuple[Problem, ...]:
    """Everything found in the project, errors first."""
    return with_plan(load_.look(root, as_of=as_of, clock=clock, environ=environ), clock)[0]


def with_plan(
    seen: Seen, clock: Clock, *, foretell: int | None = None
) -> tuple[tuple[Problem, ...], Decided | None]:
    """Everything found in a project that was looked through, and the plan that was made for it; None where none could
    be made."""
    if seen.project is None:
        return _of_files(seen, apart=_at_hand(seen)), None
    with _begun(seen.project) as looked:
        decided, heard = _audience(seen.project, clock, foretell)
        members = decided.members if decided else None
        return looked.findings(members, [*seen.problems, *heard]), decided


def without_people(seen: Seen) -> tuple[Problem, ...]:
    """The same as a pull request has it: nobody's contacts are read, also where they are at hand."""
    if seen.project is None:
        return _of_files(seen, apart=False)
    with _begun(seen.project) as looked:
        return looked.findings(None, [*seen.problems, _no_contacts(seen.project)])


def of_project(project: Project, members: Members) -> tuple[Problem, ...]:
    """The same of a project that is loaded and whose audience is known."""
    with _begun(project) as looked:
        return looked.findings(members, project.findings)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Looked:
    """A project whose texts were read; codespell reads them, too, while its contacts are asked."""

    project: Project
    facts: Facts
    #: Of its pages.
    problems: tuple[Problem, ...]
    misspelt: Callable[[], Found | None]

    def findings(self, members: Members | None, problems: Iterable[Problem]) -> tuple[Problem, ...]:
        """Everything, with what others found."""
        one = self.project
        mails = coming_mails(one.catalog, one.brand, one.root, members)
        facts = replace(self.facts, members=members, mails=mails, misspelt=self.misspelt())
        return load_.ordered(checks.findings(facts, [*problems, *self.problems]))


@contextmanager
def _begun(project: Project) -> Iterator[_Looked]:
    facts, told = facts_of(project)
    with _spelling(facts, project.settings) as misspelt:
        yield _Looked(project=project, facts=facts, problems=told, misspelt=misspelt)


def _spelling(facts: Facts, settings: Settings) -> AbstractContextManager[Callable[[], Found | None]]:
    """What codespell says of all texts."""
    right = {*settings.project.words, *names(facts.catalog), *names_in(facts)}
    return reading(facts.documents, right, facts.catalog.company.language)


def _of_files(seen: Seen, *, apart: bool) -> tuple[Problem, ...]:
    """Of a project that has errors: these, and all that is so whatever the files with a mistake will say."""
    found = of_files.pages(seen)
    unread = of_files.unread(seen, found)
    facts = Facts(
        catalog=seen.readable,
        brand=seen.brand,
        root=seen.settings.root,
        dates=_dates(seen.readable, unread),
        ticks=ticks_of(seen.settings),
        pages=of_files.documents(found.written),
        silenced=found.silences,
        unread=unread,
        apart=apart,
    )
    said = (*seen.problems, *found.problems)
    with _spelling(facts, seen.settings) as misspelt:
        told = checks.findings(replace(facts, misspelt=misspelt()))
    # what the loaders say of a line, the linter need not say again
    lines = {(one.path, one.line) for one in said}
    return load_.ordered([*said, *(one for one in told if (one.path, one.line) not in lines)])


def _at_hand(seen: Seen) -> bool:
    """Whether there may be contacts, which nobody looks at before the files are in order."""
    return seen.spec is None or audience.has_contacts(seen.spec, seen.settings)


def _dates(catalog: Catalog, unread: Unread) -> dict[str, tuple[date, ...]]:
    """The coming days of each newsletter that was read as it was meant."""
    found: dict[str, tuple[date, ...]] = {}
    for letter in catalog.newsletters.values():
        if unread.sound(letter.path) and catalog.company.path not in unread.heads:
            found[letter.id] = tuple(planning.next_dates(letter, catalog.company, catalog.as_of, 5))
    return found


def facts_of(project: Project) -> tuple[Facts, tuple[Problem, ...]]:
    """What the linter looks at in the files, and the problems of the pages."""
    catalog = project.catalog
    pages = written_pages(project.settings, catalog, checks.RULES)
    facts = Facts(
        catalog=catalog,
        brand=project.brand,
        root=project.root,
        dates=_dates(catalog, NOTHING),
        ticks=ticks_of(project.settings),
        pages=of_files.documents(pages.written),
        silenced=pages.silences,
    )
    return facts, pages.problems


def _audience(
    project: Project, clock: Clock, foretell: int | None
) -> tuple[Decided | None, tuple[Problem, ...]]:
    """The plan for the contacts where there are some (never in pull requests), and what their sources said."""
    try:
        decided = decide_project(project, clock, horizon=LOOK, outlook=True, foretell=foretell)
    except ContentError as error:
        if contacts_are_here(project):
            return None, error.problems
        return None, (_no_contacts(project),)
    except AudienceError as error:
        where, _, line = error.where.partition(":")
        said = Problem(
            rule="audience/no-contacts",
            level=Level.INFO,
            path=where,
            line=int(line) if line.isdigit() else 0,
            says=f"No contacts to check against: {error.says}",
            fix=error.fix,
        )
        return None, (said,)
    alike = doubles(decided.people, decided.history.standing)
    return decided, (*decided.findings, *alike, *forewarnings(decided))


def contacts_are_here(project: Project) -> bool:
    """Whether the contacts are where the project looks for them."""
    return audience.has_contacts(project.spec, project.settings)


def _no_contacts(project: Project) -> Problem:
    """A new project, or a pull request: what is missing, and the head line of a file that would do."""
    shown = place_of(project.spec, project.settings, "contacts").shown
    columns = ",".join(project.spec.columns("contacts"))
    return Problem(
        rule="audience/no-contacts",
        level=Level.INFO,
        path=AUDIENCE,
        line=0,
        says="There are no contacts here yet, so nobody gets anything; the texts are checked all the same.",
        fix=f"Put them into {shown}, a CSV file with the first line {columns}; "
        "dates as 2026-12-01, consent as yes or no.",
    )
