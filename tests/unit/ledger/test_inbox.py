"""The inbox: what a person said is on disk before the page answers, and is folded once."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path

import pytest

from topmind.ledger import FolderInbox, InboxEntry
from topmind.testing.builders import TODAY
from topmind.testing.clock import FixedClock
from topmind.testing.sending import a_ledger

NOW = FixedClock().now()


def an_entry(**over: str) -> dict[str, str]:
    """An opt-out as the live pages write it."""
    return {"kind": "opt_out", "contact": "c0000", "touch": "", "value": "", "at": NOW.isoformat()} | over


def test_put_pending_done(tmp_path: Path) -> None:
    """Entries come back in the order in which they were put, until they are done."""
    inbox = FolderInbox(tmp_path / "inbox")
    assert inbox.pending() == ()
    names = [inbox.put(an_entry(contact=f"c{n}")) for n in range(20)]
    assert names == sorted(names)
    assert [entry.contact for entry in inbox.pending()] == [f"c{n}" for n in range(20)]
    inbox.done(names[:19])
    assert [entry.id for entry in inbox.pending()] == names[19:]
    inbox.done(names)
    assert list((tmp_path / "inbox").glob("*.json")) == []


def test_only_its_owner_may_read_it(tmp_path: Path) -> None:
    """Comments are personal."""
    FolderInbox(tmp_path).put(an_entry(kind="answer", value="happy", comment="Thanks"))
    (path,) = tmp_path.iterdir()
    assert path.stat().st_mode & 0o077 == 0
    assert json.loads(path.read_text())["comment"] == "Thanks"


@pytest.mark.parametrize(
    "over",
    [
        {"kind": "delete"},
        {"contact": ""},
        {"at": "yesterday"},
        {"at": "2026-12-01T09:00:00"},
        {"kind": "pause"},
    ],
)
def test_what_is_no_entry(tmp_path: Path, over: dict[str, str]) -> None:
    """It is refused at the door, and no file is left."""
    with pytest.raises(ValueError, match=r"entry|format|isoformat"):
        FolderInbox(tmp_path).put(an_entry(**over))
    assert list(tmp_path.iterdir()) == []


def test_a_strange_file_is_left_lying(tmp_path: Path) -> None:
    """It may be somebody's opt-out: it does not stop the others, and it is counted."""
    inbox = FolderInbox(tmp_path)
    inbox.put(an_entry())
    (tmp_path / "00000000000000000000000000.json").write_text("{ half")
    assert (len(inbox.pending()), inbox.strange()) == (1, 1)
    inbox.done(entry.id for entry in inbox.pending())
    assert inbox.strange() == 1


def test_died_between_fold_and_done(tmp_path: Path) -> None:
    """Folded and not yet removed: the next fold changes nothing, then it is removed."""
    inbox, ledger = FolderInbox(tmp_path), a_ledger()
    inbox.put(an_entry())
    ledger.fold(inbox.pending())
    later = InboxEntry(kind="opt_in", contact="c0000", at=NOW + timedelta(hours=1))
    ledger.fold([later])
    inbox.done(ledger.fold(inbox.pending()))
    assert not ledger.history(TODAY).standing["c0000"].opted_out
    assert inbox.pending() == ()
