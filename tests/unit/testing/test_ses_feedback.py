"""Events of the simulator: their shape, when they come, and that our own reader understands each."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from typing import Any

import boto3
import pytest

from ses_samples import HTML, a_send
from topmind import feedback
from topmind.ledger.values import Feedback as Read
from topmind.model import FeedbackKind
from topmind.testing.clock import FixedClock
from topmind.testing.ses import Feedback, QueueSink, Reaction, SesSimulator, SinkError, TopicSink
from topmind.testing.ses.events import Event, links

TOUCH = "3b1f8c02d94ae7560c7d2b9f41e8a653"
TAGS = {"ledger": "harbor", "touch": TOUCH, "attempt": "1"}
KEYS = {"region_name": "us-east-1", "aws_access_key_id": "a", "aws_secret_access_key": "b"}


def published(sim: SesSimulator, client: Any, *reactions: Reaction, **over: Any) -> list[Event]:
    """All events of one message to a recipient who reacts like this."""
    sim.feedback = Feedback(reactions={"sam@example.org": reactions} if reactions else {})
    client.send_email(**a_send(tags=TAGS, **over))
    sim.flush()
    return sim.events


def kinds(events: list[Event]) -> list[str]:
    """Their types, in order."""
    return [event["eventType"] for event in events]


def read(event: Event) -> Read:
    """As `topmind feedback` reads it."""
    found = feedback.normalise(event, ledger="harbor", hashes=lambda address: (f"hash of {address}",))
    assert isinstance(found, Read), found
    return found


@pytest.mark.parametrize(
    ("reaction", "types", "last"),
    [
        (Reaction.DELIVER, ["Send", "Delivery"], FeedbackKind.DELIVERED),
        (Reaction.BOUNCE, ["Send", "Bounce"], FeedbackKind.BOUNCED),
        (Reaction.SOFT_BOUNCE, ["Send", "Bounce"], FeedbackKind.BOUNCED),
        (Reaction.DELAY, ["Send", "DeliveryDelay", "Delivery"], FeedbackKind.DELIVERED),
        (Reaction.COMPLAIN, ["Send", "Delivery", "Complaint"], FeedbackKind.COMPLAINED),
        (Reaction.REJECT, ["Reject"], FeedbackKind.REJECTED),
        (Reaction.RENDERING_FAILURE, ["Rendering Failure"], FeedbackKind.NOT_RENDERED),
        (Reaction.OPEN, ["Send", "Delivery", "Open"], FeedbackKind.OPENED),
        (Reaction.CLICK, ["Send", "Delivery", "Open", "Click"], FeedbackKind.CLICKED),
        (Reaction.SILENT, ["Send"], FeedbackKind.SENT),
    ],
)
def test_each_reaction(
    sim: SesSimulator, client: Any, reaction: Reaction, types: list[str], last: FeedbackKind
) -> None:
    """The events in order, each understood with touch and message id."""
    found = published(sim, client, reaction)
    assert kinds(found) == types
    understood = [read(event) for event in found]
    assert understood[-1].kind is last
    assert {entry.touch_hex for entry in understood} == {TOUCH}
    assert {entry.message_id for entry in understood} == {sim.inbox[0].message_id}


def test_the_mail_of_an_event(sim: SesSimulator, client: Any) -> None:
    """As in the developer guide: source, destination, headers, tags as lists with those of SES."""
    mail = published(sim, client)[0]["mail"]
    assert mail["timestamp"] == "2026-12-01T15:07:00.000Z"
    assert mail["source"] == "Dana Reyes <dana@example.com>"
    assert mail["sourceArn"] == "arn:aws:ses:us-east-1:123456789012:identity/example.com"
    assert mail["destination"] == ["sam@example.org"]
    assert mail["headersTruncated"] is False
    assert {"name": "Subject", "value": "Dry gutters"} in mail["headers"]
    assert mail["commonHeaders"] == {
        "from": ["Dana Reyes <dana@example.com>"],
        "to": ["Sam Doe <sam@example.org>"],
        "messageId": mail["messageId"],
        "subject": "Dry gutters",
    }
    assert mail["tags"] == {
        "ledger": ["harbor"],
        "touch": [TOUCH],
        "attempt": ["1"],
        "ses:source-tls-version": ["TLSv1.3"],
        "ses:operation": ["SendRawEmail"],
        "ses:configuration-set": ["news"],
        "ses:source-ip": ["192.0.2.1"],
        "ses:from-domain": ["example.com"],
        "ses:caller-identity": ["topmind"],
    }


def test_long_headers_are_truncated(sim: SesSimulator, client: Any) -> None:
    """After 10 KB an event carries no more of them."""
    raw = "".join(f"X-{n}: {'a' * 900}\r\n" for n in range(15)).encode() + a_send()["Content"]["Raw"]["Data"]
    mail = published(sim, client, raw=raw)[0]["mail"]
    assert mail["headersTruncated"] is True
    assert len(mail["headers"]) == 11


@pytest.mark.parametrize(
    ("reaction", "kind", "subtype", "permanent"),
    [
        (Reaction.BOUNCE, "Permanent", "General", True),
        (Reaction.SOFT_BOUNCE, "Transient", "MailboxFull", False),
    ],
)
def test_bounces(
    sim: SesSimulator, client: Any, reaction: Reaction, kind: str, subtype: str, permanent: bool
) -> None:
    """For good or for now, with the address and its server's words."""
    event = published(sim, client, reaction)[-1]
    bounce = event["bounce"]
    assert (bounce["bounceType"], bounce["bounceSubType"]) == (kind, subtype)
    [recipient] = bounce["bouncedRecipients"]
    assert recipient["emailAddress"] == "sam@example.org"
    assert recipient["action"] == "failed"
    assert recipient["diagnosticCode"].startswith("smtp; ")
    found = read(event)
    assert found.permanent is permanent
    assert found.inbox == ("hash of sam@example.org",)


