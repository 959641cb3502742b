"""From what the day loops wrote down to a `Plan`: occasions by name, due rows, decisions, calendar, hash."""

from __future__ import annotations

import hashlib
import json
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date

import numpy as np

from topmind.model import (
    CalendarDay,
    Catalog,
    Channel,
    ContentGap,
    Decision,
    History,
    Members,
    Occasion,
    PlannedTouch,
    Reason,
    SourceKind,
    Verdict,
)
from topmind.planning.block import Rows
from topmind.planning.logs import REASON_OF, BlockLog, SharedLog
from topmind.planning.occasions import LEAD_TIME, MORNING, is_stopped
from topmind.planning.rescue import CHANNELS, occurrence, rescue_ask
from topmind.planning.selection import Choice, per_slot
from topmind.planning.sequences import step_occasion

#: Reasons that are nobody's fault and will not change by waiting.
NOT_FOR_THEM = frozenset(
    {
        Reason.NOT_IN_SEGMENT,
        Reason.NO_CONSENT,
        Reason.SUPPRESSED,
        Reason.STOP_WHEN,
        Reason.CONDITION,
        Reason.NO_CHANNEL,
        Reason.SAME_INBOX,
    }
)
#: A person may lift these at any moment.
LIFTED_BY_HAND = frozenset({Reason.HELD, Reason.STOPPED})
_KINDS = tuple(SourceKind)

#: (source, step, occurrence, channel): an occasion before it has a number.
Name = tuple[str, str, str, str]


