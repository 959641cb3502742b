"""The send loop: claim a handful → build → fence → transport → settle, until nothing is left.

Why no mail leaves twice: a claim is durable before its call, one attempt per claim, and what was claimed and not
proven is never claimed again. Why none is lost in silence: whatever has no proof is listed as unknown.
"""

from __future__ import annotations

from collections.abc import Sequence

from topmind.delivery.seam import Build, Door, Evidence, Order, Pace, SendReport, Settled, Stopping
from topmind.delivery.tally import Tally
from topmind.errors import SendError, TopmindError
from topmind.ledger import Claim, Ledger, Proof, Settle
from topmind.model import Message, Outcome, OutcomeKind, TouchState, Transport


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
    settled: Settled = lambda _claim, _outcome: None,
) -> SendReport:
    """Send what is planned and may go now; what became of everybody.

    Raises LedgerLocked where another run sends, LedgerError where the ledger fails, SendError where a mail
    cannot be built for a reason that is no content problem. Whatever is raised: what had not left is given back
    or, where the ledger is gone too, becomes unknown when the lease ends.
    """
    tally = Tally(alike=order.alike, tries=order.tries)
    group = _Group(ledger, transport, build, tally, inbox, stopping, pace, settled)
    listed = {one.touch_hex for one in ledger.unproven() if one.state is not TouchState.CLAIMED}
    ledger.lock(order.owner, who=order.who)
    try:
        ledger.sweep()
        _look_for_proof(ledger, evidence)
        settles: list[Settle] = []
        while not (tally.stop or stopping()):
            fold(ledger, inbox)
            claims = ledger.claim(
                owner=order.owner,
                limit=order.slots,
                now=order.now(),
                lease=order.lease,
                editions=order.editions,
                occasions=order.occasions,
                settles=settles,  # they ride with the next claims: one durable write for both
            )
            settles = []
            if not claims:
                break
            settles = group.send(claims)
        ledger.settle(settles)
        return _report(ledger, order, tally, listed, stopping())
    finally:
        ledger.unlock(order.owner)


def fold(ledger: Ledger, inbox: Door | None) -> int:
    """Take what people said on live pages into the ledger, then remove it; how many entries."""
    entries = inbox.pending() if inbox else ()
    if inbox and entries:
        inbox.done(ledger.fold(entries))
    return len(entries)


class _Group:
    """Sends the claims of one group."""

    def __init__(
        self,
        ledger: Ledger,
        transport: Transport,
        build: Build,
        tally: Tally,
        inbox: Door | None,
        stopping: Stopping,
        pace: Pace | None,
        settled: Settled,
    ) -> None:
        self.ledger, self.transport, self.build, self.tally = ledger, transport, build, tally
        self.inbox, self.stopping, self.pace, self.settled = inbox, stopping, pace, settled
        #: True from the call of a claim on: it may have left.
        self.calling = False

    def send(self, claims: Sequence[Claim]) -> list[Settle]:
        """One call per claim, in order; what has not left when the run must end is given back."""
        settles: list[Settle] = []
        for number, claim in enumerate(claims):
            if self._must_wait():
                self.ledger.release(claims[number:])
                break
            self.calling = False
            try:
                settles.append(self._one(claim))
                self.settled(claim, settles[-1].outcome)
            except BaseException:
                # A call that was under way stays claimed: nobody knows, so it becomes unknown with its lease.
                self.ledger.settle(settles)
                self.ledger.release(claims[number + self.calling :])
                raise
        return settles

    def _must_wait(self) -> bool:
        """The run ends, or somebody has just said what they want: claim again, with the test of now."""
        return bool(self.tally.stop or self.stopping() or (self.inbox and self.inbox.pending()))

    def _one(self, claim: Claim) -> Settle:
        """Build, fence, call."""
        try:
            message = self.build(claim)
        except TopmindError as error:
            return Settle(claim=claim, outcome=self.tally.hold(error.says), leave=True)
        except Exception as error:  # noqa: BLE001 - raised again as ours: whatever a bug raises may quote values
            raise SendError(
                f"building a mail failed ({type(error).__name__}).",
                fix="This is a fault of topmind: please report it.",
            ) from None
        if self.pace:
            self.pace.wait()
        if self.ledger.now() >= claim.fence:
            outcome = Outcome(kind=OutcomeKind.RETRY, reason="the claim was too old")
        else:
            outcome = self._call(message)
        return Settle(claim=claim, outcome=outcome, leave=self.tally.add(claim.touch_hex, outcome))

    def _call(self, message: Message) -> Outcome:
        """The one call. A transport that raises has told nothing."""
        # Stays true until the next claim: an interrupt after the answer must not give the claim back either.
        self.calling = True
        try:
            outcome = self.transport.send(message)
        except Exception as error:  # noqa: BLE001 - the mail may have left, whatever was raised
            return Outcome(kind=OutcomeKind.UNKNOWN, reason=f"the transport raised {type(error).__name__}")
        if outcome.kind is OutcomeKind.RETRY and self.pace and not outcome.stop:
            self.pace.slow_down()
        return outcome


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
