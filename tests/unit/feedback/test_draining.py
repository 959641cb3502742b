"""From a queue into the ledger: nothing is deleted before it is written, nothing is counted twice."""

from __future__ import annotations

import itertools
from datetime import timedelta
from typing import Any

import pytest

from ledger_words import answered, claim, state
from topmind.errors import LedgerError
from topmind.feedback import Drained, Dropped, drain, judge_unknown
from topmind.feedback.settle import QUIET_WINDOW
from topmind.ledger import Claim, Feedback, Ledger
from topmind.model import FeedbackKind, OutcomeKind, TouchState
from topmind.testing.clock import FixedClock
from topmind.testing.events import a_body, an_envelope
from topmind.testing.faults import Died, Fuse, faulty_ledger
from topmind.testing.queue import ListQueue
from topmind.testing.sending import a_key, a_ledger, a_row, freeze, hashes

HEX = a_key().wire("test")
CANARY = "ca" * 16


@pytest.fixture
def clock() -> FixedClock:
    """The store's clock."""
    return FixedClock()


@pytest.fixture
def ledger(clock: FixedClock) -> Ledger:
    """This week's issue of two people, each called for and unanswered."""
    opened = a_ledger(clock=clock)
    freeze(opened, a_row(), a_row("c0001"))
    opened.settle([answered(one, OutcomeKind.UNKNOWN, "no answer in time") for one in claim(opened)])
    return opened


def drained(queue: ListQueue, ledger: Ledger, **over: Any) -> Drained:
    """Everything, within ten minutes."""
    known = {"keep": lambda _: None, "clock": FixedClock(), "budget": timedelta(minutes=10)}
    return drain(queue, ledger, hashes, **(known | over))


def test_the_whole_way(ledger: Ledger) -> None:
    """An unknown touch is proven by its Send event, with the message's id; the queue is empty afterwards."""
    queue = ListQueue([a_body("Send", HEX, message_id="m-1"), an_envelope(a_body("Delivery", HEX))])
    found = drained(queue, ledger)
    assert (found.heard.proved, found.heard.new, found.empty) == (1, 2, True)
    assert state(ledger) is TouchState.ACCEPTED
    assert ledger.touches_of("c0000")[0].message_id == "m-1"
    assert queue.waiting() == (0, 0)


def test_more_than_one_group(ledger: Ledger) -> None:
    """It goes on until two receives in a row bring nothing."""
    queue = ListQueue([a_body("Open", HEX, seconds=60 + n) for n in range(25)], group=10)
    assert drained(queue, ledger).kinds == {FeedbackKind.OPENED: 25}
    assert len(ledger.marks()) == 25


def test_unreadable_bodies_stay_and_foreign_ones_go(ledger: Ledger) -> None:
    """Counted once, however often the unreadable one comes back during a drain."""

    class Impatient(ListQueue):
        """What is in hand comes back once."""

        bored = False

        def receive(self) -> Any:
            found = super().receive()
            if not found and not self.bored:
                self.bored = True
                self.come_back()
            return found

    queue = Impatient(["not json", a_body(ledger="other"), a_body("Send", HEX)])
    found = drained(queue, ledger)
    assert found.dropped == {Dropped.UNREADABLE: 1, Dropped.FOREIGN: 1}
    assert [one.body for one in queue.in_hand.values()] == ["not json"]
    assert found.empty


def test_a_ledger_that_fails_keeps_its_messages(ledger: Ledger) -> None:
    """The next drain gets them."""

    class Full:
        """A ledger whose disk is full."""

        def __getattr__(self, name: str) -> Any:
            return getattr(ledger, name)

        def record_feedback(self, events: list[Feedback]) -> None:
            raise LedgerError("the disk is full.")

    queue = ListQueue([a_body("Send", HEX)])
    with pytest.raises(LedgerError):
        drained(queue, Full())  # type: ignore[arg-type]  # a ledger in all but one method
    assert queue.waiting() == (0, 1)
    queue.come_back()
    assert drained(queue, ledger).heard.proved == 1


def test_a_dry_run_changes_nothing(ledger: Ledger) -> None:
    """Neither the ledger nor the queue."""
    queue = ListQueue([a_body("Send", HEX), "not json", a_body(ledger="other")], group=1)
    found = drained(queue, ledger, dry_run=True)
    assert found.kinds == {FeedbackKind.SENT: 1}
    assert found.dropped == {Dropped.UNREADABLE: 1, Dropped.FOREIGN: 1}
    assert queue.waiting() == (3, 0)
    assert state(ledger) is TouchState.UNKNOWN
    judged = judge_unknown(ledger, queue_empty=found.empty, now=ledger.now(), events=found.events)
    assert [proof.touch_hex for proof in judged.proofs] == [HEX]


