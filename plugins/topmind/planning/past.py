"""The ledger's touches as the state that a block begins with."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date

import numpy as np

from topmind.model import Catalog, Channel, PastTouch, SourceKind, TouchState
from topmind.planning.block import NEVER, Block, Days, Rows
from topmind.planning.items import months_later
from topmind.planning.occasions import RESCUE
from topmind.planning.senders import senders, written_senders

#: (row, source, step, occurrence, channel of a rescue or "").
Key = tuple[int, str, str, str, str]
#: Proven, on their way or still open: these move the floor's clock in a plan. What stays unproven for good does
#: not, so that somebody hears from us after all.
_MOVES_CLOCK = frozenset(
    {TouchState.PLANNED, TouchState.CLAIMED, TouchState.ACCEPTED, TouchState.UNKNOWN, TouchState.DONE}
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Names:
    """Old names → today's (`was:`), so that a renamed file keeps its past."""

    sources: dict[str, str] = field(default_factory=dict)
    #: (sequence, old step) → step.
    steps: dict[tuple[str, str], str] = field(default_factory=dict)


def names(catalog: Catalog) -> Names:
    """Every rename that the catalog declares."""
    made = Names()
    renamed = [(x.id, x.was) for x in catalog.newsletters.values()]
    renamed += [(x.id, x.was) for x in catalog.sequences.values()]
    renamed += [(x.id, x.was) for x in catalog.items.values()]
    for now, before in renamed:
        made.sources.update(dict.fromkeys(before, now))
    for sequence in catalog.sequences.values():
        for step in sequence.steps:
            made.steps.update(dict.fromkeys(((sequence.id, old) for old in step.was), step.id))
    return made


def remember(block: Block, touches: Iterable[PastTouch]) -> frozenset[Key]:
    """Put the past of a block's contacts (and of nobody else) into its state; returns the keys that are settled for good.

    A key settles whatever its state: a frozen row wins, a refused or expired touch is never tried again.
    """
    own = list(touches)
    renamed = names(block.setting.catalog)
    row_of = {contact: row for row, contact in enumerate(block.members.ids)} if own else {}
    own.sort(key=lambda t: (t.day, t.key.source, t.key.step or "", t.key.occurrence, t.key.channel.value))
    done: set[Key] = set()
    past = _Past(block, renamed)
    for touch in own:
        row = row_of[touch.key.contact]
        key = key_of(row, touch, renamed)
        done.add(key)
        if key[4]:
            block.rescued[row] = True
        if touch.counts:
            past.add(row, key[1], touch)
    past.settle()
    _start_clocks(block)
    return frozenset(done)


def key_of(row: int, touch: PastTouch, renamed: Names) -> Key:
    """What a touch settles. A step that moved to another channel is still the same step; a rescue may be tried
    on each of its channels."""
    key = touch.key
    source = renamed.sources.get(key.source, key.source)
    step = renamed.steps.get((source, key.step), key.step) if key.step else ""
    return row, source, step or "", key.occurrence, key.channel.value if source == RESCUE else ""


#: Parallel lists of rows and days (ordinals).
_Pairs = tuple[list[int], list[int]]


