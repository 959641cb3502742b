"""Where published events go: a list, a queue, a topic. A sink is any callable that takes one event.

A sink with a method `many(events)` gets up to ten at once.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any, Protocol, runtime_checkable

from topmind.testing.ses.events import Event

#: Entries of one batch of SQS and SNS.
BATCH = 10


class Sink(Protocol):
    """Takes events, one by one."""

    def __call__(self, event: Event) -> None:
        """Keep or pass on."""
        ...


@runtime_checkable
class BatchSink(Protocol):
    """Takes up to ten events at once."""

    def many(self, events: Sequence[Event]) -> None:
        """Keep or pass on, in this order."""
        ...


class ListSink:
    """Keeps events in memory: `events`, in the order in which they came."""

    def __init__(self) -> None:
        self.events: list[Event] = []

    def __call__(self, event: Event) -> None:
        """One more."""
        self.events.append(event)


class QueueSink:
    """Puts the plain JSON of events into an SQS queue, as SNS with raw message delivery does."""

    def __init__(self, client: Any, queue_url: str) -> None:
        #: A boto3 client for `sqs`.
        self.client = client
        self.queue_url = queue_url

    def __call__(self, event: Event) -> None:
        """One message."""
        self.many([event])

    def many(self, events: Sequence[Event]) -> None:
        """One batch; RuntimeError where the queue does not take all of it."""
        entries = [{"Id": str(n), "MessageBody": json.dumps(event)} for n, event in enumerate(events)]
        _all_taken(self.client.send_message_batch(QueueUrl=self.queue_url, Entries=entries))


class TopicSink:
    """Publishes events to an SNS topic, as an event destination does; the subscription decides about wrapping."""

    def __init__(self, client: Any, topic_arn: str) -> None:
        #: A boto3 client for `sns`.
        self.client = client
        self.topic_arn = topic_arn

    def __call__(self, event: Event) -> None:
        """One message."""
        self.many([event])

    def many(self, events: Sequence[Event]) -> None:
        """One batch; RuntimeError where the topic does not take all of it."""
        entries = [
            {"Id": str(n), "Subject": "Amazon SES Email Event Notification", "Message": json.dumps(event)}
            for n, event in enumerate(events)
        ]
        _all_taken(self.client.publish_batch(TopicArn=self.topic_arn, PublishBatchRequestEntries=entries))


def _all_taken(answer: dict[str, Any]) -> None:
    if failed := answer.get("Failed"):
        raise RuntimeError(f"{len(failed)} events were not taken: {failed[0].get('Code', '')}")
