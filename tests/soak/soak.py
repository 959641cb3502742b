"""The soak: senders killed with -9 again and again while SES loses answers, and a count of who got what.

    python tests/soak/soak.py [--people 1500] [--kills 100] [--seed 1] [--only default resend …]

Each sender is a child of this process that sends until it is killed some tenths of a second later; SES and its queue
are processes of their own and live on. Afterwards a sender runs undisturbed, feedback is drained, and the books of
SES are held against those of the ledger. It is played once for each policy:

    default    unproven mails are listed, never sent again
    resend     `on_unknown: resend`, and every event comes: what is unresolved goes once more, hours later
    lossy      the same, and a fifth of the events never comes
    careless   the same, and somebody takes each silence for proof, although feedback is plainly sick
    naive      the loop that everybody writes first, with boto3's own retries
"""

from __future__ import annotations

import argparse
import random
import sys
import tempfile
import time
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[1]))

from soak import naive
from soak.killing import to_the_end, until_killed, warm
from soak.mails import people, rows
from soak.places import Places, places
from soak.senders import SLOTS, Office

#: Seconds until a child that starts warm has sent its first mail.
START = 0.12
#: Parts of all calls: 15 % of them fail, most of them after the mail has left.
FAULTS = {"reset": 0.04, "error": 0.03, "garbage": 0.03, "throttle": 0.02, "lost": 0.02, "hang": 0.01}
#: Every other call takes its time, as a real one does: else a quick machine is through before the first kill.
SLOW = {"slow": 0.5}
#: So long must silence last before it means something, and a little more.
HOURS = timedelta(hours=7)
#: So often a run that ended early (its canary was not taken) is begun again.
TRIES = 20


@dataclass(frozen=True, kw_only=True)
class Found:
    """What became of everybody."""

    policy: str
    people: int
    kills: int
    #: People who got more than one mail, and those of them of whom the ledger does not say that it may be so.
    twice: int
    unannounced: int = 0
    #: Of how many it says so.
    announced: int = 0
    #: People who got none, and those of them on no list of the ledger.
    unserved: int
    unlisted: int = 0
    #: Touches that the ledger lists as unproven at the end.
    listed: int = 0
    #: Calls that SES saw.
    calls: int
    seconds: float

    @property
    def holds(self) -> bool:
        """What the policy promises. A kill leaves a handful, and SES loses some calls unread: so many may be listed."""
        most = self.kills * SLOTS + self.people * FAULTS["lost"] * 2
        match self.policy:
            case "naive":
                return True
            case "default":
                # every event was heard, so whoever is listed got nothing
                return not (self.twice or self.unlisted) and self.listed == self.unserved <= most
            case "resend":
                return not (self.twice or self.unserved or self.listed)
            case _:
                return not (self.unannounced or self.unlisted) and self.listed <= most

    def line(self) -> str:
        """For people."""
        return (
            f"{self.policy:<8} {self.people} people, {self.kills} kills, {self.calls} calls: {self.twice} twice, "
            f"{self.unannounced} unannounced, {self.announced} announced, {self.unserved} unserved, "
            f"{self.unlisted} unlisted, {self.listed} listed; {self.seconds:.0f} s"
        )


def play(office: Office, policy: str, *, number: int, kills: int, seed: int) -> Found:
    """Kill senders until `kills` of them died, then let one finish; feedback is drained now and then."""
    from topmind.testing.sending import a_person, freeze, hashes

    names = people(number)
    ledger = office.opened()
    ledger.sync_people([a_person(name) for name in names], hashes)
    freeze(ledger, *rows(names))
    ledger.close()
    began, died = time.monotonic(), 0
    draw, rests = random.Random(seed), 0
    while died < kills and rests < TRIES:
        if until_killed(office.tick, START + draw.random() * number / kills / 100):
            died, rests = died + 1, 0
            if died % 20 == 0:
                office.drained()
        elif office.left():
            rests += 1
        else:
            break
    _finish(office)
    if policy != "default":
        _send_again(office, careless=policy == "careless")
    keys = {row.key.wire(office.name) for row in rows(names)}
    got = office.where.touches()
    twice = {touch for touch in keys if got.get(touch, 0) > 1}
    unserved, listed, announced = keys - got.keys(), office.unproven(), office.announced()
    return Found(
        policy=policy,
        people=number,
        kills=died,
        twice=len(twice),
        unannounced=len(twice - announced),
        announced=len(announced),
        unserved=len(unserved),
        unlisted=len(unserved - listed),
        listed=len(listed),
        calls=office.where.ask("calls.json")["calls"],
        seconds=time.monotonic() - began,
    )


