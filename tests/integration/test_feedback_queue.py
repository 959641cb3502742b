"""SES → SNS → SQS → `topmind feedback`, with servers of moto on loopback: deleted only after the ledger has it."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import boto3
import pytest
from moto.server import ThreadedMotoServer

from ledger_words import answered, claim, state
from played import Desk
from topmind.aws.queue import FeedbackQueue
from topmind.errors import FeedbackError
from topmind.feedback import drain
from topmind.ledger import open_ledger
from topmind.links import KeyRing
from topmind.model import OutcomeKind, TouchState
from topmind.testing.clock import FixedClock
from topmind.testing.events import a_body
from topmind.testing.sending import a_key, a_person, a_row, freeze, hashes

ENVIRONMENT = {
    "AWS_ACCESS_KEY_ID": "testing",
    "AWS_SECRET_ACCESS_KEY": "testing",
    "AWS_REGION": "us-east-1",
    "AWS_DEFAULT_REGION": "us-east-1",
}
HEX = a_key().wire("test")


@pytest.fixture(scope="module")
def endpoint() -> Iterator[str]:
    """A server for SNS and SQS."""
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    yield f"http://{host}:{port}"
    server.stop()


class Road:
    """Topic, queue and dead-letter queue as the docs set them up."""

    def __init__(self, endpoint: str, name: str) -> None:
        session = boto3.Session("testing", "testing", region_name="us-east-1")
        self.sqs = session.client("sqs", endpoint_url=endpoint)
        self.sns = session.client("sns", endpoint_url=endpoint)
        self.dead = self.sqs.create_queue(QueueName=f"{name}-dead")["QueueUrl"]
        redrive = json.dumps({"deadLetterTargetArn": self._arn(self.dead), "maxReceiveCount": "3"})
        self.url = self.sqs.create_queue(QueueName=name, Attributes={"RedrivePolicy": redrive})["QueueUrl"]
        self.topic = self.sns.create_topic(Name=name)["TopicArn"]
        self.name = name

    def _arn(self, url: str) -> str:
        found = self.sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])
        return str(found["Attributes"]["QueueArn"])

    def subscribe(self, *, raw: bool) -> None:
        """The queue hears the topic."""
        attributes = {"RawMessageDelivery": "true"} if raw else {}
        self.sns.subscribe(
            TopicArn=self.topic, Protocol="sqs", Endpoint=self._arn(self.url), Attributes=attributes
        )

    def publish(self, *bodies: str) -> None:
        """As SES does."""
        for body in bodies:
            self.sns.publish(TopicArn=self.topic, Message=body)

    def put(self, *bodies: str) -> None:
        """Straight into the queue, ten at a time."""
        for start in range(0, len(bodies), 10):
            entries = [{"Id": str(n), "MessageBody": b} for n, b in enumerate(bodies[start : start + 10])]
            self.sqs.send_message_batch(QueueUrl=self.url, Entries=entries)

    def queue(self, **over: Any) -> FeedbackQueue:
        """What the run reads; no waiting in tests."""
        return FeedbackQueue(self.sqs, over.pop("named", self.url), **({"wait": 0} | over))


@pytest.fixture
def way(endpoint: str, request: pytest.FixtureRequest) -> Road:
    """A fresh topic and queue."""
    name = "".join(c for c in request.node.name if c.isalnum())[:60]
    return Road(endpoint, name)


def a_ledger_with_an_unknown() -> Any:
    """This week's issue of two people, unanswered."""
    ledger = open_ledger("memory:", root=Path(), clock=FixedClock(), ledger_id="test")
    ledger.sync_people([a_person(f"c000{n}") for n in range(3)], hashes)
    freeze(ledger, a_row(), a_row("c0001"))
    ledger.settle([answered(one, OutcomeKind.UNKNOWN) for one in claim(ledger)])
    return ledger


def drained(way: Road, ledger: Any, **over: Any) -> Any:
    """Everything."""
    return drain(
        way.queue(**over),
        ledger,
        hashes,
        keep=lambda _: None,
        clock=FixedClock(),
        budget=timedelta(minutes=1),
    )


@pytest.mark.parametrize("raw", [True, False])
def test_from_a_topic_into_the_ledger(way: Road, raw: bool) -> None:
    """Raw delivery or not: an unknown mail is proven, bounced and suppressed, and nothing is left in the queue."""
    way.subscribe(raw=raw)
    bounce = a_body("Bounce", HEX, to="c0000@example.com")
    way.publish("Successfully validated SNS topic for Amazon SES event publishing.")
    way.publish(bounce, a_body("Send", HEX), bounce, a_body("Send", "ff" * 16, ledger="another"))
    ledger = a_ledger_with_an_unknown()
    found = drained(way, ledger)
    assert (found.heard.new, found.heard.proved, found.heard.suppressed) == (2, 1, 1)
    assert found.dropped.total() == 2
    assert state(ledger) is TouchState.ACCEPTED
    assert found.empty
    assert way.queue().waiting() == (0, 0)


