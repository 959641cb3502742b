"""Cadence: words and rules → nominal dates with the keys of their occurrences."""

from __future__ import annotations

from datetime import date, time
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from topmind.errors import PlanError
from topmind.planning.cadence import Period, period_name, period_span, read

ANCHOR = date(2026, 1, 1)


@pytest.mark.parametrize(
    ("words", "rule", "at", "period"),
    [
        ("Tuesday at 09:00", "FREQ=WEEKLY;BYDAY=TU", time(9), "week"),
        ("every Tuesday", "FREQ=WEEKLY;BYDAY=TU", time(9), "week"),
        ("Tuesdays at 9", "FREQ=WEEKLY;BYDAY=TU", time(9), "week"),
        ("Tuesday and Friday at 5:30 pm", "FREQ=WEEKLY;BYDAY=TU,FR", time(17, 30), "week"),
        ("every 2 weeks on Thursday at 10:00", "FREQ=WEEKLY;INTERVAL=2;BYDAY=TH", time(10), "week"),
        ("every other Friday", "FREQ=WEEKLY;INTERVAL=2;BYDAY=FR", time(9), "week"),
        ("first Monday of the month at 09:00", "FREQ=MONTHLY;BYDAY=1MO", time(9), "month"),
        ("first and third Tuesday of the month", "FREQ=MONTHLY;BYDAY=1TU,3TU", time(9), "month"),
        ("last Friday of each month at noon", "FREQ=MONTHLY;BYDAY=-1FR", time(12), "month"),
        ("on the 1st and 15th at 8:00", "FREQ=MONTHLY;BYMONTHDAY=1,15", time(8), "month"),
        ("monthly on the 5th", "FREQ=MONTHLY;BYMONTHDAY=5", time(9), "month"),
        ("last day of the month", "FREQ=MONTHLY;BYMONTHDAY=-1", time(9), "month"),
        ("quarterly", "FREQ=YEARLY;BYMONTH=1,4,7,10;BYMONTHDAY=1", time(9), "quarter"),
        ("quarterly on the first Monday", "FREQ=YEARLY;BYMONTH=1,4,7,10;BYDAY=1MO", time(9), "quarter"),
        ("every weekday at 7", "FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR", time(7), "week"),
        ("daily at 10", "FREQ=DAILY", time(10), "day"),
        ("RRULE:FREQ=WEEKLY;BYDAY=TU;BYHOUR=9;BYMINUTE=30", "FREQ=WEEKLY;BYDAY=TU", time(9, 30), "week"),
        ("freq=yearly;bymonth=3;bymonthday=1", "FREQ=YEARLY;BYMONTH=3;BYMONTHDAY=1", time(9), "year"),
    ],
)
def test_words_mean_a_rule(words: str, rule: str, at: time, period: str) -> None:
    """People write words; an RRULE is the way out."""
    found = read(words)
    assert (found.rule, found.at, found.period) == (rule, at, period)


