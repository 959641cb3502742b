"""`var/last-run.json` and `var/last-plan.json`: what the desk shows of the last run."""

from __future__ import annotations

from dataclasses import replace

from topmind import report
from topmind.delivery import SendReport
from topmind.ledger import Ledger
from topmind.model import Clock, Problem
from topmind.run import last_plan, places
from topmind.run.decide import Decided
from topmind.run.task_days import as_held


def write(
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
