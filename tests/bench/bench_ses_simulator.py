"""What the simulator of Amazon SES itself costs, so that figures of senders are not dominated by it."""

from __future__ import annotations

import base64
import http.client
import json
import subprocess
import sys
import time
from pathlib import Path
from urllib.parse import urlsplit

MAILS = 3_000
HTML = b"<p>Rinse the gutters before the first frost, then look at the roof.</p>\r\n" * 470
HEAD = (
    b"From: Dana <dana@example.com>\r\nTo: Sam <sam@example.org>\r\nSubject: Dry gutters\r\nMIME-Version: 1.0\r\n"
    b"Content-Type: text/html; charset=utf-8\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n"
)
SIGNED = {"authorization": "AWS4-HMAC-SHA256 Credential=a/20261201/us-east-1/ses/aws4_request"}


def body(configuration_set: str) -> bytes:
    """One SendEmail as boto3 writes it."""
    members = {
        "FromEmailAddress": "Dana <dana@example.com>",
        "Destination": {"ToAddresses": ["sam@example.org"]},
        "Content": {"Raw": {"Data": base64.b64encode(HEAD + HTML).decode()}},
        "EmailTags": [{"Name": name, "Value": "3b1f"} for name in ("ledger", "touch", "attempt")],
        "ConfigurationSetName": configuration_set,
    }
    return json.dumps({name: value for name, value in members.items() if value}).encode()


def processor(pid: int) -> float:
    """Seconds of processor that a process used; 0 where the system does not tell."""
    stat = Path(f"/proc/{pid}/stat")
    return sum(map(int, stat.read_text().split()[13:15])) / 100 if stat.exists() else 0.0


def main() -> None:
    """One connection, one request at a time, with and without events."""
    flags = [
        "--identity",
        "example.com",
        "--configuration-set",
        "news",
        "--rate",
        "1e9",
        "--quota",
        "1e9",
        "--keep",
        "100",
    ]
    command = [sys.executable, "-m", "topmind.testing.ses", *flags]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as running:
        assert running.stdout is not None
        connection = http.client.HTTPConnection(urlsplit(running.stdout.readline().strip()).netloc)
        for name, configuration_set in (("accept", ""), ("accept, Send and Delivery", "news")):
            request = body(configuration_set)
            used, start = processor(running.pid), time.perf_counter()
            for _ in range(MAILS):
                connection.request("POST", "/v2/email/outbound-emails", request, SIGNED)
                answer = connection.getresponse()
                answer.read()
                assert answer.status == 200
            took = time.perf_counter() - start
            each = (processor(running.pid) - used) / MAILS * 1e6
            print(
                f"  {name:<28} {MAILS / took:8,.0f}/s   {each:4.0f} µs of processor each, {len(HTML):,} bytes"
            )
        running.terminate()


if __name__ == "__main__":
    main()
