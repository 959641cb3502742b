"""`check`: the loaders' problems and every rule of the linter, at once; contacts only where they are at hand."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from topmind import audience, checks, planning
from topmind.audience.places import place_of
from topmind.audience.spec import PATH as AUDIENCE
from topmind.checks import Facts
from topmind.checks.spelling import misspelt, names
from topmind.errors import AudienceError, ContentError
from topmind.model import Clock, Level, Members, Problem
from topmind.resource_site.pages import written_pages
from topmind.run import broken
from topmind.run import load as load_
from topmind.run.coming_mails import coming_mails
from topmind.run.doubles import doubles
from topmind.run.dry import decide_project
from topmind.run.forewarned import LOOK, forewarnings
from topmind.run.load import Project
from topmind.run.ticks import ticks_of


def findings(
    root: Path, *, as_of: str | None, clock: Clock, environ: Mapping[str, str] | None = None
) -> tuple[Problem, ...]:
    """Everything found in the project, errors first."""
    seen = load_.look(root, as_of=as_of, clock=clock, environ=environ)
    if seen.project is None:
        return load_.ordered(broken.findings(seen))
    return _all(seen.project, seen.problems, *_audience(seen.project, clock))


def without_people(project: Project, problems: tuple[Problem, ...]) -> tuple[Problem, ...]:
    """The same as a pull request has it: nobody's contacts are read, also where they are at hand."""
    return _all(project, problems, None, (_no_contacts(project),))


def _all(
    project: Project,
    problems: tuple[Problem, ...],
    members: Members | None,
    heard: tuple[Problem, ...],
) -> tuple[Problem, ...]:
    facts, told = facts_of(project, members)
    facts = replace(
        facts,
        mails=coming_mails(project.catalog, project.brand, project.root, members),
        misspelt=misspelt(
            facts.documents,
            {*project.settings.project.words, *names(project.catalog)},
            project.catalog.company.language,
        ),
    )
    return load_.ordered(checks.findings(facts, [*problems, *heard, *told]))


def facts_of(project: Project, members: Members | None) -> tuple[Facts, tuple[Problem, ...]]:
    """What the linter looks at, but for the compiled mails and the spelling; and the problems of the pages."""
    catalog = project.catalog
    pages, silenced, problems = written_pages(project.settings, catalog, checks.RULES)
    facts = Facts(
        catalog=catalog,
        brand=project.brand,
        root=project.root,
        members=members,
        dates={
            letter.id: planning.next_dates(letter, catalog.company, project.moment.as_of, 5)
            for letter in catalog.newsletters.values()
        },
        ticks=ticks_of(project.settings),
        pages=broken.documents_of(pages),
        silenced=silenced,
    )
    return facts, problems


def _audience(project: Project, clock: Clock) -> tuple[Members | None, tuple[Problem, ...]]:
    """The contacts where there are some (never in pull requests), and what their sources said."""
    try:
        decided = decide_project(project, clock, horizon=LOOK, outlook=True)
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
    return decided.members, (*decided.findings, *alike, *forewarnings(decided))


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
