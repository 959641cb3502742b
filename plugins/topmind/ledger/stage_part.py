"""The ledger's part for the log of stages, and the same over SQL."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable
from typing import Protocol, TypeVar

from topmind.ledger import stages
from topmind.ledger.book import Book
from topmind.ledger.stages import StageFlow, StageMove

T = TypeVar("T")


class StagePart(Protocol):
    """Part of `protocol.Ledger`."""

    def stage_log(self, contact: str) -> tuple[StageMove, ...]:
        """One contact's stages, oldest first; the first one is where they were first seen. Source id."""
        ...

    def stage_flows(self) -> tuple[StageFlow, ...]:
        """Everybody's stages, counted by moment: who is seen for the first time comes from "". Who was erased is not
        in it any more."""
        ...


class StageStore(ABC):
    """What a store inherits."""

    @abstractmethod
    def _read(self, work: Callable[[Book], T]) -> T:
        """Ask in one transaction."""

    def stage_log(self, contact: str) -> tuple[StageMove, ...]:
        return self._read(lambda book: stages.log(book, contact))

    def stage_flows(self) -> tuple[StageFlow, ...]:
        return self._read(stages.flows)
