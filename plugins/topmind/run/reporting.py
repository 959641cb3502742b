"""Step 11: what was promised beside what was done, from the ledger; and the owner's questions."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date, timedelta
from pathlib import Path

from topmind import audience
from topmind.errors import UsageError
from topmind.ledger import Ledger
from topmind.links import KeyRing, short_hash
from topmind.model import Catalog, Clock, FactDate, History, PersonRecord, Segment, Sequence
from topmind.report import Report
from topmind.report import report as compare
from topmind.report.owner import BACK, SIZES, OwnerReport, owner_report
from topmind.report.promised import FIRST_PURCHASE
from topmind.run import load as load_
from topmind.run import places
from topmind.run.decide import Decided, decide
from topmind.run.load import Project
from topmind.run.people import open_people
from topmind.run.task_days import as_held


@dataclass(frozen=True, slots=True, kw_only=True)
class Made:
    """A report, and the project it is about."""

    project: Project
    report: Report
    ring: KeyRing


def report(
    root: Path, *, as_of: str | None, clock: Clock, who: bool = False, since: str | None = None
) -> Report:
    """The report of the project's day; with `who` under names, for a person's own screen.

    Raises UsageError where nothing was ever sent from here, or `since` is no day.
    """
    return make(root, as_of=as_of, clock=clock, who=who, since=since).report


def make(root: Path, *, as_of: str | None, clock: Clock, who: bool = False, since: str | None = None) -> Made:
    """The same, with what a mail of it needs."""
    project = load_.load(root, as_of=as_of, clock=clock)
    if not places.ledger_exists(project.settings):
        raise UsageError("there is no ledger here yet, so nothing was sent.", fix="topmind send")
    first = _since(since, project)
    ring = places.key_ring(project.settings)
    with places.open_project_ledger(project.settings, clock, ring) as ledger:

        def remember(_people: tuple[PersonRecord, ...]) -> History:
            return ledger.history(project.moment.as_of)

        decided = decide(project, remember)
        names = {person.contact: person.name for person in decided.people} if who else None

        def hashed(contact: str) -> str:
            return short_hash(ring, contact)

        made = compare(
            catalog=project.catalog,
            history=decided.history,
            plan=decided.plan,
            counts=ledger.counts(project.moment.as_of),
            unproven=ledger.unproven(),
            tasks=as_held(ledger.tasks(open_only=False), project.catalog, project.moment.as_of),
            hashed=hashed,
            names=names,
        )
        owner = _owner(decided, ledger, first, lambda contact: (names or {}).get(contact) or hashed(contact))
    return Made(project=project, report=replace(made, owner=owner, named=who), ring=ring)


def _since(text: str | None, project: Project) -> date:
    """The day that `--since` means; so many days back, but not before the programme, where nobody said."""
    as_of = project.moment.as_of
    if text is None:
        return max(as_of - timedelta(days=BACK), min(project.catalog.company.programme_starts, as_of))
    try:
        found = date.fromisoformat(text)
    except ValueError:
        raise UsageError(f"--since {text!r} is no day.", fix="Write 2026-09-01.") from None
    if found > as_of:
        raise UsageError(f"--since {text} lies after the report's day, {as_of}.")
    return found


def _owner(decided: Decided, ledger: Ledger, since: date, who: Callable[[str], str]) -> OwnerReport:
    tops, firsts = _facts(decided)
    return owner_report(
        catalog=decided.project.catalog,
        members=decided.members,
        history=decided.history,
        tasks=ledger.tasks(open_only=False),
        as_of=decided.project.moment.as_of,
        since=since,
        tops=tops,
        firsts=firsts,
        who=who,
    )


def _facts(decided: Decided) -> tuple[dict[int, list[int]], tuple[FactDate, ...] | None]:
    """(size → rows of the largest customers, everybody's first purchase): asked of the audience in the language of
    segments, whatever segments the project has."""
    project = decided.project
    if project.spec.purchases is None:
        return {}, None
    names = {size: f"the-{size}-largest" for size in SIZES}
    questions: Catalog = replace(
        project.catalog,
        items={},
        segments={name: _question(name, size) for size, name in names.items()},
        company=replace(project.catalog.company, clients=None),
        sequences={
            "report": Sequence(id="report", path="", title="", starts_from=FIRST_PURCHASE, starts_line=0)
        },
    )
    with open_people(project) as source:
        found = audience.members(source, questions, decided.history, project.moment.as_of)
    row_of = {contact: row for row, contact in enumerate(decided.members.ids)}
    tops = {
        size: [
            row_of[found.ids[row]]
            for row in found.in_segment[:, found.segments.index(name)].nonzero()[0]
            if found.ids[row] in row_of
        ]
        for size, name in names.items()
    }
    firsts = tuple(
        replace(fact, contact=row_of[found.ids[fact.contact]])
        for fact in found.dates[FIRST_PURCHASE]
        if found.ids[fact.contact] in row_of
    )
    return tops, firsts


def _question(name: str, size: int) -> Segment:
    rules = (f"in_top({size}, by => revenue(days => 365))", "revenue(days => 365) > 0")
    return Segment(name=name, path="", title=name, who=tuple((rule, 0) for rule in rules))
