"""The sequence of entries: reading on from a number, and adding one on the condition that nobody else has."""

from __future__ import annotations

from itertools import takewhile

from topmind.ledger.log.entry import Entry, pack, unpack
from topmind.ledger.objects import WAITS, ObjectStore, Put, patiently, silent
from topmind.model import Clock

FOLDER = "log/"
#: Entries asked for at once by an index that is far behind.
_MOST = 16


def key_of(number: int) -> str:
    """The name of an entry."""
    return f"{FOLDER}{number:012d}"


class Entries:
    """`log/` of a store."""

    def __init__(self, objects: ObjectStore, clock: Clock) -> None:
        self._objects = objects
        self._clock = clock

    def where(self, number: int) -> str:
        """The entry's address, for messages."""
        return f"{self._objects.name}/{key_of(number)}"

    def read(self, number: int) -> Entry | None:
        """One entry; None where there is none. Raises LedgerError, LedgerDamaged."""
        found = patiently(self._objects, self._clock, lambda: self._objects.get(key_of(number)))
        return unpack(found.data, self.where(number)) if found else None

    def after(self, number: int, *, width: int = 1) -> list[Entry]:
        """The next entries after that number, up to `width`. Raises LedgerError, LedgerDamaged."""
        numbers = range(number + 1, number + 1 + min(width, _MOST))
        keys = [key_of(one) for one in numbers]
        found = patiently(self._objects, self._clock, lambda: self._objects.get_all(keys))
        # asked for at once, a later one may be seen that was put after an earlier one was not
        present = takewhile(lambda pair: pair[1] is not None, zip(numbers, found, strict=True))
        return [unpack(one.data, self.where(which)) for which, one in present if one]

    def any_after(self, number: int) -> bool:
        """Whether there is any entry of a higher number. Raises LedgerError."""
        after = key_of(number) if number else ""
        return bool(
            patiently(self._objects, self._clock, lambda: self._objects.names(FOLDER, after=after, most=1))
        )

    def add(self, number: int, entry: Entry) -> bool:
        """Put an entry; False where another has this number. Raises LedgerError where nobody can say: then it may
        stand all the same, and nothing may be done on the strength of it."""
        key, data = key_of(number), pack(entry)
        for seconds in (*WAITS, 0.0):
            put = self._objects.put(key, data, new=True)
            if put is Put.STORED:
                return True
            if put is not Put.BUSY:
                there = self.read(number)
                if there is not None:
                    # one's own: the answer to an earlier put was lost
                    return there.nonce == entry.nonce
            self._clock.sleep(seconds)
        raise silent(self._objects)
