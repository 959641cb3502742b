"""The seam to an object store: what the S3 log and the S3 inbox need of a bucket, and one in memory.

`aws/objects.py` gives it over S3. Whoever implements it tries each request once: what to do about an answer that did
not come is decided here, because a repeated conditional put would fail on its own object.
"""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol, TypeVar

from topmind.errors import LedgerError
from topmind.model import Clock

T = TypeVar("T")

#: Seconds between tries of a store that is busy or does not answer.
WAITS = (0.2, 0.4, 0.8, 1.6, 3.2, 5.0, 5.0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """An object as it is."""

    data: bytes
    #: Changes with its content (ETag).
    tag: str


class Put(StrEnum):
    """What became of a put."""

    STORED = "stored"
    #: The condition did not hold: another object is there (412).
    TAKEN = "taken"
    #: Told to come again (409, 5xx).
    BUSY = "busy"
    #: No answer (timeout, reset): it may be stored, or may be so in a moment.
    UNCLEAR = "unclear"


class NoAnswerError(Exception):
    """A get, names or delete got no answer, or was told to come again."""


class ObjectStore(Protocol):
    """A bucket, or the part of it under a prefix. Each call is one request, never repeated by itself.

    Every call may raise ConfigError or LedgerError for what no repeating mends: no bucket, no credentials, no access.
    """

    #: What messages call it: `s3://bucket/prefix`.
    name: str

    def get(self, key: str) -> Found | None:
        """The object; None where there is none. Raises NoAnswerError."""
        ...

    def get_all(self, keys: Sequence[str]) -> list[Found | None]:
        """The same for several at once, in their order. Raises NoAnswerError."""
        ...

    def put(self, key: str, data: bytes, *, new: bool = False, tag: str = "") -> Put:
        """Write an object; `new`: only where there is none, `tag`: only over the content that has this tag."""
        ...

    def names(self, prefix: str, *, after: str = "", most: int | None = None) -> list[str]:
        """Keys that begin with `prefix`, in order; of those after `after` at most `most`. Raises NoAnswerError."""
        ...

    def delete(self, keys: Sequence[str]) -> None:
        """Delete objects, there or not. Raises NoAnswerError."""
        ...

    def purge(self, prefixes: Sequence[str]) -> bool:
        """Delete for good what was deleted or written over below these prefixes, where the bucket keeps versions.
        False: whether it does cannot be seen, or may not be mended. Raises NoAnswerError."""
        ...

    def now(self) -> datetime:
        """The store's clock, UTC, to within a second; known after the first answer."""
        ...


def patiently(objects: ObjectStore, clock: Clock, ask: Callable[[], T]) -> T:
    """Ask until there is an answer, for about a quarter of a minute of waits. Raises LedgerError."""
    for seconds in WAITS:
        try:
            return ask()
        except NoAnswerError:
            clock.sleep(seconds)
    try:
        return ask()
    except NoAnswerError:
        raise silent(objects) from None


def silent(objects: ObjectStore) -> LedgerError:
    """The store cannot be reached."""
    return LedgerError(
        "the bucket does not answer.",
        where=objects.name,
        fix="Run again in a few minutes: what was not confirmed was not sent, and the ledger knows what was.",
    )


def keep(objects: ObjectStore, clock: Clock, key: str, data: bytes) -> None:
    """Put an object of which the name is nobody else's until it is stored. Raises LedgerError."""
    for seconds in (*WAITS, 0.0):
        if objects.put(key, data) is Put.STORED:
            return
        clock.sleep(seconds)
    raise silent(objects)


class MemoryObjects:
    """A bucket in memory, for tests; several ledgers and threads may share it."""

    def __init__(self, clock: Clock, name: str = "s3://memory") -> None:
        self.name = name
        self.objects: dict[str, bytes] = {}
        self._clock = clock
        self._lock = threading.Lock()

    def get(self, key: str) -> Found | None:
        with self._lock:
            data = self.objects.get(key)
        return None if data is None else Found(data=data, tag=_tag(data))

    def get_all(self, keys: Sequence[str]) -> list[Found | None]:
        return [self.get(key) for key in keys]

    def put(self, key: str, data: bytes, *, new: bool = False, tag: str = "") -> Put:
        with self._lock:
            there = self.objects.get(key)
            if (new and there is not None) or (tag and (there is None or _tag(there) != tag)):
                return Put.TAKEN
            self.objects[key] = data
            return Put.STORED

    def names(self, prefix: str, *, after: str = "", most: int | None = None) -> list[str]:
        with self._lock:
            found = sorted(key for key in self.objects if key.startswith(prefix) and key > after)
        return found[:most]

    def delete(self, keys: Iterable[str]) -> None:
        with self._lock:
            for key in keys:
                self.objects.pop(key, None)

    def purge(self, prefixes: Sequence[str]) -> bool:
        return True

    def now(self) -> datetime:
        return self._clock.now()


def _tag(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()
