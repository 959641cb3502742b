"""Steps 2 to 4: people, history and facts → members → plan. Writes nothing itself."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeAlias

from topmind import audience, planning
from topmind.audience.spec import PATH
from topmind.model import History, Level, Members, PersonRecord, Plan, Problem
from topmind.run import proof_states
from topmind.run.load import Project, placed
from topmind.run.people import open_people
from topmind.run.renamed import renamed

#: Gives the history that a plan stands on; a sending run first lets the ledger take in these people.
Remember: TypeAlias = Callable[[tuple[PersonRecord, ...]], History]


#: Gives the plan of a project.
Decide: TypeAlias = "Callable[[Project, Remember], Decided]"


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


def decide(
    project: Project,
    remember: Remember,
    *,
    horizon: int = 14,
    outlook: bool = False,
    foretell: int | None = None,
) -> Decided:
    """Read the sources and plan `horizon` days from the project's moment; with `outlook` also what that means, with
    `foretell` what becomes of each contact in so many days.

    Raises AudienceError where no source can be used, PlanError where no plan can be made.
    """
    at = project.moment
    with open_people(project) as source:
        people = source.people()
        history = remember(people)
        members = audience.members(source, project.catalog, history, at.as_of)
        history = proof_states.current(project, members, history)
        findings = (*source.findings, *source.forms, *_unsigned(project, members))
    plan = planning.plan(
        project.catalog,
        members,
        history,
        at.now,
        all_day=at.all_day,
        horizon=horizon,
        outlook=outlook,
        foretell=foretell,
    )
    moved = planning.check_sends(project.catalog, history, at.as_of)
    findings = (
        *findings,
        *renamed(project.catalog, members, history, plan),
        *(placed(problem, project.root) for problem in moved),
        *proof_states.waiting(project, history),
    )
    return Decided(
        project=project, people=people, members=members, history=history, plan=plan, findings=findings
    )


def _unsigned(project: Project, members: Members) -> tuple[Problem, ...]:
    """Contacts whose own sender is nobody of the team: another one signs, and the run says so."""
    field = project.spec.sender_field
    if field is None or field not in members.fields:
        return ()
    said = members.fields[field]
    ids = [members.ids[row] for row in (members.active & (members.sender < 0)).nonzero()[0] if said[row]]
    if not ids:
        return ()
    many = f"{len(ids)} contacts" if len(ids) > 1 else "1 contact"
    listed = ", ".join(ids[:5]) + (", …" if len(ids) > 5 else "")
    return (
        Problem(
            rule="source/unknown-sender",
            level=Level.WARNING,
            path=PATH,
            line=0,
            says=f'sender_field: "{field}" names nobody of content/team for {many} ({listed}).',
            fix="Somebody else signs their mail. Mend the export, or say `source_id:` in the team's files.",
        ),
    )
