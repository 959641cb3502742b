"""Exports as offices send them: what can be read is used and said, what cannot is never guessed; nobody is mailed by mistake."""

from __future__ import annotations

import json
import re
from email.message import EmailMessage
from typing import Any

import pytest

import read_mail
from played import Desk
from small_company import FILES, HEAD, PEOPLE, contact, contacts, purchases

CONTACTS = "var/contacts/contacts.csv"
PURCHASES = "var/contacts/purchases.csv"
WALL = "content/newsletters/wall.md"


def with_row(number: int, old: str, new: str) -> str:
    """The contacts' file with one person's row changed."""
    row = contact(number)
    assert old in row
    return contacts().replace(row, row.replace(old, new))


def more(row: str) -> str:
    """The contacts' file with one row at its end, on line 82."""
    return f"{contacts()}{row}\n"


def send(desk: Desk) -> dict[str, Any]:
    """A send that ends well; its counts."""
    said = desk.type("send", "--json")
    assert said.code == 0, said.text
    found: dict[str, Any] = json.loads(said.out)
    return found


def warnings(sent: dict[str, Any]) -> list[dict[str, Any]]:
    """What the run said beside the counts."""
    return [one for one in sent["findings"] if one["level"] == "warning"]


def messages(desk: Desk) -> list[EmailMessage]:
    """Every mail in the outbox, parsed."""
    return [read_mail.read((desk.root / "var" / "outbox" / name).read_bytes()) for name in desk.mails()]


@pytest.mark.parametrize(
    "raw",
    [
        contacts().replace(",", ";").encode(),
        contacts().replace(",", "\t").encode(),
        contacts().encode("utf-8-sig"),
        contacts().encode("utf-16"),
        contacts().replace("\n", "\r\n").encode(),
    ],
    ids=["semicolons", "tabs", "byte-order mark", "utf-16", "windows line ends"],
)
def test_what_programs_write_is_read(desk: Desk, raw: bytes) -> None:
    """No warning, nobody lost."""
    desk.write({CONTACTS: raw})
    sent = send(desk)
    assert (sent["sent_now"], warnings(sent)) == (PEOPLE, [])


#: A row that cannot be right → what the run says; everybody else is mailed.
ROWS = {
    "too few columns": (more("c900,canary900@example.com"), "1 row was left out: 1 × too few columns", 82),
    "too many columns": (more(f"{contact(900)},more,more"), "1 row was left out: 1 × too many columns", 82),
    "a quote without an end": (
        more('c900,"canary900@example.com,Quenby900,Z,interest,dana,yes'),
        "1 row was left out: 1 × a quote that is not closed",
        82,
    ),
    "no id": (more(contact(900).replace("c900", "")), "1 row was left out: 1 × without an id", 82),
    "an id that came before": (more(contact(900).replace("c900", "c005")), "1 × an id that came before", 82),
}


@pytest.mark.parametrize("name", ROWS)
def test_a_bad_row_is_put_aside(desk: Desk, name: str) -> None:
    """Told with its line and kept with the reason, for the owner of the file alone; 80 others get their mail."""
    text, says, line = ROWS[name]
    desk.write({CONTACTS: text})
    sent = send(desk)
    assert sent["sent_now"] == PEOPLE
    (warning,) = warnings(sent)
    assert (warning["path"], warning["line"]) == (CONTACTS, line)
    assert says in warning["says"]
    kept = desk.root / "var" / "rejects" / "contacts.csv"
    assert kept.stat().st_mode & 0o077 == 0
    assert kept.read_text("utf-8").splitlines()[1].startswith(f"{line},")


