"""The ledger's contract: every store passes these, whatever is behind it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from topmind.errors import LedgerError, LedgerLocked, PlanAgain
from topmind.ledger import Claim, Feedback, InboxEntry, Lapsed, Ledger, PickedItem, Proof, Settle
from topmind.ledger.states import MOVES, Guard, allowed
from topmind.model import (
    Ceiling,
    Channel,
    FeedbackKind,
    Outcome,
    OutcomeKind,
    Purpose,
    Reason,
    SourceKind,
    TouchState,
)
from topmind.testing.builders import TODAY, a_touch
from topmind.testing.clock import FixedClock
from topmind.testing.sending import EDITION, a_key, a_ledger, a_person, a_row, a_task, freeze, hashes

Open = Callable[..., Ledger]
NOW = FixedClock().now()


@pytest.fixture
def clock() -> FixedClock:
    """The store's clock."""
    return FixedClock()


@pytest.fixture(params=["memory:", "sqlite:///var/ledger.db"])
def ledger(request: pytest.FixtureRequest, tmp_path: Path, clock: FixedClock) -> Iterator[Ledger]:
    """An open ledger of each kind that knows three people."""
    opened = a_ledger(url=request.param, root=tmp_path, clock=clock)
    yield opened
    opened.close()


def claim(ledger: Ledger, limit: int = 10, owner: str = "run-1", **over: object) -> tuple[Claim, ...]:
    """Take in hand, at the moment of the tests."""
    return ledger.claim(owner=owner, limit=limit, now=NOW, **over)  # type: ignore[arg-type]  # a test states what matters to it


def accepted(claim: Claim, message_id: str = "m-1") -> Settle:
    """A proof."""
    return Settle(claim=claim, outcome=Outcome(kind=OutcomeKind.ACCEPTED, message_id=message_id))


def answered(claim: Claim, kind: OutcomeKind, reason: str = "") -> Settle:
    """Any other answer."""
    return Settle(claim=claim, outcome=Outcome(kind=kind, reason=reason))


def state(ledger: Ledger, contact: str = "c0000") -> TouchState:
    """What became of this week's issue for one contact."""
    return next(t.state for t in ledger.touches_of(contact) if t.key == a_key(contact))


def reason(ledger: Ledger, contact: str = "c0000") -> str:
    """Why."""
    return next(t.reason for t in ledger.touches_of(contact) if t.key == a_key(contact))


def says(kind: str, contact: str = "c0000", number: int = 1, **over: str) -> InboxEntry:
    """An entry of the live pages, a second later for each number."""
    return InboxEntry(kind=kind, contact=contact, at=NOW + timedelta(seconds=number), id=f"E{number}", **over)


# -- the plan ----------------------------------------------------------------------------------------------


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
        value=2,
        promotions=1,
        topics=("tips", "offers"),
        gap=2,
        ceilings=(Ceiling(channel=Channel.EMAIL, count=2, days=7), Ceiling(channel=None, count=9, days=365)),
    )
    freeze(ledger, row)
    assert ledger.planned() == (row,)


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


# -- claims ------------------------------------------------------------------------------------------------


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


def test_an_announcement_may_repeat_itself(ledger: Ledger) -> None:
    """Its own sends do not count against each other; the item elsewhere does."""
    promo = (PickedItem(id="promotions/roof"),)
    ledger.seed([a_touch(source="promotions/roof", occurrence="1", items=("promotions/roof",))])
    own = a_row(
        key=a_key(source="promotions/roof", occurrence="2"), kind=SourceKind.ANNOUNCEMENT, items=promo
    )
    freeze(ledger, own)
    assert len(claim(ledger)) == 1


# -- settling ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("settle", "after"),
    [
        (accepted, TouchState.ACCEPTED),
        (lambda c: accepted(c, ""), TouchState.UNKNOWN),
        (lambda c: answered(c, OutcomeKind.REFUSED, "bad address"), TouchState.REFUSED),
        (lambda c: answered(c, OutcomeKind.RETRY), TouchState.PLANNED),
        (lambda c: answered(c, OutcomeKind.UNKNOWN), TouchState.UNKNOWN),
    ],
)
def test_outcomes(ledger: Ledger, settle: Callable[[Claim], Settle], after: TouchState) -> None:
    """Each answer has its state; an acceptance without a message id proves nothing."""
    freeze(ledger, a_row())
    (one,) = claim(ledger)
    assert ledger.settle([settle(one)]) == 1
    assert state(ledger) is after
    assert allowed(TouchState.CLAIMED, after)


