"""An existing site moves in: 567 files of another system, from the first check to the last page (Digital.gov, CC0)."""

from __future__ import annotations

import ast
import json
import re
import shutil
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from topmind.cli.app import call
from topmind.run import init
from topmind.settings import ProjectSettings

DAY = date(2026, 12, 1)
FILES = 567
#: Keys of that site that say nothing here.
NOTHING = (
    "deck kicker source source_url weight registration_url event_platform host event_organizer captions youtube_id youtube_title "
    "aliases primary_image featured_image venue_name address city state zip country map room cop_events event_cop event_type cms_date"
)
#: What stands in the settings of whoever moves: our keys for theirs, their words, their shortcodes.
ALIASES = dict.fromkeys(NOTHING.split(), "") | {
    "topics": "tags",
    "draft": "status",
    "date": "begins",
    "end_date": "ends",
    "expirydate": "use",
}
VALUES = {"status": {"true": "draft", "false": "published"}}
IGNORE = [
    "note",
    "img",
    "img-right",
    "asset-static",
    "accordion",
    "box",
    "quote-block",
    "ref",
    "youtube",
    "ring",
    "button",
    "highlight",
    "card-policy",
    "card-prompt",
    "cspan-iframe",
    "featured-resource",
    "tweet",
]
#: What only a person can mend, and the rule that says so.
LEFT = {
    "content/articles/2021/05/2021-05-21-8-ways-community-of-practice-cop-managers-can-improve-member-engagement-on-listservs.md": "links/relative",
    "content/articles/2022/08/2022-08-01-webinar-recap-how-to-build-your-digital-dream-team.md": "links/no-address",
    "content/events/2020/07/2020-07-23-women-in-federal-it-cyber.md": "name/doubled-id",
    # [vote.gov](vote.gov), and another
    "content/events/2024/08/2024-08-15-uswds-monthly-call-august-2024.md": "links/nowhere",
    "content/events/2024/10/2024-10-17-uswds-monthly-call-october-2024.md": "front-matter/quote",
}
EXCLUDED = sorted(LEFT)

Found = list[dict[str, Any]]
Check = Callable[..., tuple[int, Found]]


@dataclass(frozen=True)
class Old:
    """One file as the other system read it, by other means than ours."""

    page: str
    draft: bool
    over: bool


def old(path: Path, root: Path) -> Old:
    """Draft, over and address of a file, from its lines alone."""
    text = path.read_text("utf-8")
    keys = dict(re.findall(r"^(\w+):[ ]*[\"\']?([^\"\'\n]*)", text.split("\n---", 1)[0], re.MULTILINE))
    event = "events" in path.parts
    last = keys.get("expirydate") or (keys["end_date"] if event else "")
    folder = path.parent.relative_to(root / "content").as_posix()
    slug = keys.get("slug") or path.stem[len("2020-01-01-") :]
    return Old(
        page=f"{folder}/{slug}/index.html",
        draft=keys.get("draft") == "true",
        over=bool(last) and date.fromisoformat(last[:10]) < DAY,
    )


@pytest.fixture(scope="module")
def moved(shared: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A new project into which the old site's folders were copied: news are articles."""
    root = tmp_path_factory.mktemp("moved")
    init.init(root, day=DAY, name="Digital Harbor")
    content = shared / "data" / "digitalgov" / "content"
    shutil.copytree(content / "news", root / "content" / "articles")
    shutil.copytree(content / "events", root / "content" / "events")
    return root


def declare(root: Path, **topmind: Any) -> None:
    """Write TOPMIND at the end of the project's settings."""
    conf = root / "pelicanconf.py"
    head = conf.read_text("utf-8").partition("\nTOPMIND = ")[0]
    conf.write_text(f"{head}\nTOPMIND = {topmind!r}\n", "utf-8")


@pytest.fixture
def check(moved: Path, capsys: pytest.CaptureFixture[str]) -> Check:
    """`topmind check --json` with these settings: (exit code, findings)."""

    def run(**topmind: Any) -> tuple[int, Found]:
        declare(moved, **topmind)
        code = call(["-C", str(moved), "--as-of", str(DAY), "check", "--json"])
        return code, json.loads(capsys.readouterr().out)

    return run


def files_of(root: Path) -> list[Path]:
    """The files of the old site."""
    return sorted(
        file for folder in ("articles", "events") for file in (root / "content" / folder).rglob("*.md")
    )


def test_before_anything_is_declared(check: Check, moved: Path) -> None:
    """One run names each mistake with file, line and what to do, and one note the settings that answer nearly all."""
    code, found = check()
    assert code == 1
    names = {path.relative_to(moved).as_posix() for path in files_of(moved)}
    assert len(names) == FILES
    errors = [one for one in found if one["level"] == "error"]
    assert {one["path"] for one in errors} == names
    assert all(one["line"] > 0 and one["says"] and one["fix"] for one in errors)
    assert len({(one["path"], one["line"], one["rule"], one["says"]) for one in errors}) == len(errors)
    (note,) = (one for one in found if one["rule"] == "settings/another-system")
    shown = re.search(r"TOPMIND = (\{.*\})\. An empty", note["fix"])
    assert shown
    said = ProjectSettings.model_validate(ast.literal_eval(shown[1]))
    assert set(said.ignore) == set(IGNORE)
    assert set(said.aliases) <= set(ALIASES)
    assert said.values == VALUES


def test_what_settings_cannot_answer(check: Check) -> None:
    """With aliases, words and shortcodes declared, five files are left for a person, each said once on its line."""
    code, found = check(aliases=ALIASES, values=VALUES, ignore=IGNORE)
    assert code == 1
    errors = [one for one in found if one["level"] == "error"]
    assert {one["path"]: one["rule"] for one in errors} == LEFT
    assert len({(one["path"], one["line"]) for one in errors}) == len(errors) == len(LEFT) + 1
    assert not [one for one in found if one["rule"] == "settings/another-system"]


def test_every_published_item_is_on_the_site(
    check: Check, moved: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Published, drafts, over and excluded are all 567; each published one has its page, and no other has any."""
    code, found = check(aliases=ALIASES, values=VALUES, ignore=IGNORE, exclude=EXCLUDED)
    assert code == 0, [one for one in found if one["level"] == "error"]
    assert call(["-C", str(moved), "--as-of", str(DAY), "build", "--no-search", "--json"]) == 0
    report = json.loads(capsys.readouterr().out)
    kept = [file for file in files_of(moved) if file.relative_to(moved).as_posix() not in EXCLUDED]
    read = [old(file, moved) for file in kept]
    said = Counter("draft" if one.draft else "over" if one.over else "published" for one in read)
    assert sum(said.values()) + len(EXCLUDED) == FILES
    assert min(said["draft"], said["over"]) > 0
    output = moved / "output"
    pages = {
        page.relative_to(output).as_posix()
        for folder in ("articles", "events")
        for page in (output / folder).glob("*/*/*/index.html")
    }
    assert pages == {one.page for one in read if not one.draft and not one.over}
    assert len(pages) == said["published"]
    tips = len(list((output / "tips").glob("*/index.html")))
    assert report["items"] == said["published"] + tips
    written = [page.read_text("utf-8") for page in output.rglob("*.html")]
    assert not [text for text in written if "{{<" in text or "{{%" in text or 'href=""' in text]
