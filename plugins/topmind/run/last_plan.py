"""`var/last-plan.json`: written by the tick after it has sent, compared with by `plan`."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from hashlib import sha256
from pathlib import Path

from topmind import planning
from topmind.errors import TopmindError
from topmind.model import Catalog, History, Members
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


def written(catalog: Catalog) -> Mapping[str, str]:
    """What people wrote that decides who gets what, by its name in words → hash of the text; the rules of each
    newsletter, sequence, step, segment and item, and the company's."""
    paths: dict[str, list[str]] = {"company.md": [catalog.company.path]}
    for letter in catalog.newsletters.values():
        paths[f"newsletter {letter.id}"] = [letter.path, *(issue.path for issue in letter.issues.values())]
    for sequence in catalog.sequences.values():
        paths[f"sequence {sequence.id}"] = [sequence.path, *(step.path for step in sequence.steps)]
    for segment in catalog.segments.values():
        paths[f"segment {segment.name}"] = [segment.path]
    for item in catalog.items.values():
        paths[item.id] = [item.path]
    return {name: _hash(Path(catalog.root), found) for name, found in paths.items()}


def _hash(root: Path, paths: Iterable[str]) -> str:
    """Of the texts as they stand; a file that is gone meanwhile counts as empty."""
    found = sha256()
    for path in sorted({path for path in paths if path}):
        try:
            text = (root / path).read_bytes()
        except OSError:
            text = b""
        found.update(f"{path}\0{len(text)}\0".encode() + text)
    return found.hexdigest()[:16]


def summed(decided: Decided, at: datetime, than: LastPlan | None = None) -> LastPlan:
    """A decided plan with its outlook as the file would hold it; `than`: the plan it is different from."""
    catalog = decided.project.catalog
    return report.last_plan(decided.plan, catalog, sizes(decided.members), at, than, files=written(catalog))


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
    made = report.last_plan(
        plan,
        project.catalog,
        sizes(decided.members),
        at,
        before(decided),
        files=written(project.catalog),
    )
    places.write_atomic(path_of(project.settings), made.to_json())
