"""Prose as mail HTML and as plain text: every Markdown element, one style per tag, the same links."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

import pytest

from topmind import brand
from topmind.catalog.blocks import block_tree
from topmind.errors import MailError
from topmind.mail.addresses import Addresses
from topmind.mail.lines import columns
from topmind.mail.places import Places
from topmind.mail.plain_prose import PlainProse
from topmind.mail.prose import ProseWriter
from topmind.mail.styles import prose_styles
from topmind.mail.text import TextWriter
from topmind.model import Prose
from topmind.testing.builders import written

ROOT = Path(__file__).parents[3]


@cache
def styles() -> dict[str, str]:
    """Those of the sample's brand."""
    return dict(prose_styles(brand.load(ROOT)))


def places() -> Places:
    """Places without constants."""
    return Places("seed", constants={})


def html(markdown: str, *, public: bool = False, shift: int = 0) -> str:
    """Markdown as the HTML of a mail."""
    writer = ProseWriter(styles(), places(), Addresses("https://site.example", public), 536)
    blocks = block_tree(written(markdown), frozenset())
    return "".join(writer.write(b.elements, shift=shift) for b in blocks if isinstance(b, Prose))


def plain(markdown: str) -> str:
    """Markdown as plain text, its notes below."""
    writer = TextWriter(places(), Addresses("https://site.example"))
    blocks = block_tree(written(markdown), frozenset())
    text = "\n\n".join(
        PlainProse(writer, writer.lines).blocks(b.elements) for b in blocks if isinstance(b, Prose)
    )
    notes = "\n".join(f"[{n}] {href}" for n, href in enumerate(writer.notes, 1))
    return f"{text}\n\n{notes}".strip("\n")


@pytest.mark.parametrize(
    ("markdown", "says"),
    [
        ("one *two* **three**", "<em>two</em> <strong>three</strong>"),
        ("## Title", "Title</h2>"),
        ("# Title", "Title</h2>"),
        ("- a\n- b", "</li><li"),
        ("> said", "<blockquote"),
        ("`x < y`", "x &lt; y</code>"),
        ("    a\n    b", "<pre"),
        ("a | b\n--|--:\n1 | 2", "text-align:right"),
        ("Term\n:   Meaning", "<dd"),
        ("[site](/tips/x/)", 'href="https://site.example/tips/x/"'),
        ("[mail](mailto:a@b.example)", 'href="mailto:a@b.example"'),
        ("---", "<hr"),
    ],
)
def test_markdown_becomes_styled_html(markdown: str, says: str) -> None:
    """Each element carries its own style, as mrml inlines none."""
    found = html(markdown)
    assert says in found
    assert "class=" not in found


def test_styles_stand_on_the_tags() -> None:
    """A link has colour and underline of its own; mail programs drop style sheets."""
    assert 'style="color:#1f5c4d;text-decoration:underline;"' in html("[a](https://x.example/)")


def test_the_first_and_last_margin_are_the_themes() -> None:
    """Rhythm comes from one place: no margin above the first or below the last element."""
    found = html("one\n\ntwo")
    assert found.startswith('<p style="margin:0 0 16px;margin-top:0;">')
    assert found.endswith('margin-bottom:0;">two</p>')


def test_headings_go_down_inside_a_card() -> None:
    """A card's title is h2, so its body begins at h3."""
    assert "<h3" in html("## Inside", shift=1)


def test_footnotes_are_numbered_notes() -> None:
    """Mail programs drop the places inside a page: no link leads nowhere, the number and the note stay."""
    found = html("Frost[^1] melts.\n\n[^1]: As ice does.\n")
    assert "<sup" in found
    assert "As ice does." in found
    assert "href" not in found
    assert "↩" not in found


def test_a_link_without_a_known_scheme_is_words() -> None:
    """What a mail program could not open, or should not, is no link."""
    assert html("[x](#heading)") == '<p style="margin:0 0 16px;margin-top:0;margin-bottom:0;">x</p>'
    assert "href" not in html("[x](ftp://x.example/)")
    assert "href" not in html("[x](data:text/html,1)")


def test_answers_become_places() -> None:
    """`answer:WORD` waits for the person's own signed link; a public edition shows words."""
    writer_places = places()
    writer = ProseWriter(styles(), writer_places, Addresses("https://site.example"), 536)
    (block,) = block_tree(written("[yes](answer:happy)"), frozenset())
    assert isinstance(block, Prose)
    parts = writer_places.split(writer.write(block.elements))
    place = next(part for part in parts if not isinstance(part, str))
    assert (place.tag.field, place.where) == ("answer_url:happy", "attribute")
    assert "href" not in html("[yes](answer:happy)", public=True)


@pytest.mark.parametrize("climbs", ["/../", "../", "/a/../../", "/./../../"])
def test_an_address_that_climbs_stays_on_the_site(climbs: str) -> None:
    """Above the top is the top, as in browsers: `site.example.evil.example` is another host."""
    assert 'href="https://site.example/.evil.example/x?a=1#b"' in html(f"[x]({climbs}.evil.example/x?a=1#b)")


def test_a_value_never_chooses_the_host() -> None:
    """A tag may fill a part of an address, not where it leads."""
    with pytest.raises(MailError, match="choose where it leads"):
        html("[x]({{ site }})")
    with pytest.raises(MailError, match="choose where it leads"):
        html("[x](https://{{ site }}/y)")


def test_pictures_are_clamped_and_named() -> None:
    """No picture is wider than the column; its alt stays, an absent one is empty."""
    found = html("![A gull](/images/gull.png)")
    assert 'src="https://site.example/images/gull.png" alt="A gull" width="536"' in found
    assert "max-width:536px" in found
    assert 'alt=""' in html("![](/images/gull.png)")
    assert 'width="536"' in html("![x](/images/gull.png){: width=2000 }")
    assert 'width="80"' in html("![x](/images/gull.png){: width=80px }")


