"""The file itself: damaged, locked, full, foreign, newer. One clear message each, and nothing half-written."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

import old_ledger
from topmind.errors import ConfigError, GuardError, LedgerDamaged, LedgerError, LedgerLocked
from topmind.ledger import Claim, InboxEntry, Ledger, open_ledger
from topmind.ledger.database import numbered, raise_shape
from topmind.ledger.store import SqlLedger
from topmind.testing.builders import TODAY
from topmind.testing.clock import FixedClock
from topmind.testing.sending import a_ledger, a_person, a_row, freeze, hashes

URL = "sqlite:///var/ledger.db"


def reopen(root: Path, *, ledger_id: str = "test", check_value: str = "", create: bool = True) -> Ledger:
    """As another process would."""
    return open_ledger(
        URL,
        root=root,
        clock=FixedClock(),
        ledger_id=ledger_id,
        check_value=check_value,
        create=create,
        busy=0.1,
    )


def filled(root: Path) -> Path:
    """A closed ledger with something in it; its file."""
    ledger = a_ledger([f"c{n:04d}" for n in range(300)], url=URL, root=root)
    freeze(ledger, *(a_row(f"c{n:04d}") for n in range(300)))
    ledger.close()
    return root / "var/ledger.db"


def test_only_its_owner_may_read_it(tmp_path: Path) -> None:
    """It holds addresses, and so does the log beside it."""
    ledger = a_ledger(url=URL, root=tmp_path)
    ledger.stop("all")
    files = [path for path in (tmp_path / "var").iterdir() if path.is_file()]
    assert len(files) == 3
    assert all(path.stat().st_mode & 0o077 == 0 for path in files)
    ledger.close()


def test_it_is_all_there_after_reopening(tmp_path: Path) -> None:
    """What was committed is read back by the next process."""
    filled(tmp_path)
    ledger = reopen(tmp_path)
    assert (ledger.counts(TODAY).waiting, ledger.ledger_id, ledger.epoch) == (300, "test", 1)
    ledger.close()


def test_every_commit_is_on_disk(tmp_path: Path) -> None:
    """WAL with FULL: a power cut after a claim's answer cannot take the claim back."""
    ledger = a_ledger(url=URL, root=tmp_path)
    connection = ledger._database.connection  # type: ignore[attr-defined]  # no public word for it, on purpose
    assert connection.execute("PRAGMA journal_mode").fetchone()[0] == "wal"
    assert connection.execute("PRAGMA synchronous").fetchone()[0] == 2
    ledger.close()


@pytest.mark.parametrize("where", [0, 4096 * 3 + 5])
def test_a_damaged_file(tmp_path: Path, where: int) -> None:
    """Bytes overwritten in the header or in a page: the message says what to do and shows nobody's data."""
    path = filled(tmp_path)
    data = bytearray(path.read_bytes())
    data[where : where + 3000] = b"c0001@example.com" * 176 + b"xxxxxxxx"
    path.write_bytes(data)
    with pytest.raises(LedgerDamaged) as found:
        reopen(tmp_path)
    assert str(found.value).startswith("var/ledger.db: ")
    assert "put the last good copy back" in str(found.value)
    assert "example.com" not in str(found.value)
    assert found.value.exit_code == 1
    assert path.read_bytes() == bytes(data), "a damaged file is left as it is"


def test_a_truncated_file(tmp_path: Path) -> None:
    """Half a ledger is a damaged ledger."""
    path = filled(tmp_path)
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    with pytest.raises(LedgerDamaged):
        reopen(tmp_path)