#: A value that cannot be right → what the run says, and how many mails leave.
VALUES = {
    "an address that is none": (
        with_row(5, "canary5@", "canary5 at "),
        "cannot be mailed for 1 contact (c005)",
        79,
    ),
    "two addresses": (
        with_row(5, "canary5@", "a@example.com;canary5@"),
        "cannot be mailed for 1 contact (c005)",
        79,
    ),
    "a header in an address": (
        with_row(5, "canary5@example.com", '"canary5@example.com\nBcc: canary@example.net"'),
        "cannot be mailed for 1 contact (c005)",
        79,
    ),
    "consent that says maybe": (
        with_row(5, ",yes", ",maybe"),
        '"agrees" (consent by email) cannot be read',
        79,
    ),
    "a sender that is nobody": (
        with_row(5, "dana", "danna"),
        '"mason" names nobody of content/team for 1',
        80,
    ),
    "a stage that is none": (with_row(5, "interest", "intrest"), '"stage" (stage) cannot be read for 1', 80),
}


@pytest.mark.parametrize("name", VALUES)
def test_a_bad_value_is_told_by_the_id(desk: Desk, name: str) -> None:
    """Never by what stands there; whoever it makes unsure gets nothing, the others do."""
    text, says, mails = VALUES[name]
    desk.write({CONTACTS: text})
    sent = send(desk)
    assert sent["sent_now"] == mails
    (warning,) = warnings(sent)
    assert says in warning["says"]
    assert warning["fix"]


def test_an_amount_that_is_none(desk: Desk) -> None:
    """A purchase without a readable amount is put aside; its customer is still one of us."""
    desk.write({PURCHASES: purchases() + "p900,c001,2026-01-01,1.2.3,wall\n"})
    sent = send(desk)
    assert sent["sent_now"] == PEOPLE
    assert "an amount that cannot be read" in warnings(sent)[0]["says"]


def test_one_inbox_gets_one_copy(desk: Desk) -> None:
    """Two contacts share an address, typed differently: one mail; `check` names the two by their ids."""
    desk.write({CONTACTS: more(contact(900).replace("canary900@example.com", "Canary5@EXAMPLE.com"))})
    assert send(desk)["sent_now"] == PEOPLE
    to = [str(mail["To"]).lower() for mail in messages(desk) if "canary5@" in str(mail["To"]).lower()]
    assert len(to) == 2, "one on 24 November, one today"
    assert "(c005 = c900)" in desk.type("check").out
    assert desk.type("send", "--json").code == 0
    assert len(messages(desk)) == 2 * PEOPLE


