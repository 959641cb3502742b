"""The scheduled runs come when readers may get mail: in every zone of the audience, summer and winter."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from topmind import planning
from topmind.checks.facts import Facts
from topmind.checks.rule import Rule, Sees
from topmind.errors import PlanError
from topmind.model import Level, Newsletter, Problem
from topmind.planning.occasions import MORNING, minutes
from topmind.planning.setting import outside_quiet
from topmind.planning.window import tick_times

CRON = Rule(
    id="ticks/cron",
    level=Level.ERROR,
    finds="a schedule that cannot be read",
    example='- cron: "17 9 * *"',
    sees=Sees.LINE,
)
NEVER = Rule(
    id="ticks/never",
    level=Level.ERROR,
    finds="a zone in which no scheduled run comes at a time for mail",
    example='- cron: "17 3 * * *"',
    sees=Sees.FILE,
)
LATE = Rule(
    id="ticks/late",
    level=Level.WARNING,
    finds="a zone in which the first run comes after the newsletter's window",
    example="window: 1 h",
    sees=Sees.FILE,
)


#: Issues looked at: both clock changes of a year are among them for anything that appears monthly or more often.
_AHEAD = 53


def zones(facts: Facts) -> Iterator[Problem]:
    """Each newsletter has a run within its window in each zone, and whatever else goes by mail has one at all."""
    if not facts.ticks or facts.catalog.company.path in facts.unread.heads:
        return
    try:
        tick_times(facts.ticks, facts.catalog.as_of, facts.catalog.company.zone)
    except PlanError as error:
        yield CRON.at(
            says=f"The schedule in .github/workflows/send.yml (or `ticks` in pelicanconf.py): {error.says}",
            fix=error.fix,
        )
        return
    here = _zones(facts)
    for zone in here:
        found = [
            p
            for letter in facts.catalog.newsletters.values()
            if facts.unread.sound(letter.path)
            for p in _letter(facts, letter, zone, here[zone])
        ]
        yield from found
        # a zone that no newsletter reaches is said once
        doubtful = facts.unread.below("content/newsletters")
        if not doubtful and not any(p.level is Level.ERROR for p in found):
            yield from _steps(facts, zone, here[zone])


def _zones(facts: Facts) -> dict[str, int]:
    """Zone → contacts there; without contacts the company's zone."""
    members = facts.members
    if members is None:
        return {facts.catalog.company.zone: 0}
    counts = {z: int(((members.zone == n) & members.active).sum()) for n, z in enumerate(members.zones)}
    return {zone: count for zone, count in counts.items() if count}


def _letter(facts: Facts, letter: Newsletter, zone: str, contacts: int) -> Iterator[Problem]:
    """The first issue of the coming year that no run serves there, else the first that it serves too late."""
    catalog = facts.catalog
    found = planning.appearances(letter, catalog.company, catalog.as_of, facts.ticks, zone, _AHEAD)
    never = next((one for one in found if not one.ticks), None)
    late = next((one for one in found if not one.in_window), None)
    if never:
        yield NEVER.at(
            letter.path,
            letter.every_line,
            says=f"No scheduled run comes on {never.day} between {never.at:%H:%M} and quiet hours in {_where(zone, contacts)}: "
            "nobody there would get it.",
            fix=_fix(never.day, never.at, zone),
        )
    elif late:
        hours = letter.window.total_seconds() / 3600
        yield LATE.at(
            letter.path,
            letter.every_line,
            says=f"In {_where(zone, contacts)} the first scheduled run on {late.day} after {late.at:%H:%M} is at "
            f"{late.ticks[0]:%H:%M}, later than its window of {hours:g} h.",
            fix=f"{_fix(late.day, late.at, zone)} Or choose another time, or a wider `window`.",
        )


def _steps(facts: Facts, zone: str, contacts: int) -> Iterator[Problem]:
    """What has no hour of its own (follow-ups, announcements, rescues) goes from the morning on: of the year's days,
    one in each half has the other clock."""
    company = facts.catalog.company
    for day in _both_clocks(facts.catalog.as_of):
        runs = _open(tick_times(facts.ticks, day, zone), company.quiet)
        if not any(run.time() >= MORNING for run in runs):
            yield NEVER.at(
                company.path,
                says=f"No scheduled run comes after {MORNING:%H:%M} and outside quiet hours in {_where(zone, contacts)}: "
                "no follow-up, announcement or rescue would go there.",
                fix=_fix(day, MORNING, zone),
            )
            return


def _both_clocks(day: date) -> tuple[date, date]:
    return day, day + timedelta(days=182)


def _open(runs: Sequence[datetime], quiet: tuple[time, time] | None) -> list[datetime]:
    """Those outside quiet hours."""

    return [run for run in runs if outside_quiet(minutes(run.time()), quiet) == minutes(run.time())]


def _where(zone: str, contacts: int) -> str:
    """`Pacific/Auckland (1 contact)`."""
    return zone if not contacts else f"{zone} ({contacts} contact{'' if contacts == 1 else 's'})"


def _fix(day: date, at: time, zone: str) -> str:
    """A cron line that would serve it, at an odd minute."""

    moment = (datetime.combine(day, at, tzinfo=ZoneInfo(zone)) + timedelta(minutes=17)).astimezone(UTC)
    return f'Add a run to .github/workflows/send.yml: - cron: "{moment.minute} {moment.hour} * * *".'
