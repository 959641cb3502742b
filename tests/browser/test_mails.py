"""The sample's mails in a real browser: accessible in both colour schemes, nothing wider than a small phone,
nothing loaded but pictures of the site, readable without them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import lxml.html
import pytest
from axe_playwright_python.sync_playwright import Axe

from browser.pixels import words
from mail_samples import LONG, ROOT, editions, everything, hostile, renderer, sample, values
from topmind.mail import render

pytestmark = pytest.mark.browser

#: WCAG 2.2 AA, and what axe holds to be good practice; a mail stands inside a mail program's own landmarks.
RULES: dict[str, Any] = {
    "resultTypes": ["violations"],
    "rules": {"region": {"enabled": False}, "landmark-one-main": {"enabled": False}},
}
#: Every rule that speaks of a mail, those too that axe leaves off by default.
ALL = {**RULES, "rules": {**RULES["rules"], "target-size": {"enabled": True}}}
#: The rules to which a colour scheme makes a difference.
OF_COLOURS = {
    "resultTypes": ["violations"],
    "runOnly": {"type": "rule", "values": ["color-contrast", "link-in-text-block"]},
}
#: Mails that together show every block and card.
INVERTED = ("newsletter", "letter", "home-almanac/2026-W49", "events/lantern-night/1")
NARROW, WIDE = 320, 700


def html(name: str) -> str:
    """One mail as its contact gets it; a theme's name stands for everything that it can show."""
    if name in hostile():
        return hostile()[name]
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
        self._devtools: Any = None

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

    def look(self, width: int, scheme: str) -> Any:
        """In a window of that width; `light`, `dark`, or `forced`: dark without being asked."""
        self.page.set_viewport_size({"width": width, "height": 900})
        self.page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
        if scheme == "forced" or self._devtools is not None:
            self.force_dark(scheme == "forced")
        return self.page

    def force_dark(self, on: bool) -> None:
        """Chromium's own inversion, colour by colour, as Android's mail programs have it."""
        if self._devtools is None:
            self._devtools = self._context.new_cdp_session(self.page)
        self._devtools.send("Emulation.setAutoDarkModeOverride", {"enabled": on})

    def close(self) -> None:
        """Give the window back."""
        self._context.close()


@pytest.fixture(scope="module")
def window(browser: Any) -> Iterator[Page]:
    """One window for all mails."""
    page = Page(browser, WIDE, "light")
    yield page
    page.close()


MAILS = ["newsletter", "letter", *editions(), *hostile()]


@pytest.mark.parametrize("name", ["newsletter", "letter", *editions(), "right to left"])
def test_every_mail_is_accessible_and_fits(name: str, window: Page) -> None:
    """On phone and desktop, light and dark: axe finds nothing, nothing is cut off at the side, and nothing but the
    site's own pictures is asked for."""
    window.asked.clear()
    page = window.show(html(name))
    for width in (NARROW, WIDE):
        page.set_viewport_size({"width": width, "height": 900})
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        for scheme in ("light", "dark"):
            page.emulate_media(color_scheme=scheme)
            found = violations(page, ALL if scheme == "light" else OF_COLOURS)
            assert not found, f"{width} {scheme}: {found}"
    assert all(url.startswith(f"{sample().company.site}/images/") for url in window.asked)


def violations(page: Any, rules: dict[str, Any]) -> list[str]:
    """What axe finds: the rule, and where."""
    if not page.evaluate("'axe' in window"):
        page.evaluate(Axe().axe_script)
    found = page.evaluate("rules => axe.run(document, rules).then(done => done.violations)", rules)
    return [f"{one['id']}: {[node['target'] for node in one['nodes']]}" for one in found]


#: What Gmail's apps take out before they invert a mail.
_OWN_DARK = re.compile(
    r"@media \(prefers-color-scheme: dark\) \{.*?\n    \}|<meta name=\"[a-z-]*color-scheme[a-z]*\"[^>]*>"
    r"|:root \{ color-scheme[^}]*\}",
    re.DOTALL,
)
#: Ways in which mail programs darken a mail that says nothing: colour by colour, or the whole picture at once.
INVERT_ALL = "html { filter: invert(1) hue-rotate(180deg); background: #fff } img { filter: invert(1) hue-rotate(180deg) }"


#: How the contact sheet shows each mail: label, width, scheme.
LOOKS = (
    ("light", WIDE, "light"),
    ("dark", WIDE, "dark"),
    ("forced", WIDE, "forced"),
    ("phone-light", NARROW, "light"),
    ("phone-dark", NARROW, "dark"),
)


def seen_as(name: str, scheme: str) -> str:
    """A mail as a program shows it that darkens by force: without its own dark colours. Else as it is."""
    return _OWN_DARK.sub("", html(name)) if scheme == "forced" else html(name)


def coloured(name: str) -> set[tuple[str, ...]]:
    """In what colours and sizes the words of a mail stand: the styles of each word's element and of all around it."""
    found = set()
    for element in lxml.html.document_fromstring(html(name)).iter("*"):
        if (element.text or "").strip():
            around = (element, *element.iterancestors())
            styles = (f"{one.tag} {one.get('class', '')} {one.get('style', '')}" for one in around)
            found.add(tuple(" ".join(_COLOURS.findall(style)) for style in styles))
    return found


_COLOURS = re.compile(r"tm-[a-z-]+|(?:color|background|font-size|font-weight)[^;]*")


def unlike() -> list[str]:
    """The mails in which some word stands as in none before: of the others the picture says nothing new."""
    seen: set[tuple[str, ...]] = set()
    found = []
    for name in dict.fromkeys((*INVERTED, *editions())):
        found += [name] if coloured(name) - seen else []
        seen |= coloured(name)
    return found


@pytest.mark.parametrize("name", unlike())
def test_forced_inversion_keeps_the_contrast(name: str, window: Page) -> None:
    """Programs without `prefers-color-scheme` invert by themselves: on the pixels of the picture, each word has the
    contrast that WCAG asks for."""
    markup = seen_as(name, "forced")
    assert "color-scheme" not in markup
    for way in ("colours", "picture") if name in INVERTED else ("colours",):
        window.look(WIDE, "forced" if way == "colours" else "light")
        page = window.show(markup)
        if way == "picture":
            page.add_style_tag(content=INVERT_ALL)
        seen = words(page, 1)
        window.look(WIDE, "light")
        assert len(seen) > 20
        assert not [f"{word.text}: {word.contrast:.2f}" for word in seen if word.contrast < word.asked], way


def test_pale_words_are_seen_on_the_picture(window: Page) -> None:
    """The measure above can fail: words of 3.5 to 1 are too pale, and large ones are not."""
    window.look(WIDE, "light")
    page = window.show(
        "<p style='color:#8b8b8b'>pale words</p><p style='color:#8b8b8b;font-size:24px'>large words</p>"
    )
    assert [word.contrast < word.asked for word in words(page, 1)] == [True, True, False, False]


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
    words_of_pictures = shown.locator(".tm-pic img").first.evaluate("i => getComputedStyle(i).color")
    assert words_of_pictures == "rgb(85, 98, 95)", "calm, not the blue of a link"
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


def test_long_names_and_emoji_hold(window: Page) -> None:
    """A name of sixty letters and an emoji break nothing on the narrowest phone."""
    page = window.show(html("sixty letters"))
    page.set_viewport_size({"width": NARROW, "height": 900})
    assert page.evaluate("document.documentElement.scrollWidth") <= NARROW
    assert page.get_by_text(LONG).first.is_visible()
