"""A company of eight contacts whose programme a test writes itself: one command line, one day after the other."""

from __future__ import annotations

import email
import email.policy
from collections.abc import Mapping
from pathlib import Path

import read_mail
from played import Desk, Said
from small_company import AUDIENCE, a_company

HEAD = "id,email,first_name,last_name,stage,mason,agrees,since,birthday"
#: Eight people who agree to mail; the last one does not.
PEOPLE: Mapping[str, Mapping[str, str]] = {
    f"c{n}": {
        "id": f"c{n}",
        "email": f"canary{n}@example.com",
        "first_name": f"Quenby{n}",
        "last_name": "Zyskowski",
        "stage": "interest",
        "mason": "dana",
        "agrees": "no" if n == 8 else "yes",
        "since": "2026-01-05",
        "birthday": "",
    }
    for n in range(1, 9)
}


class Programme:
    """The company's folder, and what its files say now."""

    def __init__(self, root: Path, files: Mapping[str, str | None]) -> None:
        audience = AUDIENCE.replace('stage = "stage"', 'stage = "stage"\nsince = "since"')
        audience += '\n[fields.birthday]\ncolumn = "birthday"\ntype = "date"\nsample = "1980-05-12"\n'
        base: dict[str, str | None] = {
            "segments/_audience.toml": audience,
            # only what a test writes is due: no letter, no rescue within the story
            "content/newsletters/wall.md": None,
            "content/sequences/first.md": None,
            "content/sequences/first/01-thanks.md": None,
            "content/tips/damp.md": None,
            "content/tips/moss.md": None,
            "content/tips/frost.md": None,
            "content/promotions/joints.md": None,
        }
        self.people = {contact: dict(row) for contact, row in PEOPLE.items()}
        self.bought: list[tuple[str, str, str]] = []
        a_company(root, base | dict(files), people=1)
        self.desk = Desk(root)
        self.save()

    def save(self) -> None:
        """Write the exports as they are now."""
        rows = [",".join(row[name] for name in HEAD.split(",")) for row in self.people.values()]
        sales = [f"p{n},{who},{day},100.00,{what}" for n, (who, day, what) in enumerate(self.bought, 1)]
        self.desk.write(
            {
                "var/contacts/contacts.csv": "\n".join([HEAD, *rows]) + "\n",
                "var/contacts/purchases.csv": "\n".join(["id,contact,day,amount,what", *sales]) + "\n",
            }
        )

    def change(self, contact: str, **values: str) -> None:
        """Somebody types into the customer file."""
        self.people.setdefault(contact, {**PEOPLE["c1"], "id": contact}).update(values)
        self.save()

    def buys(self, contact: str, day: str, what: str = "wall") -> None:
        """A sale is booked."""
        self.bought.append((contact, day, what))
        self.save()

    def tick(self, day: str) -> list[tuple[str, str]]:
        """One run; (contact, subject) of the mails that left in it."""
        before = set(self.desk.mails())
        said = self.send(day)
        assert said.code == 0, said
        return self.mails(set(self.desk.mails()) - before)

    def send(self, day: str) -> Said:
        """One run, whatever comes of it."""
        return self.desk.type("--as-of", day, "send")

    def mails(self, names: set[str]) -> list[tuple[str, str]]:
        """(contact, subject) of these mails, in order."""
        found = []
        for name in names:
            message = self.message(name)
            number = str(message["To"]).partition("canary")[2].partition("@")[0]
            found.append((f"c{number}", str(message["Subject"])))
        return sorted(found)

    def message(self, name: str) -> email.message.EmailMessage:
        """One mail as it left."""
        raw = (self.desk.root / "var" / "outbox" / name).read_bytes()
        return read_mail.read(raw)

    def text_of(self, contact: str, subject: str) -> str:
        """The plain text of the one mail with this subject to this contact."""
        (name,) = [n for n in self.desk.mails() if self.mails({n}) == [(contact, subject)]]
        body = self.message(name).get_body(("plain",))
        assert body is not None
        return str(body.get_content())


def a_sequence(name: str, starts_from: str, *, more: str = "") -> dict[str, str | None]:
    """A sequence's own file."""
    return {
        f"content/sequences/{name}.md": (
            f"---\nid: {name}\ntitle: {name.capitalize()}\nstarts_from: {starts_from}\n{more}---\nWhy.\n"
        )
    }


def a_step(
    sequence: str, number: int, when: str, *, more: str = "", text: str = "Hello."
) -> dict[str, str | None]:
    """A step's file; its subject is `SEQUENCE NUMBER`."""
    return {
        f"content/sequences/{sequence}/{number:02}-step{number}.md": (
            f"---\ntitle: Step {number}\n{when}\npurpose: service\nsubject: {sequence} {number}\n{more}---\n{text}\n"
        )
    }
