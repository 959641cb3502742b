"""The contract, tasks: outcomes as facts, and the daily mail that leaves once per representative and day."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from topmind.ledger import NO_ANSWER, Feedback, InboxEntry, Ledger, Proof, TaskMailClaim, TaskOutcome
from topmind.model import FeedbackKind, Outcome, OutcomeKind, TouchState
from topmind.testing.builders import TODAY
from topmind.testing.clock import FixedClock
from topmind.testing.sending import a_row, a_task, freeze

YES = Outcome(kind=OutcomeKind.ACCEPTED, message_id="m-1")


def one(ledger: Ledger) -> str:
    """A task of c0000; its name on the wire."""
    freeze(ledger, a_task())
    (task,) = ledger.tasks()
    return task.touch_hex


def say(ledger: Ledger, word: str, *, reached: bool = True, day: date = TODAY, note: str = "") -> int:
    """Tell what became of the task of c0000."""
    (task,) = ledger.tasks(open_only=False)
    outcome = TaskOutcome(touch_hex=task.touch_hex, word=word, reached=reached, note=note)
    return ledger.settle_tasks([outcome], day)


def state(ledger: Ledger) -> TouchState:
    """State of the only task."""
    (task,) = ledger.tasks(open_only=False)
    return task.state


def words(ledger: Ledger) -> list[tuple[str, str | None, str]]:
    """Answers that the history has."""
    return [(a.source, a.step, a.value) for a in ledger.history(TODAY).answers]


def test_an_outcome_closes_the_task_and_is_a_fact_of_its_step(ledger: Ledger) -> None:
    """Not happy: the call took place, and segments may ask for what was said."""
    one(ledger)
    later = TODAY + timedelta(days=2)
    assert say(ledger, "not happy", day=later, note="the tap drips") == 1
    assert state(ledger) is TouchState.DONE
    assert words(ledger) == [("welcome", "call", "not happy")]
    (touch,) = ledger.touches_of("c0000")
    assert (touch.day, touch.counts) == (later, True)
    person = ledger.person("c0000")
    assert person is not None
    assert person.comments == ("the tap drips",)


def test_saying_it_again_changes_nothing(ledger: Ledger) -> None:
    """A list that is imported twice leaves the ledger and its head as they are."""
    one(ledger)
    assert say(ledger, "done", note="fine") == 1
    head = ledger.head()
    assert say(ledger, "done", note="fine") == 0
    assert say(ledger, "done") == 0
    assert ledger.head() == head


def test_no_answer_stays_open_until_the_last_day(ledger: Ledger) -> None:
    """Somebody who was not at home is tried again; on the last day it is missed, and counts for nothing."""
    one(ledger)
    assert say(ledger, NO_ANSWER, reached=False) == 1
    assert state(ledger) is TouchState.PLANNED
    assert [task.reason for task in ledger.tasks()] == [NO_ANSWER]
    assert say(ledger, NO_ANSWER, reached=False, day=TODAY + timedelta(days=7)) == 1
    assert state(ledger) is TouchState.MISSED
    (touch,) = ledger.touches_of("c0000")
    assert not touch.counts


@pytest.mark.parametrize(("first", "then"), [("done", "missed"), ("missed", "done")])
def test_a_closed_task_never_turns_into_the_other(ledger: Ledger, first: str, then: str) -> None:
    """Done stays done, missed stays missed, and no fact is left of what was not taken."""
    one(ledger)
    assert say(ledger, first, reached=first == "done") == 1
    before, known = state(ledger), words(ledger)
    assert say(ledger, then, reached=then == "done") == 0
    assert (state(ledger), words(ledger)) == (before, known)


def test_a_mail_is_no_task(ledger: Ledger) -> None:
    """An outcome that names a mail says nothing."""
    freeze(ledger, a_row())
    hexed = a_row().key.wire("test")
    assert ledger.settle_tasks([TaskOutcome(touch_hex=hexed, word="done")], TODAY) == 0


def test_a_button_of_the_task_mail_says_the_same(ledger: Ledger, clock: FixedClock) -> None:
    """Folded once, whatever the order; an erased or unknown person's task says nothing."""
    hexed = one(ledger)
    entry = InboxEntry(
        kind="task", contact="c0000", at=clock.now(), touch=hexed, value="not happy", comment="leaks", id="1"
    )
    assert ledger.fold([entry]) == ("1",)
    assert state(ledger) is TouchState.DONE
    assert words(ledger) == [("welcome", "call", "not happy")]
    head = ledger.head()
    assert ledger.fold([entry]) == ("1",)
    stranger = InboxEntry(kind="task", contact="who", at=clock.now(), touch="f" * 32, value="done", id="2")
    assert ledger.fold([stranger]) == ("2",)
    assert ledger.head() == head


