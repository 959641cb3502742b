"""The send loop: one call per claim, and for every way a call can end, one place where the touch ends up."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from topmind.delivery import (
    Fault,
    MemoryTransport,
    SendReport,
    TokenBucket,
    refused,
    retry,
    send,
    unknown,
)
from topmind.errors import LedgerLocked, MailError, SendError
from topmind.ledger import Claim, FolderInbox, InboxEntry, Ledger
from topmind.model import Message, Outcome, OutcomeKind, TouchState
from topmind.testing.builders import TODAY
from topmind.testing.clock import FixedClock
from topmind.testing.sending import a_ledger, a_message, a_row, a_task, an_order, freeze

CONTACTS = [f"c{n:04d}" for n in range(10)]


@pytest.fixture
def clock() -> FixedClock:
    """The store's clock and the programme's."""
    return FixedClock()


@pytest.fixture
def ledger(clock: FixedClock) -> Ledger:
    """Ten planned mails and a call."""
    opened = a_ledger(CONTACTS, clock=clock)
    freeze(opened, *(a_row(contact) for contact in CONTACTS), a_task())
    return opened


def run(
    ledger: Ledger,
    transport: MemoryTransport,
    clock: FixedClock,
    owner: str = "run-1",
    **over: object,
) -> SendReport:
    """One send with the test's own choices."""
    order = {key: over.pop(key) for key in ("slots", "tries", "alike", "editions") if key in over}
    build = over.pop("build", a_message)
    return send(ledger, transport, build, an_order(clock, owner, **order), **over)  # type: ignore[arg-type]  # as above


def unique(transport: MemoryTransport) -> int:
    """How many mails left; none of them twice."""
    names = [message.touch_hex for message in transport.sent]
    assert len(names) == len(set(names)), "a mail left twice"
    return len(names)


def test_everybody_once(ledger: Ledger, clock: FixedClock) -> None:
    """A run sends what is planned; a second one sends nothing and reports the same counts."""
    transport = MemoryTransport()
    report = run(ledger, transport, clock)
    assert report.counts.as_dict() == {
        "planned": 10,
        "accepted": 10,
        "refused": 0,
        "skipped": 0,
        "expired": 0,
        "unknown": 0,
        "waiting": 0,
        "sent_now": 10,
        "tasks": 1,
    }
    assert (report.exit_code, report.unproven, report.stopped) == (0, (), "")
    again = run(ledger, transport, clock, "run-2")
    assert again.counts.as_dict() == report.counts.as_dict() | {"sent_now": 0}
    assert unique(transport) == transport.calls == 10


def test_a_task_is_no_mail(ledger: Ledger, clock: FixedClock) -> None:
    """The loop leaves calls and letters to people."""
    run(ledger, MemoryTransport(), clock)
    assert [task.state for task in ledger.tasks()] == [TouchState.PLANNED]


def test_refused_is_for_good(ledger: Ledger, clock: FixedClock) -> None:
    """A recipient refused for good is not tried again, and the others go on."""
    transport = MemoryTransport([refused()])
    report = run(ledger, transport, clock)
    assert (report.counts.refused, report.counts.accepted, report.exit_code) == (1, 9, 0)
    assert ledger.reasons(TODAY)[TouchState.REFUSED, "no such mailbox"] == 1
    run(ledger, transport, clock, "run-2")
    assert transport.calls == 10


@pytest.mark.parametrize("leaves", [True, False])
def test_unknown_is_listed_and_never_sent_again(ledger: Ledger, clock: FixedClock, leaves: bool) -> None:
    """Whether it left or not: one call, listed, exit 1; the next run lists it too and has nothing new to say."""
    transport = MemoryTransport([None, unknown(leaves=leaves)])
    report = run(ledger, transport, clock)
    assert (report.counts.unknown, report.counts.accepted, report.exit_code) == (1, 9, 1)
    assert [one.reason for one in report.unproven] == ["timeout"]
    clock.advance(hours=1)
    again = run(ledger, transport, clock, "run-2")
    assert (len(again.unproven), again.new_unknown, again.exit_code) == (1, 0, 0)
    assert transport.calls == 10
    assert unique(transport) == 9 + leaves


