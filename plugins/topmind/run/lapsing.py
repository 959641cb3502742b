"""Who was due and is too late now: written down once the day is over, never while an author may still mend it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta

from topmind import planning
from topmind.ledger import Lapsed
from topmind.model import Reason
from topmind.run.decide import Decided
from topmind.run.rows import Rows


def lapsed(decided: Decided) -> tuple[Lapsed, ...]:
    """What never could be planned and is over.

    A bare `--as-of` date is a whole day, so what is not due on it has lapsed. By the clock the day before is
    looked at: what nobody got on its last day, for a reason of the plan or because no tick came in time.
    """
    if decided.project.moment.all_day:
        rows = Rows(decided, {})
        return tuple(late for late in map(rows.lapsed, decided.plan.decisions) if late is not None)
    return tuple(_of_yesterday(decided))


def _of_yesterday(decided: Decided) -> Iterator[Lapsed]:
    day = decided.project.moment.as_of - timedelta(days=1)
    if decided.history.first or day < decided.project.catalog.company.programme_starts:
        return  # nothing was promised yet
    members = replace(decided.members, as_of=day)
    plan = planning.plan(
        decided.project.catalog, members, decided.history, decided.project.moment.now, all_day=True, horizon=1
    )
    rows = Rows(replace(decided, plan=plan, members=members), {})
    for decision in plan.decisions:
        late = rows.lapsed(decision)
        if late is not None and _over(rows, decision.contact, day):
            yield late
    for touch in plan.due:
        if touch.last_day <= day and _over(rows, touch.contact, day):
            row = replace(rows.touch(touch), items=(), per_slot=(), value=0, promotions=0)
            yield Lapsed(row=row, reason=Reason.TOO_LATE)


def _over(rows: Rows, contact: int, day: date) -> bool:
    """Whether this day has ended where the contact lives."""
    return rows.today(contact) > day
