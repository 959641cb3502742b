"""The ledger's part for proofs: what the senders of an issue get before anybody else."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Protocol, TypeVar

from topmind.ledger import proof_mails, team_mails
from topmind.ledger.book import Book
from topmind.ledger.follow_up import LEASE
from topmind.ledger.proof_values import ProofClaim, ProofMail
from topmind.model import Outcome

T = TypeVar("T")


class ProofPart(Protocol):
    """Part of `protocol.Ledger`."""

    def claim_proof(
        self,
        source: str,
        occurrence: str,
        sender: str,
        *,
        among: Sequence[str] = (),
        number: int = 1,
        content: str = "",
        at: datetime | None = None,
        owner: str,
        lease: timedelta = LEASE,
    ) -> ProofClaim | None:
        """Take the proof of one issue to one sender in hand, durably, before it leaves; `among`: everybody who gets
        one of this issue. `number`: which of its proofs, each with what it shows (`content`); `at`: moment of the run.

        None: it has left, may have left, another run has it, the issue is stopped, or `owner` does not hold the
        lock; that number shows something else, another number shows the same, or one before it is missing. What a
        crash leaves claimed becomes unknown (`sweep`, `lock`, `unlock`) and is never claimed again.
        """
        ...

    def settle_proof(self, claim: ProofClaim, outcome: Outcome) -> bool:
        """Write its outcome, under the same conditions as `settle`."""
        ...

    def proofs(self) -> tuple[ProofMail, ...]:
        """Every proof and what became of it. `prove` and feedback settle them, too; `History.proofs` has what
        each showed, `History.proved` the issues of which one has left to everybody."""
        ...


class ProofStore(ABC):
    """`ProofPart` over SQL; a store says itself how a transaction is made."""

    @abstractmethod
    def _write(self, work: Callable[[Book], T]) -> T:
        """Do `work` in one transaction."""

    @abstractmethod
    def _read(self, work: Callable[[Book], T]) -> T:
        """Ask in one transaction."""

    def claim_proof(
        self,
        source: str,
        occurrence: str,
        sender: str,
        *,
        among: Sequence[str] = (),
        number: int = 1,
        content: str = "",
        at: datetime | None = None,
        owner: str,
        lease: timedelta = LEASE,
    ) -> ProofClaim | None:
        one = proof_mails.Numbered(source, occurrence, number, content, at)
        return self._write(
            lambda book: proof_mails.claim(book, one, sender, among=among, owner=owner, lease=lease)
        )

    def settle_proof(self, claim: ProofClaim, outcome: Outcome) -> bool:
        return self._write(lambda book: team_mails.settle(book, "proof_mails", claim, outcome))

    def proofs(self) -> tuple[ProofMail, ...]:
        return self._read(proof_mails.listed)
