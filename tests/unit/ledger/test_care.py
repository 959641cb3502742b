"""Looking at a ledger, copying it, putting a copy back, taking its tables out: the same for every durable store."""

from __future__ import annotations

import csv
import io
import sqlite3
from collections.abc import Callable, Iterable, Sequence
from contextlib import closing
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest

from care_words import CANARY, OTHERS, WORDS, Place, lived, silent
from ledger_words import claim
from topmind.errors import ConfigError, GuardError, LedgerDamaged, LedgerError, UsageError
from topmind.ledger import MemoryObjects, care
from topmind.ledger.care.tables import at_shape
from topmind.ledger.database import newest_shape
from topmind.model import Level
from topmind.testing.builders import TODAY
from topmind.testing.clock import FixedClock
from topmind.testing.sending import a_person, hashes

STORES = ["sqlite", "s3", pytest.param("postgresql", marks=pytest.mark.postgres)]


@pytest.fixture
def a_place(request: pytest.FixtureRequest, tmp_path: Path) -> Callable[[str], Place]:
    """Makes an empty place of a store."""

    def made(store: str) -> Place:
        clock, root = FixedClock(), tmp_path / store
        (root / "var").mkdir(parents=True)
        if store == "postgresql":
            return Place(url=request.getfixturevalue("postgres_url"), root=root, clock=clock)
        if store == "s3":
            return Place(url="s3://bucket/x", root=root, clock=clock, bucket=MemoryObjects(clock))
        return Place(url="sqlite:///var/ledger.db", root=root, clock=clock)

    return made


@pytest.fixture(params=STORES)
def place(request: pytest.FixtureRequest, a_place: Callable[[str], Place]) -> Place:
    """A ledger with a past, in each store."""
    return lived(a_place(request.param))


def rules(health: care.Health) -> set[str]:
    """Names of the rules that found an error."""
    return {one.rule for one in health.problems if one.level is Level.ERROR}


# -- looking -----------------------------------------------------------------------------------------------


def test_a_sound_ledger_is_counted(place: Place) -> None:
    """Whose it is, how far it has come, and everybody accounted for; nothing is found wrong."""
    health = place.check()
    assert (health.problems, health.sound) == ((), True)
    assert (health.ledger, health.epoch, health.shape) == ("test", 1, newest_shape())
    assert (health.people, health.active, health.erased) == (6, 6, 1)
    assert health.mails["accepted"] == 1
    assert health.mails["claimed"] == 1
    assert health.unproven == health.mails["unknown"] == 3
    assert sum(health.mails.values()) == 7
    assert health.tasks == {"planned": 2}


def test_looking_changes_nothing(place: Place) -> None:
    """Not a row, not an object, not a byte of the file."""
    before = place.rows()
    objects = dict(place.bucket.objects) if place.bucket else None
    file = place.root / "var" / "ledger.db"
    data = file.read_bytes() if file.exists() else b""
    place.check()
    place.copy(place.root / "copy.db")
    assert place.rows() == before
    assert (dict(place.bucket.objects) if place.bucket else None) == objects
    assert not data or file.read_bytes() == data


def test_looking_needs_no_lock(place: Place) -> None:
    """While a run sends and holds its lease, a check and a copy are made, and the run goes on."""
    ledger = place.open()
    ledger.lock("run-2")
    assert place.check().sound
    place.copy(place.root / "copy.db")
    ledger.stop("all")
    assert ledger.stops() == {"all"}
    ledger.close()


def test_a_file_cannot_be_written_through_a_look(a_place: Callable[[str], Place]) -> None:
    """SQLite itself refuses."""
    with (
        lived(a_place("sqlite")).looked() as looked,
        pytest.raises(LedgerError, match="READONLY"),
        looked.book() as book,
    ):
        book.db.execute("DELETE FROM people")


def test_no_ledger_is_no_finding(a_place: Callable[[str], Place]) -> None:
    """Where there is none, the sentence says how to make one; and none is made by looking."""
    for store in ("sqlite", "s3"):
        place = a_place(store)
        for work in (place.check, lambda at=place: at.copy(at.root / "copy.db")):
            with pytest.raises(LedgerError, match="there is no ledger here") as found:
                work()
            assert "topmind ledger init" in found.value.fix
        assert not (place.root / "var" / "ledger.db").exists()
        assert not (place.bucket and place.bucket.objects)


