"""Blocks as a page shows them."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from topmind.catalog import scanner
from topmind.catalog.blocks import block_tree
from topmind.model import Button, Coupon, Element, ItemRef, MergeTag, Prose, SlotMark, TestimonialRef, Video
from topmind.resource_site.html import Look, address, picture, render
from topmind.testing.builders import an_item


def html(text: str, **over: Any) -> str:
    """HTML of a Markdown text for everybody."""
    body = scanner.scan(text, "content/tips/x.md", 1).body
    return render(block_tree(body, body.public()), Look(home="https://alder.example", **over))


def test_a_merge_tag_shows_its_default() -> None:
    """A page knows nobody's name."""
    assert "Hello neighbor &amp; co." in html('Hello {{ first_name | default: "neighbor & co" }}.')


@pytest.mark.parametrize(
    ("text", "href"),
    [
        ("[a](https://x.example/?q={{ town | default: 'A&B c/d' }})", "https://x.example/?q=A%26B%20c%2Fd"),
        ("[a](mailto:{{ who | default: 'a+b@x.example' }})", "mailto:a+b@x.example"),
        ("[a]({{ company_site }}/tips/)", "/tips/"),
        ("/// button | Go -> https://x.example/{{ town or 'a b' }}", "https://x.example/a%20b"),
    ],
)
def test_a_default_in_an_address_is_percent_encoded(text: str, href: str) -> None:
    """What stands within an address stays one part of it, on a page as in a mail."""
    assert f'href="{href}"' in html(text, values={"company_site": "https://alder.example"})


def test_a_tag_that_is_the_same_for_all_shows_its_value_and_any_other_nothing() -> None:
    """The company's name may stand on a page; a signed link may not."""
    tags = (MergeTag(field="company_name"), " ", MergeTag(field="first_name"), "!")
    look = Look(values={"company_name": "A < B"})
    assert render([Prose((Element("p", (), tags),))], look) == "<p>A &lt; B !</p>"


@pytest.mark.parametrize(
    "href", ["answer:happy", "javascript:alert(1)", "data:text/html,x", "", "//evil.example/x"]
)
def test_a_link_that_no_page_may_have_leaves_its_words(href: str) -> None:
    """Answers belong into mails; other schemes nowhere."""
    link = Element("a", (("href", (href,)),), ("How was it?",))
    assert render([Prose((link,))], Look()) == "How was it?"
    assert render([Button(("Happy",), (href,))], Look()) == ""


def test_a_link_to_something_without_a_page_today_leaves_its_words() -> None:
    """An ended promotion must not break the pages that mention it."""
    shown = html("See [the offer](/promotions/old/).", closed=frozenset({"/promotions/old/"}))
    assert shown == "<p>See the offer.</p>"


@pytest.mark.parametrize(
    ("href", "expected"),
    [
        ("/tips/x/", "../tips/x/"),
        ("/tips/x/?a=1#b", "../tips/x/?a=1#b"),
        ("https://alder.example/tips/x/", "../tips/x/"),
        ("https://alder.example", "../"),
        ("https://alder.example.evil/", "https://alder.example.evil/"),
        ("b.md#c", "../docs/b/#c"),
        ("../../tips/x.md", "../tips/x/"),
        ("#part", "#part"),
        ("mailto:a@b.example", "mailto:a@b.example"),
    ],
)
def test_links_of_our_own_are_made_relative(href: str, expected: str) -> None:
    """Site addresses, full addresses of our own and neighbouring files all lead to the page, wherever it is served."""
    urls = {"content/pages/docs/b.md": "/docs/b/", "content/tips/x.md": "/tips/x/"}
    look = Look(base="..", home="https://alder.example", urls=urls, path="content/pages/docs/a.md")
    assert address(href, look) == expected


def test_a_link_without_a_beginning_leads_on_from_its_page() -> None:
    """As in every browser; the site is not built with one that leads to no page."""
    look = {"path": "content/tips/x.md", "urls": {"content/tips/x.md": "/tips/x/"}, "base": "../.."}
    assert 'href="../../tips/gutters/"' in html("[a](../gutters/)", **look)


