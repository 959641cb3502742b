"""The desk of the sample company, put together from its files."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from topmind.desk.opening import open_desk
from topmind.ledger import FolderInbox
from topmind.links import KeyRing, Links
from topmind.model import LinkContext
from topmind.run import load
from topmind.run.load import Project
from topmind.testing.asgi import call
from topmind.testing.clock import FixedClock
from topmind.testing.desk import a_last_run, a_site, an_eml

RING = KeyRing(links=("l" * 32,), addresses=("a" * 32,), coupons=("c" * 32,))
WHO = LinkContext(contact="c0007", touch_hex=f"{1:032x}")


@pytest.fixture
def project(repository: Path, tmp_path: Path) -> Project:
    """The sample's catalog over an empty folder of its own."""
    clock = FixedClock()
    sample = load.load(repository, as_of=None, clock=clock, environ={"TOPMIND_KEYS": RING.to_json()})
    return replace(sample, settings=replace(sample.settings, root=tmp_path))


def test_the_desk_opens_before_anything_was_done(project: Project) -> None:
    """No site, no run, no mail: each page says what to do."""
    desk = open_desk(project, FixedClock())
    assert "topmind build" in call(desk, "GET", "/").text
    assert "topmind send" in call(desk, "GET", "/desk/").text
    assert "No mails yet" in call(desk, "GET", "/desk/outbox/").text


def test_the_desk_shows_what_is_there(project: Project, tmp_path: Path) -> None:
    """Site, last run and mails appear as they are written, without a restart."""
    desk = open_desk(project, FixedClock())
    a_site(tmp_path / "output")
    an_eml(tmp_path / "var/outbox", 1)
    (tmp_path / "var/last-run.json").write_text(a_last_run().to_json())
    assert call(desk, "GET", "/").status == 200
    assert "1198" in call(desk, "GET", "/desk/").text
    assert "1 mail." in call(desk, "GET", "/desk/outbox/").text
    assert "Dry gutters" in call(desk, "GET", Links(RING, "").view(WHO)).text


def test_what_is_pressed_on_the_desk_waits_for_the_next_run(project: Project, tmp_path: Path) -> None:
    """Every topic of the company has its buttons; the opt-out lies in the inbox."""
    desk = open_desk(project, FixedClock())
    page = call(desk, "GET", Links(RING, "").preferences(WHO)).text
    for topic in project.catalog.company.topics:
        assert f'value="topic_off:{topic}"' in page
    assert call(desk, "POST", Links(RING, "").unsubscribe(WHO)).status == 200
    (entry,) = FolderInbox(tmp_path / "var/inbox").pending()
    assert (entry.kind, entry.contact, entry.touch) == ("opt_out", "c0007", WHO.touch_hex)
