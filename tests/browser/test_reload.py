"""Live reload in a real browser: no change is missed, and nothing that somebody is doing is undone."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from starlette.applications import Starlette
from starlette.routing import Mount
from starlette.types import ASGIApp, Receive, Scope, Send

from served import served
from topmind.desk.reload import Reload
from topmind.desk.site import Site

pytestmark = pytest.mark.browser
PAGE = """<!doctype html><html lang="en"><title>Tips</title><body><h1 id="top">Tips {count}</h1>{more}
<details><summary>More tips</summary><p>Sand the steps.</p></details>
<p><a href="/other/">Another page</a> <a href="/tips/">Salt</a> <button>Press</button></p>
<form><label>Name <input name="q"></label></form>
<script>window.clicks = 0; document.querySelector("button").onclick = () => {{ window.clicks += 1; }};</script></body></html>
"""


@dataclass
class Desk:
    """Two pages, a browser before one of them, and a server whose answers can be held back."""

    folder: Path
    reload: Reload
    page: Any = None
    address: str = ""
    #: Path whose answers wait, and whether they may go.
    slow: str = ""
    free: threading.Event = field(default_factory=threading.Event)
    asked: threading.Event = field(default_factory=threading.Event)

    def save(self, more: str = "") -> None:
        """Somebody has saved, and the site is built."""
        count = self.reload.site + 1
        for name in ("page", "other"):
            (self.folder / name).mkdir(exist_ok=True)
            (self.folder / name / "index.html").write_text(PAGE.format(count=count, more=more), "utf-8")
        self.reload.site = count

    def hold(self, path: str) -> None:
        """Answers for `path` wait until `let_go`."""
        self.asked.clear()
        self.free.clear()
        self.slow = path

    def let_go(self) -> None:
        """They wait no more."""
        self.slow = ""
        self.free.set()

    def before(self, app: ASGIApp) -> ASGIApp:
        """An app with what holds its answers back."""

        async def held(scope: Scope, receive: Receive, send: Send) -> None:
            if self.slow and scope["path"] == self.slow:
                self.asked.set()
                await asyncio.to_thread(self.free.wait, 30)
            await app(scope, receive, send)

        return held

    def shows(self, count: int) -> None:
        """Wait until the page is that of the `count`th build."""
        self.page.get_by_role("heading", name=f"Tips {count}", exact=True).wait_for()


@pytest.fixture(scope="module")
def served_desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    """The pages on a free port."""
    folder = tmp_path_factory.mktemp("site")
    reload = Reload(folder, read=lambda: None, build=lambda: "", version=lambda: 1)
    one = Desk(folder, reload)
    inside = Starlette(routes=[*reload.routes(), Mount("/", Site(folder, reload))])
    with served(lambda _address: one.before(inside), at_end=reload.end) as one.address:
        yield one


@pytest.fixture
def desk(served_desk: Desk, browser: Any) -> Iterator[Desk]:
    """A browser before the page, whose stream has begun."""
    context = browser.new_context()
    page = served_desk.page = context.new_page()
    page.set_default_timeout(10_000)
    served_desk.save()
    with page.expect_response("**/desk/changes"):
        page.goto(served_desk.address + "/page/")
    yield served_desk
    served_desk.let_go()
    context.close()


def test_a_click_is_not_undone_however_long_the_answer_takes(desk: Desk) -> None:
    """The page changes while the next one is still on its way, long after the click: the next one comes."""
    desk.hold("/other/")
    desk.page.get_by_role("link", name="Another page").click(no_wait_after=True)
    assert desk.asked.wait(10)
    desk.page.wait_for_timeout(2_200)
    desk.save()
    desk.page.wait_for_timeout(400)
    desk.page.mouse.click(2, 2)  # an impatient reader
    desk.page.wait_for_timeout(800)
    desk.let_go()
    desk.page.wait_for_url("**/other/")


def test_what_is_typed_while_the_page_comes_anew_stays(desk: Desk) -> None:
    """A slow answer, and somebody begins to write before it is there: their words stay, and a note tells the rest, whose
    link works where the address has a place in the page, too."""
    page = desk.page
    page.evaluate("location.hash = 'top'")
    page.get_by_label("Name").focus()
    desk.hold("/page/")
    desk.save()
    assert desk.asked.wait(10)
    page.keyboard.type("Dana")
    desk.let_go()
    note = page.get_by_role("status")
    note.get_by_text("This page has changed.").wait_for()
    assert page.get_by_label("Name").input_value() == "Dana"
    note.get_by_role("link", name="Show it").click()
    desk.shows(desk.reload.site)


def test_a_press_that_has_begun_is_a_click(desk: Desk) -> None:
    """The page changes, and its new state is on its way, while a button is held down: the click counts, then it shows."""
    page = desk.page
    page.get_by_role("button", name="Press").hover()
    desk.hold("/page/")
    desk.save()
    assert desk.asked.wait(10)
    page.mouse.down()
    desk.let_go()
    desk.save()
    page.wait_for_timeout(700)
    page.mouse.up()
    assert page.evaluate("window.clicks") == 1
    desk.shows(desk.reload.site)


def test_what_is_folded_out_and_has_the_focus_stays_so(desk: Desk) -> None:
    """Whatever was put before it."""
    page = desk.page
    page.get_by_text("More tips").click()
    page.get_by_role("link", name="Salt").focus()
    desk.save(
        more='<p><a href="/new/">A new tip</a></p><details><summary>News</summary><p>None.</p></details>'
    )
    desk.shows(desk.reload.site)
    page.locator("a:focus").get_by_text("Salt").wait_for()
    assert page.get_by_text("Sand the steps.").is_visible()
    assert not page.get_by_text("None.").is_visible()


def test_a_page_that_is_come_back_to_follows_again(desk: Desk) -> None:
    """The browser keeps a page that was left as it was, and shows it again."""
    page = desk.page
    page.evaluate("dispatchEvent(new PageTransitionEvent('pagehide', {persisted: true}))")
    desk.save()
    page.evaluate("dispatchEvent(new PageTransitionEvent('pageshow', {persisted: true}))")
    desk.shows(desk.reload.site)


def test_another_server_tells_of_itself(desk: Desk) -> None:
    """Ended and begun again, it may count as many changes as the page has seen."""
    with desk.page.expect_event("load"):
        desk.reload.run = "another"
