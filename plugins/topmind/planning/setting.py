"""What a plan knows before it looks at anybody: days, items, occasions, windows, blackout days."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray

from topmind.errors import PlanError
from topmind.model import Bools, Catalog, History, Members, Sequence, Step
from topmind.planning.items import ItemTable, item_table
from topmind.planning.occasions import Ask, announcement_asks, issue_asks, minutes
from topmind.planning.rest_days import blackout_days
from topmind.planning.room import SOON
from topmind.planning.sends import misfits
from topmind.planning.sequences import step_asks
from topmind.planning.terms import Terms, Window, terms_for, windows
from topmind.planning.unhappy import unhappy

#: Moment of a mail on a contact's today: it may go now, it may go later today, it may not go today any more.
NOW, LATER, OVER = 0, 1, 2


#: Days for which a held touch is followed at least, so that what is said of it does not hang on the horizon.
FORESEE = 14


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Setting:
    """Everything of a plan that is the same for every contact."""

    catalog: Catalog
    history: History
    #: UTC.
    now: datetime
    #: Ordinal of the company's day and of the last day of the calendar.
    as_of: int
    until: int
    #: First and last day label of the loop (ordinals).
    start: int
    end: int
    all_day: bool
    #: Local today (ordinal) and minutes after midnight, per zone of the audience.
    zone_today: NDArray[np.int32]
    zone_minute: NDArray[np.int16]
    table: ItemTable
    #: Announcements, then issues: each nearer deadline first.
    announcements: tuple[Ask, ...]
    issues: tuple[Ask, ...]
    steps: tuple[tuple[Ask, Sequence, Step], ...]
    windows: tuple[Window, ...]
    #: [days] from `start`.
    blackout: Bools
    #: Source ids of whoever is not happy and waits for somebody to follow up.
    unhappy: frozenset[str]
    #: Segments of a contact → the promise that holds for them, as asked so far.
    known_terms: dict[frozenset[str], Terms] = field(default_factory=dict)

    @property
    def foreseen(self) -> int:
        """Last day whose steps matter: those to come may keep a place in a ceiling."""
        return self.end + SOON - 1

    def terms_of(self, names: frozenset[str]) -> Terms:
        """The promise that holds for a contact in these segments."""
        known = self.known_terms.get(names)
        if known is None:
            segments = self.catalog.segments
            known = terms_for(self.catalog.company, [segments[s] for s in sorted(names) if s in segments])
            self.known_terms[names] = known
        return known

    def moment(self, at: int) -> NDArray[np.int8]:
        """NOW, LATER or OVER per zone, for a mail that may go from `at` (minutes after local midnight)."""
        if self.all_day:
            return np.zeros(len(self.zone_minute), dtype=np.int8)
        return np.array([self._moment(int(m), at) for m in self.zone_minute], dtype=np.int8)

    def ever(self, at: int) -> bool:
        """Whether such a mail may go on any day at all outside quiet hours."""
        return self._moment(0, at) != OVER

    def _moment(self, minute: int, at: int) -> int:
        earliest = outside_quiet(max(minute, at), self.catalog.company.quiet)
        if earliest is None:
            return OVER
        return NOW if earliest == minute else LATER


def outside_quiet(minute: int, quiet: tuple[time, time] | None) -> int | None:
    """The first minute of the same day, from `minute` on, that is not quiet; None where there is none."""
    if quiet is None:
        return minute
    begin, end = minutes(quiet[0]), minutes(quiet[1])
    if begin == end:
        return minute
    if begin < end:
        return minute if not begin <= minute < end else end
    if minute >= begin:
        return None
    return max(minute, end)


def setting(
    catalog: Catalog,
    members: Members,
    history: History,
    now: datetime,
    *,
    all_day: bool,
    horizon: int,
    foresee: int = FORESEE,
) -> Setting:
    """The setting of a plan from the contacts' today to `horizon` days after the company's day.

    Raises PlanError for a naive `now`, an unknown zone, or a rule that the audience has not answered.
    """
    if now.tzinfo is None:
        raise PlanError("a plan needs a moment with its zone (an aware datetime).")
    _answered(catalog, members)
    local = [_local(zone, now) for zone in members.zones]
    as_of = members.as_of.toordinal()
    today = [as_of if all_day else moment.date().toordinal() for moment in local]
    start = min([as_of, *today])
    until = as_of + horizon
    end = max([until, as_of + foresee, *today])
    span = date.fromordinal(start), date.fromordinal(end)
    issues = tuple(issue_asks(catalog, history, *span))
    unfit = misfits(catalog, history, members.as_of)
    announcements = tuple(announcement_asks(catalog, history, *span, held=unfit))
    return Setting(
        catalog=catalog,
        history=history,
        now=now.astimezone(UTC),
        as_of=as_of,
        until=until,
        start=start,
        end=end,
        all_day=all_day,
        zone_today=np.array(today, dtype=np.int32),
        zone_minute=np.array([m.hour * 60 + m.minute for m in local], dtype=np.int16),
        table=item_table(catalog, start, end, _reserved(catalog)),
        announcements=tuple(sorted(announcements, key=_by_deadline)),
        issues=tuple(sorted(issues, key=_by_deadline)),
        steps=step_asks(catalog),
        windows=windows(catalog),
        blackout=blackout_days(catalog, *span),
        unhappy=unhappy(history),
    )


def _by_deadline(ask: Ask) -> tuple[int, str, str]:
    return ask.last, ask.source, ask.occasion.occurrence if ask.occasion else ""


def _local(zone: str, now: datetime) -> datetime:
    try:
        return now.astimezone(ZoneInfo(zone))
    except (KeyError, ValueError, OSError):
        raise PlanError(
            f"the time zone {zone!r} of some contacts is not known.",
            fix="Use a name like America/New_York in the contacts' zone field.",
        ) from None


def _reserved(catalog: Catalog) -> dict[str, int]:
    """Item id → last day on which slots may not take it: announced, or pinned to an issue."""
    reserved: dict[str, int] = {}
    for item in catalog.items.values():
        days = [send.day.toordinal() + item.grace for send in item.sends]
        for source, day in item.pins:
            letter = catalog.newsletters.get(source)
            days.append(day.toordinal() + (letter.grace if letter else 0))
        if days:
            reserved[item.id] = max(days)
    return reserved


def _answered(catalog: Catalog, members: Members) -> None:
    """Raise where the audience does not know a rule or a date that the catalog asks for."""
    rules = {i.stop_when for i in catalog.items.values()} | {s.stop_when for s in catalog.sequences.values()}
    rules |= {send.only_if for item in catalog.items.values() for send in item.sends}
    rules |= {step.only_if for s in catalog.sequences.values() for step in s.steps}
    dates = {step.starts_from or s.starts_from for s in catalog.sequences.values() for step in s.steps}
    missing = sorted((rules - {None} - members.holds.keys()) | (dates - members.dates.keys()), key=str)
    if missing:
        raise PlanError(
            f"the audience has no answer to: {'; '.join(map(str, missing))}.",
            fix="Run `topmind check`: the rule or the date may be misspelt.",
        )
