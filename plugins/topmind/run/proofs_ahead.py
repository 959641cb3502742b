"""The proofs of the days ahead, as `topmind plan` tells them."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from zoneinfo import ZoneInfo

from topmind import planning
from topmind.run.decide import Decided


def proof_lines(decided: Decided, days: int) -> list[str]:
    """A heading and a line for each issue whose proof leaves in so many days; [] for none."""
    lines = list(_lines(decided, days))
    return ["", "A proof first, to whoever signs:", *lines] if lines else []


def _lines(decided: Decided, days: int) -> Iterator[str]:
    catalog, at = decided.project.catalog, decided.project.moment
    dates = catalog.company.dates
    for one in planning.proofs_ahead(catalog, decided.history, at.now, days, all_day=at.all_day):
        issue = one.occasion
        if one.late:
            yield f"  {issue.name} waits for its proof: it leaves with the next send, the issue with the one after it"
            continue
        letter = catalog.newsletters[issue.source]
        local = one.since.astimezone(ZoneInfo(letter.zone or catalog.company.zone))
        yield (
            f"  {_short(local.date())}  {issue.name}, after {dates.clock(local.time())}; it goes on {_short(issue.day)} "
            "unless somebody holds it"
        )


def _short(day: date) -> str:
    """`Tue 1 Dec`."""
    return f"{day:%a} {day.day} {day:%b}"