def test_an_open_task_may_outlive_its_last_day(ledger: Ledger) -> None:
    """Mails expire on their day; a task waits as long as the run says."""
    one(ledger)
    freeze(ledger, a_row("c0001"))
    late = TODAY + timedelta(days=10)
    assert ledger.expire(late, tasks=late - timedelta(days=7)) == 1
    assert state(ledger) is TouchState.PLANNED
    assert ledger.expire(late, tasks=late) == 1
    assert state(ledger) is TouchState.MISSED


def claim(ledger: Ledger, owner: str = "run-1") -> TaskMailClaim | None:
    """Dana's mail of today."""
    return ledger.claim_task_mail("dana", TODAY, owner=owner)


def test_a_task_mail_leaves_once_a_day(ledger: Ledger) -> None:
    """What was accepted is never claimed again; tomorrow is another mail with another name."""
    ledger.lock("run-1")
    first = claim(ledger)
    assert first is not None
    assert claim(ledger) is None
    assert ledger.settle_task_mail(first, YES)
    assert claim(ledger) is None
    tomorrow = ledger.claim_task_mail("dana", TODAY + timedelta(days=1), owner="run-1")
    assert tomorrow is not None
    assert tomorrow.touch_hex != first.touch_hex
    assert [mail.state for mail in ledger.task_mails(TODAY)] == [TouchState.ACCEPTED]


def test_only_the_sender_claims_and_a_stop_holds(ledger: Ledger) -> None:
    """A run without the lock sends nothing, nor does anybody while everything, or `tasks`, is stopped."""
    assert claim(ledger) is None
    ledger.lock("run-1")
    assert claim(ledger, "run-2") is None
    for name in ("all", "tasks"):
        ledger.stop(name)
        assert claim(ledger) is None
        ledger.resume(name)
    assert claim(ledger) is not None


def test_what_a_crash_leaves_is_unknown_and_never_sent_again(ledger: Ledger, clock: FixedClock) -> None:
    """A claim without an answer may have left: only evidence settles it."""
    ledger.lock("run-1")
    taken = claim(ledger)
    assert taken is not None
    clock.advance(seconds=121)
    ledger.lock("run-2")
    assert [mail.state for mail in ledger.task_mails()] == [TouchState.UNKNOWN]
    assert claim(ledger, "run-2") is None
    assert not ledger.settle_task_mail(taken, Outcome(kind=OutcomeKind.RETRY))
    assert ledger.prove([Proof(touch_hex=taken.touch_hex, message_id="m-1", at=clock.now())]) == 1
    assert [mail.state for mail in ledger.task_mails()] == [TouchState.ACCEPTED]


def test_what_provably_did_not_leave_is_tried_again_under_a_new_number(ledger: Ledger) -> None:
    """No connection: the same mail, the next attempt; refused for good: not today."""
    ledger.lock("run-1")
    first = claim(ledger)
    assert first is not None
    ledger.settle_task_mail(first, Outcome(kind=OutcomeKind.RETRY, reason="no connection"))
    second = claim(ledger)
    assert second is not None
    assert (first.attempt, second.attempt) == (1, 2)
    assert not ledger.settle_task_mail(first, Outcome(kind=OutcomeKind.REFUSED))
    ledger.settle_task_mail(second, Outcome(kind=OutcomeKind.REFUSED, reason="no such mailbox"))
    assert claim(ledger) is None


def test_a_task_mail_counts_nowhere(ledger: Ledger) -> None:
    """No touch of anybody, no part of the day's sum, no history, nothing unproven among customers' mails."""
    before = (ledger.counts(TODAY), ledger.history(TODAY), ledger.unproven(), ledger.head())
    ledger.lock("run-1")
    taken = claim(ledger)
    assert taken is not None
    ledger.settle_task_mail(taken, YES)
    ledger.unlock("run-1")
    assert (ledger.counts(TODAY), ledger.history(TODAY), ledger.unproven(), ledger.head()) == before


def test_feedback_proves_that_it_left(ledger: Ledger, clock: FixedClock) -> None:
    """A delivery event settles an unknown task mail, and leaves no stray behind for anybody."""
    ledger.lock("run-1")
    taken = claim(ledger)
    assert taken is not None
    ledger.unlock("run-1")
    assert [mail.state for mail in ledger.task_mails()] == [TouchState.UNKNOWN]
    event = Feedback(touch_hex=taken.touch_hex, kind=FeedbackKind.DELIVERED, at=clock.now(), message_id="m-1")
    ledger.record_feedback([event])
    assert [mail.state for mail in ledger.task_mails()] == [TouchState.ACCEPTED]


def test_a_restored_copy_sends_no_mail_of_a_day_that_had_begun(ledger: Ledger, clock: FixedClock) -> None:
    """Its younger self may have sent it; the next morning has the same tasks."""
    ledger.adopt()
    ledger.lock("run-1")
    assert claim(ledger) is None
    assert ledger.claim_task_mail("dana", clock.now().date() + timedelta(days=2), owner="run-1") is not None
