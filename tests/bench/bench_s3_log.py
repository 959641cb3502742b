"""The S3 log on moto: bytes that one issue writes, and how fast the log is read again."""

from __future__ import annotations

import sys
import time
from datetime import timedelta
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from loopback_s3 import a_bucket, a_server, environment, sizes
from topmind.aws.objects import S3Objects
from topmind.ledger import MemoryObjects, Settle
from topmind.ledger.log import LogLedger
from topmind.model import Ceiling, Channel, Outcome, OutcomeKind
from topmind.run.clock import SystemClock
from topmind.testing.builders import TODAY, a_touch
from topmind.testing.clock import FixedClock
from topmind.testing.sending import a_ledger, a_row, freeze

MAILS = 3_000
SLOTS = 4
PAST = 5


def filled(
    objects: MemoryObjects | S3Objects, clock: FixedClock | SystemClock, mails: int, past: int
) -> LogLedger:
    """Everybody with some past, gap, ceilings, and a mail planned for today."""
    contacts = [f"c{n:06d}" for n in range(mails)]
    ledger = a_ledger(contacts, objects=objects, clock=clock)
    assert isinstance(ledger, LogLedger)
    ledger.seed(
        [
            a_touch(contact, TODAY - timedelta(days=7 * week), occurrence=f"W{week}", items=(f"tips/{week}",))
            for contact in contacts
            for week in range(1, past + 1)
        ]
    )
    ceilings = (Ceiling(channel=Channel.EMAIL, count=2, days=7), Ceiling(channel=None, count=200, days=365))
    freeze(ledger, *(a_row(contact, ceilings=ceilings) for contact in contacts))
    return ledger


def send_all(ledger: LogLedger) -> int:
    """Claimed by four, settled with the next claims; how many mails."""
    settles: list[Settle] = []
    done = 0
    ledger.lock("bench")
    while claims := ledger.claim(owner="bench", limit=SLOTS, now=FixedClock().now(), settles=settles):
        done += len(claims)
        settles = [
            Settle(
                claim=one,
                outcome=Outcome(kind=OutcomeKind.ACCEPTED, message_id=f"0100019b{one.touch_hex}-000000"),
            )
            for one in claims
        ]
    ledger.settle(settles)
    ledger.unlock("bench")
    return done


def on_moto() -> None:
    """Bytes by folder; the requests' own time stands beside it, most of it moto's."""
    with a_server() as endpoint, environment({"AWS_ENDPOINT_URL": endpoint}):
        bucket = a_bucket()
        objects = S3Objects.at(f"s3://{bucket}/topmind")
        ledger = filled(objects, SystemClock(), MAILS, 1)
        plan, start = sizes(bucket, "topmind/")["log"], time.perf_counter()
        assert send_all(ledger) == MAILS
        spent = time.perf_counter() - start
        ledger.close()
        after, start = sizes(bucket, "topmind/"), time.perf_counter()
        again = a_ledger((), objects=objects, clock=SystemClock())
        opened = time.perf_counter() - start
        again.close()
    snaps = after["snap"]
    count, log = after["log"][0] - plan[0], after["log"][1] - plan[1]
    print(f"  log/ per {MAILS:,} mails, claimed by {SLOTS}   {log / 1e6:8.2f} MB  (budget 5 MB)")
    print(
        f"    {count} entries, {log / MAILS:.0f} bytes a mail; people, past and plan before it {plan[1] / 1e6:.2f} MB;"
        f" snaps apart: {snaps[0]} of {snaps[1] / max(snaps[0], 1) / 1e6:.2f} MB"
    )
    print(f"    sent at {MAILS / spent:,.0f}/s, opened again in {opened:.2f} s, moto's own time in both")


def fold() -> None:
    """The log of an issue read again from its first entry; gets are left out, so is what other programs take."""
    clock = FixedClock()
    objects = MemoryObjects(clock)
    ledger = filled(objects, clock, MAILS, PAST)
    plan = ledger._log.number
    assert send_all(ledger) == MAILS
    frozen = reading(objects, clock, plan)
    sent = reading(objects, clock, ledger._log.number) - frozen
    for spent, touches, what in (
        (frozen, MAILS * (PAST + 1), "people and planned touches"),
        (sent, 2 * MAILS, f"claims and settles by {SLOTS}"),
    ):
        print(f"  fold, {what:32} {touches / spent:10,.0f}/s  (budget 50 000/s; processor time)")


def reading(objects: MemoryObjects, clock: FixedClock, last: int) -> float:
    """Processor seconds to read the entries up to one, without snaps; the best of three."""
    log = MemoryObjects(clock)
    log.objects = {
        key: data
        for key, data in objects.objects.items()
        if not key.startswith("snap/") and (not key.startswith("log/") or int(key[4:]) <= last)
    }
    spent = []
    for _ in range(3):
        start = time.process_time()
        ledger = a_ledger((), objects=log, clock=clock)
        spent.append(time.process_time() - start)
        ledger.close()
        log.objects = {key: data for key, data in log.objects.items() if not key.startswith("snap/")}
    return min(spent)


def main() -> None:
    """Print the figures with their budgets."""
    on_moto()
    fold()


if __name__ == "__main__":
    main()
