"""Coming dates, and what the scheduled ticks really give."""

from __future__ import annotations

from datetime import date, datetime

import pytest

from topmind.errors import PlanError
from topmind.model import DatedIssue
from topmind.planning import appearances, next_dates
from topmind.planning.window import parse_cron, tick_times
from topmind.testing.builders import TODAY, a_company, a_newsletter

TICKS = ("17 11,13,15 * * *", "43 17,20,23 * * *")


def test_the_next_dates_begin_with_today() -> None:
    """Five Tuesdays; a moved one stands where it went."""
    assert next_dates(a_newsletter(), a_company(), TODAY) == tuple(
        date.fromordinal(TODAY.toordinal() + 7 * n) for n in range(5)
    )
    moved = {date(2026, 12, 9): DatedIssue(day=date(2026, 12, 9), path="x.md", was=date(2026, 12, 8))}
    assert next_dates(a_newsletter(issues=moved), a_company(), TODAY, 2) == (TODAY, date(2026, 12, 9))


def test_a_rule_that_has_ended_has_no_dates() -> None:
    """UNTIL lies behind."""
    letter = a_newsletter(every="FREQ=WEEKLY;BYDAY=TU;UNTIL=20260201")
    assert next_dates(letter, a_company(), TODAY) == ()


def test_the_ticks_that_serve_an_issue() -> None:
    """At 09:00 in New York the 13:17 UTC tick is too early in winter, the next comes at 10:17, in the window."""
    (first,) = appearances(a_newsletter(), a_company(), TODAY, TICKS, count=1)
    assert [t.strftime("%H:%M") for t in first.ticks] == ["10:17", "12:43", "15:43", "18:43"]
    assert (first.occurrence, first.in_window) == ("2026-W49", True)


def test_summer_time_moves_the_ticks() -> None:
    """The same UTC lines come an hour later on the local clock."""
    summer = date(2026, 7, 7)
    (first,) = appearances(a_newsletter(), a_company(), summer, TICKS, count=1)
    assert first.ticks[0].strftime("%H:%M") == "09:17"


def test_a_zone_that_no_tick_reaches_in_time() -> None:
    """In Auckland quiet hours are over and the window closed when the first tick comes."""
    (there,) = appearances(a_newsletter(), a_company(), TODAY, TICKS, "Pacific/Auckland", 1)
    assert [t.strftime("%H:%M") for t in there.ticks] == ["09:43", "12:43"]
    (late,) = appearances(a_newsletter(), a_company(), TODAY, ("17 3 * * *",), "Pacific/Auckland", 1)
    assert (late.ticks[0].strftime("%H:%M"), late.in_window) == ("16:17", False)
    (none,) = appearances(a_newsletter(), a_company(), TODAY, ("17 8 * * *",), "Pacific/Auckland", 1)
    assert (none.ticks, none.in_window) == ((), False)


def test_cron_lines_are_read_as_cron_reads_them() -> None:
    """Lists, ranges, steps; Sunday is 0 and 7; of two restricted day fields one suffices."""
    assert parse_cron("*/20 8-10 * * 1-5")[0] == {0, 20, 40}
    assert parse_cron("5 0 * * 7")[4] == {0}
    first_or_monday = ("0 12 1 * 1",)
    noon = [bool(tick_times(first_or_monday, date(2026, 12, day), "UTC")) for day in (1, 2, 7)]
    assert noon == [True, False, True]
    assert tick_times(("30 23 * * *",), TODAY, "Europe/Berlin") == (
        datetime.fromisoformat("2026-12-01T00:30+01:00"),
    )


@pytest.mark.parametrize("line", ["", "17 * * *", "61 * * * *", "a * * * *", "*/0 * * * *", "5-1 * * * *"])
def test_what_is_no_cron_line_is_refused(line: str) -> None:
    """The message quotes the line."""
    with pytest.raises(PlanError):
        parse_cron(line)


def test_days_and_months_may_have_names() -> None:
    """As in a workflow's schedule."""
    assert parse_cron("17 11 * jan-MAR MON-FRI") == parse_cron("17 11 * 1-3 1-5")
    with pytest.raises(PlanError):
        parse_cron("17 11 * * MO")
