"""Which proof an issue wants: never two of one state, and never an issue before the proof of what it is."""

from __future__ import annotations

import json
import random
from collections import Counter
from collections.abc import Mapping

import pytest

from topmind.ledger import Ledger
from topmind.model import Outcome, OutcomeKind, ShownProof
from topmind.run.proof_states import Which, choose
from topmind.testing.builders import TODAY
from topmind.testing.sending import a_ledger

TEAM = ("dana", "june")
YES = Outcome(kind=OutcomeKind.ACCEPTED, message_id="m")
#: What stands in the catalog besides what goes.
UNSHOWN = {"tips/moss": "m"}


def shown(number: int, parts: Mapping[str, str] | None = None, *, left: bool = True) -> ShownProof:
    """A proof that showed these; None = nobody kept what it showed."""
    return ShownProof(number=number, content=json.dumps(parts) if parts else "", left=left)


@pytest.mark.parametrize(
    ("proofs", "number", "changed"),
    [
        ((), 1, ()),
        ((shown(1, {"text": "a", "subject": "s"}),), 1, ()),
        ((shown(1, {"text": "b", "subject": "s"}),), 2, ("text",)),
        ((shown(1, {"text": "b"}),), 2, ("subject", "text")),
        # nothing is known of what it showed: it is as good as it was
        ((shown(1),), 1, ()),
        # begun, and one of its senders has none
        (
            (shown(1, {"text": "b", "subject": "s"}), shown(2, {"text": "a", "subject": "s"}, left=False)),
            2,
            ("text",),
        ),
        # back to what was proved before
        ((shown(1, {"text": "a", "subject": "s"}), shown(2, {"text": "b", "subject": "s"})), 1, ()),
    ],
)
def test_the_proof_that_shows_what_goes_else_the_next(
    proofs: tuple[ShownProof, ...], number: int, changed: tuple[str, ...]
) -> None:
    """With the parts that are new since the one before it, in the order of the mail."""
    parts = {"subject": "s", "text": "a", **UNSHOWN}
    found = choose(proofs, parts, {"text", "subject"})
    assert (found.number, found.changed) == (number, changed)
    if number > len(proofs):
        assert json.loads(found.content) == parts


def test_an_item_that_was_there_and_is_shown_now_needs_no_proof_and_an_edited_one_does() -> None:
    """What a day gives to whom is no change; a new item is one as soon as somebody would get it."""
    proof = shown(1, {"text": "a", **UNSHOWN})
    assert choose([proof], {"text": "a", **UNSHOWN}, {"text", "tips/moss"}).number == 1
    assert choose([proof], {"text": "a", "tips/moss": "n"}, {"text"}).number == 1
    assert choose([proof], {"text": "a", "tips/moss": "n"}, {"text", "tips/moss"}) == Which(
        2, '{"text":"a","tips/moss":"n"}', ("tips/moss",)
    )
    assert choose([proof], {"text": "a", "tips/new": "x"}, {"text", "tips/new"}).changed == ("tips/new",)


def test_whoever_signs_for_the_first_time_has_a_proof_first() -> None:
    """Only those who sign get one, so it shows nobody else's signature; known again whoever else signs no more."""
    parts = {"text": "a", "team/dana": "d", "team/june": "j"}
    first = choose([], parts, {"text", "team/dana"})
    proofs = [ShownProof(number=1, content=first.content, left=True)]
    assert choose(proofs, parts, {"text", "team/dana"}).number == 1
    second = choose(proofs, parts, {"text", "team/dana", "team/june"})
    assert (second.number, second.changed) == (2, ("team/june",))
    proofs.append(ShownProof(number=2, content=second.content, left=True))
    assert choose(proofs, parts, {"text", "team/june"}).number == 2


class _Signer:
    """Who edits, sends proofs and lets the issue go, with runs that die in between."""

    def __init__(self, ledger: Ledger, dice: random.Random) -> None:
        self.ledger, self.dice = ledger, dice
        self.left: Counter[tuple[str, str]] = Counter()
        self.seen: dict[str, set[str]] = {}

    def tick(self, number: int, state: str) -> None:
        """One run: the proofs that are wanted, each of which may be the last thing it does."""
        owner, parts = f"run-{number}", {"text": state}
        self.ledger.lock(owner)
        try:
            for sender in TEAM:
                proofs = self.ledger.history(TODAY).proofs.get("wall/2026-W49", ())
                which = choose(proofs, parts, parts)
                claim = self.ledger.claim_proof(
                    "wall",
                    "2026-W49",
                    sender,
                    among=TEAM,
                    number=which.number,
                    content=which.content,
                    owner=owner,
                )
                fate = self.dice.random()
                if claim is None or fate < 0.2:
                    continue
                if fate > 0.3:
                    self.left[sender, state] += 1
                    self.seen.setdefault(state, set()).add(sender)
                if fate > 0.5:
                    self.ledger.settle_proof(claim, YES)
                elif fate > 0.4:
                    self.ledger.settle_proof(claim, Outcome(kind=OutcomeKind.UNKNOWN))
        finally:
            self.ledger.unlock(owner)

    def may_go(self, state: str) -> bool:
        """Whether a proof of this state has left to everybody."""
        proofs = self.ledger.history(TODAY).proofs.get("wall/2026-W49", ())
        return any(one.left and json.loads(one.content) == {"text": state} for one in proofs)


@pytest.mark.parametrize("seed", range(12))
def test_whatever_is_edited_and_whatever_dies(seed: int) -> None:
    """Of each state nobody gets two proofs, and the issue may go only where everybody has the one of what it is."""
    dice = random.Random(seed)
    ledger = a_ledger(())
    signer = _Signer(ledger, dice)
    state = "a"
    for number in range(30):
        state = dice.choice("abcd") if dice.random() < 0.4 else state
        signer.tick(number, state)
        assert max(signer.left.values(), default=0) <= 1, signer.left
        if signer.may_go(state):
            assert signer.seen[state] == set(TEAM)
