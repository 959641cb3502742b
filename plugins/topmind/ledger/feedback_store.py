"""`feedback_part.FeedbackPart` over SQL."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable, Collection, Sequence
from datetime import date, datetime
from typing import TypeVar

from topmind.ledger import barring, canaries, feedback, marks, resending, switches
from topmind.ledger.book import Book
from topmind.ledger.feedback_values import Heard, HeardOf, Judged, Mark, RunHealth, Trouble
from topmind.ledger.kept import Erasure, Suppression
from topmind.ledger.stage_part import StageStore
from topmind.ledger.values import Feedback

T = TypeVar("T")


class FeedbackStore(StageStore):
    """What a store inherits; it says itself how a transaction is made."""

    restored: bool

    @abstractmethod
    def _write(self, work: Callable[[Book], T]) -> T:
        """Do `work` in one transaction."""

    def record_feedback(self, events: Sequence[Feedback]) -> Heard:
        if not events:
            return Heard()
        return self._write(lambda book: feedback.record(book, events))

    def lasting(self, events: Sequence[Feedback]) -> tuple[Feedback, ...]:
        if not events:
            return ()
        return self._read(lambda book: barring.lasting(book, events))

    def begin_adoption(self) -> None:
        self._write(switches.begin_adoption)
        self.restored = True

    def bar(self, erasures: Sequence[Erasure], hashes: Callable[[str], Sequence[str]]) -> int:
        if not erasures:
            return 0
        return self._write(lambda book: barring.bar(book, erasures, hashes))

    def is_erased(self, who: str, hashes: Callable[[str], Sequence[str]]) -> bool:
        return self._read(lambda book: barring.is_erased(book, who, hashes))

    def suppress(self, said: Sequence[Suppression]) -> int:
        if not said:
            return 0
        return self._write(lambda book: barring.suppress(book, said))

    def bars_anybody(self) -> bool:
        return self._read(barring.bars_anybody)

    def marks(self, hexes: Collection[str] | None = None) -> tuple[Mark, ...]:
        return self._read(lambda book: marks.marks(book, hexes))

    def judge(self, judged: Sequence[Judged]) -> int:
        if not judged:
            return 0
        return self._write(lambda book: marks.judge(book, judged))

    def purge_marks(self, before: datetime) -> int:
        return self._write(lambda book: marks.purge(book, before))

    def feedback_of(self, contact: str) -> tuple[HeardOf, ...]:
        return self._read(lambda book: feedback.of_contact(book, contact))

    def canary_sent(self, owner: str, touch_hex: str, message_id: str) -> None:
        self._write(lambda book: canaries.sent(book, owner, touch_hex, message_id))

    def run_health(self, owner: str) -> RunHealth:
        return self._read(lambda book: canaries.health(book, owner))

    def silent_since(self, before: datetime) -> datetime | None:
        return self._read(lambda book: canaries.silent_since(book, before))

    def trouble(self, since: date) -> Trouble:
        return self._read(lambda book: canaries.trouble(book, since))

    def unresolve(self, hexes: Collection[str]) -> int:
        if not hexes:
            return 0
        return self._write(lambda book: canaries.unresolve(book, hexes))

    def resend(self, hexes: Collection[str], day: date) -> int:
        if not hexes:
            return 0
        return self._write(lambda book: resending.resend(book, hexes, day))