def test_a_click_names_the_link_and_its_tags(sim: SesSimulator, client: Any) -> None:
    """A person on a phone, minutes after the mail: our reader takes it for human."""
    event = published(sim, client, Reaction.CLICK)[-1]
    assert event["click"]["link"] == "https://example.com/tips/gutters/"
    assert event["click"]["linkTags"] == {"link": ["3f2a"]}
    found = read(event)
    assert (found.detail, found.actor) == ("3f2a", "human")


def test_links_that_are_tracked() -> None:
    """Web links without `ses:no-track`, entities resolved, each once."""
    html = (
        HTML + '<a href="https://example.com/?a=1&amp;b=2">x</a><a href="mailto:a@example.com">y</a>' + HTML
    )
    assert links(html) == {
        "https://example.com/tips/gutters/": {"link": ["3f2a"]},
        "https://example.com/?a=1&b=2": None,
    }


def test_a_complaint_names_everybody_of_the_domain(sim: SesSimulator, client: Any) -> None:
    """Providers do not say who it was."""
    to = ["sam@example.org", "ada@example.org", "eve@example.net"]
    event = published(sim, client, Reaction.COMPLAIN, to=to)[2]
    named = [entry["emailAddress"] for entry in event["complaint"]["complainedRecipients"]]
    assert (event["eventType"], named) == ("Complaint", ["sam@example.org", "ada@example.org"])
    assert event["complaint"]["complaintFeedbackType"] == "abuse"


@pytest.mark.parametrize(
    ("address", "types", "subtype"),
    [
        ("success@simulator.amazonses.com", ["Send", "Delivery"], ""),
        ("ooto@simulator.amazonses.com", ["Send", "Delivery"], ""),
        ("bounce+label@simulator.amazonses.com", ["Send", "Bounce"], "General"),
        ("complaint@simulator.amazonses.com", ["Send", "Delivery", "Complaint"], ""),
        ("suppressionlist@simulator.amazonses.com", ["Send", "Bounce"], "Suppressed"),
    ],
)
def test_the_mailbox_simulator(
    sim: SesSimulator, client: Any, address: str, types: list[str], subtype: str
) -> None:
    """Reacts by its local part, whatever the label; never lands on the suppression list."""
    found = published(sim, client, to=address)
    assert kinds(found) == types
    if subtype:
        assert found[-1]["bounce"]["bounceSubType"] == subtype
    assert sim.state.suppressed == {}


def test_suppressed_is_accepted_counted_and_bounced(sim: SesSimulator, client: Any) -> None:
    """So we must ask our own copy first."""
    client.put_suppressed_destination(EmailAddress="sam@example.org", Reason="COMPLAINT")
    found = published(sim, client)
    assert kinds(found) == ["Send", "Bounce"]
    assert found[1]["bounce"]["bounceSubType"] == "OnAccountSuppressionList"
    assert client.get_account()["SendQuota"]["SentLast24Hours"] == 1


@pytest.mark.parametrize(
    ("reaction", "reason"),
    [(Reaction.BOUNCE, "BOUNCE"), (Reaction.COMPLAIN, "COMPLAINT"), (Reaction.SOFT_BOUNCE, None)],
)
def test_ses_suppresses_by_itself(
    sim: SesSimulator, client: Any, reaction: Reaction, reason: str | None
) -> None:
    """A hard bounce or a complaint puts the address on the list; a soft bounce does not."""
    published(sim, client, reaction)
    found = {address: entry.reason for address, entry in sim.state.suppressed.items()}
    assert found == ({"sam@example.org": reason} if reason else {})


