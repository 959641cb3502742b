"""The soak: senders killed with -9 again and again while SES loses answers, and a count of who got what.

    python tests/soak/soak.py [--people 1500] [--kills 100] [--seed 1] [--only default resend …]

Each sender is a child of this process that sends until it is killed, some calls after it began; SES and its queue
are processes of their own and live on. Afterwards a sender runs undisturbed, feedback is drained, and the books of
SES are held against those of the ledger. It is played once for each policy:

    default    unproven mails are listed, never sent again
    resend     `on_unknown: resend`, and every event comes: what is unresolved goes once more, hours later
    lossy      the same, and a fifth of the events never comes
    careless   the same, and somebody takes each silence for proof, although feedback is plainly sick
    naive      the loop that everybody writes first, with boto3's own retries

A run in which fewer senders died than were to proves too little, and fails.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from soak.found import Found, table
from soak.killing import Deaths, warm
from soak.places import places
from soak.playing import FAULTS, play, play_naive, script
from soak.senders import SLOTS, Office

POLICIES = ("default", "resend", "lossy", "careless", "naive")


def options() -> argparse.Namespace:
    """Of the command line."""
    found = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    found.add_argument("--people", type=int, default=1500)
    found.add_argument("--kills", type=int, default=100, help="senders that die while they send")
    found.add_argument("--seed", type=int, default=int(time.time()))
    found.add_argument(
        "--lost", type=float, default=0.2, help="part of the events that never comes (lossy, careless)"
    )
    found.add_argument("--only", nargs="+", choices=POLICIES, default=POLICIES, help="these policies")
    return found.parse_args()


def played(chosen: argparse.Namespace) -> list[Found]:
    """Each policy, one after the other; lines about how far it is go to stderr."""
    found = []
    with tempfile.TemporaryDirectory() as name, places(seed=chosen.seed) as where:
        for policy in chosen.only:
            where.ask("reset", {})
            where.ask("script", script(policy, chosen.seed, chosen.lost))
            deaths = Deaths(chosen.kills, chosen.seed)

            def says(line: str, policy: str = policy) -> None:
                print(f"{policy}: {line}", file=sys.stderr, flush=True)

            if policy == "naive":
                found.append(play_naive(Path(name), where, number=chosen.people, deaths=deaths, says=says))
            else:
                office = Office(where, Path(name), name=policy, canary=policy != "default")
                found.append(play(office, policy, number=chosen.people, deaths=deaths, says=says))
    return found


def main() -> int:
    """Play and print; exit 1 where a guarantee is broken, or too few died to prove it."""
    chosen = options()
    print(
        f"seed {chosen.seed}, {SLOTS} slots, faults {FAULTS}, 10 % of the events doubled, {chosen.lost:.0%} of them lost"
        " where feedback is sick",
        flush=True,
    )
    warm()
    everything = played(chosen)
    print(table(everything))
    problems = [problem for one in everything for problem in one.problems]
    for problem in problems:
        print(problem, file=sys.stderr)
    return int(bool(problems))


if __name__ == "__main__":
    sys.exit(main())
