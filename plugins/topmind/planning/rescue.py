"""Rescues: before a floor breaks, an unseen evergreen item or a task; else a content gap, told ahead."""

from __future__ import annotations

from collections.abc import Set
from datetime import date

import numpy as np
from numpy.typing import NDArray

from topmind.model import Bools, Channel, History, Occasion, Reason, SourceKind
from topmind.planning.block import Block, Rows
from topmind.planning.gates import caller_indexes, gate, waits
from topmind.planning.items import any_of
from topmind.planning.logs import CODES, BlockLog, RescueEvent, RescueLog, Why, new_final
from topmind.planning.occasions import LEAD_TIME, MORNING, RESCUE, RESCUE_TITLE, Ask, is_stopped
from topmind.planning.past import Key
from topmind.planning.policies import LASTING, STATIC, capacity, same_inbox
from topmind.planning.selection import available, rescue_item
from topmind.planning.tries import occurrence

CHANNELS = tuple(Channel)


def rescue_ask(channel: Channel, *, stopped: bool = False) -> Ask:
    """What a rescue asks on one channel."""
    titles = {Channel.EMAIL: RESCUE_TITLE}
    return Ask(
        kind=SourceKind.RESCUE,
        source=RESCUE,
        channel=channel,
        title=titles.get(channel, f"Keep in touch: {channel.value}"),
        stopped=stopped,
    )


def rescue_occasion(channel: Channel, key: str, day: int, history: History) -> Occasion:
    """One rescue; its day is the earliest on which a contact needs it."""
    ask = rescue_ask(channel)
    return Occasion(
        kind=ask.kind,
        source=ask.source,
        step=None,
        occurrence=key,
        channel=channel,
        title=ask.title,
        day=date.fromordinal(day),
        at=MORNING,
        grace=LEAD_TIME,
        stopped=is_stopped(history, RESCUE, None, key),
    )


def new_rescue_log(block: Block) -> RescueLog:
    """Nothing written yet."""
    n = block.n
    return RescueLog(
        why=Why(n),
        channel=np.full(n, -1, dtype=np.int8),
        since=np.zeros(n, dtype=np.int32),
        untouched=np.zeros(n, dtype=np.bool_),
        day=np.zeros(n, dtype=np.int32),
        final=new_final(block, n),
        final_channel=np.full(n, -1, dtype=np.int8) if block.waits and block.waits.singly else None,
    )


def rescue_phase(block: Block, log: BlockLog, day: int, done: Set[Key]) -> None:
    """Whoever is within the lead time of a broken floor: their channels in order, the first that goes."""
    rows = (block.value_day + block.patience <= day).nonzero()[0]
    if not len(rows):
        return
    rows = rows[block.taking_part[rows] & (block.today[rows] <= day)]
    if not len(rows):
        return
    _note_today(block, log.rescue, day, rows)
    # whose mail waits for the morning only: nobody is called instead, unless it is the last day
    waiting = np.zeros(block.n, dtype=np.bool_)
    for place in range(len(block.rescue_order)):
        _attempt(block, log, day, rows[~waiting[rows]], place, done, waiting)
    # a copy to their inbox has helped those whom nobody asked
    own = block.of_today(rows, day)
    helped = own[~block.near_floor(day, own) & (log.rescue.channel[own] < 0)]
    log.rescue.why.code[helped] = 0
    _after(block, log, day, rows)


def _note_today(block: Block, log: RescueLog, day: int, rows: Rows) -> None:
    own = block.of_today(rows, day)
    log.since[own] = block.value_day[own]
    log.untouched[own] = block.untouched[own]
    log.why.put(own, Reason.NO_CHANNEL)


def _attempt(
    block: Block, log: BlockLog, day: int, rows: Rows, place: int, done: Set[Key], waiting: Bools
) -> None:
    """Try channel number `place` of everybody who still needs it; notes who is `waiting` for the morning."""
    rows = rows[block.near_floor(day, rows)]
    order = block.rescue_order[place, block.cls[rows]]
    for number, channel in enumerate(CHANNELS):
        mine = rows[order == number]
        mine = mine[block.near_floor(day, mine)]
        tried = _tried(block, day, mine, channel, done)
        _too_soon(block, log.rescue, day, mine[tried], number)
        mine = mine[~tried]
        if len(mine):
            quiet = _rescue(block, log, day, mine, channel)
            waiting[quiet[block.value_day[quiet] + block.floor[quiet] > day]] = True


def _too_soon(block: Block, log: RescueLog, day: int, rows: Rows, channel: int) -> None:
    """Their last try on this channel did not help, and has not given way yet (`gives_way`)."""
    own = block.of_today(rows, day)
    own = own[log.channel[own] < 0]
    log.why.put(own, Reason.GAP)
    log.channel[own] = channel


def _tried(block: Block, day: int, rows: Rows, channel: Channel, done: Set[Key]) -> Bools:
    """Whose very rescue the ledger already has on this channel."""
    tried = np.zeros(len(rows), dtype=np.bool_)
    for place in block.rescued[rows].nonzero()[0]:
        row = int(rows[place])
        since, untouched = int(block.value_day[row]), bool(block.untouched[row])
        failed = block.failed_since(row, since, day, untouched=untouched)
        key = occurrence(since, untouched=untouched, failed=failed)
        tried[place] = (row, RESCUE, "", key, channel.value) in done
    return tried


