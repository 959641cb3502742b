"""The owner's questions: our largest customers, the new ones, the promised steps, the floors, the tasks."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from zoneinfo import ZoneInfo

from topmind.ledger.values import Task
from topmind.model import Catalog, Channel, FactDate, History, Members, TouchKey, TouchState
from topmind.planning.unhappy import waiting
from topmind.report.heard import FloorRow, Heard, TopList, floors, top_lists
from topmind.report.promised import NewCustomers, PromisedRow, Promises

#: Days that the report looks back unless somebody says since when.
BACK = 90
#: How many of the largest customers are looked at.
SIZES = (10, 100)
_OPEN = frozenset({TouchState.PLANNED, TouchState.CLAIMED})


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskCount:
    """What one member of the team had to do."""

    #: Their name; "" = everybody together.
    name: str
    done: int
    missed: int
    #: Within their days, and beyond them.
    open: int
    overdue: int


@dataclass(frozen=True, slots=True, kw_only=True)
class UnhappyRow:
    """Somebody who said that they are not happy, and for whom nothing was done since."""

    #: A hash, or the name where names were given.
    who: str
    day: date
    #: What they were asked by: "First job: Check-in".
    what: str
    #: Name of whoever has an open task for them now; "" = nobody.
    task: str


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnerReport:
    """All of it."""

    as_of: date
    since: date
    #: Active contacts.
    contacts: int
    #: () where the audience has no purchases.
    tops: tuple[TopList, ...]
    new: NewCustomers | None
    promised: tuple[PromisedRow, ...]
    floors: tuple[FloorRow, ...]
    #: Everybody first, then each by name.
    tasks: tuple[TaskCount, ...]
    #: The one who waits longest first.
    unhappy: tuple[UnhappyRow, ...] = ()


def owner_report(
    *,
    catalog: Catalog,
    members: Members,
    history: History,
    tasks: Iterable[Task],
    as_of: date,
    since: date,
    tops: Mapping[int, Sequence[int]],
    firsts: tuple[FactDate, ...] | None,
    who: Callable[[str], str],
) -> OwnerReport:
    """Answer them from the audience's facts and the ledger's touches, never from a plan. Pure.

    `tops`: size → rows of `members`; `firsts`: everybody's first purchase, None where the audience has no purchases;
    `who` gives a contact (source id) the name that the report may say.
    """
    known = tuple(tasks)
    heard = Heard(catalog, members, history, known, as_of)
    promises = Promises(catalog, members, history, as_of)
    return OwnerReport(
        as_of=as_of,
        since=since,
        contacts=int(members.active.sum()),
        tops=top_lists(heard, tops, who),
        new=promises.new_customers(firsts, since, who) if firsts is not None else None,
        promised=tuple(promises.steps(since)),
        floors=floors(heard),
        tasks=tuple(_tasks(heard, known, since, as_of)),
        unhappy=tuple(_unhappy(heard, history, known, who)),
    )


def _unhappy(
    heard: Heard, history: History, tasks: Sequence[Task], who: Callable[[str], str]
) -> Iterator[UnhappyRow]:
    """Of contacts who are still here; a task counts that is open and begins no earlier than their answer."""
    zone = ZoneInfo(heard.catalog.company.zone)
    for contact, answer in sorted(waiting(history).items(), key=lambda pair: (pair[1].at, pair[0])):
        row, day = heard.row_of.get(contact), answer.at.astimezone(zone).date()
        if row is None or not heard.members.active[row]:
            continue
        mine = [t for t in tasks if t.key.contact == contact and t.state in _OPEN and t.day >= day]
        names = dict.fromkeys(heard.sender(row, t.key) for t in sorted(mine, key=lambda t: t.last_day))
        asked = TouchKey(
            contact=contact, source=answer.source, step=answer.step, occurrence="", channel=Channel.CALL
        )
        yield UnhappyRow(who=who(contact), day=day, what=heard.title(asked), task=", ".join(names))


def _tasks(heard: Heard, tasks: Sequence[Task], since: date, as_of: date) -> Iterable[TaskCount]:
    """Done and missed since a day, open and overdue now; a task without a name is whose contact it is."""
    by_name: dict[str, Counter[str]] = {}
    for task in tasks:
        if task.state in _OPEN:
            what = "overdue" if task.last_day < as_of else "open"
        elif task.state in {TouchState.DONE, TouchState.MISSED} and task.day >= since:
            what = task.state.value
        else:
            continue
        row = heard.row_of.get(task.key.contact)
        for name in ("", heard.sender(row, task.key) if row is not None else task.sender or "nobody"):
            by_name.setdefault(name, Counter())[what] += 1
    for name, found in sorted(by_name.items()):
        yield TaskCount(
            name=name,
            done=found["done"],
            missed=found["missed"],
            open=found["open"],
            overdue=found["overdue"],
        )