#: What people write → what they are told to write.
WRONG = {
    "Tusday at 9": "Tuesday at 9",
    "evry two weeks on Thurday": "every two weeks on Thursday",
    "first Mondya of the month": "first Monday of the month",
    "quarterley": "quarterly",
    "weekly": "Tuesday at 09:00",
    "once a week": "Tuesday at 09:00",
    "twice a week at 8": "Tuesday and Friday at 08:00",
    "Tuesday at 25:00": "Tuesday at 09:00",
    "Tuesdays 7am": "Tuesday at 07:00",
    "Tuesday 17:30": "Tuesday at 17:30",
    "Tuesday at 0730": "Tuesday at 07:30",
    "every Tuesday at ten": "Tuesday at 10:00",
    "9pm Tuesday": "Tuesday at 21:00",
    "at 08:00 every Tuesday": "Tuesday at 08:00",
    "Tuesday at 10 o'clock": "Tuesday at 10:00",
    "Tuesday morning": "Tuesday at 09:00",
    "Mon, Wed, Fri at 9": "Monday, Wednesday and Friday at 09:00",
    "Tuesday & Friday": "Tuesday and Friday at 09:00",
    "every weekend": "Saturday and Sunday at 09:00",
    "every morning at 8": "daily at 08:00",
    "biweekly on Friday": "every 2 weeks on Friday at 09:00",
    "fortnightly on Thursday at 10": "every 2 weeks on Thursday at 10:00",
    "alternate Tuesdays": "every 2 weeks on Tuesday at 09:00",
    "every 14 days": "every 2 weeks on Thursday at 09:00",
    "every 2 weeks": "every 2 weeks on Thursday at 09:00",
    "every second Thursday": "second Thursday of the month at 09:00",
    "every 2nd Thursday": "second Thursday of the month at 09:00",
    "once a month": "first Monday of the month at 09:00",
    "once a month on the 5th": "on the 5th at 09:00",
    "twice a month": "on the 1st and 15th at 09:00",
    "first Monday each month at 10": "first Monday of the month at 10:00",
    "the first Monday in the month": "first Monday of the month at 09:00",
    "5th Friday of the month": "last Friday of the month at 09:00",
    "fifth Monday": "last Monday of the month at 09:00",
    "on the 30 at 11": "last day of the month at 11:00",
    "Monday to Friday at 8": "Monday, Tuesday, Wednesday, Thursday and Friday at 08:00",
    "Mon-Fri": "Monday, Tuesday, Wednesday, Thursday and Friday at 09:00",
    "Saturday through Monday at 10": "Saturday, Sunday and Monday at 10:00",
    "every other day at 10": "RRULE:FREQ=DAILY;INTERVAL=2;BYHOUR=10;BYMINUTE=0",
    "every 10 days": "RRULE:FREQ=DAILY;INTERVAL=10;BYHOUR=9;BYMINUTE=0",
    "semiannually": "RRULE:FREQ=YEARLY;BYMONTH=1,7;BYMONTHDAY=1;BYHOUR=9;BYMINUTE=0",
    "twice a year at 8": "RRULE:FREQ=YEARLY;BYMONTH=1,7;BYMONTHDAY=1;BYHOUR=8;BYMINUTE=0",
    "Tuesday at midnight": "Tuesday at 00:00",
    "on the 31st at noon": "last day of the month at 12:00",
    "end of the month": "last day of the month at 09:00",
    "every 3 months": "every 3 months on the 1st at 09:00",
    "first day of the quarter": "quarterly at 09:00",
    "first working day of the month": (
        "RRULE:FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=1;BYHOUR=9;BYMINUTE=0"
    ),
    "every year on March 1": "RRULE:FREQ=YEARLY;BYMONTH=3;BYMONTHDAY=1;BYHOUR=9;BYMINUTE=0",
    "first Monday of January at 8": "RRULE:FREQ=YEARLY;BYMONTH=1;BYDAY=1MO;BYHOUR=8;BYMINUTE=0",
    "0 9 * * 2": "Tuesday at 09:00",
    "dienstags um 9": "Tuesday at 09:00",
}


def test_a_day_that_not_every_month_has_is_no_contradiction() -> None:
    """What is said and what to write agree."""
    with pytest.raises(PlanError) as caught:
        read("on the 30 at 11")
    assert caught.value.says.endswith("not every month has 30 days.")
    assert "write" not in caught.value.says


@pytest.mark.parametrize("words", WRONG)
def test_wrong_words_give_the_nearest_right_form(words: str) -> None:
    """The message says what to write instead, and keeps the day, the place and the time that were meant."""
    with pytest.raises(PlanError) as caught:
        read(words)
    assert caught.value.fix == f"Write: {WRONG[words]}."
    assert read(WRONG[words]).upcoming(ANCHOR, 2, ANCHOR)


