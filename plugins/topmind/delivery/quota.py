"""The account's limits: so many a second, so many in 24 hours, asked again each minute, a reserve kept.

Other programs send from the same account, so what the provider says it has sent is believed, never a sum of our own;
between two answers our own sends are added.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from topmind.delivery.rate import TokenBucket
from topmind.model import Clock

#: Of the account's rate we take at most so much, and of its day's quota we leave so much to others.
SHARE, RESERVE = 0.8, 0.2
#: How long an answer is believed.
FRESH = timedelta(minutes=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Quota:
    """What the provider says of the account (SES: `GetAccount`, SendQuota)."""

    #: Messages a second.
    rate: float
    #: Messages in any 24 hours; below zero: as many as you like.
    per_day: float
    #: Of them sent in the last 24 hours.
    sent: float

    @property
    def free(self) -> int | None:
        """How many may still leave, less the reserve (`per_day - sent - 20 %`); None = no limit."""
        if self.per_day < 0:
            return None
        return max(int(self.per_day * (1 - RESERVE) - self.sent), 0)


class AccountPace:
    """`seam.Pace` by the account: 80 % of its rate and its quota less a fifth, shared with `members` senders."""

    def __init__(
        self,
        ask: Callable[[], Quota],
        *,
        clock: Clock,
        members: Callable[[], int] = lambda: 1,
        per_domain: float | None = None,
    ) -> None:
        """`ask` gets the quota anew and may raise TopmindError; `members`: how many senders are alive, of which
        this is one; `per_domain`: messages a second to addresses of one domain, None = no limit of its own."""
        self._ask, self._clock, self._members = ask, clock, members
        self._per_domain = per_domain
        self._domains: dict[str, TokenBucket] = {}
        #: Messages this run may send whatever the quota says (`warm_up.left`); None = no such limit.
        self.at_most: int | None = None
        self.stop = ""
        #: Messages that left, of this run and since the account was asked.
        self._left = self._since = 0
        self._factor = 1.0
        self._read()
        self._bucket = TokenBucket(self._rate(), clock=clock)

    @property
    def rate(self) -> float:
        """Messages a second now."""
        return self._bucket.rate

    def room(self, wanted: int) -> int:
        """See `seam.Pace`; asks the account again where its last answer is a minute old."""
        if self._clock.now() - self._asked >= FRESH:
            self._read()
            self._factor = min(self._factor * 2, 1.0)  # a minute after "too fast" twice as fast again
            self._bucket.rate = self._rate()
        if wanted <= 0:
            return 0  # no slot is free: nothing is used up
        room = wanted
        if (free := self._quota.free) is not None:
            room = min(room, max(free // max(self._members(), 1) - self._since, 0))
            if not room:
                self.stop = "the account's quota of 24 hours is used up, less a fifth as reserve"
        if self.at_most is not None and room:
            room = min(room, max(self.at_most - self._left, 0))
            if not room:
                self.stop = "this day's share of the warm-up is sent"
        return room

    def wait(self, domain: str = "") -> None:
        """Return when one more may leave; it counts as sent until the account is asked again."""
        self._bucket.wait()
        if self._per_domain:
            self._of(domain).wait()
        self._left += 1
        self._since += 1

    def slow_down(self) -> None:
        """Half as fast until the account has been asked again."""
        self._factor /= 2
        self._bucket.slow_down()

    def _of(self, domain: str) -> TokenBucket:
        if domain not in self._domains:
            self._domains[domain] = TokenBucket(self._per_domain or 1.0, clock=self._clock)
        return self._domains[domain]

    def _read(self) -> None:
        self._quota = self._ask()
        self._asked: datetime = self._clock.now()
        self._since = 0

    def _rate(self) -> float:
        return max(self._quota.rate * SHARE * self._factor / max(self._members(), 1), 0.1)
