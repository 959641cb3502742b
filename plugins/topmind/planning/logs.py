"""What a block's day loop wrote down: who goes when, who does not and why."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from topmind.model import Bools, Channel, Reason
from topmind.planning.block import Block, Days, Rows
from topmind.planning.occasions import Ask
from topmind.planning.selection import Choice

#: Code of a reason in an int8 array: 0 = none.
CODES: dict[Reason, int] = {reason: number for number, reason in enumerate(Reason, start=1)}
REASON_OF: dict[int, Reason] = {number: reason for reason, number in CODES.items()}


class Why:
    """A reason per place (row or entry) with what it refers to."""

    def __init__(self, size: int) -> None:
        self.code = np.zeros(size, dtype=np.int8)
        #: LOST_TO: index into `Block.takers`; a ceiling: what `ceiling.full` says; NOTHING_NEW: items kept for the
        #: floor; else -1.
        self.note = np.full(size, -1, dtype=np.int32)

    def put(
        self, places: Rows, reason: Reason, note: NDArray[np.int32] | NDArray[np.int16] | None = None
    ) -> None:
        """Write the reason for these places."""
        self.code[places] = CODES[reason]
        self.note[places] = -1 if note is None else note


#: Per place the reason on the last day that is looked at (a code); 0 = it goes, or it was not asked.
Final = NDArray[np.int8]


@dataclass(frozen=True, slots=True, eq=False)
class Told:
    """Who does not get something on its last day: counted, and one by one where that is asked for."""

    counts: Counter[Reason] | None
    final: Final | None = None

    def put(self, places: Rows, reason: Reason) -> None:
        """These places (rows or entries) do not get it, for this reason."""
        if self.counts is not None and len(places):
            self.counts[reason] += len(places)
        self.singly(places, reason)

    def singly(self, places: Rows, reason: Reason) -> None:
        """The same, without counting them."""
        if self.final is not None:
            self.final[places] = CODES[reason]


def new_final(block: Block, size: int) -> Final | None:
    """Nothing told yet; None where nobody asks for each verdict ahead."""
    return np.zeros(size, dtype=np.int8) if block.waits is not None and block.waits.singly else None


@dataclass(slots=True, kw_only=True, eq=False)
class SharedLog:
    """An issue or an announced send in one block."""

    ask: Ask
    #: Settled by the ledger: neither due nor explained.
    settled: Bools
    #: Day on which each row goes; 0 = it does not.
    day: Days
    #: Goes today, but its time has not come.
    later: Bools
    why: Why
    #: (rows, choice) of those who go on their own today.
    today: list[tuple[Rows, Choice]] = field(default_factory=list)
    #: Nobody is left whom it might still go to.
    over: bool = False
    #: Rows that pass everything that does not change from day to day.
    eligible: Bools | None = None
    #: On its last day: reason → rows that do not get it; value items that the ratio still asks for → rows.
    held: Counter[Reason] = field(default_factory=Counter)
    short: Counter[int] = field(default_factory=Counter)
    #: Promotions that its slots took: bit → rows.
    offers: Counter[int] = field(default_factory=Counter)
    #: Only where each verdict ahead is asked for: by row; (rows, picks) of those who go.
    final: Final | None = None
    given: list[tuple[Rows, NDArray[np.int16]]] = field(default_factory=list)


@dataclass(slots=True, kw_only=True, eq=False)
class StepLog:
    """Every step entry of one block, ordered by due day."""

    asks: tuple[Ask, ...]
    row: Rows
    due: Days
    last: Days
    #: Index into `asks`.
    ask: NDArray[np.int32]
    occurrence: tuple[str, ...]
    day: Days
    later: Bools
    why: Why
    #: (day, index into `asks`) → reason → entries whose last day this was and that did not go. A forecast's alone.
    lost: dict[tuple[int, int], Counter[Reason]] = field(default_factory=dict)
    #: By entry, only where each verdict ahead is asked for.
    final: Final | None = None


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class RescueEvent:
    """Rescues of one day on one channel."""

    day: int
    channel: Channel
    rows: Rows
    #: Last valuable day before it (or the clock's start, where `untouched`).
    since: Days
    untouched: Bools
    #: Tries since then that expired or that nobody did.
    failed: NDArray[np.int16]
    #: [m, 1] bits of the items; None for a task.
    bits: NDArray[np.int16] | None
    later: Bools


@dataclass(slots=True, kw_only=True, eq=False)
class RescueLog:
    """Rescues of one block."""

    events: list[RescueEvent] = field(default_factory=list)
    why: Why
    #: Channel (index into `list(Channel)`) that the reason speaks of.
    channel: NDArray[np.int8]
    #: Last valuable day and whether there was one, when the reason was written.
    since: Days
    untouched: Bools
    #: Day on which the same rescue goes after all; 0 = not seen.
    day: Days
    #: By row, only where each verdict ahead is asked for: who waits on the last day for a rescue by which channel.
    final: Final | None = None
    final_channel: NDArray[np.int8] | None = None


@dataclass(slots=True, kw_only=True, eq=False)
class BlockLog:
    """All of it."""

    block: Block
    shared: tuple[SharedLog, ...]
    steps: StepLog
    rescue: RescueLog
    #: (week's Monday as ordinal, segment) → contacts.
    gaps: dict[tuple[int, str], int] = field(default_factory=dict)
    #: (day, rows) of floors that break for want of content.
    lacking: list[tuple[int, Rows]] = field(default_factory=list)
    #: Per row the code of the reason why its floor is broken today; 0 = it is not.
    broken: NDArray[np.int8]
