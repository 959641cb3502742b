"""Deciding without sending: reads the ledger where there is one, writes nothing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from topmind.model import Clock, History, Level, PersonRecord, Problem
from topmind.run import load as load_
from topmind.run.decide import Decided, decide
from topmind.run.load import Project
from topmind.run.places import key_ring, ledger_exists, ledger_id, open_project_ledger

#: The ledger is a copy that was put back.
RESTORED = "ledger/restored"


def history_of(project: Project, clock: Clock) -> History:
    """What the project's ledger remembers; an empty history where there is none yet."""
    return _remembered(project, clock)[0]


def _remembered(project: Project, clock: Clock) -> tuple[History, bool]:
    """The same, and whether the ledger is a copy that was put back."""
    if not ledger_exists(project.settings):
        return History(ledger=ledger_id(project.settings)), False
    with open_project_ledger(project.settings, clock, key_ring(project.settings)) as ledger:
        return ledger.history(project.moment.as_of), ledger.restored


def decide_project(
    project: Project,
    clock: Clock,
    *,
    horizon: int = 14,
    outlook: bool = False,
    foretell: int | None = None,
) -> Decided:
    """Plan a loaded project; that its ledger is a copy which was put back is a finding."""
    history, restored = _remembered(project, clock)

    def remember(_people: tuple[PersonRecord, ...]) -> History:
        return history

    decided = decide(project, remember, horizon=horizon, outlook=outlook, foretell=foretell)
    return replace(decided, findings=(*decided.findings, _restored(project))) if restored else decided


def _restored(project: Project) -> Problem:
    return Problem(
        rule=RESTORED,
        level=Level.WARNING,
        path="",
        line=0,
        says="this ledger is older than the one that sent last: whoever was mailed since stands in this plan again, and "
        "`topmind send` refuses.",
        fix=f"Put the newest copy of {project.settings.ledger_url} back, or: topmind ledger adopt",
    )


def decide_dry(
    root: Path,
    *,
    as_of: str | None,
    clock: Clock,
    horizon: int = 14,
    outlook: bool = False,
    foretell: int | None = None,
    environ: Mapping[str, str] | None = None,
) -> Decided:
    """Load and plan the project in `root`."""
    project = load_.load(root, as_of=as_of, clock=clock, environ=environ)
    return decide_project(project, clock, horizon=horizon, outlook=outlook, foretell=foretell)
