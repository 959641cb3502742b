"""`topmind contacts erase`: whom it takes, what goes with them, what it names, and that it may be done again."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from ledger_words import accepted, claim
from topmind import delivery
from topmind.errors import GuardError, LedgerLocked, UsageError
from topmind.ledger import Hashes, InboxEntry, Ledger
from topmind.links import KeyRing, address_hashes
from topmind.run import erasing, places
from topmind.settings import Settings, load
from topmind.testing.clock import FixedClock
from topmind.testing.events import a_body
from topmind.testing.queue import ListQueue
from topmind.testing.sending import a_key, a_person, a_row, freeze

WORDS = ("kestrel", "zvandrel", "207-771")
WHO = a_person("c0000", name="Qwyx Zvandrel", address="kestrel@example.com", phone="207-771")
CLOCK = FixedClock()


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """A project with a ledger in a file that has mailed three people, two of whom read one inbox."""
    (tmp_path / "pelicanconf.py").write_text("SITENAME = 'x'\n", "utf-8")
    made = load(tmp_path, {})
    people = [
        WHO,
        a_person("c0001", address="pair@example.com"),
        a_person("c0002", address="pair@example.com"),
    ]
    with opened(made) as ledger:
        ledger.sync_people(people, hashes_of(made))
        freeze(ledger, a_row(), a_row("c0001"))
        ledger.settle([accepted(one) for one in claim(ledger)])
    return made


def hashes_of(settings: Settings) -> Hashes:
    """HMACs of an address under the project's keys."""
    ring = places.key_ring(settings)
    return lambda address: address_hashes(ring, address)


def opened(settings: Settings):  # type: ignore[no-untyped-def]  # a context manager of a ledger
    """The project's ledger."""
    return places.open_project_ledger(settings, CLOCK, places.key_ring(settings))


def erase(settings: Settings, who: str = "c0000", *bodies: str) -> tuple[erasing.Erased, ListQueue]:
    """The command, with a queue where something is in it."""
    queue = ListQueue(bodies)
    found = erasing.erase(settings.root, who, clock=CLOCK, environ={}, queue=queue if bodies else None)
    return found, queue


def naming(root: Path) -> list[str]:
    """Files that have a word of theirs in their bytes."""
    paths = [path for path in root.rglob("*") if path.is_file()]
    return [
        path.relative_to(root).as_posix()
        for path in sorted(paths)
        if any(word.encode() in path.read_bytes().lower() for word in WORDS)
    ]


@pytest.mark.parametrize("who", ["c0000", "kestrel@example.com", " Kestrel@Example.com"])
def test_by_id_or_address(settings: Settings, who: str) -> None:
    """No byte of the ledger's file names them; what is printed does not either; the next import leaves them out."""
    assert naming(settings.root) == ["var/ledger.db"]
    found, _ = erase(settings, who)
    assert found.now
    assert naming(settings.root) == []
    assert not [word for word in (*WORDS, "c0000") if word in found.text().lower()]
    with opened(settings) as ledger:
        assert ledger.sync_people([WHO, a_person("c0001")], hashes_of(settings)).erased == 1


@pytest.mark.parametrize("who", ["c0009", "Qwyx Zvandrel", "Zvandrel", "kestrel", ""])
def test_nobody(settings: Settings, who: str) -> None:
    """A name, or a part of one, erases nobody."""
    with pytest.raises(UsageError, match="nobody has this id or address; nothing was changed"):
        erase(settings, who)
    assert places.inbox(settings).kept("").empty


def test_several(settings: Settings) -> None:
    """The address of a couple: their ids are named, and one is to be given."""
    with pytest.raises(UsageError, match="several people read this address") as told:
        erase(settings, "pair@example.com")
    assert "c0001, c0002" in told.value.fix
    assert "pair" not in str(told.value)


