"""The day loop over one block of contacts.

Each day: windows roll, then steps, announcements, issues and rescues in this order. Within a phase: propose
(pure), admit where a capacity binds, commit. One touch per contact and day falls out of the order: whoever
comes first takes the day.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping

import numpy as np

from topmind.model import Bools, Reason
from topmind.planning.block import Block, Rows
from topmind.planning.gates import gate, waits
from topmind.planning.logs import BlockLog, SharedLog, Told, Why, new_final
from topmind.planning.occasions import Ask
from topmind.planning.past import Settled
from topmind.planning.policies import DAILY, STATIC, same_inbox
from topmind.planning.rescue import new_rescue_log, rescue_phase
from topmind.planning.selection import REASONS, Choice, announce, choose
from topmind.planning.step_phase import soon, step_log, step_phase


def run(block: Block, settled: Settled) -> BlockLog:
    """Play every day of the setting; `settled`: what the ledger has."""
    setting = block.setting
    shared = tuple(
        _shared_log(block, ask, settled.shared) for ask in (*setting.announcements, *setting.issues)
    )
    steps = step_log(block, settled)
    block.soon = soon(block, steps)
    log = BlockLog(
        block=block,
        shared=shared,
        steps=steps,
        rescue=new_rescue_log(block),
        broken=np.zeros(block.n, dtype=np.int8),
    )
    open_on: dict[int, list[SharedLog]] = defaultdict(list)
    for one in shared:
        for day in range(max(one.ask.first, setting.start), min(one.ask.last, setting.end) + 1):
            open_on[day].append(one)
    for day in range(setting.start, setting.end + 1):
        block.roll(day)
        step_phase(block, log.steps, day)
        for one in open_on[day]:
            _shared(block, one, day)
        rescue_phase(block, log, day, settled.keys)
    return log


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
        final=new_final(block, block.n),
    )


def _shared(block: Block, log: SharedLog, day: int) -> None:
    ask = log.ask
    open_ = _open(block, log, day)
    if open_ is None:
        return
    if log.eligible is None:
        log.eligible = _eligible(block, log)
    is_today = day in block.todays
    if is_today:
        turned_away = (open_ & ~log.eligible & (block.today == day)).nonzero()[0]
        gate(block, ask, day, turned_away, turned_away, log.why, STATIC)
    rows = (open_ & log.eligible).nonzero()[0]
    if not len(rows):
        return
    told = _told(block, log, day)
    rows, _ = gate(block, ask, day, rows, rows, log.why, DAILY, told)
    if not len(rows):
        return
    rows = _without_copies(block, log, day, rows, told)
    choice = announce(block, ask, day, rows) if ask.item else choose(block, ask, day, rows)
    if is_today:
        _say(block, log, day, rows, choice)
    if block.waits is not None:
        block.waits.tell(block, log, day, rows, choice)
    if told is not None:
        _tell(told, rows, choice)
    rows, choice = _keep(rows, choice, choice.why == 0)
    first = same_inbox.first_copies(block, ask, rows)
    if is_today:
        log.why.put(rows[~first & (block.today[rows] == day)], Reason.SAME_INBOX)
    if told is not None:
        told.singly(rows[~first], Reason.SAME_INBOX)
    rows, choice = _keep(rows, choice, first)
    log.day[rows] = day
    log.later[rows] = waits(block, ask, day, rows)
    block.commit(ask, rows, day, choice.value, choice.promotions, choice.picks, choice.got)
    same_inbox.remember(block, ask, rows, day, choice.value, choice.picks)
    _note(block, log, day, rows, choice)


def _without_copies(block: Block, log: SharedLog, day: int, rows: Rows, told: Told | None) -> Rows:
    """Before the selection: what came into their inbox is theirs, so there is nothing new in it for them."""
    if not block.inboxes.any:
        return rows
    had = same_inbox.has_copy(block, log.ask, rows)
    if day in block.todays:
        log.why.put(rows[had & (block.today[rows] == day)], Reason.SAME_INBOX)
    if told is not None:
        told.singly(rows[had], Reason.SAME_INBOX)
    left: Rows = rows[~had]
    return left


def _note(block: Block, log: SharedLog, day: int, rows: Rows, choice: Choice) -> None:
    """Whose own today it is goes now; the others' items are kept only where each verdict ahead is asked for."""
    if day in block.todays and (today := block.today[rows] == day).any():
        log.today.append(_keep(rows, choice, today))
    if log.final is not None:
        log.given.append((rows, choice.picks))


def _eligible(block: Block, log: SharedLog) -> Bools:
    """Who passes everything that does not change from day to day."""
    rows = (block.taking_part & ~log.settled).nonzero()[0]
    lasting = None if log.final is None else Told(None, log.final)
    rows, _ = gate(block, log.ask, 0, rows, rows, log.why, STATIC, lasting)
    eligible = np.zeros(block.n, dtype=np.bool_)
    eligible[rows] = True
    return eligible


def _open(block: Block, log: SharedLog, day: int) -> Bools | None:
    """Whom it may still go to and whose today has come; None = nobody."""
    if log.over:
        return None
    open_: Bools = block.taking_part & ~log.settled & (log.day == 0)
    log.over = not open_.any()
    if day <= max(block.todays, default=day):
        open_ &= block.today <= day
        return open_ if open_.any() else None
    return None if log.over else open_


def _told(block: Block, log: SharedLog, day: int) -> Told | None:
    """Who hears on this day of those who do not get it: the counts on its last one."""
    last = day == log.ask.last
    counts = log.held if last and block.waits is not None else None
    final = log.final if last or day == block.setting.end else None
    return None if counts is None and final is None else Told(counts, final)


def _tell(told: Told, rows: Rows, choice: Choice) -> None:
    """For whom the selection has nothing."""
    for code in np.unique(choice.why):
        reason = REASONS[int(code)]
        if reason is not None:
            told.put(rows[choice.why == code], reason)


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
    return (rows, choice) if mask.all() else (rows[mask], choice.only(mask))
