"""The soak: senders killed with -9 again and again while SES loses answers, and a count of who got what.

    python tests/soak/soak.py [--people 1500] [--kills 100] [--seed 1] [--lost 0.0]

Each sender is a child of this process that sends until it is killed some tenths of a second later; SES and its queue
are processes of their own and live on. Afterwards a sender runs undisturbed, feedback is drained, and the books of
SES are held against those of the ledger. Beside it the loop that everybody writes first, under the same kills.
"""

from __future__ import annotations

import argparse
import os
import random
import signal
import sys
import tempfile
import time
import traceback
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from soak import naive
from soak.mails import message, people, rows
from soak.places import SET, Places, places

#: Calls at once: what one kill may leave unknown.
SLOTS = 4
LEDGER = "test"
#: Seconds until a child that starts warm has sent its first mail.
START = 0.12
#: Parts of all calls: 15 % of them fail, most of them after the mail has left.
FAULTS = {"reset": 0.04, "error": 0.03, "garbage": 0.03, "throttle": 0.02, "lost": 0.02, "hang": 0.01}

#: Every other call takes its time, as a real one does: else a quick machine is through before the first kill.
SLOW = {"slow": 0.5}


@dataclass(frozen=True, kw_only=True)
class Found:
    """What became of everybody."""

    people: int
    kills: int
    #: People who got more than one mail, and who got none.
    twice: int
    unserved: int
    #: Of them on no list of the ledger.
    unlisted: int
    #: Touches that the ledger lists as unproven at the end.
    listed: int
    #: Calls that SES saw.
    calls: int
    seconds: float

    @property
    def holds(self) -> bool:
        """Nobody twice, and whoever got nothing is listed: a handful a kill, and the calls that SES lost unread."""
        most = self.kills * SLOTS + self.people * FAULTS["lost"] * 2
        return not (self.twice or self.unlisted) and self.listed <= most

    def line(self, name: str) -> str:
        """For people."""
        return (
            f"{name:<8} {self.people} people, {self.kills} kills, {self.calls} calls: {self.twice} twice, "
            f"{self.unserved} unserved, {self.unlisted} of them unlisted, {self.listed} listed; {self.seconds:.0f} s"
        )


def child(work: Callable[[], None]) -> int:
    """Run `work` in a child that starts warm; its process id."""
    pid = os.fork()
    if pid:
        return pid
    try:
        work()
    except BaseException:  # noqa: BLE001 - the child has its own end
        traceback.print_exc()
        os._exit(1)
    os._exit(0)


def until_killed(work: Callable[[], None], seconds: float) -> bool:
    """Run `work`, kill it with -9 after so many seconds; False where it had ended before."""
    pid = child(work)
    time.sleep(seconds)
    ended, _ = os.waitpid(pid, os.WNOHANG)
    if ended:
        return False
    os.kill(pid, signal.SIGKILL)
    os.waitpid(pid, 0)
    return True


def tick(url: str, where: Places, *, alike: int = 10_000) -> None:
    """One run of the real send loop over the real transport and store."""
    from datetime import UTC, datetime

    from topmind import delivery
    from topmind.aws.ses import SesTransport
    from topmind.delivery import Order
    from topmind.run.clock import SystemClock

    clock = SystemClock()
    ledger = opened(url)
    carrier = SesTransport(
        configuration_set=SET,
        clock=clock,
        make=lambda: where.client("sesv2", max_pool_connections=SLOTS, parameter_validation=False),
    )
    order = Order(
        owner=os.urandom(8).hex(),
        as_of=datetime.now(UTC).date(),
        now=clock.now,
        slots=SLOTS,
        at_once=True,
        alike=alike,
        tries=50,
    )
    delivery.send(ledger, carrier, message, order)
    ledger.close()


def opened(url: str):  # type: ignore[no-untyped-def]
    """The ledger of the soak."""
    from topmind.ledger import open_ledger
    from topmind.run.clock import SystemClock

    return open_ledger(url, root=Path(), clock=SystemClock(), ledger_id=LEDGER)


