"""The planner against its slow oracle on thousands of random contacts, with every reason among them."""

from __future__ import annotations

from collections import Counter

from topmind.model import Reason
from unit.planning.test_oracle import in_words, planned, slow
from unit.planning.worlds import world

#: Worlds of 30 to 60 contacts each.
SEEDS = range(1000, 1056)
#: What the planner itself never says: it is found at the claim, in the mail or in the transport.
ELSEWHERE = {Reason.TOO_LATE, Reason.CONTENT_CHANGED, Reason.ERASED, Reason.QUOTA}


def test_thousands_of_contacts_have_the_same_plan_in_both() -> None:
    """Due rows with picks, verdicts with reason, day and detail, calendar, gaps, floors; every reason occurs."""
    contacts, due, reasons = 0, 0, Counter[Reason]()
    for seed in SEEDS:
        w = world(seed, most=60)
        fast, plain = in_words(w, planned(w)), slow(w)
        for part, said in plain.items():
            assert fast[part] == said, f"seed {seed}: {part}"
        contacts += len(w.members)
        due += len(plain["due"])
        reasons.update(decision[1] for decision in plain["decisions"].values())
    assert contacts > 2000
    assert due > 300
    assert set(Reason) - ELSEWHERE <= reasons.keys()
