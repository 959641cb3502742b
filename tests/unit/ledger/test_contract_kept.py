"""The contract, what must outlive a ledger: another one that is told it again mails nobody whom the first did not."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from ledger_words import NOW, accepted, claim, says
from topmind.ledger import Erasure, Feedback, Ledger, Suppression, erasure_hashes, kept
from topmind.model import FeedbackKind as Kind
from topmind.testing.builders import TODAY
from topmind.testing.sending import a_key, a_ledger, a_person, a_row, freeze, hashes

ADA = hashes("c0000@example.com")


def heard(kind: Kind, number: int = 0, **over: object) -> Feedback:
    """An event of the n-th issue of c0000, days after the others."""
    known = {
        "touch_hex": a_key("c0000", occurrence=f"W{number}").wire("test"),
        "kind": kind,
        "at": NOW + timedelta(days=number),
        "message_id": f"m-{number}",
        "inbox": ADA,
    }
    return Feedback(**(known | over))  # type: ignore[arg-type]  # a test states what matters to it


def lived_through(ledger: Ledger, events: Sequence[Feedback]) -> tuple[Feedback, ...]:
    """What was kept beside it while it heard these one by one, read back from its text."""
    found: list[Feedback] = []
    for event in events:
        text = kept.as_text("test", ledger.lasting([event]))
        assert "example.com" not in text
        found += [one for one in kept.facts(json.loads(text), "test") if isinstance(one, Feedback)]
        ledger.record_feedback([event])
    return tuple(found)


def barred(ledger: Ledger, contact: str = "c0000") -> tuple[bool, str]:
    """(opted out, why suppressed)."""
    standing = ledger.history(TODAY).standing.get(contact)
    return (standing.opted_out, standing.suppressed) if standing else (False, "")


HARD = heard(Kind.BOUNCED, permanent=True)
SOFT = [heard(Kind.BOUNCED, number, detail="Transient/General") for number in range(6)]
#: Name → what is heard, and whether mail ends by it.
STORIES = {
    "bounced": ([HARD], True),
    "complained": ([heard(Kind.COMPLAINED)], True),
    "left by mail": ([heard(Kind.UNSUBSCRIBED)], True),
    "delivered": ([heard(Kind.SENT), heard(Kind.DELIVERED), heard(Kind.OPENED, sent=NOW)], False),
    "five soft": (SOFT[:5], True),
    "four soft": (SOFT[:4], False),
    "one delivered between": ([*SOFT[:3], heard(Kind.DELIVERED, 3), *SOFT[4:]], False),
}


@pytest.mark.parametrize("story", STORIES)
def test_a_copy_is_told_again(ledger: Ledger, story: str) -> None:
    """A ledger that knows none of the touches ends up as the one that heard it: in any order, and twice."""
    events, ends = STORIES[story]
    facts = lived_through(ledger, events)
    assert any(barred(ledger)) is ends
    for order in (facts, facts[::-1], facts + facts):
        copy = a_ledger()
        copy.record_feedback(order)
        assert barred(copy) == barred(ledger)
        assert copy.record_feedback(order).suppressed == 0


def test_what_says_nothing_of_a_person_is_not_kept(ledger: Ledger) -> None:
    """Deliveries are most of all events: only those that may end a row of soft bounces are kept."""
    nothing = [heard(kind) for kind in (Kind.SENT, Kind.DELIVERED, Kind.DELAYED, Kind.REJECTED)]
    assert ledger.lasting(nothing) == ()
    together = [heard(Kind.DELIVERED, 1), SOFT[0]]
    assert ledger.lasting(together) == tuple(together)


def test_an_event_without_an_address_is_kept_with_that_of_its_touch(ledger: Ledger) -> None:
    """A copy that does not know the touch would not know whom it is about."""
    freeze(ledger, a_row())
    ledger.settle([accepted(one) for one in claim(ledger)])
    event = replace(HARD, touch_hex=a_key().wire("test"), inbox=())
    (found,) = ledger.lasting([event])
    assert found == replace(event, inbox=ADA)
    assert ledger.lasting([replace(event, touch_hex="f" * 32)]) == (replace(event, touch_hex="f" * 32),)


# -- erased ------------------------------------------------------------------------------------------------

GONE = Erasure(hashes=erasure_hashes(hashes, "c0000", "c0000@example.com"), at=NOW)


def test_a_copy_erases_again(ledger: Ledger) -> None:
    """The row goes, planned mail is not sent, the next import leaves them out; the second time changes nothing."""
    freeze(ledger, a_row(), a_row("c0001"))
    assert not ledger.is_erased("c0000", hashes)
    assert ledger.bar([GONE], hashes) == 1
    assert ledger.is_erased("c0000", hashes)
    assert ledger.person("c0000") is None
    assert [one.key.contact for one in claim(ledger)] == ["c0001"]
    assert ledger.sync_people([a_person(), a_person("c0001")], hashes).erased == 1
    assert ledger.bar([GONE], hashes) == 0
    assert not ledger.is_erased("c0001", hashes)


def test_whoever_came_and_left_after_the_copy_stays_out(ledger: Ledger) -> None:
    """The copy has never heard of them; the export still has them."""
    late = Erasure(hashes=erasure_hashes(hashes, "c0077", "late@example.com"), at=NOW)
    assert ledger.bar([late], hashes) == 0
    assert ledger.sync_people([a_person("c0077", address="late@example.com"), a_person()], hashes).erased == 1
    assert ledger.sync_people([a_person("c0078", address="late@example.com"), a_person()], hashes).erased == 1


def test_an_old_wish_does_not_bring_a_name_back(ledger: Ledger) -> None:
    """An entry names their id again: barred once more, nothing is left of them."""
    ledger.bar([GONE], hashes)
    ledger.fold([says("opt_out")])
    ledger.bar([GONE], hashes)
    assert ledger.person("c0000") is None


def test_nothing_goes_to_an_address_that_somebody_erased_read(ledger: Ledger) -> None:
    """Two contacts with one address, as in the ledger that erased one of them."""
    ledger.sync_people([a_person(), a_person("c0001", address="c0000@example.com")], hashes)
    freeze(ledger, a_row(), a_row("c0001"))
    ledger.bar([GONE], hashes)
    assert claim(ledger) == ()


# -- what the provider remembers -----------------------------------------------------------------------------


def test_the_list_of_the_provider(ledger: Ledger) -> None:
    """Bounces and complaints suppress the address, who left there is opted out; strangers and repetitions are no news."""
    said = [
        Suppression(inbox=ADA, reason=Kind.BOUNCED, at=NOW),
        Suppression(inbox=hashes("c0001@example.com"), reason=Kind.UNSUBSCRIBED, at=NOW),
        Suppression(inbox=hashes("who@example.com"), reason=Kind.COMPLAINED, at=NOW),
    ]
    assert ledger.suppress(said) == 2
    assert (barred(ledger), barred(ledger, "c0001")) == ((False, "bounced"), (True, ""))
    assert ledger.suppress(said) == 0
    ledger.record_feedback([heard(Kind.DELIVERED, 9)])
    assert barred(ledger) == (False, "bounced"), "for good"
    ledger.fold([says("opt_in", "c0001")])
    ledger.suppress(said)
    assert barred(ledger, "c0001") == (False, ""), "the later word wins"


# -- until it is adopted -------------------------------------------------------------------------------------


def test_a_ledger_that_is_being_adopted_is_a_copy(ledger: Ledger) -> None:
    """What is cut short in between must not send."""
    assert not ledger.restored
    assert not ledger.bars_anybody()
    ledger.begin_adoption()
    assert ledger.restored
    ledger.begin_adoption()
    ledger.record_feedback([HARD])
    ledger.adopt()
    assert not ledger.restored
    assert ledger.bars_anybody()


def test_it_still_is_one_when_it_is_opened_again(tmp_path: Path) -> None:
    """Another process finds it so."""
    url = "sqlite:///ledger.db"
    first = a_ledger(url=url, root=tmp_path)
    first.begin_adoption()
    first.close()
    second = a_ledger((), url=url, root=tmp_path)
    assert second.restored
    second.adopt()
    second.close()
    assert not a_ledger((), url=url, root=tmp_path).restored
