"""What representatives read, in a real browser: accessible, narrow enough for a phone, and on paper where it belongs."""

from __future__ import annotations

import re
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe

from browser.test_mails import NARROW, RULES, WIDE, Page
from mail_samples import ROOT
from topmind import brand
from topmind.mail import letters, render, task_mail
from topmind.model import Channel
from topmind.testing.builders import TODAY
from unit.mail.test_task_mail import LINKS, a_programme, a_sheet

pytestmark = pytest.mark.browser
BRAND = brand.load(ROOT)


def mail() -> str:
    """A mail with one call of each state."""
    catalog = a_programme()
    sheets = [
        a_sheet(catalog, answers=LINKS, overdue=True, was="June Okafor", notes=("leans at noon",)),
        a_sheet(catalog, answers=LINKS, last=True, tried=True, touches=("24 November: The Tuesday Fix",)),
        a_sheet(catalog, channel=Channel.VISIT, name="A very long name " * 4),
    ]
    made = task_mail(catalog, BRAND, ROOT, catalog.team["dana"], sheets, TODAY)
    return render(made.compiled, made.values).html


def test_the_task_mail_is_accessible_and_fits(browser: Any) -> None:
    """On phone and desktop, light and dark."""
    window = Page(browser, NARROW, "light")
    page = window.show(mail())
    for width in (NARROW, WIDE):
        page.set_viewport_size({"width": width, "height": 900})
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        for scheme in ("light", "dark"):
            page.emulate_media(color_scheme=scheme)
            found = Axe().run(page, options=RULES)
            assert found.violations_count == 0, f"{width} {scheme}: {found.generate_report()}"
    window.close()


#: Country → where the window of an envelope shows the first and the last line, mm from the top of the sheet.
WINDOWS = {"DE": (45.0, 90.0), "US": (58.0, 84.0)}


@pytest.mark.parametrize("country", WINDOWS)
def test_the_address_stands_in_the_window(country: str, browser: Any) -> None:
    """DIN 5008 form B on A4; a #10 envelope shows what lies between 2.3 and 3.3 inches of a sheet folded in three."""
    catalog = a_programme("Dear you.\n", Channel.LETTER, country=country)
    postal = ("1 Mill Lane", "Tern Harbor, ME 04999")
    sheet = a_sheet(catalog, channel=Channel.LETTER, postal=postal)
    window = Page(browser, 1000, "light")
    page = window.show(letters(catalog, BRAND, ROOT, [(sheet, catalog.team["dana"])], TODAY))
    box = page.evaluate(
        "() => { const sheet = document.querySelector('.sheet').getBoundingClientRect();"
        " const lines = document.querySelector('.address > span:last-child').getBoundingClientRect();"
        " return [lines.top - sheet.top, lines.bottom - sheet.top, lines.left - sheet.left]; }"
    )
    found = Axe().run(page, options=RULES)
    window.close()
    top, bottom, left = (px * 25.4 / 96 for px in box)
    first, last = WINDOWS[country]
    assert first <= top < bottom <= last
    assert 20 <= left <= 27
    assert found.violations_count == 0, found.generate_report()


@pytest.mark.parametrize(("country", "width", "height"), [("US", 215.9, 279.4), ("DE", 210, 297)])
def test_paper_has_one_sheet_for_each_letter(country: str, width: float, height: float, browser: Any) -> None:
    """As large as the country's paper (mm), no empty sheet behind, none that runs over."""
    catalog = a_programme("Dear you.\n" * 8, Channel.LETTER, country=country)
    sheets = [(a_sheet(catalog, channel=Channel.LETTER), catalog.team["dana"])] * 3
    window = Page(browser, 1000, "light")
    page = window.show(letters(catalog, BRAND, ROOT, sheets, TODAY))
    pdf = page.pdf(prefer_css_page_size=True)
    window.close()
    assert len(re.findall(rb"/Type\s*/Page\b(?!s)", pdf)) == 3
    boxes = re.findall(rb"/MediaBox\s*\[\s*0 0 ([0-9.]+) ([0-9.]+)\s*\]", pdf)
    assert boxes
    for box in boxes:
        assert [float(points) / 72 * 25.4 for points in box] == pytest.approx([width, height], abs=0.3)