def test_a_link_to_a_file_without_a_page_is_no_link() -> None:
    """A draft's file name gives nothing away."""
    look = Look(urls={"content/tips/draft.md": ""}, path="content/tips/a.md")
    assert address("draft.md", look) is None
    assert address("gone.md", look) is None


@pytest.mark.parametrize("src", ["images/a.png", "/images/a.png", "a.png", "../images/a.png"])
def test_a_picture_is_found_however_it_was_written(src: str) -> None:
    """Pictures lie in `content/images`."""
    assert picture(src, Look(base="..")) == "../images/a.png"


def test_an_image_without_words_says_so() -> None:
    """A missing alt becomes an empty one: decoration."""
    shown = render([Prose((Element("img", (("src", ("a.png",)),)),))], Look())
    assert 'alt=""' in shown
    assert 'loading="lazy"' in shown


def test_the_title_stays_the_only_first_heading() -> None:
    """`# Big` in a text becomes a second-level heading."""
    shown = html("# Big")
    assert "<h1" not in shown
    assert "Big</h2>" in shown


def test_wide_things_scroll_and_can_be_reached_by_keyboard() -> None:
    """Tables and code are wider than a phone."""
    assert 'tabindex="0"><table>' in html("| a | b |\n|---|---|\n| 1 | 2 |\n")
    assert '<pre tabindex="0">' in html("```\nx\n```\n")


def test_a_card_shows_a_public_item_and_leaves_no_trace_of_another() -> None:
    """`/// item` of something hidden prints nothing, not even its title."""
    item = an_item("tips/x", title="Cold <walls>")
    look = Look(base="..", items={"tips/x": item}, summaries={"tips/x": "Why & how"})
    shown = render([ItemRef("tips/x"), ItemRef("tips/secret")], look)
    assert '<a href="../tips/x/">Cold &lt;walls&gt;</a>' in shown
    assert "Why &amp; how" in shown
    assert "secret" not in shown


def test_a_testimonial_is_quoted_with_its_person() -> None:
    """Its own text stands in it, one level deep."""
    item = an_item("testimonials/anna", person="Anna K.", company="Pier")
    body = (Prose((Element("p", (), ("It held.",)),)), TestimonialRef("testimonials/anna"))
    look = Look(items={item.id: item}, bodies={item.id: body})
    shown = render([TestimonialRef(item.id)], look)
    assert shown.count("<blockquote>") == 1
    assert "<p>It held.</p>" in shown
    assert "<figcaption>Anna K., Pier</figcaption>" in shown
    assert render([TestimonialRef("testimonials/none")], look) == ""


def test_coupon_video_and_slot() -> None:
    """A code is shown, a video is a link and nothing is loaded from it, a slot is nothing."""
    shown = render([Coupon("A<B"), Video("https://www.tube.example/1"), SlotMark(0)], Look())
    assert "A&lt;B" in shown
    assert '<a href="https://www.tube.example/1">' in shown
    assert "on tube.example" in shown
    assert "iframe" not in shown


def test_an_else_branch_is_shown_and_the_other_branch_is_not() -> None:
    """A page shows the text for everyone else."""
    shown = html("/// for | customers\nSecret\n/// for everyone else\nOpen\n///\n")
    assert "Open" in shown
    assert "Secret" not in shown


@given(st.text(), st.text())
def test_no_text_becomes_markup(words: str, href: str) -> None:
    """Whatever stands in a tree comes out escaped, and only known schemes are linked."""
    link = Element("a", (("href", (href,)), ("title", (words,))), (words,))
    shown = render([Prose((link,)), Coupon(words)], Look(base=".."))
    for bad in ("<script", "<img", 'href="javascript:', 'href="data:'):
        assert bad not in shown.lower()
    assert shown.count("<") == shown.count(">")
