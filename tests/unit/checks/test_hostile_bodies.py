"""Texts that nobody writes: a rule reads them in a time that grows with their length, not with its square."""

from __future__ import annotations

import pytest

from topmind.catalog import other_languages, phrases, relative_links
from topmind.catalog.findings import Findings, Wrong
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
    "[a](b",
    f"[a](b{' ' * 39_000}",
    f"## a{' ' * 39_000}x",
]


@pytest.mark.parametrize("opener", OPENERS)
def test_what_is_opened_and_never_closed_is_read_in_one_go(opener: str) -> None:
    """Forty thousand characters of it, and what stands below is still found; with a pattern that looks for the end each
    time, the test would run for minutes."""
    body = a_body(f"{opener * (40_000 // len(opener))}\n\n[click here](/tips/x/)\n")
    found = findings(Facts(catalog=a_catalog(items=[an_item("tips/x", body=body)])))
    assert "links/click-here" in {problem.rule for problem in found}
    told = Findings()
    relative_links.check([an_item("tips/x", body=body)], [], told)


@pytest.mark.parametrize("opener", ["{% if ", "{{< x ", "{{% x "])
def test_braces_of_other_languages_that_nothing_closes(opener: str) -> None:
    """Each is told for what it is, with one look up to the next one."""
    text = opener * (40_000 // len(opener))
    for at in range(0, len(text), len(opener)):
        assert other_languages.not_a_tag(text, at).rule in {"logic", "syntax"}


def test_blanks_without_end_in_a_phrase() -> None:
    """As many between two words as one line holds: one blank to whoever reads it."""
    blanks = " " * 40_000
    assert phrases.read_slot(f"2{blanks}tips{blanks},{blanks}optional") == phrases.read_slot(
        "2 tips, optional"
    )
    for read in (phrases.read_slot, phrases.read_quiet):
        with pytest.raises(Wrong):
            read(f"1 a{blanks}b,{blanks},")
