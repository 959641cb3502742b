"""The preview in a real browser: accessible in both colours at both ends of width, with keys and without a script, as
pages of a server and as files."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from preview_project import copied, peopled
from served import served
from topmind import brand
from topmind.date_words import DateStyle
from topmind.desk.app import app, own_addresses
from topmind.desk.control_routes import ControlRoutes
from topmind.desk.doing import controls, deeds, story
from topmind.desk.export import export
from topmind.desk.noting import Noting
from topmind.desk.preview_routes import PreviewRoutes
from topmind.run import control
from topmind.run.approving import Part, Wait
from topmind.run.dry import decide_dry
from topmind.run.places import open_project_ledger
from topmind.run.preview import Watching
from topmind.run.preview.personas import key_of
from topmind.run.preview.public import public
from topmind.testing.builders import a_touch
from topmind.testing.clock import FixedClock
from topmind.testing.desk import a_last_run

pytestmark = pytest.mark.browser
ROOT = Path(__file__).parents[2]
CLOCK = FixedClock()
ISSUE = "/desk/preview/tuesday-fix--2026-W50/a/sample/"
LEDGER = "browser"
#: What one contact has got.
GOT = a_touch(
    "0001",
    date(2026, 11, 24),
    occurrence="2026-W48",
    items=("tips/attic-hatch",),
    value=1,
    nominal=date(2026, 11, 24),
)
#: A letter that waits for somebody's word.
YARD = """---
title: Yard Notes
every: Friday at 09:00
approve: ready
subject: Notes from the yard
preheader: Two lines about the week
---
Two lines.

/// slot | 1 value item
"""
#: A run that is far larger than usual.
LARGE = Wait(
    as_of=date(2026, 12, 1),
    plan="9f3c2a7710d4e5b6" * 4,
    mails=1180,
    usual=212,
    largest=date(2026, 11, 24),
    parts=(
        Part(name="tuesday-fix/2026-W49", title="The Tuesday Fix, December 1, 2026", mails=1161),
        Part(name="first-job/thank-you", title="After the first job: Thank you, with a coupon", mails=19),
    ),
    surge=True,
    transport="ses",
)
PAGES = {
    "index": "/desk/preview/",
    "mail": ISSUE,
    "mail-dark-phone": "/desk/preview/home-almanac--2026-12/a/long-name/?look=dark&width=phone",
    "mail-text": "/desk/preview/home-almanac--2026-12/a/emoji/?part=text",
    "changes": f"{ISSUE}against/last/",
    "source": f"{ISSUE}source/",
    "findings": "/desk/findings/",
    "search": "/desk/preview/contact/",
    "contact": f"/desk/preview/contact/{key_of('0001')}/",
    "touch": f"/desk/preview/contact/{key_of('0001')}/{GOT.wire(LEDGER)}/",
    "ready": "/desk/preview/yard-notes--2026-W49/a/sample/",
    "stop": "/desk/stop/",
    "approve": "/desk/approve/",
    "correction": "/desk/correction/?of=tuesday-fix+2026-11-24",
}
#: The same page with another frame in it: to look at.
MORE = {
    "mail-inverted": "/desk/preview/home-almanac--2026-12/a/right-to-left/?look=inverted",
    "mail-bare": "/desk/preview/home-almanac--2026-12/a/script/?look=bare",
}
#: Each width and each scheme once; with TOPMIND_SCREENSHOTS=FOLDER all four, as pictures to look at.
VIEWS = [(320, "dark"), (1280, "light")]
if os.environ.get("TOPMIND_SCREENSHOTS"):
    VIEWS += [(320, "light"), (1280, "dark")]
    PAGES |= MORE


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The sample with sixty contacts, one of whom has got something."""
    root = peopled(copied(tmp_path_factory.mktemp("preview")))
    (root / "content/newsletters/yard-notes.md").write_text(YARD, "utf-8")
    conf = root / "pelicanconf.py"
    conf.write_text(re.sub(r'"ledger": "[^"]+"', f'"ledger": "{LEDGER}"', conf.read_text("utf-8")), "utf-8")
    decided = decide_dry(root, as_of=None, clock=CLOCK, environ={})
    with open_project_ledger(decided.project.settings, CLOCK, None) as ledger:
        ledger.sync_people(decided.people, lambda address: (address,))
        ledger.seed([GOT])
    return root


