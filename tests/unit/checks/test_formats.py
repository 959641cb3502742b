"""Findings as text, JSON and annotations of a pull request."""

from __future__ import annotations

import json
from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from topmind.checks import format_github, format_json, format_text
from topmind.model import Edit, Level, Problem

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


def unescaped(line: str) -> tuple[str, dict[str, str], str]:
    """(command, properties, message) as the runner reads a line (actions/runner, ActionCommand.cs)."""
    head, message = line.removeprefix("::").split("::", 1)
    command, _, rest = head.partition(" ")
    said = dict(part.split("=", 1) for part in rest.split(",") if part)
    back = {"%3A": ":", "%2C": ",", "%0D": "\r", "%0A": "\n", "%25": "%"}

    def read(text: str, codes: list[str]) -> str:
        for code in codes:
            text = text.replace(code, back[code])
        return text

    properties = {key: read(value, ["%0D", "%0A", "%3A", "%2C", "%25"]) for key, value in said.items()}
    return command, properties, read(message, ["%0D", "%0A", "%25"])


@given(path=st.text(min_size=1), says=st.text(min_size=1), fix=st.text(), line=st.integers(0, 9999))
def test_the_runner_reads_back_what_was_said(path: str, says: str, fix: str, line: int) -> None:
    """Any name of a file and any text: one line, one command, nothing forged and nothing lost."""
    one = Problem(rule="a/b", level=Level.WARNING, path=path, line=line, says=says, fix=fix)
    text = format_github([one])
    assert not {"\n", "\r"} & set(text)
    command, properties, message = unescaped(text)
    assert command == "warning"
    assert properties == {"file": path, "title": "a/b"} | ({"line": str(line)} if line else {})
    assert message == f"{says} {fix}".strip()


def test_more_than_github_keeps() -> None:
    """Ten of each level are annotations; what comes after stands in the log with file and line, on one line each."""
    many = [replace(ONE, line=n, says="wrong\n::stop-commands::x") for n in range(1, 13)]
    lines = format_github([*many, TWO]).splitlines()
    assert sum(line.startswith("::error ") for line in lines) == 10
    assert sum(line.startswith("::notice ") for line in lines) == 1
    assert lines[11] == "2 more, which GitHub does not show beside their lines:"
    assert lines[12].startswith("content/tips/x, y.md:11: error: wrong ::stop-commands::x")
    assert len(lines) == 14


def test_what_check_can_mend_is_said() -> None:
    """At the end, where one looks first."""
    lines = format_text([replace(ONE, edit=Edit("tile", "title")), TWO]).splitlines()
    assert lines[-1] == "1 error, 1 note. `topmind check --fix` can mend 1 of them."
