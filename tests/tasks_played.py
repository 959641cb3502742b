"""A small company whose people call: a check-in by phone after each first job, and whoever has to do it."""

from __future__ import annotations

import base64
import json
import re
import zlib
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import read_mail
from small_company import AUDIENCE, CONF, a_company
from topmind import brand, live
from topmind.delivery import MemoryTransport
from topmind.ledger import Task
from topmind.links import Links
from topmind.model import Message, Outcome, Transport
from topmind.run import load, places, sending, task_import, tasking
from topmind.run.sent import SendResult
from topmind.run.tasking import TaskList
from topmind.testing import asgi
from topmind.testing.clock import FixedClock

#: 9:30 in Dublin.
TUESDAY = datetime(2026, 12, 1, 9, 30, tzinfo=UTC)
LIVE = "https://live.alder.example"
#: Words that name people; they may stand in task mails and where somebody asked for names.
PERSONAL = ("Quenby", "Zyskowski", "555-77", "Larkfield")

FILES = {
    "pelicanconf.py": CONF.replace(', "as_of": "2026-12-01"', ""),
    "segments/_audience.toml": AUDIENCE.replace(
        'stage = "stage"\n', 'stage = "stage"\nphone = "phone"\npostal = ["street", "town"]\n', 1
    ),
    # nothing but tasks: no letter, no item that a rescue could send
    **dict.fromkeys(
        (
            "content/newsletters/wall.md",
            "content/tips/damp.md",
            "content/tips/moss.md",
            "content/tips/frost.md",
            "content/promotions/joints.md",
        )
    ),
    "content/sequences/first/01-thanks.md": None,
    "content/sequences/first/01-check-in.md": (
        "---\ntitle: Does it hold?\nafter: 1 day\nchannel: call\npurpose: service\ngrace: 1\n---\n"
        'Ask {{ first_name | default: "them" }}: "This is {{ sender_name }}. Does the wall hold?"\n\n'
        "/// button | All well -> answer:happy\n"
    ),
    "content/sequences/first/02-unhappy.md": (
        "---\ntitle: Go and look\nstarts_from: answered('check-in', 'not happy')\nrepeat: every time\nafter: 0 days\n"
        "channel: visit\npurpose: service\ngrace: 3\n---\nGo and look today.\n"
    ),
    "content/sequences/first/03-card.md": (
        "---\ntitle: A card\nafter: 1 day\nchannel: letter\npurpose: service\ngrace: 20\n---\n"
        'Dear {{ first_name | default: "neighbour" }},\n\nthank you.\n\n/// callout | Put in\nA pencil.\n///\n\n'
        "{{ sender_name }}\n"
    ),
    "var/contacts/contacts.csv": "\n".join(
        [
            "id,email,first_name,last_name,stage,mason,agrees,phone,street,town",
            *(
                f"c{n},canary{n}@example.com,Quenby{n},Zyskowski,action,{mason},yes,01 555-77{n},{n} Larkfield,Cork"
                for n, mason in ((1, "june"), (2, "june"), (3, "dana"), (4, "june"))
            ),
        ]
    )
    + "\n",
    "var/contacts/purchases.csv": "id,contact,day,amount,what\n"
    + "".join(f"p{n},c{n},2026-11-30,100.00,wall\n" for n in (1, 2, 3))
    + "p4,c4,2026-03-01,100.00,wall\n",
}


@dataclass
class Office:
    """The company, its clock, and everything that left."""

    root: Path
    clock: FixedClock = field(default_factory=lambda: FixedClock(TUESDAY))
    carrier: MemoryTransport = field(default_factory=MemoryTransport)
    environ: dict[str, str] = field(
        default_factory=lambda: {"TOPMIND_TRANSPORT": "memory", "TOPMIND_LIVE_URL": LIVE}
    )

    def tick(self, transport: Transport | None = None) -> SendResult:
        """One scheduled run."""
        return sending.send(
            self.root,
            as_of=None,
            clock=self.clock,
            environ=self.environ,
            transport=transport or self.carrier,
        )

    def next_day(self) -> SendResult:
        """The same time tomorrow, and its run."""
        self.clock.advance(days=1)
        return self.tick()

    def mails(self) -> list[Message]:
        """Task mails that left, in order."""
        return [message for message in self.carrier.sent if message.touch.source == "@tasks"]

    def listed(self) -> TaskList:
        """What `topmind tasks` lists."""
        with tasking.opened(self.root, as_of=None, clock=self.clock) as (project, ledger):
            return tasking.task_list(project, ledger)

    def every(self) -> dict[tuple[str, str | None], Task]:
        """(contact, step) → task, closed ones too."""
        with tasking.opened(self.root, as_of=None, clock=self.clock) as (_, ledger):
            return {(task.key.contact, task.key.step): task for task in ledger.tasks(open_only=False)}

    def press(self, address: str, note: str = "", method: str = "POST") -> int:
        """Follow a link of a mail on the live pages; the status."""
        return self.page(address, note, method).status

    def page(self, address: str, note: str = "", method: str = "GET") -> asgi.WebAnswer:
        """What a link of a mail shows on the live pages."""
        project = load.load(self.root, as_of=None, clock=self.clock)
        pages = live.app(
            inbox=places.inbox(project.settings),
            links=Links(places.key_ring(project.settings), LIVE),
            brand=brand.load(self.root),
            company="Alder & Sons",
            clock=self.clock,
        )
        body = f"comment={note}".encode() if method == "POST" else b""
        return asgi.call(pages, method, address.removeprefix(LIVE), body)

    def import_(self, *lines: str) -> tasking.Told:
        """`topmind tasks import` of a list with these lines."""
        path = self.root / "var" / "back.csv"
        path.write_text("\n".join(["task,outcome,note", *lines]) + "\n", "utf-8")
        return task_import.import_file(self.root, path, as_of=None, clock=self.clock)


def an_office(root: Path) -> Office:
    """The company on the morning after three first jobs; nothing was sent yet."""
    a_company(root, FILES)
    return Office(root)


def text_of(message: Message) -> str:
    """The plain text of a mail, its lines joined."""
    parsed = read_mail.read(message.raw)
    part = parsed.get_body(("plain",))
    assert part is not None
    return " ".join(str(part.get_content()).split())


def html_of(message: Message) -> str:
    """The HTML of a mail."""
    parsed = read_mail.read(message.raw)
    part = parsed.get_body(("html",))
    assert part is not None
    return str(part.get_content())


def payload(address: str) -> str:
    """What everybody can read in a signed address; a long one is packed."""
    packed, text = re.match(r".*/(\.?)([\w-]+)", address).groups()  # type: ignore[union-attr]  # every address has one
    data = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
    return (zlib.decompress(data) if packed else data).decode()


def link(message: Message, task: Task, word: str) -> str:
    """The address behind a word under one task."""
    for address in re.findall(rf'href="({LIVE}/t/[^"]+)"', html_of(message)):
        if json.loads(payload(address))[1:3] == [task.touch_hex, word]:
            return str(address)
    raise AssertionError(f"no link {word}")


class Dies(MemoryTransport):
    """A transport in whose call the process is killed, once the mail of tasks has left."""

    def send(self, message: Message) -> Outcome:
        """Takes the mail and never answers."""
        super().send(message)
        if message.touch.source == "@tasks":
            raise KeyboardInterrupt
        return super().send(message)

    def proof(self, touch_hex: str, attempt: int) -> str:
        """Knows nothing of it."""
        return ""
