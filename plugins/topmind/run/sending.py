"""Steps 2 to 11 of one tick: decide, compose, pre-flight, freeze, send, sum up."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from typing import Any

from topmind import delivery, report
from topmind import ledger as ledger_
from topmind.delivery import Order, SendReport
from topmind.errors import GuardError, PlanAgain, SendError
from topmind.ledger import Ledger
from topmind.links import KeyRing, address_hashes
from topmind.model import Clock, History, Level, PersonRecord, Problem, Transport
from topmind.run import load as load_
from topmind.run import places
from topmind.run.compose import Composed, compose
from topmind.run.decide import Decided, decide
from topmind.run.dry import decide_project
from topmind.run.lapsing import lapsed
from topmind.run.load import Project
from topmind.run.messages import builder
from topmind.run.preflight import facts_of, published, renderer_of
from topmind.run.renamed import RULE
from topmind.run.rows import Rows

#: Told (done, total) after each answer.
Progress = Callable[[int, int], None]
#: How often a plan is made again because the ledger moved on meanwhile.
TRIES = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class SendResult:
    """What one run did, or with a dry run would do."""

    report: SendReport
    decided: Decided
    #: Held editions, guards passed over, what the sources said: never a person.
    findings: tuple[Problem, ...]
    dry: bool
    where: str

    @property
    def exit_code(self) -> int:
        """0 done; 1 unproven or held mails; 130/143 interrupted."""
        if self.report.signal:
            return self.report.signal
        held = any(problem.level is Level.ERROR for problem in self.findings)
        return self.report.exit_code or int(held)

    def as_dict(self) -> dict[str, Any]:
        """The equation of the day, and what needs a look."""
        return {
            **self.report.counts.as_dict(),
            "as_of": self.decided.plan.as_of.isoformat(),
            "plan": self.decided.plan.hash,
            "dry_run": self.dry,
            "stopped": self.report.stopped,
            "unproven": [touch.touch_hex for touch in self.report.unproven],
            "findings": [_finding(problem) for problem in self.findings],
        }

    def text(self) -> str:
        """The same for a person."""
        counts = self.report.counts
        if self.dry:
            lines = [
                f"Dry run: {len(self.decided.plan.due)} touches are due; nothing was written, nobody was mailed."
            ]
        else:
            lines = [
                f"Sent now: {counts.sent_now} mails{f' to {self.where}' if self.where else ''}{_late(counts)}.",
                f"Occasions whose day is today: {counts.planned} planned = {counts.accepted} accepted + {counts.refused} refused "
                f"+ {counts.skipped} skipped + {counts.expired} expired + {counts.unknown} unknown "
                f"+ {counts.waiting} waiting; {counts.tasks} task{'' if counts.tasks == 1 else 's'}.",
            ]
        if self.report.stopped:
            lines.append(f"Stopped: {self.report.stopped}.")
        if self.report.unproven:
            lines.append(
                f"{len(self.report.unproven)} mails are unproven and are never sent again by themselves: topmind report"
            )
        lines += [
            f"{p.level.value}: {p.path + ': ' if p.path else ''}{p.says} {p.fix}".rstrip()
            for p in self.findings
        ]
        return "\n".join(lines)


def _late(counts: ledger_.Counts) -> str:
    """What the equation of the day leaves out."""
    return f", {counts.sent_late} of them for occasions of other days" if counts.sent_late else ""


def _finding(problem: Problem) -> dict[str, Any]:
    return {
        "rule": problem.rule,
        "level": problem.level.value,
        "path": problem.path,
        "line": problem.line,
        "says": problem.says,
        "fix": problem.fix,
    }


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
        delivery.fold(ledger, places.inbox(settings))
        _expire(ledger, project)
        decided, composed, facts = _freeze(ledger, project, ring, plan_hash, first_send)
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
            builder(decided, composed, ring, project.moment.now),
            order,
            inbox=places.inbox(settings),
            stopping=stopping,
            evidence=getattr(carrier, "proof", None),
            settled=settled,
        )
        findings = load_.ordered(
            [*project.findings, *decided.findings, *composed.problems, *found.problems, *facts]
        )
        _write_last_run(ledger, decided, findings, carrier.name, clock, found)
    return SendResult(
        report=found,
        decided=decided,
        findings=_worth_saying(findings),
        dry=False,
        where=_where(carrier, settings.root),
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


def _same_plan(decided: Decided, plan_hash: str | None) -> None:
    """Raises GuardError where somebody asked for another plan."""
    if plan_hash and not decided.plan.hash.startswith(plan_hash):
        raise GuardError(
            f"the plan is {decided.plan.hash} now; nobody was mailed.",
            where=f"--plan {plan_hash}",
            fix="Look at `topmind plan` again.",
        )


def _expire(ledger: Ledger, project: Project) -> None:
    """Touches whose last day is over everywhere on earth, or on the one day that is asked for."""
    at = project.moment
    ledger.expire(at.as_of if at.all_day else (at.now - timedelta(hours=12)).date())


def _freeze(
    ledger: Ledger, project: Project, ring: KeyRing, plan_hash: str | None, first_send: bool
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
        fresh = [rows.touch(touch) for touch in (*composed.waiting, *decided.plan.due)]
        try:
            ledger.freeze(
                fresh,
                plan=decided.plan.hash,
                head=decided.history.head,
                skips=composed.gone,
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
    """`var/last-run.json`: what the desk shows. Counts only."""
    members = decided.members
    sizes = {
        segment: int((members.in_segment[:, column] & members.active).sum())
        for column, segment in enumerate(members.segments)
    }
    today = [t for t in ledger.history(decided.plan.as_of).touches if t.day == decided.plan.as_of]
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
        tasks=ledger.tasks(),
        segments=sizes,
        today=today,
    )
    places.write_atomic(decided.project.settings.var / "last-run.json", summary.to_json())
