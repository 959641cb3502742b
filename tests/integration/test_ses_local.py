"""Our SES calls against a server that we did not write: npm's aws-ses-v2-local, where it is installed.

It reads SendEmail and shows what it understood. It keeps no tags, configuration set and headers of a Raw mail, knows no
identities, configuration sets, suppression, contact lists, limits and events: all that is the simulator's
(`topmind.testing.ses`).
"""

from __future__ import annotations

import json
import os
import socket
import subprocess
import time
import urllib.request
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import boto3
import pytest
from botocore.config import Config

import ses_local_setup
from played import Desk
from small_company import a_company
from topmind.aws import account
from topmind.aws.ses import SesTransport
from topmind.delivery import send
from topmind.ledger import Claim
from topmind.model import UNSUBSCRIBE_AT_PROVIDER, Message, OutcomeKind
from topmind.testing.clock import FixedClock
from topmind.testing.sending import a_key, a_ledger, a_message, a_row, an_order, freeze

PEOPLE = 12
#: What it answers to GetAccount; it wants every field.
ACCOUNT = {
    "DedicatedIpAutoWarmupEnabled": False,
    "Details": {
        "AdditionalContactEmailAddresses": [],
        "ContactLanguage": "EN",
        "MailType": "MARKETING",
        "ReviewDetails": {"CaseId": "1", "Status": "GRANTED"},
        "UseCaseDescription": "",
        "WebsiteURL": "https://alder.example",
    },
    "EnforcementStatus": "HEALTHY",
    "ProductionAccessEnabled": True,
    "SendingEnabled": True,
    "SendQuota": {"Max24HourSend": 50000, "MaxSendRate": 14, "SentLast24Hours": 7},
    "SuppressionAttributes": {"SuppressedReasons": ["BOUNCE"]},
}


@dataclass(frozen=True)
class Local:
    """The server on loopback."""

    url: str

    def client(self) -> Any:
        """As a run has one, with one attempt a call."""
        config = Config(retries={"total_max_attempts": 1}, read_timeout=20)
        return boto3.client(
            "sesv2",
            endpoint_url=self.url,
            region_name="us-east-1",
            aws_access_key_id="local",
            aws_secret_access_key="local",
            config=config,
        )

    def emails(self) -> list[dict[str, Any]]:
        """What it understood, in order."""
        with urllib.request.urlopen(f"{self.url}/store", timeout=20) as answer:
            found: list[dict[str, Any]] = json.load(answer)["emails"]
        return found

    def transport(self) -> SesTransport:
        """Ours."""
        return SesTransport(configuration_set="topmind", clock=FixedClock(), make=self.client)


@pytest.fixture
def local(tmp_path: Path) -> Iterator[Local]:
    """The server as a process, empty."""
    command = ses_local_setup.find()
    if command is None:
        pytest.skip("aws-ses-v2-local is not here: `make ses` installs it where node and npm are")
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    found = Local(f"http://127.0.0.1:{port}")
    with (tmp_path / "said").open("w") as said:
        process = subprocess.Popen(
            [command, "--host", "127.0.0.1", "--port", str(port)],
            stdout=said,
            stderr=said,
            env={**os.environ, "AWS_SES_ACCOUNT": json.dumps(ACCOUNT)},
        )
        try:
            _wait(found, process)
            yield found
        finally:
            process.terminate()
            process.wait(timeout=20)


def _wait(local: Local, process: subprocess.Popen[bytes]) -> None:
    for _ in range(600):
        assert process.poll() is None, "it does not start"
        try:
            local.emails()
        except OSError:
            time.sleep(0.1)
        else:
            return
    raise AssertionError("it does not answer within a minute")


def mail(path: Path) -> EmailMessage:
    """One file of the outbox, read by Python's own parser."""
    found = message_from_bytes(path.read_bytes(), policy=policy.default)
    assert isinstance(found, EmailMessage)
    return found


def part(message: EmailMessage, kind: str) -> str:
    """Its text or HTML, lines as this server ends them."""
    found = message.get_body((kind,))
    assert found is not None
    return str(found.get_content()).replace("\r\n", "\n").strip()


