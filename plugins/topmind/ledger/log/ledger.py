"""The ledger over an object store: every method as in `store.py`, each write a put that others may win."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import TypeVar

from topmind.errors import GuardError, LedgerError
from topmind.ledger.book import Book
from topmind.ledger.crew import ALONE, Member
from topmind.ledger.database import NO_LEDGER
from topmind.ledger.kept import Erasure
from topmind.ledger.log.entries import Entries
from topmind.ledger.log.log import Log
from topmind.ledger.log.witness import Seen, Witness, older
from topmind.ledger.object_inbox import ObjectInbox
from topmind.ledger.objects import ObjectStore, patiently
from topmind.ledger.protocol import Hashes
from topmind.ledger.store import SqlLedger
from topmind.ledger.switches import identity, introduce
from topmind.model import Clock

T = TypeVar("T")

#: How far this machine's clock may be off the store's.
SKEW = timedelta(seconds=60)


class StoreClock:
    """The store's clock, by which leases end for everybody alike; waiting is done by the machine's."""

    def __init__(self, objects: ObjectStore, clock: Clock) -> None:
        self._objects = objects
        self._clock = clock

    def now(self) -> datetime:
        """The moment, UTC, to within a second."""
        return self._objects.now()

    def sleep(self, seconds: float) -> None:
        """Wait."""
        self._clock.sleep(seconds)


class LogLedger(SqlLedger):
    """The ledger in a bucket. Any number may read and write; one run sends, by the lease in the log."""

    alone = "a ledger in a bucket takes one sender at a time: its log has one next number, and two would only wait for it"

    def __init__(self, log: Log, objects: ObjectStore, clock: Clock, witness: Witness) -> None:
        """Use `open`."""
        super().__init__(log.index, StoreClock(objects, clock), "", 0)
        self._log = log
        self._objects = objects
        self._machine = clock
        self._witness = witness
        self._one = threading.RLock()

    @classmethod
    def open(
        cls, objects: ObjectStore, *, clock: Clock, ledger_id: str, check_value: str, create: bool, seen: Path
    ) -> LogLedger:
        """Read the log; `seen`: where this machine keeps what it saw of it, if its folder is there.

        Raises GuardError (a foreign ledger, wrong keys, a clock that is off), LedgerDamaged, LedgerError,
        ConfigError.
        """
        if not is_there(objects, clock) and not create:
            raise LedgerError("there is no ledger here.", where=objects.name, fix=NO_LEDGER)
        _same_time(objects, clock)
        log = Log(objects, clock)
        try:
            log.open()
            ledger = cls(log, objects, clock, Witness(objects, clock, seen))
            ledger._introduce(ledger_id, check_value)
            ledger.restored = ledger._older_than_seen() or ledger._is_copy()
            return ledger
        except BaseException:
            log.index.close()
            raise

    def _write(self, work: Callable[[Book], T]) -> T:
        with self._one:
            return self._log.write(lambda db: work(self._book(db)))

    def _read(self, work: Callable[[Book], T]) -> T:
        with self._one:
            self._log.fold()
            return super()._read(work)

    def _introduce(self, ledger_id: str, check_value: str) -> None:
        def who(book: Book) -> tuple[str, int] | None:
            return identity(book, ledger_id, check_value, self._objects.name)

        def begin(book: Book) -> tuple[str, int]:
            if not who(book):
                introduce(book, ledger_id, check_value)
            found = who(book)
            assert found
            return found

        self.ledger_id, self.epoch = self._read(who) or self._write(begin)

    # -- what differs from a database ------------------------------------------------------------------------

    def lock(self, owner: str, *, who: str = "", member: Member = ALONE) -> int:
        buried = super().lock(owner, who=who, member=member)
        try:
            self._see()  # before the first mail
        except BaseException:
            with contextlib.suppress(LedgerError):
                self.unlock(owner)
            raise
        return buried

    def adopt(self) -> int:
        seen = [one.epoch for one in self._witness.read() if one.ledger == self.ledger_id]
        doubtful = self._adopt(max(self.epoch, *seen, 0) + 1)
        self.restored = False
        self._see()
        return doubtful

    def erase(self, contact: str, hashes: Hashes) -> bool:
        """As the protocol says; no object names the person any more. Raises LedgerError where the store fails in
        between: erase again then, whatever the answer."""
        found = super().erase(contact, hashes)
        with self._one:
            patiently(self._objects, self._machine, self._log.sweep)
            inbox = ObjectInbox(self._objects, self._machine)
            patiently(self._objects, self._machine, lambda: inbox.forget(contact))
        return found

    def bar(self, erasures: Sequence[Erasure], hashes: Hashes) -> int:
        found = super().bar(erasures, hashes)
        if erasures:
            with self._one:
                patiently(self._objects, self._machine, self._log.sweep)
        return found

    def close(self) -> None:
        with self._one:
            try:
                if self._log.wrote and not self.restored:
                    with contextlib.suppress(
                        LedgerError
                    ):  # less is seen next time, but what was done is done
                        self._see()
            finally:
                self._log.close()

    # -- a log that was put back -----------------------------------------------------------------------------

    def _see(self) -> None:
        """Note how far the log has come. Raises LedgerError."""
        if self.restored:
            return
        with self._one:
            number, nonce = self._log.number, self._log.nonce
        self._witness.write(Seen(ledger=self.ledger_id, epoch=self.epoch, number=number, nonce=nonce))

    def _older_than_seen(self) -> bool:
        """Whether an entry that was seen is not in this log."""
        return older(self._witness.read(), self.ledger_id, self.epoch, self._log.nonce_of)


def is_there(objects: ObjectStore, clock: Clock) -> bool:
    """Whether there is a ledger in the store. Raises LedgerError, ConfigError."""
    return Entries(objects, clock).any_after(0)


def keyed(objects: ObjectStore, clock: Clock) -> bool:
    """Whether the ledger in the store was written with a key ring. Raises as `LogLedger.open`."""
    log = Log(objects, clock)
    try:
        log.open()
        with log.index.read() as db:
            return bool(Book(db=db, ledger="", now=0).meta("check_value"))
    finally:
        log.index.close()


def _same_time(objects: ObjectStore, clock: Clock) -> None:
    """Raises GuardError where this machine's clock is off: leases would end too early or too late."""
    skew = clock.now() - objects.now()
    if abs(skew) > SKEW:
        raise GuardError(
            f"this machine's clock is {abs(skew).total_seconds():.0f} seconds"
            f" {'ahead of' if skew > timedelta(0) else 'behind'} the store's.",
            where=objects.name,
            fix="Set the clock, then run again; nothing was done.",
        )
