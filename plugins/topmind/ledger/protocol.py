"""The ledger: the one durable record of people, touches and what became of them.

Every store (memory, SQLite, the S3 log; later PostgreSQL) gives this protocol and passes one contract suite
(`tests/unit/ledger/test_contract_*.py`). The order of a run:

    ledger = open_ledger(url, root=…, clock=…, ledger_id=…, check_value=…)
    ledger.fold(inbox.pending()); ledger.sync_people(records, hashes)
    history = ledger.history(as_of)
    … plan …
    ledger.freeze(rows, plan=plan.hash, head=history.head)      PlanAgain → read history again, plan again
    delivery.send(ledger, transport, build, …)       lock, sweep, then claim → send → settle until nothing is left
    ledger.counts(as_of, run=owner)

Every method is one transaction: all of it or nothing. `clock` of `open_ledger` is the store's clock: leases,
approvals and bookkeeping times go by it; the programme's days (`as_of`, `now`) are arguments.

Errors: LedgerLocked (exit 3: another process writes or sends), LeaseEnded, LedgerDamaged, LedgerError (disk full …),
PlanAgain (the head moved), GuardError (a foreign ledger, a wrong key ring).
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Protocol, TypeAlias

from topmind.ledger.crew import ALONE, Member, Shard
from topmind.ledger.feedback_part import FeedbackPart
from topmind.ledger.follow_up import LEASE, FollowUp
from topmind.ledger.person_part import PersonPart
from topmind.ledger.proof_part import ProofPart
from topmind.ledger.stop_part import StopPart
from topmind.ledger.values import (
    Claim,
    Counts,
    Frozen,
    InboxEntry,
    Lapsed,
    Person,
    Proof,
    Row,
    Settle,
    Synced,
    Unproven,
)
from topmind.model import History, Moved, PastTouch, PersonRecord, Reason, TouchKey, TouchState

#: Address → its HMACs, newest key first (`links.address_hashes` with the ring bound).
Hashes: TypeAlias = Callable[[str], Sequence[str]]

#: How long `approve` holds.
APPROVAL = timedelta(hours=24)


class Ledger(FollowUp, FeedbackPart, PersonPart, ProofPart, StopPart, Protocol):
    """One open ledger."""

    #: Part of every touch's name on the wire.
    ledger_id: str
    #: Raised when a restored copy is adopted; from 1.
    epoch: int
    #: An older copy was put back in its place: whom it mailed since, it does not know. `send` refuses it.
    restored: bool
    #: Whether several senders may work on it at once (`lock` with a member, `claim` by several owners).
    several: bool
    #: Why not, where it is False; a sentence without its full stop.
    alone: str

    # -- people -----------------------------------------------------------------------------------------

    def sync_people(self, records: Iterable[PersonRecord], hashes: Hashes) -> Synced:
        """Take in what the source says of everybody now.

        Source ids get an internal id at first sight; who is missing becomes inactive; who was erased stays out.
        An opt-in that the source changed since the last import is a dated transition, but never undoes what a
        person said. No record at all is refused (LedgerError): an empty export must not make everybody inactive.
        """
        ...

    def find(self, who: str) -> tuple[Person, ...]:
        """People by source id, address or (part of a) name, best match first; on a person's machine only."""
        ...

    def person(self, contact: str) -> Person | None:
        """One person by source id."""
        ...

    def erase(self, contact: str, hashes: Hashes) -> bool:
        """Delete the person's row for good; imports leave them out from now on. False: nobody has this id."""
        ...

    # -- what planning reads ----------------------------------------------------------------------------

    def history(self, as_of: date, *, touches: bool = True) -> History:
        """All touches (without `touches` none, which saves most of the time), answers, standings, stops, valid
        approvals; `sent_per_day` of the 35 days to `as_of`."""
        ...

    def touches_of(self, contact: str) -> tuple[PastTouch, ...]:
        """One contact's touches, oldest first."""
        ...

    def head(self) -> int:
        """Number of the last write that may change a plan; a freeze names the one it was computed from, which is
        `History.head` (asked for later, it may be newer than what the plan has seen)."""
        ...

    def note(self, moved: Sequence[Moved], watched: Mapping[str, str], *, head: int) -> int:
        """Remember where people stand now, against the head of the history it was found with; the new head.

        `watched`: everything that is asked for, with the hash of its rule; positions of anything else are
        forgotten. Raises PlanAgain where the head is no longer `head`.
        """
        ...

    # -- plan --------------------------------------------------------------------------------------------

    def freeze(
        self,
        rows: Sequence[Row],
        *,
        plan: str,
        head: int,
        skips: Sequence[tuple[TouchKey, Reason]] = (),
        lapsed: Sequence[Lapsed] = (),
        as_of: date | None = None,
        promised: Collection[str] | None = None,
    ) -> Frozen:
        """Write the plan in one conditional write. Raises PlanAgain where the head is no longer `head`.

        A row that is already planned takes the new day, window, edition, items and limits; later states never
        change. `skips` turns planned rows that must not go any more into skipped; `lapsed` writes rows that
        never could be planned as expired. `as_of` is the plan's company day (`History.planned_on`), `promised` the issues
        that it names ahead (`History.promised`). Unique per occasion and contact, and per occasion and inbox.
        Give rows of `planned()` with the day and window of today, else they wait. Off e-mail a row is a task. Every contact must have been synced (LedgerError).
        """
        ...

    def planned(self) -> tuple[Row, ...]:
        """E-mail rows in state planned, as frozen: what a tick composes, compiles and checks again before it
        claims. Their picks are theirs: a frozen row wins over a changed pick."""
        ...

    def expire(self, day: date, *, tasks: date | None = None) -> int:
        """Planned touches whose last legal day is before `day` become expired (tasks: before `tasks`, default
        `day`, become missed), with the reason that held them last (default too_late, of tasks missed). Give the earliest local
        day of all contacts."""
        ...

    # -- send --------------------------------------------------------------------------------------------

    def lock(self, owner: str, *, who: str = "", member: Member = ALONE) -> int:
        """Become a sender; `owner` is unique per run, `who` a name for people ("send on host, pid 7").

        Raises LedgerLocked where another run is alive, unless both are of one crew and sit in different seats;
        GuardError for a member of a crew where `several` is False. Claims of a run that is proven dead become
        unknown: how many.
        """
        ...

    def unlock(self, owner: str) -> None:
        """No longer the sender. Harmless where it never was."""
        ...

    def senders(self) -> int:
        """How many senders are alive now."""
        ...

    def sweep(self) -> int:
        """Claims whose lease has ended become unknown. They are never claimed again by themselves."""
        ...

    def claim(
        self,
        *,
        owner: str,
        limit: int,
        now: datetime,
        lease: timedelta = LEASE,
        editions: Collection[str] | None = None,
        occasions: Collection[str] | None = None,
        settles: Sequence[Settle] = (),
        shard: Shard | None = None,
    ) -> tuple[Claim, ...]:
        """Settle `settles`, then take up to `limit` planned e-mail touches in hand: one durable write.

        The same write tests each again: opt-out, topics, suppression of contact and address, erased, inactive
        (→ skipped); stop switch, pause, window, last day, ceilings, gap, an edition or occasion not among those
        given (→ stays planned); one mail per inbox and occasion, one item per contact within its repeat time
        (→ skipped). () = nothing is left that this run may claim (whatever else is left is in another sender's
        hand), or everything is stopped. Claims go by last legal day, then id; with `shard` only of its people.
        Raises LeaseEnded, and writes nothing, where `owner` became a sender here and another run took its place
        meanwhile, because it was silent for longer than its lease.
        """
        ...

    def settle(self, settles: Sequence[Settle]) -> int:
        """Write outcomes; how many took effect. Accepted with a message id wins in every state; everything else
        only where the touch is still claimed by this owner in this attempt."""
        ...

    def prove(self, proofs: Sequence[Proof]) -> int:
        """Evidence wins in every state; for a touch that is not known yet it is kept until it is frozen."""
        ...

    def release(self, claims: Sequence[Claim]) -> int:
        """Give back claims that have provably not left: planned again."""
        ...

    def now(self) -> datetime:
        """The store's clock, UTC."""
        ...

    # -- what became of it -------------------------------------------------------------------------------

    def fold(self, entries: Sequence[InboxEntry]) -> tuple[str, ...]:
        """Apply what people said on live pages, each entry once; ids that are now safe to remove."""
        ...

    def counts(self, as_of: date, *, run: str = "") -> Counts:
        """Everyone accounted for, of the occasions whose nominal day is `as_of`; `sent_now` of one run."""
        ...

    def reasons(self, as_of: date) -> dict[tuple[TouchState, str], int]:
        """E-mail touches of the same occasions by state and reason."""
        ...

    def unproven(self) -> tuple[Unproven, ...]:
        """Every touch that is unknown or unresolved, or claimed under a lease that has ended."""
        ...

    # -- switches ----------------------------------------------------------------------------------------

    def approve(self, plan_hash: str) -> None:
        """A person saw a surge and lets this plan go; valid for 24 h."""
        ...

    def adopt(self) -> int:
        """Take a restored copy as it is: the epoch goes on by one, and what it has planned by mail is unknown.
        How many touches these are."""
        ...

    def doubt(self) -> int:
        """What is planned or claimed by mail may have left from a ledger that was lost: unknown; how many."""
        ...

    # -- care --------------------------------------------------------------------------------------------

    def seed(self, touches: Sequence[PastTouch]) -> int:
        """Write past touches as they are: for `demo` and tests only. Their contacts must be synced."""
        ...

    def close(self) -> None:
        """Let go of the store."""
        ...
