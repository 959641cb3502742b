"""Every verdict of the days ahead, one by one: from what the day loop of a block wrote down."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

import numpy as np

from topmind.model import Foretold, Reason, Verdict
from topmind.planning.block import Block, Days, Rows
from topmind.planning.logs import REASON_OF, BlockLog, RescueEvent, SharedLog
from topmind.planning.occasions import RESCUE
from topmind.planning.outlook_parts import counted_as
from topmind.planning.rescue import CHANNELS
from topmind.planning.tries import occurrence
from topmind.planning.verdicts import verdict_of


def foretell(log: BlockLog, rows: Rows, until: int) -> Iterator[Foretold]:
    """What becomes of each contact of a block and each occasion of the days up to `until` (an ordinal); `rows` are
    their rows in the whole audience. The block must have been played with `Waits(singly=True)`."""
    # where a contact's today is later than the last day, it is told all the same
    limit = np.maximum(log.block.today, until)
    for one in log.shared:
        yield from _shared(log.block, one, rows, limit)
    yield from _steps(log, rows, limit)
    for event in log.rescue.events:
        yield from _rescues(log, event, rows, limit)
    yield from _waiting(log, rows, limit)


def order(one: Foretold) -> tuple[int, date, str, str]:
    """By contact, then by day."""
    return one.contact, one.day, one.occasion, one.channel.value


def _shared(block: Block, one: SharedLog, rows: Rows, limit: Days) -> Iterator[Foretold]:
    """Everybody whose day was not over before; who has it from the ledger is no matter of a plan."""
    occasion, last = one.ask.occasion, one.ask.last
    assert occasion is not None
    assert one.final is not None
    asked = block.taking_part & ~one.settled & (block.today <= last) & (limit >= occasion.day.toordinal())
    picks = dict(_picks(block, one))
    for row in (asked & ((one.day > 0) | (one.final > 0))).nonzero()[0].tolist():
        verdict, reason, goes = _fate(
            block,
            row,
            day=int(one.day[row]),
            last=last,
            final=int(one.final[row]),
            why=int(one.why.code[row]),
            later=bool(one.later[row]),
        )
        if one.later[row] and one.ask.unproved:
            reason = Reason.HELD
        yield Foretold(
            contact=int(rows[row]),
            occasion=occasion.name,
            what=occasion.name,
            channel=occasion.channel,
            day=occasion.day,
            verdict=verdict,
            reason=reason,
            until=goes,
            last=date.fromordinal(last),
            picks=picks.get(row, ()),
        )


def _picks(block: Block, one: SharedLog) -> Iterator[tuple[int, tuple[str, ...]]]:
    items = block.setting.table.items
    for mine, bits in one.given:
        for row, line in zip(mine.tolist(), bits.tolist(), strict=True):
            yield row, tuple(items[bit].id for bit in line if bit >= 0)


def _steps(log: BlockLog, rows: Rows, limit: Days) -> Iterator[Foretold]:
    steps, block = log.steps, log.block
    assert steps.final is not None
    told = (
        (steps.due <= limit[steps.row]) & ((steps.day > 0) | (steps.final > 0)) & block.taking_part[steps.row]
    )
    for place in told.nonzero()[0].tolist():
        row, last, ask = int(steps.row[place]), int(steps.last[place]), steps.asks[steps.ask[place]]
        verdict, reason, goes = _fate(
            block,
            row,
            day=int(steps.day[place]),
            last=last,
            final=int(steps.final[place]),
            why=int(steps.why.code[place]),
            later=bool(steps.later[place]),
        )
        yield Foretold(
            contact=int(rows[row]),
            occasion=f"{ask.source}/{ask.step}/{steps.occurrence[place]}",
            what=counted_as(f"{ask.source}/{ask.step}", ask.channel),
            channel=ask.channel,
            day=date.fromordinal(int(steps.due[place])),
            verdict=verdict,
            reason=reason,
            until=goes,
            last=date.fromordinal(last),
        )


def _fate(
    block: Block, row: int, *, day: int, last: int, final: int, why: int, later: bool
) -> tuple[Verdict, Reason | None, date | None]:
    """(verdict, reason, day on which it goes); `final` and `why` are codes of the last day and of today."""
    if not day:
        reason = REASON_OF[final]
        return verdict_of(reason, min(last, block.setting.end), last, 0), reason, None
    goes = date.fromordinal(day)
    if later:
        return Verdict.PENDING, Reason.QUIET, goes
    if day == block.today[row]:
        return Verdict.DUE, None, goes
    return Verdict.PENDING, REASON_OF.get(why), goes


def _rescues(log: BlockLog, event: RescueEvent, rows: Rows, limit: Days) -> Iterator[Foretold]:
    rescue, block = log.rescue, log.block
    items = block.setting.table.items
    needed = event.since + block.patience[event.rows]
    for place in (needed <= limit[event.rows]).nonzero()[0].tolist():
        row = int(event.rows[place])
        since, untouched = int(event.since[place]), bool(event.untouched[place])
        same = rescue.day[row] == event.day and rescue.channel[row] == CHANNELS.index(event.channel)
        verdict, reason, goes = _fate(
            block,
            row,
            day=event.day,
            last=event.day,
            final=0,
            why=int(rescue.why.code[row]) if same else 0,
            later=bool(event.later[place]),
        )
        key = occurrence(since, untouched=untouched, failed=int(event.failed[place]))
        yield Foretold(
            contact=int(rows[row]),
            occasion=f"{RESCUE}/{key}",
            what=counted_as(RESCUE, event.channel),
            channel=event.channel,
            day=date.fromordinal(int(needed[place])),
            verdict=verdict,
            reason=reason,
            until=goes,
            last=None,
            picks=(items[event.bits[place, 0]].id,) if event.bits is not None else (),
        )


def _waiting(log: BlockLog, rows: Rows, limit: Days) -> Iterator[Foretold]:
    """Whoever still waits on the last day that is looked at for a rescue that they needed before."""
    rescue, block, end = log.rescue, log.block, log.block.setting.end
    assert rescue.final is not None
    assert rescue.final_channel is not None
    near = np.nonzero(block.taking_part & (rescue.final > 0) & (block.value_day + block.patience <= limit))[0]
    for row in near[block.near_floor(end, near)].tolist():
        since, untouched = int(block.value_day[row]), bool(block.untouched[row])
        reason = REASON_OF[int(rescue.final[row])]
        key = occurrence(
            since, untouched=untouched, failed=block.failed_since(row, since, end, untouched=untouched)
        )
        yield Foretold(
            contact=int(rows[row]),
            occasion=f"{RESCUE}/{key}",
            what=counted_as(RESCUE, CHANNELS[rescue.final_channel[row]]),
            channel=CHANNELS[rescue.final_channel[row]],
            day=date.fromordinal(since + int(block.patience[row])),
            verdict=verdict_of(reason, end, date.max.toordinal(), 0),
            reason=reason,
            until=None,
            last=None,
        )
