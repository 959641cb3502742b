"""Copies of a mail as it looks elsewhere."""

from __future__ import annotations

import re

import pytest

from topmind.desk import looks

MAIL = (
    '<!doctype html><html lang="en"><head><title>Tip</title><style>:root { color-scheme: light dark; supported-color-schemes: light dark; }'
    "@media (prefers-color-scheme: dark) { p { color: #fff } } @media screen and (prefers-color-scheme:light) { p { color: #000 } }"
    '</style><meta name="color-scheme" content="light dark" /></head><body style="background:url(https://site.example/bg.png)">'
    '<img width="200" src="https://site.example/images/roof.png" alt="A &amp; roof"><img src="https://site.example/dot.png" alt="">'
    '<a href="https://site.example/tips/gutters/">read</a> <a href="https://else.example/x">x</a></body></html>'
)


@pytest.mark.parametrize(
    ("make", "dark", "light"),
    [(looks.light, "(max-width:0px)", "(min-width:0px)"), (looks.dark, "(min-width:0px)", "(max-width:0px)")],
)
def test_a_copy_decides_by_itself_which_colours_hold(make: object, dark: str, light: str) -> None:
    """One condition always holds, the other never, alone and behind an `and`; the copy names one scheme."""
    html = make(MAIL)  # type: ignore[operator]
    assert "prefers-color-scheme" not in html
    assert f"@media {dark} {{ p {{ color: #fff }} }}" in html
    assert f"@media screen and {light} {{ p {{ color: #000 }} }}" in html
    assert "light dark" not in html


def test_the_light_copy_turns_round_by_its_address_alone() -> None:
    """`#inverted` names the whole page; the dark copy has no such place."""
    assert '<html id="inverted" lang="en">' in looks.light(MAIL)
    assert "html:target img{filter:" in looks.light(MAIL)
    assert "inverted" not in looks.dark(MAIL)


def test_without_pictures_their_words_stand() -> None:
    """No address of a picture is left; what only decorates says nothing."""
    html = looks.without_pictures(MAIL)
    assert "<img" not in html
    assert ".png" not in html
    assert re.search(r"max-width:200px;[^>]*>A &amp; roof</span>", html)
    assert html.count("<span") == 1


def test_own_addresses_lead_here_and_others_stay() -> None:
    """Every link opens beside the frame; with a policy the page carries it."""
    html = looks.framed(MAIL, own=(r"https://site\.example",), pictures="", policy="default-src 'none'")
    assert 'src="/images/roof.png"' in html
    assert 'href="/tips/gutters/"' in html
    assert 'href="https://else.example/x"' in html
    assert (
        '<head><meta http-equiv="Content-Security-Policy" content="default-src \'none\'"><base target="_blank">'
        in html
    )


def test_in_files_only_known_pictures_are_there() -> None:
    """What was not copied leads nowhere, and never to the public site."""
    known = {"/images/roof.png": "../images/0.png"}
    html = looks.framed(MAIL, own=(r"https://site\.example",), pictures=known)
    assert 'src="../images/0.png"' in html
    assert 'href="#">read' in html
