"""Feedback parsed and settled on the SQLite ledger, the queue left out: bodies in, rows and states out."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

from topmind.feedback import drain
from topmind.ledger import FolderInbox, Ledger, Settle
from topmind.links import KeyRing, address_hashes
from topmind.model import Outcome, OutcomeKind
from topmind.testing.clock import FixedClock
from topmind.testing.events import a_body
from topmind.testing.queue import ListQueue
from topmind.testing.sending import a_key, a_ledger, a_row, freeze

#: Mails; each has 2.6 events on average.
MAILS = 10_000
#: Messages of one group, as the SQS queue gives them.
GROUP = 500
RING = KeyRing(links=("l" * 40,), addresses=("a" * 40,), coupons=("c" * 40,))


def sent(root: Path) -> Ledger:
    """A ledger whose mails are accepted, one in a hundred unknown."""
    contacts = [f"c{n:06d}" for n in range(MAILS)]
    ledger = a_ledger(contacts, url="sqlite:///var/ledger.db", root=root)
    freeze(ledger, *(a_row(contact) for contact in contacts))
    now, settles = FixedClock().now(), []
    while claims := ledger.claim(owner="bench", limit=500, now=now, settles=settles):
        settles = [
            Settle(claim=one, outcome=Outcome(kind=OutcomeKind.ACCEPTED, message_id="m"))
            if one.person % 100
            else Settle(claim=one, outcome=Outcome(kind=OutcomeKind.UNKNOWN))
            for one in claims
        ]
    ledger.settle(settles)
    return ledger


def bodies() -> Iterator[str]:
    """Send and delivery of each, an open of every second, a click of every twentieth, some bounces, some doubled."""
    for number in range(MAILS):
        name, to = a_key(f"c{number:06d}").wire("test"), f"c{number:06d}@example.com"
        yield a_body("Send", name, to=to)
        if number % 50:
            yield a_body("Delivery", name, to=to)
        else:
            kind = "Permanent" if number % 100 else "Transient"
            yield a_body("Bounce", name, to=to, bounceType=kind)
        if number % 2:
            yield a_body("Open", name, to=to)
        if not number % 20:
            yield a_body("Click", name, to=to)
        if not number % 20:
            yield a_body("Send", name, to=to)


def main() -> None:
    """Print the figure with its budget."""
    with tempfile.TemporaryDirectory(dir=Path.cwd()) as folder:
        ledger, inbox = sent(Path(folder)), FolderInbox(Path(folder) / "inbox")
        queue = ListQueue(bodies(), group=GROUP)
        total = len(queue.visible)
        size = sum(len(one.body) for one in queue.visible) / total
        start, cpu = time.perf_counter(), time.process_time()
        found = drain(
            queue,
            ledger,
            lambda address: address_hashes(RING, address),
            keep=lambda events: inbox.keep(ledger.ledger_id, events),
            clock=FixedClock(),
            budget=timedelta(hours=1),
        )
        spent, cpu = time.perf_counter() - start, time.process_time() - cpu
        ledger.close()
    assert found.kinds.total() == total
    assert found.heard.proved == MAILS // 100
    print(
        f"  feedback parsed and settled, SQLite, groups of {GROUP}  {total / spent:8,.0f}/s   (budget 5 000/s)"
    )
    print(
        f"    {total:,} events of {size:,.0f} bytes, {spent:.2f} s, processor {cpu:.2f} s;"
        f" {found.heard.new:,} new, {found.heard.proved} unknown mails proven, {found.heard.suppressed} suppressed"
    )


if __name__ == "__main__":
    main()
