"""Dates and times as people write them, by language and country."""

from __future__ import annotations

from datetime import date, datetime, time
from zoneinfo import ZoneInfo

import pytest

from topmind.date_words import PLAIN, DateStyle
from topmind.testing.builders import a_company

FIRST = date(2026, 12, 1)
DUBLIN = ZoneInfo("Europe/Dublin")


@pytest.mark.parametrize(
    ("style", "says"),
    [
        (DateStyle("en", "US"), "Tuesday, December 1, 2026"),
        (DateStyle("en-US"), "Tuesday, December 1, 2026"),
        (DateStyle("en", "us"), "Tuesday, December 1, 2026"),
        (DateStyle("en", "IE"), "Tuesday, 1 December 2026"),
        (DateStyle("en-US", "GB"), "Tuesday, 1 December 2026"),
        (PLAIN, "Tuesday, 1 December 2026"),
        (DateStyle("xx", ""), "Tuesday, 1 December 2026"),
        (DateStyle("de-AT"), "Dienstag, 1. Dezember 2026"),
        (DateStyle("de", "US"), "Dienstag, 1. Dezember 2026"),
        (DateStyle("fr"), "mardi 1er décembre 2026"),
        (DateStyle("es"), "martes, 1 de diciembre de 2026"),
    ],
)
def test_a_day_reads_as_people_write_it(style: DateStyle, says: str) -> None:
    """The language has its words and order; in English the country decides which comes first."""
    assert style.day(FIRST, weekday=True) == says


def test_a_day_without_its_year() -> None:
    """As a sentence about this year says it."""
    styles = [DateStyle("en", "US"), PLAIN, DateStyle("de"), DateStyle("fr"), DateStyle("es")]
    said = ["December 1", "1 December", "1. Dezember", "1er décembre", "1 de diciembre"]
    assert [style.month_day(FIRST) for style in styles] == said


@pytest.mark.parametrize(
    ("style", "at", "says"),
    [
        (DateStyle("en", "US"), time(0, 5), "12:05 am"),
        (DateStyle("en", "US"), time(12), "12 pm"),
        (DateStyle("en", "US"), time(18, 30), "6:30 pm"),
        (DateStyle("en", "IE"), time(18, 30), "18:30"),
        (PLAIN, time(9), "09:00"),
        (DateStyle("de"), time(18, 30), "18:30 Uhr"),
        (DateStyle("fr"), time(18, 30), "18 h 30"),
        (DateStyle("es"), time(9), "9:00"),
    ],
)
def test_a_time_reads_as_clocks_are_read_there(style: DateStyle, at: time, says: str) -> None:
    """`6:30 pm` here is `18:30` there, and no line ends within it."""
    assert style.clock(at) == says.replace(" ", "\N{NO-BREAK SPACE}")


@pytest.mark.parametrize(
    ("ends", "says"),
    [
        (None, "Saturday, 12 December 2026, 10:00"),
        (datetime(2026, 12, 12, 14, tzinfo=DUBLIN), "Saturday, 12 December 2026, 10:00 to 14:00"),
        (
            datetime(2026, 12, 13, 14, tzinfo=DUBLIN),
            "Saturday, 12 December 2026, 10:00 to Sunday, 13 December 2026, 14:00",
        ),
    ],
)
def test_the_end_has_a_day_only_where_it_is_another(ends: datetime | None, says: str) -> None:
    """Most events end on the evening of their day."""
    begins = datetime(2026, 12, 12, 10, tzinfo=DUBLIN)
    assert a_company(country="IE").dates.span(begins, ends) == says


@pytest.mark.parametrize(
    ("ends", "says"),
    [
        (None, "Saturday, December 12, 2026"),
        (datetime(2026, 12, 12, tzinfo=DUBLIN), "Saturday, December 12, 2026"),
        (datetime(2026, 12, 13, tzinfo=DUBLIN), "Saturday, December 12, 2026 to Sunday, December 13, 2026"),
        (datetime(2026, 12, 12, 9, tzinfo=DUBLIN), "Saturday, December 12, 2026, 12 am to 9 am"),
    ],
)
def test_a_day_without_a_time_is_not_midnight(ends: datetime | None, says: str) -> None:
    """Nobody is invited for 12 am because the time was left out."""
    said = DateStyle("en", "US").span(datetime(2026, 12, 12, tzinfo=DUBLIN), ends)
    assert said.replace("\N{NO-BREAK SPACE}", " ") == says
