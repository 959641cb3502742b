"""What disks, other processes, signals, rights and environments do to a run: told in a sentence, nothing half-written."""

from __future__ import annotations

import ctypes
import json
import os
import resource
import shutil
import signal
import socket
import sqlite3
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from played import Desk, litter
from small_company import CONF, FILES, PEOPLE
from topmind.delivery.outbox import Outbox

pytestmark = pytest.mark.skipif(os.name == "nt", reason="signals, limits and rights of POSIX")

LEDGER = "var/ledger.db"


#: On such a disk CPython 3.11 renames a compiled file that it could write in part only: then no command starts any more.
AS_COMPILED = {"PYTHONDONTWRITEBYTECODE": "1"}


def limit(size: int) -> Callable[[], None]:
    """A disk that takes files of `size` bytes at most: the closest thing to a full one that needs no rights."""

    def apply() -> None:
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)  # so that a write fails, as on a full disk
        resource.setrlimit(resource.RLIMIT_FSIZE, (size, size))

    return apply


def no_rights() -> None:
    """Root ignores the rights of files; without these two capabilities it does not."""
    libc = ctypes.CDLL(None, use_errno=True)
    for capability in (1, 2):  # CAP_DAC_OVERRIDE, CAP_DAC_READ_SEARCH
        libc.prctl(24, capability, 0, 0, 0)  # PR_CAPBSET_DROP


def read_only(folder: Path) -> None:
    """Take the right to write from a folder and all below it."""
    for path in [folder, *folder.rglob("*")]:
        path.chmod(0o555 if path.is_dir() else 0o444)


@pytest.fixture
def tidy(desk: Desk) -> Any:
    """Give the rights back afterwards, so that the folder can be removed."""
    yield
    for path in [desk.root, *desk.root.rglob("*")]:
        if not path.is_symlink():
            path.chmod(0o755 if path.is_dir() else 0o644)


@pytest.fixture(autouse=True)
def _as_shipped(monkeypatch: pytest.MonkeyPatch) -> None:
    """What a project's file made of the outbox in this process is gone when the test is."""
    monkeypatch.setattr(Outbox, "_write", Outbox._write)


def slow(desk: Desk, seconds: float = 0.05) -> None:
    """Make each mail take a while: a filter of the sending machine, by the file that every project has."""
    desk.write(
        {
            "pelicanconf.py": f"{CONF}\nimport time\nfrom topmind.delivery.outbox import Outbox\n"
            "_write = Outbox._write\n"
            "def _slowly(self, name, raw):\n"
            f"    time.sleep({seconds})\n"
            "    return _write(self, name, raw)\n"
            "if Outbox._write.__name__ != '_slowly': Outbox._write = _slowly\n"
        }
    )


def held(desk: Desk, mails: int) -> Path:
    """Make the sending wait where so many have left, until the returned file is there: however slow the machine is."""
    go = desk.root / "var" / "go"
    desk.write(
        {
            "pelicanconf.py": f"{CONF}\nimport time\nfrom pathlib import Path\n"
            "from topmind.delivery.outbox import Outbox\n"
            "_write = Outbox._write\n"
            "def _held(self, name, raw):\n"
            f"    while len(list(self.folder.glob('*.eml'))) >= {mails} and not Path({str(go)!r}).exists():\n"
            "        time.sleep(0.02)\n"
            "    return _write(self, name, raw)\n"
            "if Outbox._write.__name__ != '_held': Outbox._write = _held\n"
        }
    )
    return go


def wait_for(mails: int, desk: Desk) -> None:
    """Until so many have left."""
    for _ in range(3_000):
        if len(desk.mails()) >= mails:
            return
        time.sleep(0.02)
    raise AssertionError("nothing is being sent")


# --- the disk ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("size", [0, 2_000, 200_000])
def test_a_full_disk_while_sending(desk: Desk, size: int) -> None:
    """Whatever cannot be written any more: exit 1 and a word about the disk; with room again, everybody gets theirs once."""
    before = desk.mails()
    said = desk.run("send", preexec_fn=limit(size), env=AS_COMPILED)
    assert said.code == 1, said
    assert "disk" in said.text or "room" in said.text or "File too large" in said.text, said
    assert not litter(desk.root)
    again = desk.type("send", "--json")
    assert again.code == 0, again.text
    counts = json.loads(again.out)
    assert (counts["accepted"], counts["unknown"]) == (PEOPLE, 0)
    assert len(set(desk.mails()) - set(before)) == PEOPLE