def test_the_bytes_of_the_outbox_are_read_as_they_are(local: Local, tmp_path: Path) -> None:
    """Real mails of a whole tick, sent by our transport: another parser finds the same sender, reader, subject, text
    and HTML, and each mail once."""
    root = a_company(tmp_path / "alder", people=PEOPLE)
    desk = Desk(root)
    assert desk.type("build", "--no-search").code == 0
    assert desk.type("send").code == 0
    files = sorted((root / "var" / "outbox").glob("*.eml"))
    assert len(files) >= PEOPLE // 2
    transport = local.transport()
    ids = set()
    for path in files:
        outcome = transport.send(as_message(path))
        assert outcome.kind is OutcomeKind.ACCEPTED, outcome
        ids.add(outcome.message_id)
    understood = local.emails()
    assert {one["messageId"] for one in understood} == ids
    assert len(ids) == len(files)
    for path, one in zip(files, understood, strict=True):
        sent = mail(path)
        assert one["destination"] == {"to": [sent["to"].addresses[0].addr_spec], "cc": [], "bcc": []}
        assert one["subject"] == sent["subject"]
        assert sent["from"].addresses[0].addr_spec in one["from"]
        assert one["body"]["text"].replace("\r\n", "\n").strip() == part(sent, "plain")
        assert one["body"]["html"].replace("\r\n", "\n").strip() == part(sent, "html")


def test_where_amazon_keeps_the_list(local: Local, tmp_path: Path) -> None:
    """SES subscription management takes Simple content: the parts and every head line of ours arrive, too."""
    key = a_key()
    raw = (
        "From: Dana <dana@alder.example>\r\nTo: c0000@example.com\r\nReply-To: dana@alder.example\r\n"
        "Subject: =?utf-8?q?Gr=C3=BC=C3=9Fe?=\r\nList-Id: <wall.alder.example>\r\nMIME-Version: 1.0\r\n"
        "Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n"
        f"Leave: {UNSUBSCRIBE_AT_PROVIDER}, gr=C3=BCn\r\n"
    ).encode("ascii")
    path = tmp_path / f"{key.contact}.eml"
    path.write_bytes(raw)
    transport = SesTransport(
        configuration_set="topmind", contact_list="topmind", clock=FixedClock(), make=local.client
    )
    outcome = transport.send(replace(as_message(path), leave_at_provider=True))
    assert outcome.kind is OutcomeKind.ACCEPTED, outcome
    (one,) = local.emails()
    assert (one["subject"], one["replyTo"]) == ("Grüße", ["dana@alder.example"])
    assert one["body"]["text"].strip() == "Leave: {{amazonSESUnsubscribeUrl}}, grün"
    assert {"name": "List-Id", "value": "<wall.alder.example>"} in one["headers"]


def as_message(path: Path) -> Message:
    """The very bytes of a file, to the reader in its head."""
    key, clock = a_key(path.stem), FixedClock()
    clock.advance(minutes=1)
    return Message(
        touch=key,
        touch_hex=key.wire("test"),
        attempt=1,
        to=mail(path)["to"].addresses[0].addr_spec,
        sender="office@alder.example",
        raw=path.read_bytes(),
        tags={"ledger": "test", "touch": key.wire("test"), "attempt": "1"},
        fence=clock.now(),
    )


def test_a_run_sends_each_mail_once(local: Local) -> None:
    """The real loop with four calls at once; the limits are asked as a run asks them."""
    assert account.quota(local.client()).per_day == 50000
    clock = FixedClock()
    names = [f"c{n:04d}" for n in range(PEOPLE)]
    ledger = a_ledger(names, clock=clock)
    freeze(ledger, *map(a_row, names))
    report = send(ledger, local.transport(), built, an_order(clock, slots=4, at_once=True))
    assert (report.counts.accepted, report.exit_code) == (PEOPLE, 0)
    got = Counter(one["destination"]["to"][0] for one in local.emails())
    assert got == Counter(f"{name}@example.com" for name in names)


def built(claim: Claim) -> Message:
    """A small mail."""
    head = f"From: Dana <dana@harborandpine.example>\r\nTo: {claim.address}\r\nSubject: Grüße, 1 = 1\r\n"
    text = f"{head}MIME-Version: 1.0\r\nContent-Type: text/plain; charset=utf-8\r\n\r\nHello\r\n"
    return replace(a_message(claim), raw=text.encode())