@pytest.mark.parametrize("who", ["c0000", " Kestrel@Example.com"])
def test_again(settings: Settings, who: str) -> None:
    """By their id or their address what was left over goes; by the address, what names it in the queue, too."""
    erase(settings)
    (settings.var / "rejects").mkdir()
    (settings.var / "rejects/contacts.csv").write_text("kestrel@example.com\n")
    found, queue = erase(settings, who, "kestrel@example.com", "of somebody else")
    assert (found.now, found.files, found.messages) == (False, 1, int("@" in who))
    assert "of somebody else" in [one.body for one in queue.visible]
    assert "Erased before" in found.text()


@pytest.mark.parametrize("known", [True, False])
def test_an_old_link_is_pressed_later(settings: Settings, known: bool) -> None:
    """It still works, and names nobody for longer than until the next run; `known`: the ledger has its mail."""
    erase(settings)
    inbox = places.inbox(settings)
    with opened(settings) as ledger:
        touch = a_key().wire(ledger.ledger_id if known else "another")
        inbox.put(InboxEntry(kind="opt_out", contact="c0000", at=CLOCK.now(), touch=touch))
        delivery.fold(ledger, inbox)
        ledger.sync_people([WHO, a_person("c0001")], hashes_of(settings))
        assert ledger.person("c0000") is None
    if known:
        assert inbox.kept("").wishes == inbox.pending() == ()


def test_the_queue(settings: Settings) -> None:
    """What it holds is heard first; what names them and cannot be read is deleted; the rest stays."""
    with opened(settings) as ledger:
        touch, name = a_key().wire(ledger.ledger_id), ledger.ledger_id
    bounce = a_body("Bounce", touch, to="kestrel@example.com", ledger=name)
    escaped = json.dumps({"odd": "KESTREL@example.com"})
    found, queue = erase(settings, "c0000", bounce, escaped, "of somebody else")
    assert found.messages == 1
    assert [one.body for one in queue.visible] == ["of somebody else"]
    assert queue.in_hand == {}
    assert len(places.inbox(settings).kept(name).heard) == 1


def test_the_queue_of_another_ledger(settings: Settings) -> None:
    """Where mails go into an outbox, what Amazon says is not taken in: it is said that somebody has to look there."""
    environ = {"TOPMIND_FEEDBACK_QUEUE": "http://127.0.0.1:9/feedback"}
    found = erasing.erase(settings.root, "c0000", clock=CLOCK, environ=environ)
    assert found.now
    assert "the feedback queue was not looked through: mails go to `outbox` here" in found.text()


def test_somebody_whose_address_ends_alike(settings: Settings) -> None:
    """Their messages and mails stay, also where one comes when the queue was looked through."""
    others = (
        "akestrel@example.com",
        "a.kestrel@example.com",
        "kestrel@example.com.au",
        "kestrel@example.com-x",
    )
    bodies = [json.dumps({"odd": address}) for address in others]
    theirs = [
        json.dumps({"odd": "To: us\r\nkestrel@example.com"}),
        '{"odd": "\\u003ckestrel@example.com\\u003e"}',
    ]
    outbox = settings.var / "outbox"
    outbox.mkdir()
    (outbox / f"{'a' * 32}-1.eml").write_text(f"To: {others[0]}\n\nHello\n")
    found, queue = erase(settings, "c0000", *bodies, *theirs)
    assert (found.messages, found.files) == (2, 0)
    assert [one.body for one in queue.visible] == bodies
    assert found.named == (f"var/outbox/{'a' * 32}-1.eml",), "told, to be looked at"


@pytest.mark.parametrize("phone", ["-", "n/a", "0", "x 12"])
def test_what_stands_in_the_place_of_a_number_names_nobody(settings: Settings, phone: str) -> None:
    """A mail is not deleted because it has a dash in it."""
    with opened(settings) as ledger:
        ledger.sync_people(
            [a_person("c0000", address=WHO.address, name="Qwyx -", phone=phone)], hashes_of(settings)
        )
    outbox = settings.var / "outbox"
    outbox.mkdir()
    (outbox / f"{'a' * 32}-1.eml").write_text(f"To: us\n\nQwyx - {phone} -\n")
    found, _ = erase(settings)
    assert (found.files, found.named) == (0, ())


