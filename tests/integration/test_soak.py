"""Short soaks: senders killed with -9 while SES loses answers; `make soak` plays the long ones."""

from __future__ import annotations

import itertools
import subprocess
import sys
from pathlib import Path

import pytest

from soak.found import Found

SOAK = Path(__file__).parents[1] / "soak" / "soak.py"


@pytest.fixture(scope="module")
def found() -> dict[str, dict[str, int]]:
    """Policy → its figures; every promise of theirs held, and so many senders died while they sent.

    Twenty people for each: also where the machine is busy and a death comes late, some are left for the last one.
    """
    policies = ["default", "resend", "careless", "naive"]
    options = {"--people": "80", "--kills": "4", "--seed": "5", "--lost": "0.6"}
    done = subprocess.run(
        [sys.executable, SOAK, *itertools.chain(*options.items()), "--only", *policies],
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    _seed, heads, *rows = (line.split() for line in done.stdout.splitlines())
    found = {row[0]: dict(zip(heads[1:-1], map(int, row[1:]), strict=False)) for row in rows}
    assert [figures["kills"] for figures in found.values()] == [4, 4, 4, 4]
    return found


def a_run(policy: str = "default", **over: int) -> Found:
    """One in which all went well."""
    figures = {
        "people": 80,
        "wanted": 6,
        "kills": 6,
        "opening": 1,
        "twice": 0,
        "unserved": 3 * (policy != "resend"),
        "listed": 3 * (policy != "resend"),
        "calls": 80,
        "seconds": 5,
    }
    return Found(policy=policy, **(figures | over))


@pytest.mark.parametrize("policy", ["default", "resend", "lossy", "careless", "naive"])
def test_a_run_with_too_few_deaths_fails(policy: str) -> None:
    """Whatever came out of it: it proves too little."""
    assert a_run(policy).problems == []
    (problem,) = a_run(policy, kills=5).problems
    assert "only 5 of 6 senders died while they sent" in problem


@pytest.mark.parametrize(
    ("policy", "wrong"),
    [
        ("default", {"twice": 1}),
        ("default", {"unlisted": 1}),
        ("default", {"listed": 4}),
        ("default", {"listed": 29, "unserved": 29}),
        ("resend", {"twice": 1, "announced": 1}),
        ("resend", {"unserved": 1}),
        ("resend", {"listed": 1}),
        ("lossy", {"twice": 1, "unannounced": 1}),
        ("careless", {"unlisted": 1}),
    ],
)
def test_a_broken_promise_fails(policy: str, wrong: dict[str, int]) -> None:
    """One person is enough; a list that is longer than what the deaths explain, too."""
    found = a_run(policy, **wrong)
    assert len(found.problems) == 1
    assert found.held == "NO"


def test_nobody_twice_and_whoever_got_nothing_is_listed(found: dict[str, dict[str, int]]) -> None:
    """Four kills, 15 % faults, doubled and reordered feedback; the loop that everybody writes first doubles mails."""
    default = found["default"]
    assert (default["twice"], default["unlisted"]) == (0, 0)
    assert default["listed"] > 0, "nothing was lost: this proves nothing"
    assert found["naive"]["twice"] > 0, "faults that double no mail prove nothing"


def test_with_every_event_heard_resend_serves_everybody_once(found: dict[str, dict[str, int]]) -> None:
    """`on_unknown: resend`: what feedback proves is not sent again, what it is silent of is; nobody twice, nobody
    without, nothing left to list."""
    resend = found["resend"]
    assert (resend["twice"], resend["unserved"], resend["listed"]) == (0, 0, 0)
    assert resend["announced"] > 0, "nothing was sent again: this proves nothing"


def test_where_events_are_lost_only_the_announced_come_twice(found: dict[str, dict[str, int]]) -> None:
    """Silence is taken for proof although most events never came: some have it twice, and the ledger names each."""
    careless = found["careless"]
    assert careless["twice"] > 0, "nobody has it twice: this proves nothing"
    assert (careless["unannounced"], careless["unlisted"]) == (0, 0)
    assert careless["announced"] >= careless["twice"]
