"""From a queue into the ledger: read, fold in, then let go of the messages. Twice and unordered does not matter.

What is received and not yet written is not deleted: a run that dies leaves it to the next one.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import groupby
from typing import Protocol, TypeAlias

from topmind.feedback.bodies import read
from topmind.feedback.scoring import rescore
from topmind.feedback.ses import Dropped, Hashes
from topmind.feedback.settle import QUIET_WINDOW, Health, Settled, settle
from topmind.ledger import Feedback, Heard, Ledger, Unproven
from topmind.model import Clock, FeedbackKind, TouchState

#: 0 = go on; else the exit code of the signal that came.
Stopping: TypeAlias = Callable[[], int]
#: Writes facts down beside the ledger, durably (`FolderInbox.keep`, `ObjectInbox.keep`).
Keep: TypeAlias = Callable[[Sequence[Feedback]], None]
#: So many receives in a row without a message, and the queue is empty.
EMPTY = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Received:
    """One message in hand: nobody else gets it for a while."""

    #: The same however often it is received.
    id: str
    #: Holds an address. Hidden in repr.
    body: str = field(repr=False)
    #: What lets go of it.
    receipt: str = field(repr=False)


class Queue(Protocol):
    """Where feedback waits: `aws.queue.FeedbackQueue`, `testing.queue.ListQueue`."""

    def receive(self) -> Sequence[Received]:
        """Some messages, () where none came. Raises FeedbackError."""
        ...

    def done(self, messages: Sequence[Received]) -> None:
        """These are in the ledger, or nobody's: delete them."""
        ...

    def give_back(self, messages: Sequence[Received]) -> None:
        """These may be received again at once."""
        ...

    def waiting(self) -> tuple[int, int] | None:
        """(messages that may be received, messages in somebody's hand), about; None = it cannot be said."""
        ...


@dataclass(slots=True)
class Drained:
    """What came out of a queue."""

    #: Messages of ours by kind, counted once however often they were received.
    kinds: Counter[FeedbackKind] = field(default_factory=Counter)
    #: Foreign, unreadable and without use, likewise.
    dropped: Counter[Dropped] = field(default_factory=Counter)
    heard: Heard = field(default_factory=Heard)
    #: The queue has nothing more for us, neither visible nor in another hand.
    empty: bool = False
    #: Exit code of the signal that ended it early, else 0.
    signal: int = 0
    #: Messages that stay in the queue: unreadable ones, and all of a dry run.
    held: dict[str, Received] = field(default_factory=dict)
    #: Only of a dry run: events that would be folded in.
    events: list[Feedback] = field(default_factory=list)


def drain(
    queue: Queue,
    ledger: Ledger,
    hashes: Hashes,
    *,
    keep: Keep,
    clock: Clock,
    budget: timedelta,
    stopping: Stopping = lambda: 0,
    dry_run: bool = False,
) -> Drained:
    """Fold everything in, until the queue is empty or `budget` is used up. `dry_run` writes and deletes nothing.

    `keep` gets what must outlive the ledger (`Ledger.lasting`) before the ledger has it. Raises FeedbackError (the queue) and LedgerError; what was not written then is still in the queue.
    """
    found = Drained()
    until, nothing = clock.now() + budget, 0
    found.signal = stopping()
    try:
        while nothing < EMPTY and clock.now() < until and not found.signal:
            group = queue.receive()
            nothing = 0 if group else nothing + 1
            if group:
                _take_in(queue, ledger, hashes, group, found, keep, dry_run=dry_run)
            found.signal = stopping()
    finally:
        if dry_run:
            queue.give_back(list(found.held.values()))
    found.empty = nothing == EMPTY and _nothing_left(queue, found)
    return found


def _take_in(
    queue: Queue,
    ledger: Ledger,
    hashes: Hashes,
    group: Sequence[Received],
    found: Drained,
    keep: Keep,
    *,
    dry_run: bool,
) -> None:
    """One group: read, keep beside the ledger, one write, delete. Whatever dies in between, it comes again."""
    events, done = [], []
    for message in group:
        one = read(message.body, ledger=ledger.ledger_id, hashes=hashes)
        again = message.id in found.held
        if dry_run or one is Dropped.UNREADABLE:
            found.held[message.id] = message
        else:
            done.append(message)
        if again:
            continue
        if isinstance(one, Dropped):
            found.dropped[one] += 1
        else:
            found.kinds[one.kind] += 1
            events.append(one)
    if dry_run:
        found.events += events
        return
    keep(ledger.lasting(events))
    found.heard += ledger.record_feedback(events)
    if marked := {event.touch_hex for event in events if event.sent}:
        rescore(ledger, marked)
    queue.done(done)


def forget(queue: Queue, names: Callable[[str], bool]) -> int:
    """Delete messages whose body `names` somebody who left for good, give back the others; how many. Raises
    FeedbackError."""
    held: dict[str, Received] = {}
    gone, nothing = 0, 0
    try:
        while nothing < EMPTY:
            group = queue.receive()
            fresh = [one for one in group if one.id not in held]
            nothing = 0 if fresh else nothing + 1
            theirs = [one for one in fresh if names(one.body)]
            queue.done(theirs)
            gone += len(theirs)
            held |= {one.id: one for one in group if one not in theirs}
    finally:
        queue.give_back(list(held.values()))
    return gone


def _nothing_left(queue: Queue, found: Drained) -> bool:
    """Whether silence means something: nothing visible, nothing in another hand (a run that died minutes ago)."""
    left = queue.waiting()
    if left is None:
        return False
    visible, in_hand = left
    return visible + in_hand <= len(found.held)


def judge_unknown(
    ledger: Ledger, *, queue_empty: bool, now: datetime, events: Iterable[Feedback] = ()
) -> Settled:
    """What is known of every unproven touch now, each by the health of its own run; writes nothing."""
    known = list(events)
    parts = [
        settle(touches, known, _health(ledger, owner, touches, queue_empty, now), now)
        for owner, touches in _by_run(ledger.unproven())
    ]
    return Settled(
        proofs=tuple(one for part in parts for one in part.proofs),
        unresolved=tuple(one for part in parts for one in part.unresolved),
        waiting=tuple(one for part in parts for one in part.waiting),
    )


def _by_run(unproven: Iterable[Unproven]) -> list[tuple[str, list[Unproven]]]:
    ordered = sorted(unproven, key=lambda touch: touch.run)
    return [(owner, list(touches)) for owner, touches in groupby(ordered, key=lambda touch: touch.run)]


def _health(
    ledger: Ledger, owner: str, touches: Sequence[Unproven], queue_empty: bool, now: datetime
) -> Health:
    """Asked of the ledger only where silence could mean something by now."""
    old = any(t.state is TouchState.UNKNOWN and now - t.at >= QUIET_WINDOW for t in touches)
    if not (owner and old and queue_empty):
        return Health(canary=False, queue_empty=queue_empty, accepted=0, accepted_seen=0)
    found = ledger.run_health(owner)
    return Health(
        canary=found.canary,
        queue_empty=queue_empty,
        accepted=found.accepted,
        accepted_seen=found.accepted_seen,
    )


def shares(kinds: Mapping[FeedbackKind, int]) -> dict[str, int]:
    """Counts by kind, in the order of the vocabulary, zeros left out."""
    return {kind.value: kinds[kind] for kind in FeedbackKind if kinds.get(kind)}