def _finish(office: Office) -> None:
    """Undisturbed runs until nothing waits; everything that is said of them is heard."""
    for _ in range(TRIES):
        to_the_end(office.tick)
        office.drained()
        if not office.left():
            break


def _send_again(office: Office, *, careless: bool) -> None:
    """Hours later SES is calm, and a run sends what is unresolved once more; hours later silence is judged again."""
    office.clock.by += HOURS
    office.drained()
    if careless:
        office.give_up()
    office.again()
    office.where.ask("script", {"faults": {}})
    _finish(office)
    office.clock.by += HOURS
    office.drained()


def play_naive(folder: Path, where: Places, *, number: int, kills: int, seed: int) -> Found:
    """The same kills for the loop that everybody writes first, with boto3's own retries."""
    names = people(number)
    draw, began, died = random.Random(seed), time.monotonic(), 0

    def work() -> None:
        naive.send_all(folder / "naive.db", where.client("sesv2", retries={"mode": "legacy"}), names)

    while died < kills and until_killed(work, START + draw.random() * number / kills / 100):
        died += 1
    to_the_end(work)
    got = where.touches()
    twice = sum(got.get(name, 0) > 1 for name in names)
    return Found(
        policy="naive",
        people=number,
        kills=died,
        twice=twice,
        unannounced=twice,
        unserved=sum(name not in got for name in names),
        unlisted=sum(name not in got for name in names),
        calls=where.ask("calls.json")["calls"],
        seconds=time.monotonic() - began,
    )


def script(policy: str, seed: int, lost: float) -> dict[str, Any]:
    """What goes wrong under a policy; `lost`: part of the events that never comes, where feedback is sick."""
    lost = lost if policy in {"lossy", "careless"} else 0.0
    return {
        "faults": {"seed": seed, "shares": FAULTS | SLOW, "seconds": 0.03},
        "feedback": {"seed": seed, "doubled": 0.1, "reordered": 0.1, "lost": lost},
    }


POLICIES = ("default", "resend", "lossy", "careless", "naive")


def main() -> int:
    """Play and print; exit 1 where a guarantee is broken."""
    options = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    options.add_argument("--people", type=int, default=1500)
    options.add_argument("--kills", type=int, default=100)
    options.add_argument("--seed", type=int, default=int(time.time()))
    options.add_argument(
        "--lost", type=float, default=0.2, help="part of the events that never comes (lossy, careless)"
    )
    options.add_argument("--only", nargs="+", choices=POLICIES, default=POLICIES, help="these policies")
    chosen = options.parse_args()
    print(
        f"seed {chosen.seed}, {SLOTS} slots, faults {FAULTS}, 10 % of the events doubled, {chosen.lost:.0%} of them lost"
        " where feedback is sick",
        flush=True,
    )
    warm()
    wanted = {"number": chosen.people, "kills": chosen.kills, "seed": chosen.seed}
    held = True
    with tempfile.TemporaryDirectory() as name, places(seed=chosen.seed) as where:
        for policy in chosen.only:
            where.ask("reset", {})
            where.ask("script", script(policy, chosen.seed, chosen.lost))
            if policy == "naive":
                found = play_naive(Path(name), where, **wanted)
            else:
                office = Office(where, Path(name), name=policy, canary=policy != "default")
                found = play(office, policy, **wanted)
            print(found.line(), flush=True)
            held &= found.holds
    return int(not held)


if __name__ == "__main__":
    sys.exit(main())