def test_memory_has_nothing_to_look_at(tmp_path: Path) -> None:
    """It is gone with its process."""
    with pytest.raises(ConfigError, match="gone with its process"):
        care.look("memory:", root=tmp_path, clock=FixedClock())


def test_whose_ledger_it_is(place: Place) -> None:
    """Another pin, another ring, no ring: each in words. An unpinned project is told what to pin."""
    ledger = place.open()
    ledger._write(lambda book: book.set_meta("check_value", "aa"))
    ledger.close()
    assert rules(place.check("ours", "aa")) == {"ledger/id"}
    assert rules(place.check("test", "bb")) == {"ledger/id"}
    assert rules(place.check("test", "")) == {"ledger/keys"}
    assert place.check("test", "aa").sound
    (unpinned,) = place.check("", "aa").problems
    assert unpinned.level is Level.WARNING
    assert 'TOPMIND = {"ledger": "test"}' in unpinned.fix


def test_a_ledger_of_a_newer_topmind(a_place: Callable[[str], Place]) -> None:
    """It says so and tests no rule that it may not know."""
    place = lived(a_place("sqlite"))
    place.spoil("PRAGMA user_version = 99")
    health = place.check()
    assert rules(health) == {"ledger/shape"}
    assert "Update topmind" in health.problems[0].fix


# -- rules -------------------------------------------------------------------------------------------------

#: What somebody does behind the ledger's back → the rule that finds it. All SQL is understood by every store.
SPOILT = {
    "UPDATE touches SET lease = NULL WHERE state = 1": "ledger/claim",
    "UPDATE touches SET lease = lease + 200000000 WHERE state = 1": "ledger/endless-claim",
    "UPDATE touches SET state = 8 WHERE state = 2": "ledger/state",
    "UPDATE touches SET state = 17 WHERE state = 2": "ledger/counts",
    "UPDATE touches SET person = 99 WHERE state = 2": "ledger/person",
    "UPDATE touches SET terms = 99 WHERE state = 2": "ledger/terms",
    "UPDATE touches SET run = 99 WHERE state = 2": "ledger/run",
    "UPDATE touches SET channel = 4 WHERE state = 2": "ledger/channel",
    "UPDATE touches SET hex = 'abc' WHERE state = 2": "ledger/names",
    "UPDATE touch_items SET item = 99": "ledger/items",
    "UPDATE touch_items SET person = 99": "ledger/items",
    "DELETE FROM inbox_hashes": "ledger/inbox",
    "UPDATE people SET merged = 99, active = 0 WHERE id = 2": "ledger/merged",
    "UPDATE people SET merged = 3, active = 1 WHERE id = 2": "ledger/merged",
    "INSERT INTO notes (person, number, at, text) SELECT person, 1, 1, 'x' FROM erased LIMIT 1": "ledger/erased",
    "INSERT INTO wishes (person, what, value, at, by) SELECT person, 'email', 1, 1, 'person' FROM erased LIMIT 1": "ledger/erased",
    "UPDATE meta SET value = 'other' WHERE name = 'ledger'": "ledger/names",
}


@pytest.mark.parametrize("statement", SPOILT, ids=lambda sql: SPOILT[sql])
def test_each_rule_is_tested(place: Place, statement: str) -> None:
    """A row changed by hand is found, in words that name nobody."""
    place.spoil(statement)
    health = place.check()
    assert SPOILT[statement] in rules(health)
    text = " ".join(f"{one.path} {one.says} {one.fix}" for one in health.problems)
    assert not any(word in text for word in (*WORDS, "@", "c000"))


