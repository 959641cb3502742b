"""Several senders of one ledger: what a run of `--workers N` or `--shard k/N` is to the others."""

from __future__ import annotations

from dataclasses import dataclass

from topmind.ledger import ALONE, Ledger, Member, Shard, refuse_several


@dataclass(frozen=True, slots=True, kw_only=True)
class Crew:
    """How many processes of this machine send, and whose people they take."""

    workers: int = 1
    shard: Shard | None = None

    @property
    def senders(self) -> int:
        """On all machines, as far as the command line says."""
        return self.workers * (self.shard.of if self.shard else 1)

    def member(self, run: str, worker: int = 0) -> Member:
        """The seat of a worker (from 1), or of the run itself. The shards of one division are one crew on whatever
        machine; without shards only the workers of this run are."""
        if self.shard is not None:
            seat = f"shard {self.shard.number}"
            return Member(f"{self.shard.of} shards", f"{seat}, worker {worker}" if worker else seat)
        return Member(f"run {run}", f"worker {worker}") if worker else ALONE

    def refuse_on(self, ledger: Ledger, where: str) -> None:
        """Raises GuardError where the ledger takes one sender at a time."""
        self.refuse_where("" if ledger.several else ledger.alone, where)

    def refuse_where(self, alone: str, where: str) -> None:
        """The same where it is known why (`ledger.Ledger.alone`); "" = several may send."""
        if self.senders > 1 and alone:
            raise refuse_several(where, alone)