class Assembly:
    """Collects the parts of a plan from its blocks; rows become rows of the whole audience."""

    def __init__(self, catalog: Catalog, history: History, start: int, until: int) -> None:
        self.catalog = catalog
        self.history = history
        self.start, self.until = start, until
        self.occasions: dict[Name, Occasion] = {}
        self.due: list[tuple[Name, PlannedTouch]] = []
        self.decisions: list[tuple[Name, Decision]] = []
        self.calendar: dict[int, Counter[Name]] = defaultdict(Counter)
        self.gaps: Counter[tuple[int, str]] = Counter()
        self.floor_broken: Counter[Reason] = Counter()

    def add(self, log: BlockLog, rows: Rows) -> None:
        """Take over one block; `rows` are its contacts' rows in the whole audience."""
        for one in log.shared:
            self._shared(log, one, rows)
        self._steps(log, rows)
        self._rescues(log, rows)
        for (monday, segment), amount in log.gaps.items():
            if monday <= self.until:
                self.gaps[monday, segment] += amount
        self.floor_broken.update(log.floor_broken)

    # --- issues and announcements ---

    def _shared(self, log: BlockLog, one: SharedLog, rows: Rows) -> None:
        ask, block = one.ask, log.block
        assert ask.occasion is not None
        name = name_of(ask.occasion)
        self.occasions[name] = ask.occasion
        planned = one.day[one.day > 0]
        self._count(name, planned)
        for mine, choice in one.today:
            for place, row in enumerate(mine):
                if not one.later[row]:
                    self.due.append((name, self._touch(one, choice, place, int(row), log, rows)))
        waiting = np.nonzero((one.why.code > 0) & block.taking_part & ~one.settled)[0]
        for row in waiting:
            today, until = int(block.today[row]), int(one.day[row])
            reason = REASON_OF[int(one.why.code[row])]
            self._decide(
                name,
                int(rows[row]),
                reason,
                today,
                ask.last,
                until,
                _detail(log, reason, int(one.why.note[row])),
            )
        for row in np.nonzero(one.later)[0]:
            self._later(name, int(rows[row]), int(block.today[row]))

    def _touch(
        self, one: SharedLog, choice: Choice, place: int, row: int, log: BlockLog, rows: Rows
    ) -> PlannedTouch:
        bits = tuple(int(b) for b in choice.picks[place])
        items = log.block.setting.table.items
        return PlannedTouch(
            contact=int(rows[row]),
            occasion=-1,
            day=date.fromordinal(int(one.day[row])),
            picks=tuple(items[b].id for b in bits if b >= 0),
            per_slot=per_slot(one.ask.slots, bits) if one.ask.slots else (),
            value=int(choice.value[place]),
            promotions=int(choice.promotions[place]),
            last_day=date.fromordinal(one.ask.last),
        )

    # --- steps ---

    def _steps(self, log: BlockLog, rows: Rows) -> None:
        steps, block = log.steps, log.block
        told = np.nonzero((steps.day > 0) | (steps.why.code > 0))[0]
        for place in told:
            ask = steps.asks[steps.ask[place]]
            due, last = int(steps.due[place]), int(steps.last[place])
            key = steps.occurrence[place]
            name = (ask.source, ask.step or "", key, ask.channel.value)
            known = self.occasions.get(name)
            if known is None or known.day.toordinal() > due:
                self.occasions[name] = step_occasion(
                    ask,
                    key,
                    due,
                    last - due,
                    stopped=is_stopped(self.history, ask.source, ask.step, key),
                )
            row, day = int(steps.row[place]), int(steps.day[place])
            today = int(block.today[row])
            if day:
                self._count(name, steps.day[place : place + 1])
            if steps.later[place]:
                self._later(name, int(rows[row]), today)
            elif day == today:
                touch = PlannedTouch(
                    contact=int(rows[row]),
                    occasion=-1,
                    day=date.fromordinal(day),
                    value=ask.value,
                    promotions=ask.promotions,
                    last_day=date.fromordinal(last),
                )
                self.due.append((name, touch))
            elif steps.why.code[place]:
                reason = REASON_OF[int(steps.why.code[place])]
                detail = _detail(log, reason, int(steps.why.note[place]))
                self._decide(name, int(rows[row]), reason, today, last, day, detail)

    # --- rescues ---

    def _rescues(self, log: BlockLog, rows: Rows) -> None:
        rescue, block = log.rescue, log.block
        items = block.setting.table.items
        for day, channel, mine, since, untouched, bits, later in rescue.events:
            for place, row in enumerate(mine):
                if day > self.until and day != block.today[row]:
                    continue
                name = self._rescue_name(channel, int(since[place]), bool(untouched[place]), day)
                self._count(name, np.array([day]))
                if day != block.today[row]:
                    continue
                if later[place]:
                    self._later(name, int(rows[row]), day)
                    continue
                picks = (items[bits[place, 0]].id,) if bits is not None else ()
                last = max(int(since[place] + block.floor[row]), day)
                touch = PlannedTouch(
                    contact=int(rows[row]),
                    occasion=-1,
                    day=date.fromordinal(day),
                    picks=picks,
                    per_slot=(1,) if picks else (),
                    value=1,
                    last_day=date.fromordinal(last),
                )
                self.due.append((name, touch))
        for row in np.nonzero(rescue.why.code > 0)[0]:
            self._rescue_decision(log, int(row), rows)

    def _rescue_decision(self, log: BlockLog, row: int, rows: Rows) -> None:
        rescue, block = log.rescue, log.block
        today = int(block.today[row])
        number = int(rescue.channel[row])
        channel = CHANNELS[number] if number >= 0 else block.terms[block.cls[row]].rescue[0]
        since = int(rescue.since[row])
        name = self._rescue_name(channel, since, bool(rescue.untouched[row]), today)
        reason = REASON_OF[int(rescue.why.code[row])]
        detail = _detail(log, reason, int(rescue.why.note[row]))
        # a rescue is tried until it goes: it has no last day
        last = date.max.toordinal()
        self._decide(name, int(rows[row]), reason, today, last, int(rescue.day[row]), detail)

    def _rescue_name(self, channel: Channel, since: int, untouched: bool, day: int) -> Name:
        ask = rescue_ask(channel)
        key = occurrence(since, untouched=untouched)
        name = (ask.source, "", key, channel.value)
        known = self.occasions.get(name)
        if known is None or known.day.toordinal() > day:
            self.occasions[name] = Occasion(
                kind=SourceKind.RESCUE,
                source=ask.source,
                step=None,
                occurrence=key,
                channel=channel,
                title=ask.title,
                day=date.fromordinal(day),
                at=MORNING,
                grace=LEAD_TIME,
                stopped=is_stopped(self.history, ask.source, None, key),
            )
        return name

    # --- common ---

    def _count(self, name: Name, days: np.ndarray[tuple[int, ...], np.dtype[np.integer]]) -> None:
        for day, amount in zip(*np.unique(days, return_counts=True), strict=True):
            if int(day) <= self.until:
                self.calendar[int(day)][name] += int(amount)

    def _later(self, name: Name, contact: int, today: int) -> None:
        self.decisions.append(
            (
                name,
                Decision(
                    contact=contact,
                    occasion=-1,
                    verdict=Verdict.PENDING,
                    reason=Reason.QUIET,
                    until=date.fromordinal(today),
                    detail="later today",
                ),
            )
        )

    def _decide(
        self, name: Name, contact: int, reason: Reason, today: int, last: int, until: int, detail: str
    ) -> None:
        verdict = verdict_of(reason, today, last, until)
        decision = Decision(
            contact=contact,
            occasion=-1,
            verdict=verdict,
            reason=reason,
            until=date.fromordinal(until) if until and verdict is Verdict.PENDING else None,
            detail=detail,
        )
        self.decisions.append((name, decision))

    def numbered(
        self,
    ) -> tuple[tuple[Occasion, ...], tuple[PlannedTouch, ...], tuple[Decision, ...], dict[Name, int]]:
        """Occasions in order, rows and decisions with their numbers."""
        used = {name for name, _ in self.due} | {name for name, _ in self.decisions}
        used |= {name for counts in self.calendar.values() for name in counts}
        ordered = sorted(used, key=lambda name: _order(self.occasions[name]))
        number = {name: place for place, name in enumerate(ordered)}
        due = sorted(
            (replace(touch, occasion=number[name]) for name, touch in self.due),
            key=lambda t: (t.contact, t.occasion),
        )
        decisions = sorted(
            (replace(decision, occasion=number[name]) for name, decision in self.decisions),
            key=lambda d: (d.contact, d.occasion),
        )
        return tuple(self.occasions[name] for name in ordered), tuple(due), tuple(decisions), number

    def days(self, number: dict[Name, int]) -> Iterator[CalendarDay]:
        """One calendar day per day of the plan."""
        for day in range(self.start, self.until + 1):
            counts = self.calendar[day]
            yield CalendarDay(
                day=date.fromordinal(day),
                touches={number[name]: counts[name] for name in sorted(counts, key=number.__getitem__)},
            )

    def content_gaps(self) -> tuple[ContentGap, ...]:
        """Weeks and segments in which content is lacking, in order."""
        return tuple(
            ContentGap(week=date.fromordinal(monday), segment=segment, contacts=amount)
            for (monday, segment), amount in sorted(self.gaps.items())
        )