def test_two_touches_of_one_person_and_occasion(a_place: Callable[[str], Place]) -> None:
    """Only where the index that forbids it is gone, too: as after a repair by hand."""
    place = lived(a_place("sqlite"))
    shape = "SELECT sql FROM sqlite_master WHERE name = 'touches'"
    with closing(sqlite3.connect(place.root / "var" / "ledger.db")) as db:
        (sql,) = db.execute(shape).fetchone()
    place.spoil(
        "DROP INDEX one_inbox_one_copy",
        "ALTER TABLE touches RENAME TO old",
        sql.replace("UNIQUE (person, occasion)", "CHECK (true)"),
        "INSERT INTO touches SELECT * FROM old",
        "UPDATE touches SET person = 1, sole = 1 WHERE occasion = 1 AND state <> 4",
    )
    assert {"ledger/one-touch", "ledger/one-inbox"} <= rules(place.check())


def test_one_inbox_that_got_two_copies_is_told(place: Place) -> None:
    """With proof of both it is a fact, not damage: a warning."""
    place.spoil("UPDATE touches SET state = 2, inbox = 1 WHERE channel = 0 AND state IN (2, 6)")
    (found,) = [one for one in place.check().problems if one.rule == "ledger/came-twice"]
    assert found.level is Level.WARNING


# -- damage ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("where", [0, 4096 * 3 + 5])
def test_a_damaged_file(a_place: Callable[[str], Place], where: int) -> None:
    """Bytes overwritten in the header or in a page: a finding, not a traceback; the file is left as it is."""
    place = lived(a_place("sqlite"))
    path = place.root / "var" / "ledger.db"
    data = bytearray(path.read_bytes())
    data[where : where + 3000] = b"yellow.canary@birds.example " * 107 + b"xxxx"
    path.write_bytes(data)
    health = place.check()
    assert "ledger/damaged" in rules(health)
    assert not any(word in str(health) for word in WORDS)
    assert path.read_bytes() == bytes(data)


def test_an_index_that_lost_a_row(a_place: Callable[[str], Place]) -> None:
    """What a quick look does not find: the table has a row that its index has not."""
    place = lived(a_place("sqlite"))
    place.spoil(
        "PRAGMA writable_schema = 1",
        "UPDATE sqlite_master SET sql = 'CREATE INDEX touches_of ON touches (person, day) WHERE day < 0'"
        " WHERE name = 'touches_of'",
    )
    place.spoil("REINDEX touches_of")
    place.spoil(
        "PRAGMA writable_schema = 1",
        "UPDATE sqlite_master SET sql = 'CREATE INDEX touches_of ON touches (person, day)' WHERE name = 'touches_of'",
    )
    health = place.check()
    assert rules(health) == {"ledger/damaged"}
    assert "touches_of" in health.problems[0].says


def test_an_empty_file(a_place: Callable[[str], Place]) -> None:
    """No ledger ever is."""
    place = a_place("sqlite")
    (place.root / "var" / "ledger.db").touch()
    assert rules(place.check()) == {"ledger/damaged"}


@pytest.mark.parametrize(
    ("prefix", "change", "rule"),
    [
        ("log/000000000003", None, "ledger/entry"),
        ("log/000000000003", b"nonsense", "ledger/entry"),
        ("people/", None, "ledger/people"),
        ("people/", b"nonsense", "ledger/people"),
    ],
)
def test_a_damaged_bucket(
    a_place: Callable[[str], Place], prefix: str, change: bytes | None, rule: str
) -> None:
    """An entry or an object of people is gone or overwritten: the finding names the object."""
    place = lived(a_place("s3"))
    assert place.bucket
    key = next(key for key in sorted(place.bucket.objects) if key.startswith(prefix))
    if change is None:
        del place.bucket.objects[key]
    else:
        place.bucket.objects[key] = change
    health = place.check()
    assert rules(health) == {rule}
    assert health.problems[0].path == f"s3://memory/{key}"


