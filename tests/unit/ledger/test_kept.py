"""What is kept beside a ledger, in a folder and in a bucket: durable, for one ledger, without a name or an address."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from ledger_words import NOW
from topmind.errors import LedgerError
from topmind.ledger import Erasure, Feedback, FolderInbox, InboxEntry, MemoryObjects, ObjectInbox
from topmind.model import FeedbackKind
from topmind.testing.clock import FixedClock
from topmind.testing.sending import hashes

BOUNCE = Feedback(
    touch_hex="ab" * 16,
    kind=FeedbackKind.BOUNCED,
    at=NOW,
    message_id="m-1",
    detail="Permanent/General",
    permanent=True,
    attempt=2,
    inbox=hashes("ada@example.com"),
)
GONE = Erasure(hashes=(*hashes("bob@example.com"), "f" * 64), at=NOW)


@pytest.fixture(params=["folder", "bucket"])
def inbox(request: pytest.FixtureRequest, tmp_path: Path) -> FolderInbox | ObjectInbox:
    """Each kind, empty."""
    if request.param == "folder":
        return FolderInbox(tmp_path / "inbox")
    return ObjectInbox(MemoryObjects(FixedClock()), FixedClock())


def test_facts_come_back(inbox: FolderInbox | ObjectInbox) -> None:
    """As they were, for their own ledger only; nothing of them waits to be folded."""
    assert inbox.kept("test").empty
    inbox.keep("test", [])
    assert inbox.kept("test").empty
    inbox.keep("test", [BOUNCE, GONE])
    inbox.keep("other", [BOUNCE])
    found = inbox.kept("test")
    assert (found.heard, found.erasures, found.wishes, found.strange) == ((BOUNCE,), (GONE,), (), 0)
    assert inbox.pending() == ()
    assert inbox.again() == 0


def test_wishes_are_kept_and_answers_are_not(inbox: FolderInbox | ObjectInbox) -> None:
    """Folded, each goes where it belongs."""
    for kind, value in (
        ("opt_out", ""),
        ("topic_off", "gossip"),
        ("pause", "2027-01-01"),
        ("answer", "happy"),
    ):
        inbox.put(InboxEntry(kind=kind, contact="c0000", at=NOW, value=value))
    inbox.done([entry.id for entry in inbox.pending()])
    assert [wish.kind for wish in inbox.kept("test").wishes] == ["opt_out", "topic_off", "pause"]
    assert inbox.again() == 1


def test_all_that_somebody_said_is_forgotten(inbox: FolderInbox | ObjectInbox) -> None:
    """Pending, put away and kept; of nobody else, and no fact."""
    inbox.keep("test", [GONE])
    for contact in ("c0000", "c0001"):
        inbox.put(InboxEntry(kind="opt_out", contact=contact, at=NOW))
        inbox.put(InboxEntry(kind="answer", contact=contact, at=NOW, value="happy", comment="I sing"))
    inbox.done([entry.id for entry in inbox.pending()])
    for contact in ("c0000", "c0001"):
        inbox.put(InboxEntry(kind="opt_in", contact=contact, at=NOW))
    inbox.forget("c0000")
    assert [entry.contact for entry in inbox.pending()] == ["c0001"]
    assert [wish.contact for wish in inbox.kept("test").wishes] == ["c0001"]
    assert inbox.kept("test").erasures == (GONE,)
    assert inbox.again() == 1


def test_what_nothing_may_be_kept_of(inbox: FolderInbox | ObjectInbox) -> None:
    """It is put away nowhere, and nothing else is looked through for it; twice is once."""
    for contact in ("c0000", "c0001"):
        inbox.put(InboxEntry(kind="opt_out", contact=contact, at=NOW))
    gone, stays = [entry.id for entry in inbox.pending()]
    for _ in range(2):
        inbox.drop([gone])
    assert [entry.id for entry in inbox.pending()] == [stays]
    inbox.done([stays])
    assert [wish.contact for wish in inbox.kept("test").wishes] == ["c0001"]


def test_what_cannot_be_read_is_counted(tmp_path: Path) -> None:
    """It may be somebody's bounce."""
    inbox = FolderInbox(tmp_path)
    inbox.keep("test", [BOUNCE])
    (path,) = (tmp_path / "kept").iterdir()
    for number, text in enumerate(
        ("{ half", '{"ledger": "test"}', '{"ledger": "test", "heard": [{}], "erased": []}')
    ):
        path.with_name(f"{number:026}.json").write_text(text)
    assert (len(inbox.kept("test").heard), inbox.kept("test").strange) == (1, 3)


def test_only_its_owner_may_read_it(tmp_path: Path) -> None:
    """And whoever reads it learns no address."""
    FolderInbox(tmp_path).keep("test", [BOUNCE, GONE])
    (path,) = (tmp_path / "kept").iterdir()
    assert path.stat().st_mode & 0o077 == 0
    text = path.read_text()
    assert json.loads(text)["ledger"] == "test"
    assert "@" not in text
    assert "example" not in text


def test_a_place_that_takes_nothing_is_an_error(tmp_path: Path) -> None:
    """The ledger must not be told then."""
    (tmp_path / "kept").write_text("no folder")
    with pytest.raises(LedgerError, match="kept: what must outlive the ledger cannot be written down"):
        FolderInbox(tmp_path).keep("test", [BOUNCE])
