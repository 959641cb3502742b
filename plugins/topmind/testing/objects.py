"""A bucket that misbehaves by script: lost answers, refusals, deaths, and others that write in between."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from enum import StrEnum

from topmind.ledger import Found, NoAnswerError, ObjectStore, Put


class Fault(StrEnum):
    """What may befall a put."""

    #: It never arrives, and no answer comes.
    LOST = "lost"
    #: It is stored, and no answer comes.
    ANSWER_LOST = "answer lost"
    #: No answer comes; it is stored just before the next put arrives.
    LATE = "late"
    #: 409, 503: not stored.
    BUSY = "busy"
    #: 500, and stored all the same.
    BUSY_STORED = "busy, stored"
    #: The process dies before it, or after it.
    DIES_BEFORE = "dies before"
    DIES_AFTER = "dies after"


class DiedError(BaseException):
    """The process is dead: nothing of it runs on."""


class FaultyObjects:
    """Another bucket, with faults at some of its puts (numbered from 0)."""

    def __init__(self, inner: ObjectStore, faults: Mapping[int, Fault] | None = None) -> None:
        self.name = inner.name
        self.inner = inner
        self.faults = dict(faults or {})
        #: Keys put so far; doubled where a put was tried again.
        self.puts: list[str] = []
        #: Done once, just before the next put of a key that begins with this.
        self.meanwhile: dict[str, Callable[[], object]] = {}
        #: No answer to anything any more.
        self.silent = False
        #: How far the store's clock is ahead of what the inner one says.
        self.ahead = timedelta(0)
        self._dead = False
        self._late: Callable[[], Put] | None = None

    def get(self, key: str) -> Found | None:
        self._alive()
        return self.inner.get(key)

    def get_all(self, keys: Sequence[str]) -> list[Found | None]:
        self._alive()
        return self.inner.get_all(keys)

    def put(self, key: str, data: bytes, *, new: bool = False, tag: str = "") -> Put:
        if self.silent:
            return Put.UNCLEAR
        self._alive()
        for prefix in [one for one in self.meanwhile if key.startswith(one)]:
            self.meanwhile.pop(prefix)()
        if self._late:
            self._late()
            self._late = None
        fault = self.faults.get(len(self.puts))
        self.puts.append(key)
        return self._befalls(fault, lambda: self.inner.put(key, data, new=new, tag=tag))

    def _befalls(self, fault: Fault | None, store: Callable[[], Put]) -> Put:
        match fault:
            case None:
                return store()
            case Fault.LOST:
                return Put.UNCLEAR
            case Fault.ANSWER_LOST:
                store()
                return Put.UNCLEAR
            case Fault.LATE:
                self._late = store
                return Put.UNCLEAR
            case Fault.BUSY:
                return Put.BUSY
            case Fault.BUSY_STORED:
                store()
                return Put.BUSY
            case Fault.DIES_BEFORE | Fault.DIES_AFTER:
                if fault is Fault.DIES_AFTER:
                    store()
                self._dead = True
                raise DiedError

    def names(self, prefix: str, *, after: str = "", most: int | None = None) -> list[str]:
        self._alive()
        return self.inner.names(prefix, after=after, most=most)

    def delete(self, keys: Sequence[str]) -> None:
        self._alive()
        self.inner.delete(keys)

    def purge(self, prefixes: Sequence[str]) -> bool:
        self._alive()
        return self.inner.purge(prefixes)

    def now(self) -> datetime:
        return self.inner.now() + self.ahead

    def _alive(self) -> None:
        if self._dead:
            raise DiedError
        if self.silent:
            raise NoAnswerError
