"""Issues by the names that people give them: `tuesday-fix/2026-12-08`, `tuesday-fix/2026-W50`, or `tuesday-fix`, the next."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from difflib import get_close_matches

from topmind.errors import UsageError
from topmind.model import Catalog, History, Occasion
from topmind.planning.occasions import issue_asks

#: Days ahead in which issues have names.
AHEAD = timedelta(days=400)


def issue_named(catalog: Catalog, history: History, name: str, today: date) -> Occasion:
    """The issue of this name that may still go. Raises UsageError with the nearest names."""
    found = [
        (ask.occasion, ask.nominal)
        for ask in issue_asks(catalog, history, today, today + AHEAD)
        if ask.occasion is not None
    ]
    for occasion, nominal in found:
        days = {f"{occasion.source}/{day.isoformat()}" for day in (*nominal, occasion.day)}
        if name in {occasion.name, occasion.source} | days:
            return occasion
    raise UsageError(f"no issue to come is called {name!r}.", fix=_meant(name, [one for one, _ in found]))


def _meant(name: str, issues: Sequence[Occasion]) -> str:
    by_day = [f"{one.source}/{one.day.isoformat()}" for one in issues]
    names = list(dict.fromkeys([*by_day, *(one.name for one in issues), *(one.source for one in issues)]))
    near = get_close_matches(name, names, n=1, cutoff=0.5)
    if near:
        return f"Did you mean {near[0]}?"
    return f"The next: {', '.join(by_day[:3])}." if by_day else "There is none: look at content/newsletters/."