def test_a_damaged_snap_is_only_a_cache(a_place: Callable[[str], Place]) -> None:
    """The log is right without it: a warning. One that says other than the log misleads every run: an error."""
    place = lived(a_place("s3"))
    assert place.bucket
    ledger = place.open()
    ledger._log.snap()  # type: ignore[attr-defined]  # where runs are long, they write one by themselves
    ledger.close()
    assert place.check().problems == ()
    (key,) = [key for key in place.bucket.objects if key.startswith("snap/")]
    good = place.bucket.objects[key]
    place.bucket.objects[key] = good[:-9]
    (found,) = place.check().problems
    assert (found.rule, found.level) == ("ledger/snap", Level.WARNING)

    from topmind.ledger.log import snap as snaps

    snap = snaps.unpack(good)
    assert snap
    with closing(sqlite3.connect(":memory:")) as db:
        db.deserialize(snap.database)
        db.execute("UPDATE touches SET state = 0 WHERE state = 2")
        db.commit()
        changed = snaps.Snap(
            number=snap.number,
            nonce=snap.nonce,
            shape=snap.shape,
            people=snap.people,
            database=db.serialize(),
        )
    place.bucket.objects[key] = snaps.pack(changed)
    health = place.check()
    assert rules(health) == {"ledger/snap"}
    assert "touches" in health.problems[0].says


def test_what_lies_about_in_a_bucket_is_told(a_place: Callable[[str], Place]) -> None:
    """People's objects that nothing points at may name somebody erased; a stranger in log/ is no entry."""
    place = lived(a_place("s3"))
    assert place.bucket
    place.bucket.objects["people/0-000000000001-abc"] = b"x"
    place.bucket.objects["log/readme"] = b"x"
    health = place.check()
    assert {one.rule for one in health.problems} == {"ledger/left-over", "ledger/stranger"}
    assert health.sound


@pytest.mark.postgres
@pytest.mark.parametrize(
    ("statement", "says"),
    [
        ("ALTER TABLE touches DROP COLUMN lease", "the column lease of the table touches is missing"),
        ("DROP INDEX one_inbox_one_copy", "occasion, sole"),
        ("ALTER TABLE touches DROP CONSTRAINT touches_person_occasion_key", "person, occasion"),
    ],
)
def test_a_schema_changed_by_hand(a_place: Callable[[str], Place], statement: str, says: str) -> None:
    """A column or a unique index that is gone is named."""
    place = lived(a_place("postgresql"))
    place.spoil(statement)
    health = place.check()
    assert "ledger/tables" in rules(health)
    assert any(says in one.says for one in health.problems)


# -- copies ------------------------------------------------------------------------------------------------


def without_marks(rows: dict[str, list[tuple[Any, ...]]]) -> dict[str, list[tuple[Any, ...]]]:
    """Rows without what tells a copy from its ledger, and one store from another."""
    meta = [row for row in rows["meta"] if row[0] not in {"copy", "home", "shape", "writes", "epoch", "head"}]
    return rows | {"meta": meta}


def test_a_copy_has_every_row_and_is_tested(place: Place) -> None:
    """One file of its owner's, whatever the store; it says of itself that it is a copy."""
    path = place.copy(place.root / "copy.db")
    assert path.stat().st_mode & 0o777 == 0o600
    assert [one.name for one in place.root.iterdir() if one.name.startswith("copy")] == ["copy.db"]
    copy = Place(url=f"sqlite:///{path}", root=place.root, clock=place.clock)
    assert without_marks(copy.rows()) == without_marks(place.rows())
    health = care.check_copy(path, clock=place.clock, ledger_id="test", check_value="", told=silent)
    assert health.sound
    assert [one.rule for one in health.problems] == ["ledger/copy"]


@pytest.mark.parametrize("target", STORES)
def test_a_copy_goes_back_into_any_store(place: Place, a_place: Callable[[str], Place], target: str) -> None:
    """All rows are there again; nothing is sent from it until it is adopted, and then it goes on."""
    path = place.copy(place.root.parent / "copy.db")
    before = without_marks(place.rows())
    if target == "postgresql" and place.url.startswith("postgresql"):
        with closing(place.open()) as ledger:
            schema = ledger._database.schema  # type: ignore[attr-defined]  # of this store
        place.spoil(f"DROP SCHEMA {schema} CASCADE")
        empty = place
    else:
        empty = a_place(target) if target not in place.root.name else a_place(target + "/again")
        if "again" in empty.root.parts and target == "s3":
            empty = Place(
                url=empty.url, root=empty.root, clock=empty.clock, bucket=MemoryObjects(empty.clock)
            )
    assert empty.restore(path).touches == 9
    assert without_marks(empty.rows()) == before
    assert rules(empty.check()) == {"ledger/restored"}
    ledger = empty.open()
    assert ledger.restored
    assert ledger.adopt() > 0
    assert claim(ledger) == ()
    ledger.close()
    again = empty.open()
    assert not again.restored
    assert again.epoch == 2
    again.close()
    assert empty.check().sound


