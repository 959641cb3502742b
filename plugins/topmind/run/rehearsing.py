"""Everything of a send up to its first write: what `--dry-run` and `--check` do."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import partial
from pathlib import Path

from topmind import delivery
from topmind import ledger as ledger_
from topmind.delivery import SendReport
from topmind.model import Clock, Level, Problem
from topmind.run import dry, guards, proof_states
from topmind.run import load as load_
from topmind.run.checking import Checking
from topmind.run.compose import Composed, compose
from topmind.run.crews import Crew
from topmind.run.decide import Decided
from topmind.run.holding import wrong_files
from topmind.run.load import Project
from topmind.run.preflight import facts_before, facts_of, published, renderer_of
from topmind.run.sent import SendResult, Unplanned


def rehearse(
    project: Project, clock: Clock, plan_hash: str | None, *, first_send: bool = False
) -> SendResult:
    """Plan, editions, dry merges of all recipients, pre-flight. Writes nothing, mails nobody.

    Raises GuardError where `plan_hash` is not the plan, what `decide` raises, and what `ledger.open_ledger` raises.
    """
    decided = dry.decide_project(project, clock)
    guards.same_plan(decided, plan_hash)
    composed = _composed(decided)
    told = delivery.findings(facts_of(decided, composed, first_send=first_send))
    return _result(decided, [*project.findings, *decided.findings, *composed.problems, *told])


def check(
    root: Path,
    *,
    as_of: str | None,
    clock: Clock,
    plan_hash: str | None = None,
    first_send: bool = False,
    crew: Crew = Crew(),
    environ: Mapping[str, str] | None = None,
) -> SendResult | Unplanned:
    """The same, where whatever would stop a send is a finding, all of them at once: files, audience, keys, ledger,
    another day, another plan, more senders than the ledger takes; and for `ses` the account is asked.

    What can be looked at in spite of the others is looked at. Raises ConfigError where the settings cannot be read,
    UsageError for a wrong `as_of`.
    """
    seen = load_.look(root, as_of=as_of, clock=clock, environ=environ)
    checking = Checking(seen, clock, crew)
    known = checking.ledger()
    project = seen.project
    if project is None:
        checking.people()
    decided = checking.got(lambda: dry.decide_project(project, clock, told=known)) if project else None
    composed = None
    if decided is not None:
        plan = decided  # as seen by the functions below
        checking.found += [problem for problem in plan.findings if problem.rule != dry.RESTORED]
        checking.tried(lambda: guards.same_plan(plan, plan_hash))
        composed = checking.got(lambda: _composed(plan))
    if decided is not None and composed is not None:
        facts = facts_of(decided, composed, first_send=first_send)
        checking.found += composed.problems
    else:
        company = seen.partial.company if seen.partial else None
        facts = facts_before(seen.settings, company, known.history, first_send=first_send)
    checking.around(facts.senders, len(composed.edition_of) if composed else 0)
    found = [*checking.found, *delivery.findings(checking.of_ledger(facts))]
    if decided is None:
        return Unplanned(as_of=seen.moment.as_of, findings=worth_saying(load_.ordered(found)))
    return _result(decided, found)


def _composed(decided: Decided) -> Composed:
    project = decided.project
    return compose(
        decided,
        (),
        renderer_of(project),
        published(project.root / "output"),
        partial(wrong_files, decided),
        proof_states.unseen(project, decided.history),
    )


def _result(decided: Decided, found: Iterable[Problem]) -> SendResult:
    due = len(decided.plan.due)
    return SendResult(
        report=SendReport(counts=ledger_.Counts(planned=due, waiting=due)),
        decided=decided,
        findings=worth_saying(load_.ordered(found)),
        dry=True,
        where="",
    )


def worth_saying(findings: tuple[Problem, ...]) -> tuple[Problem, ...]:
    """Errors and warnings, and how new exports were read, which no later run says; other notes are for `check`."""
    return tuple(
        problem
        for problem in findings
        if problem.level is not Level.INFO or "preflight" in problem.rule or problem.rule == "source/form"
    )
