"""The contract, claims: exclusive, and each tested again for the moment it is taken in hand."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from ledger_words import NOW, accepted, claim, reason, says, state
from topmind.ledger import Feedback, InboxEntry, Ledger, PickedItem
from topmind.model import (
    Ceiling,
    Channel,
    FeedbackKind,
    Purpose,
    Reason,
    SourceKind,
    TouchState,
)
from topmind.testing.builders import TODAY, a_touch
from topmind.testing.clock import FixedClock
from topmind.testing.sending import EDITION, a_key, a_person, a_row, freeze, hashes


def test_a_claim_is_exclusive(ledger: Ledger) -> None:
    """What one run has in hand, no other gets."""
    freeze(ledger, a_row(), a_row("c0001"), a_row("c0002"))
    first, second = claim(ledger, 2), claim(ledger, 2, owner="run-2")
    assert (len(first), len(second)) == (2, 1)
    assert {one.touch_hex for one in first}.isdisjoint({one.touch_hex for one in second})


def test_what_a_claim_knows(ledger: Ledger, clock: FixedClock) -> None:
    """The address is read at the claim; fence and lease go by the store's clock."""
    freeze(ledger, a_row())
    (one,) = claim(ledger, lease=timedelta(seconds=120))
    assert one.touch_hex == a_key().wire("test")
    assert (one.attempt, one.address, one.items) == (1, "c0000@example.com", ("tips/gutters",))
    assert one.fence == clock.now() + timedelta(seconds=60)
    assert one.lease_until == clock.now() + timedelta(seconds=120)
    assert "example.com" not in repr(one)


def test_attempts_only_grow(ledger: Ledger) -> None:
    """One attempt per claim, also after one that was given back."""
    freeze(ledger, a_row())
    for attempt in (1, 2, 3):
        (one,) = claim(ledger)
        assert one.attempt == attempt
        assert ledger.release([one]) == 1


def test_one_touch_of_a_person_at_a_time(ledger: Ledger) -> None:
    """Two mails for one contact on one day: the gap lets the second one wait."""
    freeze(ledger, a_row(), a_row(key=a_key(occurrence="2026-W48"), items=()))
    first = claim(ledger)
    assert len(first) == 1
    ledger.settle([accepted(first[0])])
    assert claim(ledger) == ()
    assert ledger.reasons(TODAY)[TouchState.PLANNED, "gap"] == 1


def test_editions_and_occasions_given(ledger: Ledger) -> None:
    """A run claims only what it has compiled; the rest waits."""
    freeze(ledger, a_row(), a_row("c0001", edition="other"))
    assert claim(ledger, editions=[]) == ()
    assert claim(ledger, occasions=["home-almanac/2026-12"]) == ()
    assert len(claim(ledger, editions=[EDITION], occasions=["tuesday-fix/2026-W49"])) == 1
    assert ledger.counts(TODAY).waiting == 2


@pytest.mark.parametrize(
    ("opens", "closes", "goes"),
    [(0, 1, True), (1, 2, False), (-2, -1, False), (-1, 0, False), (None, None, True)],
)
def test_the_window_of_a_row(ledger: Ledger, opens: int | None, closes: int | None, goes: bool) -> None:
    """Before it opens and from its close on a touch waits (hours from now)."""
    window = [None if hours is None else NOW + timedelta(hours=hours) for hours in (opens, closes)]
    freeze(ledger, a_row(opens=window[0], closes=window[1]))
    assert bool(claim(ledger)) is goes
    assert ledger.counts(TODAY).waiting == 1


def test_a_row_of_yesterday_waits_for_its_new_day(ledger: Ledger) -> None:
    """Gap, ceilings and blackout were tested for its old day, so it must be planned again first."""
    yesterday = a_row(day=TODAY - timedelta(days=1), last_day=TODAY)
    freeze(ledger, yesterday)
    assert claim(ledger) == ()
    freeze(ledger, a_row(last_day=TODAY))
    assert len(claim(ledger)) == 1


@pytest.mark.parametrize("name", ["all", "tuesday-fix", "tuesday-fix/2026-W49"])
def test_the_stop_switch(ledger: Ledger, name: str) -> None:
    """Nothing of a stopped occasion is claimed until it is resumed."""
    freeze(ledger, a_row())
    ledger.stop(name)
    assert claim(ledger) == ()
    assert ledger.stops() == {name}
    assert ledger.resume(name)
    assert not ledger.resume(name)
    assert len(claim(ledger)) == 1


def test_a_stop_names_whole_words(ledger: Ledger) -> None:
    """`tuesday` is not `tuesday-fix`."""
    freeze(ledger, a_row())
    ledger.stop("tuesday")
    assert len(claim(ledger)) == 1


@pytest.mark.parametrize(
    ("said", "over", "why"),
    [
        (says("opt_out"), {}, Reason.NO_CONSENT),
        (says("topic_off", value="tips"), {"topics": ("tips", "offers")}, Reason.NO_CONSENT),
        (says("topic_off", value="tips"), {"topics": ("offers",)}, None),
        (says("opt_out"), {"purpose": Purpose.SERVICE}, None),
    ],
)
def test_wishes_are_asked_again(
    ledger: Ledger, said: InboxEntry, over: dict[str, object], why: Reason | None
) -> None:
    """An opt-out after the plan is honoured; a service mail needs no marketing consent."""
    freeze(ledger, a_row(**over))
    ledger.fold([said])
    taken = claim(ledger)
    assert (len(taken) == 1) is (why is None)
    if why:
        assert (state(ledger), reason(ledger)) == (TouchState.SKIPPED, why)


