"""From what the day loops wrote down to the parts of a `Plan`: occasions by name, due rows, decisions, calendar."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator
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
    Occasion,
    PlannedTouch,
    Reason,
    SourceKind,
    TouchKey,
    TouchState,
    Verdict,
)
from topmind.planning.block import Rows
from topmind.planning.logs import REASON_OF, BlockLog, RescueEvent, SharedLog
from topmind.planning.occasions import RESCUE
from topmind.planning.rescue import CHANNELS, occurrence, rescue_occasion
from topmind.planning.selection import Choice, per_slot
from topmind.planning.sequences import step_occasion
from topmind.planning.setting import Setting
from topmind.planning.verdicts import Name, name_of, verdict_of

_KINDS = tuple(SourceKind)
#: What a frozen row that has not left yet is.
_WAITING = frozenset({TouchState.PLANNED, TouchState.CLAIMED})


class Assembly:
    """Collects the parts of a plan from its blocks; rows become rows of the whole audience."""

    def __init__(self, setting: Setting, *, told: bool = True) -> None:
        self.setting = setting
        #: False: count only, no row and no verdict for anybody.
        self.told = told
        self.catalog: Catalog = setting.catalog
        self.history: History = setting.history
        self.until = setting.until
        shared = (ask.occasion for ask in (*setting.announcements, *setting.issues))
        self.occasions: dict[Name, Occasion] = {name_of(o): o for o in shared if o}
        self.due: list[tuple[Name, PlannedTouch]] = []
        self.decisions: list[tuple[Name, Decision]] = []
        self.calendar: dict[int, Counter[Name]] = defaultdict(Counter)
        self.gaps: Counter[tuple[int, str]] = Counter()
        self.floor_broken: Counter[Reason] = Counter()
        self._frozen()

    def add(self, log: BlockLog, rows: Rows) -> None:
        """Take over one block; `rows` are its contacts' rows in the whole audience."""
        for one in log.shared:
            self._shared(log, one, rows)
        self._steps(log, rows)
        for event in log.rescue.events:
            self._rescues(log, event, rows)
        if self.told:
            for row in np.nonzero(log.rescue.why.code > 0)[0]:
                self._rescue_decision(log, int(row), rows)
        for (monday, segment), amount in log.gaps.items():
            if monday <= self.until:
                self.gaps[monday, segment] += amount
        codes, amounts = np.unique(log.broken[log.broken > 0], return_counts=True)
        for code, amount in zip(codes, amounts, strict=True):
            self.floor_broken[REASON_OF[int(code)]] += int(amount)

    # --- occasions ---

    def _frozen(self) -> None:
        """Steps and rescues that the ledger has planned and that have not left: they still need their words."""
        for touch in self.history.touches:
            if touch.state in _WAITING:
                self._of_key(touch.key, touch.day.toordinal())

    def _of_key(self, key: TouchKey, day: int) -> None:
        if key.source == RESCUE:
            self._rescue_name(key.channel, key.occurrence, day)
        for ask, _, step in self.setting.steps:
            if (ask.source, ask.step, ask.channel) == (key.source, key.step, key.channel):
                occasion = step_occasion(ask, key.occurrence, day, step.grace, self.history)
                self._earliest(occasion)

    def _earliest(self, occasion: Occasion) -> Name:
        """Keep the occasion with the earliest day of those that have this name."""
        name = name_of(occasion)
        known = self.occasions.get(name)
        if known is None or known.day > occasion.day:
            self.occasions[name] = occasion
        return name

    def _rescue_name(self, channel: Channel, key: str, day: int) -> Name:
        return self._earliest(rescue_occasion(channel, key, day, self.history))

    # --- issues and announcements ---

    def _shared(self, log: BlockLog, one: SharedLog, rows: Rows) -> None:
        assert one.ask.occasion is not None
        name = name_of(one.ask.occasion)
        for day, amount in zip(*np.unique(one.day[one.day > 0], return_counts=True), strict=True):
            self._count(name, int(day), int(amount))
        if not self.told:
            return
        for mine, choice in one.today:
            for place in np.nonzero(~one.later[mine])[0]:
                touch = self._touch(one, choice, int(place), int(mine[place]), log, rows)
                self.due.append((name, touch))
        told = (one.why.code > 0) & log.block.taking_part & ~one.settled
        for row in np.nonzero(told)[0]:
            why = one.why.code[row], one.why.note[row]
            self._decide(log, name, int(row), rows, why, one.ask.last, int(one.day[row]))
        for row in np.nonzero(one.later)[0]:
            self._later(log, name, int(row), rows)

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
        for place in np.nonzero((steps.day > 0) | (steps.why.code > 0))[0]:
            ask = steps.asks[steps.ask[place]]
            due, last = int(steps.due[place]), int(steps.last[place])
            name = self._earliest(step_occasion(ask, steps.occurrence[place], due, last - due, self.history))
            row, day = int(steps.row[place]), int(steps.day[place])
            if day:
                self._count(name, day)
            if not self.told:
                continue
            if steps.later[place]:
                self._later(log, name, row, rows)
            elif day == block.today[row]:
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
                why = steps.why.code[place], steps.why.note[place]
                self._decide(log, name, row, rows, why, last, day)

    # --- rescues ---

    def _rescues(self, log: BlockLog, event: RescueEvent, rows: Rows) -> None:
        block, day = log.block, event.day
        own = block.today[event.rows] == day
        if day > self.until and not own.any():
            return
        since, untouched = event.since, event.untouched
        for value, never in np.unique(np.column_stack([since, untouched]), axis=0):
            same = (since == value) & (untouched == never)
            key = occurrence(int(value), untouched=bool(never))
            name = self._rescue_name(event.channel, key, day)
            self._count(name, day, int(same.sum()))
            for place in np.nonzero(same & own)[0] if self.told else ():
                if event.later[place]:
                    self._later(log, name, int(event.rows[place]), rows)
                else:
                    self.due.append((name, self._rescue_touch(log, event, int(place), rows)))

    def _rescue_touch(self, log: BlockLog, event: RescueEvent, place: int, rows: Rows) -> PlannedTouch:
        row, day = int(event.rows[place]), event.day
        items = log.block.setting.table.items
        picks = (items[event.bits[place, 0]].id,) if event.bits is not None else ()
        last = max(int(event.since[place] + log.block.floor[row]), day)
        return PlannedTouch(
            contact=int(rows[row]),
            occasion=-1,
            day=date.fromordinal(day),
            picks=picks,
            per_slot=(1,) if picks else (),
            value=1,
            last_day=date.fromordinal(last),
        )

    def _rescue_decision(self, log: BlockLog, row: int, rows: Rows) -> None:
        rescue, block = log.rescue, log.block
        number = int(rescue.channel[row])
        channel = CHANNELS[number] if number >= 0 else block.terms[block.cls[row]].rescue[0]
        key = occurrence(int(rescue.since[row]), untouched=bool(rescue.untouched[row]))
        name = self._rescue_name(channel, key, int(block.today[row]))
        why = rescue.why.code[row], rescue.why.note[row]
        # a rescue is tried until it goes: it has no last day
        self._decide(log, name, row, rows, why, date.max.toordinal(), int(rescue.day[row]))

    # --- common ---

    def _count(self, name: Name, day: int, amount: int = 1) -> None:
        if day <= self.until:
            self.calendar[day][name] += amount

    def _later(self, log: BlockLog, name: Name, row: int, rows: Rows) -> None:
        decision = Decision(
            contact=int(rows[row]),
            occasion=-1,
            verdict=Verdict.PENDING,
            reason=Reason.QUIET,
            until=date.fromordinal(int(log.block.today[row])),
            detail="later today",
        )
        self.decisions.append((name, decision))

    def _decide(
        self,
        log: BlockLog,
        name: Name,
        row: int,
        rows: Rows,
        why: tuple[np.int8, np.int32],
        last: int,
        goes: int,
    ) -> None:
        reason = REASON_OF[int(why[0])]
        verdict = verdict_of(reason, int(log.block.today[row]), last, goes)
        decision = Decision(
            contact=int(rows[row]),
            occasion=-1,
            verdict=verdict,
            reason=reason,
            until=date.fromordinal(goes) if goes and verdict is Verdict.PENDING else None,
            detail=_detail(log, reason, int(why[1])),
        )
        self.decisions.append((name, decision))

    # --- the end ---

    def numbered(
        self,
    ) -> tuple[tuple[Occasion, ...], tuple[PlannedTouch, ...], tuple[Decision, ...], tuple[CalendarDay, ...]]:
        """Occasions in order, and everything that names them by number."""
        ordered = sorted(self.occasions, key=lambda name: _order(self.occasions[name]))
        number = {name: place for place, name in enumerate(ordered)}
        due = [replace(touch, occasion=number[name]) for name, touch in self.due]
        told = [replace(decision, occasion=number[name]) for name, decision in self.decisions]
        return (
            tuple(self.occasions[name] for name in ordered),
            tuple(sorted(due, key=lambda t: (t.contact, t.occasion))),
            tuple(sorted(told, key=lambda d: (d.contact, d.occasion))),
            tuple(self._days(number)),
        )

    def _days(self, number: dict[Name, int]) -> Iterator[CalendarDay]:
        for day in range(self.setting.start, self.until + 1):
            counts = self.calendar[day]
            touches = {number[name]: counts[name] for name in sorted(counts, key=number.__getitem__)}
            yield CalendarDay(day=date.fromordinal(day), touches=touches)

    def content_gaps(self) -> tuple[ContentGap, ...]:
        """Weeks and segments in which content is lacking, in order."""
        return tuple(
            ContentGap(week=date.fromordinal(monday), segment=segment, contacts=amount)
            for (monday, segment), amount in sorted(self.gaps.items())
        )


def _order(occasion: Occasion) -> tuple[int, date, str, str, str, str]:
    return _KINDS.index(occasion.kind), occasion.day, *name_of(occasion)


def _detail(log: BlockLog, reason: Reason, note: int) -> str:
    if note < 0:
        return ""
    if reason is Reason.LOST_TO:
        return log.block.takers[note]
    window = log.block.setting.windows[note]
    return f"{window.channel or 'touches'} in {window.days} days"
