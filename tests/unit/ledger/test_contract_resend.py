"""The contract, `on_unknown: resend`: once, only what is unresolved, and it is counted who may have it twice."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest

from ledger_words import NOW, accepted, answered, claim, reason, says, state
from topmind.ledger import Claim, Feedback, Lapsed, Ledger, Settle
from topmind.ledger.states import allowed
from topmind.model import FeedbackKind, OutcomeKind, Reason, TouchState
from topmind.testing.builders import TODAY, a_touch
from topmind.testing.sending import a_key, a_person, a_row, freeze, hashes

HEX = a_key().wire("test")


def unresolved(ledger: Ledger) -> Claim:
    """An issue was sent once, nobody knows how that ended, and feedback said nothing for six hours; its claim."""
    freeze(ledger, a_row())
    (one,) = claim(ledger)
    ledger.settle([answered(one, OutcomeKind.UNKNOWN)])
    assert ledger.resend([HEX], TODAY) == 0, "unknown is not unresolved"
    assert ledger.unresolve([HEX]) == 1
    return one


def again(ledger: Ledger) -> Claim:
    """And is in hand for the second time."""
    unresolved(ledger)
    assert ledger.resend([HEX], TODAY) == 1
    (one,) = claim(ledger, owner="run-2")
    assert one.attempt == 2
    return one


def twice(ledger: Ledger) -> tuple[int, int]:
    """How many may have come twice, and how many did."""
    counts = ledger.counts(TODAY)
    return counts.may_have_come_twice, counts.came_twice


def heard(number: int) -> Feedback:
    """The Send event of an attempt."""
    return Feedback(touch_hex=HEX, kind=FeedbackKind.SENT, at=NOW, message_id=f"m-{number}", attempt=number)


def test_it_goes_once_more_and_never_again(ledger: Ledger) -> None:
    """The second time it stays unproven it is listed."""
    second = again(ledger)
    assert twice(ledger) == (1, 0)
    ledger.settle([answered(second, OutcomeKind.UNKNOWN)])
    assert ledger.unresolve([HEX]) == 1
    assert ledger.resend([HEX], TODAY) == 0
    assert [(one.state, one.again) for one in ledger.unproven()] == [(TouchState.UNRESOLVED, True)]
    assert (twice(ledger), claim(ledger)) == ((1, 0), ())


def test_planning_it_again_moves_the_head(ledger: Ledger) -> None:
    """A plan made before does not know that this one is open."""
    unresolved(ledger)
    head = ledger.head()
    ledger.resend([HEX], TODAY)
    assert ledger.head() > head
    assert state(ledger) is TouchState.PLANNED
    assert allowed(TouchState.UNRESOLVED, TouchState.PLANNED)
    assert (ledger.counts(TODAY).waiting, twice(ledger)) == (1, (0, 0))


def test_not_after_its_last_day(ledger: Ledger) -> None:
    """It stays listed."""
    unresolved(ledger)
    assert ledger.resend([HEX], TODAY + timedelta(days=1)) == 0
    assert state(ledger) is TouchState.UNRESOLVED


def test_not_for_somebody_erased(ledger: Ledger) -> None:
    """There is nobody to send it to."""
    unresolved(ledger)
    ledger.erase("c0000", hashes)
    assert ledger.resend([HEX], TODAY) == 0


def _skipped_by_the_plan(ledger: Ledger) -> None:
    freeze(ledger, skips=[(a_key(), Reason.CONTENT_CHANGED)])


def _lapsed(ledger: Ledger) -> None:
    freeze(ledger, lapsed=[Lapsed(row=a_row(), reason=Reason.TOO_LATE)])


def _expired(ledger: Ledger) -> None:
    assert ledger.expire(TODAY + timedelta(days=1)) == 1


def _opted_out(ledger: Ledger) -> None:
    ledger.fold([says("opt_out")])
    assert claim(ledger, owner="run-2") == ()


def _erased(ledger: Ledger) -> None:
    ledger.erase("c0000", hashes)


def _refused(ledger: Ledger) -> None:
    (one,) = claim(ledger, owner="run-2")
    assert ledger.settle([answered(one, OutcomeKind.REFUSED, "bad address")]) == 1


@pytest.mark.parametrize("ends", [_skipped_by_the_plan, _lapsed, _expired, _opted_out, _erased, _refused])
def test_what_then_does_not_leave_is_unresolved_as_it_was(
    ledger: Ledger, ends: Callable[[Ledger], None]
) -> None:
    """The first mail may have left, so it is listed; its inbox stays taken, and a second mail there was none."""
    unresolved(ledger)
    ledger.resend([HEX], TODAY)
    ends(ledger)
    assert [(one.touch_hex, one.state) for one in ledger.unproven()] == [(HEX, TouchState.UNRESOLVED)]
    assert (ledger.counts(TODAY).unknown, twice(ledger)) == (1, (0, 0))
    assert ledger.resend([HEX], TODAY) == 0
    ledger.sync_people([a_person("c0001", address="c0000@example.com"), a_person("c0002")], hashes)
    freeze(ledger, a_row("c0001"))
    assert claim(ledger) == ()


def test_a_second_mail_that_did_not_leave_is_none(ledger: Ledger) -> None:
    """Given back, and claimed by a later run: only then it may have come twice."""
    second = again(ledger)
    ledger.release([second])
    assert (state(ledger), twice(ledger)) == (TouchState.PLANNED, (0, 0))
    (third,) = claim(ledger, owner="run-3")
    assert (third.attempt, twice(ledger)) == (3, (1, 0))


@pytest.mark.parametrize("order", ["first, then second", "second, then first"])
def test_both_are_proven(ledger: Ledger, order: str) -> None:
    """Whatever is heard first, and however often: both are known, and it is counted."""
    second = again(ledger)
    if order == "first, then second":
        ledger.record_feedback([heard(1)])
        assert (state(ledger), twice(ledger)) == (TouchState.ACCEPTED, (1, 0))
        ledger.settle([accepted(second, "m-2")])
    else:
        ledger.settle([accepted(second, "m-2")])
        ledger.record_feedback([heard(2)])
        assert twice(ledger) == (1, 0)
        ledger.record_feedback([heard(1)])
    assert (state(ledger), twice(ledger)) == (TouchState.ACCEPTED, (1, 1))
    ledger.record_feedback([heard(1), heard(2)])
    assert twice(ledger) == (1, 1)


def test_proof_of_the_first_before_the_second_leaves(ledger: Ledger) -> None:
    """Nothing is sent again."""
    unresolved(ledger)
    ledger.resend([HEX], TODAY)
    ledger.record_feedback([heard(1)])
    assert (state(ledger), claim(ledger), twice(ledger)) == (TouchState.ACCEPTED, (), (0, 0))


@pytest.mark.parametrize("kind", [OutcomeKind.RETRY, OutcomeKind.REFUSED])
def test_proof_of_the_first_while_the_second_fails(ledger: Ledger, kind: OutcomeKind) -> None:
    """It provably came once."""
    second = again(ledger)
    ledger.record_feedback([heard(1)])
    ledger.settle([answered(second, kind)])
    assert (state(ledger), twice(ledger)) == (TouchState.ACCEPTED, (0, 0))


def test_two_ids_of_a_mail_that_was_sent_once_are_no_two_mails(ledger: Ledger) -> None:
    """The outbox proves by a file's name, Amazon by its own."""
    first = unresolved(ledger)
    ledger.settle([Settle(claim=first, outcome=accepted(first, "a file").outcome)])
    ledger.record_feedback([heard(1)])
    assert twice(ledger) == (0, 0)


def test_a_restored_ledger_sends_nothing_again(ledger: Ledger) -> None:
    """The one that was lost may have done it, or heard of it: what is unproven stays so, and no run stands for it."""
    unresolved(ledger)
    ledger.adopt()
    assert [(one.again, one.run) for one in ledger.unproven()] == [(True, "")]
    assert ledger.resend([HEX], TODAY) == 0


def test_a_seeded_one_has_a_first_attempt(ledger: Ledger) -> None:
    """Whatever brought it there, the next attempt is the second."""
    ledger.seed([a_touch(occurrence="2026-W49", state=TouchState.UNRESOLVED, day=TODAY, items=())])
    assert ledger.resend([HEX], TODAY) == 1
    freeze(ledger, a_row())
    assert [one.attempt for one in claim(ledger)] == [2]
    assert reason(ledger) == ""