def test_without_an_event_destination_nothing_comes(sim: SesSimulator, client: Any) -> None:
    """No set, a set without destination, one that is off: silence."""
    client.create_configuration_set(ConfigurationSetName="mute")
    client.create_configuration_set(ConfigurationSetName="off")
    client.create_configuration_set_event_destination(
        ConfigurationSetName="off",
        EventDestinationName="f",
        EventDestination={
            "Enabled": False,
            "MatchingEventTypes": ["SEND"],
            "SnsDestination": {"TopicArn": "arn:aws:sns:us-east-1:123456789012:t"},
        },
    )
    for name in (None, "mute", "off"):
        assert published(sim, client, ConfigurationSetName=name) == []


def test_a_destination_gets_the_types_it_names(sim: SesSimulator, client: Any) -> None:
    """Also those with two words."""
    sim.state.sets["news"][0]["MatchingEventTypes"] = ["DELIVERY_DELAY", "RENDERING_FAILURE"]
    published(sim, client, Reaction.DELAY)
    assert kinds(published(sim, client, Reaction.RENDERING_FAILURE)) == ["DeliveryDelay", "Rendering Failure"]


def test_unsubscribing_at_ses(sim: SesSimulator, client: Any) -> None:
    """The event, the contact's preference, and mail to them that bounces afterwards."""
    topics = [{"TopicName": "tips", "DisplayName": "Tips", "DefaultSubscriptionStatus": "OPT_IN"}]
    client.create_contact_list(ContactListName="all", Topics=topics)
    options = {"ContactListName": "all", "TopicName": "tips"}
    found = published(sim, client, Reaction.UNSUBSCRIBE, ListManagementOptions=options)
    assert kinds(found) == ["Send", "Delivery", "Subscription"]
    assert found[-1]["subscription"]["newTopicPreferences"] == {
        "unsubscribeAll": True,
        "topicSubscriptionStatus": [{"topicName": "tips", "subscriptionStatus": "OptOut"}],
    }
    assert read(found[-1]).kind is FeedbackKind.UNSUBSCRIBED
    contact = client.get_contact(ContactListName="all", EmailAddress="sam@example.org")
    assert contact["UnsubscribeAll"] is True
    again = published(sim, client, ListManagementOptions=options)[3:]
    assert kinds(again) == ["Send", "Bounce"]
    assert again[-1]["bounce"]["bounceSubType"] == "UnsubscribedRecipient"
    assert kinds(published(sim, client)[5:]) == ["Send", "Delivery"]


def many(client: Any, count: int = 100) -> None:
    """A run of mails, one touch each."""
    for number in range(count):
        client.send_email(**a_send(tags={**TAGS, "touch": f"{number:032x}"}))


def named(events: list[Event]) -> list[tuple[str, str]]:
    """(touch, type) of each."""
    return [(event["mail"]["tags"]["touch"][0], event["eventType"]) for event in events]


def test_late_events_wait_for_flush(sim: SesSimulator, client: Any) -> None:
    """Held back, then all there."""
    sim.feedback = Feedback(late=1.0)
    many(client, 5)
    sim.publisher.settle()
    assert sim.events == []
    sim.flush()
    assert len(named(sim.events)) == len(set(named(sim.events))) == 10


def test_late_events_come_by_the_clock(sim: SesSimulator, client: Any, clock: FixedClock) -> None:
    """`late_seconds` on the simulator's clock, with the next event at the latest."""
    sim.feedback = Feedback(late=1.0, late_seconds=60)
    many(client, 1)
    sim.publisher.settle()
    clock.advance(seconds=61)
    sim.feedback = Feedback()
    client.send_email(**a_send(tags={**TAGS, "touch": "new"}))
    sim.publisher.settle()
    assert kinds(sim.events) == ["Send", "Delivery"] * 2
    assert named(sim.events)[0][0] == f"{0:032x}"


def test_lost_doubled_and_reordered(sim: SesSimulator, client: Any) -> None:
    """Each by its share, the same for the same seed, whatever the order of the calls."""
    script = Feedback(seed=3, lost=0.2, doubled=0.2, reordered=0.2)
    sim.feedback = script
    many(client)
    sim.flush()
    found = named(sim.events)
    times = Counter(found)
    in_order = list(dict.fromkeys(found))
    assert 140 <= len(times) <= 180
    assert 20 <= sum(count == 2 for count in times.values()) <= 50
    assert set(times.values()) == {1, 2}
    assert in_order != sorted(in_order, key=lambda name: (name[0], name[1] == "Delivery"))
    counts = dict(sim.publisher.counts)
    assert counts["lost"] == 200 - len(times)
    assert counts["published"] == len(found)
    sim.reset()
    sim.feedback = script
    many(client)
    sim.flush()
    assert named(sim.events) == found


