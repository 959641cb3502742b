"""Moments in a time zone."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo, available_timezones

from topmind.catalog import dates
from topmind.catalog.findings import Wrong, did_you_mean, nearest


def moment_in(text: str, begins: datetime | None, zone: ZoneInfo) -> datetime:
    """A date with a time; for `ends` a time alone means the day on which the event begins."""
    try:
        at = dates.read_time(text)
    except Wrong:
        moment = dates.read_moment(text)
    else:
        if begins is None:
            raise Wrong("has a time but no day.", f"Write `begins: 2026-12-05 {at:%H:%M}`.", rule="date")
        moment = dates.Moment(begins.date(), at)
    at = moment.at or datetime.min.time()
    found = datetime.combine(moment.day, at)
    return found.astimezone(zone) if found.tzinfo else found.replace(tzinfo=zone)


def zone_of(name: str) -> ZoneInfo:
    """A time zone by its IANA name. Raises Wrong with the nearest one."""
    try:
        return ZoneInfo(name)
    except (ValueError, OSError, KeyError):
        known = available_timezones()
        fix = did_you_mean(name, known) if nearest(name, known) else "Write a name such as America/New_York."
        raise Wrong(f"{name!r} is no time zone.", fix, rule="zone") from None