#: An export that is no good → why. The one of last week is used, and the run says so loudly.
BROKEN = {
    "empty": ("", "the file is empty"),
    "only a header": (f"{HEAD}\n", "no usable row"),
    "half of the people": (contacts(PEOPLE // 2), "40 people; the last good one had 80"),
    "a column is gone": (
        contacts().replace("agrees", "agreez"),
        'no column "agrees". Did you mean "agreez"?',
    ),
    "a column stands twice": (contacts().replace("last_name", "email"), 'more than one column "email"'),
    "no header": ("\n".join(contacts().splitlines()[1:]), "its first line holds a contact"),
    "a picture": (b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR" * 50, "no text"),
    "one quote swallows the half": (
        with_row(40, "canary40", '"canary40'),
        "39 people; the last good one had 80",
    ),
    "ids are addresses": (
        re.sub(r"c\d+,(canary\d+@example\.com)", r"\1,\1", contacts()),
        'the id column "id" holds addresses (80 rows)',
    ),
    "gone": (None, "there is no file"),
}


@pytest.mark.parametrize("name", BROKEN)
def test_the_last_good_export_is_used(desk: Desk, name: str) -> None:
    """All eighty get their mail as of last week's export; `segments`, `plan` and `check` see the same people."""
    text, says = BROKEN[name]
    desk.write({CONTACTS: text})
    sent = send(desk)
    assert sent["sent_now"] == PEOPLE
    (warning,) = warnings(sent)
    assert warning["path"] == CONTACTS
    assert says in warning["says"]
    assert "THE LAST GOOD ONE IS USED" in warning["says"]
    sizes = {row["name"]: row["size"] for row in json.loads(desk.type("segments", "--json").out)}
    assert sizes == {"customers": PEOPLE // 2, "prospects": PEOPLE // 2}
    assert says in desk.type("check").out


#: Of these nobody can know that people are missing, where no better export was there before.
SHRUNKEN = {"half of the people", "one quote swallows the half"}


@pytest.mark.parametrize("name", sorted(BROKEN.keys() - SHRUNKEN))
def test_without_a_last_good_one_nobody_is_mailed(desk: Desk, name: str) -> None:
    """The first export of a project is broken: told, exit 1, nothing written."""
    text, says = BROKEN[name]
    (desk.root / "var" / "cache" / "audience" / "good.json").unlink()
    desk.write({CONTACTS: text})
    before = desk.left()
    for command in ("send", "plan", "segments"):
        said = desk.type(command)
        assert said.code == 1
        assert CONTACTS in said.err
        assert says in said.err
    assert desk.left() == before
    assert desk.type("stop").code == 0


def test_people_who_vanish_are_remembered(desk: Desk) -> None:
    """Somebody taken out of the export gets nothing more, and `why` still knows them."""
    desk.write({CONTACTS: contacts().replace(contact(9) + "\n", "")})
    assert send(desk)["sent_now"] == PEOPLE - 1
    from topmind.cli.app import call

    assert call(["-C", str(desk.root), "why", "c009"]) == 0


# --- values that attack -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "name",
    [
        '"Eve\nBcc: victim@example.net"',
        "<script>alert(1)</script>",
        "{{ last_name }}",
        "{% raw %}",
        "\u202eevE",
        "=cmd|' /C calc'!A0",
        "Eve\x07\x1b[2J",
        "E" * 5_000,
    ],
    ids=[
        "header",
        "script",
        "merge tag",
        "template",
        "right to left",
        "formula",
        "control characters",
        "long",
    ],
)
def test_a_name_cannot_do_anything(desk: Desk, name: str) -> None:
    """It stands in the mail as text: no header, no markup, no second merge; the other 79 mails are the same."""
    desk.write({CONTACTS: with_row(5, "Quenby5", name)})
    before = set(desk.mails())
    said = desk.type("send")
    assert said.code in {0, 1}, said.text
    mails = {name: (desk.root / "var" / "outbox" / name).read_bytes() for name in set(desk.mails()) - before}
    assert len(mails) >= PEOPLE - 1
    for raw in mails.values():
        mail = read_mail.read(raw)
        assert mail["Bcc"] is None
        assert [part.get_content_type() for part in mail.walk()][1:] == ["text/plain", "text/html"]
        html = mail.get_body(("html",)).get_content()  # type: ignore[union-attr]
        assert "<script" not in html
        assert "Zyskowski" not in html, "last_name is in no text: a value was merged again"
        assert all(len(line) <= 998 for line in raw.splitlines())


def test_a_name_that_would_cut_the_mail_holds_it(desk: Desk) -> None:
    """200 000 letters: this one mail waits, exit 1 says so, the others leave."""
    desk.write({CONTACTS: with_row(5, "Quenby5", "E" * 200_000)})
    said = desk.type("send")
    assert said.code == 1
    assert "1 mail could not be built and waits: the HTML has" in said.out
    assert len(desk.mails()) == 2 * PEOPLE - 1


def test_a_value_that_is_due_and_not_there(desk: Desk) -> None:
    """A merge tag without default, empty for one reader: `check` names the line, the tick holds that edition alone."""
    desk.write(
        {
            WALL: FILES[WALL].replace(' | default: "neighbour"', ""),
            CONTACTS: with_row(5, "Quenby5", ""),
        }
    )
    checked = desk.type("check")
    assert checked.code == 1
    assert f"{WALL}:6:" in checked.out
    assert f"{WALL}:8:" in checked.out
    said = desk.type("send")
    assert said.code == 1
    assert "{{ first_name }} is empty for 1 of" in said.out
    assert "default" in said.out
    for mail in messages(desk):
        assert "{{" not in mail["Subject"]
