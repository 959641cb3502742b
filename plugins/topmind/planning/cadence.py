"""When a newsletter appears: words or an RRULE → nominal dates and their occurrence keys.

People write nominal dates; a touch's key holds the *nominal period* (`2026-W49`, `2026-12`, `2026-Q4`), so that
an issue that moves within its period, or is read in another zone, is still the same occurrence.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from functools import lru_cache
from itertools import pairwise

from dateutil.rrule import rrule

from topmind.errors import PlanError
from topmind.planning.cadence_rules import RuleError, read_rule, rule_from
from topmind.planning.cadence_words import Words, WordsError, read_words


class Period(StrEnum):
    """What one occurrence covers."""

    DAY = "day"
    WEEK = "week"
    MONTH = "month"
    QUARTER = "quarter"
    YEAR = "year"


@dataclass(frozen=True, slots=True, kw_only=True)
class Cadence:
    """A rule of nominal dates with the local time after which an issue may go."""

    #: RFC 5545 recurrence without DTSTART and without times of day.
    rule: str
    at: time
    period: Period
    #: First day of the rule where the text names one (DTSTART); None = the programme's first day.
    starts: date | None = None

    def dates(self, first: date, last: date, anchor: date) -> tuple[date, ...]:
        """Nominal dates from `first` to `last`, both included; none lies before the anchor."""
        return _between(self, first, last, anchor)

    def upcoming(self, after: date, count: int, anchor: date) -> tuple[date, ...]:
        """The next `count` nominal dates later than `after`; fewer where the rule ends."""
        moment = datetime.combine(after, time.max)
        rule = self._rule(anchor)
        return tuple(day.date() for day in rule.xafter(moment, count=count)) if rule else ()

    def occurrences(self, first: date, last: date, anchor: date) -> tuple[tuple[date, str], ...]:
        """(nominal date, occurrence key) from `first` to `last`; the second date of one period gets `/2`."""
        begin, end = period_span(first, self.period)[0], period_span(last, self.period)[1]
        seen: dict[str, int] = {}
        keyed: list[tuple[date, str]] = []
        for day in self.dates(begin, end, anchor):
            name = period_name(day, self.period)
            seen[name] = seen.get(name, 0) + 1
            if first <= day <= last:
                keyed.append((day, name if seen[name] == 1 else f"{name}/{seen[name]}"))
        return tuple(keyed)

    def spacing(self, anchor: date) -> int:
        """Least days between two of the next dozen nominal dates; 1 where there is only one."""
        return _spacing(self, anchor)

    def _rule(self, anchor: date) -> rrule | None:
        """None = it names no day that exists."""
        return rule_from(self.rule, self.starts or anchor)


# a plan, what explains one contact and what is shown back ask for the same dates
@lru_cache(maxsize=512)
def _between(cadence: Cadence, first: date, last: date, anchor: date) -> tuple[date, ...]:
    rule = cadence._rule(anchor)  # noqa: SLF001 - this module's own class
    if rule is None:
        return ()
    found = rule.between(datetime.combine(first, time()), datetime.combine(last, time()), inc=True)
    return tuple(moment.date() for moment in found)


@lru_cache(maxsize=512)
def _spacing(cadence: Cadence, anchor: date) -> int:
    days = cadence.upcoming((cadence.starts or anchor) - timedelta(days=1), 13, anchor)
    return min(((b - a).days for a, b in pairwise(days)), default=1)


def period_name(day: date, period: Period) -> str:
    """The occurrence key of the period that holds `day`: `2026-W49`, `2026-12`, `2026-Q4`, `2026`."""
    if period is Period.WEEK:
        year, week, _ = day.isocalendar()
        return f"{year}-W{week:02d}"
    if period is Period.MONTH:
        return f"{day:%Y-%m}"
    if period is Period.QUARTER:
        return f"{day.year}-Q{(day.month + 2) // 3}"
    return f"{day.year}" if period is Period.YEAR else day.isoformat()


def period_span(day: date, period: Period) -> tuple[date, date]:
    """First and last day of the period that holds `day`."""
    if period is Period.DAY:
        return day, day
    if period is Period.WEEK:
        monday = day - timedelta(days=day.weekday())
        return monday, monday + timedelta(days=6)
    months = {Period.MONTH: 1, Period.QUARTER: 3, Period.YEAR: 12}[period]
    begin = date(day.year, (day.month - 1) // months * months + 1, 1)
    return begin, _month_after(begin, months) - timedelta(days=1)


def _month_after(first: date, months: int) -> date:
    number = first.month - 1 + months
    return date(first.year + number // 12, number % 12 + 1, 1)


@lru_cache(maxsize=256)
def read(text: str) -> Cadence:
    """The cadence that `every:` means.

    Raises PlanError with the nearest right form in `fix`.
    """
    if re.search(r"\bFREQ\s*=", text, re.IGNORECASE):
        return _from_rule(text)
    try:
        words = read_words(text)
    except WordsError as error:
        raise PlanError(f"{text!r} is no cadence: {error.says}.", fix=f"Write: {error.nearest}.") from None
    return _from_words(words)


def _from_words(words: Words) -> Cadence:
    return Cadence(rule=words.rule, at=words.at, period=Period(words.period))


def _from_rule(text: str) -> Cadence:
    found = read_rule(text)
    if isinstance(found, RuleError):
        raise PlanError(
            f"{text!r} is no recurrence rule that has days: {found.says}.", fix=f"Write: {found.nearest}."
        )
    return Cadence(rule=found.rule, at=found.at, period=Period(found.period), starts=found.starts)
