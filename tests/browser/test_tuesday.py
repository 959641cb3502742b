"""A Tuesday at the desk, in a real browser: from an idea to a test mail, with every picture of the page that tells of it.

With TOPMIND_TUESDAY=FOLDER the pictures are written there; `make tuesday` puts them where the page has them.
"""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from pathlib import Path
from typing import Any

import pytest

from preview_project import copied, peopled
from served import served
from topmind.cli.app import call
from topmind.desk.opening import follow, open_desk
from topmind.run import load
from topmind.run.preview import Watching
from topmind.testing.clock import FixedClock

pytestmark = pytest.mark.browser
CLOCK = FixedClock()
PICTURES = os.environ.get("TOPMIND_TUESDAY")
TIP = """---
title: Salt the steps before the frost, not after
date: 2026-12-01
summary: A handful in the evening keeps the ice from taking hold.
tags: [winter, safety]
---
Ice that is there already needs three times as much salt. A handful on dry steps before you go to bed does it.

- **Wood**: sand, never salt.
- **Stone**: salt, and a broom in the morning.
"""


@dataclass
class Tuesday:
    """The desk, a browser before it, and the files beside it."""

    root: Path
    address: str
    page: Any
    watching: Watching
    errors: list[str] = field(default_factory=list)

    def open(self, path: str) -> None:
        """Go to a page of the desk or the site, as a link on the page would: it may be about to show itself anew."""
        if self.page.url == "about:blank":
            self.page.goto(self.address + path)
        else:
            self.page.evaluate("path => { location.href = path; }", path)
            self.page.wait_for_url(self.address + path)

    def save(self, name: str, text: str) -> None:
        """Somebody saves a file in their editor."""
        path = self.root / "content" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")

    def anew(self) -> None:
        """A plan was worked out: the page shows itself anew."""
        with self.page.expect_event("load"):
            self.watching.stopped(frozenset())

    def picture(self, name: str, *, whole: bool = False) -> None:
        """For the page of the docs, where one is asked for."""
        if PICTURES:
            from PIL import Image

            self.page.wait_for_timeout(300)
            Path(PICTURES).mkdir(parents=True, exist_ok=True)
            path = Path(PICTURES) / f"{name}.png"
            # no empty foot below a short page
            end = "Math.ceil(document.querySelector('main').getBoundingClientRect().bottom)"
            size = self.page.viewport_size
            clip = {
                "x": 0,
                "y": 0,
                "width": size["width"],
                "height": min(size["height"], self.page.evaluate(end)),
            }
            self.page.screenshot(path=path, full_page=whole, **({} if whole else {"clip": clip}))
            # a page of few colours: a third of its bytes
            Image.open(path).convert("RGB").quantize(96).save(path, optimize=True)

    def mails(self) -> list[Path]:
        """What lies in the outbox."""
        return sorted((self.root / "var/outbox").glob("*.eml"))


@pytest.fixture(scope="module")
def tuesday(tmp_path_factory: pytest.TempPathFactory, browser: Any) -> Iterator[Tuesday]:
    """The sample with sixty contacts on the morning of 1 December 2026, served with live reload."""
    root = peopled(copied(tmp_path_factory.mktemp("tuesday")))
    assert call(["-C", str(root), "ledger", "init"]) == 0
    project = load.load(root, as_of=None, clock=CLOCK)
    watching = Watching(root, as_of=None, clock=CLOCK)
    reload = follow(project, watching, CLOCK)
    desk = open_desk(project, CLOCK, watching=watching, reload=reload)
    watching.settled()
    watcher = reload.start()
    while not reload.site:  # it begins with a build
        time.sleep(0.05)
    with served(lambda _address: desk, at_end=reload.end) as address:
        context = browser.new_context(viewport={"width": 1040, "height": 1000})
        page = context.new_page()
        page.set_default_timeout(60_000)
        one = Tuesday(root=root, address=address, page=page, watching=watching)
        page.on("console", lambda said: one.errors.append(said.text) if said.type == "error" else None)
        page.on("pageerror", lambda error: one.errors.append(str(error)))
        yield one
        context.close()
    watcher.join(10)
    assert not watcher.is_alive()


