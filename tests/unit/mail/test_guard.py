"""The MJML guard: what mrml cannot check is refused with its place, what mrml spoils arrives unharmed."""

from __future__ import annotations

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from topmind.errors import MailError
from topmind.mail import guard

PATH = "themes/email/newsletter.mjml"


def page(content: str, head: str = "") -> str:
    """A mail with this in its only column."""
    return (
        f'<mjml lang="en">\n<mj-head>{head}</mj-head>\n<mj-body>\n<mj-section>\n<mj-column>\n'
        f"{content}\n</mj-column>\n</mj-section>\n</mj-body>\n</mjml>"
    )


def text(content: str) -> str:
    """A mail of one text block."""
    return page(f"<mj-text>{content}</mj-text>")


def test_a_good_mail_becomes_html() -> None:
    """MJML in, responsive HTML out."""
    html = guard.to_html(text("<p>Hello</p>"), PATH)
    assert html.startswith("<!doctype html>")
    assert "<p>Hello</p>" in html


@pytest.mark.parametrize(
    ("mjml", "place", "says"),
    [
        (page("<mj-text><p>open</mj-text>"), "6:19", "mismatched tag"),
        (page("<mj-txt>x</mj-txt>"), "6:1", "<mj-txt> is no component"),
        (page("<mj-section></mj-section>"), "6:1", "may not stand inside <mj-column>"),
        (page('<mj-text colour="#fff">x</mj-text>'), "6:1", "no attribute 'colour'"),
        (page("loose words"), "6:", "stand loose in <mj-column>"),
        (text("<script>1</script>"), "6:10", "<script> is no HTML for mails"),
        (text('<a onclick="x()" href="y">z</a>'), "6:10", "would run code"),
        (text('<a href=" javascript:x()">z</a>'), "6:10", "would run code"),
        (text('<a OnClick="x()" href="y">z</a>'), "6:10", "would run code"),
        (page('<mj-button href="javascript:x()">z</mj-button>'), "6:1", "would run code"),
        (page('<mj-image alt="" src="x" href="data:text/html,x" />'), "6:1", "would run code"),
        (text('<meta http-equiv="Refresh" content="0;url=x" />'), "6:10", "lead readers away"),
        (text('<img src="x" />'), "6:10", "has no alt"),
        (page("", '<mj-font name="x" href="https://fonts.example/x" />'), "2:10", "is not used in mails"),
        (page("", "<mj-preview>x</mj-preview>"), "2:10", "is not used in mails"),
        ("<!DOCTYPE mjml [<!ENTITY a 'b'>]>\n<mjml></mjml>", "1:", "document type"),
        ("<div></div>", "1:1", "begins with <mjml>"),
    ],
)
def test_what_is_wrong_is_named_with_its_place(mjml: str, place: str, says: str) -> None:
    """File, line, column, the offending line, what is wrong."""
    with pytest.raises(MailError) as caught:
        guard.to_html(mjml, PATH)
    assert caught.value.where.startswith(f"{PATH}:{place}")
    assert says in caught.value.says
    line = mjml.split("\n")[int(place.split(":", maxsplit=1)[0]) - 1]
    assert line.strip() in caught.value.says


def test_all_problems_come_at_once() -> None:
    """A theme author mends everything in one go."""
    with pytest.raises(MailError) as caught:
        guard.to_html(page('<mj-txt/>\n<mj-image nope="1" />'), PATH)
    assert "mj-txt" in caught.value.says
    assert f"{PATH}:7:1: <mj-image> has no attribute 'nope'" in caught.value.says


@pytest.mark.parametrize("depth", [101, 12_000])
def test_depth_is_capped_before_the_compiler(depth: int) -> None:
    """12 000 nested tags crash mrml's process; the guard stops at a hundred."""
    with pytest.raises(MailError, match="inside each other"):
        guard.to_html(text("<div>" * depth + "x" + "</div>" * depth), PATH)


def test_attributes_survive_the_compiler() -> None:
    """mrml prints attributes of HTML in Rust's debug form: line ends, quotes, accents, backslashes come as numbers."""
    html = guard.to_html(text('<a href="#" title="ü&#160;x\n  &quot;q&quot; a\\b &amp; c">t</a>'), PATH)
    assert 'title="&#252;&#160;x &#34;q&#34; a&#92;b &amp; c"' in html
    assert "\\n" not in html
    assert "\\u{" not in html


def test_words_stay_apart() -> None:
    """mrml drops white space with a line end between inline elements; the guard writes a space."""
    html = guard.to_html(text("<b>a</b>\n   <i>b</i>"), PATH)
    assert "<b>a</b> <i>b</i>" in html


def test_code_keeps_its_lines() -> None:
    """A code block keeps its line ends, also between elements."""
    html = guard.to_html(text("<pre><b>a</b>\n<b>c</b></pre>"), PATH)
    assert "<b>a</b>&#10;<b>c</b>" in html


def test_names_of_html_are_understood() -> None:
    """Theme authors may write `&nbsp;`, which XML does not know."""
    assert "a\xa0b" in guard.to_html(text("a&nbsp;b"), PATH)


def test_no_remote_font() -> None:
    """mrml links Google Fonts for the families it knows unless they are switched off."""
    html = guard.to_html(page('<mj-text font-family="Roboto">x</mj-text>'), PATH)
    assert "fonts.googleapis" not in html


def test_style_sheets_keep_their_selectors() -> None:
    """`>` in a style sheet stays a selector: mrml does not decode entities there."""
    html = guard.to_html(page("", "<mj-style>.a > td { color: red; }</mj-style>"), PATH)
    assert ".a > td { color: red; }" in html


def test_comments_do_not_travel() -> None:
    """What a theme author notes for themself is not mailed."""
    assert "secret" not in guard.to_html(text("<!-- secret -->a"), PATH)


@settings(max_examples=60, deadline=None)
@given(st.text(max_size=60), st.text(max_size=60))
def test_any_words_arrive_as_words(words: str, title: str) -> None:
    """Whatever text and attribute hold, the compiler neither fails nor changes them."""
    from html import escape

    import lxml.html

    mjml = text(f'<p title="{escape(title)}">{escape(words)}</p>')
    root = lxml.html.fromstring(guard.to_html(mjml, PATH))
    found = next(p for p in root.iter("p") if p.get("title") is not None)

    def flat(value: str) -> str:
        return re.sub("[\\s\x00-\x20\x7f-\x9f\ufffe\uffff]+", "", value)

    assert flat(found.text_content()) == flat(words)
    assert flat(found.get("title") or "") == flat(title)
