"""A random year of a ledger: plans, claims by two workers, every outcome, deaths, late and doubled feedback, opt-outs.
After each step the table of moves held, the sum of guarantee 4 holds, and nobody was sent a mail twice."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from topmind.ledger import Claim, Feedback, InboxEntry, Proof, Settle
from topmind.ledger.states import allowed
from topmind.model import FeedbackKind, Outcome, OutcomeKind, TouchState
from topmind.testing.builders import TODAY
from topmind.testing.clock import FixedClock
from topmind.testing.sending import a_key, a_ledger, a_row, freeze

CONTACTS = [f"c{n:04d}" for n in range(4)]
WORKERS = ["run-1", "run-2"]

#: States that may hold a mail that left; from all others a mail that left would be lost in silence.
MAY_HAVE_LEFT = {TouchState.CLAIMED, TouchState.ACCEPTED, TouchState.UNKNOWN}


class LedgerMachine(RuleBasedStateMachine):
    """What the world really did is kept beside the ledger: `left` and `opted_out`."""

    @initialize()
    def begin(self) -> None:
        self.clock = FixedClock()
        self.ledger = a_ledger(CONTACTS, clock=self.clock)
        #: Claims in hand, per worker.
        self.hand: dict[str, list[Claim]] = {worker: [] for worker in WORKERS}
        #: Touch → how many mails left.
        self.left: Counter[str] = Counter()
        #: Mails whose feedback may still come.
        self.post: list[Claim] = []
        self.opted_out: set[str] = set()
        self.seen: dict[str, TouchState | None] = dict.fromkeys(CONTACTS)

    # -- moves of the world --------------------------------------------------------------------------------

    @rule(contact=st.sampled_from(CONTACTS))
    def plan(self, contact: str) -> None:
        """A plan comes, new or again."""
        freeze(self.ledger, a_row(contact))

    @rule(worker=st.sampled_from(WORKERS), limit=st.integers(1, 3))
    def claim(self, worker: str, limit: int) -> None:
        """A worker takes some; nobody who has opted out is among them."""
        found = self.ledger.claim(owner=worker, limit=limit, now=FixedClock().now())
        assert self.opted_out.isdisjoint(claim.key.contact for claim in found)
        self.hand[worker] += found

    @precondition(lambda self: any(self.hand.values()))
    @rule(data=st.data(), kind=st.sampled_from(OutcomeKind), left=st.booleans(), lost=st.booleans())
    def send(self, data: st.DataObject, kind: OutcomeKind, left: bool, lost: bool) -> None:
        """A worker calls within the fence: the mail leaves or not, the answer comes or is lost with the worker."""
        worker = data.draw(st.sampled_from([w for w in WORKERS if self.hand[w]]))
        claim = self.hand[worker].pop(0)
        if self.clock.now() >= claim.fence:
            self.ledger.release([claim])
            return
        if kind is OutcomeKind.ACCEPTED or (kind is OutcomeKind.UNKNOWN and left):
            self.left[claim.touch_hex] += 1
            self.post.append(claim)
        if not lost:
            message_id = f"m-{claim.attempt}" if kind is OutcomeKind.ACCEPTED else ""
            outcome = Outcome(kind=kind, message_id=message_id, reason=kind.value)
            self.ledger.settle([Settle(claim=claim, outcome=outcome)])

    @rule(worker=st.sampled_from(WORKERS))
    def die(self, worker: str) -> None:
        """A worker is killed with claims in hand."""
        self.hand[worker] = []

    @rule(worker=st.sampled_from(WORKERS))
    def release(self, worker: str) -> None:
        """A worker gives back what has not left."""
        self.ledger.release(self.hand[worker])
        self.hand[worker] = []

    @rule(seconds=st.sampled_from([1, 59, 61, 121]))
    def wait(self, seconds: int) -> None:
        """Time goes by."""
        self.clock.advance(seconds=seconds)

    @rule()
    def sweep(self) -> None:
        """Leases that ended are seen."""
        self.ledger.sweep()

    @precondition(lambda self: self.post)
    @rule(data=st.data(), kind=st.sampled_from(FeedbackKind), times=st.integers(1, 2))
    def feedback(self, data: st.DataObject, kind: FeedbackKind, times: int) -> None:
        """Something is heard of a mail that left, late, doubled, in any order."""
        claim = data.draw(st.sampled_from(self.post))
        event = Feedback(touch_hex=claim.touch_hex, kind=kind, at=self.clock.now(), message_id="f")
        for _ in range(times):
            self.ledger.record_feedback([event])
        if kind in {FeedbackKind.COMPLAINED, FeedbackKind.UNSUBSCRIBED}:
            self.opted_out.add(claim.key.contact)
        touch = self._touch(claim.key.contact)
        assert touch is TouchState.ACCEPTED

    @precondition(lambda self: self.post)
    @rule(data=st.data())
    def prove(self, data: st.DataObject) -> None:
        """A proof of a mail that left turns up."""
        claim = data.draw(st.sampled_from(self.post))
        self.ledger.prove([Proof(touch_hex=claim.touch_hex, message_id="p", at=self.clock.now())])

    @rule(contact=st.sampled_from(CONTACTS))
    def opt_out(self, contact: str) -> None:
        """Somebody says no."""
        self.ledger.fold([InboxEntry(kind="opt_out", contact=contact, at=self.clock.now())])
        self.opted_out.add(contact)

    @rule()
    def expire(self) -> None:
        """The day is over."""
        self.ledger.expire(TODAY + timedelta(days=1))

    # -- what must hold ------------------------------------------------------------------------------------

    def _touch(self, contact: str) -> TouchState | None:
        return next((t.state for t in self.ledger.touches_of(contact)), None)

    @invariant()
    def moves_are_in_the_table(self) -> None:
        """Between two steps a touch made moves the table knows (a step may make two: claimed, planned, claimed)."""
        for contact in CONTACTS:
            now = self._touch(contact)
            before = self.seen[contact]
            if now is not None:
                assert allowed(before, now), f"{before} → {now}"
            self.seen[contact] = now

    @invariant()
    def nobody_twice(self) -> None:
        """However it went, at most one mail of each touch left."""
        assert not self.left or max(self.left.values()) <= 1

    @invariant()
    def nobody_in_silence(self) -> None:
        """What left is accepted, or listed, or in somebody's hand."""
        for contact in CONTACTS:
            if self.left[a_key(contact).wire("test")]:
                assert self._touch(contact) in MAY_HAVE_LEFT

    @invariant()
    def the_sum(self) -> None:
        """planned = accepted + refused + skipped + expired + unknown + waiting, against the rows themselves."""
        counts = self.ledger.counts(TODAY)
        states = [s for s in map(self._touch, CONTACTS) if s is not None]
        parts = (counts.accepted, counts.refused, counts.skipped, counts.expired, counts.unknown)
        assert counts.planned == len(states) == sum(parts) + counts.waiting
        assert counts.accepted == states.count(TouchState.ACCEPTED)
        assert len(self.ledger.unproven()) == counts.unknown


LedgerMachine.TestCase.settings = settings(max_examples=60, stateful_step_count=25, deadline=None)
TestLedgerMachine = LedgerMachine.TestCase
TestLedgerMachine.__doc__ = "Plans, claims, outcomes, deaths, feedback and wishes in any order."
