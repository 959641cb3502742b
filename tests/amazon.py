"""Amazon on this machine: SES by the shipped simulator, queues by moto, and the environment that leads there."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from io import BytesIO
from typing import Any

import boto3

import moto_server
from topmind.testing.ses import QueueSink, SesSimulator

#: Keys for rehearsals only.
KEYS = json.dumps({name: [name[0] * 43] for name in ("links", "addresses", "coupons")})
SET = "topmind"
CREDENTIALS = {"AWS_ACCESS_KEY_ID": "simulated", "AWS_SECRET_ACCESS_KEY": "simulated"}


@dataclass(frozen=True)
class Amazon:
    """One account."""

    ses: SesSimulator
    #: Address of moto's server: SQS, SNS, S3.
    url: str
    #: Address of the feedback queue.
    queue: str

    def environ(self, **more: str) -> dict[str, str]:
        """What a run needs to send through it."""
        return {
            **CREDENTIALS,
            "AWS_REGION": "us-east-1",
            "AWS_DEFAULT_REGION": "us-east-1",
            "AWS_ENDPOINT_URL": self.url,
            "AWS_ENDPOINT_URL_SESV2": self.ses.url,
            "TOPMIND_TRANSPORT": "ses",
            "TOPMIND_KEYS": KEYS,
            "TOPMIND_LIVE_URL": "https://mail.alder.example",
            "TOPMIND_SES_CONFIGURATION_SET": SET,
            "TOPMIND_FEEDBACK_QUEUE": self.queue,
            **more,
        }

    def empty(self) -> None:
        """Take everything out of the queue, as if nobody had ever been heard of (PurgeQueue works once a minute)."""
        queues = self.client("sqs")
        while found := queues.receive_message(QueueUrl=self.queue, MaxNumberOfMessages=10).get("Messages"):
            for one in found:
                queues.delete_message(QueueUrl=self.queue, ReceiptHandle=one["ReceiptHandle"])

    def client(self, service: str) -> Any:
        """A plain boto3 client of moto's server."""
        return boto3.client(
            service,  # type: ignore[call-overload]  # its types know each service by name only
            endpoint_url=self.url,
            region_name="us-east-1",
            aws_access_key_id="simulated",
            aws_secret_access_key="simulated",
        )


@contextmanager
def amazon(**account: Any) -> Iterator[Amazon]:
    """An account that may send as alder.example, with its feedback queue; `account` goes to the simulator."""
    with moto_server.serve(_prompt(moto_server.application())) as url:
        queues = boto3.client("sqs", endpoint_url=url, region_name="us-east-1", **_credentials())
        queue = queues.create_queue(QueueName="feedback")["QueueUrl"]
        given = {"identities": ["alder.example"], "configuration_sets": [SET], "rate": 1000, **account}
        with SesSimulator(sink=QueueSink(queues, queue), **given) as ses:
            yield Amazon(ses=ses, url=url, queue=queue)


def _prompt(application: Callable[..., Any]) -> Callable[..., Any]:
    """Queues that say at once that they are empty: each drain of feedback ends with that, after a second of long
    polling, and the queue of one process gives all that it has."""

    def answer(environ: dict[str, Any], start: Callable[..., Any]) -> Any:
        if environ.get("HTTP_X_AMZ_TARGET") == "AmazonSQS.ReceiveMessage":
            asked = json.loads(environ["wsgi.input"].read(int(environ["CONTENT_LENGTH"])))
            body = json.dumps({**asked, "WaitTimeSeconds": 0}).encode()
            environ = {**environ, "wsgi.input": BytesIO(body), "CONTENT_LENGTH": str(len(body))}
        return application(environ, start)

    return answer


def _credentials() -> dict[str, str]:
    return {name.lower(): value for name, value in CREDENTIALS.items()}
