"""What a send needs besides a ledger and a transport (`model.Transport`, the one protocol of this seam)."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Protocol, TypeAlias

from topmind.ledger import ALONE, LEASE, Claim, Counts, InboxEntry, Member, Shard, Unproven
from topmind.model import Message, Outcome, Problem

#: Makes the complete message of one claim. A TopmindError holds this one mail back.
Build: TypeAlias = Callable[[Claim], Message]
#: 0 = go on; else the exit code of the signal that came (130, 143).
Stopping: TypeAlias = Callable[[], int]
#: (touch hex, attempt) → message id where the transport knows that it left, else "".
Evidence: TypeAlias = Callable[[str, int], str]
#: Asked before each group, under the lock: what was heard meanwhile is taken in; a reason to stop, or "".
Listen: TypeAlias = Callable[[], str]
#: Told of each mail that this run is done with, once; for progress. Give nobody's name away.
Settled: TypeAlias = Callable[[Claim, Outcome], None]


class Door(Protocol):
    """Where the live pages leave what people want: `ledger.FolderInbox`."""

    def pending(self) -> tuple[InboxEntry, ...]:
        """Entries that are not in the ledger yet."""
        ...

    def done(self, ids: Iterable[str]) -> None:
        """These are in the ledger."""
        ...

    def drop(self, ids: Iterable[str]) -> None:
        """Whoever said these was erased: keep nothing of them."""
        ...


class Pace(Protocol):
    """How fast messages may leave: `rate.TokenBucket`, `quota.AccountPace`."""

    #: Why nothing more may leave today; "" = it may.
    stop: str

    def room(self, wanted: int) -> int:
        """How many of `wanted` may be claimed now; 0 with `stop` set = the day's quota is used up."""
        ...

    def wait(self, domain: str) -> None:
        """Return when one more may leave, to an address of this domain."""
        ...

    def slow_down(self) -> None:
        """The other side said "too fast"."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """What one run may send."""

    #: Unique per run.
    owner: str
    #: For people: "send on host, process 7".
    who: str = ""
    #: Whose occasions are counted in the report.
    as_of: date
    #: Beside whom it may send.
    member: Member = ALONE
    #: Whose people; None = everybody.
    shard: Shard | None = None
    #: The programme's moment (UTC), asked before each group; a pinned day gives always the same.
    now: Callable[[], datetime]
    #: Hashes of compiled editions; None = any.
    editions: Collection[str] | None = None
    #: Names of occasions; None = any.
    occasions: Collection[str] | None = None
    #: Claims in hand at once (rate × latency): what a crash leaves unknown.
    slots: int = 4
    #: Make the calls of a group at once, on threads; else one after the other.
    at_once: bool = False
    lease: timedelta = LEASE
    #: So many alike failures in a row stop the run.
    alike: int = 5
    #: So often a run tries a touch that was proven not sent.
    tries: int = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class SendReport:
    """What a run did, as the ledger has it after the run."""

    counts: Counts
    #: Every send nobody can prove, of all runs: listed, never resent by itself.
    unproven: tuple[Unproven, ...] = ()
    #: How many of them were found by this run: its own, and what a dead run left.
    new_unknown: int = 0
    #: Why the run ended before everything was tried; "" = it did not.
    stopped: str = ""
    #: 130 or 143 where a signal ended it, else 0.
    signal: int = 0
    #: Mails that could not be built: they wait.
    problems: tuple[Problem, ...] = ()

    @property
    def exit_code(self) -> int:
        """0 done; 1 stopped by trouble, held mails or new unknowns; 130, 143 interrupted."""
        if self.signal:
            return self.signal
        return int(bool(self.stopped or self.problems or self.new_unknown))
