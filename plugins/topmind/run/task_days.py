"""Whose a task is today and how it stands: days only, no I/O.

A task is its representative's until its last day. Whoever let that pass sees it once more, marked overdue, on the
next day on which task mails go; from then on it is the owner's, until it counts as missed.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import replace
from datetime import date, timedelta

from topmind.ledger import Task
from topmind.model import Catalog, TouchState
from topmind.planning.rest_days import blackout_days
from topmind.report.promises import PATIENCE

__all__ = ["PATIENCE", "as_held", "by_holder", "holder", "ordinary_days", "overdue", "short_names"]

#: Most digits of a task's name that people type.
SHORT = 8

#: Whether task mails go on a company day.
Ordinary = Callable[[date], bool]


def ordinary_days(catalog: Catalog) -> Ordinary:
    """Days that are no blackout day of the company, each looked up once."""
    known: dict[date, bool] = {}

    def is_ordinary(day: date) -> bool:
        if day not in known:
            known[day] = not blackout_days(catalog, day, day).any()
        return known[day]

    return is_ordinary


def overdue(task: Task, today: date) -> bool:
    """Its last day is over."""
    return task.last_day < today


def holder(task: Task, today: date, *, owner: str, team: Collection[str], ordinary: Ordinary) -> str:
    """Team id of whoever has to do it on `today`."""
    own = task.sender if task.sender in team else owner
    if not overdue(task, today):
        return own
    once_more = task.last_day + timedelta(days=1)
    while not ordinary(once_more) and once_more < today:
        once_more += timedelta(days=1)
    return own if today <= once_more else owner


def by_holder(tasks: Iterable[Task], catalog: Catalog, today: date) -> Mapping[str, tuple[Task, ...]]:
    """Team id → open tasks that have begun, the overdue first, then by last day; ids in order."""
    ordinary = ordinary_days(catalog)
    found: dict[str, list[Task]] = {}
    for task in sorted(tasks, key=lambda t: (t.last_day, t.day, t.touch_hex)):
        if task.day <= today:
            who = holder(task, today, owner=catalog.company.owner, team=catalog.team, ordinary=ordinary)
            found.setdefault(who, []).append(task)
    return {who: tuple(found[who]) for who in sorted(found)}


def as_held(tasks: Iterable[Task], catalog: Catalog, today: date) -> list[Task]:
    """The same tasks, each open one in the name of whoever has to do it on `today`."""
    ordinary = ordinary_days(catalog)
    return [
        replace(
            task,
            sender=holder(task, today, owner=catalog.company.owner, team=catalog.team, ordinary=ordinary),
        )
        if task.state is TouchState.PLANNED
        else task
        for task in tasks
    ]


def short_names(tasks: Iterable[Task]) -> Mapping[str, str]:
    """Whole name → the beginning that people read and type: 8 digits, more where two tasks share them."""
    names = sorted({task.touch_hex for task in tasks})
    found = {}
    for at, name in enumerate(names):
        digits = SHORT
        beside = [names[n] for n in (at - 1, at + 1) if 0 <= n < len(names)]
        while any(other[:digits] == name[:digits] for other in beside):
            digits += 4
        found[name] = name[:digits]
    return found