def test_a_pause_waits(ledger: Ledger) -> None:
    """Nothing goes before the day somebody named; the touch waits and may expire with that reason."""
    freeze(ledger, a_row())
    ledger.fold([says("pause", value="2027-01-01")])
    assert claim(ledger) == ()
    assert ledger.expire(TODAY + timedelta(days=1)) == 1
    assert (state(ledger), reason(ledger)) == (TouchState.EXPIRED, "paused")


@pytest.mark.parametrize("purpose", list(Purpose))
def test_suppression_holds_for_everything(ledger: Ledger, purpose: Purpose) -> None:
    """A complaint or a hard bounce of the address stops marketing and service mail, whoever has that address."""
    ledger.sync_people([a_person(), a_person("c0001", address="shared@example.com")], hashes)
    bounce = Feedback(
        touch_hex="ff" * 16,
        kind=FeedbackKind.BOUNCED,
        at=NOW,
        permanent=True,
        inbox=hashes("shared@example.com"),
    )
    ledger.record_feedback([bounce])
    freeze(ledger, a_row("c0001", purpose=purpose))
    assert claim(ledger) == ()
    assert reason(ledger, "c0001") == "suppressed"


def test_who_vanished_or_has_no_address(ledger: Ledger) -> None:
    """A contact gone from the source and one whose address is gone are skipped."""
    freeze(ledger, a_row(), a_row("c0001"))
    synced = ledger.sync_people([a_person("c0001", address=""), a_person("c0002")], hashes)
    assert (synced.vanished, synced.changed) == (1, 1)
    assert claim(ledger) == ()
    assert (reason(ledger), reason(ledger, "c0001")) == ("not_in_segment", "no_channel")


@pytest.mark.parametrize(
    ("days", "gap", "goes"), [(1, 1, True), (1, 2, False), (3, 4, False), (0, 0, True), (4, 4, True)]
)
def test_the_gap_is_tested_again(ledger: Ledger, days: int, gap: int, goes: bool) -> None:
    """A touch that happened fewer than `gap` days ago lets this one wait."""
    ledger.seed([a_touch(day=TODAY - timedelta(days=days), items=())])
    freeze(ledger, a_row(gap=gap))
    assert bool(claim(ledger)) is goes


@pytest.mark.parametrize(
    ("ceiling", "why"),
    [
        (Ceiling(channel=Channel.EMAIL, count=2, days=7), "ceiling_channel"),
        (Ceiling(channel=None, count=3, days=7), "ceiling_all"),
        (Ceiling(channel=Channel.EMAIL, count=3, days=7), ""),
        (Ceiling(channel=Channel.EMAIL, count=2, days=5), ""),
        (Ceiling(channel=Channel.CALL, count=2, days=7), ""),
    ],
)
def test_ceilings_are_tested_again(ledger: Ledger, ceiling: Ceiling, why: str) -> None:
    """Two mails and a call in the last week count; the seventh day back is the last that does."""
    past = [(6, Channel.EMAIL), (3, Channel.EMAIL), (2, Channel.CALL)]
    ledger.seed(
        [
            a_touch(
                day=TODAY - timedelta(days=days),
                occurrence=str(days),
                channel=channel,
                items=(),
                state=TouchState.ACCEPTED if channel is Channel.EMAIL else TouchState.DONE,
            )
            for days, channel in past
        ]
    )
    freeze(ledger, a_row(ceilings=(ceiling,)))
    assert bool(claim(ledger)) is not bool(why)
    assert reason(ledger) == why


@pytest.mark.parametrize(
    ("since", "goes"),
    [(date.min, False), (date(2026, 11, 1), False), (date(2026, 11, 25), True), (None, True)],
)
def test_never_the_same_thing_twice(ledger: Ledger, since: date | None, goes: bool) -> None:
    """An item had on 24 November comes again only after its repeat time, or where it may repeat."""
    ledger.seed([a_touch(items=("tips/gutters",))])
    freeze(ledger, a_row(items=(PickedItem(id="tips/gutters", since=since),)))
    assert bool(claim(ledger)) is goes
    assert reason(ledger) == ("" if goes else "nothing_new")


def test_what_words_showed_is_not_chosen_again(ledger: Ledger) -> None:
    """An item that a mail of 24 November showed by its words is had like a chosen one; it holds no announcement back,
    whose dates are somebody's own words."""
    ledger.seed([a_touch("c0000", shown=("tips/gutters",)), a_touch("c0001", shown=("tips/gutters",))])
    item = (PickedItem(id="tips/gutters"),)
    sent = a_key("c0001", source="tips/gutters", occurrence="1")
    own = a_row("c0001", key=sent, kind=SourceKind.ANNOUNCEMENT, items=item)
    freeze(ledger, a_row("c0000", items=item), own)
    assert [one.key.contact for one in claim(ledger)] == ["c0001"]
    assert reason(ledger) == "nothing_new"


def test_words_that_show_what_somebody_had_go_all_the_same(ledger: Ledger) -> None:
    """They are somebody's own choice; a claim tells what was chosen for the slots, and nothing else."""
    ledger.seed([a_touch(items=("tips/gutters",))])
    freeze(ledger, a_row(items=(PickedItem(id="tips/b"),), per_slot=(1,), shown=("tips/gutters",)))
    assert [one.items for one in claim(ledger)] == [("tips/b",)]


def test_an_announcement_may_repeat_itself(ledger: Ledger) -> None:
    """Its own sends do not count against each other; the item elsewhere does."""
    promo = (PickedItem(id="promotions/roof"),)
    ledger.seed([a_touch(source="promotions/roof", occurrence="1", items=("promotions/roof",))])
    own = a_row(
        key=a_key(source="promotions/roof", occurrence="2"), kind=SourceKind.ANNOUNCEMENT, items=promo
    )
    freeze(ledger, own)
    assert len(claim(ledger)) == 1