def test_shares_of_recipients(sim: SesSimulator, client: Any) -> None:
    """The same person always reacts in the same way; patterns go before shares."""
    sim.feedback = Feedback(
        seed=1,
        reactions={"*@silent.example": (Reaction.SILENT,)},
        shares={Reaction.BOUNCE: 0.2, Reaction.CLICK: 0.3},
    )
    for number in range(100):
        client.send_email(**a_send(to=f"a{number}@example.org"))
    client.send_email(**a_send(to="a@silent.example"))
    sim.flush()
    counted = Counter(kinds(sim.events))
    assert 10 <= counted["Bounce"] <= 30
    assert 20 <= counted["Click"] <= 40
    assert counted["Send"] == 101
    assert counted["Delivery"] == 100 - counted["Bounce"]


def test_a_sink_that_fails_is_told(clock: FixedClock) -> None:
    """Events that are missing for another reason than the script are no silent surprise."""

    def sink(event: Event) -> None:
        raise OSError("the queue is gone")

    with SesSimulator(identities=["example.com"], configuration_sets=["news"], clock=clock, sink=sink) as sim:
        sim.client().send_email(**a_send())
        with pytest.raises(SinkError, match="OSError"):
            sim.flush()
        sim.flush()


def bodies(sqs: Any, url: str) -> Iterator[str]:
    """All messages of a queue."""
    while found := sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10).get("Messages"):
        for message in found:
            sqs.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])
            yield message["Body"]


def test_into_a_queue(moto: str, clock: FixedClock) -> None:
    """The plain JSON of each event, in batches."""
    sqs = boto3.client("sqs", endpoint_url=moto, **KEYS)
    url = sqs.create_queue(QueueName="plain-events")["QueueUrl"]
    with SesSimulator(
        identities=["example.com"], configuration_sets=["news"], clock=clock, sink=QueueSink(sqs, url)
    ) as sim:
        many(sim.client(), 12)
        sim.flush()
    found = [read(json.loads(body)) for body in bodies(sqs, url)]
    assert Counter(entry.kind for entry in found) == {FeedbackKind.SENT: 12, FeedbackKind.DELIVERED: 12}


def test_through_a_topic(moto: str, clock: FixedClock) -> None:
    """With raw message delivery the queue has the event itself, without it an envelope of SNS around it."""
    sqs, sns = (boto3.client(name, endpoint_url=moto, **KEYS) for name in ("sqs", "sns"))
    topic = sns.create_topic(Name="events-in-two-ways")["TopicArn"]
    urls = {}
    for raw in ("true", "false"):
        urls[raw] = sqs.create_queue(QueueName=f"raw-{raw}")["QueueUrl"]
        arn = sqs.get_queue_attributes(QueueUrl=urls[raw], AttributeNames=["QueueArn"])["Attributes"][
            "QueueArn"
        ]
        sns.subscribe(TopicArn=topic, Protocol="sqs", Endpoint=arn, Attributes={"RawMessageDelivery": raw})
    with SesSimulator(
        identities=["example.com"], configuration_sets=["news"], clock=clock, sink=TopicSink(sns, topic)
    ) as sim:
        sim.client().send_email(**a_send(tags=TAGS))
        sim.flush()
    direct = [read(json.loads(body)).kind for body in bodies(sqs, urls["true"])]
    wrapped = [read(json.loads(json.loads(body)["Message"])).kind for body in bodies(sqs, urls["false"])]
    assert sorted(direct) == sorted(wrapped) == [FeedbackKind.DELIVERED, FeedbackKind.SENT]


def test_feedback_scripts_are_read_from_json() -> None:
    """One reaction or several, shares by name."""
    found = Feedback.read(
        {
            "seed": 2,
            "late": 0.1,
            "late_seconds": 5,
            "reactions": {"Ada@example.org": "bounce", "*@x.example": ["open", "complain"]},
            "shares": {"click": 0.5},
        }
    )
    assert found == Feedback(
        seed=2,
        late=0.1,
        late_seconds=5,
        reactions={
            "ada@example.org": (Reaction.BOUNCE,),
            "*@x.example": (Reaction.OPEN, Reaction.COMPLAIN),
        },
        shares={Reaction.CLICK: 0.5},
    )
    with pytest.raises(ValueError, match="explode"):
        Feedback.read({"reactions": {"a@example.org": "explode"}})
