"""The ledger's touches as the state that a block begins with."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from itertools import pairwise

import numpy as np

from topmind.model import COUNTED, Bools, Channel, Item, PastTouch, SourceKind, TouchState
from topmind.planning.block import NEVER, Block, Days, Rows, spend
from topmind.planning.contacts import clock_starts
from topmind.planning.items import months_later
from topmind.planning.occasions import RESCUE
from topmind.planning.renames import Names, names
from topmind.planning.senders import senders, written_senders
from topmind.planning.tries import gives_way
from topmind.planning.twins import by_name

#: (row, source, step, occurrence, channel of a rescue or "").
Key = tuple[int, str, str, str, str]
#: (row, sequence, step) → (day, occurrence).
Reached = dict[tuple[int, str, str], list[tuple[int, str]]]
#: Proven, on their way or open: these move the floor's clock. What stays unproven for good does not.
_MOVES_CLOCK = frozenset(
    {TouchState.PLANNED, TouchState.CLAIMED, TouchState.ACCEPTED, TouchState.UNKNOWN, TouchState.DONE}
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Settled:
    """What the ledger has for good, whatever its state: a frozen row wins, a refused or expired touch is never
    tried again."""

    #: (newsletter or announcement, occurrence) → rows.
    shared: dict[tuple[str, str], list[int]] = field(default_factory=lambda: defaultdict(list))
    #: Steps and rescues. A step that moved to another channel is still the same step; a rescue may be tried on
    #: each of its channels.
    keys: set[Key] = field(default_factory=set)
    #: (row, sequence, step) → (day, occurrence) of what may have come lately: whatever it was called then.
    reached: Reached = field(default_factory=lambda: defaultdict(list))


def remember(block: Block, touches: Sequence[PastTouch]) -> Settled:
    """Put the past of a block's contacts (and of nobody else) into its state; returns what is settled."""
    renamed = names(block.setting.catalog)
    settled = Settled()
    if touches:
        columns = _columns(block, touches, renamed)
        _settle(block, settled, columns)
        _Past(block, columns.only(columns.counts)).put()
    _start_clocks(block)
    return settled


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Columns:
    """Touches in order of their contacts' days; today's names of their sources and steps."""

    touches: list[PastTouch]
    row: Rows
    day: Days
    source: list[str]
    step: list[str]
    counts: Bools

    def only(self, mask: Bools) -> _Columns:
        """Some of them."""
        if mask.all():
            return self
        places = np.nonzero(mask)[0].tolist()
        return _Columns(
            touches=[self.touches[k] for k in places],
            row=self.row[mask],
            day=self.day[mask],
            source=[self.source[k] for k in places],
            step=[self.step[k] for k in places],
            counts=self.counts[mask],
        )


def _columns(block: Block, touches: Sequence[PastTouch], renamed: Names) -> _Columns:
    row_of = {contact: row for row, contact in enumerate(block.members.ids)}
    row = np.fromiter((row_of[t.key.contact] for t in touches), np.intp, len(touches))
    day = np.fromiter((t.day.toordinal() for t in touches), np.int32, len(touches))
    order = np.lexsort((day, row))
    found = [touches[k] for k in order.tolist()]
    row, day = row[order], day[order]
    twins = (row[1:] == row[:-1]) & (day[1:] == day[:-1])
    if twins.any():
        by_name(found, twins)
    sources, steps = renamed.sources, renamed.steps
    source = [sources.get(t.key.source, t.key.source) for t in found]
    step = [t.key.step or "" for t in found]
    if steps:
        step = [steps.get(pair, pair[1]) for pair in zip(source, step, strict=True)]
    # by identity: the hash of an enum's member is Python's own and slow
    counts = {id(state) for state in COUNTED}
    return _Columns(
        touches=found,
        row=row,
        day=day,
        source=source,
        step=step,
        counts=np.fromiter((id(t.state) in counts for t in found), np.bool_, len(found)),
    )


