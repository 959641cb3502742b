"""A short soak: senders killed with -9 while SES loses answers; `make soak` plays the long one."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

SOAK = Path(__file__).parents[1] / "soak" / "soak.py"


def test_nobody_twice_and_whoever_got_nothing_is_listed() -> None:
    """Six kills, 15 % faults, doubled and reordered feedback; the loop that everybody writes first doubles mails."""
    done = subprocess.run(
        [sys.executable, SOAK, "--people", "80", "--kills", "6", "--seed", "5"],
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    ours, naive = (
        {name: int(count) for count, name in re.findall(r"(\d+) (people|kills|twice|unserved)", line)}
        for line in done.stdout.splitlines()
        if line.startswith(("topmind", "naive"))
    )
    assert ours["twice"] == 0
    assert ours["kills"] >= 2, "too few kills to prove anything"
    assert naive["twice"] > 0, "faults that double no mail prove nothing"
