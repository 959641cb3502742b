"""Deciding without sending: reads the ledger where there is one, writes nothing."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from topmind.model import Clock, History, PersonRecord
from topmind.run import load as load_
from topmind.run.decide import Decided, decide
from topmind.run.load import Project
from topmind.run.places import key_ring, ledger_exists, ledger_id, open_project_ledger


def history_of(project: Project, clock: Clock) -> History:
    """What the project's ledger remembers; an empty history where there is none yet."""
    if not ledger_exists(project.settings):
        return History(ledger=ledger_id(project.settings))
    with open_project_ledger(project.settings, clock, key_ring(project.settings)) as ledger:
        return ledger.history(project.moment.as_of)


def decide_project(project: Project, clock: Clock, *, horizon: int = 14, outlook: bool = False) -> Decided:
    """Plan a loaded project."""

    def remember(_people: tuple[PersonRecord, ...]) -> History:
        return history_of(project, clock)

    return decide(project, remember, horizon=horizon, outlook=outlook)


def decide_dry(
    root: Path,
    *,
    as_of: str | None,
    clock: Clock,
    horizon: int = 14,
    outlook: bool = False,
    environ: Mapping[str, str] | None = None,
) -> Decided:
    """Load and plan the project in `root`."""
    project = load_.load(root, as_of=as_of, clock=clock, environ=environ)
    return decide_project(project, clock, horizon=horizon, outlook=outlook)
