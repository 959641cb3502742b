"""A small project on disk for tests of the site, and the reading of everything a build wrote."""

from __future__ import annotations

import gzip
import shutil
from collections.abc import Iterator, Mapping
from datetime import date
from pathlib import Path

from topmind import catalog, settings
from topmind.model import Catalog
from topmind.resource_site import ArchivedIssue, SiteReport, build
from topmind.settings import Settings
from topmind.testing.builders import TODAY, a_field

REPOSITORY = Path(__file__).parents[1]

CONF = """
from topmind.resource_site import plugin

SITENAME = "Alder & Sons"
SITESUBTITLE = "Good advice about walls"
PATH = "content"
THEME = "themes/site"
PLUGINS = [plugin]
TOPMIND = {"ledger": "test"}
"""

COMPANY = """---
name: Alder & Sons
address:
  - 1 Mill Lane
zone: Europe/Dublin
country: IE
programme_starts: 2026-01-01
owner: dana
site: https://alder.example
phone: 01 555 0100
at_least: 1 valuable touch every 30 days
---
We mend walls.
"""

#: The least that makes a project: a company, a person who sends, one tip, one article, one page.
FILES: Mapping[str, str] = {
    "pelicanconf.py": CONF,
    "content/company.md": COMPANY,
    "content/team/dana.md": "---\nname: Dana Reyes\nrole: Owner\nemail: dana@alder.example\n---\nWarmly\n",
    "content/tips/damp.md": (
        "---\ntitle: Damp & how to find it\ndate: 2026-11-01\ntags: [damp, walls]\nauthors: [dana]\n---\n"
        'Press a coin to the wall, {{ first_name | default: "friend" }}.\n\n'
        "## What it means\n\nCold is not wet. See [the article](/articles/lime/).\n"
    ),
    "content/articles/lime.md": (
        "---\ntitle: Lime or cement?\ndate: 2026-10-01\ntags: [walls]\nsummary: Which one breathes.\n---\n"
        "Lime breathes.\n\n| Mortar | Breathes |\n|---|---|\n| lime | yes |\n\n```\nmix 1:3\n```\n"
    ),
    "content/pages/about.md": "---\ntitle: About us\n---\nTwo people and a mixer.\n",
}


def write(root: Path, files: Mapping[str, str]) -> Path:
    """Write files below `root`; returns it."""
    for name, text in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")
    return root


def a_project(root: Path, **files: str) -> Path:
    """A small project with this repository's theme and brand; `files` come on top."""
    write(root, {**FILES, **files})
    shutil.copytree(REPOSITORY / "themes" / "site", root / "themes" / "site")
    shutil.copy(REPOSITORY / "themes" / "brand.toml", root / "themes" / "brand.toml")
    return root


def read(root: Path, as_of: date = TODAY) -> tuple[Settings, Catalog]:
    """Settings and catalog of a project; a problem of its files fails the test."""
    found = settings.load(root, {})
    loaded = catalog.load(found, as_of, {"first_name": a_field()})
    assert loaded.catalog is not None, loaded.problems
    return found, loaded.catalog


def built(
    root: Path, as_of: date = TODAY, *, archive: tuple[ArchivedIssue, ...] = (), search: bool = False
) -> SiteReport:
    """The project's site in `root/output`."""
    found, everything = read(root, as_of)
    return build(found, everything, root / "output", archive=archive, search=search)


def texts(output: Path) -> Iterator[tuple[str, str]]:
    """(name, text) of every file of a site; what is compressed (the search index) is opened first."""
    for path in sorted(output.rglob("*")):
        if path.is_file():
            raw = path.read_bytes()
            if raw[:2] == b"\x1f\x8b":
                raw = gzip.decompress(raw)
            yield path.relative_to(output).as_posix(), raw.decode("utf-8", "replace")


def files_with(output: Path, word: str) -> list[str]:
    """Names of the files that hold a word in any spelling, their own name included."""
    return [name for name, text in texts(output) if word.lower() in f"{name}\n{text}".lower()]
