"""`topmind send --workers N` and `--shard K/N` on a real PostgreSQL, as whole programs: everybody once, whoever dies."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from small_company import a_company
from topmind.links import KeyRing

pytestmark = pytest.mark.postgres
#: Enough that a run can be caught in its middle.
PEOPLE = 240


@dataclass
class Clone:
    """A checkout of the company; what it shares with others is the ledger and the keys."""

    root: Path
    environ: dict[str, str]

    def start(self, *arguments: str) -> subprocess.Popen[str]:
        """A command as a process of its own."""
        return subprocess.Popen(
            [sys.executable, "-m", "topmind", "-C", str(self.root), *arguments],
            env=os.environ | self.environ,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def send(self, *arguments: str) -> dict[str, Any]:
        """The counts of one run that ends well."""
        process = self.start("send", "--json", *arguments)
        out, error = process.communicate()
        assert process.returncode == 0, error
        found: dict[str, Any] = json.loads(out)
        return found

    def mails(self) -> Counter[str]:
        """Touch → how many mails of it left."""
        return Counter(path.name.partition("-")[0] for path in (self.root / "var/outbox").glob("*.eml"))


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The company with its site built."""
    root = a_company(tmp_path_factory.mktemp("workers") / "company", people=PEOPLE)
    done = subprocess.run(
        [sys.executable, "-m", "topmind", "-C", str(root), "build", "--no-search"], check=False
    )
    assert done.returncode == 0
    return root


@pytest.fixture
def clone(built: Path, tmp_path: Path, postgres_url: str) -> Callable[[str], Clone]:
    """Makes fresh clones that share the ledger."""
    keys = KeyRing.load_or_create(tmp_path / "keys.json")
    assert keys.check_value
    environ = {"TOPMIND_LEDGER": postgres_url, "TOPMIND_KEYS": (tmp_path / "keys.json").read_text("utf-8")}
    return lambda name: Clone(Path(shutil.copytree(built, tmp_path / name, symlinks=True)), environ)


def everybody_once(counts: dict[str, Any], *clones: Clone) -> None:
    """One customer of yesterday gets the thank-you instead of the letter, which expires for them."""
    left: Counter[str] = sum((one.mails() for one in clones), Counter())
    assert (len(left), max(left.values())) == (PEOPLE, 1)
    assert counts["planned"] == counts["accepted"] + counts["expired"] == PEOPLE + 1
    assert (counts["waiting"], counts["unknown"]) == (0, 0)


def test_the_second_clone_sends_nothing(clone: Callable[[str], Clone]) -> None:
    """Two fresh clones that share only the ledger: what the first one sent, the second one knows."""
    first, second = clone("first"), clone("second")
    assert first.send()["sent_now"] == PEOPLE
    counts = second.send()
    assert counts["sent_now"] == 0
    everybody_once(counts, first, second)


def test_three_workers(clone: Callable[[str], Clone]) -> None:
    """Three processes of one run: everybody once, one sum; a second run has nothing to do."""
    one = clone("one")
    counts = one.send("--workers", "3")
    assert counts["sent_now"] == PEOPLE
    everybody_once(counts, one)
    assert one.send("--workers", "3")["sent_now"] == 0


