"""Steps 2 to 11 of one tick: decide, compose, pre-flight, freeze, send, sum up."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

from topmind import delivery, report
from topmind import ledger as ledger_
from topmind.delivery import Order, SendReport, TaskMailReport
from topmind.errors import GuardError, PlanAgain, SendError
from topmind.ledger import Ledger
from topmind.links import KeyRing, address_hashes
from topmind.model import Clock, History, Level, PersonRecord, Problem, Transport
from topmind.run import last_plan, places
from topmind.run import load as load_
from topmind.run.compose import Composed, compose
from topmind.run.coupons import Codes
from topmind.run.decide import Decided, decide
from topmind.run.dry import decide_project
from topmind.run.lapsing import lapsed
from topmind.run.load import Project
from topmind.run.messages import builder
from topmind.run.preflight import facts_of, published, renderer_of
from topmind.run.renamed import RULE
from topmind.run.rows import Rows
from topmind.run.sent import SendResult
from topmind.run.task_days import PATIENCE, as_held
from topmind.run.task_mails import send_task_mails
from topmind.run.task_sheets import gone

#: Told (done, total) after each answer.
Progress = Callable[[int, int], None]
#: How often a plan is made again because the ledger moved on meanwhile.
TRIES = 5


def send(
    root: Path,
    *,
    as_of: str | None,
    clock: Clock,
    live: bool = False,
    dry_run: bool = False,
    plan_hash: str | None = None,
    first_send: bool = False,
    progress: Progress | None = None,
    environ: Mapping[str, str] | None = None,
    transport: Transport | None = None,
) -> SendResult:
    """One tick of the project in `root`.

    Raises ContentError, AudienceError, LedgerError …; GuardError (exit 3) where a guard stops it before anybody
    was mailed. With `ses` nothing is sent without `live`.
    """
    project = load_.load(root, as_of=as_of, clock=clock, environ=environ)
    settings = project.settings
    if dry_run or (settings.transport == "ses" and not live):
        return _rehearse(project, clock, plan_hash)
    carrier = transport or places.transport(settings)
    ring = places.key_ring(settings)
    with places.open_project_ledger(settings, clock, ring) as ledger, delivery.stop_signals() as stopping:
        _refuse_restored(ledger, settings.ledger_url)
        delivery.fold(ledger, places.inbox(settings))
        _expire(ledger, project)
        codes = Codes(project.catalog, ring, ledger.coupons)
        decided, composed, facts = _freeze(ledger, project, ring, codes, plan_hash, first_send)
        owner, who = places.owner()
        order = Order(
            owner=owner,
            who=who,
            as_of=project.moment.as_of,
            now=clock.now if project.moment.real else lambda: project.moment.now,
            editions=frozenset(composed.compiled),
        )
        total = len(composed.edition_of)
        done = 0

        def settled(*_: object) -> None:
            nonlocal done
            done += 1
            if progress:
                progress(done, total)

        found = delivery.send(
            ledger,
            carrier,
            builder(decided, composed, ring, codes, project.moment.now),
            order,
            inbox=places.inbox(settings),
            stopping=stopping,
            evidence=getattr(carrier, "proof", None),
            settled=settled,
        )
        told = TaskMailReport()
        if not (found.stopped or stopping()):
            told = send_task_mails(ledger, carrier, decided, ring, owner=owner, who=who, stopping=stopping)
        findings = load_.ordered(
            [
                *project.findings,
                *decided.findings,
                *composed.problems,
                *found.problems,
                *told.problems,
                *facts,
            ]
        )
        _write_last_run(ledger, decided, findings, carrier.name, clock, found)
    return SendResult(
        report=found,
        decided=decided,
        findings=_worth_saying(findings),
        dry=False,
        where=_where(carrier, settings.root),
        task_mails=told.sent,
    )


def _worth_saying(findings: tuple[Problem, ...]) -> tuple[Problem, ...]:
    """Errors and warnings; notes are for `check`."""
    return tuple(
        problem for problem in findings if problem.level is not Level.INFO or "preflight" in problem.rule
    )


def _where(carrier: Transport, root: Path) -> str:
    folder = getattr(carrier, "folder", None)
    if not isinstance(folder, Path):
        return carrier.name
    return str(folder.relative_to(root) if folder.is_relative_to(root) else folder)


def _rehearse(project: Project, clock: Clock, plan_hash: str | None) -> SendResult:
    """Everything up to the first write: plan, editions, dry merges, pre-flight."""
    decided = decide_project(project, clock)
    _same_plan(decided, plan_hash)
    renderer = renderer_of(project)
    composed = compose(decided, (), renderer, published(project.root / "output"))
    facts = facts_of(decided, composed, first_send=False, keys=True)
    found = [*project.findings, *decided.findings, *composed.problems, *delivery.findings(facts)]
    empty = SendReport(counts=ledger_.Counts(planned=len(decided.plan.due), waiting=len(decided.plan.due)))
    return SendResult(
        report=empty, decided=decided, findings=_worth_saying(load_.ordered(found)), dry=True, where=""
    )


def _refuse_restored(ledger: Ledger, where: str) -> None:
    """Raises GuardError where an older ledger, or a new one, lies in the place of the one that sent last."""
    if ledger.restored:
        raise GuardError(
            "this ledger is older than the one that sent last: whoever was mailed since would be mailed again. "
            "Nobody was mailed.",
            where=where,
            fix="Put the newest copy back; if it is lost, take this one into use: topmind ledger adopt",
        )


def _same_plan(decided: Decided, plan_hash: str | None) -> None:
    """Raises GuardError where somebody asked for another plan."""
    if plan_hash and not decided.plan.hash.startswith(plan_hash):
        raise GuardError(
            f"the plan is {decided.plan.hash} now; nobody was mailed.",
            where=f"--plan {plan_hash}",
            fix="Look at `topmind plan` again.",
        )


def _expire(ledger: Ledger, project: Project) -> None:
    """Touches whose last day is over everywhere on earth, or on the one day that is asked for; tasks later, after
    the owner had them."""
    at = project.moment
    ledger.expire(
        at.as_of if at.all_day else (at.now - timedelta(hours=12)).date(), tasks=at.as_of - PATIENCE
    )


def _freeze(
    ledger: Ledger, project: Project, ring: KeyRing, codes: Codes, plan_hash: str | None, first_send: bool
) -> tuple[Decided, Composed, tuple[Problem, ...]]:
    """Plan, compose, pre-flight and freeze; again where the ledger moved on in between."""

    def remember(people: tuple[PersonRecord, ...]) -> History:
        ledger.sync_people(people, lambda address: address_hashes(ring, address))
        return ledger.history(project.moment.as_of)

    renderer = renderer_of(project)
    for _ in range(TRIES):
        decided = decide(project, remember)
        _same_plan(decided, plan_hash)
        composed = compose(decided, ledger.planned(), renderer, published(project.root / "output"))
        facts = delivery.findings(facts_of(decided, composed, first_send=first_send, keys=True))
        _stop_on((*(p for p in decided.findings if p.rule == RULE), *facts))
        rows = Rows(decided, composed.edition_of, composed.occasions)
        fresh = codes.on([rows.touch(t) for t in (*composed.waiting, *decided.plan.due)], composed.compiled)
        members = decided.members
        try:
            # before the freeze: what a move starts must keep that move's day, whatever becomes of this run
            head = ledger.note(members.moved, members.watched, head=decided.history.head)
            ledger.freeze(
                fresh,
                plan=decided.plan.hash,
                head=head,
                skips=(*composed.gone, *gone(decided, ledger.tasks())),
                lapsed=lapsed(decided),
                as_of=project.moment.as_of,
            )
        except PlanAgain:
            continue
        return decided, composed, facts
    raise SendError("the ledger kept moving on while this run planned.", fix="Run it again in a minute.")


def _stop_on(facts: tuple[Problem, ...]) -> None:
    """Raises GuardError with every pre-flight error at once."""
    errors = [problem for problem in facts if problem.level is Level.ERROR]
    if errors:
        first, *others = errors
        more = "".join(f"\n  also: {problem.says} {problem.fix}" for problem in others)
        raise GuardError(f"{first.says} Nobody was mailed.", where=first.path, fix=first.fix + more)


def _write_last_run(
    ledger: Ledger,
    decided: Decided,
    findings: tuple[Problem, ...],
    name: str,
    clock: Clock,
    found: SendReport,
) -> None:
    """`var/last-run.json` and `var/last-plan.json`: what the desk shows. Counts only."""
    members = decided.members
    sizes = {
        segment: int((members.in_segment[:, column] & members.active).sum())
        for column, segment in enumerate(members.segments)
    }
    history = ledger.history(decided.plan.as_of)
    today = [t for t in history.touches if t.day == decided.plan.as_of]
    done = {touch.key for touch in today if touch.counts}
    left = tuple(
        touch
        for touch in decided.plan.due
        if decided.plan.occasions[touch.occasion].key(members.ids[touch.contact]) not in done
    )
    summary = report.last_run(
        replace(decided.plan, due=left),
        at=clock.now(),
        transport=name,
        counts=found.counts,
        findings=findings,
        tasks=as_held(ledger.tasks(), decided.project.catalog, decided.plan.as_of),
        segments=sizes,
        today=today,
    )
    places.write_atomic(decided.project.settings.var / "last-run.json", summary.to_json())
    if not found.signal:
        last_plan.write(decided, history, clock.now())
