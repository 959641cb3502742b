"""The contract, plans: frozen once, against the head they were computed from, one copy per inbox."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from ledger_words import NOW, accepted, claim, reason, says, state
from topmind.errors import LedgerError, PlanAgain
from topmind.ledger import Feedback, Lapsed, Ledger, PickedItem
from topmind.model import (
    Ceiling,
    Channel,
    FeedbackKind,
    Reason,
    SourceKind,
    TouchState,
)
from topmind.testing.builders import TODAY
from topmind.testing.sending import a_key, a_person, a_row, freeze, hashes


def test_a_plan_is_frozen_once(ledger: Ledger) -> None:
    """The same rows again change nothing: unique per occasion and contact."""
    first = ledger.freeze([a_row(), a_row("c0001")], plan="p", head=ledger.head())
    again = ledger.freeze([a_row(), a_row("c0001")], plan="p", head=ledger.head())
    assert (first.new, again.new, again.again) == (2, 0, 2)
    assert ledger.counts(TODAY).planned == 2


def test_the_loser_plans_again(ledger: Ledger) -> None:
    """A plan computed from an older head is not written, not even in part."""
    head = ledger.head()
    freeze(ledger, a_row())
    with pytest.raises(PlanAgain) as lost:
        ledger.freeze([a_row("c0001")], plan="p", head=head)
    assert lost.value.exit_code == 3
    assert ledger.counts(TODAY).planned == 1


@pytest.mark.parametrize("what", ["opt-out", "stop", "import", "bounce"])
def test_what_a_plan_depends_on_moves_the_head(ledger: Ledger, what: str) -> None:
    """Between a plan and its freeze nothing may have changed that it was computed from."""
    freeze(ledger, a_row())
    head = ledger.head()
    match what:
        case "opt-out":
            ledger.fold([says("opt_out")])
        case "stop":
            ledger.stop("tuesday-fix")
        case "import":
            ledger.sync_people([a_person("c0009")], hashes)
        case "bounce":
            ledger.record_feedback([Feedback(touch_hex="ab", kind=FeedbackKind.BOUNCED, at=NOW)])
    assert ledger.head() > head


def test_claims_do_not_move_the_head(ledger: Ledger) -> None:
    """Sending goes on beside a plan: what it does was counted when it was frozen."""
    freeze(ledger, a_row())
    head = ledger.head()
    ledger.settle([accepted(one) for one in claim(ledger)])
    assert ledger.head() == head


def test_planned_again(ledger: Ledger) -> None:
    """A row still planned takes the new day and edition; one that is beyond planned never changes."""
    freeze(ledger, a_row(), a_row("c0001"))
    claim(ledger, 1)
    later = [
        a_row(contact, day=TODAY + timedelta(days=1), edition="feed", nominal=TODAY)
        for contact in ("c0000", "c0001")
    ]
    frozen = ledger.freeze(later, plan="p2", head=ledger.head())
    assert (frozen.again, frozen.kept) == (1, 1)
    assert [row.edition for row in ledger.planned()] == ["feed"]
    assert state(ledger) is TouchState.CLAIMED


def test_rows_come_back_as_they_were_frozen(ledger: Ledger) -> None:
    """`planned` gives every field back: a tick can compile and freeze again what it did not send."""
    row = a_row(
        opens=NOW,
        closes=NOW + timedelta(hours=3),
        items=(
            PickedItem(id="tips/b", since=None),
            PickedItem(id="tips/a", since=date(2026, 1, 1)),
            PickedItem(id="tips/c"),
        ),
        per_slot=(2, 1),
        shown=("tips/d", "testimonials/anna-k"),
        value=2,
        promotions=1,
        topics=("tips", "offers"),
        gap=2,
        ceilings=(Ceiling(channel=Channel.EMAIL, count=2, days=7), Ceiling(channel=None, count=9, days=365)),
    )
    freeze(ledger, row)
    assert ledger.planned() == (row,)


def test_what_words_showed_is_history(ledger: Ledger) -> None:
    """A row that waits says what its text says by now; once it is claimed, no change of the file changes it."""
    item = (PickedItem(id="tips/a"),)
    for text in (("tips/b", "tips/c"), ("tips/c",)):
        freeze(ledger, a_row(items=item, shown=text))
        (touch,) = ledger.touches_of("c0000")
        assert (touch.items, touch.shown) == (("tips/a",), text)
    claim(ledger)
    freeze(ledger, a_row(items=(), shown=()))
    (touch,) = ledger.history(TODAY).touches
    assert (touch.items, touch.shown) == (("tips/a",), ("tips/c",))


def test_one_inbox_one_copy(ledger: Ledger) -> None:
    """Two contacts with one address: one gets the issue, the other is skipped and says why."""
    ledger.sync_people([a_person("c0000"), a_person("c0001", address="C0000@example.com")], hashes)
    frozen = ledger.freeze([a_row("c0000"), a_row("c0001")], plan="p", head=ledger.head())
    assert frozen.skipped == ((a_key("c0001"), Reason.SAME_INBOX),)
    assert len(claim(ledger)) == 1


def test_a_step_is_for_each_person_of_an_inbox(ledger: Ledger) -> None:
    """Two people who share an address are each thanked for their own purchase."""
    ledger.sync_people([a_person("c0000"), a_person("c0001", address="c0000@example.com")], hashes)
    keys = [a_key(c, source="first-job", step="thank-you", occurrence="once") for c in ("c0000", "c0001")]
    freeze(ledger, *(a_row(key=key, kind=SourceKind.STEP) for key in keys))
    taken = claim(ledger)
    ledger.settle([accepted(one) for one in taken])
    assert len(taken) + len(claim(ledger)) == 2


def test_an_address_that_changed_to_one_served(ledger: Ledger) -> None:
    """One inbox, one copy holds for the address of now, not for that of the plan."""
    freeze(ledger, a_row("c0000"), a_row("c0001"))
    ledger.settle([accepted(one) for one in claim(ledger, 1)])
    people = [a_person("c0000"), a_person("c0001", address="c0000@example.com")]
    ledger.sync_people(people, hashes)
    assert claim(ledger) == ()
    assert (state(ledger, "c0001"), reason(ledger, "c0001")) == (TouchState.SKIPPED, "same_inbox")


def test_a_plan_for_a_stranger(ledger: Ledger) -> None:
    """Nothing is written for somebody whom no import brought."""
    with pytest.raises(LedgerError, match="1 contacts of the plan are not in the ledger"):
        freeze(ledger, a_row(), a_row("c7777"))
    assert ledger.counts(TODAY).planned == 0


def test_lapsed_and_skipped_rows(ledger: Ledger) -> None:
    """Who never could be planned is accounted for as expired, a planned row that may not go as skipped."""
    freeze(ledger, a_row())
    freeze(
        ledger,
        skips=[(a_key(), Reason.CONTENT_CHANGED)],
        lapsed=[Lapsed(row=a_row("c0001"), reason=Reason.GAP)],
    )
    assert ledger.reasons(TODAY) == {
        (TouchState.SKIPPED, "content_changed"): 1,
        (TouchState.EXPIRED, "gap"): 1,
    }


def test_the_last_plan_is_remembered_with_those_it_knew(ledger: Ledger) -> None:
    """A later tick looks back to its day, but not for people who came after it."""
    assert ledger.history(TODAY).planned_on is None
    assert ledger.history(TODAY).newcomers == {"c0000", "c0001", "c0002"}
    assert ledger.history(TODAY).promised is None
    freeze(ledger, as_of=TODAY, promised={"wall/2026-W49", "wall/2026-W50"})
    ledger.sync_people([a_person(f"c000{n}") for n in range(4)], hashes)
    after = ledger.history(TODAY)
    assert (after.planned_on, after.newcomers) == (TODAY, {"c0003"})
    assert after.promised == {"wall/2026-W49", "wall/2026-W50"}
    freeze(ledger, as_of=TODAY - timedelta(days=3), promised=set())
    assert ledger.history(TODAY).planned_on == TODAY
    assert ledger.history(TODAY).promised == after.promised, "an older plan takes nothing back"
    assert ledger.history(TODAY).newcomers == frozenset()
