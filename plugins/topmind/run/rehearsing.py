"""Everything of a send up to its first write: what `--dry-run` and `--check` do."""

from __future__ import annotations

from topmind import delivery
from topmind import ledger as ledger_
from topmind.delivery import SendReport
from topmind.model import Clock, Level, Problem
from topmind.run import carriage, guards, places
from topmind.run import load as load_
from topmind.run.compose import compose
from topmind.run.dry import decide_project
from topmind.run.load import Project
from topmind.run.preflight import facts_of, published, renderer_of
from topmind.run.sent import SendResult


def rehearse(
    project: Project, clock: Clock, plan_hash: str | None, *, first_send: bool = False, check: bool = False
) -> SendResult:
    """Plan, editions, dry merges of all recipients, pre-flight. Writes nothing, mails nobody.

    With `check` the key ring is opened and, for `ses`, the account is asked. Raises GuardError where `plan_hash`
    is not the plan, ConfigError or SendError where the account cannot be asked.
    """
    settings = project.settings
    if check:
        places.key_ring(settings)
    decided = decide_project(project, clock)
    guards.same_plan(decided, plan_hash)
    composed = compose(decided, (), renderer_of(project), published(project.root / "output"))
    facts = facts_of(decided, composed, first_send=first_send, keys=True)
    found = [*project.findings, *decided.findings, *composed.problems, *delivery.findings(facts)]
    if check and settings.transport == "ses":
        found += carriage.account_findings(settings, facts.senders, len(composed.edition_of))
    due = len(decided.plan.due)
    return SendResult(
        report=SendReport(counts=ledger_.Counts(planned=due, waiting=due)),
        decided=decided,
        findings=worth_saying(load_.ordered(found)),
        dry=True,
        where="",
    )


def worth_saying(findings: tuple[Problem, ...]) -> tuple[Problem, ...]:
    """Errors and warnings; notes are for `check`."""
    return tuple(
        problem for problem in findings if problem.level is not Level.INFO or "preflight" in problem.rule
    )
