"""What a send listens to while it runs: the queue each minute, the breaker, and its canary before anybody else."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest

from topmind.delivery import MemoryTransport, refused
from topmind.ledger import Feedback, Ledger
from topmind.model import FeedbackKind, Transport
from topmind.run.listening import SIMULATOR, Listener
from topmind.testing.builders import TODAY, a_touch
from topmind.testing.clock import FixedClock
from topmind.testing.sending import a_ledger


@pytest.fixture
def clock() -> FixedClock:
    """The store's and the programme's."""
    return FixedClock()


@pytest.fixture
def ledger(clock: FixedClock) -> Iterator[Ledger]:
    """A hundred mails of today were accepted."""
    contacts = [f"c{n:04d}" for n in range(100)]
    opened = a_ledger(contacts, clock=clock)
    opened.seed([a_touch(contact, TODAY, occurrence="2026-W49", items=()) for contact in contacts])
    yield opened
    opened.close()


def listener(
    ledger: Ledger,
    clock: FixedClock,
    transport: Transport,
    drained: list[timedelta],
    *,
    approved: bool = False,
    owner: str = "run-1",
) -> Listener:
    """Of one run."""
    return Listener(
        ledger,
        transport,
        drained.append,
        owner=owner,
        sender="dana@harborandpine.example",
        now=clock.now,
        plan="0123456789abcdef",
        approved=approved,
    )


def bounce(ledger: Ledger, many: int) -> None:
    """So many come back for good."""
    ledger.record_feedback(
        [
            Feedback(
                touch_hex=touch.key.wire("test"), kind=FeedbackKind.BOUNCED, at=ledger.now(), permanent=True
            )
            for touch in ledger.history(TODAY).touches[:many]
        ]
    )


def test_the_canary_is_the_first_mail(ledger: Ledger, clock: FixedClock) -> None:
    """Once, whatever else is looked at each minute."""
    transport, drained = MemoryTransport(), list[timedelta]()
    listen = listener(ledger, clock, transport, drained)
    assert [listen() for _ in range(3)] == ["", "", ""]
    clock.advance(minutes=1)
    assert listen() == ""
    assert ([mail.to for mail in transport.sent], len(drained)) == ([SIMULATOR], 2)


def test_without_the_canary_nobody_is_mailed(ledger: Ledger, clock: FixedClock) -> None:
    """Amazon does not take a mail to itself."""
    assert "was not taken" in listener(ledger, clock, MemoryTransport([refused()]), [])()


def test_the_breaker_stops_a_run_under_way(ledger: Ledger, clock: FixedClock) -> None:
    """Six of a hundred came back for good since the last look; five are not too many."""
    listen = listener(ledger, clock, MemoryTransport(), [])
    assert listen() == ""
    bounce(ledger, 5)
    clock.advance(minutes=1)
    assert listen() == ""
    bounce(ledger, 6)
    assert listen() == "", "it is looked at once a minute"
    clock.advance(minutes=1)
    assert "topmind approve 0123456789ab" in listen()


def test_a_person_may_let_it_go(ledger: Ledger, clock: FixedClock) -> None:
    """Whoever approved the plan has seen it."""
    bounce(ledger, 50)
    assert listener(ledger, clock, MemoryTransport(), [], approved=True)() == ""


def test_no_mail_while_feedback_is_dead(ledger: Ledger, clock: FixedClock) -> None:
    """An hour after the last run nothing was heard of its canary: this run sends a new one, and nothing else."""
    assert listener(ledger, clock, MemoryTransport(), [])() == ""
    clock.advance(minutes=59)
    assert listener(ledger, clock, MemoryTransport(), [], owner="run-2")() == "", "it may be late"
    clock.advance(minutes=2)
    transport = MemoryTransport()
    why = listener(ledger, clock, transport, [], owner="run-3")()
    assert "feedback is dead" in why
    assert "topmind approve 0123456789ab" in why
    assert [mail.to for mail in transport.sent] == [SIMULATOR]
    assert listener(ledger, clock, MemoryTransport(), [], owner="run-4", approved=True)() == ""


def test_a_new_canary_shows_that_feedback_is_back(ledger: Ledger, clock: FixedClock) -> None:
    """One lost event must not hold all runs for ever."""
    assert listener(ledger, clock, MemoryTransport(), [])() == ""
    clock.advance(hours=2)
    transport = MemoryTransport()
    assert listener(ledger, clock, transport, [], owner="run-2")() != ""
    clock.advance(hours=2)
    heard = Feedback(touch_hex=transport.sent[0].touch_hex, kind=FeedbackKind.SENT, at=clock.now())
    ledger.record_feedback([heard])
    assert listener(ledger, clock, MemoryTransport(), [], owner="run-3")() == ""
