"""The account's limits: rate, quota, reserve, and several senders that share them."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest

from topmind.delivery import AccountPace, Quota, warm_up
from topmind.testing.builders import TODAY
from topmind.testing.clock import FixedClock

PLENTY = Quota(rate=10, per_day=50_000, sent=0)


def test_a_fifth_is_left_to_others() -> None:
    """free = per_day - sent - 20 %, never below zero; below zero a day means no limit."""
    assert replace(PLENTY, per_day=1000, sent=300).free == 500
    assert replace(PLENTY, per_day=1000, sent=900).free == 0
    assert replace(PLENTY, per_day=-1).free is None


def test_four_fifths_of_the_rate() -> None:
    """Eight a second of ten, by the clock."""
    clock = FixedClock()
    pace = AccountPace(lambda: PLENTY, clock=clock)
    began = clock.now()
    for _ in range(81):
        pace.wait()
    assert (clock.now() - began).total_seconds() == pytest.approx(10, abs=0.1)


def test_the_quota_ends_the_run() -> None:
    """Room shrinks with what was sent; at nothing it says why."""
    clock = FixedClock()
    pace = AccountPace(lambda: Quota(rate=1000, per_day=100, sent=77), clock=clock)
    assert pace.room(10) == 3
    for _ in range(3):
        pace.wait()
    assert (pace.room(10), "quota" in pace.stop) == (0, True)


def test_asking_for_room_uses_none() -> None:
    """A loop that waits for answers asks many times over."""
    pace = AccountPace(lambda: Quota(rate=1000, per_day=100, sent=77), clock=FixedClock())
    assert [pace.room(3) for _ in range(50)] == [3] * 50


def test_others_use_the_account_too() -> None:
    """Each minute it is asked again: what somebody else sent is gone from our room."""
    clock, sent = FixedClock(), [0]
    pace = AccountPace(lambda: Quota(rate=10, per_day=100, sent=sent[0]), clock=clock)
    assert pace.room(200) == 80
    sent[0] = 75
    assert pace.room(200) == 80
    clock.advance(seconds=61)
    assert pace.room(200) == 5


def test_too_fast_halves_the_rate_for_a_minute() -> None:
    """Down at once, up again by doubling, never above the account's share."""
    clock = FixedClock()
    pace = AccountPace(lambda: PLENTY, clock=clock)
    pace.slow_down()
    pace.slow_down()
    assert pace.rate == pytest.approx(2)
    rates = []
    for _ in range(3):
        clock.advance(seconds=61)
        pace.room(1)
        rates.append(pace.rate)
    assert rates == pytest.approx([4, 8, 8])


def test_members_share_rate_and_quota() -> None:
    """Two workers, half each."""
    pace = AccountPace(lambda: Quota(rate=10, per_day=100, sent=0), clock=FixedClock(), members=lambda: 2)
    assert (pace.rate, pace.room(100)) == (4, 40)


def test_a_warm_up_ends_the_run_earlier() -> None:
    """So many today, whatever the quota says."""
    pace = AccountPace(lambda: PLENTY, clock=FixedClock())
    pace.at_most = 2
    assert pace.room(10) == 2
    pace.wait()
    pace.wait()
    assert (pace.room(10), "warm-up" in pace.stop) == (0, True)


def test_one_domain_gets_no_more_than_its_share() -> None:
    """Two a second to one domain, though the account could do eight; another domain does not wait for it."""
    clock = FixedClock()
    pace = AccountPace(lambda: PLENTY, clock=clock, per_domain=2)
    began = clock.now()
    for _ in range(21):
        pace.wait("example.com")
    assert (clock.now() - began).total_seconds() == pytest.approx(10, abs=0.2)
    began = clock.now()
    pace.wait("example.org")
    assert (clock.now() - began).total_seconds() < 0.2


def test_a_warm_up_doubles_each_day_that_sends() -> None:
    """200, 400, 800 …; a day without mail does not count, what left today does, after two weeks it is over."""
    sent: dict[date, int] = {}
    assert warm_up.left(200, sent, TODAY) == 200
    sent[TODAY - timedelta(days=3)] = 200
    sent[TODAY - timedelta(days=2)] = 0
    assert warm_up.left(200, sent, TODAY) == 400
    sent[TODAY] = 390
    assert warm_up.left(200, sent, TODAY) == 10
    sent |= {TODAY - timedelta(days=n): 1 for n in range(2, 16)}
    assert warm_up.left(200, sent, TODAY) is None


def test_no_free_slot_is_no_used_up_quota() -> None:
    """All calls are under way, so nothing is wanted: that says nothing of the account, and the run goes on."""
    pace = AccountPace(lambda: PLENTY, clock=FixedClock())
    pace.at_most = 5
    assert (pace.room(0), pace.stop) == (0, "")
    assert pace.room(4) == 4
