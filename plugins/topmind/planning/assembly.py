"""From what the day loop of a block wrote down to what it adds to a plan: due rows, decisions, calendar."""

from __future__ import annotations

from datetime import date

import numpy as np

from topmind.model import (
    Catalog,
    Channel,
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
from topmind.planning.found import Found
from topmind.planning.logs import REASON_OF, BlockLog, RescueEvent, SharedLog
from topmind.planning.occasions import RESCUE, Ask
from topmind.planning.rescue import CHANNELS, rescue_occasion
from topmind.planning.selection import Choice, per_slot
from topmind.planning.sequences import step_occasion
from topmind.planning.setting import Setting
from topmind.planning.tries import occurrence
from topmind.planning.verdicts import Name, name_of, verdict_of

_KINDS = tuple(SourceKind)
#: Why nothing is sold to somebody just now.
NOT_HAPPY = "not happy, and nobody has followed up"
#: Why nothing of `approve: proof` goes yet.
NO_PROOF = "its proof has not gone yet"
CHANGED = "changed since its proof: a new one goes first"
JUST_PROVED = "its proof has only just gone"


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
        self.found = Found(occasions={name_of(o): o for o in shared if o})
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
                self.found.gaps[monday, segment] += amount
        self._floors(log)

    def _floors(self, log: BlockLog) -> None:
        block, alone = log.block, np.zeros(log.block.n, dtype=np.bool_)
        for reason, rows in block.apart.items():
            self.found.apart[reason] += int(rows.sum())
            alone |= rows
        self.found.promised += int((block.members.active & (block.floor > 0) & ~alone).sum())
        codes, amounts = np.unique(log.broken[(log.broken > 0) & ~alone], return_counts=True)
        for code, amount in zip(codes, amounts, strict=True):
            self.found.floor_broken[REASON_OF[int(code)]] += int(amount)

    # --- occasions ---

    def _frozen(self) -> None:
        """Steps and rescues that the ledger has planned and that have not left: they still need their words."""
        # by identity: the hash of an enum's member is Python's own and slow
        waiting = {id(TouchState.PLANNED), id(TouchState.CLAIMED)}
        for touch in [t for t in self.history.touches if id(t.state) in waiting]:
            self._of_key(touch.key, touch.day.toordinal())

    def _of_key(self, key: TouchKey, day: int) -> None:
        if key.source == RESCUE:
            self._rescue_name(key.channel, key.occurrence, day)
        for ask, _, step in self.setting.steps:
            if (ask.source, ask.step, ask.channel) == (key.source, key.step, key.channel):
                occasion = step_occasion(ask, key.occurrence, day, step.grace, self.history)
                self._earliest(occasion)

    def _earliest(self, occasion: Occasion) -> Name:
        return self.found.earliest(occasion)

    def _rescue_name(self, channel: Channel, key: str, day: int) -> Name:
        return self._earliest(rescue_occasion(channel, key, day, self.history))

    # --- issues and announcements ---

    def _shared(self, log: BlockLog, one: SharedLog, rows: Rows) -> None:
        assert one.ask.occasion is not None
        name = name_of(one.ask.occasion)
        start = self.setting.start
        per_day = np.bincount(np.maximum(one.day - start + 1, 0))
        for ahead in np.nonzero(per_day[1:])[0]:
            self._count(name, start + int(ahead), int(per_day[ahead + 1]))
        if not self.told:
            return
        for mine, choice in one.today:
            for place in np.nonzero(~one.later[mine])[0]:
                touch = self._touch(one, choice, int(place), int(mine[place]), log, rows)
                self.found.due.append((name, touch))
        told = (one.why.code > 0) & log.block.taking_part & ~one.settled
        for row in np.nonzero(told)[0]:
            why = one.why.code[row], one.why.note[row]
            self._decide(log, name, int(row), rows, why, one.ask.last, int(one.day[row]))
        for row in np.nonzero(one.later)[0]:
            self._later(log, name, int(row), rows, one.ask)

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
        named: dict[tuple[int, str], Name] = {}
        for place in np.nonzero((steps.day > 0) | (steps.why.code > 0))[0]:
            number, occurrence_ = int(steps.ask[place]), steps.occurrence[place]
            ask = steps.asks[number]
            due, last = int(steps.due[place]), int(steps.last[place])
            # entries come in order of their due days: the first of a name is the earliest
            name = named.get((number, occurrence_)) or self._earliest(
                step_occasion(ask, occurrence_, due, last - due, self.history)
            )
            named[number, occurrence_] = name
            row, day = int(steps.row[place]), int(steps.day[place])
            if day:
                self._count(name, day)
            if not self.told:
                continue
            if steps.later[place]:
                self._later(log, name, row, rows, ask)
            elif day == block.today[row]:
                touch = PlannedTouch(
                    contact=int(rows[row]),
                    occasion=-1,
                    day=date.fromordinal(day),
                    value=ask.value,
                    promotions=ask.promotions,
                    last_day=date.fromordinal(last),
                )
                self.found.due.append((name, touch))
            elif steps.why.code[place]:
                why = steps.why.code[place], steps.why.note[place]
                self._decide(log, name, row, rows, why, last, day)

    # --- rescues ---

    def _rescues(self, log: BlockLog, event: RescueEvent, rows: Rows) -> None:
        block, day = log.block, event.day
        own = block.today[event.rows] == day
        if day > self.until and not own.any():
            return
        # whoever had nothing yet shares one occasion, wherever their clock begins
        since = np.where(event.untouched, 0, event.since).astype(np.int64) << 16 | event.failed
        for value, amount in zip(*np.unique(since, return_counts=True), strict=True):
            clock, failed = int(value) >> 16, int(value) & 0xFFFF
            key = occurrence(clock, untouched=clock == 0, failed=failed)
            name = self._rescue_name(event.channel, key, day)
            self._count(name, day, int(amount))
            for place in np.nonzero((since == value) & own)[0] if self.told else ():
                if event.later[place]:
                    self._later(log, name, int(event.rows[place]), rows)
                else:
                    self.found.due.append((name, self._rescue_touch(log, event, int(place), rows)))

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
        since, untouched = int(rescue.since[row]), bool(rescue.untouched[row])
        today = int(block.today[row])
        failed = block.failed_since(row, since, today, untouched=untouched)
        name = self._rescue_name(channel, occurrence(since, untouched=untouched, failed=failed), today)
        why = rescue.why.code[row], rescue.why.note[row]
        # a rescue is tried until it goes: it has no last day
        self._decide(log, name, row, rows, why, date.max.toordinal(), int(rescue.day[row]))

    # --- common ---

    def _count(self, name: Name, day: int, amount: int = 1) -> None:
        if day <= self.until:
            self.found.count(name, day, amount)

    def _later(self, log: BlockLog, name: Name, row: int, rows: Rows, ask: Ask | None = None) -> None:
        unproved = ask is not None and ask.unproved
        decision = Decision(
            contact=int(rows[row]),
            occasion=-1,
            verdict=Verdict.PENDING,
            reason=Reason.HELD if unproved else Reason.QUIET,
            until=date.fromordinal(int(log.block.today[row])),
            detail=self._why_unproved(ask) if ask is not None and ask.unproved else "later today",
        )
        self.found.decisions.append((name, decision))

    def _why_unproved(self, ask: Ask) -> str:
        issue = ask.occasion.name if ask.occasion else ""
        if issue in self.history.changed:
            return CHANGED
        return JUST_PROVED if issue in self.history.fresh else NO_PROOF

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
        self.found.decisions.append((name, decision))


def _detail(log: BlockLog, reason: Reason, note: int) -> str:
    if reason is Reason.HELD:
        return "" if note < 0 else NOT_HAPPY
    if note < 0 or (reason is Reason.NOTHING_NEW and not note):
        return ""
    if reason is Reason.LOST_TO:
        return log.block.takers[note]
    if reason is Reason.NOTHING_NEW:
        return "1 item is kept for their floor" if note == 1 else f"{note} items are kept for their floor"
    windows = log.block.setting.windows
    rest, number = divmod(note, len(windows))
    said = f"{windows[number].channel or 'touches'} in {windows[number].days} days"
    return said + ("", ", the rest is kept for their floor", ", the rest is kept for a follow-up")[rest]
