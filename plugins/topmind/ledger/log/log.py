"""The log and its index: reading what others wrote, and writing as one who may be overtaken."""

from __future__ import annotations

import contextlib
import secrets
import sqlite3
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import TypeVar

from topmind.errors import LedgerDamaged, LedgerError, TopmindError
from topmind.ledger.database import KEEP, newest_shape, raise_shape, stamp
from topmind.ledger.log import snap as snaps
from topmind.ledger.log.capture import Capture, TableChanges
from topmind.ledger.log.entries import Entries
from topmind.ledger.log.entry import Entry, write
from topmind.ledger.log.index import Index
from topmind.ledger.log.people import People
from topmind.ledger.log.tables import Table, tables
from topmind.ledger.objects import NoAnswerError, ObjectStore, keep, patiently
from topmind.model import Clock

T = TypeVar("T")

#: A snap is written so many entries after the last one, and at the end of a process that had to read so many.
SNAP_EVERY, SNAP_AT_END = 500, 200
#: So often in a row others may be faster.
_OVERTAKEN = 500
#: So often an object of people may be superseded while it is read.
_MOVED = 50


class _OvertakenError(Exception):
    """Another wrote the entry of this number."""


class Log:
    """A ledger's log with its index in memory. One thread at a time."""

    def __init__(self, objects: ObjectStore, clock: Clock) -> None:
        self.index = Index(objects.name)
        #: Number and nonce of the last entry that is in the index; 0 = none.
        self.number = 0
        self.nonce = ""
        self._objects = objects
        self._clock = clock
        self._entries = Entries(objects, clock)
        self._people = People(objects, clock)
        self._tables: dict[str, Table] = {}
        self._capture: Capture | None = None
        self._since_snap = 0
        #: Whether this process put an entry.
        self.wrote = False

    def open(self) -> None:
        """Read everything there is; a log of an older shape gets ours. Raises LedgerError, LedgerDamaged."""
        self.look()
        while self.index.shape < newest_shape():
            self._raise_shape()

    def look(self) -> None:
        """Read everything there is and write nothing. Raises LedgerError, LedgerDamaged."""
        self._load()
        self.fold()
        while self._entries.any_after(self.number):
            before = self.number
            self.fold()
            if self.number == before:
                raise LedgerDamaged(
                    "this entry is missing, and later ones are there.",
                    where=self._entries.where(self.number + 1),
                    fix=KEEP,
                )

    def replay(self, told: Callable[[int], None]) -> None:
        """Read every entry from where it stands, no snap and nothing personal; `told` hears the number it has come
        to. Raises LedgerError, LedgerDamaged."""
        while found := self._entries.after(self.number, width=1 << 30):
            self._take_in(found)
            told(self.number)

    @property
    def people_lie(self) -> Mapping[int, str]:
        """Shard of people → the object that holds what is personal of them."""
        return self._people.lie

    def nonce_of(self, number: int) -> str:
        """By which to know an entry again; "" where there is none."""
        if number == self.number:
            return self.nonce
        entry = self._entries.read(number)
        return entry.nonce if entry else ""

    # -- reading ---------------------------------------------------------------------------------------------

    def fold(self) -> None:
        """Take in what was written since. Raises LedgerError, LedgerDamaged."""
        width = 1
        for _ in range(_MOVED):
            while found := self._entries.after(self.number, width=width):
                self._take_in(found)
                width *= 2
            if self._read_people():
                return
        raise LedgerDamaged("what the log says of people is missing.", where=self.index.name, fix=KEEP)

    def _take_in(self, found: Sequence[Entry]) -> None:
        with self.index.write() as db:
            for number, entry in enumerate(found, self.number + 1):
                where = self._entries.where(number)
                self._come_to(db, entry.shape, where)
                write(db, self._tables, entry, where)
            if self._capture:
                self._capture.clear(db)
        for entry in found:
            self._advance(entry, known=False)

    def _come_to(self, db: sqlite3.Connection, shape: int, where: str) -> None:
        """Give the tables the shape that an entry was written in. Raises LedgerError for one we do not know."""
        if shape > newest_shape():
            raise LedgerError(
                f"this ledger has shape {shape}, this topmind knows {newest_shape()}.",
                where=where,
                fix="Update topmind: pip install --upgrade topmind.",
            )
        if not self._tables or shape > self.index.shape:
            raise_shape(db, shape)
            self._tables = tables(db)

    def _read_people(self) -> bool:
        """False where an object was superseded meanwhile."""
        if not self._people.has_unread():
            return True
        with self.index.write() as db:
            if not self._people.read(db, self._tables):
                return False
            if self._capture:
                self._capture.clear(db)
        self._people.all_read()
        return True

    def _advance(self, entry: Entry, *, known: bool) -> None:
        self.number, self.nonce = self.number + 1, entry.nonce
        self._people.moved(entry.shards, self.number, entry.nonce, known=known)
        self._since_snap += 1

    # -- writing ---------------------------------------------------------------------------------------------

    def write(self, work: Callable[[sqlite3.Connection], T]) -> T:
        """Do `work` on the newest state and put what it changed; again where another was faster.

        What it changed is in the index only once it is in the log. Raises LedgerError, and what `work` raises.
        """
        if self._capture is None:
            self._capture = Capture(self.index.connection, self._tables)
        for _ in range(_OVERTAKEN):
            self.fold()
            with contextlib.suppress(_OvertakenError):
                with self.index.write() as db:
                    found = work(db)
                    entry = self._changed(db)
                    if entry:
                        self._put(db, entry)
                if entry:
                    self._wrote(entry)
                return found
        raise LedgerError(
            "others are writing to this ledger all the time.",
            where=self.index.name,
            fix="Run again when fewer runs are going on; nothing of this was written.",
        )

    def _changed(self, db: sqlite3.Connection) -> Entry | None:
        assert self._capture
        changes = self._capture.take(db)
        if not changes:
            return None
        return self._entry(self.index.shape, changes.shards, changes.rows)

    def _entry(self, shape: int, shards: Sequence[int], rows: Mapping[str, TableChanges]) -> Entry:
        return Entry(
            nonce=secrets.token_hex(8),
            shape=shape,
            at=stamp(self._objects.now()),
            shards=tuple(shards),
            rows=rows,
        )

    def _put(self, db: sqlite3.Connection, entry: Entry) -> None:
        number = self.number + 1
        self._people.write(db, self._tables, entry.shards, number, entry.nonce)
        if not self._entries.add(number, entry):
            with contextlib.suppress(NoAnswerError, TopmindError):  # else it is swept later
                self._people.discard(entry.shards, number, entry.nonce)
            raise _OvertakenError

    def _wrote(self, entry: Entry) -> None:
        self._advance(entry, known=True)
        first, self.wrote = not self.wrote, True
        if entry.shards or first:
            with contextlib.suppress(NoAnswerError, TopmindError):  # else the next one does
                self.sweep()
        if self._since_snap >= SNAP_EVERY:
            self.snap()

    def _raise_shape(self) -> None:
        """Put an entry that only says which shape the tables have from now on; what is personal is put anew,
        because a migration may have changed it."""
        with contextlib.suppress(_OvertakenError):
            with self.index.write() as db:
                self._come_to(db, newest_shape(), self.index.name)
                entry = self._entry(newest_shape(), sorted(self._people.lie), {})
                self._put(db, entry)
            self._wrote(entry)
            return
        self._tables = tables(self.index.connection)
        self.fold()

    def sweep(self) -> None:
        """Delete objects of people that were superseded. Raises NoAnswerError, LedgerError."""
        self._people.sweep(self.number)

    # -- the cache -------------------------------------------------------------------------------------------

    def _load(self) -> None:
        """Begin with the newest snap that fits the log."""
        ask = partial(patiently, self._objects, self._clock)
        for key in reversed(ask(partial(self._objects.names, snaps.FOLDER))):
            found = ask(partial(self._objects.get, key))
            snap = snaps.unpack(found.data) if found else None
            if snap is None or snap.shape > newest_shape() or self.nonce_of(snap.number) != snap.nonce:
                continue
            if self.index.load(snap.database):
                self.number, self.nonce = snap.number, snap.nonce
                self._tables = tables(self.index.connection)
                self._people.found(snap.people)
                return

    def snap(self) -> None:
        """Write a snap; one that cannot be written is no loss."""
        snap = snaps.Snap(
            number=self.number,
            nonce=self.nonce,
            shape=self.index.shape,
            people=self._people.lie,
            database=snaps.copy(self.index.connection),
        )
        with contextlib.suppress(TopmindError):
            keep(self._objects, self._clock, snaps.key_of(snap.number), snaps.pack(snap))
        self._since_snap = 0

    def close(self) -> None:
        """Write a snap where the next one would have much to read; the index is gone."""
        try:
            if self._since_snap >= SNAP_AT_END:
                self.snap()
        finally:
            self.index.close()
