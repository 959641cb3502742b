"""The right form nearest to cadence words that mean nothing: what can be made out of them is kept."""

from __future__ import annotations

import re
from dataclasses import dataclass
from difflib import get_close_matches
from itertools import pairwise

DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_ORDINALS = ("first", "second", "third", "fourth", "last")
_SHORT = {"1st": "first", "2nd": "second", "3rd": "third", "4th": "fourth"}
_MONTHS = (
    *("january", "february", "march", "april", "may", "june", "july"),
    *("august", "september", "october", "november", "december"),
)
_NUMBERS = {
    word: number
    for number, word in enumerate(
        "zero one two three four five six seven eight nine ten eleven twelve".split()  # noqa: SIM905 - as people count
    )
}
_CLOCK = re.compile(
    r"(?:\bat\s+|^|\s|,)(?P<hour>\d{1,2})(?:[:.h](?P<minute>\d{2})|(?P<glued>\d{2})(?=\s*$))?\s*"
    r"(?P<half>am|pm|a\.m\.|p\.m\.|o'?clock|h)?(?=\s|,|$)"
)


@dataclass(frozen=True, slots=True)
class _Heard:
    """What can be made out."""

    words: tuple[str, ...]
    days: tuple[str, ...]
    #: Place in the month before a day: `first`.
    place: str
    #: Days of the month.
    numbers: tuple[int, ...]
    every: int
    #: Every so many days, where that is no number of weeks; 0 = not said.
    every_days: int
    months: tuple[int, ...]
    at: str


def nearest_form(text: str) -> str | None:
    """A right form that keeps the days, places, numbers and times in lower-case `text`; None = nothing is known."""
    heard = _hear(text)
    words = set(heard.words)
    at = f" at {heard.at or '09:00'}"
    # a place in the month takes one day
    days = _listed([day.capitalize() for day in heard.days[: 1 if heard.place else None]])
    if heard.every_days:
        return f"RRULE:FREQ=DAILY;INTERVAL={heard.every_days}{_hour(heard)}"
    if words & {"semiannually", "semiannual", "biannually", "biannual", "half"} or {"twice", "year"} <= words:
        return f"RRULE:FREQ=YEARLY;BYMONTH=1,7;BYMONTHDAY=1{_hour(heard)}"
    if heard.months or words & {"year", "yearly", "annually", "annual"}:
        return _yearly(heard)
    if words & {"quarter", "quarters", "quarterly"}:
        return f"quarterly on the {heard.place} {days}{at}" if heard.place and days else f"quarterly{at}"
    if words & {"working", "weekday", "business"} and heard.place:
        return f"RRULE:FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS={-1 if heard.place == 'last' else 1}{_hour(heard)}"
    if words & {"week", "weeks", "weekly", "days"} or heard.every > 1:
        return _weekly(heard, days, at, months=bool(words & {"month", "months"}))
    if words & {"month", "months", "monthly", "end"} or (heard.place and days):
        return _monthly(heard, days, at)
    return _by_day(heard, words, days, at)


def _listed(days: list[str]) -> str:
    """`Monday, Wednesday and Friday`."""
    return " and ".join([", ".join(days[:-1]), days[-1]] if len(days) > 1 else days)


def _by_day(heard: _Heard, words: set[str], days: str, at: str) -> str | None:
    """No unit of time is named."""
    if words & {"weekend", "weekends"}:
        return f"Saturday and Sunday{at}"
    if not days and words & {"daily", "morning", "mornings", "evening", "evenings"}:
        return f"daily{at}"
    dated = any(re.fullmatch(r"\d+(st|nd|rd|th)", word) for word in words) or any(
        one in {"on", "the"} and other.isdigit() for one, other in pairwise(heard.words)
    )
    if not days and (dated or "day" in words):
        return _monthly(heard, days, at)
    return f"{days}{at}" if days else None


def _yearly(heard: _Heard) -> str:
    months = ",".join(map(str, heard.months)) or "1"
    day = f"BYMONTHDAY={heard.numbers[0] if heard.numbers and heard.numbers[0] <= 28 else 1}"
    if heard.days and heard.place:
        place = -1 if heard.place == "last" else _ORDINALS.index(heard.place) + 1
        day = f"BYDAY={place}{heard.days[0][:2].upper()}"
    return f"RRULE:FREQ=YEARLY;BYMONTH={months};{day}{_hour(heard)}"


def _hour(heard: _Heard) -> str:
    hour, minute = (heard.at or "09:00").split(":")
    return f";BYHOUR={int(hour)};BYMINUTE={int(minute)}"


def _weekly(heard: _Heard, days: str, at: str, *, months: bool) -> str:
    if months:
        where = f"{heard.place} {days}" if heard.place and days else _numbers(heard.numbers) or "1st"
        return f"every {max(heard.every, 2)} months on the {where}{at}"
    if heard.every > 1:
        return f"every {heard.every} weeks on {days or 'Thursday'}{at}"
    if "twice" in heard.words:
        return f"{days or 'Tuesday and Friday'}{at}"
    return f"{days or 'Tuesday'}{at}"


def _monthly(heard: _Heard, days: str, at: str) -> str:
    if heard.place and days:
        return f"{heard.place} {days} of the month{at}"
    if "end" in heard.words or heard.place == "last" or any(number > 28 for number in heard.numbers):
        return f"last day of the month{at}"
    if heard.numbers:
        return f"on the {_numbers(heard.numbers)}{at}"
    return (
        f"on the 1st and 15th{at}" if "twice" in heard.words else f"first {days or 'Monday'} of the month{at}"
    )


