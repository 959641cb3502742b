"""Addresses, style sheet and archive values as visitors meet them."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from topmind import brand
from topmind.resource_site.stylesheet import icon, tokens
from topmind.resource_site.values import ArchivedIssue
from topmind.resource_site.words import plain_address


def test_plain_address() -> None:
    """A link as its own words."""
    assert plain_address("https://www.alder.example/visit/") == "alder.example/visit"


def test_the_style_sheet_has_every_colour_of_both_schemes(repository: Path) -> None:
    """Light by default, dark where the reader's machine asks for it."""
    look = brand.load(repository)
    light, dark = tokens(look).split("@media (prefers-color-scheme: dark)")
    for name, colour in look.light.model_dump().items():
        assert f"--{name.replace('_', '-')}: {colour};" in light
    for name, colour in look.dark.model_dump().items():
        assert f"--{name.replace('_', '-')}: {colour};" in dark


def test_the_icon_shows_the_first_letter(repository: Path) -> None:
    """Escaped, should a business be called `<b>`."""
    look = brand.load(repository)
    assert ">H</text>" in icon(look, "x")


@pytest.mark.parametrize(
    "url", ["/newsletters/../x/", "/tips/a/", "newsletters/a/b/", "/newsletters/a/", "/newsletters/a/b/c/"]
)
def test_an_issue_outside_the_archive_is_refused(url: str) -> None:
    """An archive value cannot write elsewhere."""
    with pytest.raises(ValueError, match="no address"):
        ArchivedIssue(url=url, title="x", day=date(2026, 12, 1), html="")


def test_an_issue_knows_its_newsletter() -> None:
    """From its address."""
    issue = ArchivedIssue(
        url="/newsletters/tuesday-fix/2026-12-01/", title="x", day=date(2026, 12, 1), html=""
    )
    assert issue.newsletter == "tuesday-fix"
