"""What was seen of a log: an older one put back in its place is found out.

The witness lies in the bucket and, where there is a folder for it, on this machine. It names an entry that existed
when somebody became the sender, or when they closed the ledger; a log that does not have it was put back.
"""

from __future__ import annotations

import contextlib
import json
from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass
from pathlib import Path

from topmind.errors import LedgerError
from topmind.ledger import witness as on_disk
from topmind.ledger.objects import Found, ObjectStore, Put, patiently, silent
from topmind.model import Clock

KEY = "witness"
#: So often another may write it first.
_TRIES = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """An entry that existed."""

    ledger: str
    epoch: int
    number: int
    nonce: str

    def beyond(self, other: Seen) -> bool:
        """Whether this is further than what was seen of the same ledger."""
        return self.ledger != other.ledger or (self.epoch, self.number) > (other.epoch, other.number)


def older(seen: Iterable[Seen], ledger: str, epoch: int, nonce_of: Callable[[int], str]) -> bool:
    """Whether an entry that was seen is not in this log (`nonce_of`: of the entry of a number)."""
    return any(
        one.ledger == ledger
        and one.epoch >= epoch
        and (one.epoch > epoch or nonce_of(one.number) != one.nonce)
        for one in seen
    )


class Witness:
    """The two places."""

    def __init__(self, objects: ObjectStore, clock: Clock, path: Path) -> None:
        self._objects = objects
        self._clock = clock
        self._path = path

    def read(self) -> list[Seen]:
        """What was seen, wherever it can be understood. Raises LedgerError."""
        there = self._there()
        texts = [there.data] if there else []
        with contextlib.suppress(OSError):
            texts.append(self._path.read_bytes())
        return [seen for seen in map(_parse, texts) if seen]

    def write(self, now: Seen) -> None:
        """Note how far the log has come; more, seen by another, stays. Raises LedgerError."""
        data = json.dumps(asdict(now)).encode()
        for _ in range(_TRIES):
            there = self._there()
            seen = _parse(there.data) if there else None
            if seen is not None and not now.beyond(seen):
                break
            put = self._objects.put(KEY, data, new=there is None, tag=there.tag if there else "")
            if put is Put.STORED:
                break
            if put is not Put.TAKEN:
                self._clock.sleep(0.2)
        else:
            raise silent(self._objects)
        if self._path.parent.is_dir():
            try:
                on_disk.write_text(self._path, data.decode())
            except OSError as error:
                raise LedgerError(f"it cannot be written: {error.strerror}.", where=self._path.name) from None

    def _there(self) -> Found | None:
        return patiently(self._objects, self._clock, lambda: self._objects.get(KEY))


def _parse(text: bytes) -> Seen | None:
    try:
        found = json.loads(text)
        return Seen(
            ledger=str(found["ledger"]),
            epoch=int(found["epoch"]),
            number=int(found["number"]),
            nonce=str(found["nonce"]),
        )
    except (ValueError, KeyError, TypeError):
        return None
