"""Which day and moment a command acts on: `--as-of`, the project's pinned day, or the clock."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

from topmind.errors import ConfigError, UsageError
from topmind.model import Clock
from topmind.settings import Settings

#: Beyond them a plan and the windows around it leave the calendar, or a digit was doubled.
YEARS = (1970, 2200)


@dataclass(frozen=True, slots=True, kw_only=True)
class Moment:
    """The day of the story and the instant inside it."""

    #: The company's local day.
    as_of: date
    #: UTC.
    now: datetime
    #: True for a bare date: each contact's local day is `as_of`, all its send times have come.
    all_day: bool
    #: True where nobody asked for another time than the clock's.
    real: bool


def read(text: str | None, settings: Settings, clock: Clock) -> Moment:
    """The moment that `text` means: an ISO date, an ISO time with offset, or None for the project's own.

    Raises UsageError for anything else, ConfigError for an unknown TIMEZONE.
    """
    zone(settings)  # a wrong one is said on every run, not on the first that reads the clock
    if text is None and settings.project.as_of is not None:
        text = settings.project.as_of.isoformat()
    if text is None:
        now = clock.now()
        return Moment(as_of=_local(now, settings), now=now, all_day=False, real=True)
    told = _parse(text)
    if isinstance(told, datetime):
        return Moment(as_of=_local(told, settings), now=told, all_day=False, real=False)
    # noon: far from both edges of the day for whoever looks at the instant
    noon = datetime.combine(told, time(12), tzinfo=UTC)
    return Moment(as_of=told, now=noon, all_day=True, real=False)


def _parse(text: str) -> date | datetime:
    """A day, or a moment in UTC."""
    told: date | datetime | None = None
    try:
        if len(text) == 10:
            told = date.fromisoformat(text)
        elif (moment := datetime.fromisoformat(text)).tzinfo is not None:
            told = moment.astimezone(UTC)
    except (ValueError, OverflowError):
        pass
    if told is not None and not YEARS[0] <= told.year <= YEARS[1]:
        raise UsageError(f"--as-of {text!r} is outside the years {YEARS[0]} to {YEARS[1]}.")
    if told is not None:
        return told
    raise UsageError(
        f"--as-of {text!r} is no day and no moment with an offset.",
        fix="Write 2026-12-01 or 2026-12-01T09:30-05:00.",
    )


def _local(now: datetime, settings: Settings) -> date:
    return now.astimezone(zone(settings)).date()


def zone(settings: Settings) -> ZoneInfo:
    """The company's, as TIMEZONE says. Raises ConfigError for an unknown one."""
    name = str(settings.pelican.get("TIMEZONE", "UTC"))
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        raise ConfigError(
            f"TIMEZONE {name!r} is not known.",
            where="pelicanconf.py",
            fix="Use a name like America/New_York.",
        ) from None
