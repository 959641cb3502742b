"""Deaths where something becomes durable: before and after each commit of a database, each put and delete of a bucket.

Below `faults.py`, which dies around the ledger's methods: one method may be several commits, and opening, restoring
and adopting a ledger are commits, too.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from typing import Any, cast

from topmind.ledger import Found, ObjectStore, Put
from topmind.ledger.database import Database
from topmind.ledger.postgres_database import Mode, PostgresDatabase
from topmind.testing.faults import Fuse


@contextmanager
def mortal_commits(fuse: Fuse) -> Iterator[None]:
    """While it lasts, this process may die around each commit to SQLite and PostgreSQL: what is not committed by then
    is gone, as in a killed process. A commit that changed nothing counts, too."""
    written, transacted = Database.write, PostgresDatabase.transaction

    @contextmanager
    def write(self: Database) -> Iterator[Any]:
        with written(self) as connection:
            yield connection
            fuse.step("before a commit")
        fuse.step("after a commit")

    @contextmanager
    def transaction(self: PostgresDatabase, mode: Mode) -> Iterator[Any]:
        with transacted(self, mode) as found:
            yield found
            if mode is not Mode.READ:
                fuse.step("before a commit")
        if mode is not Mode.READ:
            fuse.step("after a commit")

    Database.write, PostgresDatabase.transaction = write, transaction  # type: ignore[method-assign]  # for a while
    try:
        yield
    finally:
        Database.write, PostgresDatabase.transaction = written, transacted  # type: ignore[method-assign]


class MortalObjects:
    """The same bucket, mortal before and after each put and each delete."""

    def __init__(self, inner: ObjectStore, fuse: Fuse) -> None:
        self.name = inner.name
        self._inner, self._fuse = inner, fuse

    def put(self, key: str, data: bytes, *, new: bool = False, tag: str = "") -> Put:
        """Store, or die."""
        folder = key.partition("/")[0]
        found = self._fuse.around(f"put of {folder}", self._inner.put)(key, data, new=new, tag=tag)
        return cast("Put", found)

    def delete(self, keys: Sequence[str]) -> None:
        """Delete, or die."""
        self._fuse.around("delete", self._inner.delete)(keys)

    def purge(self, prefixes: Sequence[str]) -> bool:
        """Delete for good, or die."""
        return bool(self._fuse.around("purge", self._inner.purge)(prefixes))

    def get(self, key: str) -> Found | None:
        """Read."""
        return self._inner.get(key)

    def get_all(self, keys: Sequence[str]) -> list[Found | None]:
        """Read several."""
        return self._inner.get_all(keys)

    def names(self, prefix: str, *, after: str = "", most: int | None = None) -> list[str]:
        """List."""
        return self._inner.names(prefix, after=after, most=most)

    def now(self) -> datetime:
        """The store's clock."""
        return self._inner.now()
