"""The site in a real browser: accessible, readable at every size, useful without scripts, silent towards others."""

from __future__ import annotations

import functools
import threading
from collections.abc import Iterator
from datetime import date
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from site_project import a_project, built
from topmind.resource_site import ArchivedIssue

pytestmark = pytest.mark.browser

FILES = {
    "content/promotions/paint.md": (
        "---\ntitle: Lime paint, a fifth off\ndate: 2026-11-20\nends: 2026-12-20\ncode: LIME20\noffer: 20 percent off\n"
        "terms: While it lasts.\nlink: https://alder.example/about/\n---\nIt breathes.\n\n/// coupon | LIME20\n"
    ),
    "content/events/open-day.md": (
        "---\ntitle: Open day\ndate: 2026-11-20\nbegins: 2026-12-12 10:00\nends: 2026-12-12 14:00\n"
        "location: The yard\n---\nCome by.\n"
    ),
    "content/spotlights/quarry.md": (
        "---\ntitle: The quarry\ndate: 2026-11-01\nbusiness: Quarry Ltd\nphone: 01 555 0200\nregion: Wicklow\n"
        "link: https://quarry.example/\n---\nStone.\n"
    ),
    "content/experts/mary.md": "---\ntitle: Mary on moss\ndate: 2026-11-01\nfield: Botanist\n---\nMoss holds water.\n",
    "content/testimonials/anna-k.md": (
        "---\ntitle: It held\ndate: 2026-11-01\nperson: Anna K.\npermission: yes\n---\nIt held through the winter.\n"
    ),
    "content/articles/everything.md": (
        "---\ntitle: Everything a text may hold\ndate: 2026-11-02\n---\n## First\n\nWords[^1] and *more* words.\n\n"
        "/// callout | Mind\nThe step.\n///\n\n/// columns\nLeft\n/// column\nRight\n///\n\n"
        "/// button | Ask us -> /about/\n\n/// testimonial | anna-k\n\n/// item | tips/damp\n\n"
        "/// video | https://video.example/1\n\n| A | B |\n|---|---:|\n| one | 2 |\n\n| C | D |\n|---|---|\n| 3 | 4 |\n\n"
        "```\nsome code that is a good deal wider than the screen of any phone, so that it has to scroll sideways\n```\n\n"
        "> Quoted\n\n1. one\n2. two\n\n[^1]: A note.\n"
    ),
    "content/pages/docs/one.md": "---\ntitle: One\n---\nFirst, then [two](two.md).\n",
    "content/pages/docs/two.md": "---\ntitle: Two\n---\nSecond.\n",
}
ISSUE = ArchivedIssue(
    url="/newsletters/fix/2026-11-24/",
    title="Coins",
    day=date(2026, 11, 24),
    html="<p>Short.</p>",
    summary="A coin.",
)
MAIL = ArchivedIssue(
    url="/newsletters/fix/2026-11-17/",
    title="Mortar",
    day=date(2026, 11, 17),
    html=(
        '<!doctype html><html lang="en"><head><title>Mortar</title></head><body style="margin:0"><div role="article" '
        'aria-label="Mortar"><h1>Mortar</h1><p><a href="https://alder.example/articles/lime/">Lime</a></p></div></body></html>'
    ),
)
PAGES = [
    "/",
    "/tips/",
    "/tips/damp/",
    "/articles/everything/",
    "/promotions/",
    "/promotions/paint/",
    "/events/",
    "/events/open-day/",
    "/spotlights/quarry/",
    "/experts/mary/",
    "/testimonials/anna-k/",
    "/tags/walls/",
    "/about/",
    "/docs/",
    "/docs/one/",
    "/team/",
    "/newsletters/",
    "/newsletters/fix/",
    "/newsletters/fix/2026-11-24/",
    "/newsletters/fix/2026-11-17/",
    "/search/",
    "/404.html",
]
SIZES = {"phone": (390, 844), "desktop": (1280, 900)}


class Quiet(SimpleHTTPRequestHandler):
    """A file server that says nothing."""

    def log_message(self, *args: object) -> None:
        """No line per request."""


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Address of a built site with every sort of page."""
    project = a_project(tmp_path_factory.mktemp("site"), **FILES)
    report = built(project, archive=(ISSUE, MAIL), search=True)
    yield from served(report.output)


def served(folder: Path) -> Iterator[str]:
    """Serve a folder on loopback."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(Quiet, directory=str(folder)))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


