"""A project with errors: what is wrong elsewhere is said in the same run, and no echo of the errors."""

from __future__ import annotations

from pathlib import Path

import pytest

from topmind.model import Level
from topmind.run import inspect
from topmind.testing.clock import FixedClock

FILES = {
    "pelicanconf.py": "TOPMIND = {}\n",
    "content/company.md": (
        "---\nname: N\naddress: [1 Mill Lane, Tern Harbor ME 04999]\nzone: America/New_York\nprogramme_starts: 2025-06-01\nowner: dana\n---\n"
    ),
    "content/team/dana.md": "---\nname: Dana\nrole: Owner\nemail: dana@example.com\n---\n",
    "content/tips/broken.md": "---\ntitel: X\ndate: 2026-11-01\n---\n![](images/gone.png)\n",
    "content/tips/fine.md": "---\ntitle: F\ndate: 2026-11-01\n---\nSee [the other](/tips/broken/) and {{ first_name }}.\n",
    "content/tips/slip.md": "---\ntitle: S\ndate: 2026-11-01\n---\nHello *|FNAME|*,\n\n![](images/gone.png)\n",
    "content/pages/about.md": "---\ntitle: A\n---\nHello %%name%%, see [our desk](http://localhost/x).\n\n/// item | tips/broken\n",
    "content/pages/draft.md": "---\ntitel: A\n---\nHello %%name%%.\n",
    "segments/_audience.toml": '[tables.contacts]\nfile = "c.csv"\nid = "i"\nemail = "m"\n[fields.first_name]\ncolumn = "f"\n',
}


@pytest.fixture
def found(tmp_path: Path) -> list[tuple[str, int, str]]:
    """(file, line, rule) of all errors and warnings."""
    for name, text in FILES.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text, "utf-8")
    told = inspect.findings(tmp_path, as_of="2026-12-01", clock=FixedClock(), environ={})
    assert all(p.fix for p in told)
    return [(p.path, p.line, p.rule) for p in told if p.level is not Level.INFO and p.path.endswith(".md")]


def test_all_texts_are_looked_at_in_one_run(found: list[tuple[str, int, str]]) -> None:
    """What a text says wrong does not wait until a file is mended, be it its own head; a link to such a file is fine."""
    assert sorted(found) == [
        ("content/pages/about.md", 4, "links/localhost"),
        ("content/pages/about.md", 4, "merge-tags/foreign"),
        ("content/pages/draft.md", 2, "front-matter/unknown-key"),
        ("content/pages/draft.md", 4, "merge-tags/foreign"),
        ("content/tips/broken.md", 2, "front-matter/unknown-key"),
        ("content/tips/broken.md", 5, "images/missing"),
        ("content/tips/broken.md", 5, "images/no-alt"),
        ("content/tips/fine.md", 5, "merge-tags/no-default"),
        ("content/tips/fine.md", 5, "merge-tags/no-default-on-page"),
        ("content/tips/slip.md", 5, "merge-tags/foreign"),
        ("content/tips/slip.md", 7, "images/missing"),
        ("content/tips/slip.md", 7, "images/no-alt"),
    ]
