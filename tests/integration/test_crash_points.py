"""Guarantee 5: a run may die before or after every write and every call, again and again; nobody gets a mail twice,
and whoever cannot be proven served is listed."""

from __future__ import annotations

import itertools
import os
import signal
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path

import pytest

from topmind.delivery import Outbox, SendReport, send
from topmind.ledger import Counts, FolderInbox, InboxEntry, Ledger, open_ledger
from topmind.testing.builders import TODAY
from topmind.testing.clock import FixedClock
from topmind.testing.faults import Died, FaultyTransport, Fuse, faulty_ledger
from topmind.testing.sending import a_message, a_person, a_row, a_task, an_order, hashes

CONTACTS = [f"c{n:04d}" for n in range(7)]
#: Opted out before the first run, in a file that the run has to fold.
SAID_NO = "c0004"


class Project:
    """One ledger file, one outbox, one inbox, and a clock; every process opens them anew."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.clock = FixedClock()
        self.outbox = Outbox(root / "var/outbox")
        self.inbox = FolderInbox(root / "var/inbox")
        self.runs = 0
        self.inbox.put(InboxEntry(kind="opt_out", contact=SAID_NO, at=self.clock.now()))

    def open(self) -> Ledger:
        """As a fresh process does."""
        return open_ledger(
            "sqlite:///var/ledger.db", root=self.root, clock=self.clock, ledger_id="test", busy=0.2
        )

    def tick(self, fuse: Fuse, *, evidence: bool = False) -> SendReport | None:
        """One whole run: people, inbox, plan, send; None where it died. A death leaves no clean-up."""
        self.runs += 1
        real = self.open()
        ledger = faulty_ledger(real, fuse)
        try:
            ledger.sync_people([a_person(contact) for contact in CONTACTS], hashes)
            rows = [*(a_row(contact) for contact in CONTACTS), a_task()]
            ledger.freeze(rows, plan="plan", head=ledger.head())
            return send(
                ledger,
                FaultyTransport(self.outbox, fuse),
                a_message,
                an_order(self.clock, f"run-{self.runs}", slots=3),
                inbox=self.inbox,
                evidence=self.outbox.proof if evidence else None,
            )
        except Died:
            return None
        finally:
            real.close()

    def files(self) -> Counter[str]:
        """Touch → how many mails of it left."""
        return Counter(path.name.split("-")[0] for path in self.outbox.folder.glob("*.eml"))


def check_sums(counts: Counts) -> None:
    """Guarantee 4, word by word."""
    parts = (
        counts.accepted + counts.refused + counts.skipped + counts.expired + counts.unknown + counts.waiting
    )
    assert counts.planned == parts, counts


def check_promises(project: Project, report: SendReport) -> None:
    """No file twice; the sum holds; who has no file is listed; who has one is accepted or listed."""
    files = project.files()
    assert all(number == 1 for number in files.values()), f"sent twice: {files}"
    check_sums(report.counts)
    assert report.counts.planned == len(CONTACTS)
    assert report.counts.waiting == 0
    listed = {one.touch_hex for one in report.unproven}
    assert len(listed) == report.counts.unknown
    everybody = {a_row(contact).key.wire("test") for contact in CONTACTS if contact != SAID_NO}
    assert everybody - set(files) <= listed, "somebody was lost in silence"
    assert set(files) <= everybody, "somebody who had opted out got a mail"
    assert (report.counts.skipped, project.inbox.pending()) == (1, ())
    assert report.counts.accepted == len(everybody - listed)
    assert everybody - listed <= set(files), "accepted without a mail"


def deaths() -> Iterator[int]:
    """Every step of a run, as many as there are."""
    return itertools.count()


@pytest.mark.parametrize("evidence", [False, True], ids=["without proof", "the outbox proves"])
def test_a_run_may_die_at_every_step(tmp_path: Path, evidence: bool) -> None:
    """For each step: die there, run again; nothing twice, nothing unlisted, at most one group unknown."""
    for number in deaths():
        project = Project(tmp_path / str(number))
        fuse = Fuse(number)
        died = project.tick(fuse) is None
        report = project.tick(Fuse(-1), evidence=evidence)
        assert report is not None, fuse.blown
        check_promises(project, report)
        assert report.counts.unknown <= 3, fuse.blown
        again = project.tick(Fuse(-1), evidence=evidence)
        assert again is not None
        assert asdict(again.counts) == asdict(report.counts) | {"sent_now": 0}
        if not died:
            assert report.counts.accepted == len(CONTACTS) - 1
            break
    assert number > 20, "the sweep has hardly any steps: does the fuse still see the writes?"


def test_the_outbox_proves_what_left(tmp_path: Path) -> None:
    """Killed right after a mail left, the next run finds its file and counts it as accepted."""
    for number in deaths():
        project = Project(tmp_path / str(number))
        fuse = Fuse(number)
        if project.tick(fuse) is not None:
            break
        if fuse.blown != "after transport.send":
            continue
        report = project.tick(Fuse(-1), evidence=True)
        assert report is not None
        files = project.files()
        assert not {one.touch_hex for one in report.unproven} & set(files)


def test_two_deaths_in_a_row(tmp_path: Path) -> None:
    """A run that dies, a second that dies while it cleans up, a third that ends: still nothing twice."""
    for first, second in itertools.product(range(6, 22, 3), range(0, 14, 2)):
        project = Project(tmp_path / f"{first}-{second}")
        project.tick(Fuse(first))
        project.tick(Fuse(second))
        report = project.tick(Fuse(-1))
        assert report is not None
        check_promises(project, report)


def test_a_lease_ends_by_the_clock_where_no_lock_tells(tmp_path: Path) -> None:
    """On a store that cannot prove a death, the dead run's claims wait for their lease, then are unknown."""
    project = Project(tmp_path)
    ledger = project.open()
    ledger.sync_people([a_person(contact) for contact in CONTACTS], hashes)
    ledger.freeze([a_row(contact) for contact in CONTACTS], plan="plan", head=ledger.head())
    claims = ledger.claim(owner="run-1", limit=3, now=project.clock.now())
    assert (ledger.counts(TODAY).waiting, ledger.sweep()) == (7, 0)
    project.clock.advance(seconds=121)
    assert (ledger.counts(TODAY).waiting, ledger.counts(TODAY).unknown) == (4, 3)
    assert ledger.sweep() == 3
    again = ledger.claim(owner="run-2", limit=10, now=project.clock.now())
    assert {claim.touch_hex for claim in again}.isdisjoint({claim.touch_hex for claim in claims})
    ledger.close()


