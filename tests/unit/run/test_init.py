"""`topmind init` and `topmind new` write files, and never over one."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from topmind.errors import UsageError
from topmind.run import init, new

DAY = date(2026, 12, 1)


def test_a_skeleton_is_small_and_pins_its_own_ledger(tmp_path: Path) -> None:
    """Two projects never share a ledger id by accident."""
    written = init.init(tmp_path / "a", day=DAY, name="Alder Cove Bakery")
    init.init(tmp_path / "b", day=DAY, name="Alder Cove Bakery")
    assert "content/company.md" in written
    conf_a, conf_b = ((tmp_path / part / "pelicanconf.py").read_text("utf-8") for part in "ab")
    assert "alder-cove-bakery-" in conf_a
    assert conf_a != conf_b


def test_the_sample_carries_everything_a_business_needs(tmp_path: Path) -> None:
    """Content, themes, segments, settings and the workflows, but not the development's own."""
    written = init.init(tmp_path, day=DAY, sample=True)
    assert {"pelicanconf.py", "themes/brand.toml", ".github/workflows/send.yml"} <= set(written)
    assert ".github/workflows/ci.yml" not in written


def test_nothing_is_written_where_one_file_is_there(tmp_path: Path) -> None:
    """One file in the way stops all of it."""
    (tmp_path / "pelicanconf.py").write_text("mine", "utf-8")
    with pytest.raises(UsageError, match="nothing was written"):
        init.init(tmp_path, day=DAY)
    assert [path.name for path in tmp_path.iterdir()] == ["pelicanconf.py"]


@pytest.mark.parametrize("kind", new.KINDS)
def test_each_template_has_a_place(kind: str) -> None:
    """Every kind gives a path below content/ or segments/ and a text with front matter."""
    path, text = new.path_and_text(kind, "Früher Vogel", DAY, name="tuesday-fix")
    assert path.startswith(("content/", "segments/"))
    assert text.startswith("---\n")
    assert "{" not in text.replace("{{ first_name", "")


def test_a_new_file_never_replaces_one(tmp_path: Path) -> None:
    """The second `topmind new` with the same title is refused."""
    path = new.write(tmp_path, "tip", "Clean your gutters", DAY)
    assert str(path) == "content/tips/2026-12-01-clean-your-gutters.md"
    with pytest.raises(UsageError, match="already"):
        new.write(tmp_path, "tip", "Clean your gutters", DAY)


def test_an_issue_needs_its_newsletter() -> None:
    """An issue without newsletter says how to name one."""
    with pytest.raises(UsageError, match="--of"):
        new.path_and_text("issue", "X", DAY)
