"""The loop of task mails: claimed before the call, one attempt a claim, nothing twice, nobody lost in silence."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from task_letters import a_task_mail
from topmind.delivery import (
    Fault,
    MemoryTransport,
    TaskLetter,
    TaskMailReport,
    refused,
    retry,
    send_task_mails,
    unknown,
)
from topmind.errors import MailError
from topmind.ledger import Ledger, TaskMailClaim
from topmind.model import Message, TouchState
from topmind.testing.builders import TODAY
from topmind.testing.clock import FixedClock
from topmind.testing.sending import a_ledger


@pytest.fixture
def clock() -> FixedClock:
    """The store's clock."""
    return FixedClock()


@pytest.fixture
def ledger(clock: FixedClock) -> Iterator[Ledger]:
    """An open ledger."""
    opened = a_ledger(clock=clock)
    yield opened
    opened.close()


LETTERS = [TaskLetter(sender=name, day=TODAY, build=a_task_mail) for name in ("dana", "june")]


def run(ledger: Ledger, carrier: MemoryTransport, owner: str = "run-1", **over: object) -> TaskMailReport:
    """One run with both letters."""
    arguments: dict[str, object] = {"evidence": carrier.proof, "day": TODAY, "owner": owner, **over}
    letters = arguments.pop("letters", LETTERS)
    return send_task_mails(ledger, carrier, letters, **arguments)  # type: ignore[arg-type]


def states(ledger: Ledger) -> dict[str, TouchState]:
    """Reader → state of the mail of today."""
    return {mail.sender: mail.state for mail in ledger.task_mails(TODAY)}


def test_each_letter_leaves_once(ledger: Ledger) -> None:
    """The second run of the day finds nothing to do."""
    carrier = MemoryTransport()
    assert run(ledger, carrier).sent == 2
    assert run(ledger, carrier, "run-2") == TaskMailReport()
    assert [message.to for message in carrier.sent] == ["dana@alder.example", "june@alder.example"]


@pytest.mark.parametrize(
    ("answer", "state", "sent_later", "rule"),
    [
        (refused(), TouchState.REFUSED, 0, "tasks/held"),
        (retry(), TouchState.PLANNED, 1, "tasks/held"),
        (unknown(leaves=False), TouchState.UNKNOWN, 0, "tasks/unproven"),
        (Fault(raises=TimeoutError), TouchState.UNKNOWN, 0, "tasks/unproven"),
    ],
)
def test_an_answer_decides_whether_it_is_tried_again(
    ledger: Ledger, answer: Fault, state: TouchState, sent_later: int, rule: str
) -> None:
    """Only what provably did not leave; each trouble is said, with the reader's name and no other."""
    carrier = MemoryTransport([answer])
    first = run(ledger, carrier)
    assert (first.sent, [p.rule for p in first.problems]) == (1, [rule])
    assert states(ledger)["dana"] is state
    assert run(ledger, carrier, "run-2").sent == sent_later


def test_what_left_without_an_answer_is_proven_later(ledger: Ledger) -> None:
    """The transport's own record settles it, and nobody hears of it again."""
    carrier = MemoryTransport([unknown()])
    run(ledger, carrier)
    assert run(ledger, carrier, "run-2").problems == ()
    assert set(states(ledger).values()) == {TouchState.ACCEPTED}


@pytest.mark.parametrize("leaves", [True, False])
def test_a_killed_run_leaves_its_claim_unknown(ledger: Ledger, leaves: bool) -> None:
    """An interrupt in the call: perhaps it left, so it is never sent again; the letter after it goes."""
    carrier = MemoryTransport([Fault(leaves=leaves, raises=KeyboardInterrupt)])
    with pytest.raises(KeyboardInterrupt):
        run(ledger, carrier)
    later = run(ledger, carrier, "run-2", evidence=None)
    assert states(ledger) == {"dana": TouchState.UNKNOWN, "june": TouchState.ACCEPTED}
    assert later.sent == 1
    assert [p.rule for p in later.problems] == ["tasks/unproven"]


def test_a_letter_that_cannot_be_written_holds_no_other(ledger: Ledger) -> None:
    """It waits for the next run; an exception of ours or a bug, its text is not printed."""

    def broken(_claim: TaskMailClaim) -> Message:
        raise MailError("there is no mail theme letter.")

    def bug(_claim: TaskMailClaim) -> Message:
        raise ValueError("Quenby Zyskowski")

    letters = [TaskLetter(sender="a", day=TODAY, build=broken), TaskLetter(sender="b", day=TODAY, build=bug)]
    carrier = MemoryTransport()
    found = run(ledger, carrier, letters=[*letters, LETTERS[0]])
    assert found.sent == 1
    assert "theme" in found.problems[0].says
    assert "Quenby" not in str(found.problems)
    assert states(ledger) == {
        "a": TouchState.PLANNED,
        "b": TouchState.PLANNED,
        "dana": TouchState.ACCEPTED,
    }


def test_a_claim_that_is_too_old_is_not_called(ledger: Ledger, clock: FixedClock) -> None:
    """Building took longer than half the lease: provably not sent."""

    def slow(claim: TaskMailClaim) -> Message:
        clock.advance(seconds=61)
        return a_task_mail(claim)

    carrier = MemoryTransport()
    assert run(ledger, carrier, letters=[TaskLetter(sender="dana", day=TODAY, build=slow)]).sent == 0
    assert carrier.calls == 0


def test_a_signal_and_a_full_disk_end_the_run(ledger: Ledger) -> None:
    """Between two letters nothing is claimed; a stop of the transport claims no more."""
    carrier = MemoryTransport([retry("the disk is full", stop=True)])
    assert run(ledger, carrier, stopping=lambda: 143).sent == 0
    assert states(ledger) == {}
    run(ledger, carrier)
    assert carrier.calls == 1
