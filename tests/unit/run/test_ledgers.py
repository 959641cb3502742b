"""`topmind ledger init | check | export | backup | restore` in a project: what they make, refuse, and leave behind."""

from __future__ import annotations

import json
import shutil
import sqlite3
import stat
import subprocess
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from care_words import CANARY, OTHERS, WORDS
from ledger_words import accepted, claim
from topmind.cli.app import call
from topmind.errors import GuardError, UsageError
from topmind.ledger import Ledger
from topmind.links import address_hashes
from topmind.run import exporting, guards, ledgers, places
from topmind.settings import Settings, load
from topmind.testing.builders import TODAY
from topmind.testing.clock import FixedClock
from topmind.testing.sending import a_row, freeze

CLOCK = FixedClock()
CONF = 'SITENAME = "Alder & Sons"\nTOPMIND = {"ledger": "alder"}\n'


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A project that has no ledger yet."""
    (tmp_path / "project").mkdir()
    (tmp_path / "project" / "pelicanconf.py").write_text(CONF, "utf-8")
    return tmp_path / "project"


def lived(root: Path, more: Callable[[Ledger], object] = lambda _ledger: None) -> None:
    """The canary got this week's issue."""
    settings = load(root, {})
    ring = places.key_ring(settings)
    with places.open_project_ledger(settings, CLOCK, ring) as ledger:
        ledger.sync_people([*OTHERS, CANARY], lambda address: address_hashes(ring, address))
        freeze(ledger, a_row(CANARY.contact), a_row(), as_of=TODAY)
        ledger.lock("run-1")
        first, *_ = claim(ledger, limit=1)
        ledger.settle([accepted(first)])
        more(ledger)
        ledger.unlock("run-1")


def settings_of(root: Path) -> Settings:
    """Of a project without an environment."""
    return load(root, {})


def files(root: Path) -> dict[str, int]:
    """Every file below, with its rights."""
    return {
        str(path.relative_to(root)): stat.S_IMODE(path.stat().st_mode)
        for path in sorted(root.rglob("*"))
        if path.is_file()
    }


# -- init --------------------------------------------------------------------------------------------------


def test_a_ledger_is_made_on_purpose(root: Path) -> None:
    """With the pinned id and the key ring; sound from the first moment; the next step is named."""
    made = ledgers.init(root, clock=CLOCK, environ={})
    assert (made.ledger, made.pinned) == ("alder", True)
    assert "pins 'alder' already" in made.text()
    assert "topmind send" in made.text()
    health = ledgers.check(root, clock=CLOCK, environ={})
    assert (health.ledger, health.people, health.problems) == ("alder", 0, ())


def test_an_unpinned_project_is_told_what_to_pin(root: Path) -> None:
    """The id is made from the site's name, and no two are alike."""
    (root / "pelicanconf.py").write_text('SITENAME = "Alder & Sons"\n', "utf-8")
    made = ledgers.init(root, clock=CLOCK, environ={})
    assert made.ledger.startswith("alder-")
    assert f'TOPMIND = {{"ledger": "{made.ledger}"}}' in made.text()


def test_no_ledger_is_made_over_another(root: Path) -> None:
    """Nor where one was in use and is gone: everybody would be mailed again."""
    lived(root)
    with pytest.raises(UsageError, match="a ledger is there already"):
        ledgers.init(root, clock=CLOCK, environ={})
    for name in ("ledger.db", "ledger.db-wal", "ledger.db-shm"):
        (root / "var" / name).unlink(missing_ok=True)
    with pytest.raises(GuardError, match="was in use here and is gone") as found:
        ledgers.init(root, clock=CLOCK, environ={})
    assert "ledger restore" in found.value.fix
    assert not (root / "var" / "ledger.db").exists()


def test_a_ledger_in_memory_cannot_be_made(root: Path) -> None:
    """It would be gone at once."""
    with pytest.raises(UsageError, match="gone with its process"):
        ledgers.init(root, clock=CLOCK, environ={"TOPMIND_LEDGER": "memory:"})


# -- check -------------------------------------------------------------------------------------------------


def test_a_check_makes_no_key_ring(root: Path) -> None:
    """It writes nothing at all; a ring that is gone is a finding."""
    lived(root)
    (root / "var" / "keys.json").unlink()
    assert call(["-C", str(root), "ledger", "check"]) == 1
    assert not (root / "var" / "keys.json").exists()
    assert not ledgers.check(root, clock=CLOCK, environ={}).sound