def test_settles_ride_with_claims(ledger: Ledger) -> None:
    """One write for both: what was answered, and what is next."""
    freeze(ledger, a_row(), a_row("c0001"))
    (first,) = claim(ledger, 1)
    (second,) = claim(ledger, 1, settles=[accepted(first)])
    assert (state(ledger), second.key.contact) == (TouchState.ACCEPTED, "c0001")


@pytest.mark.parametrize("kind", [OutcomeKind.REFUSED, OutcomeKind.RETRY, OutcomeKind.UNKNOWN])
def test_a_late_answer_of_an_old_claim(ledger: Ledger, kind: OutcomeKind) -> None:
    """Whatever an old attempt or another owner says without proof changes nothing."""
    freeze(ledger, a_row())
    (old,) = claim(ledger)
    ledger.release([old])
    (new,) = claim(ledger, owner="run-2")
    assert ledger.settle([answered(old, kind)]) == 0
    assert state(ledger) is TouchState.CLAIMED
    assert ledger.settle([answered(new, OutcomeKind.REFUSED)]) == 1
    assert ledger.settle([answered(new, kind)]) == 0
    assert state(ledger) is TouchState.REFUSED


def test_unknown_is_never_claimed_again(ledger: Ledger, clock: FixedClock) -> None:
    """Nobody resends what may have left: it is listed."""
    freeze(ledger, a_row())
    claim(ledger)
    clock.advance(seconds=119)
    assert ledger.sweep() == 0
    clock.advance(seconds=1)
    assert ledger.sweep() == 1
    assert claim(ledger) == ()
    (listed,) = ledger.unproven()
    assert (listed.key, listed.attempt, listed.state) == (a_key(), 1, TouchState.UNKNOWN)


def bring_to(ledger: Ledger, wanted: TouchState) -> None:
    """Put this week's issue of c0000 into a state by the moves that lead there."""
    if wanted is TouchState.UNRESOLVED:
        ledger.seed([a_touch(occurrence="2026-W49", state=wanted, day=TODAY)])
        return
    freeze(ledger, a_row())
    match wanted:
        case TouchState.SKIPPED:
            freeze(ledger, skips=[(a_key(), Reason.STOPPED)])
        case TouchState.EXPIRED:
            ledger.expire(TODAY + timedelta(days=1))
        case TouchState.CLAIMED:
            claim(ledger)
        case TouchState.ACCEPTED:
            ledger.settle([accepted(claim(ledger)[0])])
        case TouchState.REFUSED:
            ledger.settle([answered(claim(ledger)[0], OutcomeKind.REFUSED)])
        case TouchState.UNKNOWN:
            ledger.settle([answered(claim(ledger)[0], OutcomeKind.UNKNOWN)])


@pytest.mark.parametrize("by", ["message id", "feedback"])
@pytest.mark.parametrize("before", [s for s in TouchState if s not in {TouchState.DONE, TouchState.MISSED}])
def test_proof_wins_in_every_state(ledger: Ledger, before: TouchState, by: str) -> None:
    """A message id, or feedback with our tags, makes a touch accepted from wherever it is."""
    bring_to(ledger, before)
    assert state(ledger) is before
    hexed = a_key().wire("test")
    if by == "feedback":
        ledger.record_feedback(
            [Feedback(touch_hex=hexed, kind=FeedbackKind.DELIVERED, at=NOW, message_id="m-9")]
        )
    else:
        ledger.prove([Proof(touch_hex=hexed, message_id="m-9", at=NOW)])
    assert state(ledger) is TouchState.ACCEPTED
    assert MOVES[before, TouchState.ACCEPTED] is Guard.PROOF
    assert claim(ledger) == ()


def test_proof_before_the_touch(ledger: Ledger) -> None:
    """A restored ledger learns from feedback what it has forgotten: the touch is accepted when it is frozen."""
    ledger.prove([Proof(touch_hex=a_key().wire("test"), message_id="m-9", at=NOW)])
    freeze(ledger, a_row())
    assert state(ledger) is TouchState.ACCEPTED
    assert claim(ledger) == ()


