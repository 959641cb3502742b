"""The themes: widths, sides, whose words: what a mail program shows that knows no modern CSS."""

from __future__ import annotations

import re
from dataclasses import replace

import lxml.html
import pytest

from mail_samples import ROOT, editions, everything, hostile, renderer, sample, values
from topmind import brand
from topmind.errors import MailError
from topmind.mail import Renderer, build, dry_merge, render
from topmind.testing.builders import a_newsletter, an_edition, an_occasion, members, written


def shown(markdown: str) -> lxml.html.HtmlElement:
    """A newsletter of these words, as a tree."""
    body = written(markdown, "content/newsletters/own.md")
    house = replace(sample(), newsletters={"own": a_newsletter("own", title="Own", body=body)})
    compiled = Renderer(house, brand.load(ROOT), ROOT).compile(an_edition(an_occasion("own")))
    return lxml.html.fromstring(render(compiled, values(compiled)).html)


PICTURE = "![A roof](/images/roof.png)"


@pytest.mark.parametrize(
    ("markdown", "width"),
    [
        (PICTURE, 536),
        (f"/// columns\n{PICTURE}\n/// column\nwords\n///", 260),
        (f"/// columns\n{PICTURE}\n/// column\nb\n/// column\nc\n///", 168),
        (f"/// callout | Look\n{PICTURE}\n///", 488),
        ("/// columns\n/// item | tips/binoculars\n/// column\nwords\n///", 260),
    ],
)
def test_a_picture_is_as_wide_as_its_column(markdown: str, width: int) -> None:
    """Outlook believes the attribute alone: wider than its column, a picture breaks the mail apart."""
    assert shown(markdown).xpath("//img[@alt!='']/@width") == [str(width)]


def test_outlook_gets_the_widths_of_the_sheet() -> None:
    """The tables that only Outlook reads are as wide as the words: 600 px less the padding."""
    widths = set(re.findall(r"vertical-align:top;width:(\d+)px", everything("newsletter")))
    assert widths == {"536", "276"}


def test_a_button_is_a_cell_of_its_colour() -> None:
    """Outlook knows no padding of links: the cell has the colour, and its own word for the padding."""
    page = shown("/// button | Book a visit -> https://x.example/")
    cell = page.xpath("//a[contains(., 'Book a visit')]/parent::td")[0]
    assert cell.get("bgcolor") == brand.load(ROOT).light.accent
    assert "mso-padding-alt:13px 24px" in cell.get("style")


def test_words_that_run_the_other_way_stand_on_the_other_side() -> None:
    """Of a mail in Arabic everything begins on the right, but what we say in English."""
    page = lxml.html.fromstring(hostile()["right to left"])
    assert {page.get("dir"), *page.xpath("//*[@role='article']/@dir")} == {"rtl"}
    styles = " ".join(page.xpath("//*[ancestor-or-self::*[contains(@class, 'tm-ink')]]/@style"))
    assert "padding-right:22px" in styles
    assert "border-right:3px" in styles
    cells = page.xpath("//td[contains(@class, 'tm-ink') and not(contains(@class, 'tm-small'))]")
    assert {cell.get("align") for cell in cells} == {"right"}
    foot = page.xpath("//td[contains(@class, 'tm-small')]//*[@lang]")[0]
    assert (foot.get("lang"), foot.get("dir"), foot.get("style")) == ("en", "ltr", "text-align:left;")


def test_one_paragraph_may_run_the_other_way() -> None:
    """`{: dir=rtl }` puts a paragraph to its own side, in words that every mail program knows."""
    paragraph = shown('مرحبا\n{: dir="rtl" lang="ar" }\n').xpath("//p[@dir='rtl']")[0]
    assert "text-align:right;" in paragraph.get("style")


def test_a_testimonial_says_whose_words_it_is() -> None:
    """An announced one is a quotation with a name below, in both parts."""
    compiled = renderer().compile(editions()["testimonials/anna-k/1"])
    done = render(compiled, values(compiled))
    quoted = lxml.html.fromstring(done.html).xpath("//*[@class='tm-quote']")[0]
    assert quoted.text_content().strip().endswith("Anna K., Tern Harbor")
    assert "> They said eleven days" in done.text
    assert "-- Anna K., Tern Harbor" in done.text


def test_every_picture_has_words_or_only_decorates() -> None:
    """Tables that only place things say so, and every picture has an alt."""
    for theme in ("newsletter", "letter"):
        page = lxml.html.fromstring(everything(theme))
        assert all(image.get("alt") is not None for image in page.iter("img"))
        plain = [table for table in page.iter("table") if table.get("role") != "presentation"]
        assert all(table.xpath(".//th[@scope]") for table in plain)


def test_a_mail_of_twenty_thousand_words_is_refused_with_what_to_cut() -> None:
    """Gmail would cut it and its footer: the finding has its size and names the longest parts."""
    chapters = ((f"## Chapter {number}", f"{'water ' * number * 1000}") for number in range(1, 7))
    text = "Hello.\n\n" + "\n\n".join(part for chapter in chapters for part in chapter)
    body = written(text, "content/newsletters/own.md")
    house = replace(sample(), newsletters={"own": a_newsletter("own", title="Own", body=body)})
    compiled = Renderer(house, brand.load(ROOT), ROOT).compile(an_edition(an_occasion("own")))
    (problem,) = dry_merge(compiled, members(1))
    assert re.match(r"the HTML has 1\d\d,\d{3} bytes; from 102,000 on", problem.says)
    assert problem.fix.endswith(
        "The most is in “Chapter 6” (36,201 bytes), “Chapter 5” (30,185 bytes), “Chapter 4” (24,185 bytes)."
    )
    with pytest.raises(MailError, match="Gmail cuts the mail") as caught:
        build(compiled, values(compiled), to="ana@example.com", headers={})
    assert "“Chapter 6”" in caught.value.fix
