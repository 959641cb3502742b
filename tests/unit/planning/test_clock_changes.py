"""Local times where clocks go forward and back: never in quiet hours, never before its time, on the reader's own day."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from topmind.planning import appearances
from topmind.planning.window import instant, open_window, tick_times
from topmind.testing.builders import a_company, a_newsletter

ZONES = (
    *("America/New_York", "America/Los_Angeles", "America/Phoenix", "America/Sao_Paulo", "America/Santiago"),
    *("Europe/Dublin", "Europe/Berlin", "Africa/Cairo", "Asia/Kolkata", "Asia/Beirut", "Australia/Lord_Howe"),
    *(
        "Australia/Sydney",
        "Pacific/Auckland",
        "Pacific/Chatham",
        "Pacific/Apia",
        "Asia/Tehran",
        "America/Havana",
    ),
)
TIMES = st.times().map(lambda at: at.replace(second=0, microsecond=0))


def transitions(zone: str, year: int) -> list[date]:
    """Local days of a year on which the offset changes, or the day before."""
    place = ZoneInfo(zone)
    noons = [datetime(year, 1, 1, 12, tzinfo=UTC) + timedelta(days=n) for n in range(366)]
    offsets = [moment.astimezone(place).utcoffset() for moment in noons]
    return [noons[n].date() for n in range(1, len(noons)) if offsets[n] != offsets[n - 1]]


#: (zone, day): every clock change of eight years, and the days around it.
CHANGES = [
    (zone, day + timedelta(days=shift))
    for zone in ZONES
    for year in (2011, 2016, 2023, 2024, 2025, 2026, 2027, 2030)
    for day in transitions(zone, year)
    for shift in (-1, 0, 1)
]


@settings(max_examples=150)
@given(st.sampled_from(CHANGES), TIMES, TIMES, TIMES)
def test_no_instant_of_the_window_is_quiet_early_or_on_another_day(
    change: tuple[str, date], at: time, evening: time, morning: time
) -> None:
    """Read back on the reader's clock, every ten minutes."""
    zone, day = ZoneInfo(change[0]), change[1]
    quiet = (evening, morning) if evening > morning else (time(20), time(8))
    opens, closes = open_window(day, at, quiet, zone)
    moment = opens
    while moment < closes:
        local = moment.astimezone(zone)
        assert local.date() == day or _skipped(zone, day)
        if local.date() == day:
            assert quiet[1] <= local.time() < quiet[0]
        moment += timedelta(minutes=10)
    if opens <= closes and not _skipped(zone, day):
        assert opens.astimezone(zone).replace(tzinfo=None, fold=0) >= datetime.combine(day, max(at, quiet[1]))


def _skipped(zone: ZoneInfo, day: date) -> bool:
    """A day that a place left out (Samoa had no 30 December 2011)."""
    return datetime.combine(day, time(12), tzinfo=zone).astimezone(UTC).astimezone(zone).date() != day


@pytest.mark.parametrize(
    ("day", "at", "opens", "closes"),
    [
        # clocks go from 2:00 to 3:00: half past two never comes
        (date(2026, 3, 8), time(2, 30), "2026-03-08T07:30", "2026-03-08T06:30"),
        # clocks go from 2:00 back to 1:00: half past one comes at 5:30 and at 6:30 UTC
        (date(2026, 11, 1), time(1, 30), "2026-11-01T06:30", "2026-11-01T05:30"),
        (date(2026, 7, 4), time(9), "2026-07-04T13:00", "2026-07-04T13:00"),
    ],
)
def test_a_time_that_never_comes_or_comes_twice(day: date, at: time, opens: str, closes: str) -> None:
    """It opens late and closes early."""
    zone = ZoneInfo("America/New_York")
    assert instant(day, at, zone, opens=True) == datetime.fromisoformat(f"{opens}+00:00")
    assert instant(day, at, zone, opens=False) == datetime.fromisoformat(f"{closes}+00:00")


@settings(max_examples=40, deadline=None)
@given(st.sampled_from(CHANGES))
def test_ticks_of_three_days_are_all_the_ticks_there_are(change: tuple[str, date]) -> None:
    """Cut into local days, none is lost or told twice, however long a day is."""
    zone, day = change
    lines = ("17 */3 * * *",)
    days = [day + timedelta(days=n) for n in (-1, 0, 1)]
    found = [moment.astimezone(UTC) for one in days for moment in tick_times(lines, one, zone)]
    assert found == sorted(set(found))
    place = ZoneInfo(zone)
    first = datetime.combine(days[0] - timedelta(days=2), time(0, 17), tzinfo=UTC)
    every = [first + timedelta(hours=3 * n) for n in range(8 * 8)]
    assert found == [moment for moment in every if moment.astimezone(place).date() in days]


@settings(max_examples=40, deadline=None)
@given(st.sampled_from(ZONES), st.dates(date(2024, 1, 1), date(2030, 1, 1)), st.integers(8, 19))
def test_an_issue_keeps_its_local_hour_all_year(zone: str, day: date, hour: int) -> None:
    """Ten o'clock is ten before and after the clocks change; its runs come after it and outside quiet hours."""
    letter = a_newsletter(every=f"daily at {hour:02d}:00")
    company = a_company(quiet=(time(20), time(8)), programme_starts=date(2020, 1, 1))
    for one in appearances(letter, company, day, ("7,37 * * * *",), zone, 3):
        assert one.in_window == bool(one.ticks)
        assert all(
            moment.time() >= time(hour) and time(8) <= moment.time() < time(20) for moment in one.ticks
        )
        assert all(moment.date() == one.day for moment in one.ticks)
        assert one.ticks
        assert one.ticks[0].time() < time(hour, 30)
