"""The inbox of the live pages in a bucket: one object per entry, written before the page answers."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence

from topmind.errors import LedgerError
from topmind.ledger import kept
from topmind.ledger.inbox import Ulids, flattened, is_wish, outlived, parse, read_kept, said_by
from topmind.ledger.objects import ObjectStore, Put, keep, patiently
from topmind.ledger.values import InboxEntry
from topmind.model import Clock

FOLDER, AWAY, KEPT = "inbox/", "inbox-done/", "inbox-kept/"
#: A page that waits longer is given up by whoever looks at it.
_TRIES = 3


class ObjectInbox:
    """`inbox/<ulid>`: whoever serves pages puts, the run folds, then puts away into `inbox-done/`; see FolderInbox."""

    def __init__(self, objects: ObjectStore, clock: Clock) -> None:
        self._objects = objects
        self._clock = clock
        self._ulids = Ulids()
        #: Objects that were read: they never change.
        self._read: dict[str, bytes] = {}

    def put(self, entry: Mapping[str, str] | InboxEntry) -> str:
        """Write one entry for good; its id. Raises ValueError for what is no entry, LedgerError where it cannot be
        written (then it may be there all the same, and saying it again does no harm)."""
        flat = flattened(entry) if isinstance(entry, InboxEntry) else dict(entry)
        name = self._ulids.new(parse(flat).at)
        data = json.dumps(flat, ensure_ascii=False).encode()
        for _ in range(_TRIES):
            if self._objects.put(FOLDER + name, data) is Put.STORED:
                return name
            self._clock.sleep(0.2)
        raise LedgerError("the bucket does not answer.", where=self._objects.name, fix="Try again.")

    def pending(self) -> tuple[InboxEntry, ...]:
        """Entries not yet put away, in the order in which they came. An object that is no entry is left lying
        (`strange` counts it): it may be somebody's opt-out. Raises LedgerError."""
        entries = []
        for name, data in self._lying(FOLDER):
            try:
                entries.append(parse(json.loads(data), name))
            except (ValueError, TypeError):
                continue
        return tuple(entries)

    def strange(self) -> int:
        """How many objects are no entry that this version knows. Raises LedgerError."""
        return len(self._names(FOLDER)) - len(self.pending())

    def done(self, ids: Iterable[str]) -> None:
        """Put away entries that are in the ledger, as FolderInbox does. Raises LedgerError."""
        names = list(ids)
        if not names:
            return
        lying = dict(self._lying(FOLDER))
        wishes = [name for name in names if is_wish(lying.get(name, b""))]
        self._move(wishes, FOLDER, KEPT)
        self._move([name for name in names if name not in set(wishes)], FOLDER, AWAY)
        self._delete(AWAY + name for name in outlived(self._names(AWAY), names))

    def again(self) -> int:
        """Bring back what was put away: a restored ledger may not have it. Raises LedgerError."""
        names = self._names(AWAY)
        self._move(names, AWAY, FOLDER)
        return len(names)

    def drop(self, ids: Iterable[str]) -> None:
        """Delete entries of which nothing may be kept: whoever said them was erased before. Raises LedgerError."""
        self._delete(FOLDER + name for name in ids)

    def forget(self, contact: str) -> None:
        """Delete all that one contact said: they were erased. Raises LedgerError."""
        for folder in (FOLDER, AWAY, KEPT):
            lying = self._lying(folder)
            self._delete(folder + name for name, data in lying if said_by(data) == contact)

    def keep(self, ledger: str, facts: Sequence[kept.Fact]) -> None:
        """Write down beside the ledger, for good, what it is about to be told. Raises LedgerError."""
        if facts:
            name = KEPT + self._ulids.new(facts[0].at)
            keep(self._objects, self._clock, name, kept.as_text(ledger, facts).encode())

    def kept(self, ledger: str) -> kept.Kept:
        """Everything that was ever kept beside this ledger. Raises LedgerError."""
        return read_kept(self._lying(KEPT), ledger)

    def _move(self, names: Sequence[str], before: str, after: str) -> None:
        """Put, then delete: what fails in between is there twice, and folded once."""
        wanted = set(names)
        for name, data in self._lying(before):
            if name in wanted:
                keep(self._objects, self._clock, after + name, data)
        self._delete(before + name for name in names)

    def _lying(self, folder: str) -> list[tuple[str, bytes]]:
        """Names and contents, in the order in which they came."""
        names = self._names(folder)
        keys = [folder + name for name in names]
        fresh = [key for key in keys if key not in self._read]
        if fresh:
            found = patiently(self._objects, self._clock, lambda: self._objects.get_all(fresh))
            self._read |= {key: one.data for key, one in zip(fresh, found, strict=True) if one}
        return [(name, self._read[key]) for name, key in zip(names, keys, strict=True) if key in self._read]

    def _names(self, folder: str) -> list[str]:
        keys = patiently(self._objects, self._clock, lambda: self._objects.names(folder))
        return [key.removeprefix(folder) for key in keys]

    def _delete(self, keys: Iterable[str]) -> None:
        gone = list(keys)
        if gone:
            patiently(self._objects, self._clock, lambda: self._objects.delete(gone))
        for key in gone:
            self._read.pop(key, None)
