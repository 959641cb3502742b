"""A build takes the site's place whole, or not at all."""

from __future__ import annotations

import fcntl
import os
from pathlib import Path

import pytest

from topmind.errors import SiteError
from topmind.resource_site.folder import MANIFEST, addresses, new_folder, read_manifest, write_manifest


def a_site(output: Path, word: str) -> Path:
    """A finished site with one file."""
    with new_folder(output) as fresh:
        (fresh / "index.html").write_text(word)
        write_manifest(fresh, "2026-12-01")
    return output


def test_the_new_site_replaces_the_old_one_whole(tmp_path: Path) -> None:
    """A file that is not in the new site is gone."""
    output = a_site(tmp_path / "output", "one")
    (output / "left.html").write_text("left")
    a_site(output, "two")
    assert (output / "index.html").read_text() == "two"
    assert not (output / "left.html").exists()
    assert [p.name for p in tmp_path.iterdir()] == ["output"]


def half_built(output: Path) -> None:
    """A build that stops after its first file."""
    with new_folder(output) as fresh:
        (fresh / "index.html").write_text("half")
        raise RuntimeError("stopped")


def test_a_failure_leaves_the_last_good_site_untouched(tmp_path: Path) -> None:
    """Nothing of the failed build stays, not even beside the site."""
    output = a_site(tmp_path / "output", "one")
    with pytest.raises(RuntimeError):
        half_built(output)
    assert (output / "index.html").read_text() == "one"
    assert [p.name for p in tmp_path.iterdir()] == ["output"]


def test_a_death_between_the_two_renames_is_mended(tmp_path: Path) -> None:
    """The old site, moved aside, comes back before a build that then fails."""
    output = a_site(tmp_path / "output", "one")
    output.rename(tmp_path / ".output.old.tmp")
    with pytest.raises(RuntimeError):
        half_built(output)
    assert (output / "index.html").read_text() == "one"


def test_a_folder_that_is_no_site_is_refused(tmp_path: Path) -> None:
    """A slip in --output must not delete somebody's files."""
    (tmp_path / "photos").mkdir()
    (tmp_path / "photos" / "anna.jpg").write_text("x")
    with pytest.raises(SiteError, match="no build of this site made"), new_folder(tmp_path / "photos"):
        pytest.fail("entered")
    assert (tmp_path / "photos" / "anna.jpg").exists()


def test_a_link_in_place_of_the_folder_is_refused(tmp_path: Path) -> None:
    """Renaming would replace the link, not what it points to."""
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "output").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(SiteError, match="no folder"), new_folder(tmp_path / "output"):
        pytest.fail("entered")


def test_an_empty_folder_may_be_used(tmp_path: Path) -> None:
    """A folder made by hand beforehand is fine."""
    (tmp_path / "output").mkdir()
    assert (a_site(tmp_path / "output", "one") / MANIFEST).is_file()


def test_two_builds_at_once_are_refused(tmp_path: Path) -> None:
    """The second says so and changes nothing."""
    handle = os.open(tmp_path, os.O_RDONLY)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        with pytest.raises(SiteError, match="another build"), new_folder(tmp_path / "output"):
            pytest.fail("entered")
    finally:
        os.close(handle)
    assert list(tmp_path.iterdir()) == []


def test_the_manifest_names_every_file_with_its_hash(tmp_path: Path) -> None:
    """It is what pre-flight and publishing compare with."""
    output = a_site(tmp_path / "output", "one")
    assert read_manifest(output) == {
        "index.html": "7692c3ad3540bb803c020b3aee66cd8887123234ea0c6e7143c0add73ff431ed"
    }


@pytest.mark.parametrize("text", ["", "[]", '{"files": []}', "{"])
def test_a_damaged_manifest_is_no_site(tmp_path: Path, text: str) -> None:
    """Nothing is known of such a folder."""
    (tmp_path / ".topmind").mkdir()
    (tmp_path / MANIFEST).write_text(text)
    assert read_manifest(tmp_path) == {}
    assert read_manifest(tmp_path / "nowhere") == {}


def test_addresses_of_the_pages_of_a_site() -> None:
    """What a link may lead to; other files are no pages."""
    files = ["index.html", "404.html", "tips/a/index.html", "theme/site.css"]
    assert addresses(files) == {"/", "/404.html", "/tips/a/"}
