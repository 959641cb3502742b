"""Promised and executed: the equation of the day, each step of each sequence, floors, who fell through, tasks, unknown.

People are hashed; names come in only by an argument, on a person's own machine.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict, dataclass, field
from datetime import date, timedelta
from typing import Any

from topmind.date_words import PLAIN, DateStyle
from topmind.ledger.values import Counts, Task, Unproven
from topmind.model import Catalog, Channel, History, PastTouch, Plan, TouchState
from topmind.planning.call_backs import CALL_BACK
from topmind.report.owner import OwnerReport
from topmind.report.reasons import NOBODY, reason_of, why_not

#: States in which somebody who was due did not (provably) get it.
FELL = frozenset(
    {
        TouchState.REFUSED,
        TouchState.SKIPPED,
        TouchState.EXPIRED,
        TouchState.UNKNOWN,
        TouchState.UNRESOLVED,
        TouchState.MISSED,
    }
)
_GOT = frozenset({TouchState.ACCEPTED, TouchState.DONE})
_OPEN = frozenset({TouchState.PLANNED, TouchState.CLAIMED})
#: So long after its last day a task stays open before it counts as missed.
PATIENCE = timedelta(days=7)
#: What to do about a mail of which nobody can say whether it left, by its state.
WHAT_TO_DO = {
    TouchState.UNKNOWN: (
        "Nothing to do yet: they are never sent again by themselves, and feedback that comes later settles them. "
        "Whoever cannot wait asks the people, or looks for the touch among the provider's events."
    ),
    TouchState.UNRESOLVED: (
        "Feedback works and said nothing of them for six hours, so most likely they never left. They are not sent "
        "again, but once where `on_unknown: resend` says so: write to these people yourself, or let it be."
    ),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class StepRow:
    """One step of a sequence since the programme began."""

    sequence: str
    step: str
    channel: str
    #: Contacts who became due, whatever came of it.
    due: int
    #: Got it within its grace (a step that is late expires and is never sent after it).
    in_time: int
    #: Still within its grace.
    open: int
    #: Reason or state → contacts who fell through.
    missed: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class FellRow:
    """One contact who was due and did not get it."""

    #: A hash, or the name where names were given.
    who: str
    occasion: str
    channel: str
    state: str
    reason: str
    #: The day it was meant for.
    day: date


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenTask:
    """Something a named person has to do."""

    who: str
    title: str
    channel: str
    #: Team id.
    owner: str
    day: date
    last_day: date


@dataclass(frozen=True, slots=True, kw_only=True)
class UnknownRow:
    """One mail of which nobody can say whether it left."""

    who: str
    touch: str
    title: str
    state: str
    #: ISO time, UTC.
    at: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """Everything at once; `text()` for people, `as_dict()` for machines."""

    as_of: date
    #: First day of "who fell through".
    since: date
    counts: Counts
    steps: tuple[StepRow, ...]
    active: int
    #: Contacts with a floor who can be helped, and those of them whose floor is broken today by the limit that bound;
    #: whom no rescue may or can reach stands apart.
    promised: int
    floor_broken: Mapping[str, int]
    apart: Mapping[str, int]
    fell: tuple[FellRow, ...]
    #: open, done, missed → tasks.
    task_states: Mapping[str, int]
    open_tasks: tuple[OpenTask, ...]
    #: Every mail of which nobody can say whether it left.
    unproven: tuple[UnknownRow, ...]
    #: How its readers write dates.
    dates: DateStyle = PLAIN
    #: The owner's questions; None where nobody asked.
    owner: OwnerReport | None = None
    #: People stand there under their names.
    named: bool = False

    @property
    def balanced(self) -> bool:
        """planned = accepted + refused + skipped + expired + unknown + waiting."""
        c = self.counts
        return c.planned == c.accepted + c.refused + c.skipped + c.expired + c.unknown + c.waiting

    @property
    def floors_kept(self) -> int:
        """Of those promised, whose floor holds today."""
        return self.promised - sum(self.floor_broken.values())

    @property
    def exit_code(self) -> int:
        """1 where a mail is unproven or the day does not add up."""
        return int(bool(self.unproven) or not self.balanced)

    def as_dict(self) -> dict[str, Any]:
        """For a machine: the counts on top, as in `send --json`."""
        data = asdict(self)
        counts = data.pop("counts")
        return {
            **counts,
            **_plain(data),
            "balanced": self.balanced,
            "floors_kept": self.floors_kept,
        }

    def text(self) -> str:
        """For a person."""
        from topmind.report.words import as_text

        return as_text(self)


def _plain(value: Any) -> Any:
    """Days as ISO text, tuples as lists."""
    if isinstance(value, Mapping):
        return {str(key): _plain(part) for key, part in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(part) for part in value]
    return value.isoformat() if isinstance(value, date) else value


def report(
    *,
    catalog: Catalog,
    history: History,
    plan: Plan,
    counts: Counts,
    unproven: Iterable[Unproven],
    tasks: Iterable[Task],
    hashed: Callable[[str], str],
    names: Mapping[str, str] | None = None,
    days: int = 7,
) -> Report:
    """Set what was promised beside what was done. Pure.

    `tasks` are all of them, also done and missed; `hashed` gives a contact's short name for logs; `names` (source
    id → name) puts names in its place; `days` bounds the list of who fell through.
    """

    def who(contact: str) -> str:
        return (names or {}).get(contact) or hashed(contact)

    as_of = plan.as_of
    since = as_of - timedelta(days=days - 1)
    all_tasks = sorted(tasks, key=lambda t: (t.last_day, t.sender, t.touch_hex))
    return Report(
        as_of=as_of,
        since=since,
        dates=catalog.company.dates,
        counts=counts,
        steps=tuple(_steps(catalog, history.touches)),
        active=plan.active,
        promised=plan.promised,
        floor_broken={reason.value: count for reason, count in plan.floor_broken.items()},
        apart={reason.value: count for reason, count in plan.apart.items()},
        fell=tuple(_fell(touch, who) for touch in history.touches if _fell_in(touch, since, as_of)),
        task_states={
            "open": sum(task.state in _OPEN for task in all_tasks),
            "done": sum(task.state is TouchState.DONE for task in all_tasks),
            "missed": sum(task.state is TouchState.MISSED for task in all_tasks),
        },
        open_tasks=tuple(
            OpenTask(
                who=who(task.key.contact),
                title=task.title,
                channel=task.key.channel.value,
                owner=task.sender,
                day=task.day,
                last_day=task.last_day,
            )
            for task in all_tasks
            if task.state in _OPEN
        ),
        unproven=tuple(
            UnknownRow(
                who=who(row.key.contact),
                touch=row.touch_hex,
                title=row.title,
                state=row.state.value,
                at=row.at.isoformat(timespec="seconds"),
                reason=row.reason,
            )
            for row in sorted(unproven, key=lambda row: (row.at, row.touch_hex))
        ),
    )


def _steps(catalog: Catalog, touches: Iterable[PastTouch]) -> Iterable[StepRow]:
    """One row per step that exists, in written order; whoever fell out before it was frozen has an expired row."""
    by_step: dict[tuple[str, str | None], list[PastTouch]] = {}
    for touch in touches:
        by_step.setdefault((touch.key.source, touch.key.step), []).append(touch)
    for sequence in catalog.sequences.values():
        for step in sequence.steps:
            found = by_step.get((sequence.id, step.id), [])
            if sequence.id == CALL_BACK and not found:
                continue  # no file of anybody's
            got = [touch for touch in found if touch.state in _GOT and not touch.bounced]
            still = [touch for touch in found if touch.state in _OPEN]
            missed = Counter(why_not(touch) for touch in found if touch.state in FELL or touch.bounced)
            yield StepRow(
                sequence=sequence.id,
                step=step.id,
                channel=step.channel.value,
                due=len(found),
                in_time=len(got),
                open=len(still),
                missed=dict(missed.most_common()),
            )


def _fell_in(touch: PastTouch, since: date, until: date) -> bool:
    return (touch.state in FELL or touch.bounced) and since <= _ended(touch, until) and touch.day <= until


def _ended(touch: PastTouch, today: date) -> date:
    """The day on which somebody fell through, not the one for which it was meant: what runs out does so after its last
    day, a task when nobody did it for a week more, and both not before a run saw it."""
    if touch.state not in {TouchState.EXPIRED, TouchState.MISSED}:
        return touch.day
    # a rehearsal of another day has the wall clock's moments
    if touch.at is not None and touch.day <= touch.at.date() <= today:
        return touch.at.date()
    last = touch.last_day or touch.day
    return min(last + (PATIENCE if why_not(touch) == NOBODY else timedelta()) + timedelta(days=1), today)


def _fell(touch: PastTouch, who: Callable[[str], str]) -> FellRow:
    key = touch.key
    return FellRow(
        who=who(key.contact),
        occasion=key.name,
        channel=Channel(key.channel).value,
        state="bounced" if touch.bounced else touch.state.value,
        reason=reason_of(touch),
        day=touch.day,
    )