def name_of(occasion: Occasion) -> Name:
    """An occasion's own name."""
    return occasion.source, occasion.step or "", occasion.occurrence, occasion.channel.value


def _order(occasion: Occasion) -> tuple[int, date, str, str, str, str]:
    return _KINDS.index(occasion.kind), occasion.day, *name_of(occasion)


def verdict_of(reason: Reason, today: int, last: int, until: int) -> Verdict:
    """Pending while a later day is left (or a person may lift it), expired on the last one."""
    if reason in NOT_FOR_THEM:
        return Verdict.NOT_FOR_THEM
    if reason in LIFTED_BY_HAND or until or today < last:
        return Verdict.PENDING
    return Verdict.EXPIRED


def _detail(log: BlockLog, reason: Reason, note: int) -> str:
    if note < 0:
        return ""
    if reason is Reason.LOST_TO:
        return log.block.takers[note]
    window = log.block.setting.windows[note]
    return f"{window.channel or 'touches'} in {window.days} days"


def plan_hash(
    ledger: str, as_of: date, members: Members, occasions: Sequence[Occasion], due: Sequence[PlannedTouch]
) -> str:
    """SHA-256 over the due rows in a fixed order: the same result has the same hash, however it was reached."""
    lines = sorted(
        json.dumps(
            [
                members.ids[t.contact],
                *name_of(occasions[t.occasion]),
                t.day.isoformat(),
                list(t.picks),
                list(t.per_slot),
            ],
            ensure_ascii=False,
            separators=(",", ":"),
        )
        for t in due
    )
    head = json.dumps([ledger, as_of.isoformat()], ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256("\n".join([head, *lines]).encode()).hexdigest()
