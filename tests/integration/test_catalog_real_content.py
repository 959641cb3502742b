"""Real content: the sample company is in order; an existing site's files give messages, never a traceback."""

from __future__ import annotations

import shutil
from datetime import date
from pathlib import Path

import pytest

from topmind import settings
from topmind.audience import read_spec
from topmind.catalog import load
from topmind.catalog.blocks import block_tree
from topmind.catalog.text import plain_text, summary, to_html
from topmind.model import Catalog, Prose

DAY = date(2026, 12, 1)


@pytest.fixture(scope="module")
def sample() -> Catalog:
    """The sample company's catalog, without a problem."""
    found = settings.load(Path(__file__).parents[2], {})
    loaded = load(found, DAY, read_spec(found).fields)
    assert loaded.problems == ()
    assert loaded.catalog is not None
    return loaded.catalog


def test_every_text_of_the_sample_has_its_trees(sample: Catalog) -> None:
    """Each item, issue and step becomes blocks for the public and for each of its readers."""
    bodies = [item.body for item in sample.items.values()]
    bodies += [send.body for item in sample.items.values() for send in item.sends if send.body]
    bodies += [
        body
        for n in sample.newsletters.values()
        for body in (n.body, *(i.body for i in n.issues.values()))
        if body
    ]
    bodies += [step.body for sequence in sample.sequences.values() for step in sequence.steps]
    for body in bodies:
        seen = {body.public(), *(body.visible(frozenset({name})) for name in sample.segments)}
        for visible in seen:
            blocks = block_tree(body, visible)
            assert plain_text(blocks)
            assert "{{" not in "".join(to_html(b.elements) for b in blocks if isinstance(b, Prose))
    assert all(summary(item) for item in sample.items.values())


#: Keys of that site that say nothing here.
NOTHING = (
    "deck kicker source source_url weight registration_url event_platform host event_organizer captions youtube_id youtube_title "
    "expirydate aliases primary_image featured_image venue_name address city state zip country map room cop_events"
)


def test_an_existing_site(shared: Path, repository: Path, tmp_path: Path) -> None:
    """567 files of another system: each problem with file, line and what to do; most files are read as they are."""
    old = shared / "data" / "digitalgov" / "content"
    shutil.copytree(old / "news", tmp_path / "content" / "articles")
    shutil.copytree(old / "events", tmp_path / "content" / "events")
    aliases = dict.fromkeys(NOTHING.split(), "") | {"draft": "status", "topics": "tags", "end_date": "ends"}
    values = {"status": {"true": "draft", "false": "published"}}
    (tmp_path / "pelicanconf.py").write_text(f"TOPMIND = {{'aliases': {aliases!r}, 'values': {values!r}}}\n")
    (tmp_path / "content" / "team").mkdir()
    (tmp_path / "content" / "team" / "dana.md").write_text(
        "---\nname: D\nrole: O\nemail: d@example.com\n---\n"
    )
    company = "name: N\naddress: A\nzone: America/New_York\nprogramme_starts: 2025-01-01\nowner: dana"
    (tmp_path / "content" / "company.md").write_text(f"---\n{company}\n---\n")
    loaded = load(settings.load(tmp_path, {}), DAY, {})
    assert loaded.catalog is None
    assert all(p.path.startswith("content/") and p.line > 0 and p.says and p.fix for p in loaded.problems)
    files = {path.relative_to(tmp_path).as_posix() for path in (tmp_path / "content").rglob("*.md")}
    assert len(files) == 567 + 2
    assert {p.path for p in loaded.problems} <= files
    rules = {p.rule for p in loaded.problems if "/articles/" in p.path}
    assert rules <= {
        "merge-tag/shortcode",
        "front-matter/unknown-key",
        "merge-tag/syntax",
        "front-matter/doubled-key",
    }, rules
