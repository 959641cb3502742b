"""The embedded default: one SQLite file (WAL, every commit on disk), one sender at a time on this machine."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from topmind.errors import LedgerError, LedgerLocked
from topmind.ledger import switches, witness
from topmind.ledger.crew import ALONE, Member, refuse_several
from topmind.ledger.database import Database
from topmind.ledger.kept import Erasure
from topmind.ledger.protocol import Hashes
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

    alone = "a ledger in a file takes one sender at a time: the file has one writer"

    def __init__(self, database: Database, clock: Clock, ledger_id: str, epoch: int, *, path: Path) -> None:
        super().__init__(database, clock, ledger_id, epoch)
        self._file = database
        self._lock_path = path.with_name(path.name + ".lock")
        self._lock_file: int | None = None
        self._seen_path = witness.path_of(path)
        self._came_to = self._state()
        self._run = ""
        self.restored = self._older_than_seen() or self._is_copy()

    def lock(self, owner: str, *, who: str = "", member: Member = ALONE) -> int:
        if member.crew:
            raise refuse_several(self._database.name, self.alone)
        free = self._grab()
        try:
            buried = self._write(lambda book: switches.lock(book, owner, who, free=free))
            self._run = owner
            self._sending.add(owner)
            self._witness()  # before the first mail
            return buried
        except BaseException:
            self._let_go()
            raise

    def adopt(self) -> int:
        seen = witness.read(self._seen_path)
        doubtful = self._adopt(max(self.epoch, seen.epoch if seen else 0) + 1)
        self.restored = False
        self._witness()
        return doubtful

    def erase(self, contact: str, hashes: Hashes) -> bool:
        """As the protocol says, and no page of the file names them. Raises LedgerError where the disk has no room for
        that: erase again then, whatever the answer."""
        found = super().erase(contact, hashes)
        self._file.squeeze()
        return found

    def bar(self, erasures: Sequence[Erasure], hashes: Hashes) -> int:
        found = super().bar(erasures, hashes)
        if erasures:
            self._file.squeeze()
        return found

    def unlock(self, owner: str) -> None:
        try:
            super().unlock(owner)
        finally:
            self._let_go()

    def close(self) -> None:
        try:
            if not self.restored and self._state().beyond(self._came_to):
                with contextlib.suppress(LedgerError):  # less is seen next time, but what was done is done
                    self._witness()
        finally:
            super().close()
            self._let_go()

    def _state(self) -> witness.Witness:
        return self._read(
            lambda book: witness.Witness(
                ledger=self.ledger_id, epoch=self.epoch, writes=int(book.meta("writes") or 0)
            )
        )

    def _older_than_seen(self) -> bool:
        """Whether this file was put back: it has come less far than what was seen, or never had the last sender."""
        seen = witness.read(self._seen_path)
        if seen is not None and seen.ledger == self.ledger_id:
            self._run = seen.run
        return witness.older(
            seen, self._came_to, lambda run: self._read(lambda book: switches.ran(book, run))
        )

    def _witness(self) -> None:
        """Note how far this ledger has come; another process may have noted more. Raises LedgerError."""
        if self.restored:
            return
        now, seen = replace(self._state(), run=self._run), witness.read(self._seen_path)
        if seen is not None and seen.ledger == now.ledger and seen.beyond(now):
            return
        try:
            witness.write(self._seen_path, now)
        except OSError as error:
            raise LedgerError(
                f"it cannot be written: {error.strerror}.", where=self._seen_path.name
            ) from None

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
            raise LedgerLocked(
                self._read(switches.holder), where=self._database.name, fix="Wait for it, or end it."
            ) from None
        self._lock_file = handle
        return True

    def _let_go(self) -> None:
        if self._lock_file is not None:
            os.close(self._lock_file)
            self._lock_file = None
