"""The simulator as a process of its own: it outlives the sender, and keeps its state in a file."""

from __future__ import annotations

import json
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import boto3

from ses_samples import a_send
from topmind.testing.clock import FixedClock
from topmind.testing.ses import SesSimulator
from topmind.testing.ses.state import State
from topmind.testing.ses.state_file import dump, read

KEYS = {"region_name": "us-east-1", "aws_access_key_id": "a", "aws_secret_access_key": "b"}


@contextmanager
def process(*flags: str, **environment: str) -> Iterator[str]:
    """Its URL while it runs; SIGTERM ends it with 0."""
    command = [sys.executable, "-m", "topmind.testing.ses", "--port", "0", *flags]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment or None) as running:
        assert running.stdout is not None
        try:
            yield running.stdout.readline().strip()
        finally:
            running.terminate()
            code = running.wait(20)
    assert code == 0


def calls(url: str) -> dict[str, Any]:
    """What the simulator counts."""
    with urllib.request.urlopen(f"{url}/_sim/calls.json") as answer:
        found: dict[str, Any] = json.load(answer)
    return found


def test_a_killed_sender_does_not_touch_it(tmp_path: Path) -> None:
    """Whoever asks sees what was accepted; after a restart quota, identities and sets are as before."""
    state, script = tmp_path / "state.json", tmp_path / "script.json"
    script.write_text(json.dumps({"faults": {"at": {"2": "throttle"}}, "account": {"quota": 7}}))
    flags = ["--state", str(state), "--script", str(script)]
    sender = (
        "import sys, os, json; sys.path.insert(0, sys.argv[2])\n"
        "import boto3; from ses_samples import a_send\n"
        "boto3.client('sesv2', endpoint_url=sys.argv[1], region_name='us-east-1', aws_access_key_id='a',"
        " aws_secret_access_key='b').send_email(**a_send())\n"
        "os.kill(os.getpid(), 9)\n"
    )
    samples = str(Path(__file__).parents[2])
    with process(*flags, "--identity", "example.com", "--configuration-set", "news") as url:
        assert url.startswith("http://127.0.0.1:")
        killed = subprocess.run([sys.executable, "-c", sender, url, samples], check=False)
        assert killed.returncode == -9
        assert calls(url)["touches"] == {"3b1f": 1}
    with process(*flags) as url:
        client = boto3.client("sesv2", endpoint_url=url, **KEYS)
        quota = client.get_account()["SendQuota"]
        assert (quota["Max24HourSend"], quota["SentLast24Hours"]) == (7, 1)
        client.send_email(**a_send())


def test_events_go_to_a_queue(moto: str, tmp_path: Path) -> None:
    """The queue's address and that of its service are flags; credentials come from the environment."""
    sqs = boto3.client("sqs", endpoint_url=moto, **KEYS)
    url = sqs.create_queue(QueueName="process")["QueueUrl"]
    flags = ["--identity", "example.com", "--configuration-set", "news", "--queue-url", url]
    environment = {"AWS_ACCESS_KEY_ID": "a", "AWS_SECRET_ACCESS_KEY": "b"}
    with process(*flags, "--aws-endpoint", moto, **environment) as address:
        boto3.client("sesv2", endpoint_url=address, **KEYS).send_email(**a_send())
        urllib.request.urlopen(f"{address}/_sim/flush", b"{}").close()
        found = sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10)["Messages"]
    assert sorted(json.loads(message["Body"])["eventType"] for message in found) == ["Delivery", "Send"]


def test_the_whole_state_survives(sim: SesSimulator, client: Any, clock: FixedClock) -> None:
    """Written and read again it is the same; a new file has everything of a new account."""
    client.send_email(**a_send())
    client.create_email_identity(EmailIdentity="fresh.example")
    client.put_suppressed_destination(EmailAddress="ada@example.org", Reason="BOUNCE")
    client.create_contact_list(ContactListName="all")
    client.create_contact(ContactListName="all", EmailAddress="ada@example.org")
    written = dump(sim.state)
    again = read(json.loads(json.dumps(written)))
    assert dump(again) == written
    assert again.sent_last_24_hours(clock.now()) == 1
    assert again.lists == sim.state.lists
    assert dump(read({})) == dump(State())
