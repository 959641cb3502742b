"""Reads `var/last-run.json`. Its shape stands in `report.last_run`, because `run` writes it."""

from __future__ import annotations

from pathlib import Path

from topmind.report.last_run import CalendarRow, FindingRow, GapRow, LastRun, OccasionRow, TaskRow, last_run

__all__ = [
    "CalendarRow",
    "FindingRow",
    "GapRow",
    "LastRun",
    "OccasionRow",
    "TaskRow",
    "last_run",
    "read",
]


def read(path: Path) -> LastRun | None:
    """The last run, or None where there was none yet. Raises TopmindError where the file has another shape."""
    try:
        return LastRun.from_json(path.read_text("utf-8"))
    except FileNotFoundError:
        return None
