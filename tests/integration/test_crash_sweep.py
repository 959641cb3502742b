"""Guarantee 5 on every store: a process may die before and after each commit, each put, each delete and each call of a
whole day (`crash_day.py`); the next one goes on, nobody gets a mail twice, and whoever got none is listed."""

from __future__ import annotations

import itertools
import os
import secrets
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

import loopback_s3 as s3
from crash_day import Firm, sweep
from crash_post import Trace
from topmind.aws.objects import S3Objects
from topmind.ledger import MemoryObjects, care
from topmind.ledger import postgres as postgres_store
from topmind.ledger.store import SqlLedger
from topmind.model import Clock
from topmind.testing.commits import MortalObjects
from topmind.testing.faults import Fuse
from topmind.testing.s3_proxy import ProxyFault, before
from topmind.testing.sending import a_ledger


def silent(_done: int, _total: int) -> None:
    """Nobody listens."""


class InMemory(Firm):
    """One object for all its processes: what dies with it is not swept, its transactions are."""

    copies = False

    def __init__(self, root: Path) -> None:
        super().__init__(root)
        self._ledger: Any = a_ledger((), clock=self.clock)
        self._ledger.close = lambda: None

    def opened(self, place: int, fuse: Fuse) -> SqlLedger:
        found: SqlLedger = self._ledger
        return found

    def bury(self, ledger: SqlLedger) -> None:
        """It lives on."""

    def copied(self, place: int, file: Path) -> None:
        raise AssertionError("memory is never copied")

    def restored(self, place: int, file: Path, fuse: Fuse) -> None:
        raise AssertionError("nothing is put back into memory")


class WithAddress(Firm, ABC):
    """One whose ledger has an address."""

    @abstractmethod
    def url(self, place: int) -> str:
        """Of a place."""

    def bucket(self, place: int, fuse: Fuse) -> MortalObjects | None:
        """Where the place is one."""
        return None

    def opened(self, place: int, fuse: Fuse) -> SqlLedger:
        found = a_ledger(
            (), url=self.url(place), root=self.root, clock=self.clock, objects=self.bucket(place, fuse)
        )
        assert isinstance(found, SqlLedger)
        return found

    def copied(self, place: int, file: Path) -> None:
        looked = care.look(
            self.url(place), root=self.root, clock=self.clock, objects=self.bucket(place, Fuse(-1))
        )
        with closing(looked):
            care.copy(looked, file, silent)

    def restored(self, place: int, file: Path, fuse: Fuse) -> None:
        care.restore(
            self.url(place),
            file,
            root=self.root,
            clock=self.clock,
            ledger_id="test",
            check_value="",
            told=silent,
            objects=self.bucket(place, fuse),
        )


class InFile(WithAddress):
    """SQLite."""

    def url(self, place: int) -> str:
        return f"sqlite:///var/ledger-{place}.db"

    def bury(self, ledger: SqlLedger) -> None:
        super().bury(ledger)
        ledger._let_go()  # type: ignore[attr-defined]  # the operating system does it for the dead


class InBucket(WithAddress):
    """The log in a bucket. After a death its snaps are whole, gone, spoilt, or old."""

    def __init__(self, root: Path) -> None:
        super().__init__(root)
        self.buckets: dict[int, MemoryObjects] = {}

    def url(self, place: int) -> str:
        return "s3:"

    def bucket(self, place: int, fuse: Fuse) -> MortalObjects:
        inner = self.buckets.setdefault(place, MemoryObjects(self.clock))
        return MortalObjects(inner, fuse)

    def rest(self, ledger: Any) -> None:
        ledger._log.snap()

    def after_death(self, number: int) -> None:
        for bucket in self.buckets.values():
            snaps = bucket.names("snap/")
            match number % 5:
                case 1:
                    bucket.delete(snaps)
                case 2:
                    for name in snaps:
                        bucket.objects[name] = bucket.objects[name][:-9]
                case 3:
                    bucket.delete(snaps[1:])
                case 4:
                    for name in snaps:
                        bucket.objects[name] = bucket.objects[name].replace(b"people/0-", b"people/9-")


class Timed(S3Objects):
    """A real bucket whose clock is the firm's."""

    clock: Clock

    def now(self) -> datetime:
        return self.clock.now()


