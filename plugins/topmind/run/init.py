"""`topmind init`: a small skeleton, or the whole sample company."""

from __future__ import annotations

import json
import re
import secrets
import shutil
from datetime import date
from pathlib import Path

from topmind import __version__
from topmind.errors import ConfigError, UsageError
from topmind.run.new import slug_of
from topmind.run.templates import NEWSLETTER

#: What the sample is made of, relative to its root.
PARTS = ("content", "themes", "segments", "pelicanconf.py", ".github/workflows")
#: Time zone of a new project, until somebody writes their own.
ZONE = "America/New_York"
#: Workflows that belong to the development of topmind itself.
NOT_FOR_A_BUSINESS = {"ci.yml"}

CONF = '''"""Pelican's own settings, and topmind's in one dict."""

from topmind.resource_site import plugin

SITENAME = "{name}"
SITEURL = ""
TIMEZONE = "America/New_York"
DEFAULT_LANG = "en"
PATH = "content"
THEME = "themes/site"
PLUGINS = [plugin]

TOPMIND = {{
    # The ledger this project may send with: a foreign or fresh one is refused.
    "ledger": "{ledger}",
}}
'''

COMPANY = """---
name: {name}
address: |
  1 Your Street
  Your Town, ST 00000
zone: America/New_York
country: US
quiet: 20:00 to 08:00
programme_starts: {day}
at_least: 1 valuable touch every 30 days
at_most: 2 emails per week, 200 touches per year
value_per_promotion: 3
gap: 1 day
owner: owner
site: https://www.example.com
email: hello@example.com
---
What you do, for whom, in two sentences.
"""

OWNER = """---
name: Your Name
role: Owner
email: you@example.com
phone: +1 555 555 0100
---
Warm regards,
"""

#: True for every business, so that nothing half-written goes out before the first own words.
TIP = """---
title: Save our number before you need it
date: {day}
tags: start
---
The day something breaks is a bad day to look for a number. Take a minute now: add us to the contacts of your phone, with
a word on what we do for you, and send the entry to whoever would have to call when you are away.
"""

SEGMENT = """---
title: Customers
who:
  - customer = 'yes'
at_least: 1 valuable touch every 21 days
---
Whoever bought from us hears from us a little more often.
"""

AUDIENCE = """# Where the contacts come from. People never live in this repository: the files lie in var/, which git ignores.
# The first line of var/contacts/contacts.csv for what stands below, and a person:
#
#   id,email,since,first_name,last_name,customer,email_consent
#   1,sam@example.com,2026-05-14,Sam,Reed,yes,yes
#
# Your export has other names? Write them to the right of the equals signs; nothing is renamed in the file itself.
[tables.contacts]
file = "../var/contacts/contacts.csv"
id = "id"
email = "email"
name = ["first_name", "last_name"]     # how `topmind why NAME` finds somebody
since = "since"                        # the day since when you know them: a welcome starts from it

# What people bought, once you export it: a segment may then say purchases() > 0, and whoever bought since an offer
# began gets no more of it.
# [tables.purchases]
# file = "../var/contacts/purchases.csv"
# id = "id"
# contact = "contact_id"
# date = "date"
# amount = "amount"

# Each field may stand in a text, {{ first_name | default: "friend" }}, and in a segment's `who`.
[fields.first_name]
column = "first_name"
sample = "Sam"

[fields.customer]
column = "customer"
sample = "yes"

# Only whoever said yes gets mail: yes or no in this column.
[consent.email]
basis = "column"
column = "email_consent"
evidence = "the form on our site"
"""

IGNORE = ".venv/\nvar/\noutput/\n__pycache__/\n"


def sample_root() -> Path:
    """Where the sample company's files are: inside the wheel, or the repository of an editable install."""
    packaged = Path(__file__).parents[1] / "_sample"
    if packaged.is_dir():
        return packaged
    repository = Path(__file__).parents[3]
    if (repository / "pelicanconf.py").is_file() and (repository / "themes").is_dir():
        return repository
    raise ConfigError("this installation carries no sample.", fix="Install topmind again.")


def init(root: Path, *, day: date, sample: bool = False, name: str = "") -> tuple[str, ...]:
    """Write a project into `root`; returns the paths written, relative, sorted.

    Never writes over a file: raises UsageError with the first one that is there, before anything is written.
    """
    files = _sample_files() if sample else _skeleton(day, name or "Your Company")
    there = [path for path in sorted(files) if (root / path).exists()]
    if there:
        raise UsageError(
            "is there already; nothing was written.",
            where=there[0],
            fix="Use an empty folder, or move the file away.",
        )
    for path, source in files.items():
        target = root / path
        target.parent.mkdir(parents=True, exist_ok=True)
        if isinstance(source, Path):
            shutil.copyfile(source, target)
        else:
            target.write_text(source, "utf-8")
    return tuple(sorted(files))


def _sample_files() -> dict[str, str | Path]:
    origin = sample_root()
    files: dict[str, str | Path] = {
        "requirements.txt": f"topmind[aws,spelling]=={__version__}\n",
        ".gitignore": IGNORE,
    }
    for part in PARTS:
        base = origin / part
        for path in [base] if base.is_file() else sorted(base.rglob("*")):
            if path.is_file() and "__pycache__" not in path.parts and path.name not in NOT_FOR_A_BUSINESS:
                files[str(path.relative_to(origin))] = path
    return files


def _skeleton(day: date, name: str) -> dict[str, str | Path]:
    origin = sample_root()
    ledger = f"{slug_of(name)}-{secrets.token_hex(4)}"
    files: dict[str, str | Path] = {
        "pelicanconf.py": CONF.format(name=name.replace('"', ""), ledger=ledger),
        "requirements.txt": f"topmind[aws,spelling]=={__version__}\n",
        ".gitignore": IGNORE,
        "content/company.md": COMPANY.format(name=name, day=day),
        "content/team/owner.md": OWNER,
        f"content/tips/{day}-save-our-number.md": TIP.format(day=day),
        "content/newsletters/weekly.md": NEWSLETTER.format(title="Our weekly letter"),
        "segments/customers.md": SEGMENT,
        "segments/_audience.toml": AUDIENCE,
    }
    for part in ("themes", ".github/workflows"):
        for path in sorted((origin / part).rglob("*")):
            if path.is_file() and path.name not in NOT_FOR_A_BUSINESS:
                files[str(path.relative_to(origin))] = path
    files["themes/brand.toml"] = _brand(origin / "themes/brand.toml", name)
    return files


def _brand(sample: Path, name: str) -> str:
    """The sample's colours with the company's own name for a logo."""
    head, _, logo = sample.read_text("utf-8").partition("[logo]")
    return f"{head}[logo]\n{re.sub(r'^text *=.*$', lambda _: f'text = {json.dumps(name, ensure_ascii=False)}', logo.lstrip(), flags=re.MULTILINE)}"
