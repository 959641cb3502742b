"""What went out lately, by the names that people know it by; and the title of each touch somebody got."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from topmind.errors import PlanError
from topmind.model import Catalog, PastTouch
from topmind.planning.occasions import RESCUE, RESCUE_TITLE, nominal_issues
from topmind.run.preview.people import People

#: Days back.
LATELY = 35


@dataclass(frozen=True, slots=True, kw_only=True)
class Gone:
    """One issue, or one send of an announcement, that somebody has got."""

    source: str
    #: Its day in the files: with it `corrects:` names it.
    day: date
    title: str
    contacts: int

    @property
    def named(self) -> str:
        """`tuesday-fix 2026-12-01`, as a correction says it."""
        return f"{self.source} {self.day.isoformat()}"


def gone(catalog: Catalog, known: People, as_of: date) -> tuple[Gone, ...]:
    """Of the last days up to `as_of`, the newest first."""
    first = as_of - timedelta(days=LATELY)
    found = [
        Gone(source=source, day=day, title=title, contacts=contacts)
        for source, occurrence, day, title in _dated(catalog, first, as_of)
        if (contacts := sum(len(who) for who in known.left.get((source, occurrence), {}).values()))
    ]
    return tuple(sorted(found, key=lambda one: (-one.day.toordinal(), one.title)))


def _dated(catalog: Catalog, first: date, last: date) -> Iterator[tuple[str, str, date, str]]:
    """(source, occurrence, day, title) of everything that has one day for everybody."""
    dates = catalog.company.dates
    for letter in catalog.newsletters.values():
        try:
            issues = nominal_issues(letter, catalog.company, first, last)
        except PlanError:
            continue  # the words of its cadence are a finding of their own
        for day, occurrence, _ in issues:
            yield letter.id, occurrence, day, f"{letter.title}, {dates.day(day)}"
    for item in catalog.items.values():
        for send in item.sends:
            if first <= send.day <= last:
                yield item.id, str(send.number), send.day, f"{item.title}, {dates.day(send.day)}"


def touch_title(catalog: Catalog, touch: PastTouch) -> str:
    """`The Tuesday Fix, December 1, 2026`; what has no file any more by its name."""
    key, dates = touch.key, catalog.company.dates
    day = dates.day(touch.nominal or touch.day)
    if letter := catalog.newsletters.get(key.source):
        return f"{letter.title}, {day}"
    if item := catalog.items.get(key.source):
        return f"{item.title}, {day}"
    if sequence := catalog.sequences.get(key.source):
        step = next((one.title for one in sequence.steps if one.id == key.step), key.step or "")
        return f"{sequence.title}: {step}"
    return RESCUE_TITLE if key.source == RESCUE else key.source
