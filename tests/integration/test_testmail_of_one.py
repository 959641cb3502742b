"""A test mail of one occasion to come, by name: what its readers will get, and nothing in the ledger."""

from __future__ import annotations

import email
import email.policy
import json
from email.message import EmailMessage
from pathlib import Path

import pytest

from played import Desk
from small_company import a_company

ME = ["send", "--test", "me@alder.example"]
SPRING = (
    "---\ntitle: Spring walls\ndate: 2026-12-01\nwhere: email\nsend: [2026-12-15]\nsubject: Walls in spring\n---\n"
    'Good day {{ first_name | default: "neighbour" }}.\n'
)
CALL = "---\ntitle: A call\nafter: 9 days\nchannel: call\n---\nAsk how it went.\n"


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Desk:
    """A company with a letter every Tuesday, an announcement and a sequence with a mail and a call."""
    files = {
        "content/articles/spring.md": SPRING,
        "content/sequences/first/02-call.md": CALL,
        "content/newsletters/wall/2026-12-08.md": (
            "---\nhold: yes\nsubject: The eighth\n---\n/// for | customers\nYou know us.\n///\n\n/// slot | 1 tip\n"
        ),
    }
    return Desk(a_company(tmp_path_factory.mktemp("one"), files, people=8))


def mails(desk: Desk, *arguments: str) -> list[EmailMessage]:
    """What one command left in the outbox; it changes nothing else."""
    for path in (desk.root / "var/outbox").glob("*.eml"):
        path.unlink()
    said = desk.type(*ME, *arguments)
    assert said.code == 0, said.text
    assert not (desk.root / "var/ledger.db").exists()
    found = [
        email.message_from_bytes(path.read_bytes(), policy=email.policy.default)
        for path in (desk.root / "var/outbox").glob("*.eml")
    ]
    assert {str(mail["To"]) for mail in found} == {"me@alder.example"}
    return found


@pytest.mark.parametrize(
    ("name", "subject"),
    [
        ("wall/2026-12-01", "TEST: Your wall, Quenby"),
        ("wall/2026-W49", "TEST: Your wall, Quenby"),
        ("wall", "TEST: Your wall, Quenby"),
        ("articles/spring", "TEST: Walls in spring"),
        ("articles/spring/2026-12-15", "TEST: Walls in spring"),
        ("first/thanks", "TEST: Thank you"),
    ],
)
def test_one_occasion_by_any_of_its_names(desk: Desk, name: str, subject: str) -> None:
    """Issue, announcement or step, today's or weeks ahead: one mail of what most readers get."""
    (mail,) = mails(desk, "--only", name)
    assert str(mail["Subject"]).startswith(subject)


def test_each_edition_and_each_reader(desk: Desk) -> None:
    """Those of an issue on hold are of made-up readers; a contact gets their own, a persona that of most."""
    found = mails(desk, "--only", "wall/2026-12-08", "--every-edition")
    said = sorted("You know us" in mail.as_string() for mail in found)
    assert said == [False, True]
    names = {str(mail["Subject"]) for mail in mails(desk, "--only", "wall", "--as", "c003")}
    assert names == {"TEST: Your wall, Quenby3"}
    (mail,) = mails(desk, "--only", "wall", "--as", "no-name")
    assert str(mail["Subject"]) == "TEST: Your wall, neighbour"


def test_for_a_machine(desk: Desk) -> None:
    """What left, and of what."""
    said = json.loads(desk.type(*ME, "--only", "wall/2026-12-01", "--every-edition", "--json").out)
    assert said["occasion"] == "wall/2026-W49"
    assert said["test_mails"] > 1, "two people sign"


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--only", "wal/2026-12-08"], ["'wal/2026-12-08'", "Did you mean wall/2026-12-08"]),
        (["--only", "first/thanx"], ["Did you mean first/thanks"]),
        (["--only", "zebra"], ["nothing to come is called 'zebra'", "For example: wall/2026-12-01"]),
        (["--only", "first/call"], ["first/call/once is no mail but a call"]),
        (["--only", "wall", "--as", "nobody"], ["no contact with this id", "Personas: sample"]),
        (["--only", "wall/2026-12-08", "--as", "c003"], ["does not get wall/2026-W50", "topmind why c003"]),
    ],
)
def test_what_cannot_be_shown_says_what_can(desk: Desk, arguments: list[str], words: list[str]) -> None:
    """One clear error, exit code 2, and no mail."""
    before = set((desk.root / "var/outbox").glob("*.eml"))
    said = desk.type(*ME, *arguments)
    assert said.code == 2, said.text
    assert [word for word in words if word not in said.err] == [], said.err
    assert set((desk.root / "var/outbox").glob("*.eml")) == before


def test_it_goes_with_a_test_only(desk: Desk) -> None:
    """Alone it would look as if one occasion could be sent by itself."""
    said = desk.type("send", "--only", "wall")
    assert (said.code, "--only and --every-edition go with --test" in said.err) == (2, True)


def test_without_contacts_a_made_up_reader_gets_it(tmp_path: Path) -> None:
    """In a fresh copy of the project nobody's data is at hand."""
    desk = Desk(a_company(tmp_path, {"content/articles/spring.md": SPRING}, people=1))
    (desk.root / "var/contacts/contacts.csv").unlink()
    (mail,) = mails(desk, "--only", "wall/2026-12-08")
    assert str(mail["Subject"]) == "TEST: Your wall, Nora"
