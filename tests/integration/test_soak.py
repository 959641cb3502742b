"""Short soaks: senders killed with -9 while SES loses answers; `make soak` plays the long ones."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

SOAK = Path(__file__).parents[1] / "soak" / "soak.py"
WORDS = "people|kills|twice|unannounced|announced|unserved|unlisted|listed"


def played(*options: str) -> dict[str, dict[str, int]]:
    """Policy → its figures; every promise of theirs held."""
    done = subprocess.run(
        [sys.executable, SOAK, "--people", "80", "--kills", "6", "--seed", "5", *options],
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    found = {
        line.split()[0]: {name: int(count) for count, name in re.findall(rf"(\d+) ({WORDS})\b", line)}
        for line in done.stdout.splitlines()[1:]
    }
    assert all(figures["kills"] >= 2 for figures in found.values()), "too few kills to prove anything"
    return found


def test_nobody_twice_and_whoever_got_nothing_is_listed() -> None:
    """Six kills, 15 % faults, doubled and reordered feedback; the loop that everybody writes first doubles mails."""
    found = played("--only", "default", "naive")
    assert (found["default"]["twice"], found["default"]["unlisted"]) == (0, 0)
    assert found["naive"]["twice"] > 0, "faults that double no mail prove nothing"


def test_with_every_event_heard_resend_serves_everybody_once() -> None:
    """`on_unknown: resend`: what feedback proves is not sent again, what it is silent of is; nobody twice, nobody
    without, nothing left to list."""
    found = played("--only", "resend")["resend"]
    assert (found["twice"], found["unserved"], found["listed"]) == (0, 0, 0)
    assert found["announced"] > 0, "nothing was sent again: this proves nothing"


def test_where_events_are_lost_only_the_announced_come_twice() -> None:
    """Silence is taken for proof although most events never came: some have it twice, and the ledger names each."""
    found = played("--only", "careless", "--lost", "0.6")["careless"]
    assert found["twice"] > 0, "nobody has it twice: this proves nothing"
    assert (found["unannounced"], found["unlisted"]) == (0, 0)
    assert found["announced"] >= found["twice"]
