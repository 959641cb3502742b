"""A whole small company on disk, with made-up contacts and something due on its day: what people then do wrong to it."""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from pathlib import Path

REPOSITORY = Path(__file__).parents[1]
#: A Tuesday; the project is pinned to it.
DAY = "2026-12-01"
#: How many contacts there are; all agree, all are due for the Tuesday letter.
PEOPLE = 80

CONF = """from topmind.resource_site import plugin

SITENAME = "Alder & Sons"
TIMEZONE = "Europe/Dublin"
PATH = "content"
THEME = "themes/site"
PLUGINS = [plugin]
TOPMIND = {"ledger": "alder", "as_of": "2026-12-01"}
"""

AUDIENCE = """sender_field = "mason"

[tables.contacts]
file = "../var/contacts/contacts.csv"
id = "id"
email = "email"
name = ["first_name", "last_name"]
stage = "stage"

[tables.purchases]
file = "../var/contacts/purchases.csv"
id = "id"
contact = "contact"
date = "day"
amount = "amount"
items = ["what"]

[fields.first_name]
column = "first_name"
sample = "Nora"

[fields.mason]
column = "mason"
sample = "dana"

[consent.email]
basis = "column"
column = "agrees"
evidence = "the form on our site"
"""

FILES: Mapping[str, str] = {
    "pelicanconf.py": CONF,
    "segments/_audience.toml": AUDIENCE,
    "segments/customers.md": "---\ntitle: Customers\nwho:\n  - purchases() > 0\nrank: 10\n---\nThey bought.\n",
    "segments/prospects.md": "---\ntitle: Prospects\nwho:\n  - purchases() = 0\nrank: 20\n---\nThey did not.\n",
    "content/company.md": (
        "---\nname: Alder & Sons\naddress:\n  - 1 Mill Lane\n  - Cork T12\nzone: Europe/Dublin\ncountry: IE\n"
        "programme_starts: 2026-01-01\nowner: dana\nsite: https://alder.example\nemail: hello@alder.example\n"
        "phone: 01 555 0100\nat_least: 1 valuable touch every 30 days\nat_most: 2 emails per week\n---\nWe mend walls.\n"
    ),
    "content/team/dana.md": "---\nname: Dana Reyes\nrole: Owner\nemail: dana@alder.example\n---\nWarmly\n",
    "content/team/june.md": "---\nname: June Okafor\nrole: Mason\nemail: june@alder.example\n---\nJune\n",
    "content/newsletters/wall.md": (
        "---\nid: wall\ntitle: The Wall\nevery: Tuesday at 09:00\nsegments: [customers, prospects]\n"
        'subject: Your wall, {{ first_name | default: "neighbour" }}\n---\n'
        'Good morning {{ first_name | default: "neighbour" }},\n\n/// slot | 1 tip\n\n/// slot | 1 promotion, optional\n'
    ),
    "content/tips/damp.md": (
        "---\ntitle: Damp and how to find it\ndate: 2026-11-01\ntags: [damp, walls]\n---\n"
        "Press a coin to the wall.\n\n/// callout | Tip\nCold is not wet.\n///\n"
    ),
    "content/tips/moss.md": "---\ntitle: Moss is a clock\ndate: 2026-11-08\n---\nMoss tells how long it was wet.\n",
    "content/tips/frost.md": "---\ntitle: Before the frost\ndate: 2026-11-15\n---\nClose the joints in October.\n",
    "content/promotions/joints.md": (
        "---\ntitle: Joints before Christmas\ndate: 2026-11-10\noffer: 10 % off\ncode: JOINT10\nstarts: 2026-11-15\n"
        "ends: 2026-12-20\nterms: One per house.\n---\nWe close them.\n\n/// coupon | JOINT10\n"
    ),
    "content/sequences/first.md": (
        "---\nid: first\ntitle: After the first wall\nstarts_from: first_purchase()\n---\nThanks.\n"
    ),
    "content/sequences/first/01-thanks.md": (
        "---\ntitle: Thanks\nafter: 1 day\npurpose: service\nsubject: Thank you\n---\n"
        'Thank you, {{ first_name | default: "neighbour" }}.\n'
    ),
}

HEAD = "id,email,first_name,last_name,stage,mason,agrees"


def contact(number: int) -> str:
    """One row of the contacts' file."""
    return (
        f"c{number:03d},canary{number}@example.com,Quenby{number},Zyskowski,interest,"
        f"{'june' if number % 4 == 0 else 'dana'},yes"
    )


def contacts(people: int = PEOPLE) -> str:
    """The contacts' file."""
    return "\n".join([HEAD, *map(contact, range(1, people + 1))]) + "\n"


def purchases(people: int = PEOPLE) -> str:
    """Every second contact bought something, one of them yesterday."""
    rows = [
        f"p{n},c{n:03d},{'2026-11-30' if n == 2 else '2026-03-01'},100.00,wall"
        for n in range(2, people + 1, 2)
    ]
    return "\n".join(["id,contact,day,amount,what", *rows]) + "\n"


def a_company(root: Path, files: Mapping[str, str | None] | None = None, *, people: int = PEOPLE) -> Path:
    """Write the company below `root`; `files` come on top, None takes one away; returns `root`."""
    every: dict[str, str | None] = {
        **FILES,
        "var/contacts/contacts.csv": contacts(people),
        "var/contacts/purchases.csv": purchases(people),
        **(files or {}),
    }
    for name, text in every.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        if text is not None:
            path.write_text(text, "utf-8")
    shutil.copytree(REPOSITORY / "themes", root / "themes")
    return root
