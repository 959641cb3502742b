"""The steps of sequences in the day loop: which of them fall due, and what becomes of them on a day."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import date

import numpy as np
from numpy.typing import NDArray

from topmind.model import Bools, Channel, Reason
from topmind.planning.block import Block, Rows
from topmind.planning.facts import Columns, columns, near
from topmind.planning.gates import caller_indexes, gate, waits
from topmind.planning.logs import StepLog, Told, Why, new_final
from topmind.planning.occasions import Ask, is_stopped
from topmind.planning.past import Settled
from topmind.planning.policies import STATIC, capacity
from topmind.planning.reached import without_reached
from topmind.planning.room import SOON, Soon
from topmind.planning.sequences import entries


def step_log(block: Block, settled: Settled) -> StepLog:
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
        mine = near(known[text], sequence, step, setting.start, setting.foreseen).nonzero()[0].tolist()
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
        final=new_final(block, len(found)),
    )


def soon(block: Block, log: StepLog) -> Soon | None:
    """The entries for which others leave room in a ceiling; None where no window is that short, or nothing comes."""
    if not len(log.row) or all(window.days > SOON for window in block.setting.windows):
        return None
    may = np.zeros(len(log.row), dtype=np.bool_)
    for number, ask in enumerate(log.asks):
        # a reply asks for no place: it goes in any case
        mine = ((log.ask == number) & ~np.bool_(ask.reply) & block.taking_part[log.row]).nonzero()[0]
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


def step_phase(block: Block, log: StepLog, day: int) -> None:
    """Every open step entry: gates, then per contact the nearest deadline, then the capacity of calls."""
    ready = int(log.due.searchsorted(day, side="right"))
    if not ready:
        return
    rows = log.row[:ready]
    places = (
        (log.last[:ready] >= day)
        & (log.day[:ready] == 0)
        & (block.today[rows] <= day)
        & block.taking_part[rows]
    ).nonzero()[0]
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
        _tell_lost(block, log, day, losers, Reason.LOST_TO)
        _tell_lost(block, log, day, denied, Reason.CAPACITY)
    _commit_steps(block, log, winners[admitted], day, taker)


def _tell_refused(block: Block, log: StepLog, day: int, number: int, refused: Rows) -> None:
    """The first reason of each entry that a policy refuses on its last day, or on the last one that is looked at."""
    over, still = _at_an_end(block, log, day, refused)
    if len(over):
        told = Told(log.lost.setdefault((day, number), Counter()), log.final)
        gate(block, log.asks[number], day, log.row[over], over, log.why, told=told)
    if len(still):
        gate(block, log.asks[number], day, log.row[still], still, log.why, told=Told(None, log.final))


def _at_an_end(block: Block, log: StepLog, day: int, places: Rows) -> tuple[Rows, Rows]:
    """Of these entries those whose last day this is, and those that the last day of the loop leaves open (only where
    each verdict ahead is asked for)."""
    over: Rows = places[log.last[places] == day]
    ends = log.final is not None and day == block.setting.end
    return over, places[log.last[places] > day] if ends else places[:0]


def _tell_lost(block: Block, log: StepLog, day: int, places: Rows, reason: Reason) -> None:
    over, still = _at_an_end(block, log, day, places)
    Told(None, log.final).put(np.concatenate([over, still]), reason)
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
