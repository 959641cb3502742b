"""`topmind contacts optout|mark|pause|note`: what they change, what outlives the ledger, and that nobody is named."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from topmind.cli.app import call
from topmind.errors import UsageError
from topmind.links import address_hashes
from topmind.model import Channel, Standing
from topmind.run import places, saying, whom
from topmind.settings import Settings, load
from topmind.testing.clock import FixedClock
from topmind.testing.sending import a_person

CLOCK = FixedClock()
COMPANY = """---
name: Alder
address: [1 Alder Lane]
zone: UTC
programme_starts: 2026-01-01
owner: dana
topics:
  tips: Tips for the house
  offers: Offers
---
We mend roofs.
"""
WHO = a_person("c0000", name="Qwyx Zvandrel", address="kestrel@xn--mnchen-3ya.example")


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """A project whose ledger knows three people, two of whom read one inbox."""
    (tmp_path / "pelicanconf.py").write_text("SITENAME = 'x'\n", "utf-8")
    made = load(tmp_path, {})
    ring = places.key_ring(made)
    people = [WHO, *(a_person(f"c000{n}", address="pair@example.com") for n in (1, 2))]
    with places.open_project_ledger(made, CLOCK, ring) as ledger:
        ledger.sync_people(people, lambda address: address_hashes(ring, address))
    return made


def standing(settings: Settings, day: date = CLOCK.now().date()) -> Standing:
    """Of c0000."""
    with places.open_project_ledger(settings, CLOCK, places.key_ring(settings)) as ledger:
        return ledger.history(day).standing.get("c0000", Standing())


def test_whoever_is_meant_by_an_address_however_it_is_typed(settings: Settings) -> None:
    """Capitals, and a domain in its own letters; an address of two people asks for an id and changes nothing."""
    says = saying.mark(settings.root, " Kestrel@MÜNCHEN.example", "vip", clock=CLOCK, environ={})
    assert says == "Marked vip until it is taken off."
    assert standing(settings).marks == {"vip"}
    with pytest.raises(UsageError, match="several people"):
        saying.mark(settings.root, "pair@example.com", "vip", clock=CLOCK, environ={})
    with pytest.raises(UsageError, match="nobody has this id"):
        saying.mark(settings.root, "Zvandrel", "vip", clock=CLOCK, environ={})


def test_a_mark_is_taken_off(settings: Settings) -> None:
    """The later word holds, in the same second, too, where the clock has moved on at all."""
    clock = FixedClock()
    saying.mark(settings.root, "c0000", "vip", until="2026-12-24", clock=clock, environ={})
    assert standing(settings, date(2026, 12, 24)).marks == {"vip"}
    clock.sleep(1)
    saying.mark(settings.root, "c0000", "vip", remove=True, clock=clock, environ={})
    assert standing(settings).marks == frozenset()


def test_a_pause_is_on_every_channel(settings: Settings) -> None:
    """The day given is the first on which something may go again."""
    assert "before 2027-02-01" in saying.pause(
        settings.root, "c0000", "1 February 2027", clock=CLOCK, environ={}
    )
    assert standing(settings).paused_until == date(2027, 2, 1)


def test_what_the_office_said_is_beside_the_ledger(settings: Settings) -> None:
    """A copy from before, put back, hears marks and pauses again: they lie in the inbox for good."""
    saying.mark(settings.root, "c0000", "vip", clock=CLOCK, environ={})
    saying.pause(settings.root, "c0000", "2027-02-01", clock=CLOCK, environ={})
    kept = places.inbox(settings).kept("x")
    assert sorted((one.kind, one.value, one.by) for one in kept.wishes) == [
        ("mark", "vip", "office"),
        ("pause", "2027-02-01", "office"),
    ]


def test_a_no_by_phone_counts_like_their_own(settings: Settings) -> None:
    """It binds whoever reads the same inbox, no import takes it back, a copy hears it again, and the proof is a note."""
    ring = places.key_ring(settings)
    says = saying.opt_out(
        settings.root, "c0001", by="dana", why="Told us  by phone.", clock=CLOCK, environ={}
    )
    assert "no more newsletters and no more offers" in says
    with places.open_project_ledger(settings, CLOCK, ring) as ledger:
        again = [
            a_person(f"c000{n}", address="pair@example.com", opt_in={Channel.EMAIL: True}) for n in (1, 2)
        ]
        ledger.sync_people([WHO, *again], lambda address: address_hashes(ring, address))
        known = ledger.history(CLOCK.now().date()).standing
        found = ledger.dossier("c0001")
    assert [known.get(f"c000{n}", Standing()).opted_out for n in range(3)] == [False, True, True]
    assert found is not None
    assert [one.text for one in found.notes] == [
        "No to all newsletters and offers, heard by dana: Told us by phone."
    ]
    kept = places.inbox(settings).kept("x")
    assert [(one.kind, one.contact, one.by) for one in kept.wishes] == [("opt_out", "c0001", "office")]


def test_a_no_to_one_topic(settings: Settings) -> None:
    """The others stay; a misspelt topic is refused, since nobody would hear it."""
    (settings.root / "content").mkdir()
    (settings.root / "content" / "company.md").write_text(COMPANY, "utf-8")

    def no(topic: str) -> str:
        return saying.opt_out(
            settings.root, "c0000", topic=topic, by="dana", why="By phone.", clock=CLOCK, environ={}
        )

    with pytest.raises(UsageError, match="no such topic") as refused:
        no("ofers")
    assert "offers, tips" in str(refused.value.fix)
    assert standing(settings) == Standing()
    assert "the topic offers" in no("offers")
    assert standing(settings) == Standing(off_topics=frozenset({"offers"}))


def test_bad_input_says_what_to_write(settings: Settings) -> None:
    """A mark that is no word, a day that is none, an empty note: one sentence, and nothing is written."""
    for bad in (
        lambda: saying.mark(settings.root, "c0000", "Very Important", clock=CLOCK, environ={}),
        lambda: saying.mark(settings.root, "c0000", "vip", until="12/1/2026", clock=CLOCK, environ={}),
        lambda: saying.mark(
            settings.root, "c0000", "vip", until="2026-12-24", remove=True, clock=CLOCK, environ={}
        ),
        lambda: saying.note(settings.root, "c0000", "  ", clock=CLOCK, environ={}),
        lambda: saying.opt_out(settings.root, "c0000", by="dana", why=" ", clock=CLOCK, environ={}),
        lambda: saying.opt_out(
            settings.root, "c0000", topic="x", by="d", why="No pages.", clock=CLOCK, environ={}
        ),
        lambda: saying.pause(settings.root, "c0000", "soon", clock=CLOCK, environ={}),
    ):
        with pytest.raises(UsageError):
            bad()
    assert standing(settings) == Standing()


def test_the_commands_name_nobody(settings: Settings, capsys: pytest.CaptureFixture[str]) -> None:
    """Who was meant stands in no line of theirs, done or refused."""
    root = ["-C", str(settings.root)]
    assert call([*root, "contacts", "mark", "kestrel@münchen.example", "vip"]) == 0
    assert call([*root, "contacts", "pause", "c0000", "--until", "2027-02-01"]) == 0
    assert call([*root, "contacts", "note", "c0000", "Qwyx prefers a call."]) == 0
    assert call([*root, "contacts", "optout", "c0000", "--by", "dana", "--why", "Qwyx said so."]) == 0
    assert call([*root, "contacts", "mark", "nobody@example.com", "vip"]) == 2
    said = "".join(capsys.readouterr()).lower()
    assert not [word for word in ("kestrel", "zvandrel", "qwyx", "nobody@") if word in said]
    with places.open_project_ledger(settings, CLOCK, places.key_ring(settings)) as ledger:
        found = ledger.dossier(whom.known(ledger, "c0000").contact)
    assert found is not None
    assert [one.text for one in found.notes] == [
        "Qwyx prefers a call.",
        "No to all newsletters and offers, heard by dana: Qwyx said so.",
    ]


@pytest.mark.parametrize(
    ("typed", "missing"),
    [
        (["optout"], "Missing: WHO, --by, --why."),
        (["optout", "c0000", "--topic", "offers"], "Missing: --by, --why."),
        (["optout", "c0000", "--by", "dana"], "Missing option '--why'."),
        (["stage", "c0000"], "Missing: STAGE, --why, --by."),
    ],
)
def test_all_that_is_missing_is_named_at_once(
    settings: Settings, capsys: pytest.CaptureFixture[str], typed: list[str], missing: str
) -> None:
    """Nobody is told one by one what to write."""
    assert call(["-C", str(settings.root), "contacts", *typed]) == 2
    assert missing in capsys.readouterr().err


def test_a_stage_is_said_with_a_reason_and_by_whom(
    settings: Settings, capsys: pytest.CaptureFixture[str]
) -> None:
    """It is what the ledger has of them, in their dossier, too; a wrong word is told with the right ones."""
    said = {"why": "Asked for a quote.", "by": "dana", "clock": CLOCK, "environ": {}}
    assert saying.stage(settings.root, "c0000", "desire", **said).startswith("At stage desire from now on")
    with places.open_project_ledger(settings, CLOCK, places.key_ring(settings)) as ledger:
        assert ledger.history(CLOCK.now().date()).said_stages == {"c0000": "desire"}
        (move,) = ledger.stage_log("c0000")
        assert (move.after, move.by, move.why) == ("desire", "dana", "Asked for a quote.")
    again = saying.stage(settings.root, "c0000", "desire", **{**said, "why": "Asked twice."})
    assert again.startswith(f"They stand at desire already, since {CLOCK.now().date()}; nothing was noted.")
    with pytest.raises(UsageError, match=r"no stage 'desir'"):
        saying.stage(settings.root, "c0000", "desir", **said)
    for name in ("Dana K", "import"):
        with pytest.raises(UsageError, match="one word of small letters"):
            saying.stage(settings.root, "c0000", "action", **{**said, "by": name})
    with pytest.raises(UsageError, match="--why has 1 to 2000 letters"):
        saying.stage(settings.root, "c0000", "action", **{**said, "why": " "})
    where = ["contacts", "-C", str(settings.root)]
    assert call([where[0], "stage", *where[1:], "c0000", "action", "--why", "Ordered.", "--by", "dana"]) == 0
    assert call([where[0], "show", *where[1:], "c0000"]) == 0
    told = capsys.readouterr().out
    assert "desire (said by dana: Asked for a quote.)" in told
    assert "action (said by dana: Ordered.)" in told


SOURCE = """[tables.contacts]
file = "../contacts.csv"
id = "id"
email = "email"