def test_the_first_message_id_stays(ledger: Ledger) -> None:
    """A second proof of the same touch does not rewrite the first."""
    freeze(ledger, a_row())
    (one,) = claim(ledger)
    ledger.settle([accepted(one, "m-1")])
    ledger.settle([accepted(one, "m-2")])
    assert ledger.touches_of("c0000")[0].message_id == "m-1"


# -- the one sender ----------------------------------------------------------------------------------------


def test_one_sender(ledger: Ledger, clock: FixedClock) -> None:
    """A second run is told who sends; after unlock it may; the lease of a living one goes on with its claims."""
    ledger.lock("run-1", who="send on host, process 7")
    if type(ledger).__name__ == "MemoryLedger":
        with pytest.raises(LedgerLocked, match="send on host, process 7"):
            ledger.lock("run-2")
        clock.advance(seconds=100)
        claim(ledger)
        clock.advance(seconds=100)
        with pytest.raises(LedgerLocked):
            ledger.lock("run-2")
    ledger.unlock("run-1")
    ledger.unlock("nobody")
    assert ledger.lock("run-2") == 0


def test_a_dead_sender_is_followed(ledger: Ledger, clock: FixedClock) -> None:
    """The next run takes the lock when the lease has ended, and the dead one's claims are unknown."""
    freeze(ledger, a_row())
    ledger.lock("run-1")
    claim(ledger)
    clock.advance(seconds=121)
    assert ledger.lock("run-2") == 1
    assert state(ledger) is TouchState.UNKNOWN


# -- what became of it -------------------------------------------------------------------------------------


def test_feedback_comes_twice_and_in_any_order(ledger: Ledger) -> None:
    """Doubled and late events give the same state; opens do not bring a bounced mail back."""
    freeze(ledger, a_row())
    ledger.settle([accepted(one) for one in claim(ledger)])
    hexed = a_key().wire("test")
    kinds = [FeedbackKind.BOUNCED, FeedbackKind.SENT, FeedbackKind.BOUNCED, FeedbackKind.OPENED]
    events = [Feedback(touch_hex=hexed, kind=kind, at=NOW, permanent=True) for kind in kinds]
    assert ledger.record_feedback(events) == 3
    assert ledger.record_feedback(events) == 0
    history = ledger.history(TODAY)
    assert history.touches[0].bounced
    assert history.standing["c0000"].suppressed == "bounced"


def test_a_complaint_opts_out(ledger: Ledger) -> None:
    """The address is suppressed and the person gets no more marketing, at whatever address."""
    freeze(ledger, a_row())
    ledger.settle([accepted(one) for one in claim(ledger)])
    ledger.record_feedback([Feedback(touch_hex=a_key().wire("test"), kind=FeedbackKind.COMPLAINED, at=NOW)])
    ledger.sync_people([a_person(address="new@example.com"), a_person("c0001")], hashes)
    standing = ledger.history(TODAY).standing["c0000"]
    assert (standing.opted_out, standing.suppressed) == (True, "")


def test_the_inbox_is_folded_once(ledger: Ledger) -> None:
    """An entry counts once however often it is folded; the later of two wins, in whichever order they come."""
    out, back = says("opt_out", number=1), says("opt_in", number=2)
    assert ledger.fold([back, out]) == ("E2", "E1")
    assert not ledger.history(TODAY).standing["c0000"].opted_out
    again = says("opt_out", number=3)
    ledger.fold([again])
    ledger.fold([back])
    assert ledger.history(TODAY).standing["c0000"].opted_out


def test_answers_are_facts(ledger: Ledger) -> None:
    """An answer knows its step from the touch; the same button twice is one answer; the comment is for people."""
    key = a_key(source="first-job", step="check-in", occurrence="once")
    freeze(ledger, a_row(key=key, kind=SourceKind.STEP))
    said = says("answer", value="not happy", touch=key.wire("test"), comment="It leaks.")
    ledger.fold([said])
    ledger.fold([says("answer", number=2, value="not happy", touch=key.wire("test"))])
    (answer,) = ledger.history(TODAY).answers
    assert (answer.source, answer.step, answer.value) == ("first-job", "check-in", "not happy")
    person = ledger.person("c0000")
    assert person is not None
    assert person.comments == ("It leaks.",)
    assert "leaks" not in repr(person)


