"""Texts that nobody writes: a rule reads them in a time that grows with their length, not with its square."""

from __future__ import annotations

import pytest

from topmind.checks import Facts, findings
from topmind.testing.builders import a_body, a_catalog, an_item

#: What opens something, over and over, and never closes it.
OPENERS = [
    "[",
    "![",
    "[](",
    "[![](",
    '<a href="x">',
    "a `",
    "```\n",
    "**",
    "{{",
    "{#",
    "<",
    "<!--",
    "\\[",
    "[x]:\n",
    "1 May ",
    "# ",
]


@pytest.mark.parametrize("opener", OPENERS)
def test_what_is_opened_and_never_closed_is_read_in_one_go(opener: str) -> None:
    """Forty thousand characters of it, and what stands below is still found; with a pattern that looks for the end each
    time, the test would run for minutes."""
    body = a_body(f"{opener * (40_000 // len(opener))}\n\n[click here](/tips/x/)\n")
    found = findings(Facts(catalog=a_catalog(items=[an_item("tips/x", body=body)])))
    assert "links/click-here" in {problem.rule for problem in found}
