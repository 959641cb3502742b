"""The desk and the live pages in a real browser: accessible, no script, nothing loaded, at phone and desktop size."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
from starlette.applications import Starlette

from served import served
from topmind import brand, live
from topmind.date_words import DateStyle
from topmind.desk import outbox
from topmind.desk.app import app
from topmind.desk.calendar_page import Calendar
from topmind.links import KeyRing, Links
from topmind.model import LinkContext
from topmind.testing.clock import FixedClock
from topmind.testing.desk import a_last_plan, a_last_run, a_site, an_eml

pytestmark = pytest.mark.browser
ROOT = Path(__file__).parents[2]
WHO = LinkContext(contact="c0007", touch_hex=f"{0:032x}")
HOSTILE = 1000
MAIL = f"/desk/outbox/{0:032x}-1.eml/"


class ListInbox:
    """Keeps entries in a list."""

    def __init__(self) -> None:
        self.entries: list[Mapping[str, str]] = []

    def put(self, entry: Mapping[str, str]) -> None:
        """Keep one."""
        self.entries.append(entry)


@pytest.fixture(scope="module")
def inbox() -> ListInbox:
    """What the live pages wrote."""
    return ListInbox()


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory, inbox: ListInbox) -> Iterator[str]:
    """A desk on a free port of this machine."""
    folder = tmp_path_factory.mktemp("desk")
    a_site(folder / "output")
    for number in range(60):
        an_eml(folder / "var/outbox", number)
    script = "<script>document.querySelector('p').textContent = 'ran'</script>"
    an_eml(
        folder / "var/outbox", HOSTILE, html=f"<html><head></head><body><p>quiet</p>{script}</body></html>"
    )
    os.utime(folder / "var/outbox" / f"{0:032x}-1.eml")
    look = brand.load(ROOT)

    def desk(address: str) -> Starlette:
        pages = live.app(
            inbox=inbox,
            links=Links(RING, address),
            brand=look,
            company="Harbor & Pine",
            clock=FixedClock(),
            topics={"tips": "Weekly tips", "offers": "Offers and events"},
            view=lambda who: outbox.of_touch(folder / "var/outbox", who.touch_hex),
        )
        return app(
            site=folder / "output",
            outbox=folder / "var/outbox",
            brand=look,
            company="Harbor & Pine",
            last_run=a_last_run,
            live=pages,
            site_url="https://harborandpine.example",
            calendar=Calendar(
                last_plan=a_last_plan,
                root=ROOT,
                edit=lambda path: f"/desk/file/{path}",
                dates=DateStyle("en", "US"),
            ),
        )

    with served(desk) as address:
        yield address


RING = KeyRing(links=("l" * 32,), addresses=("a" * 32,), coupons=("c" * 32,))
LINKS = Links(RING, "")
PAGES = {
    "today": "/desk/",
    "plan": "/desk/plan/",
    "calendar": "/desk/calendar/",
    "calendar-segment": "/desk/calendar/?segment=prospects",
    "file": "/desk/file/content/newsletters/tuesday-fix.md",
    "outbox": "/desk/outbox/",
    "mail": MAIL,
    "mail-phone": f"{MAIL}?width=phone",
    "missing": "/desk/outbox/nothing/",
    "unsubscribe": LINKS.unsubscribe(WHO),
    "preferences": LINKS.preferences(WHO),
    "answer": LINKS.answer(WHO, "not-happy"),
    "broken-link": "/u/nonsense",
}


#: Each width and each scheme once; with TOPMIND_SCREENSHOTS=FOLDER all four, as pictures to look at.
VIEWS = [(390, "light"), (1280, "dark")]
if os.environ.get("TOPMIND_SCREENSHOTS"):
    VIEWS += [(390, "dark"), (1280, "light")]


@pytest.mark.parametrize(("width", "scheme"), VIEWS)
@pytest.mark.parametrize("name", PAGES)
def test_each_page_is_accessible_and_fits(
    browser: Any, address: str, name: str, width: int, scheme: str
) -> None:
    """No axe violation, no sideways scrolling, no error in the console, nothing asked of another server."""
    from axe_playwright_python.sync_playwright import Axe

    context = browser.new_context(
        viewport={"width": width, "height": 900}, color_scheme=scheme, bypass_csp=True
    )
    page = context.new_page()
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto(address + PAGES[name])
    found = Axe().run(page)
    assert found.violations_count == 0, found.generate_report()
    wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    assert wide == 0, f"{wide} px too wide"
    assert [url for url in asked if not url.startswith((address, "data:"))] == []
    if folder := os.environ.get("TOPMIND_SCREENSHOTS"):
        page.screenshot(path=f"{folder}/{name}-{width}-{scheme}.png", full_page=True)
    context.close()


@pytest.mark.parametrize("name", PAGES)
def test_no_page_breaks_its_own_policy(browser: Any, address: str, name: str) -> None:
    """With the Content-Security-Policy in force the style sheet applies and the console stays silent."""
    page = browser.new_page()
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text))
    page.goto(address + PAGES[name])
    assert page.evaluate("getComputedStyle(document.body).margin") == "0px"
    assert [text for text in said if "Content Security" in text or "Refused" in text] == []
    page.close()


def test_the_button_of_an_unsubscribe_link_works(browser: Any, address: str, inbox: ListInbox) -> None:
    """Opening the page writes nothing; pressing its one button opts out."""
    before = len(inbox.entries)
    page = browser.new_page()
    page.goto(address + LINKS.unsubscribe(WHO))
    assert len(inbox.entries) == before
    page.get_by_role("button", name="Stop the mails").click()
    page.get_by_role("heading", name="Done").wait_for()
    assert [entry["kind"] for entry in inbox.entries[before:]] == ["opt_out"]
    page.close()


def test_preferences_and_answers_are_one_press(browser: Any, address: str, inbox: ListInbox) -> None:
    """Each button is named for what it does, and what was typed comes along."""
    before = len(inbox.entries)
    page = browser.new_page()
    page.goto(address + LINKS.preferences(WHO))
    page.get_by_role("button", name="No: Weekly tips").click()
    page.get_by_role("heading", name="Saved").wait_for()
    page.goto(address + LINKS.answer(WHO, "not-happy"))
    page.get_by_label("Anything you would like to add (optional)").fill("It drips again")
    page.get_by_role("button", name="Send “not happy”").click()
    page.get_by_role("heading", name="Thank you").wait_for()
    written = [(e["kind"], e["value"], e.get("comment", "")) for e in inbox.entries[before:]]
    assert written == [("topic_off", "tips", ""), ("answer", "not happy", "It drips again")]
    page.close()


def test_the_desk_is_walked_by_its_navigation(browser: Any, address: str) -> None:
    """Today → Plan → Outbox → a mail in its frame → the site."""
    page = browser.new_page()
    page.goto(f"{address}/desk/")
    page.get_by_role("link", name="Plan").click()
    page.get_by_role("heading", name="Plan for Tuesday, 1 December 2026").wait_for()
    page.get_by_role("link", name="Outbox").click()
    page.get_by_label("Subject, sender or recipient").fill("sam7@")
    page.get_by_role("button", name="Search").click()
    page.get_by_role("link", name="no. 7").click()
    frame = page.frame_locator("iframe")
    frame.get_by_role("heading", name="Dry gutters").wait_for()
    page.get_by_role("link", name="Site").click()
    page.get_by_role("heading", name="Harbor & Pine").wait_for()
    page.close()


def test_a_script_in_a_mail_does_not_run(browser: Any, address: str) -> None:
    """Policy and sandbox hold against a mail that carries one, in the frame and alone."""
    page = browser.new_page()
    page.goto(f"{address}/desk/outbox/{HOSTILE:032x}-1.eml/html")
    page.get_by_text("quiet").wait_for()
    page.goto(f"{address}/desk/outbox/{HOSTILE:032x}-1.eml/")
    page.frame_locator("iframe").get_by_text("quiet").wait_for()
    page.close()