@pytest.fixture
def open_page(browser: Any) -> Iterator[Any]:
    """Opens pages and closes them after the test."""
    pages: list[Any] = []

    def make(width: int = 1280, height: int = 900, **options: Any) -> Any:
        page = browser.new_page(viewport={"width": width, "height": height}, **options)
        pages.append(page)
        return page

    yield make
    for page in pages:
        page.close()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("size", SIZES)
def test_no_page_has_an_accessibility_violation(site: str, open_page: Any, size: str, scheme: str) -> None:
    """axe-core finds nothing, at both sizes, in both colour schemes; and nothing is wider than the screen."""
    from axe_playwright_python.sync_playwright import Axe

    page = open_page(*SIZES[size], color_scheme=scheme)
    found = {}
    for path in PAGES:
        page.goto(site + path)
        violations = Axe().run(page).response["violations"]
        if violations:
            found[path] = [(v["id"], [n["html"] for n in v["nodes"]][:3]) for v in violations]
        wider = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        assert wider <= 0, path
    assert found == {}


def test_nothing_is_loaded_from_elsewhere(site: str, open_page: Any) -> None:
    """No font, script or picture of another server; no error in the console."""
    page = open_page()
    asked: list[str] = []
    errors: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.on("pageerror", lambda error: errors.append(str(error)))
    for path in [*PAGES, "/search/?q=wall"]:
        page.goto(site + path)
        page.wait_for_load_state("networkidle")
    assert [url for url in asked if not url.startswith(site)] == []
    assert errors == []


def test_search_finds_a_word_and_leads_to_its_page(site: str, open_page: Any) -> None:
    """Typed words appear as results with their kind; the address keeps the question."""
    page = open_page()
    page.goto(f"{site}/search/")
    page.get_by_label("What are you looking for?").fill("coin")
    page.locator("#results a").first.wait_for()
    assert page.locator("#results .row-title").all_inner_texts() == ["Damp & how to find it"]
    assert page.locator("#results .kicker").all_inner_texts() == ["Tip"]
    assert "1 page with" in page.locator("#found").inner_text()
    assert page.locator("#all").is_hidden()
    assert page.url.endswith("?q=coin")
    page.locator("#results a").first.click()
    page.wait_for_url("**/tips/damp/")


def test_search_says_when_there_is_nothing(site: str, open_page: Any) -> None:
    """An empty answer is an answer."""
    page = open_page()
    page.goto(f"{site}/search/?q=xylophone")
    page.get_by_text("Nothing with").wait_for()


def test_the_search_page_is_useful_without_scripts(site: str, open_page: Any) -> None:
    """Everything is listed by name, and no dead form is shown."""
    page = open_page(java_script_enabled=False)
    page.goto(f"{site}/search/")
    assert page.locator("form").is_hidden()
    names = page.locator("#all a").all_inner_texts()
    assert {"Damp & how to find it", "Open day", "About us", "Two"} <= set(names)


def test_the_first_key_leads_past_the_menu(site: str, open_page: Any) -> None:
    """Tab shows the skip link, Enter goes to the content."""
    page = open_page(390, 844)
    page.goto(f"{site}/tips/damp/")
    page.keyboard.press("Tab")
    skip = page.get_by_text("Skip to the content")
    skip.wait_for()
    assert skip.bounding_box()["y"] >= 0
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "main"


def test_the_menu_of_the_docs_is_folded_on_a_phone(site: str, open_page: Any) -> None:
    """One line above the text that names the page and opens without a script; beside the text where there is room."""
    page = open_page(390, 844, java_script_enabled=False)
    page.goto(f"{site}/docs/one/")
    other = page.get_by_role("navigation", name="Docs").get_by_role("link", name="Two")
    assert other.count() == 0
    page.get_by_text("Docs: One").click()
    assert other.bounding_box()["height"] >= 36
    page.set_viewport_size({"width": 1280, "height": 900})
    assert page.get_by_text("Docs: One").is_hidden()
    assert (other.count(), other.is_visible()) == (1, True)


def test_every_page_has_its_landmarks_and_one_title(site: str, open_page: Any) -> None:
    """Header, main, footer and exactly one first heading."""
    page = open_page()
    for path in PAGES:
        if path == MAIL.url:
            continue  # a mail has no header and footer of the site
        page.goto(site + path)
        counts = [
            page.locator(f"css={tag}").count() for tag in ("body > header", "main", "body > footer", "h1")
        ]
        assert counts == [1, 1, 1, 1], path


def test_print_shows_the_text_without_the_menu(site: str, open_page: Any) -> None:
    """Paper needs no navigation."""
    page = open_page()
    page.goto(f"{site}/articles/lime/")
    page.emulate_media(media="print")
    assert page.locator(".menu").is_hidden()
    assert page.locator("h1").is_visible()