# -- real processes ----------------------------------------------------------------------------------------

CHILD = """
import sys, time
from pathlib import Path
from topmind.delivery import Outbox, send
from topmind.errors import TopmindError
from topmind.ledger import open_ledger
from topmind.run.clock import SystemClock
from topmind.testing.sending import a_message, an_order

root, owner, pause = Path(sys.argv[1]), sys.argv[2], float(sys.argv[3])
clock = SystemClock()
try:
    ledger = open_ledger("sqlite:///var/ledger.db", root=root, clock=clock, ledger_id="test")
    order = an_order(clock, owner, slots=3, now=lambda: NOW)
    def build(claim):
        time.sleep(pause)
        print(claim.touch_hex, flush=True)
        return a_message(claim)
    report = send(ledger, Outbox(root / "var/outbox"), build, order)
except TopmindError as error:
    print(error, file=sys.stderr)
    sys.exit(error.exit_code)
sys.exit(report.exit_code)
""".replace("NOW", "__import__('datetime').datetime(2026, 12, 1, 15, 7, tzinfo=__import__('datetime').UTC)")

MANY = [f"c{n:04d}" for n in range(60)]


def planned(root: Path) -> None:
    """A ledger with 60 planned touches."""
    ledger = open_ledger("sqlite:///var/ledger.db", root=root, clock=FixedClock(), ledger_id="test")
    ledger.sync_people([a_person(contact) for contact in MANY], hashes)
    ledger.freeze([a_row(contact) for contact in MANY], plan="plan", head=ledger.head())
    ledger.close()


