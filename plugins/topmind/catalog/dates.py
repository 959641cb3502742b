"""Dates, times and lengths of time as people write them. A date with two readings is refused with both."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, time, timedelta, timezone

from topmind.catalog import slips
from topmind.catalog.findings import Wrong, nearest

MONTHS = (
    "January", "February", "March", "April", "May", "June",
    "July", "August", "September", "October", "November", "December",
)  # fmt: skip
WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")

_ISO = re.compile(r"(\d{4})[-/](\d{1,2})[-/](\d{1,2})(?:(?:[T ]|,? at )\s*(?P<rest>\S.*))?")
_WORDS = re.compile(
    r"(?:(?P<weekday>[A-Za-z]+),?\s+)?"
    r"(?:(?P<d1>\d{1,2})(?:st|nd|rd|th|\.)?\s+(?P<m1>[A-Za-z]+)\.?|(?P<m2>[A-Za-z]+)\.?\s+(?P<d2>\d{1,2})(?:st|nd|rd|th)?)"
    r"(?:,?\s+(?P<year>\d{4}))?(?:,?\s+(?:at\s+)?(?P<rest>\d.*))?"
)
_NUMBERS = re.compile(r"(\d{1,2})([/.-])(\d{1,2})\2(\d{4}|\d{2})\b(?:(?:[T ]|,? at )\s*(?P<rest>\S.*))?")
_TIME = re.compile(
    r"(\d{1,2})(?:[:.](\d{2}))?(?::(\d{2})(?:\.\d+)?)?\s*(am|pm)?\s*(Z|UTC|[+-]\d{2}:?\d{2})?", re.IGNORECASE
)
_LENGTH = re.compile(r"(\d+|[a-z]+)?\s*([a-z]+)", re.IGNORECASE)

_NUMBER_WORDS = {
    word: number
    for number, word in enumerate(
        (
            "zero",
            "one",
            "two",
            "three",
            "four",
            "five",
            "six",
            "seven",
            "eight",
            "nine",
            "ten",
            "eleven",
            "twelve",
        )
    )
} | {"a": 1, "an": 1}
#: Seconds of the units below a day.
_SMALL = {"minute": 60, "min": 60, "m": 60, "hour": 3600, "h": 3600, "hr": 3600}
#: Days between the first and the last of a span.
MOST_SPAN = 366
#: Days of each unit; a month is 30 and a year 365 wherever days are counted.
UNIT_DAYS = {"day": 1, "week": 7, "month": 30, "quarter": 91, "year": 365}


@dataclass(frozen=True, slots=True)
class Moment:
    """A day, and a time of day with its offset where they were written."""

    day: date
    at: time | None = None


def show(day: date) -> str:
    """`1 December 2026`."""
    return f"{day.day} {MONTHS[day.month - 1]} {day.year}"


def read_moment(text: str) -> Moment:
    """A day with or without a time: ISO, `1 December 2026 at 18:30`, `2020-05-12 9:00:00 -0500`. Raises Wrong."""
    text = text.strip()
    if match := _ISO.fullmatch(text):
        day = _day(int(match[1]), int(match[2]), int(match[3]))
        return Moment(day, read_time(match["rest"]) if match["rest"] else None)
    if (match := _WORDS.fullmatch(text)) and match["year"]:
        day = _in_words(match, int(match["year"]))
        return Moment(day, read_time(match["rest"]) if match["rest"] else None)
    if numbers := _NUMBERS.fullmatch(text):
        found = _readings(numbers)
        if len(found) == 1:
            return Moment(found[0], read_time(numbers["rest"]) if numbers["rest"] else None)
        ways = " or ".join(f"{day.isoformat()} ({show(day)})" for day in found)
        raise Wrong(
            f"the date {text!r} can be read in more than one way." if found else f"{text!r} is no date.",
            f"Write {ways}." if found else "Write it as 2026-12-01 or 1 December 2026.",
            rule="date",
        )
    if match and not match["rest"]:
        _in_words(match, 2024)  # a wrong month or day is the worse mistake
        raise Wrong(
            f"{text!r} has no year.", f"Write it with its year, like 2026-12-01 or {text} 2026.", rule="date"
        )
    if text.lower() in {"today", "tomorrow", "yesterday", "now"}:
        fix = "Write the day itself, like 2026-12-01: tomorrow the word would mean another."
        raise Wrong(f"{text!r} is no date that stays.", fix, rule="date")
    raise Wrong(f"{text!r} is no date.", "Write it as 2026-12-01 or 1 December 2026.", rule="date")


def read_day(text: str) -> date:
    """A day; a time of day written with it is dropped. Raises Wrong."""
    return read_moment(text).day


def read_span(text: str) -> tuple[date, ...]:
    """The days of `2026-12-24 to 2027-01-02`, both included, or of a single one. Raises Wrong."""
    first, *rest = re.split(r"\s+(?:to|until|through|-|–)\s+|\s*–\s*", text.strip(), maxsplit=1)
    begin = read_day(first)
    end = read_day(rest[0]) if rest else begin
    if not 0 <= (end - begin).days <= MOST_SPAN:
        says = "ends before it begins" if end < begin else "is longer than a year"
        raise Wrong(f"{text!r} {says}.", "Write it as 2026-12-24 to 2027-01-02.", rule="date")
    return tuple(begin + timedelta(days=n) for n in range((end - begin).days + 1))


def day_and_month(text: str) -> tuple[int, int, int | None] | None:
    """(month, day, year or None) of a heading such as `8 December`; None where it is no date."""
    match = _WORDS.fullmatch(text.strip())
    try:
        if match and not match["rest"]:
            day = _in_words(match, int(match["year"] or 2024))  # a leap year: 29 February may be meant
            return day.month, day.day, int(match["year"]) if match["year"] else None
        moment = read_moment(text)
    except Wrong:
        return None
    return moment.day.month, moment.day.day, moment.day.year


def read_time(text: str) -> time:
    """`18:30`, `9:00:00 -0500`, `6 pm`. Raises Wrong."""
    match = _TIME.fullmatch(text.strip())
    hour = int(match[1]) if match else 99
    if match is None or (match[2] is None and match[4] is None):
        raise Wrong(f"{text!r} is no time of day.", "Write it as 18:30 or 6:30 pm.", rule="time")
    if match[4]:
        if not 1 <= hour <= 12:
            raise Wrong(f"{text!r} is no time of day.", "Write it as 18:30 or 6:30 pm.", rule="time")
        hour = hour % 12 + (12 if match[4].lower() == "pm" else 0)
    try:
        return time(hour, int(match[2] or 0), int(match[3] or 0), tzinfo=_offset(match[5]))
    except ValueError:
        raise Wrong(f"{text!r} is no time of day.", "Write it as 18:30 or 6:30 pm.", rule="time") from None


def read_length(text: str) -> timedelta:
    """`3 hours`, `3 h`, `90 minutes`, `1 day`. Raises Wrong."""
    number, unit = _length(text, "3 hours")
    if unit in _SMALL:
        return timedelta(seconds=number * _SMALL[unit])
    return timedelta(days=number * _unit_days(unit, text, "3 hours"))


def read_days(text: str) -> int:
    """`7 days`, `2 weeks`, `1 year`, or a bare number of days. Raises Wrong."""
    if text.strip().isdigit():
        return _bounded(int(text))
    number, unit = _length(text, "7 days")
    if unit in _SMALL:
        raise Wrong(
            f"{text!r} is less than a day, and days are counted here.",
            "Write for example `1 day`.",
            rule="length",
        )
    return _bounded(number * _unit_days(unit, text, "7 days"))


def number_of(word: str) -> int | None:
    """A number in digits or in words up to twelve."""
    return int(word) if word.isdigit() else _NUMBER_WORDS.get(word.lower())


def unit_days(word: str) -> int | None:
    """Days of `day`, `weeks`, `month` …; None where it is no unit."""
    return UNIT_DAYS.get(_singular(word))


def _bounded(days: int) -> int:
    if days > 36500:
        raise Wrong(
            "is longer than a hundred years.", "Write it in days, weeks, months or years.", rule="length"
        )
    return days


def _singular(word: str) -> str:
    word = word.lower()
    return word[:-1] if len(word) > 1 and word.endswith("s") else word


def _length(text: str, example: str) -> tuple[int, str]:
    match = _LENGTH.fullmatch(text.strip())
    number = number_of(match[1]) if match and match[1] else 1 if match else None
    if match is None or number is None or number > 100_000:
        raise Wrong(f"{text!r} is no length of time.", f"Write for example `{example}`.", rule="length")
    return number, _singular(match[2])


def _unit_days(unit: str, text: str, example: str) -> int:
    days = {"d": 1, "w": 7}.get(unit) or UNIT_DAYS.get(unit)
    if days is None:
        near = nearest(unit, [*UNIT_DAYS, "hour", "minute"])
        raise Wrong(
            f"{text!r} is no length of time.",
            f"Did you mean {near!r}?" if near else f"Write for example `{example}`.",
            rule="length",
            edit=slips.edit(unit, [*UNIT_DAYS, "hour", "minute"]),
        )
    return days


def _offset(text: str | None) -> timezone | None:
    if not text:
        return None
    if text.upper() in {"Z", "UTC"}:
        return timezone.utc  # noqa: UP017 - the same object, and it reads as what it is
    sign = -1 if text[0] == "-" else 1
    digits = text[1:].replace(":", "")
    return timezone(sign * timedelta(hours=int(digits[:2]), minutes=int(digits[2:])))


def _day(year: int, month: int, day: int) -> date:
    try:
        found = date(year, month, day)
    except ValueError:
        raise Wrong(
            f"there is no day {year}-{month:02}-{day:02}.", "Check day and month.", rule="date"
        ) from None
    if not 1900 <= year < 2200:
        raise Wrong(f"the year {year} is out of reach.", "Check the year.", rule="date")
    return found


def _in_words(match: re.Match[str], year: int) -> date:
    day = _day(year, _month(match["m1"] or match["m2"]), int(match["d1"] or match["d2"]))
    if match["weekday"] and match["year"]:
        real = WEEKDAYS[day.weekday()]
        if not real.lower().startswith(match["weekday"].lower()):
            raise Wrong(
                f"{show(day)} is a {real}.", f"Write {real} {show(day)}, or mend the date.", rule="date"
            )
    return day


def _month(word: str) -> int:
    low = word.lower()
    hits = [i for i, name in enumerate(MONTHS, 1) if name.lower().startswith(low)] if len(low) > 2 else []
    if not hits and low == "sept":
        hits = [9]
    if len(hits) != 1:
        near = nearest(word, MONTHS)
        raise Wrong(
            f"{word!r} is no month.",
            f"Did you mean {near!r}?" if near else f"Months: {', '.join(MONTHS)}.",
            rule="date",
            edit=slips.edit(word, MONTHS),
        )
    return hits[0]


def _readings(match: re.Match[str]) -> list[date]:
    """The days that `12/1/2026` may mean, day first before month first."""
    first, second, year = int(match[1]), int(match[3]), int(match[4])
    year += 2000 if year < 100 else 0
    found: list[date] = []
    for month, day in ((second, first), (first, second)):
        try:
            reading = date(year, month, day)
        except ValueError:
            continue
        if reading not in found:
            found.append(reading)
    return found