def test_check_speaks_to_people_and_to_machines(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Exit 1 where something is wrong; nobody is named in either form, whatever is wrong."""
    lived(root)
    assert call(["-C", str(root), "ledger", "check", "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert (found["ledger"], found["people"], found["mails"], found["sound"]) == (
        "alder",
        7,
        {"accepted": 1, "planned": 1},
        True,
    )
    with closing(sqlite3.connect(root / "var" / "ledger.db", isolation_level=None)) as db:
        db.execute("UPDATE touches SET hex = 'x' WHERE state = 2")
        db.execute("INSERT INTO erased (hash, person) SELECT 'x', max(id) FROM people")
    for form, shows in (["--json"], '"ledger/erased"'), ([], "[ledger/erased]"):
        assert call(["-C", str(root), "ledger", "check", *form]) == 1
        out, err = capsys.readouterr()
        assert shows in out
        assert not any(word in out + err for word in WORDS)


# -- export ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("format_", exporting.FORMATS)
def test_an_export_is_whole_and_private(root: Path, format_: str) -> None:
    """One file a table and one that says what they are; 0600, nobody named, no draft left."""
    lived(root)
    to = root / "var" / "tables"
    found = exporting.export(root, to, clock=CLOCK, format_=format_, environ={})
    assert files(to) == {f"{name}.{format_}": 0o600 for name in found.tables} | {"ledger.json": 0o600}
    assert stat.S_IMODE(to.stat().st_mode) == 0o700
    assert not any(word.encode() in path.read_bytes() for path in to.iterdir() for word in WORDS)
    assert json.loads((to / "ledger.json").read_text("utf-8"))["tables"]["touches"] == 2
    assert not list((root / "var").glob(".*tmp*"))


def test_parquet_has_types(root: Path) -> None:
    """Days, moments in UTC, numbers, texts, and null where there is nothing; an empty text stays one."""
    import duckdb

    lived(root)
    exporting.export(root, root / "var" / "t", clock=CLOCK, people=True, environ={})
    table = f"'{root}/var/t/touches.parquet'"
    with duckdb.connect() as con:
        types = {row[0]: row[1] for row in con.execute(f"DESCRIBE SELECT * FROM {table}").fetchall()}
        rows = con.execute(
            f"SELECT state, channel, nominal, reason, lease, message_id FROM {table} ORDER BY id"
        ).fetchall()
        name = con.execute(
            f"SELECT name FROM '{root}/var/t/people.parquet' WHERE contact = 'crm-0815-canary'"
        )
        assert name.fetchall() == [("Yellow Canary",)]
    assert types["nominal"] == "DATE"
    assert types["at"] == "TIMESTAMP WITH TIME ZONE"
    assert (types["id"], types["state"]) == ("BIGINT", "VARCHAR")
    assert rows == [
        ("accepted", "email", TODAY, "", None, "m-1"),
        ("planned", "email", TODAY, "", None, ""),
    ]


@pytest.mark.parametrize("people", [False, True])
@pytest.mark.parametrize("place", ["content/tables", "output/tables", "content"])
def test_nothing_is_exported_to_where_it_is_published(root: Path, place: str, people: bool) -> None:
    """Neither into the content nor into the built site, by whatever way the path leads there."""
    lived(root)
    (root / "content").mkdir()
    (root / "var" / "link").symlink_to(root / "content")
    for to in (root / place, root / "var" / ".." / place, root / "var" / "link" / "tables"):
        with pytest.raises(UsageError, match="published"):
            exporting.export(root, to, clock=CLOCK, people=people, environ={})
    assert not list((root / "content").iterdir())


def test_people_stay_out_of_git(root: Path, tmp_path: Path) -> None:
    """Among the project's files, or in any other checkout that does not ignore the place."""
    lived(root)
    other = tmp_path / "other"
    other.mkdir()
    subprocess.run(["git", "init", "-q", str(other)], check=True)
    (other / ".gitignore").write_text("safe/\n", "utf-8")
    for to in (root / "tables", other / "tables"):
        with pytest.raises(UsageError, match="a commit would take it along"):
            exporting.export(root, to, clock=CLOCK, people=True, environ={})
        with pytest.raises(UsageError, match="a commit would take it along"):
            ledgers.backup(root, to.with_suffix(".db"), clock=CLOCK, environ={})
        assert not to.exists()
    exporting.export(root, other / "safe" / "tables", clock=CLOCK, people=True, environ={})
    exporting.export(root, tmp_path / "tables", clock=CLOCK, people=True, environ={})
    assert set(files(tmp_path / "tables").values()) == {0o600}


def test_with_people_is_said_loudly(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """On standard error, so that it is seen where the output goes elsewhere; the names themselves are not."""
    lived(root)
    assert call(["-C", str(root), "ledger", "export", "--with-people", "var/t"]) == 0
    out, err = capsys.readouterr()
    assert "EVERYBODY" in err
    assert "with everybody's names" in out
    assert not any(word in out + err for word in WORDS)


def test_an_interrupted_export_leaves_nothing(root: Path) -> None:
    """Neither the folder nor a draft of it; a folder with something in it is never touched."""
    lived(root)
    before = files(root)

    def interrupted(_done: int, _total: int) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        exporting.export(root, root / "var" / "t", clock=CLOCK, told=interrupted, environ={})
    assert not {name for name in files(root).keys() - before.keys() if not name.startswith("var/ledger.db-")}
    (root / "var" / "t").mkdir()
    (root / "var" / "t" / "mine").touch()
    with pytest.raises(UsageError, match="is there already"):
        exporting.export(root, root / "var" / "t", clock=CLOCK, environ={})


# -- backup and restore ------------------------------------------------------------------------------------


def test_a_backup_is_private_and_never_over_another(root: Path, tmp_path: Path) -> None:
    """Into a file, or into a folder under a name of its own; it says how much there is, and of whom nothing."""
    lived(root)
    to = tmp_path / "copy.db"
    copied = ledgers.backup(root, to, clock=CLOCK, environ={})
    assert (copied.path, stat.S_IMODE(to.stat().st_mode), copied.beside) == (to, 0o600, False)
    assert "7 people and 2 touches of 'alder'" in copied.text()
    before = to.read_bytes()
    with pytest.raises(UsageError, match="is there already"):
        ledgers.backup(root, to, clock=CLOCK, environ={})
    assert to.read_bytes() == before
    named = ledgers.backup(root, root / "var", clock=CLOCK, environ={})
    assert named.path == root / "var" / "alder-20261201-150700.db"
    assert "lies beside the ledger" in named.text()
    assert not any(word in copied.text() for word in WORDS)


def test_an_interrupted_backup_leaves_nothing(root: Path, tmp_path: Path) -> None:
    """No file, no draft, no journal."""
    lived(root)

    def interrupted(_done: int, _total: int) -> None:
        raise KeyboardInterrupt

    (tmp_path / "copies").mkdir()
    with pytest.raises(KeyboardInterrupt):
        ledgers.backup(root, tmp_path / "copies" / "a.db", clock=CLOCK, told=interrupted, environ={})
    assert not list((tmp_path / "copies").iterdir())


def refused(root: Path) -> bool:
    """Whether a send would refuse this ledger as restored."""
    settings = settings_of(root)
    with places.open_project_ledger(settings, CLOCK, places.key_ring(settings)) as ledger:
        try:
            guards.refuse_restored(ledger, settings.ledger_name)
        except GuardError:
            return True
        return False


def away(root: Path) -> None:
    """The disk lost the ledger."""
    for path in (root / "var").glob("ledger.db*"):
        path.unlink()


def test_a_restored_ledger_sends_nothing_until_it_is_adopted(root: Path, tmp_path: Path) -> None:
    """However it came back: by the command, by copying the file, or with the whole of var/, witness and all."""
    lived(root)
    ledgers.backup(root, tmp_path / "copy.db", clock=CLOCK, environ={})
    shutil.copytree(root / "var", tmp_path / "var")
    assert not refused(root)

    away(root)
    assert "topmind ledger adopt" in ledgers.restore(root, tmp_path / "copy.db", clock=CLOCK, environ={})
    assert refused(root)

    away(root)
    shutil.copy(tmp_path / "copy.db", root / "var" / "ledger.db")
    assert refused(root)

    away(root)
    shutil.rmtree(root / "var")
    shutil.copytree(tmp_path / "var", root / "var")
    (root / "var" / "ledger.db").unlink()
    for end in ("-wal", "-shm"):
        Path(f"{root}/var/ledger.db{end}").unlink(missing_ok=True)
    shutil.copy(tmp_path / "copy.db", root / "var" / "ledger.db")
    assert (root / "var" / "ledger.db.seen").exists()
    assert refused(root)
    settings = settings_of(root)
    with places.open_project_ledger(settings, CLOCK, places.key_ring(settings)) as ledger:
        ledger.adopt()
    assert not refused(root)
    assert ledgers.check(root, clock=CLOCK, environ={}).sound


def test_a_stale_write_ahead_log_does_not_spoil_what_is_put_back(root: Path, tmp_path: Path) -> None:
    """SQLite would play it into the copy."""
    lived(root)
    ledgers.backup(root, tmp_path / "copy.db", clock=CLOCK, environ={})
    settings = settings_of(root)
    with places.open_project_ledger(settings, CLOCK, places.key_ring(settings)) as ledger:
        ledger.stop("all")
        wal = (root / "var" / "ledger.db-wal").read_bytes()
    away(root)
    (root / "var" / "ledger.db-wal").write_bytes(wal)
    ledgers.restore(root, tmp_path / "copy.db", clock=CLOCK, environ={})
    with places.open_project_ledger(settings, CLOCK, places.key_ring(settings)) as ledger:
        assert ledger.stops() == frozenset()
    assert stat.S_IMODE((root / "var" / "ledger.db").stat().st_mode) == 0o600