def test_another_program_writes(tmp_path: Path) -> None:
    """A write lock held elsewhere ends with exit 3 after a short wait; reading goes on."""
    path = filled(tmp_path)
    ledger = reopen(tmp_path)
    other = sqlite3.connect(path, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    assert ledger.counts(TODAY).waiting == 300
    with pytest.raises(LedgerLocked, match="another program has been writing") as found:
        ledger.stop("all")
    assert found.value.exit_code == 3
    reader = reopen(tmp_path)
    assert reader.history(TODAY).ledger == "test"
    reader.close()
    other.execute("ROLLBACK")
    ledger.stop("all")
    assert ledger.stops() == {"all"}
    ledger.close()


def test_a_full_disk_writes_nothing_half(tmp_path: Path) -> None:
    """A plan that does not fit is not written at all, and the message says why."""
    filled(tmp_path)
    code = (
        "import resource, sys; from pathlib import Path\n"
        "from topmind.testing.sending import *; from topmind.errors import LedgerError\n"
        "ledger = a_ledger([], url='sqlite:///var/ledger.db', root=Path(sys.argv[1]))\n"
        "size = (Path(sys.argv[1]) / 'var/ledger.db').stat().st_size\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (size // 4, size // 4))\n"
        "try:\n"
        "    freeze(ledger, *(a_row(key=a_key(f'c{n:04d}', occurrence='x')) for n in range(300)))\n"
        "except LedgerError as error: print(error)\n"
    )
    done = subprocess.run(
        [sys.executable, "-B", "-c", code, str(tmp_path)], capture_output=True, text=True, check=True
    )
    assert done.stdout.startswith("var/ledger.db: the ledger cannot be written")
    assert "Make room" in done.stdout
    ledger = reopen(tmp_path)
    assert ledger.counts(TODAY).planned == 300
    ledger.close()


def test_a_foreign_ledger(tmp_path: Path) -> None:
    """The id pinned in pelicanconf.py must be the ledger's own."""
    filled(tmp_path)
    with pytest.raises(GuardError, match=r"this ledger is 'test', but pelicanconf\.py pins 'ours'"):
        reopen(tmp_path, ledger_id="ours")
    reopen(tmp_path, ledger_id="").close()


def test_a_wrong_key_ring(tmp_path: Path) -> None:
    """The first key ring is remembered; another one is refused, with exit 3."""
    reopen(tmp_path, check_value="aa").close()
    reopen(tmp_path, check_value="aa").close()
    with pytest.raises(GuardError, match="key ring") as found:
        reopen(tmp_path, check_value="bb")
    assert found.value.exit_code == 3


def test_an_unpinned_ledger_gets_a_name_of_its_own(tmp_path: Path) -> None:
    """Two fresh ledgers without a pinned id never share the names of their touches."""
    names = set()
    for number in (1, 2):
        ledger = reopen(tmp_path / str(number), ledger_id="")
        names.add(ledger.ledger_id)
        ledger.close()
        again = reopen(tmp_path / str(number), ledger_id="")
        assert again.ledger_id in names
        again.close()
    assert len(names) == 2


def test_a_ledger_of_an_older_topmind(tmp_path: Path) -> None:
    """It is brought forward with everything in it."""
    path = tmp_path / "var/ledger.db"
    path.parent.mkdir()
    with closing(sqlite3.connect(path, isolation_level=None)) as db:
        raise_shape(db, old_ledger.SHAPE)
        for row in (
            "INSERT INTO meta VALUES ('ledger', 'test'), ('epoch', '1'), ('head', '0')",
            *old_ledger.ROWS,
        ):
            db.execute(row)
    ledger = reopen(tmp_path, create=False)
    old_ledger.is_carried_on(ledger)
    ledger.close()


def test_a_ledger_of_a_newer_topmind(tmp_path: Path) -> None:
    """A shape we do not know is not touched."""
    path = filled(tmp_path)
    connection = sqlite3.connect(path)
    connection.execute("PRAGMA user_version = 99")
    connection.close()
    with pytest.raises(LedgerError, match="shape 99") as found:
        reopen(tmp_path)
    assert "Update topmind" in str(found.value)


def test_no_ledger_where_one_should_be(tmp_path: Path) -> None:
    """Reading commands make no file."""
    with pytest.raises(LedgerError, match="there is no ledger here"):
        reopen(tmp_path, create=False)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("url", ["s3://bucket/x", "mysql://host/db", "ledger.db", "sqlite:///"])
def test_addresses_of_other_stores(tmp_path: Path, url: str) -> None:
    """What this version cannot open it names, without printing a password that may stand in it."""
    with pytest.raises(ConfigError, match="this version has no ledger at") as found:
        open_ledger(url, root=tmp_path, clock=FixedClock(), ledger_id="test")
    assert "host" not in str(found.value)


def test_a_folder_that_cannot_be_made(tmp_path: Path) -> None:
    """A file where the folder should be."""
    (tmp_path / "var").write_text("")
    with pytest.raises(LedgerError, match="it cannot be made"):
        reopen(tmp_path)


def test_two_ledgers_of_one_machine_know_of_a_death(tmp_path: Path) -> None:
    """The lock of the system ends with its holder, so the next run need not wait for the lease."""
    filled(tmp_path)
    first, second = reopen(tmp_path), reopen(tmp_path)
    first.lock("run-1", who="send on host, process 7")
    taken = first.claim(owner="run-1", limit=2, now=FixedClock().now())
    with pytest.raises(
        LedgerLocked, match=r"another run is sending: send on host, process 7, since 15:07:00"
    ):
        second.lock("run-2")
    first.close()
    assert second.lock("run-2") == len(taken) == 2
    second.close()


def steps(ledger: Ledger, work: Callable[[], object]) -> int:
    """Hundreds of instructions that SQLite ran for some work: the same on every machine."""
    count = 0

    def tick() -> int:
        nonlocal count
        count += 1
        return 0

    assert isinstance(ledger, SqlLedger)
    connection = ledger._database.connection
    connection.set_progress_handler(tick, 100)
    work()
    connection.set_progress_handler(None, 0)
    return count


def first_import(size: int) -> int:
    """Steps of taking in so many new people."""
    ledger = a_ledger(())
    return steps(ledger, lambda: ledger.sync_people([a_person(f"c{n:05d}") for n in range(size)], hashes))


def first_claim(size: int) -> int:
    """Steps of a claim where all but the last of so many rest from our mail."""
    contacts = [f"c{n:05d}" for n in range(size)]
    clock = FixedClock()
    ledger = a_ledger(contacts, clock=clock)
    freeze(ledger, *map(a_row, contacts))
    pauses = [
        InboxEntry(kind="pause", contact=one, at=clock.now(), value="2027-02-01", id=one)
        for one in contacts[:-1]
    ]
    ledger.fold(pauses)
    found: list[Claim] = []
    taken = steps(ledger, lambda: found.extend(ledger.claim(owner="run-1", limit=4, now=clock.now())))
    assert [one.key.contact for one in found] == contacts[-1:]
    return taken


@pytest.mark.parametrize("work", [first_import, first_claim])
def test_four_times_the_people_is_no_sixteen_times_the_work(work: Callable[[int], int]) -> None:
    """A first import, and a claim that has to pass by nearly everybody, grow with the list and not with its square."""
    assert work(2000) < 7 * work(500)


@pytest.mark.parametrize(
    ("names", "wrong"),
    [
        (["0001_a.sql", "0003_c.sql"], "0003_c.sql"),
        (["0001_a.sql", "0002_b.sql", "0002_c.sql"], "0002_c.sql"),
        (["0002_b.sql"], "0002_b.sql"),
        (["0001_a.sql", "two.sql"], "two.sql"),
        ([], "there is none"),
    ],
)
def test_migrations_have_no_gap(names: list[str], wrong: str) -> None:
    """A number that came later than the next one would be passed over for ever in ledgers that have that one."""
    with pytest.raises(LedgerError, match=f"without a gap: {wrong}"):
        numbered(dict.fromkeys(names, "SELECT 1;"))


def test_migrations_go_by_their_number() -> None:
    """Whatever order the disk lists them in."""
    assert numbered({"0002_b.sql": "b", "0001_a.sql": "a"}) == {1: "a", 2: "b"}


def test_nobody_erased_is_in_a_page_of_the_file(tmp_path: Path) -> None:
    """Also where SQLite was built to leave what is deleted where it lay, and who moved before they left."""
    ledger = a_ledger(url=URL, root=tmp_path)
    assert isinstance(ledger, SqlLedger)
    ledger._database.connection.execute("PRAGMA secure_delete = OFF")
    for address in ("kestrel@example.com", "merlin@example.com"):
        ledger.sync_people([a_person("c0000", address=address), a_person("c0001")], hashes)
    ledger.erase("c0000", hashes)
    ledger.close()
    every = b"".join(path.read_bytes() for path in (tmp_path / "var").iterdir())
    assert [word for word in (b"kestrel", b"merlin") if word in every] == []
