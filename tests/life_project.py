"""A heating business of three years: its files, what they say at which time, and its promises in plain numbers."""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from pathlib import Path

from topmind.model import Channel

REPOSITORY = Path(__file__).parents[1]
FIRST, LAST = date(2026, 12, 1), date(2029, 12, 4)
LEDGER = "heron"
#: Contacts whom chance leaves alone, and whose mails always arrive.
STEADY = tuple(f"p{n:03}" for n in range(24))
TIPS = 44
#: Jobs and questions of a quarter stand in the export of these days.
SALES = tuple(FIRST + timedelta(days=13 + 84 * n) for n in range(13))
BIRTHDAYS = ("1972-02-29", "1985-05-11", "1990-08-22", "1966-11-05")
#: Own days on which nothing goes, besides the country's.
BLACKOUT = (date(2027, 3, 2), date(2028, 8, 30), date(2029, 3, 23))

#: From .. on the letter's `every:` says so.
CADENCES = {
    FIRST: "every 7 weeks on Tuesday at 09:00",
    date(2027, 6, 12): "every 7 weeks on Thursday at 10:00",
    date(2028, 2, 11): "first Monday of the month at 09:30",
    date(2028, 5, 20): "every 7 weeks on Wednesday at 08:30",
    date(2029, 6, 25): "every 7 weeks on Tuesday at 09:00",
}
#: Item → what else its head says. Three dates, the first audience only; a plain one; one that mends an issue.
ANNOUNCED = {
    "events/open-day": (
        "begins: 2027-09-18 10:00\nsend:\n  - 2027-08-31\n  - 2027-09-08: A week left\n  - 2027-09-14: Soon\n"
        "audience: first\ngrace: 2\nsegments: [lapsed]\n"
    ),
    "promotions/early-bird": (
        "starts: 2028-03-20\nends: 2028-04-20\noffer: a tenth\nlink: https://heron.example/o/\n"
        "send:\n  - 2028-03-21\n  - 2028-04-11: Last call\nsegments: [warm]\n"
    ),
    "articles/wrong-number": "corrects: letter 2027-03-09\nsend: 2027-03-11\nwhere: [email]\n",
}

#: What the files below promise, in numbers; the checks know nothing else of them.
FLOOR, RATIO, GAP = 60, 3, 2
CEILINGS = ((Channel.EMAIL, 7, 2), (None, 365, 40))
#: Segment → (floor, gap, ceilings) where it says anything.
SAID: Mapping[str, tuple[int | None, int | None, tuple[tuple[Channel | None, int, int], ...]]] = {
    "prospects": (None, 3, ((Channel.EMAIL, 7, 1), (None, 365, 30))),
    "seldom": (90, None, ((Channel.EMAIL, 14, 1), (None, 365, 12))),
    "warm": (56, None, ()),
}
CALLS_PER_DAY = {"ida": 2}

CONF = f"""from topmind.resource_site import plugin

SITENAME = "Heron & Son"
TIMEZONE = "America/New_York"
PATH = "content"
THEME = "themes/site"
PLUGINS = [plugin]
TOPMIND = {{"ledger": "{LEDGER}"}}
"""

COMPANY = f"""---
name: Heron & Son
address: 3 Kiln Yard, Tern Harbor, ME 04999
zone: America/New_York
country: US
blackout: [{", ".join(day.isoformat() for day in BLACKOUT)}]
quiet: 20:00 to 08:00
programme_starts: {FIRST}
at_least: 1 valuable touch every {FLOOR} days
at_most: 2 emails per week, 40 touches per year
value_per_promotion: {RATIO}
gap: {GAP} days
owner: dora
site: https://heron.example
email: hello@heron.example
topics:
  seasons: The seasons
---
We keep houses warm.
"""

AUDIENCE = """sender_field = "rep"

[tables.contacts]
file = "../var/contacts/contacts.csv"
id = "id"
email = "email"
name = ["first_name"]
phone = "phone"
postal = ["street"]
zone = "zone"
stage = "stage"

[tables.purchases]
file = "../var/contacts/purchases.csv"
id = "id"
contact = "contact"
date = "day"
amount = "amount"

[fields.first_name]
column = "first_name"
sample = "Sam"

[fields.rep]
column = "rep"
sample = "dora"

[fields.wish]
column = "wish"
sample = ""

[fields.asked_on]
column = "asked_on"
type = "date"
sample = "2026-11-24"

[fields.birthday]
column = "birthday"
type = "date"
sample = "1980-05-12"

[fields.service_until]
column = "service_until"
type = "date"
sample = "2027-06-30"

[consent.email]
basis = "column"
column = "newsletter"
evidence = "the form"

[consent.call]
basis = "column"
column = "may_call"
evidence = "asked at the job"
"""


def _letter(name: str, every: str, segments: str, slots: str, more: str = "") -> tuple[str, str]:
    head = (
        f"---\nid: {name}\ntitle: The {name}\nevery: {every}\nsegments: [{segments}]\none_of: letters\n{more}"
    )
    words = (
        f'subject: Your {name}, {{{{ first_name | default: "neighbor" }}}}\n---\nGood morning.\n\n{slots}\n'
    )
    return f"content/newsletters/{name}.md", head + words


def _sequence(name: str, starts_from: str, more: str = "", **steps: str) -> Iterator[tuple[str, str]]:
    """`steps`: name → head; what follows an empty line is the body."""
    head = f"---\nid: {name}\ntitle: {name.capitalize()}\nstarts_from: {starts_from}\n{more}---\nWhy.\n"
    yield f"content/sequences/{name}.md", head
    for number, (step, text) in enumerate(steps.items(), start=1):
        said, _, body = text.partition("\n\n")
        title = step.replace("_", " ").capitalize()
        subject = "" if "channel:" in said else f"subject: {title}\n"
        path = f"content/sequences/{name}/{number:02}-{step.replace('_', '-')}.md"
        yield path, f"---\ntitle: {title}\n{subject}{said}\n---\n{body or 'A few words.'}\n"