def _settle(block: Block, settled: Settled, past: _Columns) -> None:
    since = block.setting.start - max((step.grace for _, _, step in block.setting.steps), default=0)
    for row, source, step, touch in zip(past.row.tolist(), past.source, past.step, past.touches, strict=True):
        key = touch.key
        if step:
            settled.keys.add((row, source, step, key.occurrence, ""))
            if touch.counts and touch.day.toordinal() >= since:
                settled.reached[row, source, step].append((touch.day.toordinal(), key.occurrence))
        elif source == RESCUE:
            settled.keys.add((row, source, "", key.occurrence, key.channel.value))
            block.rescued[row] = True
            gone = gives_way(touch)
            if gone is not None:
                block.failed[row, key.occurrence.partition("/")[0]].append(gone)
        else:
            settled.shared[source, key.occurrence].append(row)


class _Past:
    """Counted touches, put into a block column by column."""

    def __init__(self, block: Block, past: _Columns) -> None:
        self.block, self.past = block, past
        touches, n = past.touches, len(past.touches)
        self.catalog = block.setting.catalog
        self.value = np.fromiter((t.value for t in touches), np.int16, n)
        self.promotions = np.fromiter((t.promotions for t in touches), np.int16, n)
        channels = {id(channel): number for number, channel in enumerate(Channel)}
        self.channel = np.fromiter((channels[id(t.key.channel)] for t in touches), np.int8, n)
        mail = self.channel == list(Channel).index(Channel.EMAIL)
        step = np.fromiter((bool(name) for name in past.step), np.bool_, n)
        #: A mail that everybody who reads the inbox has.
        self.by_inbox: Bools = mail & ~step & block.inboxes.shared[past.row]

    def put(self) -> None:
        """All of it."""
        block, past = self.block, self.past
        np.maximum.at(block.last, past.row, past.day)
        for number, channel in enumerate(Channel):
            mine = self.channel == number
            if mine.any():
                rows = past.row[mine]
                block.tally.add_past(rows, past.day[mine], channel, block.today[rows])
        self._credit()
        self._valued()
        self._copies()
        self._issues()
        self._items()
        # where clocks are behind, a day that is over for one contact is still today for who calls them
        for place in np.nonzero(past.day >= block.setting.start)[0].tolist():
            self._ahead(place)

    def _credit(self) -> None:
        """The n-th touch of everybody at once, for every n."""
        row = self.past.row
        first = np.nonzero(np.diff(row, prepend=-1))[0]
        nth = np.arange(len(row)) - np.repeat(first, np.diff(first, append=len(row)))
        order = np.argsort(nth, kind="stable")
        begins = np.searchsorted(nth[order], np.arange(int(nth.max(initial=-1)) + 2))
        credit = self.block.credit
        for begin, end in pairwise(begins.tolist()):
            mine = order[begin:end]
            rows = row[mine]
            value, promotions = self.value[mine], self.promotions[mine]
            credit[rows] = spend(credit[rows], value, promotions, self.block.ratio[rows])

    def _valued(self) -> None:
        block, past = self.block, self.past
        moves = {id(state) for state in _MOVES_CLOCK}
        keeps = np.fromiter(
            (id(t.state) in moves and not t.bounced for t in past.touches), np.bool_, len(past.row)
        )
        rows, days = self._with_readers((self.value > 0) & keeps)
        fresh = np.full(block.n, NEVER, dtype=np.int32)
        np.maximum.at(fresh, rows, days)
        rows = np.nonzero(fresh > NEVER)[0]
        known = np.where(block.untouched[rows], NEVER, block.value_day[rows])
        block.value_day[rows] = np.maximum(known, fresh[rows])
        block.untouched[rows] = False

    def _with_readers(self, mask: Bools) -> tuple[Rows, Days]:
        """(rows, days) of these touches, for everybody who reads the inbox where it is a mail to it."""
        past = self.past
        alone, common = np.nonzero(mask & ~self.by_inbox)[0], np.nonzero(mask & self.by_inbox)[0]
        readers, place = self.block.inboxes.all_readers(past.row[common])
        return (
            np.concatenate([past.row[alone], readers]),
            np.concatenate([past.day[alone], past.day[common][place]]),
        )

    def _copies(self) -> None:
        inboxes, past = self.block.inboxes, self.past
        for place in np.nonzero(self.by_inbox)[0].tolist():
            name = f"{past.source[place]}/{past.touches[place].key.occurrence}"
            inboxes.copies(name)[inboxes.number[past.row[place]]] = True

    def _issues(self) -> None:
        block, past = self.block, self.past
        source = np.array(past.source, dtype=object)
        for letter in self.catalog.newsletters.values():
            mine = source == letter.id
            if mine.any():
                rows, days = past.row[mine], past.day[mine]
                np.maximum.at(block.days_of(block.issue_day, letter.id), rows, days)
                if letter.one_of:
                    np.maximum.at(block.days_of(block.one_of_day, letter.one_of), rows, days)

    def _items(self) -> None:
        """Who has which item since when."""
        block, past, bit = self.block, self.past, self.block.setting.table.bit
        had = [(*t.items, *t.shown) if t.shown else t.items for t in past.touches]
        amount = np.fromiter(map(len, had), np.intp, len(had))
        place = np.repeat(np.arange(len(amount)), amount)
        bits = np.fromiter((bit.get(i, -1) for items in had for i in items), np.int32, len(place))
        order = np.argsort(bits, kind="stable")
        begins = np.searchsorted(bits[order], np.arange(len(block.setting.table.items) + 1))
        for number, (begin, end) in enumerate(pairwise(begins.tolist())):
            if end > begin:
                mask = np.zeros(len(past.row), dtype=np.bool_)
                mask[place[order[begin:end]]] = True
                _see(block, number, *self._with_readers(mask))
                self._elsewhere(block.setting.table.items[number], mask)

    def _elsewhere(self, item: Item, mask: Bools) -> None:
        """An announced item that was chosen for them; what words show holds no announcement back."""
        if not item.sends or item.use.any_time:
            return
        own = {item.id, *item.was}
        pairs = zip(self.past.source, self.past.touches, strict=True)
        mask &= np.array(
            [source != item.id and (not t.shown or not own.isdisjoint(t.items)) for source, t in pairs],
            dtype=np.bool_,
        )
        rows, days = self._with_readers(mask)
        had = self.block.days_of(self.block.had_elsewhere, item.id)
        months = item.use.again_after_months
        for day in np.unique(days).tolist():
            until = date.max if months is None else months_later(date.fromordinal(day), months)
            mine = rows[days == day]
            had[mine] = np.maximum(had[mine], until.toordinal())

    def _ahead(self, place: int) -> None:
        """A touch of a day that is today for somebody, or to come."""
        block, past = self.block, self.past
        touch, row, day = past.touches[place], int(past.row[place]), int(past.day[place])
        key = touch.key
        if day == block.today[row]:
            block.touched[row] = day
            block.taken[row] = len(block.takers)
            block.takers.append(key.name)
        if key.channel is Channel.CALL:
            block.calls[_caller(block, row, past.source[place], key.step)][day] += 1


def _see(block: Block, bit: int, rows: Rows, days: Days) -> None:
    """Items received for good need no day; those that may come again are freed by theirs."""
    months = block.setting.table.items[bit].use.again_after_months
    if months is None:
        block.see(bit, rows, 0)
        return
    # long free again: no month has more than 31 days
    lately = days > block.setting.start - 31 * months - 31
    rows, days = rows[lately], days[lately]
    for day in np.unique(days).tolist():
        block.see(bit, rows[days == day], day)


def _caller(block: Block, row: int, source: str, step: str | None) -> int:
    kind = SourceKind.STEP if step else SourceKind.RESCUE
    own, fallback = written_senders(block.setting.catalog, kind, source, step)
    rows = np.array([row], dtype=np.intp)
    return int(senders(block.setting.catalog, block.members, rows, own=own, source=fallback)[0])


def _start_clocks(block: Block) -> None:
    """Whoever never had a valuable touch."""
    rows = np.nonzero(block.untouched & (block.floor > 0))[0]
    if len(rows):
        starts, floors = block.setting.catalog.company.programme_starts, block.floor[rows]
        block.value_day[rows] = clock_starts(block.members, starts, rows, floors, block.hashes(rows))