def test_what_a_dead_run_left_in_hand(ledger: Ledger, clock: FixedClock) -> None:
    """A lease that ended is settled as unknown before anything is claimed, reported once as new, never resent."""
    ledger.claim(owner="dead", limit=2, now=clock.now())
    clock.advance(seconds=121)
    transport = MemoryTransport()
    report = run(ledger, transport, clock)
    assert [one.state for one in report.unproven] == [TouchState.UNKNOWN] * 2
    assert (report.new_unknown, report.exit_code, transport.calls) == (2, 1, 8)
    assert run(ledger, transport, clock, "run-2").exit_code == 0


def test_evidence_settles_an_unknown(ledger: Ledger, clock: FixedClock) -> None:
    """Where the transport knows what left, the next run learns it; what it does not know stays listed."""
    transport = MemoryTransport([unknown(leaves=True), None, unknown(leaves=False)])
    run(ledger, transport, clock)
    report = run(ledger, transport, clock, "run-2", evidence=transport.proof)
    assert (report.counts.accepted, report.counts.unknown, len(report.unproven)) == (9, 1, 1)


def test_proven_not_sent_is_tried_again(ledger: Ledger, clock: FixedClock) -> None:
    """No connection, too fast: the same run tries again, with a new attempt."""
    transport = MemoryTransport([retry()])
    report = run(ledger, transport, clock)
    assert (report.counts.accepted, unique(transport), transport.calls) == (10, 10, 11)
    assert sorted(message.attempt for message in transport.sent) == [1] * 9 + [2]


def test_a_stubborn_recipient_is_left_to_the_next_run(ledger: Ledger, clock: FixedClock) -> None:
    """Three tries in one run are enough: it waits, and the run ends."""
    stubborn = a_row().key.wire("test")

    class Stubborn(MemoryTransport):
        def send(self, message: Message) -> Outcome:
            if message.touch_hex == stubborn:
                self.calls += 1
                return Outcome(kind=OutcomeKind.RETRY, reason="greylisted")
            return super().send(message)

    transport = Stubborn()
    report = run(ledger, transport, clock)
    assert (report.counts.accepted, report.counts.waiting, transport.calls) == (9, 1, 12)
    run(ledger, transport, clock, "run-2")
    assert transport.calls == 15


def test_stop_ends_the_run(ledger: Ledger, clock: FixedClock) -> None:
    """Quota, credentials, a full disk: nothing more is tried, what was in hand is planned again."""
    transport = MemoryTransport([None, retry("daily quota", stop=True)])
    report = run(ledger, transport, clock)
    assert (report.stopped, report.exit_code, transport.calls) == ("daily quota", 1, 2)
    assert (report.counts.accepted, report.counts.waiting, report.counts.unknown) == (1, 9, 0)
    assert run(ledger, transport, clock, "run-2").counts.accepted == 10


@pytest.mark.parametrize("make", [refused, retry, unknown])
def test_alike_in_a_row(ledger: Ledger, clock: FixedClock, make: object) -> None:
    """Five alike failures in a row stop the run; a sixth person is not tried."""
    fault: Fault = make("the same")  # type: ignore[operator]  # one of the three makers
    transport = MemoryTransport([fault] * 10)
    report = run(ledger, transport, clock)
    assert transport.calls == 5
    assert report.stopped.startswith("5 in a row")
    assert report.exit_code == 1


def test_a_success_between_them(ledger: Ledger, clock: FixedClock) -> None:
    """Failures that are not in a row do not stop it, nor do different ones."""
    script = [refused("a")] * 4 + [None] + [refused("a")] * 2 + [refused("b")] * 2
    report = run(ledger, MemoryTransport(script), clock)
    assert (report.stopped, report.counts.refused, report.counts.accepted) == ("", 8, 2)


def test_a_transport_that_raises_has_told_nothing(ledger: Ledger, clock: FixedClock) -> None:
    """The mail may have left: unknown, and the run goes on."""
    transport = MemoryTransport([Fault(raises=lambda: OSError("c0000@example.com"), leaves=True)])
    report = run(ledger, transport, clock)
    assert (report.counts.unknown, report.counts.accepted) == (1, 9)
    assert report.unproven[0].reason == "the transport raised OSError"