class _Past:
    """Counted touches in order of their days, gathered as lists and put into the block's columns at the end."""

    def __init__(self, block: Block, renamed: Names) -> None:
        self.block = block
        self.catalog = block.setting.catalog
        self.renamed = renamed
        self.credit = [0] * block.n
        self.ratio: list[int] = block.ratio.tolist()
        self.today: list[int] = block.today.tolist()
        self.shared: list[bool] = block.inboxes.shared.tolist()
        self.counted: dict[Channel, _Pairs] = defaultdict(lambda: ([], []))
        self.valued: _Pairs = ([], [])
        self.items: dict[int, _Pairs] = defaultdict(lambda: ([], []))
        self.issues: dict[str, _Pairs] = defaultdict(lambda: ([], []))

    def add(self, row: int, source: str, touch: PastTouch) -> None:
        """One counted touch; `source` is today's name of its source."""
        block, key, day = self.block, touch.key, touch.day.toordinal()
        _append(self.counted[key.channel], row, day)
        cap = 2 * self.ratio[row]
        after = min(self.credit[row] + touch.value, cap) - self.ratio[row] * touch.promotions
        self.credit[row] = max(after, -cap)
        by_inbox = self.shared[row] and key.channel is Channel.EMAIL and key.step is None
        if touch.value and touch.state in _MOVES_CLOCK and not touch.bounced:
            if by_inbox:
                block.valued(block.inboxes.readers(row), day)
            else:
                _append(self.valued, row, day)
        if by_inbox:
            block.inboxes.copies(f"{source}/{key.occurrence}")[block.inboxes.number[row]] = True
        if source in self.catalog.newsletters:
            _append(self.issues[source], row, day)
        if touch.items:
            readers = block.inboxes.readers(row).tolist() if by_inbox else [row]
            self._items(readers, source, touch, day)
        if day >= self.today[row]:
            self._ahead(row, source, touch, day)

    def _items(self, readers: list[int], source: str, touch: PastTouch, day: int) -> None:
        table = self.block.setting.table
        for name in touch.items:
            bit = table.bit.get(name)
            if bit is None:
                continue
            for row in readers:
                _append(self.items[bit], row, day)
            item = table.items[bit]
            if item.sends and source != item.id and not item.use.any_time:
                months = item.use.again_after_months
                until = date.max if months is None else months_later(touch.day, months)
                had = self.block.days_of(self.block.had_elsewhere, item.id)
                had[readers] = np.maximum(had[readers], until.toordinal())

    def _ahead(self, row: int, source: str, touch: PastTouch, day: int) -> None:
        """A frozen row of today or of a day to come."""
        block, key = self.block, touch.key
        if day == self.today[row]:
            block.touched[row] = day
            block.taken[row] = len(block.takers)
            block.takers.append("/".join(p for p in (key.source, key.step, key.occurrence) if p))
        if key.channel is Channel.CALL:
            block.calls[_caller(block, row, source, key.step)][day] += 1

    def settle(self) -> None:
        """Put everything into the block."""
        block = self.block
        block.credit[:] = self.credit
        for channel, (rows, days) in self.counted.items():
            mine = np.array(rows, dtype=np.intp)
            block.tally.add_past(mine, np.array(days, dtype=np.int32), channel, block.today[mine])
            np.maximum.at(block.last, mine, days)
        fresh = np.full(block.n, NEVER, dtype=np.int32)
        np.maximum.at(fresh, *self.valued)
        rows_ = np.nonzero(fresh > NEVER)[0]
        known = np.where(block.untouched[rows_], NEVER, block.value_day[rows_])
        block.value_day[rows_] = np.maximum(known, fresh[rows_])
        block.untouched[rows_] = False
        for bit, (rows, days) in self.items.items():
            _see(block, bit, np.array(rows, dtype=np.intp), np.array(days, dtype=np.int32))
        for source, (rows, days) in self.issues.items():
            np.maximum.at(block.days_of(block.issue_day, source), rows, days)
            one_of = self.catalog.newsletters[source].one_of
            if one_of:
                np.maximum.at(block.days_of(block.one_of_day, one_of), rows, days)


def _append(pairs: _Pairs, row: int, day: int) -> None:
    pairs[0].append(row)
    pairs[1].append(day)


def _see(block: Block, bit: int, rows: Rows, days: Days) -> None:
    """Items received for good need no day; those that may come again are freed by theirs."""
    if block.setting.table.items[bit].use.again_after_months is None:
        block.see(bit, rows, 0)
        return
    for day in np.unique(days):
        block.see(bit, rows[days == day], int(day))


def _caller(block: Block, row: int, source: str, step: str | None) -> int:
    kind = SourceKind.STEP if step else SourceKind.RESCUE
    own, fallback = written_senders(block.setting.catalog, kind, source, step)
    rows = np.array([row], dtype=np.intp)
    return int(senders(block.setting.catalog, block.members, rows, own=own, source=fallback)[0])


def _start_clocks(block: Block) -> None:
    """Whoever never had a valuable touch: the floor's clock starts with the programme, spread over one floor,
    so that a first day is no flood."""
    begin = block.setting.catalog.company.programme_starts.toordinal()
    rows = np.nonzero(block.untouched & (block.floor > 0))[0]
    if len(rows):
        spread = block.hashes(rows) % block.floor[rows].astype(np.uint64)
        block.value_day[rows] = begin + spread.astype(np.int32)
