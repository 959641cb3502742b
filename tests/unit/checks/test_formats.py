"""Findings as text, JSON and annotations of a pull request."""

from __future__ import annotations

import json

from topmind.checks import format_github, format_json, format_text
from topmind.model import Level, Problem

ONE = Problem(
    rule="front-matter/unknown-key",
    level=Level.ERROR,
    path="content/tips/x, y.md",
    line=3,
    says="100% unknown:\n`tile`.",
    fix="Did you mean title?",
)
TWO = Problem(rule="checks/left-out", level=Level.INFO, path="", line=0, says="Not checked here: dates.")


def test_text_is_one_line_each_and_a_sum() -> None:
    """File and line first, so that editors and terminals can jump there."""
    lines = format_text([ONE, TWO, TWO]).splitlines()
    assert lines[0].startswith("content/tips/x, y.md:3: error: 100% unknown:")
    assert lines[1].endswith("`tile`. Did you mean title? [front-matter/unknown-key]")
    assert lines[2] == "info: Not checked here: dates. [checks/left-out]"
    assert lines[-1] == "1 error, 2 notes."
    assert format_text([]) == "No problems found."


def test_json_has_the_keys_of_the_design() -> None:
    """`rule level path line says fix`, in this order."""
    first = json.loads(format_json([ONE, TWO]))[0]
    assert list(first) == ["rule", "level", "path", "line", "says", "fix"]
    assert first["level"] == "error"


def test_annotations_are_escaped() -> None:
    """No text of a file can end the command or forge another property."""
    text = format_github([ONE, TWO])
    assert text.splitlines() == [
        "::error file=content/tips/x%2C y.md,line=3,title=front-matter/unknown-key"
        "::100%25 unknown:%0A`tile`. Did you mean title?",
        "::notice title=checks/left-out::Not checked here: dates.",
    ]