def test_a_number_is_never_given_again_after_a_restore(
    place: Place, a_place: Callable[[str], Place], tmp_path: Path
) -> None:
    """Whoever came last and was erased keeps their number: a newcomer would inherit their touches."""
    ledger = place.open()
    last = ledger.find(CANARY.contact)[0].person
    ledger.erase(CANARY.contact, hashes)
    ledger.close()
    path = place.copy(tmp_path / "copy.db")
    for store in ("sqlite", "s3"):
        empty = Place(
            url="sqlite:///var/ledger.db",
            root=tmp_path / "new" / store,
            clock=place.clock,
            bucket=MemoryObjects(place.clock) if store == "s3" else None,
        )
        empty.restore(path)
        for name in ("new-1", "new-2"):  # the second time from the objects alone
            ledger = empty.open()
            ledger.sync_people([*OTHERS, a_person(name)], hashes)
            assert ledger.find(name)[0].person > last
            ledger.close()


def test_a_restore_never_writes_over_a_ledger(place: Place) -> None:
    """What is there stays."""
    path = place.copy(place.root / "copy.db")
    before = place.rows()
    with pytest.raises(UsageError, match="a ledger is there already"):
        place.restore(path)
    assert place.rows() == before


def test_a_copy_of_somebody_else_or_a_damaged_one_is_refused(a_place: Callable[[str], Place]) -> None:
    """Before anything is made."""
    place = lived(a_place("sqlite"))
    path = place.copy(place.root / "copy.db")
    empty = Place(url="sqlite:///var/ledger.db", root=place.root / "new", clock=place.clock)
    with pytest.raises(GuardError, match="pins 'ours'"):
        empty.restore(path, ledger_id="ours")
    data = bytearray(path.read_bytes())
    data[8192:12000] = bytes(3808)
    path.write_bytes(data)
    with pytest.raises(LedgerDamaged):
        empty.restore(path)
    assert not list((place.root / "new").rglob("*.db"))
    assert not list((place.root / "new").rglob("*.tmp*"))


def test_half_a_restore_into_a_bucket_is_never_taken_for_a_ledger(a_place: Callable[[str], Place]) -> None:
    """Killed in between, it refuses to send and to be adopted, and says what to do."""
    path = lived(a_place("sqlite")).copy(a_place("x").root / "copy.db")
    empty = a_place("s3")

    def dies(_done: int, _total: int) -> None:
        assert empty.bucket
        if len([key for key in empty.bucket.objects if key.startswith("log/")]) > 5:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        care.restore(
            empty.url,
            path,
            root=empty.root,
            clock=empty.clock,
            ledger_id="test",
            check_value="",
            told=dies,
            objects=empty.bucket,
        )
    assert rules(empty.check()) >= {"ledger/restored"}
    ledger = empty.open()
    assert ledger.restored
    with pytest.raises(LedgerDamaged, match="interrupted"):
        ledger.adopt()
    ledger.close()


def test_a_copy_made_while_others_write_is_of_one_moment(a_place: Callable[[str], Place]) -> None:
    """Each write settles one mail and stops one occasion; a copy never has the one without the other."""
    place = lived(a_place("sqlite"))
    ledger = place.open()
    ledger._write(lambda book: [book.item(f"tips/{n}-{'x' * 500}") for n in range(15_000)])
    wrote = 0

    def meanwhile(_done: int, _total: int) -> None:
        nonlocal wrote
        wrote += 1
        ledger._write(lambda book: (book.item(f"new-{wrote}"), book.set_meta("new", str(wrote))))

    with place.looked() as looked:
        care.copy(looked, place.root / "copy.db", meanwhile)
    assert wrote > 1
    with closing(sqlite3.connect(place.root / "copy.db")) as copy:
        assert copy.execute("SELECT count(*) FROM items WHERE name LIKE 'new-%'").fetchone() == (0,)
        assert copy.execute("SELECT count(*) FROM meta WHERE name = 'new'").fetchone() == (0,)
    ledger.close()