BUTTONS = "/// button | All is well -> answer:happy\n\n/// button | Not right -> answer:not-happy"

FILES: Mapping[str, str] = {
    "pelicanconf.py": CONF,
    "content/company.md": COMPANY,
    "segments/_audience.toml": AUDIENCE,
    "content/team/dora.md": "---\nname: Dora Heron\nrole: Owner\nemail: dora@heron.example\nphone: 1\n---\nDora\n",
    "content/team/ida.md": (
        "---\nname: Ida Heron\nrole: Fitter\nemail: ida@heron.example\nphone: 2\ncalls_per_day: 2\n---\nIda\n"
    ),
    "segments/customers.md": "---\ntitle: Customers\nwho: purchases() > 0\nrank: 10\n---\nThey bought.\n",
    "segments/prospects.md": (
        "---\ntitle: Prospects\nwho: purchases() = 0\nat_most: 1 email per week, 30 touches per year\n"
        "gap: 3 days\nsender: ida\nrank: 20\n---\nThey asked.\n"
    ),
    "segments/seldom.md": (
        "---\ntitle: Seldom\nwho: wish = 'seldom'\nat_least: 1 valuable touch every 90 days\n"
        "at_most: 1 email per 14 days, 12 touches per year\nrank: 30\n---\nThey asked us to write seldom.\n"
    ),
    "segments/warm.md": (
        "---\ntitle: Warm\nwho: stage in ('desire', 'action')\nat_least: 1 valuable touch every 56 days\n"
        "rescue: [email, call]\nrank: 25\n---\nThey want it.\n"
    ),
    "segments/lapsed.md": (
        "---\ntitle: Lapsed\nwho: last_purchase() < days_ago(400)\nrank: 40\n---\nLong ago.\n"
    ),
    **dict(
        [
            _letter(
                "letter",
                CADENCES[FIRST],
                "customers, prospects",
                "/// slot | 1 tip\n\n/// slot | 1 promotion, optional",
            ),
            _letter(
                "notes", "every 8 weeks on Friday at 10:00", "warm", "/// slot | 1 tip, optional\n\nHello."
            ),
            _letter("quarter", "quarterly at 10:00", "lapsed", "/// slot | 2 tips", "topics: [seasons]\n"),
        ]
    ),
    **dict(
        _sequence(
            "first-job",
            "first_purchase()",
            thank_you="after: 1 day\ngrace: 7\n\nThank you.\n\n/// coupon | THANKS25, personal",
            check_in=f"after: 91 days\npurpose: service\ngrace: 14\n\nHow is it?\n\n{BUTTONS}",
            anniversary="after: 1 year\nrepeat: yearly\npurpose: service\ngrace: 14",
            referral="starts_from: answered('check-in', 'happy')\nrepeat: once\nafter: 7 days\ngrace: 14",
            unhappy_call=(
                "starts_from: answered('check-in', 'not happy')\nrepeat: every time\nafter: 0 days\n"
                "channel: call\npurpose: service\ngrace: 2"
            ),
        )
    ),
    **dict(
        _sequence(
            "welcome",
            "asked_on",
            "segments: [prospects]\nstop_when: purchases() > 0\n",
            hello="after: 1 day\ngrace: 5",
            how="after: 22 days\ngrace: 7",
        )
    ),
    **dict(
        _sequence(
            "birthday",
            "birthday",
            "repeat: yearly\n",
            card="after: 0 days\nchannel: letter\npurpose: service",
        )
    ),
    **dict(
        _sequence(
            "renewal",
            "service_until",
            "repeat: every time\n",
            soon="before: 14 days\npurpose: service\ngrace: 10",
        )
    ),
    **dict(
        _sequence(
            "turning",
            "'moves: back'",
            "repeat: every time\n",
            ask="after: 2 days\nchannel: call\npurpose: service\ngrace: 5",
        )
    ),
    **dict(_sequence("left", "'leaves: warm'", "repeat: every time\n", note="after: 3 days\ngrace: 7")),
    **dict(_sequence("missed", "'enters: lapsed'", "repeat: every time\n", hello="after: 7 days\ngrace: 9")),
}


def write_project(root: Path) -> None:
    """The business's files below `root`, with this repository's themes."""
    texts = dict(FILES)
    for number in range(TIPS):
        pin = "for: letter 2027-04-27\n" if number == TIPS - 1 else ""
        texts[f"content/tips/tip-{number:02}.md"] = (
            f"---\ntitle: Tip {number}\ndate: 2026-09-01\nuse: again after 12 months\n{pin}"
            f"summary: No. {number}.\n---\nLook at it.\n"
        )
    for name, head in ANNOUNCED.items():
        texts[f"content/{name}.md"] = f"---\ntitle: {name}\ndate: 2026-11-01\n{head}---\nCome.\n"
    for start in sales():
        ends = start + timedelta(days=34)
        texts[f"content/promotions/sale-{start}.md"] = (
            f"---\ntitle: Sale of {start:%B}\ndate: {start}\nstarts: {start}\nends: {ends}\noffer: a tenth\n"
            "link: https://heron.example/o/\n---\nBook now.\n"
        )
    for path, text in texts.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text(text, "utf-8")
    shutil.copytree(REPOSITORY / "themes", root / "themes")


def sales() -> Iterator[date]:
    """First days of the sales that the letter's second slot offers."""
    for year in (2027, 2028, 2029):
        yield from (date(year, month, 1) for month in (2, 6, 9, 11))
