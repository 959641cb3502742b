"""The morning's task mails under a process that dies at every step: none twice, none lost without a word."""

from __future__ import annotations

import itertools
from collections import Counter
from pathlib import Path

import pytest

from task_letters import a_task_mail
from topmind.delivery import Outbox, TaskLetter, TaskMailReport, send_task_mails
from topmind.ledger import Ledger, open_ledger
from topmind.ledger.task_values import task_mail_key
from topmind.model import TouchState
from topmind.testing.builders import TODAY
from topmind.testing.clock import FixedClock
from topmind.testing.faults import Died, FaultyTransport, Fuse, faulty_ledger

TEAM = ("dana", "june", "marcus")


class Office:
    """One ledger file and one outbox; every run opens them anew."""

    def __init__(self, root: Path) -> None:
        self.root, self.clock, self.runs = root, FixedClock(), 0
        self.outbox = Outbox(root / "var/outbox")

    def open(self) -> Ledger:
        """As a fresh process does."""
        return open_ledger(
            "sqlite:///var/ledger.db", root=self.root, clock=self.clock, ledger_id="test", busy=0.2
        )

    def tick(self, fuse: Fuse, *, evidence: bool) -> TaskMailReport | None:
        """One run; None where it died."""
        self.runs += 1
        real = self.open()
        letters = [TaskLetter(sender=name, day=TODAY, build=a_task_mail) for name in TEAM]
        try:
            return send_task_mails(
                faulty_ledger(real, fuse),
                FaultyTransport(self.outbox, fuse),
                letters,
                day=TODAY,
                owner=f"run-{self.runs}",
                evidence=self.outbox.proof if evidence else None,
            )
        except Died:
            return None
        finally:
            real.close()

    def files(self) -> Counter[str]:
        """Mail → how often it left."""
        return Counter(path.name.split("-")[0] for path in self.outbox.folder.glob("*.eml"))

    def states(self) -> dict[str, TouchState]:
        """Mail → what the ledger says."""
        ledger = self.open()
        try:
            return {mail.touch_hex: mail.state for mail in ledger.task_mails()}
        finally:
            ledger.close()


@pytest.mark.parametrize("evidence", [False, True], ids=["without proof", "the outbox proves"])
def test_the_morning_may_die_at_every_step(tmp_path: Path, evidence: bool) -> None:
    """For each step: die there, run again, run once more. No file twice; who has none is listed; with proof whatever
    left is accepted; the third run does nothing."""
    everybody = {task_mail_key(name, TODAY).wire("test") for name in TEAM}
    for number in itertools.count():
        office = Office(tmp_path / str(number))
        fuse = Fuse(number)
        died = office.tick(fuse, evidence=evidence) is None
        second = office.tick(Fuse(-1), evidence=evidence)
        assert second is not None
        before = office.files()
        third = office.tick(Fuse(-1), evidence=evidence)
        assert third is not None
        assert third.sent == 0
        assert office.files() == before
        assert all(times == 1 for times in before.values()), f"sent twice: {fuse.blown}"
        states = office.states()
        unknown = {name for name, state in states.items() if state is TouchState.UNKNOWN}
        assert len(unknown) <= 1, fuse.blown
        assert everybody - set(before) <= unknown, f"lost without a word: {fuse.blown}"
        assert {n for n, s in states.items() if s is TouchState.ACCEPTED} == everybody - unknown
        if evidence:
            assert not unknown & set(before), fuse.blown
        assert len(second.problems) == len(unknown)
        if not died:
            assert set(before) == everybody
            break
    assert number > 15, "the sweep has hardly any steps: does the fuse still see the writes?"