def test_wide_tables_name_their_cells() -> None:
    """From four columns on a phone shows each row with its headings."""
    assert 'data-label="B"' in html("A|B|C|D\n-|-|-|-\n1|2|3|4")
    assert "data-label" not in html("A|B\n-|-\n1|2")


@pytest.mark.parametrize(
    ("markdown", "says"),
    [
        ("one *two*\nthree", "one two three"),
        ("## Title\n\nx", "Title\n-----\n\nx"),
        ("- a\n- b\n    1. c", "- a\n- b\n  1. c"),
        ("> said\n>\n> twice", "> said\n>\n> twice"),
        ("    a\n      b", "    a\n      b"),
        ("A | B\n--|--\n1 | 22", "A  B\n-  --\n1  22"),
        (
            "[here](/x/) and [there](/y/), [again](/x/)",
            "here [1] and there [2], again [1]\n\n[1] https://site.example/x/",
        ),
        ("<https://x.example/>", "https://x.example/"),
        ("[a@b.example](mailto:a@b.example)", "a@b.example"),
        ("Frost[^1].\n\n[^1]: Ice.\n", "Frost^1."),
        ("one  \ntwo", "one\ntwo"),
        ("Term\n:   Meaning", "Term\n    Meaning"),
    ],
)
def test_markdown_becomes_plain_text(markdown: str, says: str) -> None:
    """Readable without markup, links as numbered notes."""
    assert says in plain(markdown)


def test_lines_are_72_characters_at_most() -> None:
    """Words wrap; an address is never broken."""
    long = "https://site.example/" + "x" * 90
    lines = plain("word " * 100 + f"<{long}>").split("\n")
    assert max(len(line) for line in lines if "http" not in line) <= 72
    assert long in lines


def test_a_screen_counts_columns_not_letters() -> None:
    """Chinese letters and emoji take two columns: lines break between them, tables and headings line up."""
    assert max(columns(line) for line in plain("漢字" * 100 + "。" + " word 😀" * 30).split("\n")) <= 72
    assert plain("## 漢字\n\nx").startswith("漢字\n----")
    found = plain("A | B\n--|--:\n漢字 | 1\nab | 20")
    assert found == "A      B\n----  --\n漢字   1\nab    20"


def test_a_table_of_values_is_told_row_by_row() -> None:
    """A column whose width nobody knows yet lines nothing up, unless it is the last one."""
    assert plain("Name | Town\n--|--\n{{ name }} | Oslo").startswith("Name: tm")
    assert plain("Town | Name\n--|--:\nOslo | {{ name }}").startswith("Town  Name\n")


def test_a_mark_is_as_wide_as_what_will_stand_there() -> None:
    """Lines break where the words of most readers end, not where an inert mark of 21 letters does."""
    found = plain("word " * 11 + "{{ name | default: 'you' }} word word word word\n")
    assert len(found.split("\n")[0].split()) == 14


def test_loose_lists_keep_their_blank_lines() -> None:
    """Items of several paragraphs, and code in them, stand apart; short items do not."""
    assert plain("- a\n\n    more\n\n- b") == "- a\n\n  more\n\n- b"
    assert plain("3. a\n4. b") == "3. a\n4. b"
    assert plain("- a\n\n    ```\n    code {{ x }}\n    ```\n\n- b") == "- a\n\n      code {{ x }}\n\n- b"


def test_smaller_headings_are_headings() -> None:
    """Every level is told from the words around it."""
    assert plain("### Small\n\nx") == "Small\n~~~~~\n\nx"


def test_what_mail_programs_cannot_fold_stands_open() -> None:
    """`<details>` shows all it holds, its summary on a line of its own."""
    found = html("<details><summary>More</summary>hidden words</details>")
    assert re.sub(r"<[^>]+>", "|", found).strip("|") == "More|hidden words"


def test_an_empty_link_is_none() -> None:
    """Nothing to read is nothing to follow; a picture without words is followed by its address."""
    assert "href" not in html("<a href='https://x.example/'></a>")
    assert "x.example" not in plain("<a href='https://x.example/'></a>")
    assert "https://x.example/" in plain("[![](/images/a.png)](https://x.example/)")


@pytest.mark.parametrize(
    ("markdown", "href"),
    [
        ("[x](mailto:{{ mail }})", "mailto:a%2Fb+1@x.example"),
        ("[x](tel:{{ phone }})", "tel:+1%20207"),
        ("[x](https://x.example/?m={{ mail }})", "https://x.example/?m=a%2Fb%2B1%40x.example"),
        ("[x]({{ company_site }}/a/{{ phone }}/)", "https://site.example/a/%2B1%20207/"),
        ("![x](https://x.example/{{ phone }}.png)", "https://x.example/%2B1%20207.png"),
    ],
)
def test_values_in_addresses(markdown: str, href: str) -> None:
    """Percent-encoded, but for the signs that an address of a person needs; pictures may be a person's own."""
    values = {"mail": "a/b+1@x.example", "phone": "+1 207"}
    known = Places("seed", constants=values)
    writer = ProseWriter(styles(), known, Addresses("https://site.example"), 536)
    (block,) = block_tree(written(markdown), frozenset())
    assert isinstance(block, Prose)
    assert f'="{href}"' in writer.write(block.elements)


def test_wide_tables_become_lists() -> None:
    """A table wider than a line is told row by row."""
    row = " | ".join("word " * 6 for _ in range(4))
    found = plain(f"A | B | C | D\n--|--|--|--\n{row}")
    assert found.startswith("A: word word")
    assert max(len(line) for line in found.split("\n")) <= 72
