"""The contract, the record: tasks, approvals, history, expiry, and everyone accounted for."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from ledger_words import NOW, accepted, claim, reason, state
from topmind.ledger import Ledger, Stop
from topmind.model import (
    Channel,
    TouchKey,
    TouchState,
)
from topmind.testing.builders import TODAY, a_touch
from topmind.testing.clock import FixedClock
from topmind.testing.sending import a_key, a_row, a_task, freeze


def test_tasks(ledger: Ledger) -> None:
    """A call is nothing the mail loop takes; somebody does it, or it is missed."""
    freeze(ledger, a_task(), a_task("c0001"), a_row("c0002"))
    assert len(claim(ledger)) == 1
    first, second = ledger.tasks()
    assert (first.state, first.sender, first.key.channel) == (TouchState.PLANNED, "dana", Channel.CALL)
    assert ledger.task_done(first.touch_hex[:10], TODAY)
    assert not ledger.task_done(first.touch_hex, TODAY)
    assert ledger.expire(second.last_day) == 0
    assert ledger.expire(second.last_day + timedelta(days=1)) == 1
    assert {task.state for task in ledger.tasks(open_only=False)} == {TouchState.DONE, TouchState.MISSED}
    counts = ledger.counts(TODAY)
    assert (counts.tasks, counts.planned) == (2, 1)


def test_approvals_hold_a_day(ledger: Ledger, clock: FixedClock) -> None:
    """A surge that was approved may go for 24 hours."""
    ledger.approve("abc")
    assert ledger.history(TODAY).approved == {"abc"}
    clock.advance(hours=24)
    assert ledger.history(TODAY).approved == frozenset()


def test_history(ledger: Ledger) -> None:
    """Touches in order with their state, what was sent per day, and whether anything ever was."""
    assert ledger.history(TODAY).first
    days = [TODAY - timedelta(days=n) for n in (40, 34, 7, 7)]
    ledger.seed(
        [
            a_touch(f"c000{n % 3}", day, occurrence=str(n), items=("tips/b", "tips/a"), value=2)
            for n, day in enumerate(days)
        ]
    )
    freeze(ledger, a_row())
    ledger.stop("home-almanac")
    history = ledger.history(TODAY)
    assert not history.first
    assert history.ledger == "test"
    assert history.stopped == {"home-almanac"}
    assert history.sent_per_day == {days[1]: 1, days[2]: 2}
    assert [t.key.contact for t in history.touches] == ["c0000", "c0000", "c0000", "c0001", "c0002"]
    assert history.touches[0].items == ("tips/b", "tips/a")
    assert history.touches[2].state is TouchState.PLANNED


def test_a_stop_keeps_its_first_words(ledger: Ledger, clock: FixedClock) -> None:
    """Since when, who and why, for whoever finds it stopped; stopped again it stays as it was, resumed it is gone."""
    since = clock.now()
    ledger.stop("all", by="Dana", why="The price is wrong.")
    clock.advance(hours=1)
    ledger.stop("all", by="Marcus", why="Another reason.")
    ledger.stop("tuesday-fix")
    assert ledger.stopped() == (
        Stop(name="all", since=since, by="Dana", why="The price is wrong."),
        Stop(name="tuesday-fix", since=clock.now()),
    )
    assert ledger.resume("all")
    assert [one.name for one in ledger.stopped()] == ["tuesday-fix"]


def test_expiry_says_what_held_it(ledger: Ledger) -> None:
    """Too late, unless something is known to have held it: a stop, a gap."""
    freeze(ledger, a_row(), a_row("c0001"), a_row("c0002", key=a_key("c0002", source="home-almanac")))
    ledger.seed([a_touch("c0001", TODAY, occurrence="x", items=())])
    ledger.stop("home-almanac")
    claim(ledger, 5, occasions=["tuesday-fix/2026-W49"])
    ledger.release([])
    assert ledger.expire(TODAY + timedelta(days=1)) == 2
    assert reason(ledger, "c0001") == "gap"
    assert ledger.touches_of("c0002")[0].reason == "stopped"
    assert state(ledger) is TouchState.CLAIMED


def test_sent_now_is_of_one_run(ledger: Ledger) -> None:
    """A second run reports the same counts with nothing sent."""
    freeze(ledger, a_row(), a_row("c0001"))
    ledger.settle([accepted(one) for one in claim(ledger)])
    first, second = ledger.counts(TODAY, run="run-1"), ledger.counts(TODAY, run="run-2")
    assert (first.sent_now, second.sent_now) == (2, 0)
    assert first.as_dict() | {"sent_now": 0} == second.as_dict()


def test_what_was_sent_late_is_told_apart(ledger: Ledger) -> None:
    """The equation is of one day; what a run sends for other days is counted beside it."""
    other = TouchKey(
        contact="c0001", source="tuesday-fix", step=None, occurrence="2026-W48", channel=Channel.EMAIL
    )
    freeze(ledger, a_row(), a_row(key=other, nominal=TODAY - timedelta(days=1)))
    ledger.settle([accepted(one) for one in claim(ledger)])
    counts = ledger.counts(TODAY, run="run-1")
    assert (counts.planned, counts.accepted, counts.sent_now, counts.sent_late) == (1, 1, 2, 1)


def test_naive_moments_are_errors(ledger: Ledger) -> None:
    """A moment without a zone never reaches a row."""
    with pytest.raises(ValueError, match="aware"):
        ledger.claim(owner="r", limit=1, now=datetime(2026, 12, 1))  # noqa: DTZ001 - that is the point
    assert datetime(2026, 12, 1, tzinfo=UTC) < NOW
