"""Any values of any contact, in every place where a tag may stand: one sound message that shows them as text."""

from __future__ import annotations

import email
import html as html_words
import re
import unicodedata
from dataclasses import replace
from email.message import EmailMessage
from email.policy import default
from functools import cache
from pathlib import Path
from typing import cast
from urllib.parse import unquote, urlsplit

import lxml.html
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from topmind import brand
from topmind.catalog.merge_tags import parse_text
from topmind.errors import MailError
from topmind.mail import Renderer, build, dry_merge, list_headers
from topmind.model import CompiledEdition
from topmind.testing.builders import (
    a_catalog,
    a_newsletter,
    an_edition,
    an_occasion,
    members,
    written,
)

ROOT = Path(__file__).parents[3]
HEADERS = {
    "Date": "Tue, 01 Dec 2026 15:07:00 +0000",
    "Message-ID": "<abc.1@harborandpine.example>",
    **list_headers("https://live.example/u/1", "tuesday-fix.harborandpine.example", "The Tuesday Fix"),
}
OURS = ["From", "Reply-To", "To", "Subject", *HEADERS, "MIME-Version", "Content-Type"]
#: `QqK(` and `)qQ` around each place, so that it is found whatever stands in it.
EVERYWHERE = """# Heading Qq1({{ name }})qQ

Words Qq2({{ name }})qQ, **bold Qq3({{ name }})qQ**, [link Qq4({{ name }})qQ](https://x.example/Qq5({{ name }}\\)qQ/?q=Qq6({{ name }}\\)qQ "Qq7({{ name }})qQ") and `{{ name }}`[^1].

![alt Qq8({{ name }})qQ](/images/roof.png)

| Table |
|---|
| cell Qq9({{ name }})qQ |

- item Qq10({{ name }})qQ

> quote Qq11({{ name }})qQ

Term
:   Qq12({{ name }})qQ

/// callout | Title Qq13({{ name }})qQ
/// button | Label Qq14({{ name }})qQ -> https://x.example/Qq15({{ name }})qQ
///

[^1]: Note Qq16({{ name }})qQ
"""
#: Numbers of the places within addresses, within other attributes, and of those that the plain text has no place for.
IN_ADDRESS, IN_ATTRIBUTE, HTML_ONLY = {5, 6, 15}, {7, 8}, {7}
PLACE = re.compile(r"Qq(\d+)\((.*?)\)qQ", re.DOTALL)


@cache
def compiled() -> CompiledEdition:
    """The real newsletter theme."""
    newsletter = a_newsletter(
        body=written(EVERYWHERE, "content/newsletters/tuesday-fix.md"),
        subject=parse_text("Subject Qq0({{ name }})qQ"),
        preheader=parse_text("Pre Qq17({{ name }})qQ"),
    )
    renderer = Renderer(a_catalog(newsletters=[newsletter]), brand.load(ROOT), ROOT)
    return renderer.compile(an_edition(an_occasion()))


def message(name: str) -> EmailMessage:
    """The mail of somebody of that name, as a mail program reads it."""
    values = {
        "name": name,
        "unsubscribe_url": "https://live.example/u/1?a=1&b=2",
        "preferences_url": "https://live.example/p/1",
    }
    raw = build(compiled(), values, to="ana@example.com", headers=HEADERS)
    assert raw.isascii()
    assert max(map(len, raw.split(b"\r\n"))) <= 998
    return cast(EmailMessage, email.message_from_bytes(raw, policy=default))


def words(found: EmailMessage, kind: str) -> str:
    """One part, decoded."""
    part = found.get_body((kind,))
    assert part is not None
    return str(part.get_content()).replace("\r\n", "\n")


def flat(value: str) -> str:
    """What a reader sees of a value: no controls, no line ends, single spaces around words."""
    clean = "".join(" " if unicodedata.category(c) in {"Cc", "Zl", "Zp"} else c for c in value)
    clean = "".join("\ufffd" if unicodedata.category(c) == "Cs" or c in "\ufffe\uffff" else c for c in clean)
    return " ".join(clean.split())


def addresses(html: str) -> set[str]:
    """Where the HTML leads to."""
    return {a.get("href", "") for a in lxml.html.fromstring(html).iter("a")}


names = st.text(max_size=80).filter(
    lambda t: any(c.isprintable() and not c.isspace() for c in t) and "qQ" not in t
)


@settings(max_examples=50, deadline=None)
@example("a\r\nBcc: evil@example.com\r\n\r\n<script>alert(1)</script>")
@example("javascript:alert(1)")
@example('" onmouseover="x" \' <b> & &amp; %0d%0a \\ ` {{ name }} {% x %} tm0123456789ab00000mt')
@example("=?utf-8?b?aGk=?=\t\x00\x0b\x85\u2028")
@example("Wolfeschlegelsteinhausenbergerdorffwelchevoralternwarengewissen")
@example("\u202e\U0001f468\u200d\U0001f469\u200d\U0001f467 \u05d3\u05e0\u05d4 //evil.example")
@given(names)
def test_any_value_is_only_text(name: str) -> None:
    """Exactly our headers; in each place the value and nothing else; the same links, at most with the value in them."""
    found, plain = message(name), message("Ana")
    assert list(found.keys()) == OURS
    assert not found.defects
    assert flat(name) == flat(str(found["Subject"]).removeprefix("Subject Qq0(").removesuffix(")qQ"))
    html, text = words(found, "html"), words(found, "plain")
    in_html = {int(n): value for n, value in PLACE.findall(html)}
    in_text = {int(n): value for n, value in PLACE.findall(text)}
    assert set(in_html) == set(range(1, 18))
    assert set(in_text) == set(range(1, 17)) - HTML_ONLY
    for number, value in in_html.items():
        if number in IN_ADDRESS:
            assert flat(unquote(value)) == flat(name)
            assert not set(value) & set("/?#:@<>\"'& \n")
        else:
            assert flat(html_words.unescape(value)) == flat(name)
            assert not set(value) & set("<>\n")
            assert number not in IN_ATTRIBUTE or '"' not in value
    for number, value in in_text.items():
        assert flat(unquote(value) if number in IN_ADDRESS else value) == flat(name)
        assert "\n" not in value
    bare = {re.sub(PLACE, "", unquote(href)) for href in addresses(html)}
    assert bare == {re.sub(PLACE, "", unquote(href)) for href in addresses(words(plain, "html"))}
    assert {urlsplit(href).hostname for href in addresses(html)} == {
        urlsplit(href).hostname for href in addresses(words(plain, "html"))
    }
    assert len(list(lxml.html.fromstring(html).iter())) == len(
        list(lxml.html.fromstring(words(plain, "html")).iter())
    )
    if "{" not in name and "tm" not in name:
        bare_html = html.replace("<code", "").replace("{{ name }}</code>", "")  # in code a tag is only shown
        assert not re.search(r"\{\{|tm[0-9a-f]{12}\d{5}mt", bare_html)


@pytest.mark.parametrize("value", [None, "", " ", "\t\u00a0", "\x00"])
def test_a_blank_value_is_a_missing_one(value: str | None) -> None:
    """A cell that only looks empty stops the edition in the dry merge, by the field's name; nobody is named."""
    one = replace(compiled(), edition=replace(compiled().edition, contacts=(0,)))
    (found,) = dry_merge(one, members(1, fields={"name": [value]}))
    assert found.rule == "merge/missing-value"
    assert "{{ name }} is empty for 1 of 1 contacts" in found.says
    with pytest.raises(MailError, match="name"):
        message(value)  # type: ignore[arg-type]  # None is what an export without the cell gives
