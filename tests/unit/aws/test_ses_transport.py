"""The SES transport, through a real boto3 client to SES on loopback."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

import boto3
import pytest
from botocore.config import Config

from topmind.aws.ses import SesTransport
from topmind.delivery import AccountPace, Quota, send
from topmind.ledger import Claim, Ledger
from topmind.model import Message, OutcomeKind
from topmind.testing.clock import FixedClock
from topmind.testing.sending import a_ledger, a_message, a_row, an_order, freeze
from topmind.testing.ses import Fault, FaultKind, Faults, SesSimulator

DOMAIN = "harborandpine.example"
PEOPLE = [f"c{n:04d}" for n in range(40)]


@pytest.fixture
def sim() -> Iterator[SesSimulator]:
    """An account with our domain and a configuration set, and no limit worth waiting for."""
    with SesSimulator(identities=[DOMAIN], configuration_sets=["topmind"], rate=100_000, quota=1e6) as found:
        yield found


@pytest.fixture
def clock() -> FixedClock:
    """The store's clock."""
    return FixedClock()


def transport(sim: SesSimulator, clock: FixedClock, **config: object) -> SesTransport:
    """One attempt a call, as `session.client` makes it; an answer must come within half a second."""
    made = {"read_timeout": 0.5, "connect_timeout": 0.5, "max_pool_connections": 20, **config}
    return SesTransport(
        configuration_set="topmind", clock=clock, make=lambda: sim.client(parameter_validation=False, **made)
    )


def mail(claim: Claim) -> Message:
    """What `builder` makes, small."""
    head = (
        f"From: Dana Reyes <dana@{DOMAIN}>\r\nReply-To: dana@{DOMAIN}\r\nTo: {claim.address}\r\n"
        "Subject: One thing to fix\r\nDate: Tue, 01 Dec 2026 14:17:00 +0000\r\nMIME-Version: 1.0\r\n"
        "Content-Type: text/plain; charset=utf-8\r\n\r\nClean them.\r\n"
    )
    return replace(a_message(claim), raw=head.encode())


def a_claim(clock: FixedClock) -> tuple[Ledger, Claim]:
    """One touch in hand."""
    ledger = a_ledger(clock=clock)
    freeze(ledger, a_row())
    ledger.lock("run-1")
    (claim,) = ledger.claim(owner="run-1", limit=1, now=clock.now())
    return ledger, claim


def test_the_very_bytes_leave_once(sim: SesSimulator, clock: FixedClock) -> None:
    """One recipient, tags, configuration set; the text of the message is the one that was built."""
    message = mail(a_claim(clock)[1])
    outcome = transport(sim, clock).send(message)
    (arrived,) = sim.inbox
    assert (outcome.kind, outcome.message_id) == (OutcomeKind.ACCEPTED, arrived.message_id)
    assert arrived.to == (message.to,)
    assert arrived.configuration_set == "topmind"
    assert {name: arrived.tags[name] for name in message.tags} == dict(message.tags)
    assert arrived.message["Reply-To"] == f"dana@{DOMAIN}"
    assert arrived.raw.partition(b"\r\n\r\n")[2] == message.raw.partition(b"\r\n\r\n")[2]


#: Fault → what it means, whether the run stops, and how many mails arrived.
FAULTS = {
    FaultKind.HANG: (OutcomeKind.UNKNOWN, False, 1),
    FaultKind.RESET: (OutcomeKind.UNKNOWN, False, 1),
    FaultKind.ERROR: (OutcomeKind.UNKNOWN, False, 1),
    FaultKind.ERROR_BEFORE: (OutcomeKind.UNKNOWN, False, 0),
    FaultKind.LOST: (OutcomeKind.UNKNOWN, False, 0),
    FaultKind.THROTTLE: (OutcomeKind.RETRY, False, 0),
}


@pytest.mark.parametrize("kind", FAULTS)
def test_a_fault_is_settled_and_never_tried_twice(
    sim: SesSimulator, clock: FixedClock, kind: FaultKind
) -> None:
    """What may have arrived is unknown; what certainly did not is planned again. One call in any case."""
    sim.faults = Faults(at={1: Fault(kind=kind)})
    outcome = transport(sim, clock).send(mail(a_claim(clock)[1]))
    meaning, stop, arrived = FAULTS[kind]
    assert (outcome.kind, outcome.stop, len(sim.inbox), sim.calls) == (meaning, stop, arrived, 1)


