"""A small business for the acceptance test of a year: its files, its handful of people, its growing exports."""

from __future__ import annotations

import csv
import shutil
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, fields, replace
from datetime import date
from pathlib import Path

REPOSITORY = Path(__file__).parents[1]

#: Tips enough for one in each weekly issue of a year and a few rescues.
TIPS = 64
#: Starts of the promotions; each runs for four weeks.
PROMOTIONS = (date(2026, 12, 1), date(2027, 2, 1), date(2027, 4, 1), date(2027, 6, 1), date(2027, 9, 1))

CONF = """
from topmind.resource_site import plugin

SITENAME = "Larch & Daughter"
TIMEZONE = "America/New_York"
PATH = "content"
THEME = "themes/site"
PLUGINS = [plugin]
TOPMIND = {"ledger": "larch"}
"""

FILES: Mapping[str, str] = {
    "pelicanconf.py": CONF,
    "content/company.md": """---
name: Larch & Daughter
address: 3 Kiln Yard, Tern Harbor, ME 04999
zone: America/New_York
country: US
quiet: 20:00 to 08:00
programme_starts: 2026-12-01
at_least: 1 valuable touch every 30 days
at_most: 2 emails per week, 70 touches per year
value_per_promotion: 4
gap: 1 day
owner: dora
site: https://larch.example
email: hello@larch.example
---
We sweep chimneys and mend what is on top of them.
""",
    "content/team/dora.md": "---\nname: Dora Larch\nrole: Owner\nemail: dora@larch.example\nphone: 1\n---\nDora\n",
    "content/team/ida.md": "---\nname: Ida Larch\nrole: Daughter\nemail: ida@larch.example\nphone: 2\n---\nIda\n",
    "segments/customers.md": "---\ntitle: Customers\nwho: purchases() > 0\nsender: dora\nrank: 10\n---\nThey bought.\n",
    "segments/prospects.md": (
        "---\ntitle: Prospects\nwho: purchases() = 0\nat_most: 1 email per week, 40 touches per year\n"
        "gap: 2 days\nsender: ida\nrank: 20\n---\nThey asked.\n"
    ),
    "segments/seldom.md": (
        "---\ntitle: Seldom\nwho: wish = 'seldom'\nat_most: 1 email per week, 13 touches per year\nrank: 30\n---\n"
        "They asked us to write seldom.\n"
    ),
    "content/newsletters/weekly.md": """---
id: weekly
title: The Weekly Flue
every: Tuesday at 09:00
segments: [customers, prospects]
subject: Your week, {{ first_name | default: "neighbor" }}
---
Good morning {{ first_name | default: "neighbor" }},

/// slot | 1 tip

/// slot | 1 promotion, optional

{{ sender_name }}
""",
    "content/sequences/first-job.md": (
        "---\nid: first-job\ntitle: After the first job\nstarts_from: first_purchase()\n---\nWhat we owe them.\n"
    ),
    "content/sequences/first-job/01-thank-you.md": """---
title: Thank you
after: 1 day
grace: 7
subject: Thank you, {{ first_name | default: "neighbor" }}
---
Thank you for having us.

/// coupon | THANKS25

{{ sender_name }}
""",
    "content/sequences/first-job/02-check-in.md": """---
title: Does it draw?
after: 90 days
grace: 14
purpose: service
subject: Ninety days on: does it draw?
---
How does it draw?

/// button | All is well -> answer:happy

/// button | Something is not right -> answer:not-happy

{{ sender_name }}
""",
    "content/sequences/first-job/03-anniversary.md": """---
title: A year of your chimney
after: 1 year
repeat: yearly
grace: 14
purpose: service
subject: Our work is a year older
---
Look up once from across the street.
""",
    "content/sequences/first-job/04-referral.md": """---
title: Do you know somebody?
starts_from: answered('check-in', 'happy')
repeat: once
after: 7 days
grace: 14
subject: Whose chimney do you see from your window?
---
We ask this once.
""",
    "content/sequences/first-job/05-unhappy-call.md": """---
title: Call today
starts_from: answered('check-in', 'not happy')
repeat: every time
after: 0 days
channel: call
purpose: service
grace: 2
---
Listen first.
""",
    "content/sequences/welcome.md": (
        "---\nid: welcome\ntitle: For people who asked\nstarts_from: asked_on\nsegments: [prospects]\n"
        "stop_when: purchases() > 0\n---\nThey asked us something.\n"
    ),
    "content/sequences/welcome/01-hello.md": (
        "---\ntitle: A person answers\nafter: 1 day\ngrace: 5\nsubject: A person read your question\n---\nThank you for asking.\n"
    ),
    "content/sequences/welcome/02-how.md": (
        "---\ntitle: How we work\nafter: 21 days\ngrace: 7\nsubject: How we work\n---\nWith dust sheets.\n"
    ),
    "content/sequences/welcome/03-still-there.md": (
        "---\ntitle: Still there\nafter: 120 days\ngrace: 7\nsubject: Still there\n---\nSo are we.\n"
    ),
    "segments/_audience.toml": """
[tables.contacts]
file = "../var/contacts/contacts.csv"
id = "id"
email = "email"
name = ["first_name", "last_name"]
phone = "phone"
zone = "zone"

[tables.purchases]
file = "../var/contacts/purchases.csv"
id = "id"
contact = "contact"
date = "day"
amount = "amount"

[fields.first_name]
column = "first_name"
sample = "Sam"

[fields.asked_on]
column = "asked_on"
type = "date"
sample = "2026-11-24"

[fields.wish]
column = "wish"
sample = ""

[consent.email]
basis = "column"
column = "newsletter"
evidence = "the form"

[consent.call]
basis = "column"
column = "may_call"
evidence = "asked when the job is booked"
""",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Contact:
    """One line of the business's export."""

    id: str
    email: str
    first_name: str
    last_name: str = "Doe"
    phone: str = "207-555-0100"
    zone: str = ""
    newsletter: str = "yes"
    may_call: str = "yes"
    asked_on: str = ""
    wish: str = ""
    stage: str = ""


@dataclass(slots=True)
class Exports:
    """The business's two export files as they stand; they grow, and are written each morning."""

    folder: Path
    contacts: dict[str, Contact] = field(default_factory=dict)
    #: (contact, day), in order; the invoice number is the place.
    purchases: list[tuple[str, date]] = field(default_factory=list)

    def write(self) -> None:
        """Write both files whole."""
        self.folder.mkdir(parents=True, exist_ok=True)
        names = [f.name for f in fields(Contact)]
        _table(
            self.folder / "contacts.csv",
            names,
            ([getattr(c, n) for n in names] for c in self.contacts.values()),
        )
        _table(
            self.folder / "purchases.csv",
            ["id", "contact", "day", "amount"],
            ([f"I{n:04}", who, day.isoformat(), "250.00"] for n, (who, day) in enumerate(self.purchases)),
        )

    def change(self, contact: str, **values: str) -> None:
        """Somebody's line reads otherwise from now on."""
        self.contacts[contact] = replace(self.contacts[contact], **values)


def _table(path: Path, head: list[str], rows: Iterable[list[str]]) -> None:
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(head)
        writer.writerows(rows)


def write_project(root: Path) -> Path:
    """The business's files below `root`, with this repository's themes; returns `root`."""
    texts = dict(FILES)
    for number in range(TIPS):
        texts[f"content/tips/tip-{number:03}.md"] = (
            f"---\ntitle: Tip {number}\ndate: 2026-09-01\nsummary: One small thing, no. {number}.\n---\nLook at it.\n"
        )
    for start in PROMOTIONS:
        ends = date.fromordinal(start.toordinal() + 27)
        texts[f"content/promotions/offer-{start}.md"] = (
            f"---\ntitle: Offer of {start:%B}\ndate: {start}\nstarts: {start}\nends: {ends}\noffer: ten percent\n"
            "link: https://larch.example/offer/\n---\nBook now.\n"
        )
    for name, text in texts.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")
    shutil.copytree(REPOSITORY / "themes", root / "themes")
    return root
