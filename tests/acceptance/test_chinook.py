"""A record shop's real export, from its figures to 58 mails, at the command line: nothing of it is renamed by hand."""

from __future__ import annotations

import contextlib
import csv
import io
import json
import random
import shutil
import subprocess
import sys
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest

import read_mail
from topmind.cli.app import call

DAY = "2025-12-22"
REPOSITORY = Path(__file__).parents[2]
PROJECT = REPOSITORY / "tests" / "data" / "chinook"

#: Segment → contacts, as they were counted in the export.
FIGURES = {
    "customers": 59,
    "quiet-90": 40,
    "quiet-180": 28,
    "quiet-365": 13,
    "top-5": 5,
    "jazz": 32,
    "jazz-not-blues": 20,
}
#: The one customer whose address has letters that Amazon SES carries in no address.
NOT_MAILABLE = "49"


def rows(shared: Path, name: str) -> list[dict[str, str]]:
    """One file of the export."""
    with (shared / "data" / "chinook" / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


class Shop:
    """A copy of the project in a folder of its own; the export stays where it is."""

    def __init__(self, root: Path, export: Path) -> None:
        self.root = root / "tests" / "data" / "chinook"
        shutil.copytree(PROJECT, self.root, ignore=shutil.ignore_patterns("var", "output"))
        shutil.copytree(
            REPOSITORY / "themes", root / "themes"
        )  # pelicanconf.py names them three folders above
        self.export = export
        #: All that was printed by commands that may not name a person.
        self.printed = ""
        self.type("build")
        self.planned = self.json("plan")
        self.first = self.json("send")
        self.names = self.outbox()
        self.second = self.json("send")

    def outbox(self) -> list[str]:
        """Names of the mails."""
        return sorted(path.name for path in self.root.glob("var/outbox/*.eml"))

    def type(self, *arguments: str) -> str:
        """What a command prints; it must end well."""
        out, err = io.StringIO(), io.StringIO()
        with pytest.MonkeyPatch.context() as environment:
            environment.setenv("TOPMIND_CONTACTS", str(self.export))
            with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
                code = call(["-C", str(self.root), "--as-of", DAY, *arguments])
        assert code == 0, err.getvalue()
        if arguments[0] != "why":
            self.printed += out.getvalue() + err.getvalue()
        return out.getvalue()

    def json(self, *arguments: str) -> Any:
        """The same, read by a machine."""
        return json.loads(self.type(*arguments, "--json"))

    def mails(self) -> list[EmailMessage]:
        """The outbox, parsed by Python's own parser."""
        return [read_mail.read(p.read_bytes()) for p in sorted(self.root.glob("var/outbox/*.eml"))]


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory, shared: Path) -> Shop:
    """The shop after it built its site, planned, and sent twice."""
    return Shop(tmp_path_factory.mktemp("chinook"), shared / "data" / "chinook")


@pytest.fixture
def representatives(shared: Path) -> dict[str, tuple[str, str]]:
    """Address of a customer → (name, address) of the employee who looks after them."""
    team = {"3": "jane", "4": "margaret", "5": "steve"}
    names = {
        row["EmployeeId"]: f"{row['FirstName']} {row['LastName']}" for row in rows(shared, "employees.csv")
    }
    return {
        row["Email"].lower(): (names[row["SupportRepId"]], f"{team[row['SupportRepId']]}@chinook.example")
        for row in rows(shared, "customers.csv")
        if row["CustomerId"] != NOT_MAILABLE
    }


def test_figures(shop: Shop) -> None:
    """`segments --json` gives what was counted by hand."""
    found = shop.json("segments")
    assert {row["name"]: row["size"] for row in found} == FIGURES
    assert {row["name"]: row["share"] for row in found} == {n: round(k / 59, 4) for n, k in FIGURES.items()}


def test_as_it_stands_in_the_repository(shared: Path) -> None:
    """From the root, without an environment: the same figures, and nothing that git would see."""
    before = git_sees()
    found = subprocess.run(
        [sys.executable, "-m", "topmind", "-C", "tests/data/chinook", "--as-of", DAY, "segments", "--json"],
        cwd=REPOSITORY,
        capture_output=True,
        text=True,
        check=True,
    )
    assert {row["name"]: row["size"] for row in json.loads(found.stdout)} == FIGURES
    assert found.stderr == ""
    assert git_sees() == before


def git_sees() -> str:
    """What changed below the project, for git."""
    return subprocess.run(
        ["git", "status", "--porcelain", "--untracked-files=all", "--", str(PROJECT)],
        cwd=REPOSITORY,
        capture_output=True,
        text=True,
        check=True,
    ).stdout


