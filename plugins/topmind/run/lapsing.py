"""Who was due and is too late now: written down once the day is over, never while an author may still mend it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta

from topmind import planning
from topmind.ledger import Lapsed
from topmind.model import Decision, Occasion, Reason, SourceKind, Verdict
from topmind.run.decide import Decided
from topmind.run.rows import Rows

#: Longest stretch without a tick of which each day is still looked at.
LOOK_BACK = timedelta(days=31)


def lapsed(decided: Decided) -> tuple[Lapsed, ...]:
    """What never could be planned and is over.

    A bare `--as-of` date is a whole day, so what is not due on it has lapsed. By the clock every day since the last
    plan is looked at: what nobody got on its last day, for a reason of the plan or because no tick came in time.
    """
    if decided.project.moment.all_day:
        rows = Rows(decided, {})
        return tuple(late for late in map(rows.lapsed, decided.plan.decisions) if late is not None)
    found = {late.row.key: late for day in _days(decided) for late in _of(decided, day)}
    settled = {touch.key for touch in decided.history.touches} if found else set()
    return tuple(late for key, late in found.items() if key not in settled)


def _days(decided: Decided) -> Iterator[date]:
    """From the day of the last plan to yesterday, at most a month; yesterday at least, for who lives far west."""
    yesterday = decided.project.moment.as_of - timedelta(days=1)
    if decided.history.first:
        return  # nothing was promised yet
    first = min(decided.history.planned_on or yesterday, yesterday)
    first = max(first, yesterday - LOOK_BACK, decided.project.catalog.company.programme_starts)
    yield from (first + timedelta(days=n) for n in range((yesterday - first).days + 1))


def _of(decided: Decided, day: date) -> Iterator[Lapsed]:
    """Whose last day was `day`, of those who were known by then."""
    members = replace(decided.members, as_of=day)
    if not planning.ends_on(decided.project.catalog, members, decided.history, day):
        return
    # what came after that day was no reason on it
    history = replace(decided.history, touches=tuple(t for t in decided.history.touches if t.day <= day))
    now = decided.project.moment.now
    plan = planning.plan(decided.project.catalog, members, history, now, all_day=True, horizon=0, foresee=0)
    rows = Rows(replace(decided, plan=plan, members=members), {})

    #: A cadence that was edited since makes days of the past that nobody was promised.
    meant = [planning.was_promised(decided.project.catalog, decided.history, o) for o in plan.occasions]

    def over(contact: int, occasion: int) -> bool:
        known = members.ids[contact] not in decided.history.newcomers
        return meant[occasion] and known and _over(rows, contact, day)

    for decision in plan.decisions:
        never = _never_proved(decision, plan.occasions[decision.occasion], day)
        late = rows.lapsed(replace(decision, verdict=Verdict.EXPIRED) if never else decision)
        if late is not None and over(decision.contact, decision.occasion):
            yield late
    for touch in plan.due:
        # a rescue has no last day: it is tried until it goes, today with the same name
        if plan.occasions[touch.occasion].kind is SourceKind.RESCUE:
            continue
        if touch.last_day <= day and over(touch.contact, touch.occasion):
            row = replace(rows.touch(touch, over=True), items=(), per_slot=(), value=0, promotions=0)
            yield Lapsed(row=row, reason=Reason.TOO_LATE)


def _never_proved(decision: Decision, occasion: Occasion, day: date) -> bool:
    """Whether its last day went by while it waited for its proof: on that day itself the proof might still have left."""
    last = occasion.day + timedelta(days=occasion.grace)
    return decision.verdict is Verdict.PENDING and occasion.unproved and last <= day


def _over(rows: Rows, contact: int, day: date) -> bool:
    """Whether this day has ended where the contact lives."""
    return rows.today(contact) > day
