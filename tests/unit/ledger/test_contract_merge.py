"""The contract, two contacts that are one person: what they said and got is one from now on, on every store."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from ledger_words import NOW, accepted, claim, says
from topmind.errors import PlanAgain
from topmind.ledger import Coupon, Feedback, Ledger, PickedItem
from topmind.model import Channel, FeedbackKind, Standing, TouchState
from topmind.testing.builders import TODAY
from topmind.testing.sending import a_key, a_person, a_row, freeze, hashes

#: Which of the two goes on.
FROM, INTO = "c0000", "c0001"


def merge(ledger: Ledger, source: str = FROM, target: str = INTO, number: int = 50) -> None:
    """As the command says it."""
    ledger.fold([says("merge", source, number, value=target, by="office")])


def standing(ledger: Ledger, contact: str = INTO, day: date = TODAY) -> Standing:
    """What a plan knows of them."""
    return ledger.history(day).standing.get(contact, Standing())


@pytest.mark.parametrize("who", [FROM, INTO])
def test_an_opt_out_of_either_holds(ledger: Ledger, who: str) -> None:
    """Even where the other one agreed later: only a word that is later than the merge takes it back."""
    other = INTO if who == FROM else FROM
    ledger.fold(
        [says("opt_out", who, 1), says("opt_in", other, 2), says("topic_off", who, 3, value="offers")]
    )
    merge(ledger)
    assert standing(ledger).opted_out
    assert standing(ledger).off_topics == {"offers"}
    ledger.fold([says("opt_in", INTO, 60)])
    assert not standing(ledger).opted_out


@pytest.mark.parametrize("later", [FROM, INTO])
def test_a_word_between_the_two_comes_too_late(ledger: Ledger, later: str) -> None:
    """Both said no; a yes that was said before the later of them, and is heard after the merge, takes nothing back."""
    earlier = INTO if later == FROM else FROM
    ledger.fold([says("opt_out", earlier, 1), says("opt_out", later, 3)])
    merge(ledger)
    ledger.fold([says("opt_in", INTO, 2)])
    assert standing(ledger).opted_out


def test_a_task_for_the_other_is_nobodys(ledger: Ledger) -> None:
    """A call that was planned for the one that goes is not on the list any more; one that was made counts."""
    call, visit = (
        a_row(FROM, key=a_key(FROM, source=name, channel=Channel.CALL)) for name in ("call", "visit")
    )
    freeze(ledger, call, visit)
    assert ledger.task_done(call.key.wire("test"), TODAY)
    merge(ledger)
    assert ledger.tasks() == ()
    assert [(one.key.source, one.state) for one in ledger.touches_of(INTO)] == [("call", TouchState.DONE)]


def test_the_longer_pause_and_every_mark_hold(ledger: Ledger) -> None:
    """Nothing that the office wrote of either is lost; notes of both stand in one row."""
    ledger.fold([says("pause", FROM, 1, value="2027-03-01"), says("pause", INTO, 2, value="2027-01-01")])
    ledger.fold([says("mark", FROM, 3, value="vip"), says("mark", INTO, 4, value="trade")])
    ledger.fold([says("note", FROM, 5, comment="Dogs."), says("note", INTO, 6, comment="Cats.")])
    merge(ledger)
    assert standing(ledger).paused_until == date(2027, 3, 1)
    assert standing(ledger).marks == {"vip", "trade"}
    found = ledger.dossier(INTO)
    assert found is not None
    assert [note.text for note in found.notes] == ["Dogs.", "Cats."]
    assert [one.contact for one in found.merged] == [FROM]


def test_touches_of_both_count(ledger: Ledger) -> None:
    """The plan sees what either got under one name; what was sent keeps the name by which feedback finds it."""
    last = a_key(FROM, occurrence="2026-W48")
    item = (PickedItem(id="tips/gutters"),)
    freeze(ledger, a_row(FROM, key=last, items=item, shown=("tips/b",)), a_row(INTO))
    ledger.settle([accepted(one) for one in claim(ledger)])
    merge(ledger)
    touches = {touch.key.occurrence: touch for touch in ledger.history(TODAY).touches}
    assert {touch.key.contact for touch in touches.values()} == {INTO}
    assert (touches["2026-W48"].items, touches["2026-W48"].shown) == (("tips/gutters",), ("tips/b",))
    assert touches["2026-W48"].wire("test") == last.wire("test")
    assert set(ledger.touches_of(INTO)) == set(touches.values())
    clicked = Feedback(
        touch_hex=last.wire("test"), kind=FeedbackKind.CLICKED, at=NOW, detail="x", actor="human"
    )
    ledger.record_feedback([clicked])
    assert [one.touch_hex for one in ledger.feedback_of(INTO)] == [last.wire("test")]


def test_the_claim_counts_what_the_other_got(ledger: Ledger) -> None:
    """A row that was planned before the merge is tested against the touches of both: gap and never twice."""
    item = (PickedItem(id="tips/gutters"),)
    freeze(ledger, a_row(FROM, shown=("tips/gutters",)))
    ledger.settle([accepted(one) for one in claim(ledger)])
    freeze(ledger, a_row(INTO, key=a_key(INTO, source="other"), items=item, gap=0))
    freeze(ledger, a_row(INTO, key=a_key(INTO, source="third"), items=(), gap=1))
    merge(ledger)
    assert claim(ledger) == ()
    left = {touch.key.source: touch for touch in ledger.touches_of(INTO) if touch.key.source != "tuesday-fix"}
    assert (left["other"].state, left["other"].reason) == (TouchState.SKIPPED, "nothing_new")
    assert (left["third"].state, left["third"].reason) == (TouchState.PLANNED, "gap")


def test_what_was_planned_for_the_other_goes_no_more(ledger: Ledger) -> None:
    """A plan from before the merge is not frozen either."""
    freeze(ledger, a_row(FROM))
    head = ledger.head()
    merge(ledger)
    assert claim(ledger) == ()
    with pytest.raises(PlanAgain):
        ledger.freeze([a_row(INTO)], plan="p", head=head)
    assert TouchState.SKIPPED not in {touch.state for touch in ledger.touches_of(INTO)}


def test_an_import_does_not_bring_the_other_back(ledger: Ledger) -> None:
    """As long as the source has both, the one that goes stays out; its later no is heard, its yes says nothing."""
    merge(ledger)
    agreed, refused = {Channel.EMAIL: True}, {Channel.EMAIL: False}
    ledger.sync_people([a_person(FROM, opt_in=agreed), a_person(INTO, opt_in=agreed)], hashes)
    assert standing(ledger, FROM).merged == INTO
    found = ledger.find(FROM)
    assert [one.contact for one in found] == [INTO]
    held = ledger.dossier(FROM)
    assert held is not None
    assert [one.active for one in (held.person, *held.merged)] == [True, False]
    ledger.sync_people([a_person(FROM, opt_in=refused), a_person(INTO, opt_in=agreed)], hashes)
    assert standing(ledger).opted_out
    ledger.sync_people([a_person(FROM, opt_in=agreed), a_person(INTO, opt_in=agreed)], hashes)
    assert standing(ledger).opted_out


def test_an_old_link_still_works(ledger: Ledger) -> None:
    """Whoever leaves by a mail that went to the other has left; so do complaints and answers find the person."""
    freeze(ledger, a_row(FROM))
    ledger.settle([accepted(one) for one in claim(ledger)])
    merge(ledger)
    hexed = a_key(FROM).wire("test")
    ledger.fold([says("answer", FROM, 51, value="happy", touch=hexed, comment="I sing.")])
    found = ledger.person(INTO)
    assert found is not None
    assert found.comments == ("I sing.",)
    assert [one.contact for one in ledger.history(TODAY).answers] == [INTO]
    ledger.record_feedback(
        [Feedback(touch_hex=hexed, kind=FeedbackKind.COMPLAINED, at=NOW + timedelta(hours=1))]
    )
    assert standing(ledger).opted_out
    ledger.fold([says("opt_in", INTO, 4000)])
    assert not standing(ledger).opted_out
    ledger.fold([says("opt_out", FROM, 4001)])
    assert standing(ledger).opted_out


def test_suppression_stays_with_the_address(ledger: Ledger) -> None:
    """The other's dead address is dead, also where the person takes it on later."""
    freeze(ledger, a_row(FROM))
    ledger.settle([accepted(one) for one in claim(ledger)])
    hexed = a_key(FROM).wire("test")
    ledger.record_feedback([Feedback(touch_hex=hexed, kind=FeedbackKind.BOUNCED, at=NOW, permanent=True)])
    merge(ledger)
    assert standing(ledger).suppressed == ""
    ledger.sync_people([a_person(INTO, address="c0000@example.com")], hashes)
    assert standing(ledger).suppressed == "bounced"


