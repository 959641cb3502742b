"""`topmind tasks`: what is open and whose it is, and what became of it. Names on a person's own screen only."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

from topmind import delivery
from topmind.errors import UsageError
from topmind.ledger import NO_ANSWER, Ledger, Task, TaskOutcome
from topmind.model import Catalog, Clock, TouchState
from topmind.near_words import near_word
from topmind.run import load as load_
from topmind.run import places
from topmind.run.load import Project
from topmind.run.task_days import by_holder, overdue, short_names

#: A task is named by at least so many of its digits.
LEAST = 4
#: Outcomes that a list may hold without any rule asking for them, and whether somebody was reached.
KNOWN: Mapping[str, bool] = {
    "done": True,
    "happy": True,
    "not happy": True,
    NO_ANSWER: False,
    "missed": False,
}
_WORD = re.compile(r"[^\W_]+(?: [^\W_]+)*")
_LONGEST = 40


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenOne:
    """One open task and how it stands today."""

    task: Task = field(repr=False)
    #: What people type.
    ref: str
    #: Team id of whoever has to do it now.
    holder: str
    #: overdue, today (its last day), later.
    stands: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskList:
    """Every open task of a day."""

    as_of: date
    tasks: tuple[OpenOne, ...]
    team: Mapping[str, str]

    def counts(self) -> dict[str, dict[str, int]]:
        """Team id → overdue, today, later, open."""
        found: dict[str, dict[str, int]] = {}
        for one in self.tasks:
            row = found.setdefault(one.holder, {"overdue": 0, "today": 0, "later": 0, "open": 0})
            row[one.stands] += 1
            row["open"] += 1
        return found

    def as_dict(self, *, names: bool) -> dict[str, Any]:
        """For a machine; people by source id, with `names` by name, phone and address, too."""
        return {
            "as_of": self.as_of.isoformat(),
            "open": len(self.tasks),
            "representatives": self.counts(),
            "tasks": [_as_dict(one, names=names) for one in self.tasks],
        }


def _as_dict(one: OpenOne, *, names: bool) -> dict[str, Any]:
    task = one.task
    personal = {"name": task.name, "phone": task.phone, "address": list(task.postal)} if names else {}
    return {
        "task": one.ref,
        "contact": task.key.contact,
        "channel": task.key.channel.value,
        "title": task.title,
        "representative": one.holder,
        "stands": one.stands,
        "day": task.day.isoformat(),
        "until": task.last_day.isoformat(),
        "tried": task.reason == NO_ANSWER,
        **personal,
    }


@contextmanager
def opened(root: Path, *, as_of: str | None, clock: Clock) -> Iterator[tuple[Project, Ledger]]:
    """The project and its ledger, with what people pressed on live pages taken in.

    Raises UsageError where there is no ledger yet.
    """
    project = load_.load(root, as_of=as_of, clock=clock)
    if not places.ledger_exists(project.settings):
        raise UsageError("there is no ledger here yet, so nobody has a task.", fix="topmind send")
    ring = places.key_ring(project.settings)
    with places.open_project_ledger(project.settings, clock, ring) as ledger:
        delivery.fold(ledger, places.inbox(project.settings))
        yield project, ledger


def task_list(project: Project, ledger: Ledger, reader: str | None = None) -> TaskList:
    """Open tasks that have begun, of everybody or of one; raises UsageError where `reader` is nobody."""
    catalog, today = project.catalog, project.moment.as_of
    known(catalog, reader)
    tasks = ledger.tasks()
    short = short_names(tasks)
    return TaskList(
        as_of=today,
        tasks=tuple(
            OpenOne(task=task, ref=short[task.touch_hex], holder=holder, stands=_stands(task, today))
            for holder, mine in by_holder(tasks, catalog, today).items()
            for task in mine
            if reader in {None, holder}
        ),
        team={member.id: member.name for member in catalog.team.values()},
    )


def _stands(task: Task, today: date) -> str:
    if overdue(task, today):
        return "overdue"
    return "today" if task.last_day == today else "later"


def known(catalog: Catalog, reader: str | None) -> None:
    """Raises UsageError where `reader` is nobody of the team."""
    if reader is None or reader in catalog.team:
        return
    near = near_word(reader, catalog.team)
    raise UsageError(
        f"nobody of content/team is called {reader!r}.",
        fix=f"Did you mean {near}?" if near else f"Known: {', '.join(sorted(catalog.team))}.",
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What one command wrote down."""

    #: Tasks that were named.
    named: int
    #: How many of them that changed.
    changed: int
    #: Tasks that stay open until their last day.
    open: int = 0

    def as_dict(self) -> dict[str, int]:
        """For a machine."""
        return {
            "named": self.named,
            "changed": self.changed,
            "unchanged": self.named - self.changed,
            "open": self.open,
        }


