"""Ledgers of other processes, seen from a test: opened as if it were some minutes later, and held up in a write."""

from __future__ import annotations

import threading
from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

import loopback_s3 as s3
from actions import Entry
from topmind.aws.objects import S3Objects
from topmind.ledger import Ledger, open_ledger
from topmind.run.clock import SystemClock
from topmind.testing.s3_proxy import ProxyFault

#: When a dead run's lease has ended.
LATER = timedelta(minutes=3)


class LaterClock(SystemClock):
    """Some minutes from now, for servers too."""

    stands_for_all = True

    def now(self) -> datetime:
        """The moment, UTC."""
        return super().now() + LATER


class LaterObjects(S3Objects):
    """A bucket some minutes from now."""

    def now(self) -> datetime:
        return super().now() + LATER


class Store(ABC):
    """Where the ledger is, seen from the test."""

    url: str
    #: For the entry process.
    environ: dict[str, str]

    @abstractmethod
    def ledger(self) -> Ledger:
        """Open it as a machine would some minutes from now: whatever is still in hand is in doubt there."""

    @abstractmethod
    def in_its_write(self, entry: Entry, then: Callable[[], object]) -> None:
        """Call `then` while the next write of the entry process is under way."""


class Bucket(Store):
    """The S3 log on moto; every request goes through a proxy, where a test may stand."""

    def __init__(self, server: str, proxy: str, puts: Puts) -> None:
        self.puts = puts
        with s3.environment({"AWS_ENDPOINT_URL": server}):
            self.url = f"s3://{s3.a_bucket()}/alder"
        self._server, self.environ = server, {"AWS_ENDPOINT_URL_S3": proxy}
        #: Whether a write gets through although its writer dies.
        self.stored = True

    def ledger(self) -> Ledger:
        with s3.environment({"AWS_ENDPOINT_URL": self._server}):
            objects = LaterObjects.at(self.url)
            return open_ledger(
                self.url, root=Path("/nowhere"), clock=LaterClock(), ledger_id="alder", objects=objects
            )

    def in_its_write(self, entry: Entry, then: Callable[[], object]) -> None:
        self.stored = not self.stored
        self.puts.next = (then, None if self.stored else ProxyFault.RESET)
        assert self.puts.over.wait(60), entry.text
        self.puts.over.clear()


@dataclass
class Puts:
    """What a test does at the next entry of the log."""

    next: tuple[Callable[[], object], ProxyFault | None] | None = None
    over: threading.Event = field(default_factory=threading.Event)

    def __call__(self, path: str, _number: int) -> ProxyFault | None:
        if self.next is None or "/log/" not in path:
            return None
        (then, fault), self.next = self.next, None
        then()
        self.over.set()
        return fault


class Server(Store):
    """PostgreSQL."""

    def __init__(self, url: str) -> None:
        self.url, self.environ = url, {}

    def ledger(self) -> Ledger:
        return open_ledger(self.url, root=Path("/nowhere"), clock=LaterClock(), ledger_id="alder")

    def in_its_write(self, entry: Entry, then: Callable[[], object]) -> None:
        import psycopg

        waiting = (
            "SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
        )
        with psycopg.connect(self.url) as mine, psycopg.connect(self.url, autocommit=True) as watching:
            mine.execute("LOCK TABLE touches IN EXCLUSIVE MODE")
            entry.until(lambda: watching.execute(waiting).fetchone())
            then()
