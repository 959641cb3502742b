"""What the ledger says, between two pages: a server or a bucket that is silent makes no page wait."""

from __future__ import annotations

import threading
from datetime import UTC, datetime
from pathlib import Path

from topmind.desk.noting import AGAIN, Noting
from topmind.errors import LedgerError
from topmind.ledger import Stop
from topmind.run.control import Noted
from topmind.testing.clock import FixedClock

STOPPED = Noted(stops=(Stop(name="all", since=datetime(2026, 12, 1, tzinfo=UTC)),))


class Far:
    """A ledger far away: it answers at once, then only when it is let, then never."""

    def __init__(self) -> None:
        self.answers, self.asked = threading.Event(), 0

    def read(self) -> Noted:
        self.asked += 1
        if self.asked == 1:
            return STOPPED
        assert self.answers.wait(20)
        if self.asked == 2:
            return Noted()
        raise LedgerError("the bucket does not answer.", where="s3://b", fix="Run again.")


def test_no_page_waits_for_a_ledger_that_is_silent(tmp_path: Path) -> None:
    """Pages show what it said last, and one question is on its way; then what it answered, or why it did not."""
    clock, far = FixedClock(), Far()
    noting = Noting(tmp_path, far.read, clock, far=True)
    assert noting.now() == STOPPED
    clock.advance(seconds=AGAIN)
    assert [noting.now(), noting.now()] == [STOPPED] * 2
    clock.advance(seconds=AGAIN)
    assert (noting.now(), far.asked) == (STOPPED, 2)
    far.answers.set()
    noting.settled()
    assert (noting.now(), noting.trouble) == (Noted(), "")
    clock.advance(seconds=AGAIN)
    assert noting.now() == Noted()
    noting.settled()
    assert (noting.now(), noting.trouble) == (Noted(), "s3://b: the bucket does not answer. Run again.")


def test_what_was_changed_here_shows_at_once_and_nothing_breaks_a_page(tmp_path: Path) -> None:
    """Whoever pressed a button sees what it did; a defect is told like a ledger that does not answer."""
    said = [STOPPED, Noted()]

    def read() -> Noted:
        return said.pop(0) if said else Noted(stops=(1 / 0,))

    noting = Noting(tmp_path, read, FixedClock(), far=True)
    assert noting.now() == STOPPED
    noting.forget()
    assert noting.now() == Noted()
    noting.forget()
    assert (noting.now(), noting.trouble) == (Noted(), "An unexpected ZeroDivisionError.")
