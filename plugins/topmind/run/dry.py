"""Deciding without sending: reads the ledger where there is one, writes nothing."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from topmind.delivery import silence
from topmind.links import KeyRing
from topmind.model import Clock, History, Level, PersonRecord, Problem
from topmind.run import load as load_
from topmind.run.decide import Decided, decide
from topmind.run.load import Project
from topmind.run.moment import Moment
from topmind.run.places import key_ring, ledger_exists, ledger_id, open_project_ledger
from topmind.settings import Settings

#: The ledger is a copy that was put back.
RESTORED = "ledger/restored"


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """What the project's ledger says before a plan is made."""

    history: History
    #: It is a copy that was put back.
    restored: bool = False
    #: Since when nothing was heard of the mails to Amazon's simulator (UTC); None = nothing is wrong with that.
    silent: datetime | None = None
    #: Names that are stopped.
    stops: frozenset[str] = frozenset()
    #: Why only one sender may use it at a time; "" = several may, or nobody knows.
    alone: str = ""


def known(settings: Settings, at: Moment, clock: Clock, ring: Callable[[Settings], KeyRing | None]) -> Known:
    """Asks the ledger, where there is one. `ring` gives the keys that it must fit; None = any. Raises as
    `ledger.open_ledger`."""
    if not ledger_exists(settings):
        return Known(history=History(ledger=ledger_id(settings)))
    with open_project_ledger(settings, clock, ring(settings)) as ledger:
        return Known(
            history=ledger.history(at.as_of),
            restored=ledger.restored,
            silent=ledger.silent_since(ledger.now() - silence.PATIENCE),
            stops=ledger.stops(),
            alone="" if ledger.several else ledger.alone,
        )


def decide_project(
    project: Project,
    clock: Clock,
    *,
    horizon: int = 14,
    outlook: bool = False,
    foretell: int | None = None,
    told: Known | None = None,
) -> Decided:
    """Plan a loaded project, by what its ledger knows (`told`, where it was asked already); that the ledger is a
    copy which was put back is a finding."""
    found = told or known(project.settings, project.moment, clock, key_ring)

    def remember(_people: tuple[PersonRecord, ...]) -> History:
        return found.history

    decided = decide(project, remember, horizon=horizon, outlook=outlook, foretell=foretell)
    return (
        replace(decided, findings=(*decided.findings, restored(project.settings)))
        if found.restored
        else decided
    )


def restored(settings: Settings) -> Problem:
    """The finding that a copy was put back."""
    return Problem(
        rule=RESTORED,
        level=Level.WARNING,
        path="",
        line=0,
        says="this ledger is older than the one that sent last: whoever was mailed since stands in this plan again, and "
        "`topmind send` refuses.",
        fix=f"Put the newest copy of {settings.ledger_name} back, or: topmind ledger adopt",
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
