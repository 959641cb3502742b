"""Sending through boto3 to a sink on this machine: rate and where the time goes; memory of a send by its length."""

from __future__ import annotations

import base64
import resource
import socket
import subprocess
import sys
import tempfile
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[1]))

import ses_layers

from soak.mails import raw

MAILS = 1500
#: Calls of the breakdown.
TIMED = 800
#: Takes every request and answers at once: one thread a connection, keep-alive, nothing is looked at.
SINK = """
import socket, threading
server = socket.create_server(("127.0.0.1", 0), backlog=64)
print(server.getsockname()[1], flush=True)
BODY = b'{"MessageId":"0100019-bench"}'
ANSWER = b"HTTP/1.1 200 OK\\r\\ncontent-type: application/json\\r\\ncontent-length: %d\\r\\n\\r\\n%b" % (len(BODY), BODY)
def serve(peer):
    kept = b""
    while True:
        while b"\\r\\n\\r\\n" not in kept:
            more = peer.recv(65536)
            if not more: return
            kept += more
        head, _, kept = kept.partition(b"\\r\\n\\r\\n")
        size = next(int(l.split(b":")[1]) for l in head.lower().split(b"\\r\\n") if l.startswith(b"content-length"))
        if b"100-continue" in head.lower(): peer.sendall(b"HTTP/1.1 100 Continue\\r\\n\\r\\n")
        while len(kept) < size: kept += peer.recv(65536)
        kept = kept[size:]
        peer.sendall(ANSWER)
while True:
    threading.Thread(target=serve, args=(server.accept()[0],), daemon=True).start()
"""


def a_mail() -> bytes:
    """34 KB of HTML as quoted-printable, in lines of 76."""
    head, _, _ = raw("kim@example.com").partition(b"\r\n\r\n")
    return head + b"\r\n\r\n" + (b"<p>" + b"Clean your gutters before the frost comes. " + b"</p>=\r\n") * 660


def client(port: int, **retries: Any) -> Any:
    """boto3 as the transport makes it, or as it comes."""
    import boto3
    from botocore.config import Config

    return boto3.client(
        "sesv2",
        endpoint_url=f"http://127.0.0.1:{port}",
        region_name="us-east-1",
        aws_access_key_id="simulated",
        aws_secret_access_key="simulated",
        config=Config(retries=retries or {"total_max_attempts": 1}, parameter_validation=bool(retries)),
    )


def rate() -> None:
    """Mails a second of processor time of this process, one thread; the parts of it."""
    from topmind.aws import limits
    from topmind.aws.ses import SesTransport
    from topmind.run.clock import SystemClock
    from topmind.testing.sending import a_ledger, a_message, a_row, freeze

    ledger = a_ledger()
    freeze(ledger, a_row())
    ledger.lock("bench")
    (claim,) = ledger.claim(owner="bench", limit=1, now=ledger.now())
    clock = SystemClock()
    message = replace(a_message(claim), raw=a_mail(), fence=clock.now().replace(year=2100))
    with subprocess.Popen([sys.executable, "-c", SINK], stdout=subprocess.PIPE, text=True) as sink:
        assert sink.stdout
        port = int(sink.stdout.readline())
        carrier = SesTransport(configuration_set="topmind", clock=clock, make=lambda: client(port))
        for name, call in (
            ("through boto3, one recipient a call", lambda: carrier.send(message)),
            ("of it: our own check of the request", lambda: limits.mistakes(message, "topmind")),
        ):
            call()
            wall, own = time.perf_counter(), time.process_time()
            for _ in range(MAILS):
                call()
            wall, own = time.perf_counter() - wall, time.process_time() - own
            print(
                f"  {name}: {MAILS / own:,.0f}/s of a core ({own / MAILS * 1e6:.0f} µs each; {MAILS / wall:,.0f}/s by the clock),"
                f" {len(message.raw):,} bytes"
            )
        print(
            f"  where the time goes, one call of {TIMED} on average (the MIME was made before it: see bench_mail):"
        )
        with socket.create_connection(("127.0.0.1", port)) as bare:
            for line in ses_layers.table(carrier, limits, message, TIMED, lambda: over(bare, message.raw)):
                print(line)
        naive(port, message.raw)
        sink.terminate()


def over(bare: socket.socket, body: bytes) -> None:
    """As many bytes as the call's over a bare socket, and the answer."""
    data = base64.b64encode(body)
    bare.sendall(b"POST / HTTP/1.1\r\ncontent-length: %d\r\n\r\n" % len(data) + data)
    bare.recv(65536)


def naive(port: int, body: bytes) -> None:
    """The loop that everybody writes first: boto3's defaults, one SQLite row after each send."""
    import sqlite3

    with tempfile.TemporaryDirectory() as folder:
        database = sqlite3.connect(f"{folder}/naive.db")
        database.execute("CREATE TABLE sent (person TEXT PRIMARY KEY)")
        made, own = client(port, mode="legacy"), time.process_time()
        for number in range(MAILS):
            made.send_email(Destination={"ToAddresses": ["kim@example.com"]}, Content={"Raw": {"Data": body}})
            database.execute("INSERT INTO sent VALUES (?)", (str(number),))
            database.commit()
        own = time.process_time() - own
        database.close()
    print(
        f"  beside it the naive loop: {MAILS / own:,.0f}/s of a core ({own / MAILS * 1e6:.0f} µs each), and up to five mails for one answer that is lost"
    )


def memory() -> None:
    """Peak memory of a whole send of 1 000 and 200 000 recipients, each in a process of its own."""
    peaks = []
    for people in (1_000, 200_000):
        with tempfile.TemporaryDirectory() as folder:
            for part in ("prepare", "send"):
                done = subprocess.run(
                    [sys.executable, __file__, part, folder, str(people)],
                    capture_output=True,
                    text=True,
                    check=True,
                )
        peaks.append(float(done.stdout))
        print(f"  peak memory of sending {people:,}: {peaks[-1]:.0f} MB")
    print(f"  {peaks[1] / peaks[0] - 1:+.1%} (budget ± 10 %)")


def prepare(folder: str, people: int) -> None:
    """A ledger with so many planned mails."""
    from topmind.testing.sending import a_ledger, a_row, freeze

    names = [f"c{n:06d}" for n in range(people)]
    ledger = a_ledger(names, url=f"sqlite:///{folder}/ledger.db", root=Path("/"))
    for start in range(0, people, 20_000):
        freeze(ledger, *(a_row(name) for name in names[start : start + 20_000]))
    ledger.close()


def send(folder: str) -> None:
    """Send all of it through a transport that keeps nothing; prints the peak in MB."""
    from topmind import delivery
    from topmind.ledger import open_ledger
    from topmind.model import Message, Outcome, OutcomeKind
    from topmind.testing.clock import FixedClock
    from topmind.testing.sending import a_message, an_order

    class Nowhere:
        name = "ses"

        def send(self, message: Message) -> Outcome:
            return Outcome(kind=OutcomeKind.ACCEPTED, message_id=message.touch_hex)

    clock = FixedClock()
    ledger = open_ledger(f"sqlite:///{folder}/ledger.db", root=Path("/"), clock=clock, ledger_id="test")
    delivery.send(ledger, Nowhere(), a_message, an_order(clock, slots=50))
    print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)


def main() -> None:
    """Print the figures."""
    print("SES through boto3 to a sink on this machine (budget 700/s per core)")
    rate()
    memory()


if __name__ == "__main__":
    if len(sys.argv) == 4:
        prepare(sys.argv[2], int(sys.argv[3])) if sys.argv[1] == "prepare" else send(sys.argv[2])
    else:
        main()