class OverTheWire(InBucket):
    """The log in a bucket of moto's server; each place is a prefix."""

    def __init__(self, root: Path, bucket: str) -> None:
        super().__init__(root)
        self._name = bucket

    def bucket(self, place: int, fuse: Fuse) -> MortalObjects:
        found = Timed.at(f"s3://{self._name}/{place}", answer=0.3)
        assert isinstance(found, Timed)
        found.clock = self.clock
        return MortalObjects(found, fuse)


class OnServer(WithAddress):
    """PostgreSQL: each place is a schema, and every firm begins with the same three, empty."""

    def __init__(self, root: Path, urls: list[str]) -> None:
        super().__init__(root)
        self._urls = urls

    def url(self, place: int) -> str:
        return self._urls[place]


@pytest.fixture
def schemas(postgres: Any) -> Iterator[list[str]]:
    """Addresses of three ledgers with tables and nothing in them. The server need not survive a power cut."""
    import psycopg

    names = [f"s{secrets.token_hex(6)}" for _ in range(3)]
    more = "%20-csynchronous_commit%3Doff"
    yield [f"{postgres.get_uri()}&options=-csearch_path%3D{name}{more}" for name in names]
    with psycopg.connect(postgres.get_uri(), autocommit=True) as connection:
        for name in names:
            connection.execute(f"DROP SCHEMA IF EXISTS {name} CASCADE")


def emptied(urls: list[str]) -> None:
    """As if nobody had ever written to them."""
    for url in urls:
        with closing(postgres_store.opened(url, create=True, busy=None)) as database, database.write() as db:
            found = db.execute("SELECT tablename FROM pg_tables WHERE schemaname = ?", (database.schema,))
            # what names another table's rows first; to truncate takes the server a second
            for name in sorted((name for (name,) in found), key=lambda name: name != "touches"):
                db.execute(f"DELETE FROM {name}{' WHERE name <> ' + repr('shape') if name == 'meta' else ''}")


def swept(
    made: Callable[[Path], Firm], root: Path, kinds: int, *, only: str = "", whole: bool = False
) -> None:
    """Every kind of step of a day; every single one with TOPMIND_SWEEP=long, or where `whole`.

    `only` "after": between what is after one step and before the next nothing is durable, so that one death is both.
    """
    numbers, whole = itertools.count(), whole or os.environ.get("TOPMIND_SWEEP") == "long"

    def a_firm() -> Firm:
        folder = root / str(next(numbers))
        folder.mkdir()
        return made(folder)

    swept = set()
    for firm, fuse in sweep(a_firm, whole=whole, only=only):
        try:
            firm.check()
        except AssertionError as error:
            raise AssertionError(f"died at {fuse.blown!r}, step {fuse.at}: {error}") from error
        swept.add(fuse.blown)
    assert len(swept) > kinds, f"only {len(swept)} kinds of steps: does the fuse still see them?"
    assert any(name.startswith("merge, fold: ") for name in swept), "nobody died in a merge"


def test_in_memory(tmp_path: Path) -> None:
    """Every transaction of a day, and every call."""
    swept(InMemory, tmp_path, 25, whole=True)


def test_in_a_file(tmp_path: Path) -> None:
    """Every commit to SQLite, that of a new file, and those of a copy that is put back and adopted."""
    swept(InFile, tmp_path, 30)


def test_in_a_bucket(tmp_path: Path) -> None:
    """Every put and delete; then the snaps are gone, spoilt or old."""
    swept(InBucket, tmp_path, 40, only="after")


@pytest.mark.postgres
def test_on_a_server(schemas: list[str], tmp_path: Path) -> None:
    """Every commit to PostgreSQL."""

    def made(root: Path) -> Firm:
        emptied(schemas)
        return OnServer(root, schemas)

    swept(made, tmp_path, 18, only="after")


def test_a_day_over_a_bad_wire(tmp_path: Path) -> None:
    """Nearly each put of a whole day is first refused, reset or never answered, stored or not: nobody notices."""
    puts: list[str] = []

    def script(path: str, number: int) -> ProxyFault | None:
        puts.append(path)
        faults = list(ProxyFault)
        return faults[number // 2 % len(faults)] if number % 2 == 0 else None

    with s3.a_server() as server, s3.environment({"AWS_ENDPOINT_URL": server}):
        firm = OverTheWire(tmp_path, s3.a_bucket())
        with before(server, script) as proxy, s3.environment({"AWS_ENDPOINT_URL": proxy}):
            assert firm.lives(Trace(-1))
        firm.check()
    assert len(puts) > 90
    assert any("/snap/" in path for path in puts)