def drained(url: str, where: Places) -> None:
    """Everything that SES has to say is in the ledger, and what is silent is unresolved or unknown."""
    from datetime import timedelta

    from topmind import feedback
    from topmind.aws.queue import FeedbackQueue
    from topmind.run.clock import SystemClock

    where.ask("flush", {})
    ledger = opened(url)
    queue = FeedbackQueue(where.client("sqs", read_timeout=30), where.queue, receivers=1)
    feedback.drain(
        queue, ledger, lambda _: (), keep=lambda _: None, clock=SystemClock(), budget=timedelta(minutes=5)
    )
    ledger.close()


def play(folder: Path, where: Places, *, number: int, kills: int, seed: int) -> Found:
    """Kill senders until `kills` of them died, then let one finish; feedback is drained now and then."""
    from topmind.testing.sending import a_person, freeze, hashes

    url = f"sqlite:///{folder}/ledger.db"
    names = people(number)
    ledger = opened(url)
    ledger.sync_people([a_person(name) for name in names], hashes)
    freeze(ledger, *rows(names))
    ledger.close()
    draw, began, died = random.Random(seed), time.monotonic(), 0
    while died < kills:
        if not until_killed(lambda: tick(url, where), START + draw.random() * number / kills / 100):
            break
        died += 1
        if died % 20 == 0:
            drained(url, where)
    for _ in range(2):
        _wait(child(lambda: tick(url, where)))
        drained(url, where)
    ledger = opened(url)
    keys = {row.key.wire(LEDGER): row for row in rows(names)}
    got = where.touches()
    listed = {one.touch_hex for one in ledger.unproven()}
    ledger.close()
    unserved = keys.keys() - got.keys()
    return Found(
        people=number,
        kills=died,
        twice=sum(times > 1 for touch, times in got.items() if touch in keys),
        unserved=len(unserved),
        unlisted=len(unserved - listed),
        listed=len(listed),
        calls=where.ask("calls.json")["calls"],
        seconds=time.monotonic() - began,
    )


def play_naive(folder: Path, where: Places, *, number: int, kills: int, seed: int) -> Found:
    """The same kills for the loop that everybody writes first, with boto3's own retries."""
    names = people(number)
    draw, began, died = random.Random(seed), time.monotonic(), 0

    def work() -> None:
        naive.send_all(folder / "naive.db", where.client("sesv2", retries={"mode": "legacy"}), names)

    while died < kills and until_killed(work, START + draw.random() * number / kills / 100):
        died += 1
    _wait(child(work))
    got = where.touches()
    return Found(
        people=number,
        kills=died,
        twice=sum(got.get(name, 0) > 1 for name in names),
        unserved=sum(name not in got for name in names),
        unlisted=0,
        listed=0,
        calls=where.ask("calls.json")["calls"],
        seconds=time.monotonic() - began,
    )


def _wait(pid: int) -> None:
    _, status = os.waitpid(pid, 0)
    assert os.waitstatus_to_exitcode(status) == 0, "a sender that nobody killed failed"


def warm() -> None:
    """Import what a sender needs, so that a child begins to send at once."""
    import boto3

    from topmind import delivery, feedback
    from topmind.aws import queue, ses

    assert all((boto3, delivery, feedback, queue, ses))


def main() -> int:
    """Play and print; exit 1 where a guarantee is broken."""
    options = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    options.add_argument("--people", type=int, default=1500)
    options.add_argument("--kills", type=int, default=100)
    options.add_argument("--seed", type=int, default=int(time.time()))
    options.add_argument("--lost", type=float, default=0.0, help="part of the events that never come")
    chosen = options.parse_args()
    print(
        f"seed {chosen.seed}, {SLOTS} slots, faults {FAULTS}, 10 % of the events doubled, {chosen.lost:.0%} lost"
    )
    warm()
    script = {
        "faults": {"seed": chosen.seed, "shares": FAULTS | SLOW, "seconds": 0.03},
        "feedback": {"seed": chosen.seed, "doubled": 0.1, "reordered": 0.1, "lost": chosen.lost},
    }
    wanted = {"number": chosen.people, "kills": chosen.kills, "seed": chosen.seed}
    with tempfile.TemporaryDirectory() as name, places(Path(name), script=script, seed=chosen.seed) as where:
        ours = play(Path(name), where, **wanted)
        print(ours.line("topmind"))
        where.ask("reset", {})
        where.ask("script", script)
        print(play_naive(Path(name), where, **wanted).line("naive"))
    return int(not ours.holds)


if __name__ == "__main__":
    sys.exit(main())
