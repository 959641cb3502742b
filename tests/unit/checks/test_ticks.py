"""The schedule of runs against the zones of the audience."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, time, timedelta

import numpy as np
import pytest

from topmind.checks import Facts
from topmind.checks.ticks import zones
from topmind.model import Catalog, Level, Members, Send
from topmind.testing.builders import a_catalog, a_company, a_newsletter, a_sequence, an_item, members

#: The schedule that `topmind init` writes.
USUAL = ("17 8,11,13,15 * * *", "43 17,20,23 * * *")


def people_in(*where: str) -> Members:
    """One contact in each zone."""
    return replace(members(len(where)), zones=where, zone=np.arange(len(where), dtype=np.int16))


def said(ticks: tuple[str, ...], who: Members | None = None, **letter: object) -> list[tuple[str, str]]:
    """(rule, beginning of what is said) for a Tuesday letter at nine."""
    catalog = a_catalog(newsletters=[a_newsletter(**letter)])
    return [(p.rule, p.says) for p in zones(Facts(catalog=catalog, members=who, ticks=ticks))]


def test_the_usual_schedule_serves_north_america_all_year() -> None:
    """Six runs a day reach each reader's morning, in summer and in winter time."""
    coast_to_coast = people_in(
        "America/New_York", "America/Chicago", "America/Denver", "America/Phoenix", "America/Los_Angeles"
    )
    assert said(USUAL, coast_to_coast) == []


def test_a_zone_that_no_run_serves_is_named_with_its_people() -> None:
    """Whoever lives there would never get it: an error, with a run that would serve them."""
    (found,) = zones(
        Facts(
            catalog=a_catalog(newsletters=[a_newsletter(every_line=3)]),
            members=people_in("America/New_York", "Asia/Tokyo"),
            ticks=("17 14 * * *",),
        )
    )
    assert (found.level, found.line) == (Level.ERROR, 3)
    assert "Asia/Tokyo (1 contact)" in found.says
    assert '- cron: "17 0 * * *"' in found.fix


def test_a_run_after_the_window_is_late_and_said() -> None:
    """It goes the same day all the same, so it is a warning; a wider window is an answer."""
    late = ("43 17 * * *",)  # 12:43 in New York in winter, 13:43 in summer
    ((rule, says),) = said(late)
    assert rule == "ticks/late"
    assert "12:43" in says
    assert said(late, window=timedelta(hours=5)) == []


def test_a_clock_change_is_seen_before_it_comes() -> None:
    """A single run at 13:20 UTC is 9:20 in a New York summer, and 8:20, too early, in winter."""
    ((rule, _),) = said(("20 13 * * *",))
    assert rule == "ticks/never"


@pytest.mark.parametrize(
    "catalog",
    [
        a_catalog(items=[an_item("tips/sent", sends=(Send(number=1, day=date(2026, 12, 3)),))]),
        a_catalog(),  # rescues: the company promises a floor
        a_catalog(newsletters=[a_newsletter(every="Tuesday at 08:30")]),
    ],
)
def test_announcements_and_rescues_need_a_run_too(catalog: Catalog) -> None:
    """They go from nine on, whatever newsletters and follow-ups there are."""
    early = ("40 13 * * *", "40 12 * * *")  # 8:40 in New York, summer and winter
    (found,) = zones(Facts(catalog=catalog, ticks=early))
    assert (found.rule, found.path) == ("ticks/never", "content/company.md")
    assert "no follow-up, announcement or rescue would go there" in found.says


def test_steps_need_a_run_outside_quiet_hours() -> None:
    """A company of follow-ups alone is checked, too."""
    catalog = a_catalog(sequences=[a_sequence()], company=a_company(quiet=(time(12), time(8))))
    (found,) = zones(Facts(catalog=catalog, ticks=("43 17 * * *",)))
    assert (found.rule, found.path) == ("ticks/never", "content/company.md")


@pytest.mark.parametrize("line", ["17 11", "61 * * * *", "@daily"])
def test_a_schedule_that_is_none_is_told_once(line: str) -> None:
    """One finding, whatever hangs on it."""
    ((rule, _),) = said((line,))
    assert rule == "ticks/cron"


def test_without_a_schedule_nothing_is_claimed() -> None:
    """A server with its own timer says `ticks` in the settings, or gets no advice."""
    assert said(()) == []
