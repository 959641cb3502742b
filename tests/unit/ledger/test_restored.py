"""An older copy put back in a ledger's place: found out, and taken into use only when somebody says so."""

from __future__ import annotations

import shutil
from datetime import timedelta
from pathlib import Path

from ledger_words import accepted, claim, state
from topmind.ledger import FolderInbox
from topmind.ledger.inbox import KEPT
from topmind.model import TouchState
from topmind.testing.builders import TODAY
from topmind.testing.clock import FixedClock
from topmind.testing.sending import a_ledger, a_row, freeze

URL = "sqlite:///ledger.db"


def run(root: Path, owner: str, *, end: bool = True) -> None:
    """A run that sends to whoever is planned; without `end` the process dies before it can close."""
    ledger = a_ledger((), url=URL, root=root)
    ledger.lock(owner)
    ledger.settle([accepted(one) for one in claim(ledger, owner=owner)])
    if end:
        ledger.unlock(owner)
        ledger.close()
    else:
        ledger._database.close()
        ledger._let_go()


def prepared(root: Path) -> None:
    """Two people are planned."""
    ledger = a_ledger(url=URL, root=root)
    freeze(ledger, a_row(), a_row("c0001"))
    ledger.close()


def restored(root: Path) -> bool:
    """Whether opening finds it out."""
    ledger = a_ledger((), url=URL, root=root)
    try:
        return ledger.restored
    finally:
        ledger.close()


def test_the_ledger_of_the_last_run_is_no_restored_one(tmp_path: Path) -> None:
    """However many runs, orderly or killed, and whoever looks in between."""
    prepared(tmp_path)
    for number in range(3):
        assert not restored(tmp_path)
        run(tmp_path, f"run-{number}", end=number != 1)
    assert not restored(tmp_path)


def test_a_copy_from_before_the_last_run_is_found_out(tmp_path: Path) -> None:
    """Also where that run was killed right after its first mail."""
    for end in (True, False):
        root = tmp_path / str(end)
        root.mkdir()
        prepared(root)
        shutil.copy(root / "ledger.db", root / "copy.db")
        run(root, "run-1", end=end)
        for name in ("ledger.db-wal", "ledger.db-shm"):
            (root / name).unlink(missing_ok=True)
        shutil.copy(root / "copy.db", root / "ledger.db")
        assert restored(root)
        assert restored(root), "looking at it changes nothing"


def test_a_new_ledger_in_the_place_of_a_lost_one_is_found_out(tmp_path: Path) -> None:
    """Everybody would be mailed again."""
    prepared(tmp_path)
    run(tmp_path, "run-1")
    for name in ("ledger.db", "ledger.db-wal", "ledger.db-shm"):
        (tmp_path / name).unlink(missing_ok=True)
    assert restored(tmp_path)


def test_what_an_adopted_copy_has_planned_is_unknown(tmp_path: Path) -> None:
    """It may have left; the epoch goes on, and the copy is the ledger from now on."""
    prepared(tmp_path)
    shutil.copy(tmp_path / "ledger.db", tmp_path / "copy.db")
    run(tmp_path, "run-1")
    shutil.copy(tmp_path / "copy.db", tmp_path / "ledger.db")
    ledger = a_ledger((), url=URL, root=tmp_path)
    assert (ledger.restored, ledger.epoch) == (True, 1)
    assert ledger.adopt() == 2
    assert (ledger.restored, ledger.epoch) == (False, 2)
    assert state(ledger) is TouchState.UNKNOWN
    assert claim(ledger) == ()
    ledger.close()
    assert not restored(tmp_path)


def test_what_people_said_can_be_taken_in_again(tmp_path: Path) -> None:
    """Folded answers are put away for five weeks, and wishes for good; a ledger that has them leaves them out."""
    inbox, clock = FolderInbox(tmp_path / "inbox"), FixedClock()
    ledger = a_ledger()
    for day in (0, 1):
        at = (clock.now() + day * KEPT + timedelta(days=day)).isoformat()
        inbox.put({"kind": "opt_out", "contact": f"c000{day}", "at": at})
        inbox.put({"kind": "answer", "value": "happy", "contact": f"c000{day}", "at": at})
        inbox.done(ledger.fold(inbox.pending()))
    assert inbox.pending() == ()
    assert inbox.again() == 1, "the older one is gone after five weeks"
    assert [entry.contact for entry in inbox.pending()] == ["c0001"]
    copy = a_ledger()
    copy.fold(inbox.kept("test").wishes)
    assert [copy.history(TODAY).standing[f"c000{day}"].opted_out for day in (0, 1)] == [True, True]


def test_a_copy_from_the_middle_of_the_last_run_is_found_out(tmp_path: Path) -> None:
    """It knows that run, and not all that it did."""
    prepared(tmp_path)
    ledger = a_ledger((), url=URL, root=tmp_path)
    ledger.lock("run-1")
    claims = claim(ledger)
    ledger._database.connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    shutil.copy(tmp_path / "ledger.db", tmp_path / "copy.db")
    ledger.settle([accepted(one) for one in claims])
    ledger.unlock("run-1")
    ledger.close()
    shutil.copy(tmp_path / "copy.db", tmp_path / "ledger.db")
    assert restored(tmp_path)


def test_however_much_is_written_into_a_copy_it_is_found_out(tmp_path: Path) -> None:
    """By other commands, which do not send: it never had the last sender."""
    prepared(tmp_path)
    shutil.copy(tmp_path / "ledger.db", tmp_path / "copy.db")
    run(tmp_path, "run-1")
    shutil.copy(tmp_path / "copy.db", tmp_path / "ledger.db")
    ledger = a_ledger((), url=URL, root=tmp_path)
    for _ in range(20):
        ledger.stop("all")
        ledger.resume("all")
    ledger.close()
    assert restored(tmp_path)
