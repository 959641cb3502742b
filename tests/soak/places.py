"""The other processes of a soak: SES and its queue, which live on when the sender is killed."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

SET = "topmind"
REGION = "us-east-1"
KEYS = {"aws_access_key_id": "simulated", "aws_secret_access_key": "simulated"}
_ENVIRON = {name.upper(): value for name, value in KEYS.items()}
#: moto asks for all attributes of a queue, and counts its messages for each, for every message that is received: with
#: some thousand of them a soak would be that and little else. None of them grows old enough to be dropped.
_MOTO = """
import time
from moto.server import ThreadedMotoServer
from moto.sqs.models import SQSBackend
SQSBackend.is_message_valid_based_on_retention_period = lambda *_: True
server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
server.start()
print("http://%s:%s" % server.get_host_and_port(), flush=True)
time.sleep(86400)
"""


@dataclass(frozen=True)
class Places:
    """Where everything is."""

    ses: str
    #: moto's server: SQS, S3.
    aws: str
    queue: str

    def client(self, service: str, *, told: Callable[[], None] | None = None, **config: Any) -> Any:
        """A boto3 client; one attempt a call. `told` hears of each mail that is about to go out to the wire."""
        import boto3
        from botocore.config import Config

        url = self.ses if service == "sesv2" else self.aws
        made = Config(**{"retries": {"total_max_attempts": 1}, "read_timeout": 2, **config})
        found = boto3.client(service, endpoint_url=url, region_name=REGION, config=made, **KEYS)  # type: ignore[call-overload]  # its types know each service by name only
        if told:
            found.meta.events.register("before-send.sesv2.SendEmail", lambda **_: told())
        return found

    def ask(self, path: str, body: Mapping[str, Any] | None = None) -> Any:
        """The simulator's own pages."""
        data = None if body is None else json.dumps(body).encode()
        try:
            with urllib.request.urlopen(f"{self.ses}/_sim/{path}", data) as answer:
                text = answer.read()
        except urllib.error.HTTPError as error:
            raise RuntimeError(f"the simulator: {error.read().decode()}") from None
        return json.loads(text) if text else None

    def flush(self) -> None:
        """Every event has come to the queue. A slow queue is waited for; an event that it did not take is an error."""
        for _ in range(20):
            try:
                self.ask("flush", {})
            except RuntimeError as error:
                if "too slow" not in str(error):
                    raise
            else:
                return
        raise RuntimeError("the feedback queue is too slow")

    def touches(self) -> dict[str, int]:
        """Touch → mails that really left for it."""
        found: dict[str, int] = self.ask("calls.json")["touches"]
        return found


@contextmanager
def places(*, seed: int) -> Iterator[Places]:
    """SES and its feedback queue, as processes of their own; give it a script with `ask`."""
    started: list[subprocess.Popen[str]] = []

    def start(*arguments: str) -> str:
        process = subprocess.Popen(
            [sys.executable, *arguments],
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,  # moto tells of each request
            text=True,
            env={**os.environ, **_ENVIRON},
        )
        started.append(process)
        assert process.stdout is not None
        return process.stdout.readline().strip()

    try:
        aws = start("-c", _MOTO)
        queue = (
            Places(ses="", aws=aws, queue="")
            .client("sqs", read_timeout=30)
            .create_queue(QueueName="feedback")["QueueUrl"]
        )
        arguments = {
            "--identity": "harborandpine.example",
            "--configuration-set": SET,
            "--rate": "100000",
            "--quota": "10000000",
            "--seed": str(seed),
            "--queue-url": queue,
            "--aws-endpoint": aws,
        }
        ses = start("-m", "topmind.testing.ses", *(part for pair in arguments.items() for part in pair))
        yield Places(ses=ses, aws=aws, queue=queue)
    finally:
        for process in started:
            process.terminate()
            process.wait(timeout=10)