[consent.email]
basis = "column"
column = "agrees"
evidence = "the form on our site"
"""


def test_whoever_only_the_source_knows(settings: Settings) -> None:
    """Found by id and by address, several are asked back, one who was erased is nobody, and a stage waits; where the
    source cannot be read, that is said."""
    (settings.root / "segments").mkdir()
    audience = settings.root / "segments/_audience.toml"
    audience.write_text(SOURCE, "utf-8")
    people = ("n1,Sole@example.com", "n2,two@example.com", "n3,two@example.com", "c0000,x@example.com")
    rows = ["id,email,agrees", *(f"{one},yes" for one in people)]
    (settings.root / "contacts.csv").write_text("\n".join(rows) + "\n", "utf-8")
    ring = places.key_ring(settings)
    with places.open_project_ledger(settings, CLOCK, ring) as ledger:
        ledger.erase("c0000", lambda address: address_hashes(ring, address))

    def marked(who: str) -> str:
        return saying.mark(settings.root, who, "vip", clock=CLOCK, environ={})

    assert marked("sole@EXAMPLE.com") == marked("n1") == "Marked vip until it is taken off."
    for who, says in (("two@example.com", "several people"), ("c0000", "nobody has"), ("n4", "nobody has")):
        with pytest.raises(UsageError, match=says):
            marked(who)
    with pytest.raises(UsageError, match="nobody has this id"):
        saying.stage(settings.root, "n2", "desire", why="Asked.", by="dana", clock=CLOCK, environ={})
    assert [one.contact for one in places.inbox(settings).kept("x").wishes] == ["n1", "n1"]
    audience.write_text(SOURCE.replace('id = "id"', ""), "utf-8")
    with pytest.raises(UsageError, match="your contacts cannot be read"):
        marked("n2")
