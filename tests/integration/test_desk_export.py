"""The preview as files: whole, without a server, and without a word of any contact."""

from __future__ import annotations

import posixpath
import re
import shutil
from dataclasses import replace
from datetime import date
from pathlib import Path
from urllib.parse import unquote

import pytest

from preview_project import CANARY, LONG, ROOT, copied, peopled
from topmind.desk.export import Exported, export, relative
from topmind.desk.summary import summary
from topmind.errors import UsageError
from topmind.model import Level, Problem
from topmind.run.preview import Preview
from topmind.run.preview.people import search
from topmind.run.preview.public import public
from topmind.run.preview.watching import Watching
from topmind.testing.clock import FixedClock

CLOCK = FixedClock()


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The sample with contacts at hand."""
    return peopled(copied(tmp_path_factory.mktemp("export"), without=LONG), contacts=30)


@pytest.fixture(scope="module")
def exported(root: Path) -> Exported:
    """Its preview as files: two editions of each occasion."""
    made = public(root, as_of=None, clock=CLOCK, environ={})
    few = tuple(replace(one, showings=one.showings[:2]) for one in made.preview.coming)
    return export(replace(made, preview=replace(made.preview, coming=few)), root / "var/preview")


def texts(folder: Path) -> dict[str, str]:
    """Every file that is no picture, by its path."""
    found = (path for path in folder.rglob("*") if path.is_file() and path.suffix != ".png")
    return {path.relative_to(folder).as_posix(): path.read_text("utf-8") for path in found}


def test_no_contact_is_in_any_file(root: Path, exported: Exported) -> None:
    """The canary is among the contacts that this very project reads, and in no file of the export."""
    known = Watching(root, as_of=None, clock=CLOCK, environ={}, background=False).now().people
    assert known is not None
    assert search(known, f"{CANARY[0]} {CANARY[1]}")
    for path, text in texts(exported.folder).items():
        for word in CANARY:
            assert word not in text, path
            assert word not in path


def test_every_link_leads_to_a_file(exported: Exported) -> None:
    """Pages, frames, pictures, style and script: relative, and there."""
    files = {path.relative_to(exported.folder).as_posix() for path in exported.folder.rglob("*")}
    asked = 0
    for path, text in texts(exported.folder).items():
        if not path.endswith(".html"):
            continue
        for target in re.findall(r"""(?:href|src)=["']([^"']*)["']""", text.partition("<pre")[0]):
            if not target or target.startswith(("https:", "http:", "mailto:", "tel:", "data:", "#")):
                continue
            asked += 1
            found = posixpath.normpath(
                posixpath.join(posixpath.dirname(path), unquote(target.partition("#")[0]))
            )
            assert found in files, f"{path}: {target}"
    assert asked > 1000


def test_every_occasion_edition_and_persona_is_there(exported: Exported) -> None:
    """With its three copies and its source; and nothing that a file cannot do."""
    folder = exported.folder / "preview/tuesday-fix--2026-W50"
    personas = {"sample", "no-name", "long-name", "right-to-left", "emoji", "script"}
    for edition in ("a", "b"):
        assert {path.name for path in (folder / edition).iterdir()} == personas
    names = {path.name for path in (folder / "a/emoji").iterdir()}
    assert names == {"index.html", "light.html", "dark.html", "bare.html", "source"}
    page = (folder / "a/sample/index.html").read_text("utf-8")
    assert "<style>" not in page
    assert "Send the test" not in page
    assert "/desk/" not in page
    assert (folder / "a/sample/against/last/index.html").is_file()
    light = (folder / "a/sample/light.html").read_text("utf-8")
    assert "default-src 'none'" in light
    assert "127.0.0.1" not in light
    assert (folder / "a/sample" / re.findall(r'src="([^"]*images/[^"]*)"', light)[0]).is_file()
    assert exported.mails == len(list(exported.folder.glob("preview/*/*/*/index.html")))


def test_the_summary_counts(exported: Exported) -> None:
    """Mails, occasions, findings; a row for each occasion."""
    assert f"{exported.mails} mails of {exported.occasions} occasions" in exported.summary
    assert "| 2026-12-08 | The Tuesday Fix, December 8, 2026 |" in exported.summary


def test_an_export_replaces_an_export_and_nothing_else(tmp_path: Path) -> None:
    """Whole or not at all; a folder with other things in it is left alone, a broken project still has its findings."""
    root = copied(tmp_path / "project")
    (root / "content/company.md").write_text("---\nnmae: x\n---\n")
    broken = public(root, as_of=None, clock=CLOCK, environ={})
    done = export(broken, tmp_path / "out")
    assert (done.mails, done.findings > 0) == (0, True)
    assert "content/company.md" in (tmp_path / "out/findings/index.html").read_text("utf-8")
    assert "url=findings/index.html" in (tmp_path / "out/index.html").read_text("utf-8")
    (tmp_path / "out/findings/old.html").write_text("old")
    (tmp_path / "link").symlink_to(tmp_path / "out")
    export(broken, tmp_path / "link")
    assert (tmp_path / "link").is_symlink()
    assert not (tmp_path / "out/findings/old.html").exists()
    other = tmp_path / "mine"
    other.mkdir()
    (other / "letter.txt").write_text("mine")
    with pytest.raises(UsageError, match="something else"):
        export(broken, other)
    assert (other / "letter.txt").read_text() == "mine"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["link", "mine", "out", "project"]


def test_files_that_are_called_like_ours_are_no_export(exported: Exported, tmp_path: Path) -> None:
    """A folder of sources may hold a `desk.js`, and somebody may keep a note beside an export."""
    sources = shutil.copytree(exported.folder, tmp_path / "kept", ignore=lambda *_: {"preview", "images"})
    (sources / "note.txt").write_text("mine")
    alike = tmp_path / "templates"
    alike.mkdir()
    (alike / "desk.js").write_text("// mine")
    empty = replace(public(ROOT, as_of=None, clock=CLOCK, environ={}), mailer=None)
    for folder in (sources, alike):
        before = texts(folder)
        with pytest.raises(UsageError, match="something else"):
            export(empty, folder)
        assert texts(folder) == before


def test_words_of_a_stranger_stay_words_in_the_summary() -> None:
    """No HTML, no table cell, no mention of anybody comes out of a file."""
    found = Problem(
        rule="x/y",
        level=Level.ERROR,
        path="content/`a`<b>.md",
        line=3,
        says="<img src=x> | `a`\n@everyone [Log in](https://evil.example)",
        fix="",
    )
    day = date(2026, 12, 1)
    text = summary(
        Preview(
            as_of=day,
            until=day,
            planned_at=None,
            company="",
            coming=(),
            personas=(),
            findings=(found,),
            catalog=None,
        ),
        3,
    )
    assert "&lt;img src=x&gt; &#124; &#96;a&#96; &#64;everyone" in text
    assert "<code>content/&#96;a&#96;&lt;b&gt;.md:3</code>" in text
    assert "&#91;Log in&#93;(https://evil.example)" in text
    assert "Errors: 1" in text


@pytest.mark.parametrize(
    ("page", "target", "way"),
    [
        ("", "preview/", "preview/index.html"),
        ("", "preview/a b#c/", "preview/a%20b%23c/index.html"),
        ("preview/", "preview/", "index.html"),
        ("preview/a/b/", "preview/a/c/", "../c/index.html"),
        ("preview/a/b/against/last/", "findings/", "../../../../../findings/index.html"),
    ],
)
def test_the_way_from_a_page_to_another(page: str, target: str, way: str) -> None:
    """Relative, to a file."""
    assert posixpath.normpath(relative(page, target)) == way