def test_whoever_is_erased_is_in_no_copy_made_afterwards(place: Place, tmp_path: Path) -> None:
    """Not in an unused page either."""

    def names(path: Path) -> set[str]:
        data = path.read_bytes()
        return {word for word in WORDS if word.encode() in data}

    assert names(place.copy(tmp_path / "before.db")) == set(WORDS)
    ledger = place.open()
    ledger.erase(CANARY.contact, hashes)
    ledger.close()
    assert names(place.copy(tmp_path / "after.db")) == set()


# -- tables for other programs -----------------------------------------------------------------------------


def taken_out(place: Place, *, people: bool = False) -> dict[str, str]:
    """Each table as text."""
    found: dict[str, str] = {}

    def write(
        table: str, columns: Sequence[tuple[str, care.ColumnKind]], rows: Iterable[Sequence[Any]]
    ) -> int:
        out = io.StringIO()
        writer = csv.writer(out)
        writer.writerow(name for name, _ in columns)
        number = 0
        for row in rows:
            for value, (_, kind) in zip(row, columns, strict=True):
                wanted = {"number": int, "text": str, "day": date, "moment": datetime}[kind.value]
                assert value is None or isinstance(value, wanted), (table, columns)
            writer.writerow(row)
            number += 1
        found[table] = out.getvalue()
        return number

    with place.looked() as looked:
        counts = care.export(looked, write, silent, people=people)
    assert counts == {name: len(list(csv.reader(io.StringIO(text)))) - 1 for name, text in found.items()}
    return found


def test_an_export_names_nobody(place: Place) -> None:
    """People are numbers; names, addresses and comments come only when they are asked for."""
    tables = taken_out(place)
    assert set(tables) == set(at_shape(newest_shape())) - {"people", "inbox_hashes", "erased"}
    everything = "\n".join(tables.values())
    assert not any(word in everything for word in (*WORDS, "@", "c0001"))
    named = "\n".join(taken_out(place, people=True).values())
    assert all(word in named for word in WORDS)


def test_an_export_is_the_same_from_every_store(a_place: Callable[[str], Place]) -> None:
    """State and channel as words, days and moments as dates."""
    tables = taken_out(lived(a_place("sqlite")))
    other = taken_out(lived(a_place("s3")))
    rows = list(csv.DictReader(io.StringIO(tables["touches"])))
    assert {row["state"] for row in rows} == {"accepted", "claimed", "unknown", "planned", "skipped"}
    assert {row["channel"] for row in rows} == {"email", "call"}
    assert {row["nominal"] for row in rows} == {TODAY.isoformat()}
    assert rows[0]["at"].startswith("2026-12-01 15:07:00")
    # the other store numbers its runs and moments alike under the same clock
    assert other["touches"] == tables["touches"]


def test_the_tables_of_an_old_shape_can_be_taken_out_and_copied(a_place: Callable[[str], Place]) -> None:
    """Before an update, of all times, a copy is wanted: nothing is raised by it."""
    place = a_place("sqlite")
    from topmind.ledger.database import raise_shape

    with closing(sqlite3.connect(place.root / "var" / "ledger.db", isolation_level=None)) as db:
        raise_shape(db, 4)
        db.execute("INSERT INTO meta (name, value) VALUES ('ledger', 'test'), ('epoch', '1'), ('head', '0')")
    health = place.check()
    assert [(one.rule, one.level) for one in health.problems] == [("ledger/shape", Level.WARNING)]
    assert "coupons" not in taken_out(place)
    path = place.copy(place.root / "copy.db")
    with closing(sqlite3.connect(path)) as db:
        assert db.execute("PRAGMA user_version").fetchone() == (4,)
    empty = Place(url="sqlite:///var/ledger.db", root=place.root / "new", clock=place.clock)
    empty.restore(path)
    assert empty.check().shape == newest_shape()