def test_a_wish_of_somebody_not_yet_imported(ledger: Ledger) -> None:
    """An opt-out is never lost, even before the import that brings the person."""
    ledger.fold([says("opt_out", "c0042")])
    ledger.sync_people([a_person("c0042")], hashes)
    assert ledger.history(TODAY).standing["c0042"].opted_out


# -- people ------------------------------------------------------------------------------------------------


def test_an_import_never_undoes_a_wish(ledger: Ledger) -> None:
    """A person's opt-out stands; an import takes back only what an import said."""
    email = Channel.EMAIL
    ledger.sync_people([a_person(opt_in={email: True}), a_person("c0001", opt_in={email: False})], hashes)
    ledger.fold([says("opt_out")])
    for yes in (False, True):
        ledger.sync_people([a_person(opt_in={email: yes}), a_person("c0001", opt_in={email: True})], hashes)
    standing = ledger.history(TODAY).standing
    assert standing["c0000"].opted_out
    assert not standing["c0001"].opted_out


def test_a_confirmed_return_beats_an_unchanged_import(ledger: Ledger) -> None:
    """Who signs up again stays in while the export goes on saying the old no."""
    no = {Channel.EMAIL: False}
    ledger.sync_people([a_person(opt_in=no)], hashes)
    assert ledger.history(TODAY).standing["c0000"].opted_out
    ledger.fold([says("opt_in")])
    ledger.sync_people([a_person(opt_in=no)], hashes)
    assert not ledger.history(TODAY).standing["c0000"].opted_out


def test_an_empty_import_is_refused(ledger: Ledger) -> None:
    """An empty export makes nobody inactive."""
    with pytest.raises(LedgerError, match="empty"):
        ledger.sync_people([], hashes)
    person = ledger.person("c0000")
    assert person is not None
    assert person.active


def test_gone_and_back(ledger: Ledger) -> None:
    """A vanished contact keeps id and past, and is the same when the source has them again."""
    before = ledger.person("c0000")
    assert ledger.sync_people([a_person("c0001"), a_person("c0002")], hashes).vanished == 1
    assert ledger.sync_people([a_person(f"c000{n}") for n in range(3)], hashes).returned == 1
    assert ledger.person("c0000") == before


def test_a_new_hashing_key(ledger: Ledger) -> None:
    """After a key was added, a suppression under the old hash still holds for the same address."""
    ledger.record_feedback(
        [
            Feedback(
                touch_hex="ab",
                kind=FeedbackKind.BOUNCED,
                at=NOW,
                permanent=True,
                inbox=hashes("c0000@example.com"),
            )
        ]
    )

    def both(address: str) -> tuple[str, ...]:
        return (f"new-{address}", *hashes(address))

    ledger.sync_people([a_person("c0000"), a_person("c0009", address="C0000@EXAMPLE.com")], both)
    standing = ledger.history(TODAY).standing
    assert standing["c0000"].suppressed
    assert standing["c0009"].suppressed


def test_finding_somebody(ledger: Ledger) -> None:
    """By id, by address in any case, by name, by part of a name."""
    for who in ("c0001", "C0001@Example.com", "person c0001"):
        assert [person.contact for person in ledger.find(who)] == ["c0001"]
    assert len(ledger.find("person")) == 3
    assert ledger.find("nobody") == ()


def test_erased_for_good(ledger: Ledger) -> None:
    """The row is gone, a planned mail is skipped, imports under the same id or address leave them out."""
    freeze(ledger, a_row())
    assert ledger.erase("c0000", hashes)
    assert not ledger.erase("c0000", hashes)
    assert claim(ledger) == ()
    assert (ledger.find("c0000"), ledger.touches_of("c0000")) == ((), ())
    synced = ledger.sync_people(
        [a_person(), a_person("c0001"), a_person("c0099", address="c0000@example.com")], hashes
    )
    assert synced.erased == 2
    assert ledger.person("c0000") is None
    history = ledger.history(TODAY)
    assert history.standing["c0000"].erased
    assert history.standing["c0099"].erased
    assert ledger.counts(TODAY).skipped == 1


