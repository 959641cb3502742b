"""A policy is played: senders die one after the other, the last one lives, feedback is drained, everybody is counted."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

from soak import naive
from soak.found import Found
from soak.killing import Deaths, Work, to_the_end
from soak.mails import people, rows
from soak.places import Places
from soak.senders import Office

#: Parts of all calls: 15 % of them fail, most of them after the mail has left.
FAULTS = {"reset": 0.04, "error": 0.03, "garbage": 0.03, "throttle": 0.02, "lost": 0.02, "hang": 0.01}
#: Every other call takes its time, as a real one does, and so many seconds: deaths find calls under way.
SLOW, SECONDS = {"slow": 0.5}, 0.06
#: So long must silence last before it means something, and a little more.
HOURS = timedelta(hours=7)
#: So often a run that ended early (its canary was not taken) is begun again.
TRIES = 20
#: After so many deaths feedback is drained, and a line says how far it is.
DRAIN = 20

#: Takes a line for people.
Says = Callable[[str], None]


def play(office: Office, policy: str, *, number: int, deaths: Deaths, says: Says) -> Found:
    """Kill senders until enough of them died, then let one finish; feedback is drained now and then."""
    from topmind.testing.sending import a_person, freeze, hashes

    names = people(number)
    ledger = office.opened()
    ledger.sync_people([a_person(name) for name in names], hashes)
    freeze(ledger, *rows(names))
    ledger.close()
    began = time.monotonic()
    _kill(office.tick, office.left, deaths, says, then=office.drained)
    _finish(office)
    says(f"nobody waits; {len(office.unproven())} are listed")
    if policy != "default":
        _send_again(office, careless=policy == "careless")
    keys = {row.key.wire(office.name) for row in rows(names)}
    got = office.where.touches()
    twice = {touch for touch in keys if got.get(touch, 0) > 1}
    unserved, listed, announced = keys - got.keys(), office.unproven(), office.announced()
    return Found(
        policy=policy,
        people=number,
        wanted=deaths.wanted,
        kills=deaths.sending,
        opening=deaths.opening,
        twice=len(twice),
        unannounced=len(twice - announced),
        announced=len(announced),
        unserved=len(unserved),
        unlisted=len(unserved - listed),
        listed=len(listed),
        calls=office.where.ask("calls.json")["calls"],
        seconds=round(time.monotonic() - began),
    )


def _kill(
    work: Work, left: Callable[[], int], deaths: Deaths, says: Says, *, then: Callable[[], None]
) -> None:
    """One sender after the other, until enough died while they sent, or nobody is left to send to."""
    while deaths.missing and deaths.missed < TRIES and (waiting := left()):
        if deaths.one(work, waiting) and deaths.every % DRAIN == 0:
            says(f"{deaths.sending} of {deaths.wanted} kills, {waiting} people wait")
            then()


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


def play_naive(folder: Path, where: Places, *, number: int, deaths: Deaths, says: Says) -> Found:
    """The same deaths for the loop that everybody writes first, with boto3's own retries."""
    names = people(number)
    began, database = time.monotonic(), folder / "naive.db"

    def work(told: Callable[[], None]) -> None:
        naive.send_all(database, where.client("sesv2", told=told, retries={"mode": "legacy"}), names)

    _kill(work, lambda: number - naive.done(database), deaths, says, then=lambda: None)
    to_the_end(work)
    got = where.touches()
    twice = sum(got.get(name, 0) > 1 for name in names)
    unserved = sum(name not in got for name in names)
    return Found(
        policy="naive",
        people=number,
        wanted=deaths.wanted,
        kills=deaths.sending,
        opening=deaths.opening,
        twice=twice,
        unannounced=twice,
        unserved=unserved,
        unlisted=unserved,
        calls=where.ask("calls.json")["calls"],
        seconds=round(time.monotonic() - began),
    )


def script(policy: str, seed: int, lost: float) -> dict[str, Any]:
    """What goes wrong under a policy; `lost`: part of the events that never comes, where feedback is sick."""
    lost = lost if policy in {"lossy", "careless"} else 0.0
    return {
        "faults": {"seed": seed, "shares": FAULTS | SLOW, "seconds": SECONDS},
        "feedback": {"seed": seed, "doubled": 0.1, "reordered": 0.1, "lost": lost},
    }
