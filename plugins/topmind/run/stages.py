"""Stages over time: the funnel of everybody, and the log of one contact."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from topmind.errors import UsageError
from topmind.ledger import StageMove
from topmind.model import Clock
from topmind.report.funnel import FunnelDay
from topmind.report.funnel import funnel as counted
from topmind.run import load as load_
from topmind.run.load import Project
from topmind.run.places import key_ring, ledger_exists, open_project_ledger


def funnel(root: Path, *, every: int, rows: int, as_of: str | None, clock: Clock) -> Sequence[FunnelDay]:
    """The last so many points, `every` days apart, up to `as_of`, else to the ledger's own today: it keeps when an
    import came, also where a sample is pinned to another day. Raises UsageError where there is no ledger yet."""
    project = _project(root, as_of, clock)
    zone = project.catalog.company.zone
    with open_project_ledger(project.settings, clock, key_ring(project.settings)) as ledger:
        last = project.moment.as_of if as_of else ledger.now().astimezone(ZoneInfo(zone)).date()
        flows = ledger.stage_flows()
    days = [last - timedelta(days=every * back) for back in reversed(range(rows))]
    return counted(flows, days, zone)


def log(root: Path, contact: str, *, as_of: str | None, clock: Clock) -> tuple[Sequence[StageMove], str]:
    """(One contact's stages, the company's zone). Raises UsageError where nothing is known of them."""
    project = _project(root, as_of, clock)
    with open_project_ledger(project.settings, clock, key_ring(project.settings)) as ledger:
        moves = ledger.stage_log(contact)
    if not moves:
        raise UsageError(
            "the ledger knows no stage of a contact with this id.",
            fix="Ids are the source's; stages come from the column that `stage` in [tables.contacts] names.",
        )
    return moves, project.catalog.company.zone


def _project(root: Path, as_of: str | None, clock: Clock) -> Project:
    project = load_.load(root, as_of=as_of, clock=clock)
    if not ledger_exists(project.settings):
        raise UsageError(
            "there is no ledger yet, so nothing is known of stages over time.",
            fix="The first `topmind send` makes it.",
        )
    return project