def _rescue(block: Block, log: BlockLog, day: int, rows: Rows, channel: Channel) -> Rows:
    """Propose, admit and commit rescues on one channel; whose turn has to wait for quiet hours to end."""
    ask = rescue_ask(channel, stopped=not {"all", RESCUE}.isdisjoint(block.setting.history.stopped))
    why, asked = Why(len(rows)), rows
    rows, places = gate(block, ask, day, rows, np.arange(len(rows)), why)
    bits: NDArray[np.int16] | None = None
    if channel is Channel.EMAIL:
        choice = rescue_item(block, day, rows)
        none = choice.why != 0
        why.put(places[none], Reason.NOTHING_NEW)
        rows, places, bits = rows[~none], places[~none], choice.picks[~none]
        first = same_inbox.first_copies(block, ask, rows)
        why.put(places[~first], Reason.SAME_INBOX)
        rows, bits = rows[first], bits[first]
    if channel is Channel.CALL and len(rows):
        who = caller_indexes(block, [ask] * len(rows), rows)
        admitted = capacity.admit(block, day, rows, block.value_day[rows] + block.floor[rows], who)
        why.put(places[~admitted], Reason.CAPACITY)
        rows = rows[admitted]
    if day in block.todays:
        _first_reason(block, log.rescue, day, asked, why, channel)
    if day == block.setting.end:
        _last_reason(log.rescue, asked, why, channel)
    _commit(block, log.rescue, ask, day, rows, bits)
    quiet: Rows = asked[why.code == CODES[Reason.QUIET]]
    return quiet


def _first_reason(block: Block, log: RescueLog, day: int, rows: Rows, why: Why, channel: Channel) -> None:
    """The reason of a contact's first channel is the one that is told; `why` is parallel to `rows`."""
    first = (block.today[rows] == day) & (why.code > 0) & (log.channel[rows] < 0)
    own = rows[first]
    log.why.code[own] = why.code[first]
    log.why.note[own] = why.note[first]
    log.channel[own] = CHANNELS.index(channel)


def _last_reason(log: RescueLog, rows: Rows, why: Why, channel: Channel) -> None:
    """The same of the last day that is looked at, where each verdict ahead is asked for."""
    if log.final is None or log.final_channel is None:
        return
    first = (why.code > 0) & (log.final_channel[rows] < 0)
    log.final[rows[first]] = why.code[first]
    log.final_channel[rows[first]] = CHANNELS.index(channel)


def _commit(
    block: Block, log: RescueLog, ask: Ask, day: int, rows: Rows, bits: NDArray[np.int16] | None
) -> None:
    if not len(rows):
        return
    later = waits(block, ask, day, rows)
    since, untouched = block.value_day[rows].copy(), block.untouched[rows].copy()
    log.events.append(
        RescueEvent(
            day=day,
            channel=ask.channel,
            rows=rows,
            since=since,
            untouched=untouched,
            failed=_failed(block, day, rows),
            bits=bits,
            later=later,
        )
    )
    own = block.today[rows] == day
    log.why.code[rows[own]] = 0
    same = ~own & (log.day[rows] == 0) & (log.why.code[rows] > 0) & (log.since[rows] == since)
    same &= log.channel[rows] == CHANNELS.index(ask.channel)
    log.day[rows[same]] = day
    ones = np.ones(len(rows), dtype=np.int16)
    block.commit(ask, rows, day, ones, 0 * ones, bits)
    same_inbox.remember(block, ask, rows, day, ones, bits)


def _failed(block: Block, day: int, rows: Rows) -> NDArray[np.int16]:
    found = np.zeros(len(rows), dtype=np.int16)
    for place in block.rescued[rows].nonzero()[0]:
        row = int(rows[place])
        found[place] = block.failed_since(
            row, int(block.value_day[row]), day, untouched=bool(block.untouched[row])
        )
    return found


def _after(block: Block, log: BlockLog, day: int, rows: Rows) -> None:
    """At the end of a day: floors that are broken today, and breaks for want of content; `rows` were near."""
    late = day - block.value_day[rows] - block.floor[rows]
    own = (late > 0) & (block.today[rows] == day)
    log.broken[rows[own]] = log.rescue.why.code[rows[own]]
    if day in block.todays and block.setting.blackout[day - block.setting.start]:
        _beyond_rest(block, log, day, rows[own])
    breaks = rows[(late == 1) | own]
    if len(breaks):
        _content_gaps(block, log, day, breaks)


def _beyond_rest(block: Block, log: BlockLog, day: int, rows: Rows) -> None:
    """On a day of rest: a floor is not broken for the sake of one day, so name what would hold its rescue anyway."""
    rest = CODES[Reason.BLACKOUT]
    for number, channel in enumerate(CHANNELS):
        mine = rows[(log.broken[rows] == rest) & (log.rescue.channel[rows] == number)]
        why = Why(len(mine))
        left, places = gate(block, rescue_ask(channel), day, mine, np.arange(len(mine)), why, LASTING)
        if channel is Channel.EMAIL:
            why.put(places[rescue_item(block, day, left).why != 0], Reason.NOTHING_NEW)
        log.broken[mine] = np.where(why.code > 0, why.code, log.broken[mine])


def _content_gaps(block: Block, log: BlockLog, day: int, rows: Rows) -> None:
    by_mail = np.array([Channel.EMAIL in t.rescue for t in block.terms], dtype=np.bool_)
    rows = rows[by_mail[block.cls[rows]]]
    rows, _ = gate(block, rescue_ask(Channel.EMAIL), day, rows, np.arange(len(rows)), Why(len(rows)), STATIC)
    unseen = available(block, day, rows) & block.setting.table.evergreen[:, None]
    rows = rows[~any_of(unseen)]
    log.lacking.append((day, rows))
    monday = day - date.fromordinal(day).weekday()
    for column, name in enumerate(block.members.segments):
        amount = int(block.members.in_segment[rows, column].sum())
        if amount:
            log.gaps[monday, name] = log.gaps.get((monday, name), 0) + amount
    if len(rows) and not len(block.members.segments):
        log.gaps[monday, ""] = log.gaps.get((monday, ""), 0) + len(rows)
