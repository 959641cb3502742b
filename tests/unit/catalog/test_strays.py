"""Files that were meant for readers and that nothing reads."""

from __future__ import annotations

from pathlib import Path

import pytest

from topmind.catalog import strays
from topmind.catalog.findings import Findings


def found(root: Path, path: str) -> list[str]:
    """Rules that speak of a project with this one file."""
    (root / path).parent.mkdir(parents=True, exist_ok=True)
    (root / path).write_text("text", "utf-8")
    findings = Findings()
    strays.check(root, (), lambda _path: False, findings)
    return [problem.rule for problem in findings.sorted()]


@pytest.mark.parametrize("path", ["content/tips/gutters.txt", "content/events/walk.docx", "segments/vip.txt"])
def test_a_text_in_another_format_is_an_error(tmp_path: Path, path: str) -> None:
    """Whoever saved a tip from an office program hears that nobody would get it."""
    assert found(tmp_path, path) == ["file/suffix"]


@pytest.mark.parametrize(
    "path", ["content/images/credits.txt", "content/robots.txt", "content/pages/a.txt", "content/tips/.a.txt"]
)
def test_other_files_beside_ours_are_left_alone(tmp_path: Path, path: str) -> None:
    """Notes beside pictures and files of the site are nobody's tip."""
    assert found(tmp_path, path) == []
