"""Dates, times and lengths of time as people write them."""

from __future__ import annotations

from datetime import date, time, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from topmind.catalog import dates
from topmind.catalog.findings import Wrong


@pytest.mark.parametrize(
    "text",
    [
        "2026-12-01", "2026-12-1", "2026/12/01", "1 December 2026", "1st Dec 2026", "December 1, 2026", "Dec. 1 2026",
        "Tuesday, 1 December 2026", "2026-12-01T09:00:00Z", "2026-12-01 9:00:00 -0500", "1. December 2026",
    ],
)  # fmt: skip
def test_one_day_in_many_words(text: str) -> None:
    """ISO, words and a date with time and offset mean the day that is written."""
    assert dates.read_day(text) == date(2026, 12, 1)


@pytest.mark.parametrize(
    ("text", "readings"),
    [
        ("12/1/2026", ["2026-01-12 (12 January 2026)", "2026-12-01 (1 December 2026)"]),
        ("1.12.26", ["2026-12-01", "2026-01-12"]),
    ],
)
def test_an_ambiguous_date_is_refused_with_its_readings(text: str, readings: list[str]) -> None:
    """Numbers that begin with a day or a month are refused; the message has each reading."""
    with pytest.raises(Wrong) as caught:
        dates.read_day(text)
    assert all(reading in caught.value.fix for reading in readings)


@pytest.mark.parametrize("text", ["24.12.2026", "24/12/2026", "12/24/2026", "24-12-26", "24.12.2026 14:30"])
def test_numbers_that_can_only_be_one_day_are_that_day(text: str) -> None:
    """There is no month 24; one that has no reading at all is no date."""
    assert dates.read_day(text) == date(2026, 12, 24)
    with pytest.raises(Wrong, match="is no date"):
        dates.read_day("31/31/2026")


def test_a_span_of_days() -> None:
    """Both ends included, in any words; backwards or without an end in sight it is refused."""
    for text in (
        "2026-12-30 to 2027-01-02",
        "30 December 2026 – 2 January 2027",
        "2026-12-30 until 2027-01-02",
    ):
        days = dates.read_span(text)
        assert (days[0], days[-1], len(days)) == (date(2026, 12, 30), date(2027, 1, 2), 4)
    assert dates.read_span("2026-12-24") == (date(2026, 12, 24),)
    for text in ("2027-01-02 to 2026-12-30", "2026-01-01 to 2036-01-01", "2026-12-24 to Sunday"):
        with pytest.raises(Wrong):
            dates.read_span(text)


def test_hours_are_no_days() -> None:
    """Where days are counted, the unit is right and too small."""
    with pytest.raises(Wrong) as caught:
        dates.read_days("2 hours")
    assert "less than a day" in caught.value.says
    assert caught.value.fix == "Write for example `1 day`."


@pytest.mark.parametrize(
    ("text", "hint"),
    [
        ("2026-02-30", "Check day"),
        ("1 Decembr 2026", "'December'"),
        ("Monday 1 December 2026", "Tuesday"),
        ("soon", "2026-12-01"),
        ("1 December", "2026-12-01"),
        ("0206-12-01", "year"),
        ("2026-12-01 25:00", "18:30"),
    ],
)
def test_bad_dates(text: str, hint: str) -> None:
    """A day that does not exist, a wrong weekday, no date at all: refused with what to write."""
    with pytest.raises(Wrong) as caught:
        dates.read_day(text)
    assert hint in caught.value.fix or hint in caught.value.says


@settings(max_examples=60, deadline=None)
@given(st.dates(date(1900, 1, 1), date(2199, 12, 31)))
def test_what_we_show_we_read(day: date) -> None:
    """Every date is read back from its ISO form and from its words."""
    assert dates.read_day(day.isoformat()) == dates.read_day(dates.show(day)) == day


@settings(max_examples=60, deadline=None)
@given(st.text(max_size=30))
def test_any_text_is_a_date_or_refused(text: str) -> None:
    """No text makes the reader of dates fail in another way than by refusing it."""
    try:
        found = dates.read_day(text)
    except Wrong:
        return
    assert isinstance(found, date)


def test_times_with_offsets() -> None:
    """A time keeps the offset that was written with it, and only that."""
    at = dates.read_moment("2020-05-12 9:00:00 -0500").at
    assert at is not None
    assert at.utcoffset() == timedelta(hours=-5)
    assert dates.read_time("6:30 pm") == time(18, 30)
    assert dates.read_time("12 am") == time(0)
    assert dates.read_moment("5 December 2026 at 18:30").at == time(18, 30)


@pytest.mark.parametrize(
    ("text", "days"),
    [
        ("7 days", 7),
        ("2 weeks", 14),
        ("1 year", 365),
        ("90", 90),
        ("a month", 30),
        ("one day", 1),
        ("14 d", 14),
    ],
)
def test_days(text: str, days: int) -> None:
    """Lengths in days, weeks, months and years are days."""
    assert dates.read_days(text) == days


@pytest.mark.parametrize(
    ("text", "hours"), [("3 hours", 3), ("24 h", 24), ("90 minutes", 1.5), ("1 day", 24)]
)
def test_lengths(text: str, hours: float) -> None:
    """Lengths of time with hours and minutes."""
    assert dates.read_length(text) == timedelta(hours=hours)


@pytest.mark.parametrize("text", ["3 huors", "soon", "-1 days", "3", "99999999 days", "1 fortnight"])
def test_bad_lengths(text: str) -> None:
    """A misspelt unit, a missing unit, a negative length: refused with an example."""
    with pytest.raises(Wrong) as caught:
        dates.read_length(text)
    assert caught.value.fix
