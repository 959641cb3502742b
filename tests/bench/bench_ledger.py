"""Claim and settle on the SQLite ledger in batches of 50, every batch durable; the time of one fsync beside it."""

from __future__ import annotations

import os
import tempfile
import time
from datetime import timedelta
from pathlib import Path

from topmind.ledger import Ledger, Settle
from topmind.model import Ceiling, Channel, Outcome, OutcomeKind
from topmind.testing.builders import TODAY, a_touch
from topmind.testing.clock import FixedClock
from topmind.testing.sending import a_ledger, a_row, freeze

TOUCHES = 20_000
BATCH = 50
PAST = 5


def fsync_seconds(folder: Path, rounds: int = 200) -> float:
    """One small write made durable, on the disk the ledger is on."""
    handle = os.open(folder / "probe", os.O_WRONLY | os.O_CREAT)
    start = time.perf_counter()
    for _ in range(rounds):
        os.pwrite(handle, b"x" * 4096, 0)
        os.fsync(handle)
    spent = time.perf_counter() - start
    os.close(handle)
    return spent / rounds


def filled(root: Path) -> Ledger:
    """Everybody with some past, gap, ceilings, and a mail planned for today."""
    contacts = [f"c{n:06d}" for n in range(TOUCHES)]
    ledger = a_ledger(contacts, url="sqlite:///var/ledger.db", root=root)
    ledger.seed(
        [
            a_touch(contact, TODAY - timedelta(days=7 * week), occurrence=f"W{week}", items=(f"tips/{week}",))
            for contact in contacts
            for week in range(1, PAST + 1)
        ]
    )
    ceilings = (Ceiling(channel=Channel.EMAIL, count=2, days=7), Ceiling(channel=None, count=200, days=365))
    freeze(ledger, *(a_row(contact, ceilings=ceilings) for contact in contacts))
    return ledger


def claim_and_settle(ledger: Ledger) -> tuple[int, int]:
    """Until nothing is left; touches and durable writes."""
    now, settles, done, writes = FixedClock().now(), [], 0, 0
    while claims := ledger.claim(owner="bench", limit=BATCH, now=now, settles=settles):
        done, writes = done + len(claims), writes + 1
        settles = [
            Settle(claim=one, outcome=Outcome(kind=OutcomeKind.ACCEPTED, message_id="m")) for one in claims
        ]
    ledger.settle(settles)
    return done, writes + 1


def main() -> None:
    """Print the figure with its budget."""
    with tempfile.TemporaryDirectory(dir=Path.cwd()) as folder:
        root = Path(folder)
        ledger = filled(root)
        start, cpu = time.perf_counter(), time.process_time()
        done, writes = claim_and_settle(ledger)
        spent, cpu = time.perf_counter() - start, time.process_time() - cpu
        fsync = fsync_seconds(root)
        ledger.close()
    assert done == TOUCHES
    print(f"  claim + settle, SQLite, batches of {BATCH}  {done / spent:8,.0f}/s   (budget 5 000/s)")
    print(
        f"    {done:,} touches with {PAST} past ones each, {spent:.2f} s, of it {writes} fsyncs of"
        f" {fsync * 1e3:.2f} ms: {writes * fsync / spent:.0%};"
        f" processor {cpu:.2f} s"
    )


if __name__ == "__main__":
    main()