def test_an_old_link_of_somebody_erased(ledger: Ledger) -> None:
    """Their unsubscribe link still answers, and does not bring them back."""
    freeze(ledger, a_row())
    ledger.erase("c0000", hashes)
    assert ledger.fold([says("opt_out", touch=a_key().wire("test"))]) == ("E1",)
    assert ledger.person("c0000") is None


# -- tasks and the rest --------------------------------------------------------------------------------------


def test_tasks(ledger: Ledger) -> None:
    """A call is nothing the mail loop takes; somebody does it, or it is missed."""
    freeze(ledger, a_task(), a_task("c0001"), a_row("c0002"))
    assert len(claim(ledger)) == 1
    first, second = ledger.tasks()
    assert (first.state, first.sender, first.key.channel) == (TouchState.PLANNED, "dana", Channel.CALL)
    assert ledger.task_done(first.touch_hex[:10], TODAY)
    assert not ledger.task_done(first.touch_hex, TODAY)
    assert ledger.expire(second.last_day) == 0
    assert ledger.expire(second.last_day + timedelta(days=1)) == 1
    assert {task.state for task in ledger.tasks(open_only=False)} == {TouchState.DONE, TouchState.MISSED}
    counts = ledger.counts(TODAY)
    assert (counts.tasks, counts.planned) == (2, 1)


def test_approvals_hold_a_day(ledger: Ledger, clock: FixedClock) -> None:
    """A surge that was approved may go for 24 hours."""
    ledger.approve("abc")
    assert ledger.history(TODAY).approved == {"abc"}
    clock.advance(hours=24)
    assert ledger.history(TODAY).approved == frozenset()


def test_history(ledger: Ledger) -> None:
    """Touches in order with their state, what was sent per day, and whether anything ever was."""
    assert ledger.history(TODAY).first
    days = [TODAY - timedelta(days=n) for n in (40, 34, 7, 7)]
    ledger.seed(
        [
            a_touch(f"c000{n % 3}", day, occurrence=str(n), items=("tips/b", "tips/a"), value=2)
            for n, day in enumerate(days)
        ]
    )
    freeze(ledger, a_row())
    ledger.stop("home-almanac")
    history = ledger.history(TODAY)
    assert not history.first
    assert history.ledger == "test"
    assert history.stopped == {"home-almanac"}
    assert history.sent_per_day == {days[1]: 1, days[2]: 2}
    assert [t.key.contact for t in history.touches] == ["c0000", "c0000", "c0000", "c0001", "c0002"]
    assert history.touches[0].items == ("tips/b", "tips/a")
    assert history.touches[2].state is TouchState.PLANNED


def test_expiry_says_what_held_it(ledger: Ledger) -> None:
    """Too late, unless something is known to have held it: a stop, a gap."""
    freeze(ledger, a_row(), a_row("c0001"), a_row("c0002", key=a_key("c0002", source="home-almanac")))
    ledger.seed([a_touch("c0001", TODAY, occurrence="x", items=())])
    ledger.stop("home-almanac")
    claim(ledger, 5, occasions=["tuesday-fix/2026-W49"])
    ledger.release([])
    assert ledger.expire(TODAY + timedelta(days=1)) == 2
    assert reason(ledger, "c0001") == "gap"
    assert ledger.touches_of("c0002")[0].reason == "stopped"
    assert state(ledger) is TouchState.CLAIMED


def test_sent_now_is_of_one_run(ledger: Ledger) -> None:
    """A second run reports the same counts with nothing sent."""
    freeze(ledger, a_row(), a_row("c0001"))
    ledger.settle([accepted(one) for one in claim(ledger)])
    first, second = ledger.counts(TODAY, run="run-1"), ledger.counts(TODAY, run="run-2")
    assert (first.sent_now, second.sent_now) == (2, 0)
    assert first.as_dict() | {"sent_now": 0} == second.as_dict()


def test_naive_moments_are_errors(ledger: Ledger) -> None:
    """A moment without a zone never reaches a row."""
    with pytest.raises(ValueError, match="aware"):
        ledger.claim(owner="r", limit=1, now=datetime(2026, 12, 1))  # noqa: DTZ001 - that is the point
    assert datetime(2026, 12, 1, tzinfo=UTC) < NOW