@pytest.mark.parametrize("size", [0, 5_000])
def test_a_full_disk_while_building(desk: Desk, size: int) -> None:
    """The last good site stays, byte for byte; no folder of a half-built one is left."""
    before = desk.left()
    said = desk.run("build", "--no-search", preexec_fn=limit(size), env=AS_COMPILED)
    assert said.code == 1, said
    assert "File too large" in said.err or "disk" in said.err, said
    assert desk.left() == before
    assert not litter(desk.root)


def test_a_full_disk_while_starting(tmp_path: Path) -> None:
    """`init` says so; what it wrote is whole."""
    desk = Desk(tmp_path / "new")
    desk.root.mkdir()
    said = desk.run("init", "--sample", preexec_fn=limit(3_000), env=AS_COMPILED)
    assert said.code == 1
    assert "File too large" in said.err
    assert not litter(desk.root)


def test_output_that_nobody_can_take(desk: Desk) -> None:
    """Standard output on a full device: exit 1, one sentence; the mails that left are in the ledger."""
    with Path("/dev/full").open("w") as full:
        said = desk.run("send", stdout=full)
    assert said.code == 1
    assert "No space left on device" in said.err
    assert json.loads(desk.type("send", "--json").out)["sent_now"] == 0


# --- rights -----------------------------------------------------------------------------------------------


def test_a_project_that_cannot_be_written(desk: Desk, tidy: None) -> None:
    """A read-only checkout: told which file, exit 1, nobody mailed."""
    before = desk.left()
    read_only(desk.root)
    for command in (["send"], ["plan"], ["build", "--no-search"], ["stop"], ["new", "tip", "One"]):
        said = desk.run(*command, preexec_fn=no_rights)
        if command != ["plan"]:
            assert said.code == 1, (command, said)
        assert said.code in {0, 1}, (command, said)
        assert said.code == 0 or "ermission denied" in said.err or "write" in said.err, (command, said)
    assert desk.left() == before


def test_var_that_cannot_be_used(desk: Desk) -> None:
    """A file in the place of the folder."""
    shutil.rmtree(desk.root / "var")
    desk.write({"var": "a file"})
    for command, code in {
        "send": 1,
        "plan": 1,
        "segments": 1,
        "stop": 2,
    }.items():  # stop: no ledger can be there
        said = desk.type(command)
        assert said.code == code, (command, said)
        assert "var" in said.err, (command, said)
    assert desk.type("check").code in {0, 1}


def test_an_outbox_that_cannot_be_used(desk: Desk) -> None:
    """Nothing leaves, everybody waits; the next run sends all."""
    kept = desk.root / "var" / "kept"
    (desk.root / "var" / "outbox").rename(kept)
    desk.write({"var/outbox": "a file"})
    said = desk.type("send")
    assert said.code == 1
    assert "the outbox cannot be written" in said.out
    (desk.root / "var" / "outbox").unlink()
    kept.rename(desk.root / "var" / "outbox")
    assert desk.type("send").code == 0
    assert len(desk.mails()) == 2 * PEOPLE


def test_a_file_that_may_not_be_read(desk: Desk, tidy: None) -> None:
    """Its name, and why."""
    (desk.root / "content" / "tips" / "moss.md").chmod(0)
    said = desk.run("send", preexec_fn=no_rights)
    assert said.code == 1
    assert "content/tips/moss.md: error: cannot be read: Permission denied" in said.err


