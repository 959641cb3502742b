"""The inbox in a bucket: as the one in a folder, and through faults."""

from __future__ import annotations

import pytest

from ledger_words import NOW
from topmind.errors import LedgerError
from topmind.ledger import InboxEntry, MemoryObjects, ObjectInbox
from topmind.ledger.inbox import KEPT
from topmind.testing.builders import TODAY
from topmind.testing.clock import FixedClock
from topmind.testing.objects import Fault, FaultyObjects
from topmind.testing.sending import a_ledger


def an_entry(**over: str) -> dict[str, str]:
    """An opt-out as the live pages write it."""
    return {"kind": "opt_out", "contact": "c0000", "touch": "", "value": "", "at": NOW.isoformat()} | over


@pytest.fixture
def bucket() -> MemoryObjects:
    """Shared by pages and runs."""
    return MemoryObjects(FixedClock())


def test_put_pending_done(bucket: MemoryObjects) -> None:
    """Entries come back in the order in which they were put, until they are done; whoever else looks sees the same."""
    inbox, other = (ObjectInbox(bucket, FixedClock()) for _ in range(2))
    assert inbox.pending() == ()
    names = [inbox.put(an_entry(contact=f"c{n}")) for n in range(20)]
    assert names == sorted(names)
    assert [entry.contact for entry in other.pending()] == [f"c{n}" for n in range(20)]
    other.done(names[:19])
    assert [entry.id for entry in inbox.pending()] == names[19:]
    inbox.done(names)
    assert bucket.names("inbox/") == []
    assert len(bucket.names("inbox-kept/")) == 20


@pytest.mark.parametrize(
    "over", [{"kind": "delete"}, {"contact": ""}, {"at": "yesterday"}, {"kind": "pause"}]
)
def test_what_is_no_entry(bucket: MemoryObjects, over: dict[str, str]) -> None:
    """It is refused at the door, and no object is left."""
    with pytest.raises(ValueError, match=r"entry|isoformat"):
        ObjectInbox(bucket, FixedClock()).put(an_entry(**over))
    assert bucket.objects == {}


def test_a_strange_object_is_left_lying(bucket: MemoryObjects) -> None:
    """It may be somebody's opt-out: it does not stop the others, and it is counted."""
    inbox = ObjectInbox(bucket, FixedClock())
    inbox.put(an_entry())
    bucket.objects["inbox/00000000000000000000000000"] = b"{ half"
    assert (len(inbox.pending()), inbox.strange()) == (1, 1)
    inbox.done(entry.id for entry in inbox.pending())
    assert inbox.strange() == 1


def test_an_answer_that_was_put_away_is_kept_for_a_while(bucket: MemoryObjects) -> None:
    """Five weeks, for a ledger that has to be restored; brought back, it is folded once."""
    inbox, ledger = ObjectInbox(bucket, FixedClock()), a_ledger()
    for day, contact in enumerate(("c0000", "c0001")):
        at = (NOW + day * (KEPT * 2)).isoformat()
        inbox.put(an_entry(kind="answer", value="happy", contact=contact, at=at))
        inbox.done(ledger.fold(inbox.pending()))
    assert inbox.again() == 1, "the older one is gone"
    assert [entry.contact for entry in inbox.pending()] == ["c0001"]


def test_a_wish_is_kept_for_good(bucket: MemoryObjects) -> None:
    """A copy may be of any age: whoever said no years ago is found, and is folded once."""
    inbox, ledger = ObjectInbox(bucket, FixedClock()), a_ledger()
    for day, contact in enumerate(("c0000", "c0001")):
        inbox.put(an_entry(contact=contact, at=(NOW + day * (KEPT * 20)).isoformat()))
        inbox.done(ledger.fold(inbox.pending()))
    assert inbox.again() == 0
    assert [wish.contact for wish in inbox.kept("test").wishes] == ["c0000", "c0001"]
    ledger.fold([InboxEntry(kind="opt_in", contact="c0001", at=NOW + KEPT * 21)])
    ledger.fold(inbox.kept("test").wishes)
    standing = ledger.history(TODAY).standing
    assert standing["c0000"].opted_out
    assert not standing["c0001"].opted_out


@pytest.mark.parametrize("fault", [Fault.LOST, Fault.ANSWER_LOST, Fault.LATE, Fault.BUSY, Fault.BUSY_STORED])
def test_a_page_answers_only_when_it_is_kept(bucket: MemoryObjects, fault: Fault) -> None:
    """A put that may be lost is put again under its name; one that stays without an answer is an error."""
    store = FaultyObjects(bucket, {0: fault})
    inbox = ObjectInbox(store, FixedClock())
    assert [entry.id for entry in inbox.pending()] == []
    name = inbox.put(an_entry())
    assert [entry.id for entry in inbox.pending()] == [name]
    store.silent = True
    with pytest.raises(LedgerError, match="Try again"):
        inbox.put(an_entry())


def test_another_run_put_it_away_meanwhile(bucket: MemoryObjects) -> None:
    """Nothing is wrong, and nothing is lost."""
    one, two = (ObjectInbox(bucket, FixedClock()) for _ in range(2))
    name = one.put(an_entry())
    for inbox in (one, two):
        assert inbox.pending()
    one.done([name])
    two.done([name])
    assert (one.pending(), len(two.kept("test").wishes)) == ((), 1)
