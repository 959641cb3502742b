"""The contract, proofs: the mail that leaves once per issue and sender before the issue may go."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from topmind.ledger import Feedback, Ledger, Proof, ProofClaim
from topmind.model import FeedbackKind, Outcome, OutcomeKind, ShownProof, TouchState
from topmind.testing.builders import TODAY
from topmind.testing.clock import FixedClock

YES = Outcome(kind=OutcomeKind.ACCEPTED, message_id="m-1")
TEAM = ("dana", "june")


def claim(ledger: Ledger, sender: str = "dana", owner: str = "run-1", **more: Any) -> ProofClaim | None:
    """The proof of one issue to one of its two senders."""
    return ledger.claim_proof("wall", "2026-W49", sender, among=TEAM, owner=owner, **more)


def states(ledger: Ledger) -> dict[str, TouchState]:
    """Sender → what became of theirs."""
    return {one.sender: one.state for one in ledger.proofs()}


def test_a_proof_leaves_once_and_the_issue_is_proved_when_all_have(ledger: Ledger) -> None:
    """One of two senders is not enough; another issue is another proof."""
    ledger.lock("run-1")
    for number, name in enumerate(TEAM):
        assert ledger.history(TODAY).proved == frozenset()
        taken = claim(ledger, name)
        assert taken is not None
        assert claim(ledger, name) is None
        assert states(ledger)[TEAM[1]] is (TouchState.CLAIMED if number else TouchState.PLANNED)
        assert ledger.settle_proof(taken, YES)
        assert claim(ledger, name) is None
    assert ledger.history(TODAY).proved == {"wall/2026-W49"}
    other = ledger.claim_proof("wall", "2026-W50", "dana", owner="run-1")
    assert other is not None
    assert {one.issue for one in ledger.proofs()} == {"wall/2026-W49", "wall/2026-W50"}
    assert len({one.touch_hex for one in ledger.proofs()}) == 3


@pytest.mark.parametrize("kind", [OutcomeKind.RETRY, OutcomeKind.REFUSED, OutcomeKind.UNKNOWN])
def test_whoever_signs_no_more_is_not_waited_for(ledger: Ledger, kind: OutcomeKind) -> None:
    """What has not left to them is let go with the next claim, also where that takes nothing; what may have left stays."""
    ledger.lock("run-1")
    for name, outcome in zip(TEAM, (YES, Outcome(kind=kind)), strict=True):
        taken = claim(ledger, name)
        assert taken is not None
        assert ledger.settle_proof(taken, outcome)
    assert ledger.history(TODAY).proved == frozenset()
    assert ledger.claim_proof("wall", "2026-W49", "dana", among=("dana",), owner="run-1") is None
    stays = kind is OutcomeKind.UNKNOWN
    assert set(states(ledger)) == {"dana", *(["june"] if stays else [])}
    assert ledger.history(TODAY).proved == (frozenset() if stays else {"wall/2026-W49"})


@pytest.mark.parametrize("name", ["all", "wall", "wall/2026-W49"])
def test_only_the_sender_claims_and_a_stop_holds(ledger: Ledger, name: str) -> None:
    """A run without the lock sends none, nor does anybody of an issue that is stopped."""
    assert claim(ledger) is None
    ledger.lock("run-1")
    assert claim(ledger, owner="run-2") is None
    ledger.stop(name)
    assert claim(ledger) is None
    assert ledger.proofs() == ()
    ledger.resume(name)
    assert claim(ledger) is not None


def test_what_a_crash_leaves_is_unknown_and_never_sent_again(ledger: Ledger, clock: FixedClock) -> None:
    """A claim without an answer may have left: only evidence settles it, and only then is the issue proved."""
    ledger.lock("run-1")
    taken = ledger.claim_proof("wall", "2026-W49", "dana", owner="run-1")
    assert taken is not None
    clock.advance(seconds=121)
    ledger.lock("run-2")
    assert states(ledger) == {"dana": TouchState.UNKNOWN}
    assert ledger.claim_proof("wall", "2026-W49", "dana", owner="run-2") is None
    assert not ledger.settle_proof(taken, Outcome(kind=OutcomeKind.RETRY))
    assert ledger.history(TODAY).proved == frozenset()
    assert ledger.prove([Proof(touch_hex=taken.touch_hex, message_id="m-1", at=clock.now())]) == 1
    assert ledger.history(TODAY).proved == {"wall/2026-W49"}


@pytest.mark.parametrize("kind", [OutcomeKind.RETRY, OutcomeKind.REFUSED])
def test_what_provably_did_not_leave_is_tried_again_under_a_new_number(
    ledger: Ledger, kind: OutcomeKind
) -> None:
    """No connection, or an address that somebody mends: the same proof, the next attempt."""
    ledger.lock("run-1")
    first = claim(ledger)
    assert first is not None
    ledger.settle_proof(first, Outcome(kind=kind, reason="no such mailbox"))
    second = claim(ledger)
    assert second is not None
    assert (first.attempt, second.attempt) == (1, 2)
    assert not ledger.settle_proof(first, Outcome(kind=OutcomeKind.UNKNOWN))


def test_feedback_proves_that_it_left_and_it_counts_nowhere_else(ledger: Ledger, clock: FixedClock) -> None:
    """A delivery event settles an unknown proof; it is no touch of anybody and no part of the day's sum."""
    before = (ledger.counts(TODAY), ledger.unproven(), ledger.head())
    ledger.lock("run-1")
    taken = ledger.claim_proof("wall", "2026-W49", "dana", owner="run-1")
    assert taken is not None
    ledger.unlock("run-1")
    assert states(ledger) == {"dana": TouchState.UNKNOWN}
    assert (ledger.counts(TODAY), ledger.unproven(), ledger.head()) == before
    event = Feedback(touch_hex=taken.touch_hex, kind=FeedbackKind.DELIVERED, at=clock.now(), message_id="m-1")
    ledger.record_feedback([event])
    assert states(ledger) == {"dana": TouchState.ACCEPTED}


