"""The embedded default: one SQLite file (WAL, every commit on disk), one sender at a time on this machine."""

from __future__ import annotations

import os
from pathlib import Path

from topmind.errors import LedgerError, LedgerLocked
from topmind.ledger import switches
from topmind.ledger.database import Database
from topmind.ledger.store import SqlLedger
from topmind.model import Clock

try:
    import fcntl
except ImportError:  # Windows: the lease row alone says who sends
    fcntl = None  # type: ignore[assignment]


class SqliteLedger(SqlLedger):
    """The ledger in a file.

    The sender holds a lock of the operating system on `<file>.lock`, which ends with the process however it
    ends. WAL needs shared memory, so everybody who can write this file is on one machine: whoever gets the lock
    knows that the last sender is dead, and need not wait for its lease.
    """

    def __init__(self, database: Database, clock: Clock, ledger_id: str, epoch: int, *, path: Path) -> None:
        super().__init__(database, clock, ledger_id, epoch)
        self._lock_path = path.with_name(path.name + ".lock")
        self._lock_file: int | None = None

    def lock(self, owner: str, *, who: str = "") -> int:
        free = self._grab()
        try:
            with self._write() as book:
                return switches.lock(book, owner, who, free=free)
        except BaseException:
            self._let_go()
            raise

    def unlock(self, owner: str) -> None:
        try:
            super().unlock(owner)
        finally:
            self._let_go()

    def close(self) -> None:
        super().close()
        self._let_go()

    def _grab(self) -> bool:
        """True where no other process sends; raises LedgerLocked where one does."""
        if fcntl is None:
            return False
        if self._lock_file is not None:
            return True
        try:
            handle = os.open(self._lock_path, os.O_RDWR | os.O_CREAT, 0o600)
        except OSError as error:
            raise LedgerError(
                f"the lock file cannot be written: {error.strerror}.", where=self._lock_path.name
            ) from None
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            os.close(handle)
            with self._read() as book:
                says = switches.holder(book)
            raise LedgerLocked(says, where=self._database.name, fix="Wait for it, or end it.") from None
        self._lock_file = handle
        return True

    def _let_go(self) -> None:
        if self._lock_file is not None:
            os.close(self._lock_file)
            self._lock_file = None