def start(root: Path, owner: str, pause: float) -> subprocess.Popen[str]:
    """A send in a process of its own."""
    return subprocess.Popen(
        [sys.executable, "-c", CHILD, str(root), owner, str(pause)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


@pytest.mark.skipif(os.name == "nt", reason="SIGKILL is POSIX")
def test_kill_nine(tmp_path: Path) -> None:
    """Killed with -9 four times in the middle, the fifth run ends: no file twice, unserved ⊆ listed."""
    planned(tmp_path)
    kills = 0
    for number in range(4):
        child = start(tmp_path, f"run-{number}", 0.01)
        assert child.stdout is not None
        for _ in range(5 + number):
            child.stdout.readline()
        child.send_signal(signal.SIGKILL)
        child.communicate()
        kills += child.returncode == -signal.SIGKILL
    assert kills == 4
    last = start(tmp_path, "last", 0)
    last.communicate(timeout=60)
    assert last.returncode == 1, "listed unknowns are a problem to look at"
    files = Counter(path.name.split("-")[0] for path in (tmp_path / "var/outbox").glob("*.eml"))
    assert max(files.values()) == 1
    ledger = open_ledger("sqlite:///var/ledger.db", root=tmp_path, clock=FixedClock(), ledger_id="test")
    counts, listed = ledger.counts(TODAY), {one.touch_hex for one in ledger.unproven()}
    ledger.close()
    check_sums(counts)
    assert (counts.planned, counts.waiting) == (60, 0)
    everybody = {a_row(contact).key.wire("test") for contact in MANY}
    assert everybody - set(files) <= listed
    assert 0 < len(listed) <= kills * 3, "at most one group per kill"


def test_a_second_send_at_the_same_time(tmp_path: Path) -> None:
    """Two processes at once: the second one is told who sends and ends with 3; nothing leaves twice."""
    planned(tmp_path)
    first = start(tmp_path, "first", 0.03)
    assert first.stdout is not None
    first.stdout.readline()
    second = start(tmp_path, "second", 0)
    _, says = second.communicate(timeout=60)
    assert second.returncode == 3
    assert "another run is sending: send in a test" in says
    first.communicate(timeout=60)
    assert first.returncode == 0
    assert len(list((tmp_path / "var/outbox").glob("*.eml"))) == 60


def test_opt_out_between_two_mails(tmp_path: Path) -> None:
    """Somebody who opts out while the run is sending does not get the next mail, even if it is claimed."""
    project = Project(tmp_path)
    ledger = project.open()
    ledger.sync_people([a_person(contact) for contact in CONTACTS], hashes)
    ledger.freeze([a_row(contact) for contact in CONTACTS], plan="plan", head=ledger.head())

    def settled(claim: object, outcome: object) -> None:
        if len(project.files()) == 1:
            entry = InboxEntry(kind="opt_out", contact="c0001", at=project.clock.now())
            project.inbox.put(entry)

    report = send(
        ledger,
        project.outbox,
        a_message,
        an_order(project.clock, slots=3),
        inbox=project.inbox,
        settled=settled,
    )
    assert a_row("c0001").key.wire("test") not in project.files()
    assert (report.counts.accepted, report.counts.skipped) == (5, 2)
    assert project.inbox.pending() == ()
    ledger.close()


def test_a_full_disk(tmp_path: Path) -> None:
    """Where the outbox cannot grow the run stops, says why, and everybody unserved waits; later all is sent."""
    planned(tmp_path)
    limited = (
        "import resource, runpy, sys; resource.setrlimit(resource.RLIMIT_FSIZE, (30, 30));"
        "from topmind.delivery import Outbox; from topmind.testing.sending import *;"
        "from types import SimpleNamespace as N; from datetime import datetime, UTC, date; from pathlib import Path;"
        "from topmind.model import TouchKey, Channel;"
        "m = a_message(N(key=a_key(), touch_hex='ab', attempt=1, address='x', fence=datetime.now(UTC)));"
        "print(Outbox(Path(sys.argv[1]) / 'var/outbox').send(m))"
    )
    done = subprocess.run(
        [sys.executable, "-B", "-c", limited, str(tmp_path)], capture_output=True, text=True, check=True
    )
    assert "RETRY" in done.stdout
    assert "stop=True" in done.stdout
    assert "the disk is full or failing (EFBIG)" in done.stdout
    assert list((tmp_path / "var/outbox").iterdir()) == [], "half a mail is left lying"
    child = start(tmp_path, "later", 0)
    child.communicate(timeout=60)
    assert child.returncode == 0
    assert len(list((tmp_path / "var/outbox").glob("*.eml"))) == 60


def test_interrupted(tmp_path: Path) -> None:
    """Ctrl-C in the middle: what is in hand is finished, the rest waits, exit 130; the next run sends the rest."""
    planned(tmp_path)
    code = CHILD.replace(
        'report = send(ledger, Outbox(root / "var/outbox"), build, order)',
        "from topmind.delivery import stop_signals\n"
        "    with stop_signals() as stopping:\n"
        "        report = send(ledger, Outbox(root / 'var/outbox'), build, order, stopping=stopping)",
    )
    child = subprocess.Popen(
        [sys.executable, "-c", code, str(tmp_path), "first", "0.02"], stdout=subprocess.PIPE, text=True
    )
    assert child.stdout is not None
    for _ in range(7):
        child.stdout.readline()
    child.send_signal(signal.SIGINT)
    child.communicate(timeout=30)
    assert child.returncode == 130
    ledger = open_ledger("sqlite:///var/ledger.db", root=tmp_path, clock=FixedClock(), ledger_id="test")
    counts = ledger.counts(TODAY)
    ledger.close()
    assert counts.unknown == 0
    assert 0 < counts.accepted < 60
    assert counts.waiting == 60 - counts.accepted
    last = start(tmp_path, "last", 0)
    last.communicate(timeout=60)
    assert last.returncode == 0
    assert len(list((tmp_path / "var/outbox").glob("*.eml"))) == 60
