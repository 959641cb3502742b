"""Everything of a send up to its first write: what `--dry-run` and `--check` do."""

from __future__ import annotations

from topmind import delivery
from topmind import ledger as ledger_
from topmind.delivery import SendReport
from topmind.model import Clock, Level, Problem
from topmind.run import guards, places
from topmind.run import load as load_
from topmind.run.checking import Checking
from topmind.run.compose import compose
from topmind.run.crews import Crew
from topmind.run.dry import decide_project, known
from topmind.run.load import Project
from topmind.run.preflight import facts_of, published, renderer_of
from topmind.run.sent import SendResult


def rehearse(
    project: Project,
    clock: Clock,
    plan_hash: str | None,
    *,
    first_send: bool = False,
    check: bool = False,
    crew: Crew = Crew(),
) -> SendResult:
    """Plan, editions, dry merges of all recipients, pre-flight. Writes nothing, mails nobody.

    With `check` whatever would stop a send is a finding, all of them at once: keys, ledger, another day, another
    plan, more senders than the ledger takes; and for `ses` the account is asked. Without it GuardError is raised where `plan_hash` is not the plan, and
    what `ledger.open_ledger` raises.
    """
    checking = Checking(project, clock, crew) if check else None
    told = checking.ledger() if checking else known(project, clock, places.key_ring)
    decided = decide_project(project, clock, told=told)
    if checking:
        checking.tried(lambda: guards.same_plan(decided, plan_hash))
    else:
        guards.same_plan(decided, plan_hash)
    composed = compose(decided, (), renderer_of(project), published(project.root / "output"))
    facts = facts_of(decided, composed, first_send=first_send, keys=True)
    found = [*project.findings, *decided.findings, *composed.problems]
    if checking:
        facts = checking.of_ledger(facts)
        found = [*map(checking.stops, found), *checking.others(facts.senders, len(composed.edition_of))]
    due = len(decided.plan.due)
    return SendResult(
        report=SendReport(counts=ledger_.Counts(planned=due, waiting=due)),
        decided=decided,
        findings=worth_saying(load_.ordered([*found, *delivery.findings(facts)])),
        dry=True,
        where="",
    )


def worth_saying(findings: tuple[Problem, ...]) -> tuple[Problem, ...]:
    """Errors and warnings; notes are for `check`."""
    return tuple(
        problem for problem in findings if problem.level is not Level.INFO or "preflight" in problem.rule
    )
