"""`var/last-plan.json`: written by the tick after it has sent, compared with by `plan`."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from pathlib import Path

from topmind import planning
from topmind.errors import TopmindError
from topmind.model import History, Members
from topmind.report import last_plan as report
from topmind.report.last_plan import LOOK, LastPlan
from topmind.run import places
from topmind.run.decide import Decided
from topmind.settings import Settings


def path_of(settings: Settings) -> Path:
    """Where it lies."""
    return settings.var / "last-plan.json"


def sizes(members: Members) -> Mapping[str, int]:
    """Segment → active contacts."""
    return {
        segment: int((members.in_segment[:, column] & members.active).sum())
        for column, segment in enumerate(members.segments)
    }


def previous(settings: Settings) -> LastPlan | None:
    """What the last tick wrote; None where there is none, or an older version wrote it."""
    try:
        return report.read(path_of(settings))
    except TopmindError:
        return None


def before(decided: Decided) -> LastPlan | None:
    """What a plan may be compared with: the last tick's, unless that lies ahead of the day that is looked at."""
    found = previous(decided.project.settings)
    return found if found is not None and found.as_of <= decided.plan.as_of else None


def summed(decided: Decided, at: datetime, than: LastPlan | None = None) -> LastPlan:
    """A decided plan with its outlook as the file would hold it; `than`: the plan it is different from."""
    return report.last_plan(decided.plan, decided.project.catalog, sizes(decided.members), at, than)


def write(decided: Decided, history: History, at: datetime) -> None:
    """Look ahead from what the ledger holds after a tick, and write it down."""
    project = decided.project
    plan = planning.forecast(
        project.catalog,
        decided.members,
        history,
        project.moment.now,
        all_day=project.moment.all_day,
        horizon=LOOK,
        outlook=True,
    )
    made = report.last_plan(plan, project.catalog, sizes(decided.members), at, before(decided))
    places.write_atomic(path_of(project.settings), made.to_json())
