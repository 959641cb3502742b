"""The day loop over one block of contacts.

Each day: windows roll, then steps, announcements, issues and rescues in this order. Within a phase: propose
(pure), admit where a capacity binds, commit. One touch per contact and day falls out of the order: whoever
comes first takes the day.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import replace
from datetime import date

import numpy as np
from numpy.typing import NDArray

from topmind.model import Bools, Channel, Reason
from topmind.planning.block import Block, Rows
from topmind.planning.facts import Columns, columns, near
from topmind.planning.gates import caller_indexes, gate, waits
from topmind.planning.logs import BlockLog, SharedLog, StepLog, Why
from topmind.planning.occasions import Ask, is_stopped
from topmind.planning.past import Settled
from topmind.planning.policies import DAILY, STATIC, capacity, same_inbox
from topmind.planning.reached import without_reached
from topmind.planning.rescue import new_rescue_log, rescue_phase
from topmind.planning.room import SOON, Soon
from topmind.planning.selection import REASONS, Choice, announce, choose
from topmind.planning.sequences import entries


def run(block: Block, settled: Settled) -> BlockLog:
    """Play every day of the setting; `settled`: what the ledger has."""
    setting = block.setting
    shared = tuple(
        _shared_log(block, ask, settled.shared) for ask in (*setting.announcements, *setting.issues)
    )
    steps = _step_log(block, settled)
    block.soon = _soon(block, steps)
    log = BlockLog(
        block=block,
        shared=shared,
        steps=steps,
        rescue=new_rescue_log(block),
        broken=np.zeros(block.n, dtype=np.int8),
    )
    for day in range(setting.start, setting.end + 1):
        block.roll(day)
        _steps(block, log.steps, day)
        for one in shared:
            if one.ask.first <= day <= one.ask.last:
                _shared(block, one, day)
        rescue_phase(block, log, day, settled.keys)
    return log


# --- issues and announcements ---


def _shared_log(block: Block, ask: Ask, done: Mapping[tuple[str, str], list[int]]) -> SharedLog:
    assert ask.occasion is not None
    settled = np.zeros(block.n, dtype=np.bool_)
    settled[done.get((ask.source, ask.occasion.occurrence), [])] = True
    return SharedLog(
        ask=ask,
        settled=settled,
        day=np.zeros(block.n, dtype=np.int32),
        later=np.zeros(block.n, dtype=np.bool_),
        why=Why(block.n),
    )


def _shared(block: Block, log: SharedLog, day: int) -> None:
    ask = log.ask
    open_ = block.taking_part & ~log.settled & (log.day == 0) & (block.today <= day)
    if not open_.any():
        return
    if log.eligible is None:
        rows = np.nonzero(block.taking_part & ~log.settled)[0]
        rows, _ = gate(block, ask, 0, rows, rows, log.why, STATIC)
        log.eligible = np.zeros(block.n, dtype=np.bool_)
        log.eligible[rows] = True
    is_today = day in block.todays
    if is_today:
        turned_away = np.nonzero(open_ & ~log.eligible & (block.today == day))[0]
        gate(block, ask, day, turned_away, turned_away, log.why, STATIC)
    rows = np.nonzero(open_ & log.eligible)[0]
    told = log.held if block.waits is not None and day == ask.last else None
    rows, _ = gate(block, ask, day, rows, rows, log.why, DAILY, told)
    if not len(rows):
        return
    # before the selection: what came into their inbox is theirs, so there is nothing new in it for them
    had = same_inbox.has_copy(block, ask, rows)
    if is_today:
        log.why.put(rows[had & (block.today[rows] == day)], Reason.SAME_INBOX)
    rows = rows[~had]
    choice = announce(block, ask, day, rows) if ask.item else choose(block, ask, day, rows)
    if is_today:
        _say(block, log, day, rows, choice)
    if block.waits is not None:
        block.waits.tell(block, log, day, rows, choice)
    rows, choice = _keep(rows, choice, choice.why == 0)
    first = same_inbox.first_copies(block, ask, rows)
    if is_today:
        log.why.put(rows[~first & (block.today[rows] == day)], Reason.SAME_INBOX)
    rows, choice = _keep(rows, choice, first)
    log.day[rows] = day
    log.later[rows] = waits(block, ask, day, rows)
    block.commit(ask, rows, day, choice.value, choice.promotions, choice.picks)
    same_inbox.remember(block, ask, rows, day, choice.value, choice.picks)
    today = block.today[rows] == day
    if today.any():
        log.today.append(_keep(rows, choice, today))


def _say(block: Block, log: SharedLog, day: int, rows: Rows, choice: Choice) -> None:
    """Why the selection has nothing for those whose own today it is."""
    today = block.today[rows] == day
    for code in np.unique(choice.why[today]):
        reason = REASONS[int(code)]
        if reason is None:
            continue
        mine = today & (choice.why == code)
        told = choice.kept[mine] if choice.kept is not None and reason is Reason.NOTHING_NEW else None
        log.why.put(rows[mine], reason, told)


def _keep(rows: Rows, choice: Choice, mask: Bools) -> tuple[Rows, Choice]:
    return rows[mask], choice.only(mask)


# --- steps ---


def _step_log(block: Block, settled: Settled) -> StepLog:
    setting, members = block.setting, block.members
    span = date.fromordinal(setting.start), date.fromordinal(setting.foreseen)
    asks: list[Ask] = []
    known: dict[str, Columns] = {}
    some_stopped = bool(setting.history.stopped)
    found: list[tuple[int, int, int, int, str]] = []
    for ask, sequence, step in setting.steps:
        text = step.starts_from or sequence.starts_from
        facts = members.dates[text]
        if text not in known:
            known[text] = columns(facts)
        mine = np.nonzero(near(known[text], sequence, step, setting.start, setting.foreseen))[0].tolist()
        matter = [facts[k] for k in mine]
        going, stopped = len(asks), len(asks) + 1
        asks += [ask, replace(ask, stopped=True)]
        upcoming = entries(sequence, step, matter, setting.catalog.company.programme_starts, *span)
        name = ask.source, ask.step or ""
        fresh = [e for e in upcoming if (e.row, *name, e.occurrence, "") not in settled.keys]
        for e in without_reached(setting, sequence, step, fresh, matter, settled):
            number = going
            if some_stopped and is_stopped(setting.history, ask.source, ask.step, e.occurrence):
                number = stopped
            found.append((e.due, e.last, number, e.row, e.occurrence))
    found.sort()
    table = np.array([f[:4] for f in found], dtype=np.int64).reshape(len(found), 4)
    return StepLog(
        asks=tuple(asks),
        due=table[:, 0].astype(np.int32),
        last=table[:, 1].astype(np.int32),
        ask=table[:, 2].astype(np.int32),
        row=table[:, 3].astype(np.intp),
        occurrence=tuple(f[4] for f in found),
        day=np.zeros(len(found), dtype=np.int32),
        later=np.zeros(len(found), dtype=np.bool_),
        why=Why(len(found)),
    )


def _soon(block: Block, log: StepLog) -> Soon | None:
    """The entries for which others leave room in a ceiling; None where no window is that short, or nothing comes."""
    if not len(log.row) or all(window.days > SOON for window in block.setting.windows):
        return None
    may = np.zeros(len(log.row), dtype=np.bool_)
    for number, ask in enumerate(log.asks):
        # a reply asks for no place: it goes in any case
        mine = np.nonzero((log.ask == number) & ~np.bool_(ask.reply) & block.taking_part[log.row])[0]
        may[gate(block, ask, 0, log.row[mine], mine, log.why, STATIC)[1]] = True
    return Soon(
        block.n,
        row=log.row,
        due=log.due,
        last=log.last,
        gone=log.day,
        channel=np.array([list(Channel).index(ask.channel) for ask in log.asks], dtype=np.int8)[log.ask],
        value=np.array([ask.value > 0 for ask in log.asks], dtype=np.bool_)[log.ask],
        may=may,
    )


def _steps(block: Block, log: StepLog, day: int) -> None:
    """Every open step entry: gates, then per contact the nearest deadline, then the capacity of calls."""
    ready = np.searchsorted(log.due, day, side="right")
    rows = log.row[:ready]
    places = np.nonzero(
        (log.last[:ready] >= day)
        & (log.day[:ready] == 0)
        & (block.today[rows] <= day)
        & block.taking_part[rows]
    )[0]
    if not len(places):
        return
    passed = []
    for number in np.unique(log.ask[places]):
        mine = places[log.ask[places] == number]
        passed.append(gate(block, log.asks[number], day, log.row[mine], mine, log.why)[1])
        if block.waits is not None:
            _tell_refused(block, log, day, int(number), np.setdiff1d(mine, passed[-1]))
    proposed = np.concatenate(passed)
    order = proposed[np.lexsort((log.due[proposed], log.ask[proposed], log.last[proposed]))]
    wins = np.array([ask.reply for ask in log.asks], dtype=np.bool_)[log.ask[order]]  # it goes in any case
    wins[np.unique(log.row[order], return_index=True)[1]] = True
    winners = order[wins]
    taker = _name_takers(block, log, winners, day)
    losers = np.setdiff1d(order, winners)
    own = losers[block.today[log.row[losers]] == day]
    log.why.put(own, Reason.LOST_TO, taker[log.row[own]] if len(own) else None)
    admitted = _admit_calls(block, log, winners, day)
    denied = winners[~admitted]
    log.why.put(denied[block.today[log.row[denied]] == day], Reason.CAPACITY)
    if block.waits is not None:
        _tell_lost(log, day, losers, Reason.LOST_TO)
        _tell_lost(log, day, denied, Reason.CAPACITY)
    _commit_steps(block, log, winners[admitted], day, taker)


def _tell_refused(block: Block, log: StepLog, day: int, number: int, refused: Rows) -> None:
    """The first reason of each entry that a policy refuses on its last day."""
    over = refused[log.last[refused] == day]
    if len(over):
        told = log.lost.setdefault((day, number), Counter())
        gate(block, log.asks[number], day, log.row[over], over, log.why, told=told)


def _tell_lost(log: StepLog, day: int, places: Rows, reason: Reason) -> None:
    over = places[log.last[places] == day]
    for number, amount in zip(*np.unique(log.ask[over], return_counts=True), strict=True):
        log.lost.setdefault((day, int(number)), Counter())[reason] += int(amount)


def _name_takers(block: Block, log: StepLog, winners: Rows, day: int) -> NDArray[np.int32]:
    """Per row the index of the name of the step that takes its today."""
    taker = np.full(block.n, -1, dtype=np.int32)
    for place in winners[block.today[log.row[winners]] == day]:
        ask = log.asks[log.ask[place]]
        taker[log.row[place]] = len(block.takers)
        block.takers.append(f"{ask.source}/{ask.step}/{log.occurrence[place]}")
    return taker


def _admit_calls(block: Block, log: StepLog, winners: Rows, day: int) -> Bools:
    admitted = np.ones(len(winners), dtype=np.bool_)
    is_call = np.array([ask.channel is Channel.CALL for ask in log.asks], dtype=np.bool_)
    calls = is_call[log.ask[winners]]
    if calls.any():
        mine = winners[calls]
        who = caller_indexes(block, [log.asks[a] for a in log.ask[mine]], log.row[mine])
        admitted[calls] = capacity.admit(block, day, log.row[mine], log.last[mine], who)
    return admitted


def _commit_steps(block: Block, log: StepLog, winners: Rows, day: int, taker: NDArray[np.int32]) -> None:
    log.day[winners] = day
    for number in np.unique(log.ask[winners]):
        mine = winners[log.ask[winners] == number]
        ask, rows = log.asks[number], log.row[mine]
        log.later[mine] = waits(block, ask, day, rows)
        value = np.full(len(rows), ask.value, dtype=np.int16)
        promotions = np.full(len(rows), ask.promotions, dtype=np.int16)
        block.commit(ask, rows, day, value, promotions, None)
        own = rows[block.today[rows] == day]
        block.taken[own] = taker[own]