def test_many_messages_and_several_receivers(way: Road) -> None:
    """While every call comes back full several receive at once; each message is folded in once."""
    way.put(*(a_body("Open", f"{n:032x}") for n in range(65)))
    ledger = a_ledger_with_an_unknown()
    found = drained(way, ledger, receivers=3, group=30)
    assert found.kinds.total() >= 65  # SQS may give a message to two receivers
    assert (found.heard.new, len(ledger.marks())) == (65, 65)
    assert found.empty


def test_unreadable_messages_end_in_the_dead_letter_queue(way: Road) -> None:
    """Never deleted by us: after so many receives SQS moves them away, readable by a person."""
    way.put("not json", a_body("Send", HEX))
    ledger = a_ledger_with_an_unknown()
    queue = way.queue()
    for _ in range(4):
        found = drain(
            queue, ledger, hashes, keep=lambda _: None, clock=FixedClock(), budget=timedelta(minutes=1)
        )
        assert found.empty
        queue.give_back(list(found.held.values()))
    (left,) = way.sqs.receive_message(QueueUrl=way.dead)["Messages"]
    assert left["Body"] == "not json"
    assert queue.waiting() == (0, 0)


def test_a_dry_run_leaves_everything_for_the_next(way: Road) -> None:
    """It shows what is there and gives it back at once."""
    way.put(*(a_body("Open", f"{n:032x}") for n in range(12)))
    ledger = a_ledger_with_an_unknown()
    found = drain(
        way.queue(),
        ledger,
        hashes,
        keep=lambda _: None,
        clock=FixedClock(),
        budget=timedelta(minutes=1),
        dry_run=True,
    )
    assert (found.kinds.total(), way.queue().waiting()) == (12, (12, 0))
    assert drained(way, ledger).kinds.total() == 12


def test_a_queue_by_its_name(way: Road) -> None:
    """Its address is looked up."""
    way.put(a_body("Send", HEX))
    assert drained(way, a_ledger_with_an_unknown(), named=way.name).kinds.total() == 1


def test_no_such_queue(way: Road) -> None:
    """By name or by address: a sentence, no traceback, nothing quoted."""
    with pytest.raises(FeedbackError, match="there is no such feedback queue"):
        way.queue(named="nobodys")
    with pytest.raises(FeedbackError, match="there is no such feedback queue"):
        way.queue(named=way.url + "x").receive()


def test_no_server(way: Road) -> None:
    """A network that is down is said in a sentence."""
    client = boto3.Session("testing", "testing", region_name="us-east-1").client(
        "sqs", endpoint_url="http://127.0.0.1:9"
    )
    with pytest.raises(FeedbackError, match="cannot be reached"):
        FeedbackQueue(client, way.url).receive()


def test_the_command(way: Road, endpoint: str, tmp_path: Path) -> None:
    """`topmind feedback` in a project that has sent: dry first, then for good, then nothing is left; no address."""
    (tmp_path / "pelicanconf.py").write_text('SITENAME = "x"\nTOPMIND = {"ledger": "test"}\n', "utf-8")
    names = ENVIRONMENT | {"AWS_ENDPOINT_URL": endpoint, "TOPMIND_FEEDBACK_QUEUE": way.url}
    desk = Desk(
        tmp_path,
        names
        | {
            "TOPMIND_TRANSPORT": "ses",
            "TOPMIND_KEYS": KeyRing(links=("l" * 40,), addresses=("a" * 40,), coupons=("c" * 40,)).to_json(),
        },
    )
    said = desk.type("feedback")
    assert said.code == 2
    assert "there is no ledger here yet" in said.err
    ledger = open_ledger("sqlite:///var/ledger.db", root=tmp_path, clock=FixedClock(), ledger_id="test")
    ledger.sync_people([a_person(), a_person("c0001")], hashes)
    freeze(ledger, a_row(), a_row("c0001"))
    ledger.settle([answered(one, OutcomeKind.UNKNOWN) for one in claim(ledger)])
    ledger.close()
    way.put(
        a_body("Send", HEX, to="canary@example.com"),
        a_body("Complaint", HEX, to="canary@example.com"),
        a_body("Send", "ee" * 16),
        a_body(ledger="other"),
    )
    dry = json.loads(desk.type("feedback", "--dry-run", "--json").out)
    assert (dry["events"], dry["foreign"], dry["proved"], dry["dry_run"]) == (3, 1, 1, True)
    rehearsal = Desk(tmp_path, names).type("feedback")
    assert rehearsal.code == 3
    assert "mails go to `outbox` here, so what Amazon SES says is for another ledger" in rehearsal.err
    said = desk.type("feedback")
    assert said.code == 0
    assert "3 events of ours, 3 of them new" in said.out
    assert "Proven now: 1 mail that nobody could prove" in said.out
    assert "canary" not in said.text
    again = json.loads(desk.type("feedback", "--json").out)
    assert (again["events"], again["unknown"], again["empty"]) == (0, 1, True)
    assert "judged by rule" in desk.type("feedback", "--rescore").out
