"""The owner's questions: our largest customers, the new ones, the promised steps, the floors, the tasks."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from topmind.ledger.values import Task
from topmind.model import Catalog, FactDate, History, Members, TouchState
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
    )


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