def test_what_is_on_its_way_settles(ledger: Ledger) -> None:
    """A mail in a sender's hands, or one that nobody could prove: its answer is heard, and it counts."""
    freeze(ledger, a_row(FROM))
    (mine,) = claim(ledger)
    merge(ledger)
    assert ledger.settle([accepted(mine)]) == 1
    (touch,) = ledger.touches_of(INTO)
    assert (touch.state, touch.key.contact) == (TouchState.ACCEPTED, INTO)


def test_codes_of_both_are_theirs(ledger: Ledger) -> None:
    """The same offer gives the same code again; a code that both have stays good at the till."""
    roof = Coupon(code="ROOF-1", base="ROOF", scope="promotions/roof")
    both = [Coupon(code=code, base="THANKS", scope="first/once") for code in ("THANKS-1", "THANKS-2")]
    freeze(ledger, a_row(FROM, coupons=(roof, both[0])), a_row(INTO, coupons=(both[1],)))
    ledger.settle([accepted(one) for one in claim(ledger)])
    merge(ledger)
    held = {(row.contact, row.coupon.code) for row in ledger.coupons()}
    assert {(INTO, "ROOF-1"), (INTO, "THANKS-2")} <= held
    freeze(ledger, a_row(INTO, key=a_key(INTO, occurrence="2026-W50"), coupons=(roof,)))
    assert ledger.redeem([("THANKS-1", TODAY)]) == ()
    assert ledger.history(TODAY).redeemed == ((INTO, "THANKS", TODAY),)
    found = ledger.dossier(INTO)
    assert found is not None
    assert {row.coupon.code for row in found.coupons} == {"ROOF-1", "THANKS-1", "THANKS-2"}


