"""Steps 2 to 4: people, history and facts → members → plan. Writes nothing."""

from __future__ import annotations

from dataclasses import dataclass, replace

from topmind import audience, planning
from topmind.model import History, Members, PersonRecord, Plan, Problem
from topmind.run.load import Project
from topmind.run.places import ledger_id


@dataclass(frozen=True, slots=True, kw_only=True)
class Decided:
    """What is true today, and what follows."""

    project: Project
    #: Addresses and names: for the ledger's `people` only.
    people: tuple[PersonRecord, ...]
    members: Members
    history: History
    plan: Plan
    #: What the sources had to say: rejected rows, an old export …
    findings: tuple[Problem, ...]


def empty_history(project: Project) -> History:
    """What a project without a ledger remembers."""
    return History(ledger=ledger_id(project.settings))


def decide(project: Project, history: History, *, horizon: int = 14) -> Decided:
    """Read the sources and plan `horizon` days from the project's moment.

    Raises AudienceError where no source can be used, PlanError where no plan can be made.
    """
    at = project.moment
    with audience.open_source(project.spec, project.settings, at.as_of) as source:
        people = source.people()
        members = audience.members(source, project.catalog, history, at.as_of)
        findings = tuple(source.findings)
    plan = planning.plan(project.catalog, members, history, at.now, all_day=at.all_day, horizon=horizon)
    return Decided(
        project=project,
        people=people,
        members=members,
        history=history,
        plan=plan,
        findings=findings,
    )


def again(decided: Decided, history: History) -> Decided:
    """The same day planned from a newer history: the ledger moved on since the last plan."""
    project = decided.project
    with audience.open_source(project.spec, project.settings, project.moment.as_of) as source:
        members = audience.members(source, project.catalog, history, project.moment.as_of)
    plan = planning.plan(
        project.catalog, members, history, project.moment.now, all_day=project.moment.all_day, horizon=14
    )
    return replace(decided, members=members, history=history, plan=plan)