def test_a_signal_ends_it_between_two_groups(ledger: Ledger) -> None:
    """What was received is written and deleted, the rest waits."""
    queue = ListQueue([a_body("Open", HEX, seconds=60 + n) for n in range(30)], group=10)
    found = drained(queue, ledger, stopping=lambda: 143 if len(queue.visible) < 30 else 0)
    assert (found.signal, found.kinds.total(), found.empty) == (143, 10, False)
    assert queue.waiting() == (20, 0)


def test_the_budget_ends_it(ledger: Ledger) -> None:
    """By the clock that it is given."""
    clock = FixedClock()

    class Slow(ListQueue):
        """A minute a receive."""

        def receive(self) -> Any:
            clock.advance(minutes=1)
            return super().receive()

    queue = Slow([a_body("Open", HEX, seconds=60 + n) for n in range(50)], group=10)
    found = drained(queue, ledger, clock=clock, budget=timedelta(minutes=3))
    assert (found.kinds.total(), found.empty) == (30, False)


def test_messages_in_another_hand_are_not_nothing(ledger: Ledger) -> None:
    """A run that died a minute ago may hold the evidence: such a queue is not empty."""
    queue = ListQueue([a_body("Send", HEX)])
    queue.receive()
    assert not drained(queue, ledger).empty


def test_a_queue_that_cannot_be_counted_is_not_empty(ledger: Ledger) -> None:
    """Silence must be certain."""

    class Silent(ListQueue):
        """The role may not ask."""

        def waiting(self) -> None:
            return None

    assert not drained(Silent(), ledger).empty


def test_a_drain_may_die_at_every_step(clock: FixedClock) -> None:
    """Whatever a killed run had in hand comes again; the state afterwards is the same, and nothing is left."""
    bodies = [a_body("Send", HEX), a_body("Click", HEX), a_body("Bounce", HEX, to="c0000@example.com")]
    wanted: list[str] = []
    for number in itertools.count():
        opened = a_ledger(clock=clock)
        freeze(opened, a_row())
        opened.settle([answered(one, OutcomeKind.UNKNOWN) for one in claim(opened)])
        queue, fuse = ListQueue(bodies, group=2), Fuse(number)
        try:
            drained(queue, faulty_ledger(opened, fuse))
        except Died:
            queue.come_back()
            drained(queue, opened)
        rows = list(opened._database.connection.iterdump())  # type: ignore[attr-defined]  # no public word for it
        wanted = wanted or rows
        assert [row for row in rows if "meta" not in row] == [row for row in wanted if "meta" not in row]
        assert queue.waiting() == (0, 0)
        if not fuse.blown:
            break
    assert number > 3


# -- unresolved --------------------------------------------------------------------------------------------


def alive(ledger: Ledger) -> None:
    """The canary of the run has come back."""
    ledger.canary_sent("run-1", CANARY, "m-c")
    drained(ListQueue([a_body("Send", CANARY, message_id="m-c")]), ledger)


def test_silence_makes_unresolved_only_where_feedback_is_alive(ledger: Ledger, clock: FixedClock) -> None:
    """Canary seen, queue empty, quiet window over: each is needed."""

    def judged(*, empty: bool = True) -> int:
        return len(judge_unknown(ledger, queue_empty=empty, now=ledger.now()).unresolved)

    clock.advance(hours=QUIET_WINDOW // timedelta(hours=1))
    assert judged() == 0
    alive(ledger)
    assert judged(empty=False) == 0
    assert judged() == 2


def test_a_minute_before_the_window_is_over_nothing_is_given_up(ledger: Ledger, clock: FixedClock) -> None:
    """Evidence may be six hours late."""
    alive(ledger)
    clock.advance(hours=5, minutes=59)
    assert judge_unknown(ledger, queue_empty=True, now=ledger.now()).unresolved == ()


def test_another_run_says_nothing_about_this_one(clock: FixedClock) -> None:
    """Each run is judged by its own canary and its own accepted mails."""
    ledger = a_ledger(clock=clock)
    freeze(ledger, a_row())
    freeze(ledger, a_row("c0001"))

    def lost(one: Claim) -> None:
        ledger.settle([answered(one, OutcomeKind.UNKNOWN)])

    lost(claim(ledger, 1)[0])
    lost(claim(ledger, 1, owner="run-2")[0])
    alive(ledger)
    clock.advance(hours=7)
    assert judge_unknown(ledger, queue_empty=True, now=ledger.now()).unresolved == (HEX,)
