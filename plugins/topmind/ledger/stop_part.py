"""The ledger's part for stops: what is stopped, since when, and who said so."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol, TypeVar

from topmind.ledger import switches
from topmind.ledger.book import Book

T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class Stop:
    """One stop that holds."""

    #: An occasion (`tuesday-fix/2026-W49`), a source (`tuesday-fix`) or `all`.
    name: str
    #: By the store's clock, UTC.
    since: datetime
    #: Who said so, and why; "" = they did not say.
    by: str = ""
    why: str = ""


class StopPart(Protocol):
    """What stops mails, and lets them go on."""

    def stop(self, occasion: str, *, by: str = "", why: str = "") -> None:
        """Claim nothing more of an occasion (`tuesday-fix/2026-W49`), a source (`tuesday-fix`) or `all`. What is
        stopped already stays as it was said first. `by` and `why` are for people, and name no contact."""
        ...

    def resume(self, occasion: str) -> bool:
        """Take a stop back. False: nothing of that name was stopped."""
        ...

    def stops(self) -> frozenset[str]:
        """Names that are stopped."""
        ...

    def stopped(self) -> tuple[Stop, ...]:
        """The same with all that is known of each, by name."""
        ...


class StopStore(ABC):
    """`StopPart` over SQL; a store says itself how a transaction is made."""

    @abstractmethod
    def _write(self, work: Callable[[Book], T]) -> T:
        """Do `work` in one transaction."""

    @abstractmethod
    def _read(self, work: Callable[[Book], T]) -> T:
        """Ask in one transaction."""

    def stop(self, occasion: str, *, by: str = "", why: str = "") -> None:
        self._write(lambda book: switches.stop(book, occasion, by, why))

    def resume(self, occasion: str) -> bool:
        return self._write(lambda book: switches.resume(book, occasion))

    def stops(self) -> frozenset[str]:
        return frozenset(one.name for one in self.stopped())

    def stopped(self) -> tuple[Stop, ...]:
        return tuple(
            Stop(name=name, since=since, by=who, why=why)
            for name, since, who, why in self._read(switches.stopped)
        )
