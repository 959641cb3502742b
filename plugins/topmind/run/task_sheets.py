"""Open tasks as their representatives read them: person, days, what was said before, what to say now."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date
from html import unescape

from topmind import mail
from topmind.ledger import NO_ANSWER, CouponRow, Ledger, Task
from topmind.mail import TaskSheet
from topmind.model import Catalog, Channel, History, Members, PastTouch, Reason, TouchKey, TouchState
from topmind.planning.occasions import RESCUE
from topmind.planning.terms import terms_for
from topmind.run.coupons import on_paper, written_in
from topmind.run.decide import Decided
from topmind.run.task_days import overdue, short_names
from topmind.run.waiting import inside

#: How many of the last touches and notes a sheet shows.
RECENT = 3
_REACHED = frozenset({TouchState.ACCEPTED, TouchState.DONE})

#: (task, answer word of a link) → signed address; None = there are no live pages.
Answers = Callable[[Task, str], str]


class Sheets:
    """Makes the sheets of one decided plan; asks the ledger for notes of those it shows."""

    def __init__(
        self, decided: Decided, ledger: Ledger, tasks: Sequence[Task], answers: Answers | None
    ) -> None:
        """`tasks`: all open ones, so that short names are the same wherever they are shown."""
        self._catalog, self._members = decided.project.catalog, decided.members
        self._ledger, self._answers = ledger, answers
        self._coupons: tuple[CouponRow, ...] = ()
        self._row_of = {contact: row for row, contact in enumerate(self._members.ids)}
        self._short = short_names(tasks)
        self._touches = _by_contact(decided.history, {task.key.contact for task in tasks})

    def sheet(self, task: Task, reader: str, today: date) -> TaskSheet:
        """One task for its reader (a team id). Raises MailError where the step's words cannot be made."""
        person = self._ledger.person(task.key.contact)
        script = mail.script(
            self._catalog, task.key, task.title, task.day, reader, _segments(self._members, self._row(task))
        )
        words = {*mail.answers_on(task.key.channel), *mail.answer_words(script)} if self._answers else set()
        was = task.sender if task.sender != reader else ""
        return TaskSheet(
            ref=self._short[task.touch_hex],
            title=task.title,
            channel=task.key.channel,
            last_day=task.last_day,
            overdue=overdue(task, today),
            last=task.last_day == today,
            tried=task.reason == NO_ANSWER,
            was=self._catalog.team[was].name if was in self._catalog.team else was,
            script=script,
            name=task.name or task.key.contact,
            phone=task.phone,
            postal=task.postal,
            # what came in over a page is kept escaped; every way out escapes for itself
            notes=tuple(unescape(said) for said in person.comments[:RECENT]) if person else (),
            reason=self._reason(task),
            touches=tuple(self._said(touch) for touch in self._touches[task.key.contact][:RECENT]),
            values=self._values(task),
            answers={word: self._answers(task, word) for word in sorted(words)} if self._answers else {},
        )

    def _row(self, task: Task) -> int | None:
        return self._row_of.get(task.key.contact)

    def _values(self, task: Task) -> Mapping[str, object]:
        row = self._row(task)
        if row is None:
            return {}
        values: dict[str, object] = {name: column[row] for name, column in self._members.fields.items()}
        if written_in(self._catalog, task.key):
            self._coupons = self._coupons or self._ledger.coupons()
            values |= on_paper(self._catalog, task.key, self._coupons)
        return values

    def _reason(self, task: Task) -> str:
        """Why a rescue is a task; "" of a step, which says for itself what it is for."""
        if task.key.source != RESCUE:
            return ""
        company = self._catalog.company
        names = _segments(self._members, self._row(task))
        floor = terms_for(company, [s for n, s in self._catalog.segments.items() if n in names]).floor
        mine = self._touches[task.key.contact]
        return mail.rescue_reason(company.language, floor, next((self._said(t) for t in mine if t.value), ""))

    def _said(self, touch: PastTouch) -> str:
        """ "24 November: The Tuesday Fix"."""
        channel = "" if touch.key.channel is Channel.EMAIL else f" ({touch.key.channel.value})"
        return (
            f"{self._catalog.company.dates.month_day(touch.day)}: {title_of(self._catalog, touch)}{channel}"
        )


def title_of(catalog: Catalog, touch: PastTouch) -> str:
    """What people call the source of a touch."""
    key = touch.key
    if key.source in catalog.newsletters:
        return catalog.newsletters[key.source].title
    step = mail.step_of(catalog, key)
    if step is not None:
        return step.title
    named = key.source if key.source in catalog.items else next(iter(touch.items), "")
    if named in catalog.items:
        return catalog.items[named].title
    return "Keep in touch" if key.source == RESCUE else key.source


def _by_contact(history: History, contacts: set[str]) -> Mapping[str, list[PastTouch]]:
    """Touches that reached them, the latest first."""
    found: dict[str, list[PastTouch]] = defaultdict(list)
    for touch in reversed(history.touches):
        if touch.key.contact in contacts and touch.state in _REACHED and not touch.bounced:
            found[touch.key.contact].append(touch)
    return found


def _segments(members: Members, row: int | None) -> frozenset[str]:
    if row is None:
        return frozenset()
    return frozenset(name for column, name in enumerate(members.segments) if members.in_segment[row, column])


def gone(decided: Decided, tasks: Iterable[Task]) -> list[tuple[TouchKey, Reason]]:
    """Open tasks that nobody should do any more, and why: the person left or bought, the step was taken away."""
    members = decided.members
    row_of = {contact: row for row, contact in enumerate(members.ids)}
    found = []
    for task in tasks:
        reason = _gone(decided.project.catalog, members, task, row_of.get(task.key.contact))
        if reason is not None:
            found.append((task.key, reason))
    return found


def _gone(catalog: Catalog, members: Members, task: Task, row: int | None) -> Reason | None:
    if row is None or not members.active[row]:
        return Reason.NOT_IN_SEGMENT
    if task.key.step is None:
        return None
    step, sequence = mail.step_of(catalog, task.key), catalog.sequences.get(task.key.source)
    if step is None or sequence is None:
        return Reason.CONTENT_CHANGED
    if sequence.segments is not None and not inside(members, row, sequence.segments):
        return Reason.NOT_IN_SEGMENT
    consent = members.consent.get(task.key.channel)
    if step.purpose.value == "marketing" and consent is not None and not consent[row]:
        return Reason.NO_CONSENT
    if sequence.stop_when and _holds(members, sequence.stop_when, row):
        return Reason.STOP_WHEN
    if step.only_if and not _holds(members, step.only_if, row, unknown=True):
        return Reason.CONDITION
    return None


def _holds(members: Members, rule: str, row: int, *, unknown: bool = False) -> bool:
    held = members.holds.get(rule)
    return unknown if held is None else bool(held[row])