def test_an_interrupt_inside_a_call(ledger: Ledger, clock: FixedClock) -> None:
    """The mail in the call is unknown from then on; the others of its group are given back, and leave later."""
    transport = MemoryTransport([None, Fault(raises=KeyboardInterrupt, leaves=True)])
    with pytest.raises(KeyboardInterrupt):
        run(ledger, transport, clock)
    left = ledger.counts(TODAY)
    assert (left.accepted, left.unknown, left.waiting) == (1, 1, 8)
    report = run(ledger, transport, clock, "run-2")
    assert (report.counts.accepted, report.counts.unknown, report.counts.waiting) == (9, 1, 0)
    assert unique(transport) == 10


def test_an_interrupt_right_after_an_answer(ledger: Ledger, clock: FixedClock) -> None:
    """What was answered is settled, not given back: else it would leave twice."""
    transport = MemoryTransport()

    def interrupted(_claim: Claim, _outcome: Outcome) -> None:
        if transport.calls == 2:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        run(ledger, transport, clock, settled=interrupted)
    assert ledger.counts(TODAY).accepted == 2
    run(ledger, transport, clock, "run-2")
    assert unique(transport) == 10


def test_stopping(ledger: Ledger, clock: FixedClock) -> None:
    """After a signal nothing more leaves, what was in hand is planned again, the exit code is the signal's."""
    transport = MemoryTransport()
    report = run(ledger, transport, clock, stopping=lambda: 130 if transport.calls >= 3 else 0)
    assert (report.exit_code, transport.calls) == (130, 3)
    assert (report.counts.accepted, report.counts.waiting, report.counts.unknown) == (3, 7, 0)


def test_the_stop_switch_is_read_before_each_group(ledger: Ledger, clock: FixedClock) -> None:
    """`topmind stop` while a run sends: the group in hand ends, nothing follows."""
    transport = MemoryTransport()

    def settled(_claim: Claim, _outcome: Outcome) -> None:
        ledger.stop("tuesday-fix")

    report = run(ledger, transport, clock, settled=settled, slots=4)
    assert (report.counts.accepted, report.counts.waiting, report.exit_code) == (4, 6, 0)


def test_a_wish_between_two_mails(ledger: Ledger, clock: FixedClock, tmp_path: Path) -> None:
    """An opt-out of somebody already claimed is honoured: the group is given back and claimed again."""
    inbox, transport = FolderInbox(tmp_path), MemoryTransport()

    def settled(claim: Claim, _outcome: Outcome) -> None:
        if claim.key.contact == "c0001":
            inbox.put(InboxEntry(kind="opt_out", contact="c0002", at=clock.now()))

    report = run(ledger, transport, clock, inbox=inbox, settled=settled, slots=10)
    assert (report.counts.accepted, report.counts.skipped) == (9, 1)
    assert "c0002" not in {message.touch.contact for message in transport.sent}
    assert inbox.pending() == ()


def test_the_fence(ledger: Ledger, clock: FixedClock) -> None:
    """A claim older than half its lease is not sent: somebody else may soon believe that we are dead."""
    transport = MemoryTransport()
    slept = iter([0, 61, 0])

    def build(claim: Claim) -> Message:
        clock.advance(seconds=next(slept, 0))
        return a_message(claim)

    report = run(ledger, transport, clock, build=build, slots=1)
    assert report.counts.accepted == 10
    assert sorted(message.attempt for message in transport.sent) == [1] * 9 + [2]


def test_a_mail_that_cannot_be_built_is_held(ledger: Ledger, clock: FixedClock) -> None:
    """One person's missing value holds one mail, which waits; the report names the problem and nobody."""

    def build(claim: Claim) -> Message:
        if claim.key.contact == "c0003":
            raise MailError("first_name has no value.")
        return a_message(claim)

    report = run(ledger, MemoryTransport(), clock, build=build)
    assert (report.counts.accepted, report.counts.waiting, report.exit_code) == (9, 1, 1)
    (problem,) = report.problems
    assert problem.says == "1 mail could not be built and waits: first_name has no value."


