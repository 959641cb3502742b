"""The parts of a plan played one after the other, large audiences in two processes.

Processes are spawned, not forked: a fork copies the locks of whatever threads are alive (DuckDB's, a web server's)
and may hang on them. A child gets the columns and touches of a part when it is its turn, so that neither side holds
more than a few parts beside the audience itself.
"""

from __future__ import annotations

import os
import signal
from collections import deque
from collections.abc import Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass, replace
from multiprocessing import get_context

from topmind.model import Members, PastTouch
from topmind.planning import loop, past
from topmind.planning.assembly import Assembly
from topmind.planning.block import Block, Rows
from topmind.planning.foretold import foretell
from topmind.planning.found import Found
from topmind.planning.logs import BlockLog
from topmind.planning.outlook_parts import Part, part_of
from topmind.planning.setting import Setting
from topmind.planning.shards import Cut
from topmind.planning.waits import Waits

#: From this many contacts on a second process is worth its start.
WORTH_TWO = 200_000
#: Parts that a child has in hand or at its door.
_AHEAD = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What a plan is to tell."""

    #: Rows and verdicts of each contact, not only counts.
    told: bool
    #: What the calendar means for people.
    outlook: bool
    #: Last day (ordinal) up to which each verdict ahead is told one by one; None = none is.
    foretell: int | None = None

    def waits(self, block: Block) -> Waits | None:
        """What is noted while the days are played."""
        singly = self.foretell is not None
        return Waits(block, singly=singly) if self.outlook or singly else None


#: What one part adds.
Played = tuple[Found, Part | None]


def processes_for(contacts: int) -> int:
    """Two for a large audience on a machine with more than one core."""
    return min(2, os.cpu_count() or 1) if contacts >= WORTH_TWO else 1


def play_all(made: Setting, cut: Cut, wanted: Wanted, processes: int) -> Iterator[Played]:
    """What each part adds, in no particular order."""
    # each part is given its touches
    made = replace(made, history=replace(made.history, touches=()))
    waiting = deque(range(len(cut.parts)))
    if processes < 2 or len(waiting) < 2:
        for number in waiting:
            yield _one(made, cut, wanted, number)
        return
    with _pool(made, wanted, processes - 1) as pool:
        flying: dict[Future[Played], int] = {}
        while waiting or flying:
            # the first part may be the largest: it is played here, at once
            while len(waiting) > 1 and len(flying) < _AHEAD * (processes - 1):
                number = waiting.pop()
                flying[_submit(pool, cut, number)] = number
            if waiting:
                yield _one(made, cut, wanted, waiting.popleft())
            for future in [f for f in flying if f.done() or not waiting]:
                number = flying.pop(future)
                try:
                    yield future.result()
                except (BrokenProcessPool, OSError):
                    # no second process here (or it was killed): a plan needs none
                    yield _one(made, cut, wanted, number)


def _submit(pool: ProcessPoolExecutor, cut: Cut, number: int) -> Future[Played]:
    try:
        return pool.submit(_in_child, cut.parts[number], *cut.part(number))
    except (BrokenProcessPool, OSError) as broken:
        failed: Future[Played] = Future()
        failed.set_exception(broken)
        return failed


def _pool(made: Setting, wanted: Wanted, children: int) -> ProcessPoolExecutor:
    return ProcessPoolExecutor(
        children, mp_context=get_context("spawn"), initializer=_begin, initargs=(made, wanted)
    )


#: In a child: what every part has in common.
_common: list[tuple[Setting, Wanted]] = []


def _begin(made: Setting, wanted: Wanted) -> None:
    # the parent hears of an interrupt and ends the pool
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    _common[:] = [(made, wanted)]


def _in_child(rows: Rows, part: Members, touches: list[PastTouch]) -> Played:
    made, wanted = _common[0]
    return _sum_up(made, play(made, part, touches, wanted), rows, wanted)


def _one(made: Setting, cut: Cut, wanted: Wanted, number: int) -> Played:
    part, touches = cut.part(number)
    return _sum_up(made, play(made, part, touches, wanted), cut.parts[number], wanted)


def _sum_up(made: Setting, log: BlockLog, rows: Rows, wanted: Wanted) -> Played:
    assembly = Assembly(made, told=wanted.told)
    assembly.add(log, rows)
    if wanted.foretell is not None:
        assembly.found.foretold += foretell(log, rows, wanted.foretell)
    return assembly.found, part_of(log) if wanted.outlook else None


def play(made: Setting, part: Members, touches: list[PastTouch], wanted: Wanted | None = None) -> BlockLog:
    """The day loop over these contacts, with what the ledger has of them; notes what is wanted of it."""
    block = Block(made, part)
    settled = past.remember(block, touches)
    block.waits = wanted.waits(block) if wanted else None
    return loop.run(block, settled)
