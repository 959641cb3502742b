"""The small company in a git repository of its own, with a letter due to everybody today by the real clock.

Real mail goes only today. So that it is also always some hour after noon there, the company lives in the zone where
it is; its dates are told from today.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from small_company import FILES, HEAD, REPOSITORY, a_company, contact

#: How many get the letter; every test of this company can see it in its middle.
PEOPLE = 24
_CONF = FILES["pelicanconf.py"]


@dataclass(frozen=True)
class Company:
    """Its repository, and what is in no repository."""

    origin: Path
    #: For TOPMIND_CONTACTS.
    contacts: Path
    #: The built site, as publish.yml hands it to the job that sends.
    artifact: Path


#: Where it is noon or a little later as this module is read: Etc/GMT-9 is nine hours *ahead* of UTC.
ZONE = ZoneInfo(f"Etc/GMT{datetime.now(UTC).hour - 12:+d}")


def today() -> date:
    """The company's day."""
    return datetime.now(ZONE).date()


def build(folder: Path) -> Company:
    """Make it below `folder`."""
    home, day = ZONE.key, today()

    def ago(days: int) -> str:
        return (day - timedelta(days=days)).isoformat()

    company = str(FILES["content/company.md"]).replace("Europe/Dublin", home).replace("country: IE\n", "")
    letter = str(FILES["content/newsletters/wall.md"])
    bought = [f"p{n},c{n:03d},{ago(200)},100.00,wall" for n in range(2, PEOPLE + 1, 2)]
    given: dict[str, str | None] = {
        "pelicanconf.py": str(_CONF).replace("Europe/Dublin", home).replace(', "as_of": "2026-12-01"', ""),
        "content/company.md": company.replace("2026-01-01", ago(300)),
        # eleven, because it is noon: within the three hours in which a letter should go
        "content/newsletters/wall.md": letter.replace("Tuesday at 09:00", f"{day:%A} at 11:00"),
        "content/promotions/joints.md": None,
        "content/sequences/first.md": None,
        "content/sequences/first/01-thanks.md": None,
        **{
            f"content/tips/{name}.md": f"---\ntitle: {title}\ndate: {ago(days)}\n---\nLook at it once a year.\n"
            for name, title, days in (("damp", "Damp", 30), ("moss", "Moss", 23), ("frost", "Frost", 16))
        },
        "var/contacts/contacts.csv": "\n".join([HEAD, *map(contact, range(1, PEOPLE + 1))]) + "\n",
        "var/contacts/purchases.csv": "\n".join(["id,contact,day,amount,what", *bought]) + "\n",
        ".gitignore": "var/\noutput/\n.venv\n",
    }
    origin = a_company(folder / "origin", given)
    shutil.copytree(REPOSITORY / ".github" / "workflows", origin / ".github" / "workflows")
    _run(origin, sys.executable, "-m", "topmind", "build", "--no-search")
    artifact = folder / "artifact.tar"
    _run(origin, "tar", "-C", "output", "-cf", str(artifact), ".")
    contacts = folder / "contacts"
    shutil.move(origin / "var" / "contacts", contacts)
    name = ("-c", "user.name=Dana", "-c", "user.email=dana@alder.example")
    for command in (("init", "-q"), ("add", "."), (*name, "commit", "-qm", "The company")):
        _run(origin, "git", *command)
    return Company(origin=origin, contacts=contacts, artifact=artifact)


def _run(root: Path, *command: str) -> None:
    environ = {name: value for name, value in os.environ.items() if not name.startswith(("GIT_", "TOPMIND_"))}
    done = subprocess.run(command, cwd=root, env=environ, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