def test_mails_that_cannot_be_built_stop_nobody_else(ledger: Ledger, clock: FixedClock) -> None:
    """Five contacts in a row with an unusable address: the others get theirs, in this run and in the next."""

    def build(claim: Claim) -> Message:
        if claim.key.contact <= "c0005":
            raise MailError("an e-mail address cannot be used.")
        return a_message(claim)

    report = run(ledger, MemoryTransport(), clock, build=build)
    assert (report.counts.accepted, report.counts.waiting, report.stopped) == (4, 6, "")
    assert report.exit_code == 1


def test_a_fault_in_building_shows_nobody(ledger: Ledger, clock: FixedClock) -> None:
    """A bug's text may quote values: the run ends without it, and nobody is left in hand."""

    def build(claim: Claim) -> Message:
        raise KeyError(claim.address)

    with pytest.raises(SendError) as found:
        run(ledger, MemoryTransport(), clock, build=build)
    assert "example.com" not in str(found.value)
    assert found.value.__suppress_context__
    assert ledger.counts(TODAY).waiting == 10
    assert len(ledger.claim(owner="run-2", limit=99, now=clock.now())) == 10


def test_a_second_run_at_the_same_time(ledger: Ledger, clock: FixedClock) -> None:
    """While one run sends, another is refused before it claims anything."""
    ledger.lock("elsewhere", who="send on host")
    transport = MemoryTransport()
    with pytest.raises(LedgerLocked):
        run(ledger, transport, clock)
    assert transport.calls == 0
    ledger.unlock("elsewhere")
    assert run(ledger, transport, clock).counts.accepted == 10


def test_only_the_editions_of_this_run(ledger: Ledger, clock: FixedClock) -> None:
    """What was not compiled waits."""
    report = run(ledger, MemoryTransport(), clock, editions=["something else"])
    assert (report.counts.waiting, report.counts.accepted) == (10, 0)


def test_pace(ledger: Ledger, clock: FixedClock) -> None:
    """No faster than the bucket lets it, and half as fast after "too fast"."""
    began, bucket = clock.now(), TokenBucket(2, clock=clock)
    run(ledger, MemoryTransport([None, retry("too fast")]), clock, pace=bucket)
    assert bucket.rate == 1
    assert timedelta(seconds=8) < clock.now() - began < timedelta(seconds=11)


def test_everybody_is_told_of(ledger: Ledger, clock: FixedClock) -> None:
    """`settled` hears each answer once, for progress."""
    heard: list[str] = []
    run(ledger, MemoryTransport(), clock, settled=lambda claim, _: heard.append(claim.key.contact))
    assert sorted(heard) == CONTACTS


def test_a_run_that_slept_past_its_lease_ends_with_a_sentence(ledger: Ledger, clock: FixedClock) -> None:
    """Its machine sleeps in the middle of a call and another run does the rest: it claims no more, writes what it can
    prove, and ends with 1; nobody got two mails."""
    other = MemoryTransport()

    class Sleepy(MemoryTransport):
        def send(self, message: Message) -> Outcome:
            outcome = super().send(message)
            if self.calls == 3:
                clock.advance(seconds=121)
                assert run(ledger, other, clock, "run-2").counts.sent_now == 7
            return outcome

    transport = Sleepy()
    report = run(ledger, transport, clock, slots=1)
    assert "another one took its place" in report.stopped
    assert report.exit_code == 1
    assert (report.counts.accepted, report.counts.sent_now) == (10, 3)
    names = [message.touch_hex for message in (*transport.sent, *other.sent)]
    assert len(names) == len(set(names)) == 10


def test_progress_never_passes_its_total(ledger: Ledger, clock: FixedClock) -> None:
    """A mail that is tried again is done once; one that this run gives up is done, too."""
    heard: list[str] = []
    transport = MemoryTransport([retry("too fast"), None, retry("too fast")])
    run(ledger, transport, clock, settled=lambda claim, _: heard.append(claim.key.contact))
    assert transport.calls == len(CONTACTS) + 2
    assert sorted(heard) == CONTACTS