def test_two_shards_at_once(clone: Callable[[str], Clone]) -> None:
    """Two machines, each with its part of all people, started at the same moment."""
    clones = clone("first"), clone("second")
    processes = [one.start("send", "--json", "--shard", f"{n}/2") for n, one in enumerate(clones, 1)]
    said = [process.communicate() for process in processes]
    assert [process.returncode for process in processes] == [0, 0], said
    sent = [json.loads(out)["sent_now"] for out, _ in said]
    assert sum(sent) == PEOPLE
    assert sent == [sum(one.mails().values()) for one in clones] == [PEOPLE // 2] * 2
    everybody_once(clones[0].send(), *clones)


def workers_of(process: subprocess.Popen[str]) -> list[int]:
    """Processes that it started to send."""
    found = []
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            parent = int(stat.read_text("utf-8").rpartition(")")[2].split()[1])
            line = (stat.parent / "cmdline").read_text("utf-8")
        except OSError:
            continue
        if parent == process.pid and "spawn_main" in line:
            found.append(int(stat.parent.name))
    return found


def alive(pid: int) -> bool:
    """Whether this process runs; a dead one that nobody has buried does not."""
    try:
        return Path(f"/proc/{pid}/stat").read_text("utf-8").rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def until(what: Callable[[], Any], process: subprocess.Popen[str]) -> Any:
    """Wait for it while the process lives."""
    while process.poll() is None:
        if found := what():
            return found
        time.sleep(0.005)
    return what()


def in_the_middle(one: Clone, *arguments: str) -> subprocess.Popen[str]:
    """A run of three workers of which some mails have left."""
    process = one.start("send", "--json", "--workers", "3", *arguments)
    until(lambda: one.mails().total() >= 3, process)
    return process


def ends(process: subprocess.Popen[str], codes: Sequence[int]) -> None:
    """With one of these exit codes, no traceback, and none of its workers left."""
    _, error = process.communicate(timeout=120)
    assert process.returncode in codes, error
    assert "Traceback" not in error


def test_a_worker_that_is_killed(clone: Callable[[str], Clone]) -> None:
    """The others go on, what it had in hand is proven by its files or listed, and nobody gets two."""
    one = clone("one")
    process = in_the_middle(one)
    killed, *_ = workers_of(process)
    os.kill(killed, signal.SIGKILL)
    ends(process, [0, 1])
    counts, left = one.send(), one.mails()
    assert max(left.values()) == 1
    # claimed and not yet written when the kill came: nobody can know, so it is listed, at most its four slots
    assert counts["unknown"] == PEOPLE - len(left) <= 4
    assert counts["planned"] == counts["accepted"] + counts["expired"] + counts["unknown"] == PEOPLE + 1
    assert counts["waiting"] == 0


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_all_of_them(clone: Callable[[str], Clone], number: signal.Signals) -> None:
    """What was in hand is settled or given back; the next run sends the rest."""
    one = clone("one")
    process = in_the_middle(one)
    started = workers_of(process)
    process.send_signal(number)
    ends(process, [128 + number])
    assert len(started) == 3
    assert not any(map(alive, started))
    counts = one.send()
    everybody_once(counts, one)


def test_the_one_that_started_them_is_killed(clone: Callable[[str], Clone]) -> None:
    """Its workers see it and stop; nothing goes twice, and the next run sends the rest."""
    one = clone("one")
    process = in_the_middle(one)
    started = workers_of(process)
    process.kill()
    process.communicate()
    assert started
    while any(map(alive, started)):
        time.sleep(0.01)
    counts = one.send()
    everybody_once(counts, one)


def test_no_password_is_said(clone: Callable[[str], Clone]) -> None:
    """A ledger that does not answer: exit code 1, one sentence, nothing of the address's secret."""
    one = clone("one")
    one.environ["TOPMIND_LEDGER"] = "postgresql://ann:hunter2@127.0.0.1:1/topmind"
    for command in (["--debug", "send", "--workers", "2"], ["stop", "all"], ["plan"]):
        process = one.start(*command)
        out, error = process.communicate()
        assert process.returncode == 1, command
        assert "the server cannot be reached" in error, command
        assert "hunter2" not in out + error, command


def test_one_sender_at_a_time_on_sqlite(clone: Callable[[str], Clone]) -> None:
    """Exit code 3, the reason, and what to do; nothing was mailed."""
    one = clone("one")
    one.environ["TOPMIND_LEDGER"] = "sqlite:///var/ledger.db"
    for option in (["--workers", "2"], ["--shard", "1/2"]):
        process = one.start("send", *option)
        _, error = process.communicate()
        assert process.returncode == 3
        assert "one sender at a time" in error
        assert "PostgreSQL" in error
    assert one.mails() == Counter()