@pytest.mark.parametrize("variant", ["truncated", "text", "empty", "nothing", "short"])
def test_a_garbled_answer_is_unknown(sim: SesSimulator, clock: FixedClock, variant: str) -> None:
    """200, but no MessageId that could be read."""
    sim.faults = Faults(at={1: Fault(kind=FaultKind.GARBAGE, variant=variant)})
    assert transport(sim, clock).send(mail(a_claim(clock)[1])).kind is OutcomeKind.UNKNOWN


def test_a_daily_quota_stops_the_run(sim: SesSimulator, clock: FixedClock) -> None:
    """The very exception of "too fast", told apart by its text."""
    sim.state.quota = 0
    outcome = transport(sim, clock).send(mail(a_claim(clock)[1]))
    assert (outcome.kind, outcome.stop) == (OutcomeKind.RETRY, True)
    assert "quota" in outcome.reason


def test_an_unverified_sender_stops_the_run(sim: SesSimulator, clock: FixedClock) -> None:
    """It would fail for everybody, and nobody is given up for it."""
    sim.state.identities.clear()
    outcome = transport(sim, clock).send(mail(a_claim(clock)[1]))
    assert (outcome.kind, outcome.stop, len(sim.inbox)) == (OutcomeKind.RETRY, True, 0)


