"""The send loop: door → claim as many as there are free slots → build → fence → call → settle with the next claims.

Why no mail leaves twice: a claim is durable before its call, one attempt per claim, and what was claimed and not
proven is never claimed again. Why none is lost in silence: whatever has no proof is listed as unknown.
"""

from __future__ import annotations

from collections.abc import Sequence

from topmind.delivery.calls import AtOnce, Calls, InTurn
from topmind.delivery.seam import Build, Door, Evidence, Listen, Order, Pace, SendReport, Settled, Stopping
from topmind.delivery.tally import Tally
from topmind.errors import LeaseEnded, SendError, TopmindError
from topmind.ledger import Claim, Ledger, Proof, Settle
from topmind.model import Message, Outcome, OutcomeKind, TouchState, Transport

#: Seconds between two looks at the signals while calls are under way, and how often after a stop (4 s: the process ends after 5).
LOOK, LOOKS = 0.25, 16


def send(
    ledger: Ledger,
    transport: Transport,
    build: Build,
    order: Order,
    *,
    inbox: Door | None = None,
    stopping: Stopping = lambda: 0,
    pace: Pace | None = None,
    evidence: Evidence | None = None,
    listen: Listen = lambda: "",
    settled: Settled = lambda _claim, _outcome: None,
) -> SendReport:
    """Send what is planned and may go now; what became of everybody.

    Raises LedgerLocked where another run sends, LedgerError where the ledger fails, SendError where a mail
    cannot be built for a reason that is no content problem. Whatever is raised: what had not left is given back
    or, where the ledger is gone too, becomes unknown when the lease ends.
    """
    tally = Tally(alike=order.alike, tries=order.tries)
    listed = {one.touch_hex for one in ledger.unproven() if one.state is not TouchState.CLAIMED}
    ledger.lock(order.owner, who=order.who, member=order.member)
    run = _Run(ledger, transport, build, order, tally, inbox, stopping, pace, listen, settled)
    try:
        ledger.sweep()
        _look_for_proof(ledger, evidence)
        run.everybody()
        return _report(ledger, order, tally, listed, stopping())
    finally:
        run.calls.close()
        ledger.unlock(order.owner)


def fold(ledger: Ledger, inbox: Door | None) -> int:
    """Take what people said on live pages into the ledger, then remove it; how many entries."""
    entries = inbox.pending() if inbox else ()
    if inbox and entries:
        taken = ledger.fold(entries)
        said_by = {entry.contact for entry in entries if entry.kind != "task"}
        # erased; an old mail's link still works
        nobody = {contact for contact in said_by if ledger.person(contact) is None}
        gone = {entry.id for entry in entries if entry.kind != "task" and entry.contact in nobody}
        if gone:
            inbox.drop(name for name in taken if name in gone)
        inbox.done(name for name in taken if name not in gone)
    return len(entries)


