"""Proofs under a process that dies at every step: none twice, and no issue proved before all of its proofs have left."""

from __future__ import annotations

import itertools
from collections import Counter
from pathlib import Path

import pytest

from topmind.delivery import Outbox, ProofLetter, ProofReport, send_proofs, settle_proofs
from topmind.ledger import Ledger, ProofClaim, open_ledger
from topmind.ledger.proof_values import proof_key
from topmind.model import Message, TouchState
from topmind.testing.builders import TODAY
from topmind.testing.clock import FixedClock
from topmind.testing.faults import Died, FaultyTransport, Fuse, faulty_ledger

TEAM = ("dana", "june")


def a_proof(claim: ProofClaim) -> Message:
    """A few bytes to a colleague."""
    return Message(
        touch=claim.key,
        touch_hex=claim.touch_hex,
        attempt=claim.attempt,
        to=f"{claim.sender}@alder.example",
        sender="hello@alder.example",
        raw=b"Subject: PROOF: The Wall\r\n\r\nLook.\r\n",
        tags={},
        fence=claim.fence,
    )


def letters(number: int = 1) -> list[ProofLetter]:
    """The proofs of one state of the issue: what number 1 shows, and then number 2."""
    return [
        ProofLetter(
            source="wall",
            occurrence="2026-W49",
            file="wall.md",
            sender=name,
            among=TEAM,
            number=number,
            content=f"state {number}",
            build=a_proof,
        )
        for name in TEAM
    ]


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

    def tick(self, fuse: Fuse, *, evidence: bool, number: int = 1) -> ProofReport | None:
        """One run that wants these proofs; None where it died."""
        self.runs += 1
        real = self.open()
        ledger, owner = faulty_ledger(real, fuse), f"run-{self.runs}"
        try:
            settle_proofs(ledger, self.outbox.proof if evidence else None, owner=owner)
            return send_proofs(ledger, FaultyTransport(self.outbox, fuse), letters(number), owner=owner)
        except Died:
            return None
        finally:
            real.close()

    def files(self) -> Counter[str]:
        """Proof → how often it left."""
        return Counter(path.name.split("-")[0] for path in self.outbox.folder.glob("*.eml"))

    def told(self) -> tuple[dict[str, TouchState], frozenset[str]]:
        """(proof → what the ledger says, issues that are proved)."""
        ledger = self.open()
        try:
            return {one.touch_hex: one.state for one in ledger.proofs()}, ledger.history(TODAY).proved
        finally:
            ledger.close()

    def shown(self) -> dict[str, bool]:
        """What a proof showed → whether it left to everybody."""
        ledger = self.open()
        try:
            found = ledger.history(TODAY).proofs.get("wall/2026-W49", ())
            return {one.content: one.left for one in found}
        finally:
            ledger.close()


@pytest.mark.parametrize("evidence", [False, True], ids=["without proof", "the outbox proves"])
def test_it_may_die_at_every_step(tmp_path: Path, evidence: bool) -> None:
    """For each step: die there, run again, run once more. No file twice; the issue is proved only where both left."""
    for number in itertools.count():
        office = Office(tmp_path / str(number))
        fuse = Fuse(number)
        died = office.tick(fuse, evidence=evidence) is None
        second = office.tick(Fuse(-1), evidence=evidence)
        assert second is not None
        before = office.files()
        third = office.tick(Fuse(-1), evidence=evidence)
        assert third is not None
        assert (third.sent, office.files()) == ((), before)
        assert all(times == 1 for times in before.values()), f"sent twice: {fuse.blown}"
        states, proved = office.told()
        unknown = {name for name, state in states.items() if state is TouchState.UNKNOWN}
        assert len(states) == len(TEAM)
        assert set(states) - set(before) <= unknown, f"lost without a word: {fuse.blown}"
        assert proved == (frozenset() if unknown else {"wall/2026-W49"}), fuse.blown
        assert [one.rule for one in third.problems] == ["proof/unproven"] * len(unknown)
        if evidence:
            assert not unknown & set(before), fuse.blown
        if not died:
            assert (set(before), unknown) == (set(states), set())
            break
    assert number > 10, "the sweep has hardly any steps: does the fuse still see the writes?"


@pytest.mark.parametrize("evidence", [False, True], ids=["without proof", "the outbox proves"])
def test_the_proof_of_a_change_may_die_at_every_step_of_either(tmp_path: Path, evidence: bool) -> None:
    """The run of the first proof dies, or that of the second after an edit: of each state each sender has one at most,
    and the second is proved only where both of its own have left, whatever became of the first."""
    for number in itertools.count():
        office = Office(tmp_path / str(number))
        fuse = Fuse(number)
        office.tick(fuse, evidence=evidence)
        office.tick(fuse, evidence=evidence, number=2)
        third = office.tick(Fuse(-1), evidence=evidence, number=2)
        assert third is not None
        before = office.files()
        for again in (1, 2):
            assert office.tick(Fuse(-1), evidence=evidence, number=again) is not None
            assert not [name for name, times in office.files().items() if times > 1], fuse.blown
        assert all(times == 1 for times in before.values()), f"sent twice: {fuse.blown}"
        states, proved = office.told()
        unknown = {name for name, state in states.items() if state is TouchState.UNKNOWN}
        assert set(states) - set(office.files()) <= unknown, f"lost without a word: {fuse.blown}"
        shown = office.shown()
        second = {proof_key("wall", "2026-W49", name, 2).wire("test") for name in TEAM}
        assert shown.get("state 2", False) == (not second & unknown), fuse.blown
        assert len(office.files()) <= 2 * len(TEAM)
        assert proved == ({"wall/2026-W49"} if any(shown.values()) else frozenset())
        if not fuse.blown:
            assert (shown, len(before)) == ({"state 1": True, "state 2": True}, 2 * len(TEAM))
            break
    assert number > 20, "the sweep has hardly any steps: does the fuse still see the writes?"
