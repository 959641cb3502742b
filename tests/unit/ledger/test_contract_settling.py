"""The contract, answers: each has its state and its guard, evidence has none; one sender at a time."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest

from ledger_words import NOW, accepted, answered, claim, state
from topmind.errors import LeaseEnded, LedgerLocked
from topmind.ledger import Claim, Feedback, Ledger, Proof, Settle
from topmind.ledger.states import MOVES, Guard, allowed
from topmind.model import (
    FeedbackKind,
    OutcomeKind,
    Reason,
    TouchState,
)
from topmind.testing.builders import TODAY, a_touch
from topmind.testing.clock import FixedClock
from topmind.testing.sending import a_key, a_row, freeze


@pytest.mark.parametrize(
    ("settle", "after"),
    [
        (accepted, TouchState.ACCEPTED),
        (lambda c: accepted(c, ""), TouchState.UNKNOWN),
        (lambda c: answered(c, OutcomeKind.REFUSED, "bad address"), TouchState.REFUSED),
        (lambda c: answered(c, OutcomeKind.RETRY), TouchState.PLANNED),
        (lambda c: answered(c, OutcomeKind.UNKNOWN), TouchState.UNKNOWN),
    ],
)
def test_outcomes(ledger: Ledger, settle: Callable[[Claim], Settle], after: TouchState) -> None:
    """Each answer has its state; an acceptance without a message id proves nothing."""
    freeze(ledger, a_row())
    (one,) = claim(ledger)
    assert ledger.settle([settle(one)]) == 1
    assert state(ledger) is after
    assert allowed(TouchState.CLAIMED, after)


def test_settles_ride_with_claims(ledger: Ledger) -> None:
    """One write for both: what was answered, and what is next."""
    freeze(ledger, a_row(), a_row("c0001"))
    (first,) = claim(ledger, 1)
    (second,) = claim(ledger, 1, settles=[accepted(first)])
    assert (state(ledger), second.key.contact) == (TouchState.ACCEPTED, "c0001")


@pytest.mark.parametrize("stale", ["attempt", "owner"])
@pytest.mark.parametrize("kind", [OutcomeKind.REFUSED, OutcomeKind.RETRY, OutcomeKind.UNKNOWN])
def test_a_late_answer_of_an_old_claim(ledger: Ledger, kind: OutcomeKind, stale: str) -> None:
    """Whatever an old attempt, or somebody else, says without proof changes nothing."""
    freeze(ledger, a_row())
    (old,) = claim(ledger)
    ledger.release([old])
    (new,) = claim(ledger)
    if stale == "owner":
        claim(ledger, owner="run-2")  # a run that exists and holds nothing
        old = replace(new, owner="run-2")
    assert ledger.settle([answered(old, kind)]) == 0
    assert state(ledger) is TouchState.CLAIMED
    assert ledger.settle([answered(new, OutcomeKind.REFUSED)]) == 1
    assert ledger.settle([answered(new, kind)]) == 0
    assert state(ledger) is TouchState.REFUSED


def test_unknown_is_never_claimed_again(ledger: Ledger, clock: FixedClock) -> None:
    """Nobody resends what may have left: it is listed."""
    freeze(ledger, a_row())
    claim(ledger)
    clock.advance(seconds=119)
    assert ledger.sweep() == 0
    clock.advance(seconds=1)
    assert ledger.sweep() == 1
    assert claim(ledger) == ()
    (listed,) = ledger.unproven()
    assert (listed.key, listed.attempt, listed.state) == (a_key(), 1, TouchState.UNKNOWN)


def test_a_claim_is_listed_as_soon_as_its_lease_ends(ledger: Ledger, clock: FixedClock) -> None:
    """Also while nobody has swept: whoever reads the list in between does not miss it."""
    freeze(ledger, a_row())
    claim(ledger)
    clock.advance(seconds=119)
    assert ledger.unproven() == ()
    clock.advance(seconds=1)
    (listed,) = ledger.unproven()
    assert (listed.key, listed.attempt, listed.state) == (a_key(), 1, TouchState.CLAIMED)


def bring_to(ledger: Ledger, wanted: TouchState) -> None:
    """Put this week's issue of c0000 into a state by the moves that lead there."""
    if wanted is TouchState.UNRESOLVED:
        ledger.seed([a_touch(occurrence="2026-W49", state=wanted, day=TODAY)])
        return
    freeze(ledger, a_row())
    match wanted:
        case TouchState.SKIPPED:
            freeze(ledger, skips=[(a_key(), Reason.STOPPED)])
        case TouchState.EXPIRED:
            ledger.expire(TODAY + timedelta(days=1))
        case TouchState.CLAIMED:
            claim(ledger)
        case TouchState.ACCEPTED:
            ledger.settle([accepted(claim(ledger)[0])])
        case TouchState.REFUSED:
            ledger.settle([answered(claim(ledger)[0], OutcomeKind.REFUSED)])
        case TouchState.UNKNOWN:
            ledger.settle([answered(claim(ledger)[0], OutcomeKind.UNKNOWN)])


