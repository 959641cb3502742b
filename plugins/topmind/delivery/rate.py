"""A token bucket: so many messages a second, a little in advance, slower when the other side says so."""

from __future__ import annotations

from datetime import datetime

from topmind.model import Clock


class TokenBucket:
    """`rate` messages per second on average, at most `burst` at once; `slow_down` halves the rate."""

    def __init__(self, rate: float, *, clock: Clock, burst: int = 1) -> None:
        if rate <= 0 or burst < 1:
            raise ValueError("a bucket needs a rate above zero and a burst of at least one")
        #: A bucket alone knows no quota.
        self.stop = ""
        #: Messages per second now.
        self.rate = rate
        self._burst = burst
        self._clock = clock
        self._tokens = float(burst)
        self._filled: datetime = clock.now()

    def room(self, wanted: int) -> int:
        """As many as are wanted: only their speed is limited."""
        return wanted

    def wait(self, domain: str = "") -> None:
        """Return when one more may leave, wherever to; sleeps by the clock it was given."""
        self._fill()
        while self._tokens < 1:
            # A hair more than needed: a clock that counts microseconds would else fall short for ever.
            self._clock.sleep((1 - self._tokens) / self.rate + 1e-5)
            self._fill()
        self._tokens -= 1

    def slow_down(self) -> None:
        """Half as fast from now on, never slower than one message in ten seconds."""
        self.rate = max(self.rate / 2, min(self.rate, 0.1))
        self._tokens = min(self._tokens, 0.0)

    def _fill(self) -> None:
        now = self._clock.now()
        passed = max((now - self._filled).total_seconds(), 0.0)
        self._tokens = min(self._tokens + passed * self.rate, float(self._burst))
        self._filled = now