@pytest.fixture(scope="module")
def address(project: Path) -> Iterator[str]:
    """A desk with its preview on a free port of this machine."""
    watching = Watching(project, as_of=None, clock=CLOCK, environ={}, background=False)
    watching.now()
    noting = Noting(project, lambda: control.noted(project, CLOCK), CLOCK)
    desk = app(
        site=project / "output",
        outbox=project / "var/outbox",
        brand=brand.load(ROOT),
        company="Harbor & Pine",
        last_run=a_last_run,
        dates=DateStyle("en", "US"),
        preview=PreviewRoutes(
            now=watching.now,
            deeds=deeds(watching, None, CLOCK),
            story=story(CLOCK),
            noting=noting,
            own=own_addresses("https://harborandpine.example"),
        ),
        control=ControlRoutes(
            now=watching.now,
            noting=noting,
            controls=replace(controls(watching, None, CLOCK), wait=lambda: LARGE),
            key="k" * 32,
        ),
    )
    with served(lambda _address: desk) as address:
        yield address


@pytest.mark.parametrize(("width", "scheme"), VIEWS)
def test_each_page_is_accessible_and_fits(browser: Any, address: str, width: int, scheme: str) -> None:
    """No axe violation, no sideways scrolling, nothing asked of another server."""
    from axe_playwright_python.sync_playwright import Axe

    context = browser.new_context(
        viewport={"width": width, "height": 900}, color_scheme=scheme, bypass_csp=True
    )
    page = context.new_page()
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))

    def looked_at(name: str) -> None:
        found = Axe().run(page)
        assert found.violations_count == 0, f"{name}: {found.generate_report()}"
        wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        assert wide == 0, f"{name}: {wide} px too wide"
        if folder := os.environ.get("TOPMIND_SCREENSHOTS"):
            page.screenshot(path=f"{folder}/preview-{name}-{width}-{scheme}.png", full_page=True)

    for name, path in PAGES.items():
        answer = page.goto(address + path)
        assert answer is not None
        assert answer.ok, name
        looked_at(name)
    # with the keyboard alone: stopped, seen on every page, and resumed
    page.get_by_role("link", name="Stop every mail").press("Enter")
    page.get_by_label("Why").fill("The price in it is wrong.")
    page.get_by_label("Your name").fill("Dana")
    page.get_by_label("Your name").press("Enter")
    page.get_by_role("status").get_by_text("Stopped.").wait_for()
    looked_at("stopped")
    page.get_by_role("link", name="Findings").click()
    page.get_by_text("by Dana. The price in it is wrong.").wait_for()
    looked_at("findings-stopped")
    page.get_by_role("link", name="Resume").press("Enter")
    page.get_by_role("button", name="Resume Every mail").press("Enter")
    page.get_by_role("status").get_by_text("Resumed.").wait_for()
    assert [url for url in asked if not url.startswith((address, "data:"))] == []
    context.close()


def test_no_page_says_anything_in_the_console(browser: Any, address: str) -> None:
    """With the Content-Security-Policy in force; a picture of a site that was not built is the only thing missing."""
    page = browser.new_page()
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text))
    page.on("pageerror", lambda error: said.append(str(error)))
    for path in PAGES.values():
        page.goto(address + path)
        assert page.evaluate("getComputedStyle(document.body).margin") == "0px"
    assert [text for text in said if "404" not in text] == []
    page.close()


def shown(page: Any) -> list[str]:
    """Which copies of the mail can be seen."""
    found = page.evaluate(
        "[...document.querySelectorAll('.stage iframe')].filter(f => f.offsetParent).map(f => f.className)"
    )
    return list(found)


