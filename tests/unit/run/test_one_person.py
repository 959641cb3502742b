"""`topmind contacts show|export`: all that is held of one person, with its evidence, on explicit command only."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path

import pytest

from ledger_words import accepted, claim
from topmind.cli.app import call
from topmind.errors import UsageError
from topmind.ledger import Coupon, Feedback, InboxEntry
from topmind.links import address_hashes
from topmind.model import Channel, FeedbackKind
from topmind.run import one_person, places
from topmind.settings import Settings, load
from topmind.testing.clock import FixedClock
from topmind.testing.sending import a_key, a_person, a_row, freeze

CLOCK = FixedClock()
NOW = CLOCK.now()
AUDIENCE = """[tables.contacts]
file = "../var/contacts.csv"
id = "id"
email = "email"

[consent.email]
basis = "column"
column = "agrees"
evidence = "the form on our site"
"""
#: What was said of c0000 beyond the export.
SAID = (
    ("opt_out", "", ""),
    ("opt_in", "", ""),
    ("topic_off", "offers", ""),
    ("mark", "vip", "office"),
    ("pause", "2027-02-01", "office"),
)


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """A project whose ledger knows a lot of one person, and something of another."""
    (tmp_path / "pelicanconf.py").write_text("SITENAME = 'x'\n", "utf-8")
    (tmp_path / "segments").mkdir()
    (tmp_path / "segments" / "_audience.toml").write_text(AUDIENCE, "utf-8")
    made = load(tmp_path, {})
    ring = places.key_ring(made)
    with places.open_project_ledger(made, CLOCK, ring) as ledger:
        agreed = {Channel.EMAIL: True}
        people = [
            a_person(
                name="Qwyx Zvandrel", phone="207-771", postal=("9 Mill Lane",), opt_in=agreed, stage="action"
            ),
            a_person("c0001", name="Other Body", address="other@example.com"),
        ]
        ledger.sync_people(people, lambda address: address_hashes(ring, address))
        coupon = Coupon(code="THANKS25-7K4F2Q9M", base="THANKS25", scope="promotions/roof")
        freeze(ledger, a_row(coupons=(coupon,)), a_row("c0001"))
        ledger.settle([accepted(one) for one in claim(ledger)])
        hexed = a_key().wire(ledger.ledger_id)
        clicked = Feedback(
            touch_hex=hexed, kind=FeedbackKind.CLICKED, at=NOW, detail="tips/gutters", actor="human"
        )
        ledger.record_feedback([clicked])
        entries = [
            InboxEntry(
                kind=kind, contact="c0000", at=NOW + timedelta(minutes=n), value=value, by=by, id=f"E{n}"
            )
            for n, (kind, value, by) in enumerate(SAID)
        ]
        answer = InboxEntry(
            kind="answer", contact="c0000", at=NOW, touch=hexed, value="happy", comment="I sing.", id="A"
        )
        note = InboxEntry(
            kind="note", contact="c0000", at=NOW, comment="Prefers a call.", by="office", id="N"
        )
        ledger.fold([*entries, answer, note])
        mail = made.var / "outbox" / f"{hexed}-1.eml"
        mail.parent.mkdir(parents=True, exist_ok=True)
        mail.write_text("x", "utf-8")
    return made


def held(settings: Settings, who: str = "c0000") -> one_person.Held:
    """As the commands have it."""
    return one_person.held(settings.root, who, clock=CLOCK, environ={})


def test_consent_is_shown_with_its_basis_and_its_evidence(settings: Settings) -> None:
    """Per channel: why we may ask, where the proof is, what the export says, the word that holds, when and whose."""
    (line,) = [one for one in held(settings).text().splitlines() if one.startswith("  email: ")]
    assert "the form on our site" in line
    assert "the export says yes" in line
    assert f"agreed on {NOW + timedelta(minutes=1):%Y-%m-%d %H:%M} UTC (they said so)" in line


def test_the_screen_shows_all_that_is_held(settings: Settings) -> None:
    """Standing, marks, notes, stage, touches and what became of them, answers, codes."""
    text = held(settings).text()
    for said in (
        "Qwyx Zvandrel <c0000@example.com>, contact c0000",
        "207-771; 9 Mill Lane",
        "paused: nothing before 2027-02-01",
        "marked vip on",
        "(said by us for them)",
        "topic offers: no",
        "stage, as the export reports it: action",
        "Prefers a call.",
        "accepted   tuesday-fix/2026-W49",
        "clicked tips/gutters (a person)",
        "-1.eml",
        "happy",
        "wrote: I sing.",
        "THANKS25-7K4F2Q9M: sent on",
    ):
        assert said in text
    assert "Other" not in text
    assert "other@" not in text


def test_the_export_is_whole(settings: Settings) -> None:
    """Every word that the ledger has of them, the past ones, too; nothing of anybody else."""
    found = held(settings).as_dict()
    assert json.loads(json.dumps(found)) == found
    assert [one["what"] for one in found["said"]] == ["email", "mark:vip", "pause", "topic:offers"]
    assert [one["value"] for one in found["said_before"] if one["what"] == "email"] == ["1", "0"]
    assert found["consent_basis"]["email"].endswith("(the form on our site)")
    assert found["export_reports"] == {"email": "1", "stage": "action"}
    (touch,) = found["touches"]
    assert (touch["state"], touch["heard"][0]["kind"]) == ("accepted", "clicked")
    assert [one["code"] for one in found["coupons"]] == ["THANKS25-7K4F2Q9M"]
    assert found["notes"] == [{"at": NOW.isoformat(), "text": "Prefers a call."}]
    assert "ther@example" not in json.dumps(found)


def test_an_export_is_for_its_owner(settings: Settings) -> None:
    """A file that nobody else may read, and never where a build publishes it or a commit takes it along."""
    one_person.export(settings.root, "c0000@example.com", Path("var/c0000.json"), clock=CLOCK, environ={})
    path = settings.var / "c0000.json"
    assert path.stat().st_mode & 0o077 == 0
    assert json.loads(path.read_text("utf-8"))["contact"] == "c0000"
    for place in ("content/c0000.json", "c0000.json"):
        with pytest.raises(UsageError):
            one_person.export(settings.root, "c0000", Path(place), clock=CLOCK, environ={})
        assert not (settings.root / place).exists()


def test_the_commands_print_one_person_and_refuse_part_of_a_name(
    settings: Settings, capsys: pytest.CaptureFixture[str]
) -> None:
    """`show` and `export` by id; a name alone is nobody, and is not repeated."""
    root = ["-C", str(settings.root)]
    assert call([*root, "contacts", "export", "c0000"]) == 0
    assert json.loads(capsys.readouterr().out)["name"] == "Qwyx Zvandrel"
    assert call([*root, "contacts", "show", "c0001"]) == 0
    assert "Other Body" in capsys.readouterr().out
    assert call([*root, "contacts", "show", "Zvandrel"]) == 2
    assert "Zvandrel" not in "".join(capsys.readouterr())


def test_where_they_stood_before_the_log_of_stages_has_no_day(settings: Settings) -> None:
    """Of a ledger that is older than the log: before the day on which that begins."""
    with places.open_project_ledger(settings, CLOCK, places.key_ring(settings)) as ledger:
        ledger._write(lambda book: book.db.execute("UPDATE transitions SET at = 0 WHERE what = 'stage'"))  # type: ignore[attr-defined]
        ledger.fold(
            [InboxEntry(kind="stage", contact="c0000", at=NOW, value="desire dana", by="office", id="s")]
        )
    found = one_person.held(settings.root, "c0000", clock=CLOCK, environ={})
    moves = [one for one in found.as_dict()["said_before"] if one["what"] == "stage"]
    day = f"{NOW:%Y-%m-%d}"
    assert [(one["value"], one["at"], one.get("before")) for one in moves] == [
        ("action", None, day),
        ("desire", NOW.isoformat(), None),
    ]
    assert f"  before {day}  action (as the export reports it)" in found.text()
    assert "1970" not in found.text()
