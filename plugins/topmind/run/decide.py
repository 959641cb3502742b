"""Steps 2 to 4: people, history and facts → members → plan. Writes nothing itself."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeAlias

from topmind import audience, planning
from topmind.model import History, Members, PersonRecord, Plan, Problem
from topmind.run.load import Project

#: Gives the history that a plan stands on; a sending run first lets the ledger take in these people.
Remember: TypeAlias = Callable[[tuple[PersonRecord, ...]], History]


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


def decide(project: Project, remember: Remember, *, horizon: int = 14) -> Decided:
    """Read the sources and plan `horizon` days from the project's moment.

    Raises AudienceError where no source can be used, PlanError where no plan can be made.
    """
    at = project.moment
    with audience.open_source(project.spec, project.settings, at.as_of) as source:
        people = source.people()
        history = remember(people)
        members = audience.members(source, project.catalog, history, at.as_of)
        findings = tuple(source.findings)
    plan = planning.plan(project.catalog, members, history, at.now, all_day=at.all_day, horizon=horizon)
    return Decided(
        project=project, people=people, members=members, history=history, plan=plan, findings=findings
    )