def tell(
    root: Path,
    names: Sequence[str],
    *,
    reached: bool,
    outcome: str | None,
    note: str,
    as_of: str | None,
    clock: Clock,
) -> Told:
    """Close tasks by their names. Raises UsageError with everything that is wrong; then nothing was written."""
    word = clean_word(outcome) if outcome else ("done" if reached else "missed")
    if word is None:
        raise UsageError(
            "an outcome is a few words of letters and digits, at most 40 characters.",
            fix='--outcome "not happy"',
        )
    with opened(root, as_of=as_of, clock=clock) as (project, ledger):
        every = ledger.tasks(open_only=False)
        found, wrong = [], []
        for name in dict.fromkeys(names):
            task, says = find(every, name)
            says = says or (conflict(task, reached) if task else "")
            if says:
                wrong.append(says)
            elif task is not None:
                found.append(
                    TaskOutcome(touch_hex=task.touch_hex, word=word, reached=reached, note=cleaned(note))
                )
        if wrong:
            raise UsageError(
                "\n  ".join(wrong), fix="Nothing was written. `topmind tasks --json` has the numbers."
            )
        return write(project, ledger, found)


def write(project: Project, ledger: Ledger, outcomes: Sequence[TaskOutcome]) -> Told:
    """Settle outcomes in one transaction."""
    changed = ledger.settle_tasks(outcomes, project.moment.as_of)
    named = {outcome.touch_hex for outcome in outcomes}
    still = sum(task.touch_hex in named for task in ledger.tasks())
    return Told(named=len(named), changed=changed, open=still)


def clean_word(text: str) -> str | None:
    """An outcome in one form (`Not-Happy` is `not happy`); None where it is none."""
    word = " ".join(text.lower().replace("-", " ").replace("_", " ").split())
    return word if len(word) <= _LONGEST and _WORD.fullmatch(word) else None


def cleaned(note: str) -> str:
    """A note on one line, without control characters."""
    return " ".join("".join(c if c.isprintable() else " " for c in note).split())[:1000]


def find(every: Sequence[Task], name: str) -> tuple[Task | None, str]:
    """The task whose name begins like this, or what is wrong with it."""
    wanted = name.strip().lower()
    if len(wanted) < LEAST or not re.fullmatch(r"[0-9a-f]+", wanted):
        # unquoted: in a list with its columns moved it is somebody's name
        return None, f"this is no number of a task: at least {LEAST} digits of 0-9 and a-f."
    fits = [task for task in every if task.touch_hex.startswith(wanted)]
    if len(fits) == 1:
        return fits[0], ""
    if fits:
        return None, f"{wanted} fits {len(fits)} tasks: write more of its digits."
    return None, f"there is no task {wanted}."


def conflict(task: Task, reached: bool) -> str:
    """What is wrong with saying so of a task that is closed; "" = nothing."""
    if task.state is TouchState.PLANNED or task.state is (TouchState.DONE if reached else TouchState.MISSED):
        return ""
    was = "done" if task.state is TouchState.DONE else "missed"
    if task.state not in {TouchState.DONE, TouchState.MISSED}:
        return f"task {task.touch_hex[:8]} is no longer wanted ({task.state.value})."
    return f"task {task.touch_hex[:8]} is {was} already, and stays so."
