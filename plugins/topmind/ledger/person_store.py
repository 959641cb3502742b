"""`person_part.PersonPart` over SQL."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable
from typing import TypeVar

from topmind.ledger import dossier
from topmind.ledger.book import Book
from topmind.ledger.dossier_values import Dossier

T = TypeVar("T")


class PersonStore(ABC):
    """What a store inherits; it says itself how a transaction is made."""

    @abstractmethod
    def _write(self, work: Callable[[Book], T]) -> T:
        """Do `work` in one transaction."""

    @abstractmethod
    def _read(self, work: Callable[[Book], T]) -> T:
        """Ask in one transaction."""

    def dossier(self, contact: str) -> Dossier | None:
        return self._read(lambda book: dossier.dossier(book, contact))
