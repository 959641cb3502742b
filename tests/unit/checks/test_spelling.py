"""codespell hears one line for each text, and nobody but us: not what a text says of lines, and no project's settings."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from topmind.checks.documents import Document
from topmind.checks.spelling import misspelt

#: Everything that some reader of lines takes for an end of one, and half a character.
ODD = ("\r", "\v", "\f", "\x1c", "\x1d", "\x1e", "\x85", "\u2028", "\u2029", "\ud800")


@pytest.fixture
def found(tmp_path: Path) -> tuple[tuple[str, int, str, str], ...] | None:
    """What is said of hostile texts, in a folder whose settings allow every word."""
    (tmp_path / "setup.cfg").write_text("[codespell]\nignore-words-list = untill\nregex = none\n", "utf-8")
    texts = [Document(path=f"{n}.md", body=None, title=f"x{odd}99999: untill") for n, odd in enumerate(ODD)]
    before = Path.cwd()
    os.chdir(tmp_path)
    try:
        return misspelt([*texts, Document(path="last.md", body=None, title="It rains untill noon")], ["-x"])
    finally:
        os.chdir(before)


def test_each_answer_is_about_its_own_text(found: tuple[tuple[str, int, str, str], ...] | None) -> None:
    """A number behind a strange line end is no line number, and a word that begins with a hyphen is no option."""
    assert found is not None
    assert [(path, word) for path, _, word, _ in found] == [
        *((f"{n}.md", "untill") for n in range(len(ODD))),
        ("last.md", "untill"),
    ]
