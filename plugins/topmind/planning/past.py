"""The ledger's touches as the state that a block begins with."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date

import numpy as np

from topmind.model import Catalog, Channel, PastTouch, SourceKind, TouchState
from topmind.planning.block import NEVER, Block, Days, Rows, hash_of
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
    """Put the past of a block's contacts into its state; returns the keys that are settled for good.

    A key settles whatever its state: a frozen row wins, a refused or expired touch is never tried again.
    """
    row_of = {contact: row for row, contact in enumerate(block.members.ids)}
    renamed = names(block.setting.catalog)
    own = [t for t in touches if t.key.contact in row_of]
    own.sort(key=lambda t: (t.day, t.key.source, t.key.step or "", t.key.occurrence, t.key.channel.value))
    done: set[Key] = set()
    counted: dict[Channel, list[tuple[int, int]]] = defaultdict(list)
    for touch in own:
        row = row_of[touch.key.contact]
        done.add(key_of(row, touch, renamed))
        if touch.counts:
            counted[touch.key.channel].append((row, touch.day.toordinal()))
            _recall(block, row, touch, renamed)
    for channel, pairs in counted.items():
        rows, days = np.array(pairs, dtype=np.int64).T
        block.count(rows.astype(np.intp), days.astype(np.int32), channel)
    _start_clocks(block)
    return frozenset(done)


def key_of(row: int, touch: PastTouch, renamed: Names) -> Key:
    """What a touch settles. A step that moved to another channel is still the same step; a rescue may be tried
    on each of its channels."""
    key = touch.key
    source = renamed.sources.get(key.source, key.source)
    step = renamed.steps.get((source, key.step), key.step) if key.step else ""
    return row, source, step or "", key.occurrence, key.channel.value if source == RESCUE else ""


def _recall(block: Block, row: int, touch: PastTouch, renamed: Names) -> None:
    """One counted touch in order of days: gap, clock, credit, items, siblings, inbox, calls."""
    day = touch.day.toordinal()
    setting = block.setting
    name = "/".join(p for p in (touch.key.source, touch.key.step, touch.key.occurrence) if p)
    block.last[row] = max(block.last[row], day)
    if day == block.today[row]:
        block.touched[row] = day
        block.taken[row] = len(block.takers)
        block.takers.append(name)
    if touch.value and touch.state in _MOVES_CLOCK and not touch.bounced:
        readers = _readers(block, row, touch)
        block.value_day[readers] = np.maximum(block.value_day[readers], day)
        block.untouched[readers] = False
    cap = 2 * int(block.ratio[row])
    credit = min(int(block.credit[row]) + touch.value, cap) - int(block.ratio[row]) * touch.promotions
    block.credit[row] = max(credit, -cap)
    source = renamed.sources.get(touch.key.source, touch.key.source)
    _items(block, row, touch, source, day)
    letter = setting.catalog.newsletters.get(source)
    if letter is not None:
        _mark(block.issue_day, block, source, row, day)
        if letter.one_of:
            _mark(block.one_of_day, block, letter.one_of, row, day)
    if touch.key.channel is Channel.EMAIL and touch.key.step is None and block.shared_inbox[row]:
        block.inboxes[f"{source}/{touch.key.occurrence}"].add(int(block.members.inbox[row]))
    if touch.key.channel is Channel.CALL and day >= setting.start:
        block.calls[_caller(block, row, source, touch.key.step)][day] += 1


def _readers(block: Block, row: int, touch: PastTouch) -> Rows:
    """Whose clock a valuable touch moves: everybody's who reads the inbox; a step is the contact's own."""
    if touch.key.channel is Channel.EMAIL and touch.key.step is None and block.shared_inbox[row]:
        return block.readers[int(block.members.inbox[row])]
    return np.array([row], dtype=np.intp)


def _items(block: Block, row: int, touch: PastTouch, source: str, day: int) -> None:
    rows = np.array([row], dtype=np.intp)
    for item in touch.items:
        bit = block.setting.table.bit.get(item)
        if bit is None:
            continue
        block.see(bit, rows, day)
        found = block.setting.table.items[bit]
        if found.sends and source != found.id and not found.use.any_time:
            until = date.max.toordinal()
            if found.use.again_after_months is not None:
                until = months_later(touch.day, found.use.again_after_months).toordinal()
            _mark(block.had_elsewhere, block, found.id, row, until)


def _mark(table: dict[str, Days], block: Block, name: str, row: int, day: int) -> None:
    days = table.setdefault(name, np.full(block.n, NEVER, dtype=np.int32))
    days[row] = max(int(days[row]), day)


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
    spread = [hash_of(block.members.ids[row]) % int(block.floor[row]) for row in rows]
    block.value_day[rows] = begin + np.array(spread, dtype=np.int32)
