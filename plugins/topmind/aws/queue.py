"""The SQS queue behind SES: SES → SNS (raw delivery) → SQS, drained by several receivers.

Sources: SQS API reference, ReceiveMessage (at most 10 messages a call; long polling asks all servers),
DeleteMessageBatch, ChangeMessageVisibilityBatch, GetQueueAttributes (approximate numbers, behind by up to a minute).
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from topmind.aws.codes import code_of
from topmind.aws.session import client as new_client
from topmind.errors import FeedbackError
from topmind.feedback import Received

#: Most messages of one call.
PER_CALL = 10
#: Messages of one group: one write of the ledger.
GROUP = 500
#: Seconds for which a received message is ours; a group must be in the ledger by then, else it only comes again.
VISIBLE = 120
_ACTIONS = {
    "receive_message": "sqs:ReceiveMessage",
    "delete_message_batch": "sqs:DeleteMessage",
    "change_message_visibility_batch": "sqs:ChangeMessageVisibility",
    "get_queue_attributes": "sqs:GetQueueAttributes",
    "get_queue_url": "sqs:GetQueueUrl",
}


class FeedbackQueue:
    """`feedback.Queue` over SQS. Receives with one call, with `receivers` at once while every call comes back full."""

    def __init__(
        self, client: Any, named: str, *, receivers: int = 8, wait: int = 1, group: int = GROUP
    ) -> None:
        """`named`: the queue's address or its name; `wait`: seconds of long polling. Raises FeedbackError."""
        self._client = client
        self._wait, self._group, self._receivers = wait, group, receivers
        self._at_once = 1
        self._address = (
            named if "://" in named else str(self._asked("get_queue_url", QueueName=named)["QueueUrl"])
        )

    @classmethod
    def open(cls, named: str, *, receivers: int = 8) -> FeedbackQueue:
        """With credentials and region of the environment. Raises ConfigError, FeedbackError."""
        return cls(new_client("sqs", connections=receivers, tries=3), named, receivers=receivers)

    def receive(self) -> Sequence[Received]:
        """Up to a group of messages; () where none came within the wait."""
        found: list[Received] = []
        while len(found) < self._group:
            asked, came = self._at_once, self._round()
            found += came
            full = len(came) == PER_CALL * asked
            self._at_once = self._receivers if full else 1
            if not full:
                break
        return found

    def done(self, messages: Sequence[Received]) -> None:
        """Delete them. Those that SQS will not delete now come again, which does no harm."""
        self._in_tens(
            messages,
            lambda entries: self._asked("delete_message_batch", QueueUrl=self._address, Entries=entries),
        )

    def give_back(self, messages: Sequence[Received]) -> None:
        """Make them visible again at once; each time counts towards the dead-letter queue."""
        self._in_tens(
            messages,
            lambda entries: self._asked(
                "change_message_visibility_batch",
                QueueUrl=self._address,
                Entries=[entry | {"VisibilityTimeout": 0} for entry in entries],
            ),
        )

    def waiting(self) -> tuple[int, int] | None:
        """(visible or delayed, in somebody's hand), approximate; None where the role may not ask."""
        names = ("", "Delayed", "NotVisible")
        try:
            found = self._asked(
                "get_queue_attributes",
                QueueUrl=self._address,
                AttributeNames=[f"ApproximateNumberOfMessages{name}" for name in names],
            )["Attributes"]
            visible, delayed, in_hand = (int(found[f"ApproximateNumberOfMessages{name}"]) for name in names)
        except (FeedbackError, KeyError, ValueError):
            return None
        return visible + delayed, in_hand

    def dead_letters(self) -> FeedbackQueue | None:
        """The queue of what was received too often; None = there is none. Raises FeedbackError."""
        found = self._asked("get_queue_attributes", QueueUrl=self._address, AttributeNames=["RedrivePolicy"])
        try:
            name = json.loads(found["Attributes"]["RedrivePolicy"])["deadLetterTargetArn"].rpartition(":")[2]
        except (KeyError, TypeError, ValueError, AttributeError):
            return None
        return FeedbackQueue(self._client, name, receivers=self._receivers, wait=self._wait)

    def _round(self) -> list[Received]:
        """As many calls at once as the last round was good for."""
        if self._at_once == 1:
            return self._call(self._wait)
        with ThreadPoolExecutor(self._at_once) as pool:
            # the queue is full: whoever finds nothing need not wait
            return [one for came in pool.map(self._call, [0] * self._at_once) for one in came]

    def _call(self, wait: int) -> list[Received]:
        found = self._asked(
            "receive_message",
            QueueUrl=self._address,
            MaxNumberOfMessages=PER_CALL,
            WaitTimeSeconds=wait,
            VisibilityTimeout=VISIBLE,
        )
        return [
            Received(id=one["MessageId"], body=one["Body"], receipt=one["ReceiptHandle"])
            for one in found.get("Messages", ())
        ]

    def _in_tens(self, messages: Sequence[Received], call: Callable[[list[dict[str, Any]]], Any]) -> None:
        tens = [messages[start : start + PER_CALL] for start in range(0, len(messages), PER_CALL)]
        batches = [
            [{"Id": str(number), "ReceiptHandle": one.receipt} for number, one in enumerate(ten)]
            for ten in tens
        ]
        if len(batches) <= 1:
            for batch in batches:
                call(batch)
            return
        with ThreadPoolExecutor(self._receivers) as pool:
            list(pool.map(call, batches))

    def _asked(self, name: str, **named: Any) -> Any:
        """The answer. Raises FeedbackError with a reason that quotes no value."""
        from botocore.exceptions import BotoCoreError, ClientError

        try:
            return getattr(self._client, name)(**named)
        except ClientError as error:
            code = code_of(error) or "?"
            says = (
                "there is no such feedback queue."
                if "NonExistentQueue" in code or "QueueDoesNotExist" in code
                else f"the feedback queue says no ({code})."
            )
            raise FeedbackError(
                f"{says} What was not folded in is still in it.",
                where="TOPMIND_FEEDBACK_QUEUE",
                fix=f"Check its address and region, and that the role may {_ACTIONS[name]}.",
            ) from None
        except (BotoCoreError, ValueError) as error:
            raise FeedbackError(
                f"the feedback queue cannot be reached ({type(error).__name__}).",
                where="TOPMIND_FEEDBACK_QUEUE",
                fix="Check the network, AWS_REGION and the credentials, then run again.",
            ) from None