def test_whoever_is_erased_is_erased_whole(ledger: Ledger) -> None:
    """By either id; neither id and neither address comes back."""
    merge(ledger)
    assert ledger.erase(FROM, hashes)
    people = [a_person(FROM), a_person(INTO), a_person("new", address="c0000@example.com"), a_person("c0002")]
    assert ledger.sync_people(people, hashes).erased == 3
    assert ledger.person(FROM) is None
    assert ledger.person(INTO) is None


def test_one_after_the_other(ledger: Ledger) -> None:
    """A chain ends at the last one; merging again, or back, changes nothing."""
    ledger.fold([says("opt_out", FROM, 1)])
    merge(ledger, FROM, INTO, 50)
    merge(ledger, INTO, "c0002", 51)
    assert standing(ledger, "c0002").opted_out
    assert {standing(ledger, one).merged for one in (FROM, INTO)} == {"c0002"}
    head = ledger.head()
    merge(ledger, "c0002", FROM, 52)
    merge(ledger, FROM, "c0002", 53)
    assert ledger.head() == head


def test_a_restored_ledger_hears_it_again(ledger: Ledger) -> None:
    """A merge that comes before the import that brings both: they are one all the same."""
    ledger.fold([says("opt_out", "n1", 1), says("merge", "n1", 2, value="n2", by="office")])
    ledger.sync_people([a_person("n1"), a_person("n2"), a_person(INTO)], hashes)
    assert standing(ledger, "n1").merged == "n2"
    assert standing(ledger, "n2").opted_out
    found = ledger.person("n2")
    assert found is not None
    assert found.active