class _Run:
    """One run: its claims, its calls, what became of them."""

    def __init__(
        self,
        ledger: Ledger,
        transport: Transport,
        build: Build,
        order: Order,
        tally: Tally,
        inbox: Door | None,
        stopping: Stopping,
        pace: Pace | None,
        listen: Listen,
        settled: Settled,
    ) -> None:
        self.ledger, self.transport, self.build, self.order = ledger, transport, build, order
        self.tally, self.inbox, self.stopping, self.pace = tally, inbox, stopping, pace
        self.listen, self.settled = listen, settled
        self.calls: Calls = AtOnce(self._call, order.slots) if order.at_once else InTurn(self._call)
        #: Answers that are not in the ledger yet.
        self.settles: list[Settle] = []
        #: True from the call of a claim on: it may have left.
        self.calling = False

    def everybody(self) -> None:
        """Claim and send until nothing is left or somebody says stop."""
        try:
            self._until_nothing_is_left()
        except BaseException:
            self._collect(wait=0)
            self.ledger.settle(self.settles)
            raise
        self.ledger.settle(self.settles)

    def _until_nothing_is_left(self) -> None:
        while not self._ended():
            fold(self.ledger, self.inbox)
            if why := self.listen():
                self.tally.stop = why
                break
            room = self.order.slots - self.calls.running
            claims = self._claim(self.pace.room(room) if self.pace else room)
            if not claims and not self.calls.running:
                break
            self._start(claims)
            self._collect(wait=LOOK)
        for _ in range(LOOKS):
            # what is under way may still be answered; what is not by then is unknown
            if not self.calls.running:
                break
            self._collect(wait=LOOK)

    def _ended(self) -> bool:
        return bool(self.tally.stop or self.stopping())

    def _claim(self, limit: int) -> tuple[Claim, ...]:
        """Settle and claim in one durable write."""
        if limit <= 0:
            if self.pace and self.pace.stop:
                self.tally.stop = self.pace.stop
            return ()
        order = self.order
        try:
            claims = self.ledger.claim(
                owner=order.owner,
                limit=limit,
                now=order.now(),
                lease=order.lease,
                editions=order.editions,
                occasions=order.occasions,
                settles=self.settles,
                shard=order.shard,
            )
        except LeaseEnded as error:
            self.tally.stop = error.says  # the answers at hand are written at the end, and count
            return ()
        self.settles = []
        return claims

    def _start(self, claims: Sequence[Claim]) -> None:
        """Begin one call per claim, in order; what must not leave any more is given back."""
        for number, claim in enumerate(claims):
            if self._must_wait():
                self.ledger.release(claims[number:])
                break
            self.calling = False
            try:
                self._one(claim)
            except BaseException:
                # A call that was under way stays claimed: nobody knows, so it becomes unknown with its lease.
                self.ledger.release(claims[number + self.calling :])
                raise

    def _must_wait(self) -> bool:
        """The run ends, or somebody has just said what they want: claim again, with the test of now."""
        if self._ended():
            return True
        # calls at once begin within moments of their claim, before which the door was looked at
        return not self.order.at_once and bool(self.inbox and self.inbox.pending())

    def _one(self, claim: Claim) -> None:
        """Build, fence, call."""
        try:
            message = self.build(claim)
        except TopmindError as error:
            self._settle(claim, self.tally.hold(error.says), leave=True)
            return
        except Exception as error:  # noqa: BLE001 - raised again as ours: whatever a bug raises may quote values
            raise SendError(
                f"building a mail failed ({type(error).__name__}).",
                fix="This is a fault of topmind: please report it.",
            ) from None
        if self.pace:
            self.pace.wait(claim.address.rpartition("@")[2].lower())
        if self.ledger.now() >= claim.fence:
            outcome = Outcome(kind=OutcomeKind.RETRY, reason="the claim was too old")
            self._settle(claim, outcome, leave=self.tally.add(claim.touch_hex, outcome))
            return
        # Stays true until the next claim: an interrupt after the answer must not give the claim back either.
        self.calling = True
        self.calls.start(claim, message)
        self._collect(wait=0)

    def _call(self, message: Message) -> Outcome:
        """The one call, in whatever thread. A transport that raises has told nothing."""
        try:
            return self.transport.send(message)
        except Exception as error:  # noqa: BLE001 - the mail may have left, whatever was raised
            return Outcome(kind=OutcomeKind.UNKNOWN, reason=f"the transport raised {type(error).__name__}")

    def _collect(self, *, wait: float) -> None:
        """Take in the answers that are there."""
        for claim, outcome in self.calls.finished(wait=wait):
            if outcome.kind is OutcomeKind.RETRY and self.pace and not outcome.stop:
                self.pace.slow_down()
            self._settle(claim, outcome, leave=self.tally.add(claim.touch_hex, outcome))

    def _settle(self, claim: Claim, outcome: Outcome, *, leave: bool) -> None:
        self.settles.append(Settle(claim=claim, outcome=outcome, leave=leave))
        if leave or outcome.kind is not OutcomeKind.RETRY:
            self.settled(claim, outcome)  # what this run tries again would be counted twice


def _look_for_proof(ledger: Ledger, evidence: Evidence | None) -> None:
    """Ask the transport about everything that is not proven."""
    if evidence is None:
        return
    found = (
        Proof(touch_hex=one.touch_hex, message_id=evidence(one.touch_hex, one.attempt), at=ledger.now())
        for one in ledger.unproven()
    )
    proofs = [proof for proof in found if proof.message_id]
    if proofs:
        ledger.prove(proofs)


def _report(ledger: Ledger, order: Order, tally: Tally, listed: set[str], signal: int) -> SendReport:
    unproven = ledger.unproven()
    return SendReport(
        counts=ledger.counts(order.as_of, run=order.owner),
        unproven=unproven,
        new_unknown=len({one.touch_hex for one in unproven} - listed),
        stopped=tally.stop,
        signal=signal,
        problems=tally.problems(),
    )
