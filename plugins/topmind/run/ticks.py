"""When the scheduled runs come, and what that means for each newsletter: dates, and the window they really give."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import date

from topmind import planning
from topmind.date_words import DateStyle
from topmind.errors import PlanError
from topmind.model import Catalog, Members, Newsletter
from topmind.planning import Appearance
from topmind.planning.window import tick_times
from topmind.settings import Settings

#: Where the schedule stands unless the settings name another.
WORKFLOW = ".github/workflows/send.yml"
_CRON = re.compile(
    r"""^\s*-\s*cron:\s*(?:"(?P<double>[^"]+)"|'(?P<single>[^']+)'|(?P<bare>[^#\n]+?))\s*(?:#.*)?$"""
)


def ticks_of(settings: Settings) -> tuple[str, ...]:
    """Cron lines of the scheduled sends, UTC: of the settings, else of `send.yml`; () = no schedule is known."""
    if settings.project.ticks:
        return tuple(settings.project.ticks)
    try:
        lines = (settings.root / WORKFLOW).read_text("utf-8", "replace").splitlines()
    except OSError:
        return ()
    found = (match for line in lines if (match := _CRON.match(line)))
    return tuple(match["double"] or match["single"] or match["bare"] for match in found)


def zones_of(catalog: Catalog, members: Members | None) -> dict[str, int]:
    """Zone → how many active contacts live there, the largest first; without contacts the company's alone."""
    if members is None:
        return {catalog.company.zone: 0}
    counts = {
        zone: int(((members.zone == place) & members.active).sum())
        for place, zone in enumerate(members.zones)
    }
    here = {zone: count for zone, count in counts.items() if count}
    return dict(sorted(here.items(), key=lambda one: (-one[1], one[0]))) or {catalog.company.zone: 0}


def as_dicts(
    catalog: Catalog, zones: Mapping[str, int], ticks: Sequence[str], after: date
) -> list[dict[str, object]]:
    """Each newsletter with its next five issues, and per zone the local times at which the next one may go."""
    return [
        {
            "newsletter": letter.id,
            "every": letter.every,
            "dates": [day.isoformat() for day in planning.next_dates(letter, catalog.company, after)],
            "windows": [
                {
                    "zone": found.zone,
                    "contacts": zones[found.zone],
                    "from": f"{found.at:%H:%M}",
                    "runs": [f"{moment:%H:%M}" for moment in found.ticks],
                    "in_window": found.in_window,
                }
                for found in _next(letter, catalog, zones, ticks, after)
            ],
        }
        for letter in catalog.newsletters.values()
    ]


def as_text(catalog: Catalog, zones: Mapping[str, int], ticks: Sequence[str], after: date) -> list[str]:
    """The same for people: a paragraph a newsletter."""
    lines: list[str] = []
    for letter in catalog.newsletters.values():
        days = planning.next_dates(letter, catalog.company, after)
        lines += ["", f"{letter.title} ({letter.every}):"]
        lines.append(f"  next  {_days(days, catalog.company.dates)}" if days else "  it has no further issue")
        windows = _windows(_next(letter, catalog, zones, ticks, after), zones)
        if not windows:
            lines.append(
                f"  goes  with the first `topmind send` after {planning.goes_after(letter):%H:%M} of each reader's clock"
            )
            continue
        lines += windows
    return lines


def _next(
    letter: Newsletter, catalog: Catalog, zones: Mapping[str, int], ticks: Sequence[str], after: date
) -> list[Appearance]:
    """The next issue in each zone."""
    if not ticks:
        return []
    try:
        tick_times(ticks, after, catalog.company.zone)
    except PlanError:
        return []  # `check` says what is wrong with the schedule
    found = (planning.appearances(letter, catalog.company, after, ticks, zone, 1) for zone in zones)
    return [one for some in found for one in some]


def _windows(found: Sequence[Appearance], zones: Mapping[str, int], shown: int = 5) -> list[str]:
    """A line for each zone; the largest few where there are many."""
    lines = []
    for one in found[:shown]:
        people = f" ({zones[one.zone]})" if len(found) > 1 else ""
        lines.append(f"  goes  {_times(one)}, {one.zone}{people}")
    if len(found) > shown:
        lines.append(f"        and {len(found) - shown} further zones: topmind plan --json")
    return lines


def _times(one: Appearance) -> str:
    """`with the run at 10:17, else 12:43, 15:43`: local times of one zone."""
    if not one.ticks:
        return f"never: no run comes after {one.at:%H:%M} and outside quiet hours"
    first, *others = (f"{moment:%H:%M}" for moment in one.ticks)
    late = "" if one.in_window else ", later than its window"
    return f"with the run at {first}{late}" + (f", else {', '.join(others)}" if others else "")


def _days(days: Sequence[date], dates: DateStyle) -> str:
    """`Tue 1 Dec, Tue 8 Dec …`, as the company's readers write days."""
    return ", ".join(f"{dates.weekday(day)[:3]} {dates.month_day(day)}" for day in days)