def test_nobody_listens(clock: FixedClock) -> None:
    """No connection: proven not sent."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    carrier = SesTransport(
        configuration_set="topmind",
        clock=clock,
        make=lambda: boto3.client(
            "sesv2",
            endpoint_url=f"http://127.0.0.1:{port}",
            region_name="us-east-1",
            aws_access_key_id="simulated",
            aws_secret_access_key="simulated",
            config=Config(retries={"total_max_attempts": 1}),
        ),
    )
    outcome = carrier.send(mail(a_claim(clock)[1]))
    assert (outcome.kind, outcome.stop) == (OutcomeKind.RETRY, False)


def test_a_stale_claim_is_refused_before_the_wire(sim: SesSimulator, clock: FixedClock) -> None:
    """Half the lease is over between claim and call: signed, never sent."""
    _, claim = a_claim(clock)
    clock.advance(seconds=61)
    outcome = transport(sim, clock).send(mail(claim))
    assert (outcome.kind, outcome.stop, sim.calls) == (OutcomeKind.RETRY, False, 0)


def test_a_token_that_ran_out_gets_one_new_client(sim: SesSimulator, clock: FixedClock) -> None:
    """The first time the run goes on with new credentials, the second time it stops."""
    sim.faults = Faults(at={n: Fault(kind=FaultKind.EXPIRED) for n in (1, 3, 4)})
    _, claim = a_claim(clock)
    carrier = transport(sim, clock)
    outcomes = [carrier.send(mail(claim)) for _ in range(4)]
    assert [(one.kind, one.stop) for one in outcomes] == [
        (OutcomeKind.RETRY, False),
        (OutcomeKind.ACCEPTED, False),
        (OutcomeKind.RETRY, False),
        (OutcomeKind.RETRY, True),
    ]


def test_what_ses_would_refuse_is_not_even_asked(sim: SesSimulator, clock: FixedClock) -> None:
    """A bad address is refused, a malformed message stops the run: no call."""
    _, claim = a_claim(clock)
    carrier, good = transport(sim, clock), mail(claim)
    bad = carrier.send(replace(good, to="jürg@example.com"))
    odd = carrier.send(replace(good, raw=good.raw.replace(b"Subject", b"From", 1)))
    assert (bad.kind, odd.kind, odd.stop, sim.calls) == (OutcomeKind.REFUSED, OutcomeKind.RETRY, True, 0)


def planned(clock: FixedClock) -> Ledger:
    """Forty mails to send."""
    ledger = a_ledger(PEOPLE, clock=clock)
    freeze(ledger, *(a_row(contact) for contact in PEOPLE))
    return ledger


def test_calls_at_once_send_everybody_once(sim: SesSimulator, clock: FixedClock) -> None:
    """Eight slots, slow answers: more than one call was under way, nobody got two."""
    lock, running, most = threading.Lock(), 0, 0
    carrier = transport(sim, clock)

    class Watched:
        name = "ses"

        def send(self, message: Message) -> object:
            nonlocal running, most
            with lock:
                running += 1
                most = max(most, running)
            try:
                return carrier.send(message)
            finally:
                with lock:
                    running -= 1

    sim.faults = Faults(shares={FaultKind.SLOW: 1.0}, seconds=0.02)
    report = send(planned(clock), Watched(), mail, an_order(clock, slots=8, at_once=True))  # type: ignore[arg-type]  # as a transport
    assert (report.counts.accepted, report.exit_code) == (len(PEOPLE), 0)
    assert set(sim.touches.values()) == {1}
    assert 1 < most <= 8


def test_slow_answers_end_no_run(sim: SesSimulator, clock: FixedClock) -> None:
    """Every slot is busy longer than the loop waits for an answer: nothing is claimed meanwhile, and it goes on."""
    sim.faults = Faults(shares={FaultKind.SLOW: 1.0}, seconds=0.35)
    ledger = a_ledger(PEOPLE[:6], clock=clock)
    freeze(ledger, *(a_row(contact) for contact in PEOPLE[:6]))
    pace = AccountPace(lambda: Quota(rate=1000, per_day=50_000, sent=0), clock=clock)
    order = an_order(clock, slots=2, at_once=True)
    report = send(ledger, transport(sim, clock, read_timeout=5), mail, order, pace=pace)
    assert (report.counts.accepted, report.stopped) == (6, "")


def test_every_kind_of_trouble_at_once(sim: SesSimulator, clock: FixedClock) -> None:
    """A third of the calls fail in every way there is: each touch arrived once at most, and what may have arrived
    without proof is listed."""
    kinds = [FaultKind.RESET, FaultKind.ERROR, FaultKind.GARBAGE, FaultKind.THROTTLE, FaultKind.LOST]
    sim.faults = Faults(seed=7, shares=dict.fromkeys(kinds, 0.07))
    ledger = planned(clock)
    order = an_order(clock, slots=8, at_once=True, alike=50, tries=9)
    report = send(ledger, transport(sim, clock), mail, order)
    counts = report.counts
    assert set(sim.touches.values()) == {1}
    assert counts.accepted + counts.unknown == len(PEOPLE)
    assert counts.unknown == len(report.unproven) > 0
    assert counts.accepted <= len(sim.touches) <= counts.accepted + counts.unknown


def test_a_signal_gives_back_what_has_not_left(sim: SesSimulator, clock: FixedClock) -> None:
    """After the stop nothing new is claimed; what is under way is answered and written."""
    stop = {"after": 10}

    def stopping() -> int:
        return 143 if len(sim.touches) >= stop["after"] else 0

    ledger = planned(clock)
    report = send(
        ledger, transport(sim, clock), mail, an_order(clock, slots=4, at_once=True), stopping=stopping
    )
    counts = report.counts
    assert report.exit_code == 143
    assert counts.accepted == len(sim.touches)
    assert counts.accepted + counts.waiting == len(PEOPLE)
    assert counts.waiting > 0


def test_a_call_that_never_ends_is_unknown(sim: SesSimulator, clock: FixedClock) -> None:
    """Two answers hang past their time-out: listed, everybody else is served."""
    sim.faults = Faults(at={3: Fault(kind=FaultKind.HANG), 5: Fault(kind=FaultKind.HANG)})
    report = send(planned(clock), transport(sim, clock), mail, an_order(clock, slots=4, at_once=True))
    assert (report.counts.accepted, report.counts.unknown) == (len(PEOPLE) - 2, 2)
    assert report.exit_code == 1


def test_the_clients_of_a_run_try_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """`AWS_REGION` is read, which boto3 alone would not; `total_max_attempts` is the count of tries; `max_attempts` would be one more."""
    from topmind.aws.session import client

    monkeypatch.setenv("AWS_REGION", "eu-west-1")
    monkeypatch.delenv("AWS_DEFAULT_REGION", raising=False)
    made = client("sesv2", connections=3)
    assert made.meta.region_name == "eu-west-1"
    config: Config = made.meta.config
    assert config.retries["total_max_attempts"] == 1
    assert config.max_pool_connections == 3
    assert timedelta(seconds=config.read_timeout) < timedelta(seconds=60)
