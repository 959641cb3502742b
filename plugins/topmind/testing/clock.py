"""A clock that only moves when told to."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta


class FixedClock:
    """Always the same moment until `sleep` or `advance` moves it on."""

    #: A store that has a clock of its own goes by this one.
    stands_for_all = True

    def __init__(self, now: datetime | None = None) -> None:
        moment = now or datetime(2026, 12, 1, 15, 7, tzinfo=UTC)
        if moment.tzinfo is None:
            raise ValueError("a clock needs an aware moment")
        self._now = moment.astimezone(UTC)

    def now(self) -> datetime:
        """The moment, UTC."""
        return self._now

    def sleep(self, seconds: float) -> None:
        """Move on without waiting."""
        self._now += timedelta(seconds=seconds)

    def advance(self, **parts: float) -> None:
        """Move on by a timedelta's parts: `advance(days=1)`."""
        self._now += timedelta(**parts)


class WallClock:
    """The machine's own, for what runs beside the tests as a process."""

    def now(self) -> datetime:
        """The moment, UTC."""
        return datetime.now(UTC)

    def sleep(self, seconds: float) -> None:
        """Wait."""
        time.sleep(seconds)
