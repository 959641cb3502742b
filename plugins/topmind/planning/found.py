"""What the blocks of a plan add up to: occasions by name, due rows, decisions, the calendar."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import date

from topmind.model import (
    CalendarDay,
    ContentGap,
    Decision,
    Foretold,
    Occasion,
    PlannedTouch,
    Reason,
    SourceKind,
)
from topmind.planning.verdicts import Name, name_of

_KINDS = tuple(SourceKind)


@dataclass(slots=True, kw_only=True, eq=False)
class Found:
    """A plan in the making; everything names its occasion, for numbers come last. It travels between processes."""

    occasions: dict[Name, Occasion]
    #: Rows of the whole audience.
    due: list[tuple[Name, PlannedTouch]] = field(default_factory=list)
    decisions: list[tuple[Name, Decision]] = field(default_factory=list)
    #: Day (ordinal) → occasion → touches.
    calendar: dict[int, Counter[Name]] = field(default_factory=dict)
    #: (week's Monday as ordinal, segment) → contacts.
    gaps: Counter[tuple[int, str]] = field(default_factory=Counter)
    floor_broken: Counter[Reason] = field(default_factory=Counter)
    promised: int = 0
    apart: Counter[Reason] = field(default_factory=Counter)
    foretold: list[Foretold] = field(default_factory=list)

    def earliest(self, occasion: Occasion) -> Name:
        """Keep the occasion with the earliest day of those that have this name."""
        name = name_of(occasion)
        known = self.occasions.get(name)
        if known is None or known.day > occasion.day:
            self.occasions[name] = occasion
        return name

    def count(self, name: Name, day: int, amount: int) -> None:
        """So many touches on a day."""
        self.calendar.setdefault(day, Counter())[name] += amount

    def take_over(self, other: Found) -> None:
        """What another part of the audience adds."""
        for occasion in other.occasions.values():
            self.earliest(occasion)
        self.due += other.due
        self.decisions += other.decisions
        for day, touches in other.calendar.items():
            self.calendar.setdefault(day, Counter()).update(touches)
        self.gaps.update(other.gaps)
        self.floor_broken.update(other.floor_broken)
        self.promised += other.promised
        self.apart.update(other.apart)
        self.foretold += other.foretold

    def numbered(
        self, start: int, until: int
    ) -> tuple[tuple[Occasion, ...], tuple[PlannedTouch, ...], tuple[Decision, ...], tuple[CalendarDay, ...]]:
        """Occasions in order, and everything that names them by number; the calendar from `start` to `until`."""
        ordered = sorted(self.occasions, key=lambda name: _order(self.occasions[name]))
        number = {name: place for place, name in enumerate(ordered)}
        due = [replace(touch, occasion=number[name]) for name, touch in self.due]
        told = [replace(decision, occasion=number[name]) for name, decision in self.decisions]
        return (
            tuple(self.occasions[name] for name in ordered),
            tuple(sorted(due, key=lambda t: (t.contact, t.occasion))),
            tuple(sorted(told, key=lambda d: (d.contact, d.occasion))),
            tuple(self._days(number, start, until)),
        )

    def _days(self, number: dict[Name, int], start: int, until: int) -> Iterator[CalendarDay]:
        for day in range(start, until + 1):
            counts = self.calendar.get(day, Counter())
            touches = {number[name]: counts[name] for name in sorted(counts, key=number.__getitem__)}
            yield CalendarDay(day=date.fromordinal(day), touches=touches)

    def content_gaps(self) -> tuple[ContentGap, ...]:
        """Weeks and segments in which content is lacking, in order."""
        return tuple(
            ContentGap(week=date.fromordinal(monday), segment=segment, contacts=amount)
            for (monday, segment), amount in sorted(self.gaps.items())
        )


def _order(occasion: Occasion) -> tuple[int, date, str, str, str, str]:
    return _KINDS.index(occasion.kind), occasion.day, *name_of(occasion)
