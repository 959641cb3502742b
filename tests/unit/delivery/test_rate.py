"""The token bucket: a steady rate, a small burst, slower on request; and the signals that end a run."""

from __future__ import annotations

import os
import signal
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from topmind.delivery import TokenBucket, stop_signals
from topmind.testing.clock import FixedClock


@given(rate=st.floats(0.2, 200), burst=st.integers(1, 20), count=st.integers(1, 60))
def test_never_faster_than_the_rate(rate: float, burst: int, count: int) -> None:
    """`count` messages take at least (count - burst) / rate seconds, and hardly more."""
    clock = FixedClock()
    began, bucket = clock.now(), TokenBucket(rate, clock=clock, burst=burst)
    for _ in range(count):
        bucket.wait()
    passed = (clock.now() - began).total_seconds()
    least = max(count - burst, 0) / rate
    assert least - 1e-3 <= passed <= least + 1e-3 * count


def test_slower_on_request() -> None:
    """Half the rate each time, but never a standstill."""
    bucket = TokenBucket(8, clock=FixedClock())
    rates = []
    for _ in range(9):
        bucket.slow_down()
        rates.append(bucket.rate)
    assert rates[:3] == [4, 2, 1]
    assert rates[-1] == 0.1


@pytest.mark.parametrize(("rate", "burst"), [(0, 1), (-1, 1), (1, 0)])
def test_a_bucket_needs_a_rate(rate: float, burst: int) -> None:
    """A rate of nothing would wait for ever."""
    with pytest.raises(ValueError, match="above zero"):
        TokenBucket(rate, clock=FixedClock(), burst=burst)


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_the_first_signal_is_a_flag(number: signal.Signals, code: int) -> None:
    """The mail in hand is finished; the exit code is the signal's; afterwards all is as before."""
    before = signal.getsignal(number)
    with stop_signals() as stopping:
        assert stopping() == 0
        os.kill(os.getpid(), number)
        assert stopping() == code
    assert signal.getsignal(number) is before


def test_a_signal_that_came_before() -> None:
    """Whatever became of its exception: the block does not begin, and all is as before."""
    before = signal.getsignal(signal.SIGINT)
    with pytest.raises(SystemExit) as ended, stop_signals(earlier=lambda: 130):
        pytest.fail("a run began")
    assert ended.value.code == 130
    assert signal.getsignal(signal.SIGINT) is before


def test_the_second_signal_ends_it() -> None:
    """Who presses Ctrl-C twice means it."""

    def impatient() -> None:
        with stop_signals():
            os.kill(os.getpid(), signal.SIGINT)
            os.kill(os.getpid(), signal.SIGINT)

    with pytest.raises(SystemExit) as ended:
        impatient()
    assert ended.value.code == 130


def test_a_hanging_call_ends_after_the_grace() -> None:
    """A call that does not come back holds a stopped run for some seconds, not for ever."""

    def hangs() -> None:
        with stop_signals(grace=0.05):
            os.kill(os.getpid(), signal.SIGTERM)
            time.sleep(10)

    with pytest.raises(SystemExit) as ended:
        hangs()
    assert ended.value.code == 143