def _numbers(numbers: tuple[int, ...]) -> str:
    ends = {1: "st", 2: "nd", 3: "rd", 21: "st", 22: "nd", 23: "rd"}
    return " and ".join(f"{number}{ends.get(number, 'th')}" for number in numbers if 0 < number <= 28)


def _hear(text: str) -> _Heard:
    at, rest = _time(text.replace("&", " and "))
    words = tuple(re.findall(r"[a-z]+|\d+(?:st|nd|rd|th)?", rest.replace("bi-", "bi")))
    days = tuple(dict.fromkeys(_days(text, words)))
    places = _places(words)
    return _Heard(
        words=words,
        days=days,
        place=places[0] if places else "",
        numbers=tuple(dict.fromkeys(_month_days(words))),
        every=_every(words),
        every_days=_every_days(words),
        months=tuple(_MONTHS.index(m) + 1 for word in words if (m := _month(word))),
        at=at,
    )


def _places(words: tuple[str, ...]) -> list[str]:
    """Places in the month; the fifth Monday, which some months lack, is the last."""
    found = []
    for place, word in enumerate(words):
        name = _SHORT.get(word, word)
        if word in {"fifth", "5th"} and _day(words[place + 1] if place + 1 < len(words) else ""):
            name = "last"
        found += [name] if name in _ORDINALS else []
    return found


def _time(text: str) -> tuple[str, str]:
    """(HH:MM or "", the rest): a number is a time after `at`, with am or pm, or with minutes."""
    said = re.search(r"\bat\s+([a-z]+)\b", text)
    if said and (hour := {**_NUMBERS, "noon": 12, "midnight": 0}.get(said[1], -1)) >= 0:
        return f"{hour:02d}:00", text.replace(said[0], " ")
    for match in _CLOCK.finditer(text):
        if not (match["minute"] or match["half"] or match[0].lstrip(" ,").startswith("at")):
            continue
        hour, minute = int(match["hour"]), int(match["minute"] or match["glued"] or 0)
        if match["half"] and match["half"][0] in "ap":
            hour = hour % 12 + (12 if match["half"][0] == "p" else 0)
        if hour < 24 and minute < 60:
            return f"{hour:02d}:{minute:02d}", text[: match.start()] + " " + text[match.end() :]
    return "", text


def _days(text: str, words: tuple[str, ...]) -> list[str]:
    """Days in order of the words; `Monday to Friday` and `Mon-Fri` are all that lie between."""
    span = re.search(r"\b([a-z]+)\s*(?:-|\u2013|\bto\b|\bthrough\b|\buntil\b)\s*([a-z]+)\b", text)
    ends = [_day(word) for word in span.groups()] if span else []
    if len(ends) == len([end for end in ends if end]) == 2:
        begin, end = (DAYS.index(day) for day in ends)
        return [DAYS[(begin + n) % 7] for n in range((end - begin) % 7 + 1)]
    return [day for word in words if (day := _day(word))]


def _every_days(words: tuple[str, ...]) -> int:
    """`every other day`, `every 10 days`; whole weeks are said in weeks."""
    for number, unit in pairwise(words):
        count = 2 if number in {"other", "second", "2nd", "alternate"} else _NUMBERS.get(number, 0)
        count = int(number) if number.isdigit() and len(number) <= 3 else count
        if unit in {"day", "days"} and count > 1 and count % 7 and "month" not in words:
            return count
    return 0


def _day(word: str) -> str:
    """A day by its name, its first letters or nearly so."""
    bare = word.removesuffix("s")
    if len(bare) >= 3 and (found := [day for day in DAYS if day.startswith(bare)]):
        return found[0]
    # "today" and the like are no days of the week
    near = get_close_matches(bare, DAYS, n=1, cutoff=0.75) if len(bare) > 4 else []
    return near[0] if near else ""


def _month(word: str) -> str:
    if len(word) >= 3 and (found := [month for month in _MONTHS if month.startswith(word)]):
        return found[0]
    return ""


def _month_days(words: tuple[str, ...]) -> list[int]:
    """Numbers that are days of a month: `15th`, or bare beside no unit of time."""
    units = {"week", "weeks", "month", "months", "day", "days", "year", "years", "quarter", "quarters"}
    found = []
    for place, word in enumerate(words):
        after = words[place + 1] if place + 1 < len(words) else ""
        if word[0].isdigit() and after not in units and not _day(after):
            found.append(int(re.sub(r"\D", "", word)))
    return [number for number in found if 0 < number <= 31]


def _every(words: tuple[str, ...]) -> int:
    """`every 14 days`, `fortnightly`, `alternate`: a number of weeks (or months); 1 where nothing is said."""
    if set(words) & {"fortnight", "fortnightly", "biweekly", "other", "alternate", "alternating"}:
        return 2
    for number, unit in pairwise(words):
        count = int(number) if number.isdigit() else _NUMBERS.get(number, 0)
        if unit in {"week", "weeks", "month", "months"} and 0 < count <= 52:
            return count
        if unit in {"day", "days"} and count > 6:
            return max(round(count / 7), 1)
    return 1