def test_a_copy_that_was_put_back_erases_nobody(settings: Settings) -> None:
    """Else it would take the feedback of the ledger that sent last; nothing is written down, nothing is taken."""
    with opened(settings) as ledger:
        ledger.begin_adoption()
        touch, name = a_key().wire(ledger.ledger_id), ledger.ledger_id
    queue = ListQueue([a_body("Bounce", touch, to="kestrel@example.com", ledger=name)])
    with pytest.raises(GuardError, match=r"older than the one that sent last.*topmind ledger adopt"):
        erasing.erase(settings.root, "c0000", clock=CLOCK, environ={}, queue=queue)
    assert len(queue.visible) == 1
    assert places.inbox(settings).kept(name).empty


def test_without_a_ledger_none_is_made(tmp_path: Path) -> None:
    """It says so, and leaves nothing behind."""
    (tmp_path / "pelicanconf.py").write_text("SITENAME = 'x'\n", "utf-8")
    with pytest.raises(UsageError, match="there is no ledger here"):
        erasing.erase(tmp_path, "c0000", clock=CLOCK, environ={})
    assert not (tmp_path / "var").exists()


def test_mails_and_converted_tables(settings: Settings) -> None:
    """Mails to them, mails to us that name them, and every converted table; a mail to somebody else stays."""
    with opened(settings) as ledger:
        theirs = a_key().wire(ledger.ledger_id)
    outbox, cache, rejects = (settings.var / name for name in ("outbox", "cache/audience", "rejects"))
    for folder in (outbox, cache, rejects):
        folder.mkdir(parents=True)
    (outbox / f"{theirs}-1.eml").write_text("To: somebody\n\nHello\n")
    (outbox / f"{'a' * 32}-1.eml").write_text("To: us\n\nCall Qwyx=20Zvandrel\n")
    (outbox / f"{'b' * 32}-1.eml").write_text("To: us\n\nCall Qwyx\n")
    (cache / "contacts-1.parquet").write_bytes(b"PAR1")
    (cache / "contacts-1.json").write_text("{}")
    good = {"contacts": {"key": "1", "rows": 8}, "purchases": {"key": "1", "rows": 3}}
    (cache / "good.json").write_text(json.dumps(good))
    (cache / "fetched").mkdir()
    (cache / "fetched" / "contacts.csv").write_text("kestrel@example.com\n")
    (rejects / "contacts.csv").write_text("kestrel@example.com\n")
    found, _ = erase(settings)
    assert found.files == 5
    left = [path.name for folder in (outbox, cache, rejects) for path in folder.rglob("*.*")]
    assert left == [f"{'b' * 32}-1.eml", "good.json"]
    # seven are no export that lost people
    assert json.loads((cache / "good.json").read_text()) == {"contacts": {"key": "1", "rows": 7}}
    erase(settings)
    assert json.loads((cache / "good.json").read_text()) == {"contacts": {"key": "1", "rows": 7}}


def test_files_of_the_office_are_named(settings: Settings) -> None:
    """What somebody wrote below var/ is not ours to delete."""
    (settings.var / "tasks.csv").write_text("call,Qwyx Zvandrel\n")
    (settings.var / "rows.parquet").write_bytes(b"PAR1")
    (settings.var / "other.csv").write_text("call,Qwyx\n")
    found, _ = erase(settings)
    assert (found.named, found.closed) == (("var/tasks.csv",), ("var/rows.parquet",))
    assert "take them out there: var/tasks.csv" in found.text()


def test_a_send_that_runs_is_not_disturbed(settings: Settings) -> None:
    """And nothing is written down."""
    with opened(settings) as ledger:
        sender: Ledger = ledger
        sender.lock("other", who="send on this machine")
        with pytest.raises(LedgerLocked):
            erase(settings)
        sender.unlock("other")
    assert places.inbox(settings).kept("").empty


def test_a_ring_of_other_keys_is_refused(settings: Settings) -> None:
    """Hashes under other keys would bar nobody."""
    ring = KeyRing(links=("l" * 40,), addresses=("b" * 40,), coupons=("c" * 40,))
    with pytest.raises(GuardError, match="this key ring is not the one"):
        erasing.erase(settings.root, "c0000", clock=CLOCK, environ={"TOPMIND_KEYS": ring.to_json()})
