"""`topmind contacts merge`: whom it refuses, that it is durable, that nobody is named, and that erasing takes both."""

from __future__ import annotations

from pathlib import Path

import pytest

from ledger_words import NOW, accepted, claim, says
from topmind.cli.app import call
from topmind.errors import LedgerLocked, UsageError
from topmind.ledger import Feedback, PickedItem
from topmind.links import address_hashes
from topmind.model import FeedbackKind
from topmind.run import erasing, merging, one_person, places, whom
from topmind.settings import Settings, load
from topmind.testing.builders import TODAY
from topmind.testing.clock import FixedClock
from topmind.testing.sending import a_key, a_person, a_row, freeze

CLOCK = FixedClock()
#: Words that name one of the two.
WORDS = ("kestrel", "zvandrel", "plover", "ebbing")
PEOPLE = (
    a_person("c0000", name="Qwyx Zvandrel", address="kestrel@example.com"),
    a_person("c0001", name="Q Ebbing", address="plover@example.com"),
    a_person("c0002", address="pair@example.com"),
    a_person("c0003", address="pair@example.com"),
)


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """A project whose ledger mailed the first of four, the last two of whom read one inbox."""
    (tmp_path / "pelicanconf.py").write_text("SITENAME = 'x'\n", "utf-8")
    (tmp_path / "segments").mkdir()
    (tmp_path / "segments" / "_audience.toml").write_text(
        '[tables.contacts]\nfile = "contacts.csv"\nid = "id"\nemail = "email"\n', "utf-8"
    )
    made = load(tmp_path, {})
    with opened(made) as ledger:
        ledger.sync_people(PEOPLE, lambda one: address_hashes(places.key_ring(made), one))
        freeze(ledger, a_row(items=(PickedItem(id="tips/gutters"),)))
        ledger.settle([accepted(one) for one in claim(ledger)])
    return made


def opened(settings: Settings):  # type: ignore[no-untyped-def]  # a context manager of a ledger
    """The project's ledger."""
    return places.open_project_ledger(settings, CLOCK, places.key_ring(settings))


def merge(settings: Settings, source: str = "c0000", target: str = "c0001") -> str:
    """The command."""
    return merging.merge(settings.root, source, target, clock=CLOCK, environ={})


def test_either_is_meant_by_id_or_address(settings: Settings) -> None:
    """Afterwards both ids and both addresses lead to the one who goes on; merging again says so."""
    assert "1 touches count" in merge(settings, "KESTREL@example.com", "plover@example.com")
    assert "one contact already" in merge(settings)
    with opened(settings) as ledger:
        for who in ("c0000", "kestrel@example.com", "plover@example.com"):
            assert whom.known(ledger, who).contact == "c0001"
    text = one_person.held(settings.root, "c0000", clock=CLOCK, environ={}).text()
    assert "also contact c0000 <kestrel@example.com>, merged" in text


def test_it_is_refused_where_somebody_would_fall_through(settings: Settings) -> None:
    """Into a contact of no export; while the inbox of both waits for the copy that the other has; while a run sends."""
    with opened(settings) as ledger:
        ring = places.key_ring(settings)
        ledger.sync_people(PEOPLE[:1] + PEOPLE[2:], lambda one: address_hashes(ring, one))
        freeze(ledger, a_row("c0002"), a_row("c0003"))
    with pytest.raises(UsageError, match="not in the last export"):
        merge(settings)
    with pytest.raises(UsageError, match="is planned for the one"):
        merge(settings, "c0002", "c0003")
    assert merge(settings, "c0003", "c0002")
    with opened(settings) as ledger:
        ledger.lock("a run")
        with pytest.raises(LedgerLocked):
            merge(settings, "c0002", "c0000")


def test_it_lies_beside_the_ledger(settings: Settings) -> None:
    """A copy of the ledger from before hears it again."""
    merge(settings)
    (kept,) = places.inbox(settings).kept("x").wishes
    assert (kept.kind, kept.contact, kept.value) == ("merge", "c0000", "c0001")


def test_whoever_is_erased_leaves_nothing_of_either(settings: Settings) -> None:
    """Rows, entries of the inbox, mails that went to the other: by either id, all of it goes."""
    merge(settings)
    places.inbox(settings).put(says("opt_out", "c0000", 60))
    with opened(settings) as ledger:
        mail = settings.var / "outbox" / f"{a_key().wire(ledger.ledger_id)}-1.eml"
    mail.parent.mkdir(parents=True, exist_ok=True)
    mail.write_text("To: kestrel@example.com\n", "utf-8")
    found = erasing.erase(settings.root, "c0001", clock=CLOCK, environ={})
    assert found.now
    assert found.named == ()
    assert not mail.exists()
    left = [path.name for path in (settings.var / "inbox").rglob("*.json") if b"c0000" in path.read_bytes()]
    assert left == []
    for path in settings.var.rglob("*"):
        assert not path.is_file() or not [w for w in WORDS if w.encode() in path.read_bytes().lower()], path
    with opened(settings) as ledger:
        ring = places.key_ring(settings)
        assert ledger.sync_people(PEOPLE, lambda one: address_hashes(ring, one)).erased == 2


def test_events_of_one_issue_stay_apart(settings: Settings) -> None:
    """Both had the same issue: `show` tells of each mail what became of that mail."""
    with opened(settings) as ledger:
        freeze(ledger, a_row("c0001"))
        ledger.settle([accepted(one) for one in claim(ledger)])
        hexed = a_key().wire(ledger.ledger_id)
        ledger.record_feedback([Feedback(touch_hex=hexed, kind=FeedbackKind.DELIVERED, at=NOW)])
    merge(settings)
    found = one_person.held(settings.root, "c0001", clock=CLOCK, environ={}).as_dict()
    assert sorted(len(touch["heard"]) for touch in found["touches"]) == [0, 1]


def test_the_command_names_nobody(settings: Settings, capsys: pytest.CaptureFixture[str]) -> None:
    """Done, refused or unknown: no address and no name in its lines."""
    root = ["-C", str(settings.root), "contacts", "merge"]
    assert call([*root, "kestrel@example.com", "plover@example.com"]) == 0
    assert call([*root, "ebbing@example.com", "c0001"]) == 2
    said = "".join(capsys.readouterr()).lower()
    assert not [word for word in WORDS if word in said]
    with opened(settings) as ledger:
        assert ledger.history(TODAY).standing["c0000"].merged == "c0001"