def test_switches_change_what_is_seen_and_go_along(browser: Any, address: str) -> None:
    """With the arrow keys of the row; the address says so, and the next reader is seen the same way."""
    page = browser.new_page()
    page.goto(address + ISSUE)
    assert shown(page) == ["look-light"]
    page.get_by_label("Light").focus()
    page.keyboard.press("ArrowRight")
    assert shown(page) == ["look-dark"]
    page.get_by_label("Phone").check()
    assert page.url.endswith("?look=dark&width=phone")
    page.get_by_role("link", name="A name with emoji").click()
    page.wait_for_url("**/emoji/?look=dark&width=phone")
    assert shown(page) == ["look-dark"]
    assert page.frame_locator("iframe.look-dark").get_by_text("Zoë 🌲").is_visible()
    dark = (
        page.frame_locator("iframe.look-dark")
        .locator("body")
        .evaluate("e => getComputedStyle(e).backgroundColor")
    )
    assert dark == "rgb(17, 24, 23)"
    page.close()


def test_keys_work_where_somebody_wants_them(browser: Any, address: str) -> None:
    """Off at first; once on they stay on from page to page, and never while somebody types."""
    page = browser.new_context().new_page()
    page.goto(address + ISSUE)
    page.keyboard.press("l")
    assert shown(page) == ["look-light"]
    page.get_by_label("Use these keys").check()
    page.keyboard.press("l")
    assert shown(page) == ["look-dark"]
    page.keyboard.press("e")
    page.wait_for_url("**/b/sample/?look=dark")
    page.keyboard.press("p")
    page.wait_for_url("**/b/no-name/?look=dark")
    page.keyboard.press("n")
    page.wait_for_url("**/articles--holiday-line--1/a/sample/?look=dark")
    page.get_by_label("A test mail of this edition").fill("lewp")
    assert shown(page) == ["look-dark"]
    page.context.close()


def test_without_a_script_everything_is_a_link(browser: Any, address: str) -> None:
    """Switches turn by themselves; one button keeps the view for the next mail."""
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(address + ISSUE)
    page.get_by_label("Forced inversion").check()
    page.get_by_role("button", name="Keep this view").click()
    page.wait_for_url("**/sample/?look=inverted**")
    page.get_by_role("link", name="No first name").click()
    page.wait_for_url("**/no-name/?look=inverted")
    assert page.get_by_label("Forced inversion").is_checked()
    context.close()


def test_a_test_mail_is_sent_with_the_keyboard(browser: Any, address: str, project: Path) -> None:
    """Typed, entered, in the outbox."""
    page = browser.new_page()
    page.goto(address + ISSUE)
    page.get_by_label("A test mail of this edition").fill("you@example.com")
    page.keyboard.press("Enter")
    page.get_by_role("status").get_by_role("link", name="Outbox").click()
    page.get_by_role("link", name="TEST: Your Tuesday Fix").wait_for()
    assert len(list((project / "var/outbox").iterdir())) == 1
    page.close()


def test_files_work_like_the_desk(browser: Any, project: Path) -> None:
    """Opened from a disk: style, frames, switches and links; accessible; nothing in the console."""
    from axe_playwright_python.sync_playwright import Axe

    made = public(project, as_of=None, clock=CLOCK, environ={})
    few = made.preview.coming[:4]
    done = export(replace(made, preview=replace(made.preview, coming=few)), project / "var/preview")
    page = browser.new_page()
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text))
    page.goto((done.folder / "index.html").as_uri())
    page.get_by_role("heading", name="What goes out next").wait_for()
    page.get_by_role("link", name="The Tuesday Fix, December 8, 2026", exact=True).click()
    page.get_by_label("Dark").check()
    frame = page.frame_locator("iframe.look-dark")
    frame.get_by_role("heading", name="The Tuesday Fix").wait_for()
    page.get_by_role("link", name="A name with emoji").click()
    page.frame_locator("iframe.look-dark").get_by_text("Zoë 🌲").wait_for()
    assert page.evaluate("getComputedStyle(document.body).margin") == "0px"
    assert said == []  # before axe speaks to the frames
    found = Axe().run(page)
    assert found.violations_count == 0, found.generate_report()
    page.close()
