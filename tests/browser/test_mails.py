"""The sample's mails in a real browser: accessible in both colour schemes, nothing wider than a small phone,
nothing loaded but pictures of the site, readable without them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe

from mail_samples import ROOT, editions, everything, renderer, sample, values
from topmind.mail import render

pytestmark = pytest.mark.browser

#: WCAG 2.2 AA, and what axe holds to be good practice; a mail stands inside a mail program's own landmarks.
RULES = {
    "resultTypes": ["violations"],
    "rules": {"region": {"enabled": False}, "landmark-one-main": {"enabled": False}},
}
NARROW, WIDE = 320, 700


def html(name: str) -> str:
    """One mail as its contact gets it; a theme's name stands for everything that it can show."""
    if name not in editions():
        return everything(name)
    compiled = renderer().compile(editions()[name])
    return render(compiled, values(compiled)).html


class Page:
    """A mail in a window of some size and colour scheme, pictures from the content folder."""

    def __init__(self, browser: Any, width: int, scheme: str, *, pictures: bool = True) -> None:
        self.asked: list[str] = []
        self._pictures = pictures
        self._context = browser.new_context(viewport={"width": width, "height": 900}, color_scheme=scheme)
        self.page = self._context.new_page()
        self.page.route("**/*", self._answer)

    def _answer(self, route: Any) -> None:
        url = route.request.url
        self.asked.append(url)
        file = ROOT / "content" / url.removeprefix(sample().company.site).lstrip("/")
        if self._pictures and url.startswith(sample().company.site) and file.is_file():
            route.fulfill(path=str(file))
        else:
            route.abort()

    def show(self, markup: str) -> Any:
        """Load a mail and wait for its pictures."""
        self.page.set_content(markup, wait_until="load")
        return self.page

    def close(self) -> None:
        """Give the window back."""
        self._context.close()


@pytest.mark.parametrize("name", [*editions(), "newsletter", "letter"])
def test_every_mail_is_accessible_and_fits(name: str, browser: Any) -> None:
    """On phone and desktop, light and dark: axe finds nothing, nothing is cut off at the side, and nothing but the
    site's own pictures is asked for."""
    window = Page(browser, NARROW, "light")
    page = window.show(html(name))
    for width in (NARROW, WIDE):
        page.set_viewport_size({"width": width, "height": 900})
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        for scheme in ("light", "dark"):
            page.emulate_media(color_scheme=scheme)
            found = Axe().run(page, options=RULES)
            assert found.violations_count == 0, f"{width} {scheme}: {found.generate_report()}"
    window.close()
    assert all(url.startswith(f"{sample().company.site}/images/") for url in window.asked)


def test_axe_sees_what_is_wrong(browser: Any) -> None:
    """The check above can fail: pale words on white are found."""
    window = Page(browser, WIDE, "light")
    page = window.show(html("rescue").replace("#1d2827", "#c0c4c3"))
    found = Axe().run(page, options=RULES)
    window.close()
    assert [violation["id"] for violation in found.response["violations"]] == ["color-contrast"]


def test_dark_mode_is_dark(browser: Any) -> None:
    """The scheme's own colours are used: no light sheet in a dark room, no dark words on it."""
    page = Page(browser, WIDE, "dark")
    shown = page.show(html("tuesday-fix/2026-W49"))
    brightest = shown.evaluate(
        """() => Math.max(...[...document.querySelectorAll('body, body *')].map(e => {
            const c = getComputedStyle(e).backgroundColor.match(/[0-9.]+/g).map(Number);
            const button = e.closest('.tm-btn, .tm-btn-warm');
            return c.length === 4 && c[3] === 0 || button ? 0 : Math.max(c[0], c[1], c[2]); }))"""
    )
    page.close()
    assert brightest < 80


def test_a_mail_reads_without_pictures(browser: Any) -> None:
    """Where pictures are blocked, their words stand in and the way to the page is still there."""
    page = Page(browser, NARROW, "light", pictures=False)
    shown = page.show(html("tuesday-fix/2026-W49"))
    alts = shown.eval_on_selector_all("img", "all => all.map(i => i.getAttribute('alt'))")
    assert None not in alts
    assert shown.get_by_text("Read more").first.is_visible()
    page.close()


def test_the_preheader_is_not_seen(browser: Any) -> None:
    """It is for the list of mails, not for the mail."""
    page = Page(browser, WIDE, "light")
    shown = page.show(html("tuesday-fix/2026-W49"))
    words = "Two minutes of looking up"
    assert words in shown.content()
    assert not shown.get_by_text(words).first.is_visible()
    page.close()


def test_long_names_and_emoji_hold(browser: Any, tmp_path: Path) -> None:
    """A name of sixty letters and an emoji break nothing on the narrowest phone."""
    compiled = renderer().compile(editions()["tuesday-fix/2026-W49"])
    name = "Wolfeschlegelsteinhausenbergerdorffwelchevoralternwarengewis\U0001f600"
    page = Page(browser, NARROW, "light")
    shown = page.show(render(compiled, {**values(compiled), "first_name": name}).html)
    assert shown.evaluate("document.documentElement.scrollWidth") <= NARROW
    assert shown.get_by_text(name).first.is_visible()
    page.close()