BAG = (
    "every each on at of the and & , second 2nd last 31st 15 0 100 -1 two other week weeks weekly month quarter year "
    "yearly daily twice Tuesday tues mondays weekend working end 9 9am 09:00 25:00 noon nine March until * ;"
)
_WORDS = st.sampled_from(BAG.split())


@settings(max_examples=300)
@given(st.lists(_WORDS, max_size=7).map(" ".join) | st.text(max_size=30))
def test_whatever_is_written_a_right_form_is_shown(text: str) -> None:
    """Every refusal names a form that is understood."""
    try:
        found = read(text)
    except PlanError as error:
        found = read(error.fix.removeprefix("Write: ").removesuffix("."))
        assert len(found.upcoming(ANCHOR, 2, ANCHOR)) == 2
    assert found.at < time(23, 59, 59)


@pytest.mark.parametrize("words", ["on the 31st", "FREQ=HOURLY", "FREQ=WEEKLY;BYDAY=XX", "", "whenever"])
def test_what_has_no_days_is_refused(words: str) -> None:
    """A day that many months lack, an hourly rule, and nothing at all are errors."""
    with pytest.raises(PlanError):
        read(words)


def test_an_occurrence_is_its_nominal_period() -> None:
    """Week, month, quarter, year; the second of one period gets `/2`."""
    weekly = read("Tuesday and Friday").occurrences(date(2026, 12, 29), date(2027, 1, 5), ANCHOR)
    assert [key for _, key in weekly] == ["2026-W53", "2026-W53/2", "2027-W01"]
    monthly = read("on the 1st and 15th").occurrences(date(2026, 12, 10), date(2027, 1, 2), ANCHOR)
    assert [key for _, key in monthly] == ["2026-12/2", "2027-01"]
    quarterly = read("quarterly").occurrences(date(2026, 10, 1), date(2027, 1, 1), ANCHOR)
    assert [key for _, key in quarterly] == ["2026-Q4", "2027-Q1"]


def test_the_key_does_not_depend_on_where_one_looks_from() -> None:
    """A look that begins in the middle of a week still calls Friday's issue the second."""
    rule = read("Tuesday and Friday")
    assert rule.occurrences(date(2026, 12, 3), date(2026, 12, 4), ANCHOR) == (
        (date(2026, 12, 4), "2026-W49/2"),
    )


def test_a_fortnight_counts_from_the_programme() -> None:
    """Every second Thursday keeps its rhythm whatever day is asked for."""
    rule = read("every 2 weeks on Thursday")
    all_of_them = rule.dates(date(2026, 1, 1), date(2026, 12, 31), ANCHOR)
    assert all_of_them[0] == date(2026, 1, 1)
    assert {(b - a).days for a, b in pairwise(all_of_them)} == {14}
    assert rule.dates(date(2026, 6, 1), date(2026, 6, 30), ANCHOR) == tuple(
        d for d in all_of_them if d.month == 6
    )


def test_upcoming_and_spacing() -> None:
    """The next dates after a day, and the least distance between two."""
    rule = read("first Thursday of the month at 10:00")
    assert rule.upcoming(date(2026, 12, 3), 2, ANCHOR) == (date(2027, 1, 7), date(2027, 2, 4))
    assert rule.spacing(ANCHOR) == 28
    assert read("Tuesday and Friday").spacing(ANCHOR) == 3


@pytest.mark.parametrize("period", list(Period))
def test_a_period_holds_all_its_days(period: Period) -> None:
    """Every day of a span has the span's name, the days around it have others."""
    first, last = period_span(date(2026, 12, 30), period)
    assert period_name(first, period) == period_name(last, period) == period_name(date(2026, 12, 30), period)
    assert period_name(date.fromordinal(first.toordinal() - 1), period) != period_name(first, period)
    assert period_name(date.fromordinal(last.toordinal() + 1), period) != period_name(last, period)
