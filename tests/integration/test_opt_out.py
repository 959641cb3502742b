"""From a pressed button on a live page to the ledger: written durably, folded once, never undone by an import."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from starlette.applications import Starlette

from topmind import brand, live
from topmind.ledger import FolderInbox, open_ledger
from topmind.links import KeyRing, Links, address_hashes
from topmind.model import Channel, History, LinkContext, PersonRecord
from topmind.testing.asgi import call
from topmind.testing.clock import FixedClock

ROOT = Path(__file__).parents[2]
RING = KeyRing(links=("l" * 32,), addresses=("a" * 32,), coupons=("c" * 32,))
LINKS = Links(RING, "")
WHO = LinkContext(contact="c0007", touch_hex="3b1f8c02d94ae7560c7d2b9f41e8a653")
TODAY = date(2026, 12, 1)


@pytest.fixture
def pages(tmp_path: Path) -> Starlette:
    """The live app on a real folder."""
    return live.app(
        inbox=FolderInbox(tmp_path / "inbox"),
        links=LINKS,
        brand=brand.load(ROOT),
        company="Harbor & Pine",
        clock=FixedClock(),
        topics={"tips": "Weekly tips"},
    )


def after_fold(folder: Path, *, times: int = 1) -> History:
    """What the ledger knows after the next run took in the inbox."""
    clock = FixedClock()
    ledger = open_ledger(f"sqlite:///{folder}/ledger.db", root=folder, clock=clock, ledger_id="test")
    person = PersonRecord(contact="c0007", address="ada@example.com", opt_in={Channel.EMAIL: True})
    inbox = FolderInbox(folder / "inbox")
    try:
        for _ in range(times):
            clock.advance(hours=1)
            ledger.sync_people([person], lambda address: address_hashes(RING, address))
            ledger.fold(inbox.pending())
        return ledger.history(TODAY)
    finally:
        ledger.close()


def test_one_click_ends_in_the_ledger(pages: Starlette, tmp_path: Path) -> None:
    """RFC 8058: the POST of a mail program opts the contact out, and the next import does not undo it."""
    one_click = b"List-Unsubscribe=One-Click"
    assert call(pages, "POST", LINKS.unsubscribe(WHO), one_click).status == 200
    assert after_fold(tmp_path, times=3).standing["c0007"].opted_out


def test_looking_leaves_no_trace(pages: Starlette, tmp_path: Path) -> None:
    """GET and HEAD of every link write no file, so that the ledger learns nothing."""
    for path in (LINKS.unsubscribe(WHO), LINKS.preferences(WHO), LINKS.answer(WHO, "happy")):
        for method in ("GET", "HEAD"):
            assert call(pages, method, path).status == 200
    assert not (tmp_path / "inbox").exists()
    assert "c0007" not in after_fold(tmp_path).standing


def test_pressing_twice_is_pressing_once(pages: Starlette, tmp_path: Path) -> None:
    """Two entries of one wish fold to one state."""
    for _ in range(2):
        call(pages, "POST", LINKS.answer(WHO, "not-happy"), b"comment=It+drips")
    (answer,) = after_fold(tmp_path, times=2).answers
    assert (answer.contact, answer.value) == ("c0007", "not happy")


def test_preferences_reach_the_ledger(pages: Starlette, tmp_path: Path) -> None:
    """A topic off and a pause are two entries, each with its own effect."""
    for body in (b"do=topic_off:tips", b"do=pause:30"):
        assert call(pages, "POST", LINKS.preferences(WHO), body).status == 200
    standing = after_fold(tmp_path).standing["c0007"]
    assert standing.off_topics == {"tips"}
    assert standing.paused_until == date(2026, 12, 31)
    assert not standing.opted_out


def test_a_full_disk_is_never_called_done(tmp_path: Path) -> None:
    """Where the folder cannot be made, the page says "try again" and not "done"."""
    (tmp_path / "inbox").write_text("a file where the folder should be")
    pages = live.app(
        inbox=FolderInbox(tmp_path / "inbox"),
        links=LINKS,
        brand=brand.load(ROOT),
        company="Harbor & Pine",
        clock=FixedClock(),
    )
    answer = call(pages, "POST", LINKS.unsubscribe(WHO))
    assert answer.status == 503
    assert "try again" in answer.text