def test_a_restored_copy_doubts_only_what_it_had_in_hand(ledger: Ledger) -> None:
    """What never left is sent by the copy; what was in hand may have left."""
    ledger.lock("run-1")
    assert claim(ledger) is not None
    ledger.adopt()
    assert states(ledger) == {"dana": TouchState.UNKNOWN, "june": TouchState.PLANNED}
    ledger.lock("run-1")
    assert claim(ledger, "june") is not None
    assert claim(ledger) is None


def test_a_lease_is_as_long_as_it_says(ledger: Ledger, clock: FixedClock) -> None:
    """The fence comes at half of it."""
    ledger.lock("run-1")
    taken = ledger.claim_proof("wall", "2026-W49", "dana", owner="run-1", lease=timedelta(seconds=60))
    assert taken is not None
    assert taken.fence == clock.now() + timedelta(seconds=30)


def test_a_changed_issue_gets_the_next_proof_once_and_the_ledger_keeps_what_each_showed(
    ledger: Ledger, clock: FixedClock
) -> None:
    """A number is one content: no other under it, none without the one before, no content under two. What is heard
    of an earlier one settles that one alone."""
    ledger.lock("run-1")
    first = claim(ledger, content="a", at=clock.now())
    assert first is not None
    for number, content in ((1, "b"), (3, "b"), (2, "a"), (0, "b")):
        assert claim(ledger, "june", number=number, content=content) is None
    assert states(ledger) == {"dana": TouchState.CLAIMED, "june": TouchState.PLANNED}
    later = clock.now() + timedelta(hours=1)
    second = {name: claim(ledger, name, number=2, content="b", at=later) for name in TEAM}
    assert claim(ledger, number=2, content="b") is None
    assert len({first.touch_hex, *(one.touch_hex for one in second.values() if one)}) == 3
    for one in second.values():
        assert one is not None
        assert ledger.history(TODAY).proved == frozenset()
        ledger.settle_proof(one, YES)
    shown = (
        ShownProof(number=1, content="a", at=clock.now(), left=False),
        ShownProof(number=2, content="b", at=later),
    )
    assert (ledger.history(TODAY).proved, ledger.history(TODAY).proofs) == (
        {"wall/2026-W49"},
        {"wall/2026-W49": shown},
    )
    assert ledger.prove([Proof(touch_hex=first.touch_hex, message_id="m-1", at=later)]) == 1
    assert [one.state for one in ledger.proofs()].count(TouchState.ACCEPTED) == 3


def test_what_it_showed_is_known_for_as_long_as_an_issue_may_wait(ledger: Ledger, clock: FixedClock) -> None:
    """After more than a year the ledger says nothing of it any more."""
    ledger.lock("run-1")
    assert claim(ledger, content="a", at=clock.now() - timedelta(days=399)) is not None
    assert list(ledger.history(TODAY).proofs) == ["wall/2026-W49"]
    clock.advance(seconds=timedelta(days=2).total_seconds())
    assert ledger.history(TODAY).proofs == {}
