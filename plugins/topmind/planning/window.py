"""When the next issues appear, and when the scheduled ticks really send them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from topmind.errors import PlanError
from topmind.model import Company, Newsletter
from topmind.planning import cadence
from topmind.planning.occasions import minutes, nominal_issues
from topmind.planning.setting import outside_quiet

#: GitHub takes months and days by name, too: `17 11 * JAN-MAR MON-FRI`.
_NAMES = {
    name: number
    for names, first in (
        ("SUN MON TUE WED THU FRI SAT", 0),
        ("JAN FEB MAR APR MAY JUN JUL AUG SEP OCT NOV DEC", 1),
    )
    for number, name in enumerate(names.split(), first)
}
_NAME = re.compile(rf"\b({'|'.join(_NAMES)})\b", re.IGNORECASE)
_FIELDS = ((0, 59), (0, 23), (1, 31), (1, 12), (0, 7))


@dataclass(frozen=True, slots=True, kw_only=True)
class Appearance:
    """One coming issue and the ticks that serve it in one zone."""

    day: date
    occurrence: str
    #: Local time after which it may go.
    at: time
    zone: str
    #: Local moments of the ticks that may send it, in order; () = no tick of that day comes outside quiet hours.
    ticks: tuple[datetime, ...]
    #: The first of them lies within the newsletter's window.
    in_window: bool


def next_dates(newsletter: Newsletter, company: Company, after: date, count: int = 5) -> tuple[date, ...]:
    """The next `count` days on which it appears, `after` itself included; moved dates stand where they went.

    Raises PlanError for words that are no cadence.
    """
    rule = cadence.read(newsletter.every)
    ahead = rule.upcoming(after - timedelta(days=1), count + len(newsletter.issues), company.programme_starts)
    if not ahead:
        return ()
    moved = [d.day for d in newsletter.issues.values()]
    found = nominal_issues(newsletter, company, after, max([*ahead, *moved]))
    return tuple(day for day, _, _ in found)[:count]


def goes_after(newsletter: Newsletter) -> time:
    """The local time after which its issues may go. Raises PlanError for words that are no cadence."""
    return cadence.read(newsletter.every).at


def appearances(
    newsletter: Newsletter,
    company: Company,
    after: date,
    ticks: Sequence[str],
    zone: str | None = None,
    count: int = 5,
) -> tuple[Appearance, ...]:
    """The next issues with the ticks (cron lines, UTC) that serve them in a zone (the company's by default)."""
    rule = cadence.read(newsletter.every)
    days = next_dates(newsletter, company, after, count)
    if not days:
        return ()
    keyed = {day: key for day, key, _ in nominal_issues(newsletter, company, days[0], days[-1])}
    where = zone or company.zone
    return tuple(_appearance(newsletter, company, day, keyed[day], rule.at, where, ticks) for day in days)


def _appearance(
    newsletter: Newsletter,
    company: Company,
    day: date,
    occurrence: str,
    at: time,
    zone: str,
    ticks: Sequence[str],
) -> Appearance:
    served = [
        moment
        for moment in tick_times(ticks, day, zone)
        if moment.time() >= at
        and outside_quiet(minutes(moment.time()), company.quiet) == minutes(moment.time())
    ]
    opens = instant(day, at, ZoneInfo(zone), opens=True)
    return Appearance(
        day=day,
        occurrence=occurrence,
        at=at,
        zone=zone,
        ticks=tuple(served),
        in_window=bool(served) and served[0].astimezone(UTC) - opens <= newsletter.window,
    )


def open_window(
    day: date, at: time, quiet: tuple[time, time] | None, zone: ZoneInfo
) -> tuple[datetime, datetime]:
    """From .. until (UTC) a mail may go on a local day: from `at` on, outside quiet hours, inside the day.

    Local times are computed naïvely, the zone is attached last.
    """
    first, last = at, time.max
    if quiet is not None:
        evening, morning = quiet
        first = max(first, morning)
        last = evening if evening > morning else last
    return instant(day, first, zone, opens=True), instant(day, last, zone, opens=False)


def instant(day: date, at: time, zone: ZoneInfo, *, opens: bool) -> datetime:
    """The instant (UTC) at which a local day's time begins to hold (`opens`) or has just ended to.

    A time that comes twice, when clocks go back, opens at its second coming and closes at its first; one that never
    comes, when they go forward, opens an hour later and closes an hour earlier: quiet hours are never touched.
    """
    local = datetime.combine(day, at)
    both = [local.replace(tzinfo=zone, fold=fold).astimezone(UTC) for fold in (0, 1)]
    return max(both) if opens else min(both)


def tick_times(ticks: Sequence[str], day: date, zone: str) -> tuple[datetime, ...]:
    """Local moments of all ticks on a local day of a zone, in order.

    Raises PlanError for a line that is no cron line of five fields, or a zone that is not known.
    """
    try:
        place = ZoneInfo(zone)
    except (KeyError, ValueError, OSError):
        raise PlanError(f"the time zone {zone!r} is not known.") from None
    parsed = [parse_cron(line) for line in ticks]
    found = set()
    for shift in (-1, 0, 1):
        utc_day = day + timedelta(days=shift)
        for minute_set, hour_set, days, months, weekdays in parsed:
            if not _on_day(utc_day, days, months, weekdays):
                continue
            for hour in hour_set:
                for minute in minute_set:
                    moment = datetime.combine(utc_day, time(hour, minute), tzinfo=UTC)
                    if moment.astimezone(place).date() == day:
                        found.add(moment)
    # ordered in UTC: where clocks go back, two moments with one local time compare as equal
    return tuple(moment.astimezone(place) for moment in sorted(found))


Cron = tuple[frozenset[int], frozenset[int], frozenset[int], frozenset[int], frozenset[int]]


@lru_cache(maxsize=64)
def parse_cron(line: str) -> Cron:
    """Minutes, hours, days, months, weekdays (0 = Sunday) of a cron line.

    Raises PlanError.
    """
    fields = _NAME.sub(lambda name: str(_NAMES[name[0].upper()]), line).split()
    if len(fields) != 5:
        raise PlanError(f"{line!r} is no cron line.", fix="Write five fields: 17 11,13,15 * * *")
    minute, hour, day, month, weekday = (
        _field(text, *span, line) for text, span in zip(fields, _FIELDS, strict=True)
    )
    return minute, hour, day, month, frozenset(d % 7 for d in weekday)


def _field(text: str, low: int, high: int, line: str) -> frozenset[int]:
    found: set[int] = set()
    for part in text.split(","):
        span, _, step = part.partition("/")
        first, _, last = span.partition("-")
        try:
            begin = low if first == "*" else int(first)
            end = high if first == "*" or (step and not last) else int(last or first)
            values = range(begin, end + 1, int(step or 1))
        except ValueError:
            values = range(0)
        if not values or values[0] < low or values[-1] > high:
            raise PlanError(f"{line!r}: {part!r} is no cron field.", fix="Write like: 17 11,13,15 * * *")
        found.update(values)
    return frozenset(found)


def _on_day(day: date, days: frozenset[int], months: frozenset[int], weekdays: frozenset[int]) -> bool:
    """Cron's rule: where both day fields are restricted, one of them suffices (POSIX crontab)."""
    if day.month not in months:
        return False
    by_day, by_weekday = day.day in days, day.isoweekday() % 7 in weekdays
    if len(days) < 31 and len(weekdays) < 7:
        return by_day or by_weekday
    return by_day and by_weekday