def test_the_first_run_sends_to_everybody_and_the_second_to_nobody(shop: Shop) -> None:
    """What was planned is what left; nothing leaves again."""
    planned, first, second = shop.planned, shop.first, shop.second
    assert (planned["active"], planned["due"]) == (59, 58)
    assert (first["planned"], first["accepted"], first["sent_now"]) == (58, 58, 58)
    assert second["sent_now"] == 0
    same = ("planned", "accepted", "refused", "skipped", "expired", "unknown", "waiting", "tasks", "as_of")
    assert {name: second[name] for name in same} == {name: first[name] for name in same}
    assert shop.outbox() == shop.names


def test_each_customer_hears_from_their_representative(
    shop: Shop, representatives: dict[str, tuple[str, str]]
) -> None:
    """Name and address in From, the address in Reply-To, one mail for each."""
    found = {}
    for mail in shop.mails():
        (to,), (sender,), (reply,) = (mail[name].addresses for name in ("To", "From", "Reply-To"))
        assert sender.addr_spec == reply.addr_spec
        found[to.addr_spec.lower()] = (sender.display_name, reply.addr_spec)
    assert len(shop.mails()) == len(found)
    assert found == representatives


def test_the_mails_are_whole(shop: Shop, shared: Path) -> None:
    """Subject with their own first name, letters and all; text and HTML; one click to leave; below Gmail's limit."""
    first_names = {row["Email"].lower(): row["FirstName"] for row in rows(shared, "customers.csv")}
    for mail in shop.mails():
        (to,) = mail["To"].addresses
        assert mail["Subject"] == f"Worth an hour this week, {first_names[to.addr_spec.lower()]}"
        text, html = (mail.get_body((kind,)) for kind in ("plain", "html"))
        assert text is not None
        assert html is not None
        assert first_names[to.addr_spec.lower()] in text.get_content()
        assert "{{" not in html.get_content()
        assert len(html.get_content().encode()) < 102_000
        assert mail["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
        assert to.addr_spec not in mail["List-Unsubscribe"]


def test_only_who_is_meant_reads_the_block(shop: Shop, shared: Path) -> None:
    """Twenty customers bought jazz and never blues; the paragraph for them is in no other mail and on no page."""
    words = "a shelf of blues"
    with_it = [
        mail
        for mail in shop.mails()
        if words in mail.as_bytes().decode("ascii", "replace").replace("=\r\n", "")
    ]
    assert len(with_it) == FIGURES["jazz-not-blues"] - int(NOT_MAILABLE in _jazz(shop))
    for path in (shop.root / "output").rglob("*"):
        assert not path.is_file() or words.encode() not in path.read_bytes(), path


def _jazz(shop: Shop) -> str:
    """The customer without a usable address, if they are in the segment."""
    told = shop.type("segments", "explain", "jazz-not-blues", NOT_MAILABLE)
    return "" if " is not in " in told else NOT_MAILABLE


def test_why_explains_anybody(shop: Shop, shared: Path) -> None:
    """Ten of them, by id and by address: segments, who signs, on what basis, what happened, and the very mail."""
    people = [row for row in rows(shared, "customers.csv") if row["CustomerId"] != NOT_MAILABLE]
    for row in random.Random(DAY).sample(people, 10):
        told = shop.type("why", row["CustomerId"])
        assert f"contact {row['CustomerId']}" in told.splitlines()[0]
        assert "customer since 2021-01-01 or later (invoices of the shop)" in told
        assert "accepted   listening-post/2025-W52" in told
        (path,) = [line.strip() for line in told.splitlines() if line.strip().endswith(".eml")]
        assert row["Email"].encode() in (shop.root / path).read_bytes()
        assert shop.type("why", row["Email"]) == told


def test_why_explains_who_got_nothing(shop: Shop) -> None:
    """The one whose address cannot be mailed: told as such."""
    told = shop.type("why", NOT_MAILABLE)
    assert "no address" in told
    assert "Nothing was ever sent" in told


def test_nobody_is_named_on_a_screen(shop: Shop, shared: Path) -> None:
    """No address, last name or phone number in anything that was printed, nor on the site."""
    shop.type("check")
    shop.type("report")
    people = rows(shared, "customers.csv")
    site = "\n".join(
        p.read_text("utf-8", "replace") for p in (shop.root / "output").rglob("*") if p.is_file()
    )
    for row in people:
        for value in (row["Email"], row["Phone"], f"{row['FirstName']} {row['LastName']}"):
            assert not value or value not in shop.printed, row["CustomerId"]
            assert not value or value not in site, row["CustomerId"]
