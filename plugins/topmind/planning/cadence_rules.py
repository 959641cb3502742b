"""Recurrence rules as calendars write them (RFC 5545): what a newsletter can follow, else the nearest rule that it can."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime, time
from difflib import get_close_matches
from functools import lru_cache

from dateutil.rrule import rrule, rrulestr

from topmind.planning.cadence_words import DEFAULT_AT

#: The calendar comes back to the same days and weekdays.
_CYCLE = 400
_FROM = date(2026, 1, 1)
_MOST_INTERVAL = 1000
_PERIOD_OF = {"DAILY": "day", "WEEKLY": "week", "MONTHLY": "month", "YEARLY": "year"}
#: More than one a day is no newsletter.
_TOO_OFTEN = ("SECONDLY", "MINUTELY", "HOURLY")
_KEYS = (
    *("FREQ", "INTERVAL", "COUNT", "UNTIL", "WKST", "BYSETPOS", "BYMONTH", "BYMONTHDAY", "BYYEARDAY"),
    *("BYWEEKNO", "BYDAY", "BYHOUR", "BYMINUTE", "BYSECOND", "BYEASTER"),
)
_EXAMPLE = "RRULE:FREQ=WEEKLY;BYDAY=TU;BYHOUR=9;BYMINUTE=0"
_HEAD = re.compile(
    r"\s*DTSTART(?P<zone>;TZID=[^:=\s]+)?[:=](?P<day>\d{8})(?P<time>T\d{6}Z?)?[\s;]+", re.IGNORECASE
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """What a rule means."""

    #: Without DTSTART and without times of day.
    rule: str
    at: time
    #: A value of `cadence.Period`.
    period: str
    starts: date | None


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleError:
    """What of a rule a newsletter cannot follow, and the rule without it."""

    says: str
    nearest: str


def read_rule(text: str) -> Rule | RuleError:
    """`[DTSTART:20260105] [RRULE:]FREQ=WEEKLY;BYDAY=TU;BYHOUR=9`."""
    head = _HEAD.match(text)
    body = re.sub(r"(?i)^\s*RRULE:", "", text[head.end() :] if head else text).strip().upper()
    parts = [part.partition("=")[::2] for part in re.split(r"[;\s]+", body) if part]
    begin = f"DTSTART:{head['day']} " if head else ""
    if head and head["zone"]:
        says = f"{head['zone'][1:]} is a time zone, but the hour is that of each reader"
        return _refused(says, begin, parts)
    for place, (key, value) in enumerate(parts):
        wrong = _wrong(key, value)
        if wrong:
            says, better = wrong
            return _refused(says, begin, [*parts[:place], *better, *parts[place + 1 :]])
    try:
        return _made(dict(parts), date.fromisoformat(head["day"]) if head else None)
    except (ValueError, KeyError, TypeError, OverflowError, IndexError, AttributeError, ZeroDivisionError):
        # dateutil refuses in as many ways as it has lines
        return RuleError(says="a part of it is not known", nearest=_EXAMPLE)


def rule_from(rule: str, start: date) -> rrule | None:
    """The rule from `start` on; None where it names no day that exists."""
    return _parsed(rule, start) if _ever(rule, start) else None


@lru_cache(maxsize=256)
def _ever(rule: str, start: date) -> bool:
    """Whether any day fits, looked for late in the calendar: dateutil gives up at its end, 8 000 years from now."""
    late = start.replace(year=start.year + (date.max.year - start.year) // _CYCLE * _CYCLE)
    endless = ";".join(part for part in rule.split(";") if not part.startswith(("COUNT=", "UNTIL=")))
    return next(iter(_parsed(endless, late)), None) is not None


def _parsed(rule: str, start: date) -> rrule:
    made = rrulestr(rule, dtstart=datetime.combine(start, time()), cache=False)
    assert isinstance(made, rrule)
    return made


def _made(parts: dict[str, str], starts: date | None) -> Rule:
    at = time(int(parts.pop("BYHOUR", DEFAULT_AT.hour)), int(parts.pop("BYMINUTE", 0)))
    parts.pop("BYSECOND", None)
    period = _PERIOD_OF[parts["FREQ"]]
    rule = ";".join(f"{key}={value}" for key, value in parts.items())
    _parsed(rule, starts or _FROM)
    _ever(rule, starts or _FROM)
    return Rule(rule=rule, at=at, period=period, starts=starts)


Parts = list[tuple[str, str]]


def _wrong(key: str, value: str) -> tuple[str, Parts] | None:
    """What is wrong with one part, and what stands in its place; None = nothing that can be named."""
    if key not in _KEYS:
        near = get_close_matches(key, _KEYS, n=1, cutoff=0.6)
        return f"{key} is not known", [(near[0], value)] if near and value else []
    if key == "FREQ" and value in _TOO_OFTEN:
        return f"FREQ={value} is more often than once a day", [(key, "DAILY")]
    if key == "INTERVAL" and not (value.isdigit() and 0 < int(value) <= _MOST_INTERVAL):
        return f"INTERVAL={value} is no number from 1 to {_MOST_INTERVAL}", []
    if key == "UNTIL" and not re.fullmatch(r"\d{8}(T\d{6})?", value):
        day = re.match(r"\d{8}", value)
        return f"UNTIL={value} is no plain day", [(key, day[0])] if day else []
    if key in {"BYHOUR", "BYMINUTE"} and not value.isdigit():
        first = value.partition(",")[0]
        says = "names more than one time of day" if "," in value else "is no time of day"
        return f"{key}={value} {says}", [(key, first)] if first.isdigit() else []
    return None


def _refused(says: str, begin: str, parts: Parts) -> RuleError:
    """With the rest of the rule, mended further where it needs to be, if that has days."""
    rest = f"{begin}RRULE:{';'.join(f'{key}={value}' for key, value in parts)}"
    again = read_rule(rest) if any(key == "FREQ" for key, _ in parts) else None
    if isinstance(again, RuleError):
        return RuleError(says=says, nearest=again.nearest)
    return RuleError(says=says, nearest=rest if again else _EXAMPLE)