@pytest.mark.parametrize("by", ["message id", "feedback"])
@pytest.mark.parametrize("before", [s for s in TouchState if s not in {TouchState.DONE, TouchState.MISSED}])
def test_proof_wins_in_every_state(ledger: Ledger, before: TouchState, by: str) -> None:
    """A message id, or feedback with our tags, makes a touch accepted from wherever it is."""
    bring_to(ledger, before)
    assert state(ledger) is before
    hexed = a_key().wire("test")
    if by == "feedback":
        ledger.record_feedback(
            [Feedback(touch_hex=hexed, kind=FeedbackKind.DELIVERED, at=NOW, message_id="m-9")]
        )
    else:
        ledger.prove([Proof(touch_hex=hexed, message_id="m-9", at=NOW)])
    assert state(ledger) is TouchState.ACCEPTED
    assert MOVES[before, TouchState.ACCEPTED] is Guard.PROOF
    assert claim(ledger) == ()


def test_proof_before_the_touch(ledger: Ledger) -> None:
    """A restored ledger learns from feedback what it has forgotten: the touch is accepted when it is frozen."""
    ledger.prove([Proof(touch_hex=a_key().wire("test"), message_id="m-9", at=NOW)])
    freeze(ledger, a_row())
    assert state(ledger) is TouchState.ACCEPTED
    assert claim(ledger) == ()


def test_the_first_message_id_stays(ledger: Ledger) -> None:
    """A second proof of the same touch does not rewrite the first."""
    freeze(ledger, a_row())
    (one,) = claim(ledger)
    ledger.settle([accepted(one, "m-1")])
    ledger.settle([accepted(one, "m-2")])
    assert ledger.touches_of("c0000")[0].message_id == "m-1"


def test_one_sender(ledger: Ledger, clock: FixedClock) -> None:
    """A second run is told who sends; after unlock it may; the lease of a living one goes on with its claims."""
    ledger.lock("run-1", who="send on host, process 7")
    if type(ledger).__name__ == "MemoryLedger":
        with pytest.raises(LedgerLocked, match="send on host, process 7"):
            ledger.lock("run-2")
        clock.advance(seconds=100)
        claim(ledger)
        clock.advance(seconds=100)
        with pytest.raises(LedgerLocked):
            ledger.lock("run-2")
    ledger.unlock("run-1")
    ledger.unlock("nobody")
    assert ledger.lock("run-2") == 0


def test_a_dead_sender_is_followed(ledger: Ledger, clock: FixedClock) -> None:
    """The next run takes the lock when the lease has ended, and the dead one's claims are unknown."""
    freeze(ledger, a_row())
    ledger.lock("run-1")
    claim(ledger)
    clock.advance(seconds=121)
    assert ledger.lock("run-2") == 1
    assert state(ledger) is TouchState.UNKNOWN


def test_a_sender_that_slept_past_its_lease_stops_at_its_next_claim(
    ledger: Ledger, clock: FixedClock
) -> None:
    """Nobody took its place: it goes on. Somebody did, and even ended since: it claims nothing more and is told why;
    what it can prove still counts, and nothing is in two hands."""
    freeze(ledger, *map(a_row, ("c0000", "c0001", "c0002")))
    ledger.lock("run-1")
    (first,) = claim(ledger, 1, "run-1")
    clock.advance(seconds=121)
    (second,) = claim(ledger, 1, "run-1", settles=[accepted(first)])
    clock.advance(seconds=121)
    assert ledger.lock("run-2") == 1
    ledger.unlock("run-2")
    before = ledger.counts(TODAY)
    with pytest.raises(LeaseEnded, match="another one took its place"):
        claim(ledger, 1, "run-1", settles=[accepted(second)])
    assert ledger.counts(TODAY) == before
    assert ledger.settle([accepted(second)]) == 1
    ledger.lock("run-3")
    (third,) = claim(ledger, 5, "run-3")
    assert third.key.contact not in {first.key.contact, second.key.contact}
