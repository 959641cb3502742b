"""What SpamAssassin holds against the sample's mails, offline, with the rules of the system's package."""

from __future__ import annotations

import re
import subprocess

import pytest

import spam_setup
from mail_samples import editions, renderer, values
from topmind.mail import build, list_headers

#: Points above which filters begin to doubt; SpamAssassin calls a mail spam from 5.
MOST = 0.5
#: GTUBE, the generic test for unsolicited bulk email: a line that no mail has by accident.
SPAM = (
    b"Message-ID: <99.1@spam.example>\r\nFrom: a@spam.example\r\nTo: b@example.com\r\nSubject: test\r\n\r\n"
    b"XJS*C4JDBQADN1.NSBN3*2IDNEN*GTUBE-STANDARD-ANTI-UBE-TEST-EMAIL*C.34X\r\n"
)
_FROM = "From sender@harborandpine.example Tue Dec  1 15:07:00 2026\n"


def mails() -> dict[str, bytes]:
    """One mail of every edition, as it leaves: SES adds Received and its signature."""
    made = {}
    for number, (name, edition) in enumerate(editions().items()):
        compiled = renderer().compile(edition)
        found = values(compiled)
        headers = {
            "Date": "Tue, 01 Dec 2026 15:07:00 +0000",
            "Message-ID": f"<{number:032d}.1@harborandpine.example>",
            **list_headers(
                "https://live.example/u/eyJjIjoxMDAwMX0.Zq1xYw.k3v",
                f"{edition.occasion.source.replace('/', '.')}.harborandpine.example",
                "Harbor & Pine Home Services",
            ),
        }
        made[name] = build(compiled, found, to="alma@example.com", headers=headers)
    return made


def report(messages: dict[str, bytes]) -> dict[str, tuple[float, str]]:
    """Points of each mail and the rules that gave them; one process for all."""
    command = spam_setup.find()
    if command is None:
        pytest.skip("SpamAssassin is not here: `make spam` gets it")
    box = b"".join(
        _FROM.encode() + re.sub(rb"(?m)^(>*From )", rb">\1", message.replace(b"\r\n", b"\n")) + b"\n"
        for message in messages.values()
    )
    done = subprocess.run(
        [command, "-L", "-t", "--mbox", "--nocreate-prefs", "--cf=report_safe 0"],
        input=box,
        capture_output=True,
        check=True,
        timeout=300,
    )
    said = done.stdout.decode("utf-8", "replace")
    # it answers in an order of its own
    pattern = r"Content analysis details:\s+\((-?[0-9.]+) points.*?\n\n(.*?)\n\n"
    found = {}
    for one in re.finditer(pattern, said, re.DOTALL):
        name = re.findall(r"\nMessage-ID: <(\w+)\.1@", said[: one.start()])[-1]
        found[list(messages)[min(int(name), len(messages) - 1)]] = (float(one[1]), one[2])
    assert set(found) == set(messages), said[-2000:]
    return found


def test_no_sample_mail_looks_like_spam() -> None:
    """Half a point at most for any edition; the mail that every filter must call spam shows that the measure works."""
    found = report({**mails(), "spam": SPAM})
    assert found.pop("spam")[0] > 100
    assert not {name: rules for name, (points, rules) in found.items() if points > MOST}
