"""Recurrence rules as calendars write them: what a newsletter can follow, and what is said of the rest."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from topmind.errors import PlanError
from topmind.model import Level
from topmind.planning import check
from topmind.planning.cadence import read
from topmind.testing.builders import a_catalog, a_newsletter

ANCHOR = date(2026, 1, 1)

#: What a calendar exports → (what is named, what to write).
WRONG = {
    "RRULE:FREQ=DAILY;INTERVAL=0": ("INTERVAL=0", "RRULE:FREQ=DAILY"),
    "RRULE:FREQ=DAILY;INTERVAL=-1": ("INTERVAL=-1", "RRULE:FREQ=DAILY"),
    "RRULE:FREQ=WEEKLY;INTERVAL=99999999999;BYDAY=TU": (
        "INTERVAL=99999999999",
        "RRULE:FREQ=WEEKLY;BYDAY=TU",
    ),
    "RRULE:FREQ=WEEKLY;BYDAY=TU;BYHOUR=9,17": ("BYHOUR=9,17", "RRULE:FREQ=WEEKLY;BYDAY=TU;BYHOUR=9"),
    "FREQ=WEEKLY;BYDAY=TU;UNTIL=20271231T000000Z": (
        "UNTIL=20271231T000000Z",
        "RRULE:FREQ=WEEKLY;BYDAY=TU;UNTIL=20271231",
    ),
    "DTSTART;TZID=America/New_York:20260105T090000 RRULE:FREQ=WEEKLY;BYDAY=MO": (
        "TZID=America/New_York",
        "DTSTART:20260105 RRULE:FREQ=WEEKLY;BYDAY=MO",
    ),
    "DTSTART;TZID=Europe/Berlin:20260105T090000 RRULE:FREQ=WEEKLY;BYDAY=MO;BYHOUR=9,17;INTERVAL=0": (
        "TZID=Europe/Berlin",
        "DTSTART:20260105 RRULE:FREQ=WEEKLY;BYDAY=MO;BYHOUR=9",
    ),
    "FREQ=HOURLY;BYDAY=MO": ("FREQ=HOURLY", "RRULE:FREQ=DAILY;BYDAY=MO"),
    "FREQ=WEEKLY;BYDAYS=TU": ("BYDAYS", "RRULE:FREQ=WEEKLY;BYDAY=TU"),
    "FREQ=WEEKLY;BYDAY=XX": ("not known", "RRULE:FREQ=WEEKLY;BYDAY=TU;BYHOUR=9;BYMINUTE=0"),
}


@pytest.mark.parametrize("rule", WRONG)
def test_what_cannot_be_followed_is_named_and_the_rest_is_kept(rule: str) -> None:
    """One part is wrong, the others are what was meant."""
    named, right = WRONG[rule]
    with pytest.raises(PlanError) as caught:
        read(rule)
    assert named in caught.value.says
    assert caught.value.fix == f"Write: {right}."
    assert read(right).upcoming(ANCHOR, 2, ANCHOR)


@pytest.mark.parametrize(
    "rule",
    [
        "FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30",
        "FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30;COUNT=3",
        "FREQ=DAILY;INTERVAL=7;BYDAY=TU",  # from a Thursday on
        "FREQ=MONTHLY;BYDAY=MO;BYSETPOS=50",
    ],
)
def test_a_rule_without_a_day_is_soon_known(rule: str) -> None:
    """It is not followed to the end of the calendar; `check` says that it never appears."""
    found = read(rule)
    assert found.upcoming(ANCHOR, 2, ANCHOR) == found.dates(ANCHOR, date(2030, 1, 1), ANCHOR) == ()
    letter = a_newsletter(every=rule, segments=frozenset({"customers"}))
    (problem,) = check(a_catalog(newsletters=[letter]))
    assert (problem.rule, problem.level) == ("planning/no-day", Level.ERROR)


def test_a_rare_day_is_found() -> None:
    """A 29 February that is a Monday comes every 28 years."""
    found = read("FREQ=DAILY;BYMONTH=2;BYMONTHDAY=29;BYDAY=MO")
    assert found.upcoming(ANCHOR, 1, ANCHOR) == (date(2044, 2, 29),)


_NUMBERS = st.sampled_from(
    ["-1", "0", "1", "2", "3", "7", "12", "29", "30", "31", "53", "366", "1000", "1001", "x", "9,17"]
)
_KEYS = [
    "INTERVAL",
    "COUNT",
    "BYMONTH",
    "BYMONTHDAY",
    "BYYEARDAY",
    "BYWEEKNO",
    "BYSETPOS",
    "BYHOUR",
    "BYMINUTE",
    "BYEASTER",
    "WKST",
    "BYDAY",
]
_PARTS = st.lists(st.tuples(st.sampled_from(_KEYS), _NUMBERS), max_size=3)
_FREQ = st.sampled_from(["DAILY", "WEEKLY", "MONTHLY", "YEARLY", "HOURLY", "NEVER"])


@settings(max_examples=40, deadline=None)
@given(_FREQ, _PARTS)
def test_any_rule_ends(freq: str, parts: list[tuple[str, str]]) -> None:
    """Its next days are known, or it is refused with one that has some."""
    try:
        found = read(";".join([f"FREQ={freq}", *(f"{key}={value}" for key, value in parts)]))
    except PlanError as error:
        found = read(error.fix.removeprefix("Write: ").removesuffix("."))
    assert len(found.upcoming(ANCHOR, 2, ANCHOR)) <= 2
    assert found.spacing(ANCHOR) >= 1