def test_from_an_idea_to_a_test_mail(tuesday: Tuesday) -> None:
    """Open, write, see it appear on the site and in the mail, look as others do, hold, release, send a test."""
    page = tuesday.page
    tuesday.open("/desk/preview/")
    assert page.get_by_role("heading", level=1).inner_text() == "What goes out next"
    tuesday.picture("1-ahead")

    # the list of tips, open beside the editor
    tuesday.open("/tips/")
    assert page.get_by_text("Salt the steps").count() == 0
    tuesday.save("tips/salt-the-steps.md", TIP)
    page.get_by_role("link", name="Salt the steps before the frost, not after").first.wait_for()
    tuesday.open("/tips/salt-the-steps/")
    tuesday.picture("2-tip")
    # a word is corrected: the page follows by itself
    tuesday.save("tips/salt-the-steps.md", TIP.replace("A handful on dry steps", "One handful on dry steps"))
    page.get_by_text("One handful on dry steps").wait_for()

    # a mistake: the last good page stays and says where to look
    tuesday.save(
        "tips/salt-the-steps.md", TIP.replace("\n- **Wood**", "\n/// calout | Mind\nWarm.\n///\n\n- **Wood**")
    )
    note = page.get_by_role("status")
    note.get_by_text("the site stays as it was").wait_for()
    assert page.get_by_text("One handful on dry steps").count() == 1
    note.get_by_role("link", name="Findings").click()
    assert (
        "callout"
        in page.get_by_text("content/tips/salt-the-steps.md:9").locator("xpath=ancestor::li").inner_text()
    )
    tuesday.picture("3-finding")
    tuesday.save("tips/salt-the-steps.md", TIP)
    page.get_by_text("content/tips/salt-the-steps.md:9").wait_for(state="detached")

    # the issue of next Tuesday takes it in
    tuesday.save(
        "newsletters/tuesday-fix/2026-12-08.md",
        '---\nsubject: Before the frost, {{ first_name | default: "neighbor" }}\n---\n'
        "First frost on Thursday, says the harbor master.\n\n/// item | tips/salt-the-steps\n",
    )
    tuesday.open("/desk/preview/")
    page.get_by_role("link", name="The Tuesday Fix, December 8, 2026").first.click()
    mail = page.frame_locator("iframe.look-light")
    mail.get_by_text("First frost on Thursday").wait_for()
    mail.get_by_text("Salt the steps before the frost").first.wait_for()
    tuesday.picture("4-mail")

    # as others see it
    page.get_by_role("navigation", name="Seen by").get_by_role("link", name="No first name").click()
    page.get_by_text("Before the frost, neighbor").first.wait_for()
    page.get_by_role("radio", name="Dark", exact=True).check()
    page.get_by_role("radio", name="Phone", exact=True).check()
    assert page.locator("iframe.look-dark").is_visible()
    assert not page.locator("iframe.look-light").is_visible()
    page.frame_locator("iframe.look-dark").get_by_text("First frost on Thursday").wait_for()
    tuesday.picture("5-dark-phone")
    assert "look=dark" in page.url

    # held, and let go again
    page.get_by_role("button", name="Hold it").click()
    page.get_by_role("button", name="Release it").wait_for()
    assert page.get_by_text("on hold").count()
    tuesday.picture("6-held")
    page.get_by_role("button", name="Release it").click()
    page.get_by_role("button", name="Hold it").wait_for()

    # a test into the outbox
    assert not tuesday.mails()
    page.get_by_label("A test mail of this edition").fill("dana@harborandpine.example")
    page.get_by_role("button", name="Send the test").click()
    page.get_by_role("status").get_by_text("The test mail has left.").wait_for()
    tuesday.anew()
    page.get_by_role("status").get_by_role("link", name="Outbox").click()
    page.get_by_role("link", name="TEST").first.wait_for()
    assert page.get_by_role("heading", name="Tuesday, December 1, 2026").count() == 1
    tuesday.picture("7-outbox")
    [sent] = tuesday.mails()
    message = message_from_bytes(sent.read_bytes(), policy=policy.default)
    assert message["Subject"].startswith("TEST")
    assert message["To"] == "dana@harborandpine.example"
    assert "Salt the steps" in message.get_body(("html",)).get_content()

    # what was asked for with a form is not asked once more: a note says that there is something new
    tuesday.open("/desk/preview/contact/")
    page.get_by_role("searchbox").fill("0001")
    page.get_by_role("searchbox").press("Enter")
    page.get_by_role("main").get_by_role("listitem").first.wait_for()
    tuesday.watching.stopped(frozenset())
    page.get_by_role("status").get_by_text("This page has changed.").wait_for()
    assert page.get_by_role("main").get_by_role("listitem").count()
    assert not tuesday.errors
