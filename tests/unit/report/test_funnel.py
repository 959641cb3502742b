"""Contacts per stage over time, and who moved in between."""

from __future__ import annotations

from datetime import UTC, date, datetime

from topmind.ledger import StageFlow
from topmind.report.funnel import funnel

DAYS = [date(2026, 11, 24), date(2026, 12, 1), date(2026, 12, 8)]


def flow(before: str, after: str, day: int | None, count: int = 1, hour: int = 12) -> StageFlow:
    """Moves of a day in November, UTC; from 31 on of December."""
    at = None if day is None else datetime(2026, 11 + day // 31, day % 31 + day // 31, hour, tzinfo=UTC)
    return StageFlow(before=before, after=after, at=at, count=count)


def test_who_moved_is_counted_where_they_stand_now() -> None:
    """Forward and back; the first row has no moves, since there is none before it."""
    rows = funnel(
        [
            flow("", "interest", None, 5),
            flow("", "action", 10, 2),
            flow("interest", "desire", 20, 3),
            flow("desire", "interest", 26),
            flow("", "attention", 27, 4),
            flow("interest", "action", 33, 2),
        ],
        DAYS,
        "UTC",
    )
    assert [list(row.stood.values()) for row in rows] == [[0, 2, 0, 3, 2], [4, 3, 0, 2, 2], [4, 1, 0, 2, 4]]
    assert [(row.new, row.forward, row.back) for row in rows] == [(0, 0, 0), (4, 0, 1), (0, 2, 0)]
    assert list(rows[0].stood) == ["attention", "interest", "conviction", "desire", "action"]


def test_a_day_ends_where_the_company_is() -> None:
    """Two in the morning UTC is still the day before in New York."""
    moves = [flow("", "interest", 10), flow("interest", "action", 25, hour=2)]
    here, there = (funnel(moves, DAYS[:1], zone)[0].stood["action"] for zone in ("America/New_York", "UTC"))
    assert (here, there) == (1, 0)


def test_moves_after_the_last_day_are_not_known_yet() -> None:
    """A row of the past stays as it was."""
    (row,) = funnel([flow("", "interest", 10), flow("interest", "action", 33)], DAYS[:1], "UTC")
    assert (row.stood["interest"], row.stood["action"]) == (1, 0)