def test_a_folder_of_work_that_is_gone(desk: Desk, tmp_path: Path) -> None:
    """The shell stands in a folder that was removed, or that may not be written: the project is another one."""
    gone = tmp_path / "gone"
    gone.mkdir()
    script = f"cd {gone} && rmdir {gone} && exec {sys.executable} -m topmind -C {desk.root} plan"
    done = subprocess.run(["sh", "-c", script], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    done = subprocess.run(
        ["sh", "-c", script.replace(f"-C {desk.root} ", "")], capture_output=True, text=True, check=False
    )
    assert done.returncode in {1, 2}
    assert "Traceback" not in done.stderr


# --- other processes --------------------------------------------------------------------------------------


def test_a_ledger_that_another_program_writes(desk: Desk) -> None:
    """A database browser holds it: exit 3, who to look for, nobody mailed; afterwards all goes."""
    before = desk.mails()
    with closing(sqlite3.connect(desk.root / LEDGER, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        said = desk.run("send")
        assert said.code == 3, said
        assert "var/ledger.db: another program has been writing to the ledger" in said.err
        assert "Wait for it, or close the program" in said.err
        assert desk.mails() == before
        assert desk.type("plan").code == 0, "who only reads need not wait"
    assert desk.type("send").code == 0


def test_a_second_send_at_the_same_time(desk: Desk) -> None:
    """The second one learns who sends, ends with 3 and sends nothing; the first one's mails all leave once."""
    before = len(desk.mails())
    go = held(desk, before + 3)
    first = desk.start("send")
    wait_for(before + 3, desk)
    second = desk.run("send")
    assert second.code == 3, second
    assert f"another run is sending: send on {socket.gethostname()}, process {first.pid}" in second.err
    assert desk.type("plan").code == 0
    go.touch()
    _, err = first.communicate(timeout=60)
    assert first.returncode == 0, err
    assert len(desk.mails()) == 2 * PEOPLE


def test_a_stop_while_sending(desk: Desk) -> None:
    """Another terminal stops it: at most one more handful leaves, the rest waits; `resume` lets it go."""
    slow(desk)
    first = desk.start("send")
    wait_for(PEOPLE + 3, desk)
    assert desk.type("stop").code == 0
    at_stop = len(desk.mails())
    first.communicate(timeout=60)
    assert len(desk.mails()) <= at_stop + 10
    assert desk.type("send").code == 0
    assert len(desk.mails()) <= at_stop + 10
    assert desk.type("resume", "all").code == 0
    assert desk.type("send").code == 0
    assert len(desk.mails()) == 2 * PEOPLE


def test_two_builds_at_the_same_time(desk: Desk) -> None:
    """One of them may lose, with a sentence; the site is whole."""
    both = [desk.start("build", "--no-search") for _ in range(2)]
    codes = []
    for child in both:
        _, err = child.communicate(timeout=60)
        codes.append(child.returncode)
        assert child.returncode == 0 or "another build is writing this site" in err
    assert 0 in codes
    assert (desk.root / "output" / "tips" / "moss" / "index.html").is_file()
    assert not litter(desk.root)


@pytest.mark.parametrize(("name", "code"), [("SIGINT", 130), ("SIGTERM", 143)])
def test_interrupted_while_sending(desk: Desk, name: str, code: int) -> None:
    """The mail in hand is finished, the rest waits and is counted; the next run sends it, nobody twice."""
    slow(desk)
    first = desk.start("send")
    wait_for(PEOPLE + 5, desk)
    first.send_signal(getattr(signal, name))
    out, err = first.communicate(timeout=30)
    assert first.returncode == code, (out, err)
    assert "Traceback" not in err
    sent = len(desk.mails()) - PEOPLE
    assert 0 < sent < PEOPLE
    assert f"{PEOPLE - sent} waiting" in out
    assert not litter(desk.root)
    again = json.loads(desk.type("send", "--json").out)
    assert (again["sent_now"], again["unknown"]) == (PEOPLE - sent, 0)
    assert len(desk.mails()) == 2 * PEOPLE


@pytest.mark.parametrize("name", ["SIGINT", "SIGTERM"])
@pytest.mark.parametrize("command", ["build", "plan"])
def test_interrupted_before_anything_is_sent(desk: Desk, command: str, name: str) -> None:
    """At any moment of a command that only reads or builds: 130 or 143, no traceback, everything as before."""
    before = desk.left()
    code = 128 + getattr(signal, name)
    started, go_on = desk.root / "started", desk.root.parent / "go-on"
    waits = f"while not os.path.exists({str(go_on)!r}): time.sleep(0.01)"
    desk.write({"pelicanconf.py": f"{CONF}\nimport os, time\nopen({str(started)!r}, 'w').close()\n{waits}\n"})
    codes = []
    for later in (False, True):
        child = desk.start(command)
        while not started.exists():
            time.sleep(0.01)
        if later:
            go_on.touch()
            time.sleep(0.3)
        child.send_signal(getattr(signal, name))
        _, err = child.communicate(timeout=30)
        assert "Traceback" not in err, err
        codes.append(child.returncode)
        started.unlink()
        # whoever was through before the signal came has built
        assert not child.returncode or desk.left() | {"pelicanconf.py": ""} == before | {"pelicanconf.py": ""}
        assert not litter(desk.root)
    assert codes[0] == code
    assert codes[1] in {0, code}


@pytest.mark.parametrize("name", ["SIGINT", "SIGTERM"])
def test_interrupted_before_the_ledger_is_open(desk: Desk, name: str) -> None:
    """Whoever presses Ctrl-C while a send still reads files is told that nobody was mailed."""
    before = desk.left()
    started = desk.root / "started"
    text = f"{CONF}\nimport time\nopen({str(started)!r}, 'w').close()\ntime.sleep(20)\n"
    desk.write({"pelicanconf.py": text})
    child = desk.start("send")
    while not started.exists():
        time.sleep(0.01)
    child.send_signal(getattr(signal, name))
    out, err = child.communicate(timeout=15)
    assert (child.returncode, out) == (128 + getattr(signal, name), "")
    assert err.split("\n")[0] == "Stopped before anything was sent."
    started.unlink()
    assert desk.left() | {"pelicanconf.py": ""} == before | {"pelicanconf.py": ""}


@pytest.mark.parametrize("name", ["SIGINT", "SIGTERM"])
def test_a_second_signal_ends_a_send_at_once(desk: Desk, name: str) -> None:
    """In the middle of a call: it does not wait, and says what the next run does."""
    held(desk, PEOPLE + 5)
    first = desk.start("send")
    wait_for(PEOPLE + 5, desk)
    for _ in range(2):
        first.send_signal(getattr(signal, name))
        time.sleep(0.3)
    _, err = first.communicate(timeout=15)
    assert first.returncode == 128 + getattr(signal, name)
    assert err.startswith("Stopped in the middle of it: the next run settles")


def test_killed_while_sending(desk: Desk) -> None:
    """Kill -9: whatever is not proven is found by its file or listed; nobody gets two."""
    slow(desk)
    first = desk.start("send")
    wait_for(PEOPLE + 5, desk)
    first.kill()
    first.communicate(timeout=30)
    said = desk.type("send", "--json")
    counts = json.loads(said.out)
    assert said.code == int(bool(counts["unknown"]))
    assert counts["accepted"] + counts["unknown"] == PEOPLE
    assert len(desk.mails()) == PEOPLE + counts["accepted"]
    assert len({name.split("-")[0] for name in desk.mails()}) == len(desk.mails())


# --- the ledger -------------------------------------------------------------------------------------------


def damaged(path: Path) -> None:
    """Overwrite the middle of every page but the first."""
    data = bytearray(path.read_bytes())
    for start in range(4096, len(data) - 2048, 4096):
        data[start + 8 : start + 2048] = os.urandom(2040)
    path.write_bytes(data)


@pytest.mark.parametrize(
    "harm",
    [
        lambda path: path.write_bytes(b"this is no database at all, but a note of somebody\n" * 200),
        lambda path: path.write_bytes(path.read_bytes()[: path.stat().st_size // 2]),
        damaged,
        lambda path: path.write_bytes(b""),
    ],
    ids=["a text", "half of it", "random bytes", "empty"],
)
def test_a_damaged_ledger(desk: Desk, harm: Callable[[Path], None]) -> None:
    """Refused by every command that needs it; never thrown away, for then everybody would be mailed again."""
    path = desk.root / LEDGER
    with closing(sqlite3.connect(path)) as db:
        db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    harm(path)
    mails, raw = desk.mails(), path.read_bytes()
    for command in ("send", "plan", "why", "report", "stop"):
        said = desk.type(command, *(["c002"] if command == "why" else []))
        assert said.code in {1, 3}, (command, said)
        assert LEDGER in said.err, (command, said)
        assert "Do not delete it" in said.err, (command, said)
    assert desk.mails() == mails
    assert path.read_bytes() == raw


def test_a_database_of_another_program(desk: Desk) -> None:
    """TOPMIND_LEDGER names a browser's history: refused, and nothing is written into it."""
    path = desk.root / "var" / "other.db"
    with closing(sqlite3.connect(path)) as db:
        db.execute("CREATE TABLE visits (url TEXT)")
    raw = path.read_bytes()
    said = Desk(desk.root, {"TOPMIND_LEDGER": "sqlite:///var/other.db"}).type("send")
    assert said.code == 1
    assert "var/other.db: this is a database of another program" in said.err
    assert path.read_bytes() == raw


def test_a_ledger_of_somebody_else(desk: Desk) -> None:
    """Another project's: refused with both names, exit 3."""
    desk.write({"pelicanconf.py": CONF.replace('"alder"', '"birch"')})
    for command in ("send", "plan", "stop"):
        said = desk.type(command)
        assert said.code == 3
        assert "this ledger is 'alder', but pelicanconf.py pins 'birch'" in said.err
    assert len(desk.mails()) == PEOPLE


def test_a_ledger_of_a_later_version(desk: Desk) -> None:
    """A newer topmind wrote it: told to update, not misread."""
    with closing(sqlite3.connect(desk.root / LEDGER, isolation_level=None)) as db:
        db.execute("PRAGMA user_version=999")
    said = desk.type("send")
    assert said.code == 1
    assert "Update topmind" in said.err


def test_a_key_ring_that_is_gone(desk: Desk) -> None:
    """Deleted after a send: refused, and no new one is made; a stop needs no keys."""
    kept = (desk.root / "var" / "keys.json").read_bytes()
    (desk.root / "var" / "keys.json").unlink()
    before = desk.left()
    for command in ("send", "plan", "report"):
        said = desk.type(command)
        assert said.code == 3, said
        assert "var/keys.json: the key ring that this ledger was written with is gone" in said.err
    assert desk.left() == before
    assert desk.type("stop").code == 0
    assert desk.type("resume", "all").code == 0
    desk.write({"var/keys.json": kept})
    assert desk.type("send").code == 0


# --- the environment --------------------------------------------------------------------------------------

RING = json.dumps({name: ["x" * 43] for name in ("links", "addresses", "coupons")})

#: Environment → exit code of `send`, and what it says.
ENVIRONMENTS: dict[str, tuple[dict[str, str], int, str]] = {
    "another transport": ({"TOPMIND_TRANSPORT": "smtp"}, 1, "Use outbox, memory or ses"),
    "ses without keys": ({"TOPMIND_TRANSPORT": "ses"}, 1, "TOPMIND_KEYS is not set"),
    "keys that are a pasted secret": ({"TOPMIND_KEYS": "canary-secret"}, 1, "TOPMIND_KEYS: "),
    "keys that are no JSON": ({"TOPMIND_KEYS": '{"canary": '}, 1, "the key ring is no JSON"),
    "keys of a wrong shape": ({"TOPMIND_KEYS": '{"links": "canary"}'}, 1, "TOPMIND_KEYS: "),
    "keys that are short": ({"TOPMIND_KEYS": RING.replace("x" * 43, "canary")}, 1, "shorter than 32"),
    "other keys": ({"TOPMIND_KEYS": RING}, 3, "not the one this ledger was written with"),
    "links to nowhere": ({"TOPMIND_LIVE_URL": "canary"}, 1, "TOPMIND_LIVE_URL is no web address"),
    "a ledger not known yet": (
        {"TOPMIND_LEDGER": "mysql://canary:canary@db/x"},
        1,
        "no ledger at 'mysql'",
    ),
    "a server that nobody reaches": (
        {"TOPMIND_LEDGER": "postgresql://canary:canary@127.0.0.1:9/x"},
        1,
        "the server cannot be reached",
    ),
    "a ledger that is a folder": ({"TOPMIND_LEDGER": "sqlite:///content"}, 1, "content: "),
    "a ledger that is a text": ({"TOPMIND_LEDGER": "sqlite:///content/company.md"}, 1, "Do not delete it"),
    "contacts that are nowhere": ({"TOPMIND_CONTACTS": "/nowhere"}, 0, "TOPMIND_CONTACTS"),
    "contacts at a web address": (
        {"TOPMIND_CONTACTS": "https://canary:canary@example.com/x"},
        1,
        "comes from a web address, which is not read",
    ),
    "a bucket that nobody reaches": (
        {
            "TOPMIND_CONTACTS": "s3://bucket",
            "AWS_ENDPOINT_URL": "http://127.0.0.1:9",
            "AWS_ACCESS_KEY_ID": "canary",
            "AWS_SECRET_ACCESS_KEY": "canary",
            "AWS_DEFAULT_REGION": "us-east-1",
        },
        0,
        "the bucket cannot be asked (EndpointConnectionError).",
    ),
    "a database that nobody reaches": (
        {"TOPMIND_CONTACTS": "postgresql://canary:canary@127.0.0.1:9/x"},
        0,
        "does not answer, or not to this user and password. THE LAST GOOD ONE IS USED (80 rows).",
    ),
}


@pytest.mark.parametrize("name", ENVIRONMENTS)
def test_an_environment_that_is_wrong(desk: Desk, name: str) -> None:
    """Told by the variable's name, never by a secret in it; nobody mailed."""
    environ, code, says = ENVIRONMENTS[name]
    before = desk.left()
    said = Desk(desk.root, environ).type("send")
    assert said.code == code, said.text
    assert says in said.text
    if code:
        assert desk.left() == before


def test_variables_that_nobody_filled(desk: Desk) -> None:
    """Hosted runners pass unset ones as empty texts: they count as unset."""
    names = (
        "LEDGER",
        "CONTACTS",
        "KEYS",
        "TRANSPORT",
        "LIVE_URL",
        "SES_CONFIGURATION_SET",
        "SITE_BUCKET",
        "AS_OF",
    )
    said = Desk(desk.root, {f"TOPMIND_{name}": "" for name in names}).type("send")
    assert said.code == 0, said.text
    assert len(desk.mails()) == 2 * PEOPLE


@pytest.mark.parametrize("live", [[], ["--live"]])
def test_real_mail_goes_today_only(desk: Desk, live: list[str]) -> None:
    """Without --live it plans and prints what would stop it; with it, another day than today is refused: nobody is
    mailed."""
    environ = {
        "TOPMIND_TRANSPORT": "ses",
        "TOPMIND_KEYS": (desk.root / "var" / "keys.json").read_text("utf-8"),
        "TOPMIND_LIVE_URL": "https://mail.alder.example",
    }
    before = desk.left()
    said = Desk(desk.root, environ).type("send", *live)
    assert said.code == (3 if live else 1), said.text
    assert ("real mail goes today" in said.text) == bool(live)
    assert ("only written into an outbox" in said.text) == (not live)
    assert desk.left() == before


@pytest.mark.parametrize(
    "day",
    [
        "tomorrow",
        "2026-13-01",
        "12/1/2026",
        "2026-12-01T09:30",
        "0001-01-01",
        "9999-12-31",
        "20261201",
        "'; --",
        "-1",
    ],
)
def test_a_day_that_is_none(desk: Desk, day: str) -> None:
    """Usage: exit 2, the right spelling beside it."""
    before = desk.left()
    for command in ("send", "plan", "build", "segments"):
        said = desk.type(command, f"--as-of={day}")
        assert said.code == 2, said.text
        assert "--as-of" in said.err
    assert desk.left() == before


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["sendd"], "topmind send"),
        (["send", "--plan"], "argument"),
        (["send", "--plan", "deadbeef"], "the plan is"),
        (["send", "--as", "c001"], "--test"),
        (["send", "--test", "not an address"], "address"),
        (["stop", "wal"], "Did you mean wall?"),
        (["resume", "wall"], "not stopped"),
        (["approve", "nonsense"], "no plan hash"),
        (["why", "nobody"], "nobody in the ledger"),
        (["segments", "show", "custmers"], 'Did you mean "customers"?'),
        (["new", "tipp", "One"], "tip"),
        (["plan", "--days", "0"], "--days"),
        (["demo", "--contacts", "3"], "--contacts"),
        (["-C", "/nowhere", "send"], "/nowhere"),
    ],
)
def test_a_command_line_that_is_off(desk: Desk, arguments: list[str], says: str) -> None:
    """Exit 2 (3 where the plan is another one), what was meant, nothing done."""
    before = desk.left()
    said = desk.type(*arguments)
    assert said.code == (3 if "deadbeef" in arguments else 2), said.text
    assert says in said.text
    assert desk.left() == before


def test_no_project_here(tmp_path: Path) -> None:
    """An empty folder, or one without pelicanconf.py: what to do, and nothing is written."""
    desk = Desk(tmp_path)
    for command in ("check", "build", "plan", "send", "segments", "report", "stop", "demo", "preview"):
        said = desk.type(command)
        assert said.code == 1, (command, said)
        assert "topmind init" in said.err
    assert list(tmp_path.iterdir()) == []


def test_a_demo_leaves_real_contacts_alone(desk: Desk) -> None:
    """The office's export lies where the demo writes: refused, exit 3."""
    before = desk.left()
    said = desk.type("demo")
    assert said.code == 3
    assert "that the demo did not make up" in said.err
    assert desk.left() == before


def test_a_port_that_is_taken(desk: Desk) -> None:
    """Exit 2 and another number to try."""
    with closing(socket.create_server(("127.0.0.1", 0))) as other:
        port = other.getsockname()[1]
        said = desk.run("preview", "--port", str(port))
    assert said.code == 2, said
    assert f"127.0.0.1:{port} is taken" in said.err
    assert "--port" in said.err


def test_the_desk_ends_at_once(desk: Desk) -> None:
    """Ctrl-C with a page open and a plan in the making: nobody waits for either."""
    started = desk.root / "started"
    planning = "threading.current_thread().name == 'live-reload-warm'"
    wait = f"    open({str(started)!r}, 'w').close()\n    time.sleep(120)\n"
    desk.write({"pelicanconf.py": f"{CONF}\nimport threading, time\nif {planning}:\n{wait}"})
    with closing(socket.create_server(("127.0.0.1", 0))) as other:
        port = other.getsockname()[1]
    child = desk.start("preview", "--port", str(port))
    try:
        while not started.exists():
            assert child.poll() is None
            time.sleep(0.01)
        with closing(patiently(f"http://127.0.0.1:{port}/desk/changes")) as stream:
            assert b'"trouble": ""' in stream.readline()
            child.send_signal(signal.SIGINT)
            _, err = child.communicate(timeout=30)
    finally:
        child.kill()
    assert (child.returncode, err.strip()) == (130, "Interrupted.")


def patiently(url: str) -> Any:
    """An answer of a server that is just beginning."""
    while True:
        try:
            return urllib.request.urlopen(url)
        except urllib.error.URLError:
            time.sleep(0.02)


@pytest.mark.parametrize(
    "command", [["plan"], ["plan", "--json", "--full"], ["send"], ["segments"], ["check"]]
)
def test_a_reader_that_goes_away(desk: Desk, command: list[str]) -> None:
    """`topmind … | head -0`: no traceback, the exit code of the work itself."""
    child = desk.start(*command)
    assert child.stdout is not None
    child.stdout.close()
    assert child.stderr is not None
    err = child.stderr.read()
    assert child.wait(timeout=60) == 0, err
    assert "Traceback" not in err
    assert "BrokenPipe" not in err


def test_nobody_listens_at_all(desk: Desk) -> None:
    """Both streams are closed in the middle of a send: every mail leaves all the same."""
    slow(desk, 0.01)
    child = desk.start("send")
    assert child.stdout is not None
    assert child.stderr is not None
    wait_for(PEOPLE + 1, desk)
    child.stdout.close()
    child.stderr.close()
    assert child.wait(timeout=60) == 0
    assert len(desk.mails()) == 2 * PEOPLE


@pytest.mark.parametrize("command", ["plan", "send", "check", "build", "segments"])
def test_a_machine_without_utf8(desk: Desk, command: str) -> None:
    """LC_ALL=C and Python told to believe it: words with other letters are written, or replaced, never a crash."""
    desk.write(
        {"content/tips/moss.md": FILES["content/tips/moss.md"].replace("Moss is", "Moos „ist“ – Käse")}
    )
    desk.write(
        {"segments/customers.md": FILES["segments/customers.md"].replace("Customers", "Kunden – größte")}
    )
    env = {
        "LC_ALL": "C",
        "LANG": "C",
        "PYTHONUTF8": "0",
        "PYTHONCOERCECLOCALE": "0",
        "PYTHONIOENCODING": "ascii",
    }
    said = desk.run(command, env=env)
    assert said.code == 0, said
    said = desk.run("check", env={**env, "TOPMIND_TRANSPORT": "smtp–x"})
    assert said.code == 1, said
