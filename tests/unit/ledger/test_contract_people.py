"""The contract, people: what they want, what became of their mail, and how they leave for good."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from itertools import permutations

import pytest

from ledger_words import NOW, accepted, answered, claim, says
from topmind.errors import LedgerError
from topmind.ledger import Feedback, Ledger
from topmind.model import (
    Channel,
    FeedbackKind,
    OutcomeKind,
    SourceKind,
    TouchState,
)
from topmind.testing.builders import TODAY
from topmind.testing.clock import FixedClock
from topmind.testing.sending import a_key, a_person, a_row, freeze, hashes


def test_feedback_comes_twice_and_in_any_order(ledger: Ledger) -> None:
    """Doubled and late events give the same state; opens do not bring a bounced mail back."""
    freeze(ledger, a_row())
    ledger.settle([accepted(one) for one in claim(ledger)])
    hexed = a_key().wire("test")
    kinds = [FeedbackKind.BOUNCED, FeedbackKind.SENT, FeedbackKind.BOUNCED, FeedbackKind.OPENED]
    events = [Feedback(touch_hex=hexed, kind=kind, at=NOW, permanent=True) for kind in kinds]
    assert ledger.record_feedback(events).new == 3
    assert ledger.record_feedback(events).new == 0
    history = ledger.history(TODAY)
    assert history.touches[0].bounced
    assert history.standing["c0000"].suppressed == "bounced"


@pytest.mark.parametrize("order", list(permutations(range(3))))
def test_any_order_of_events_is_one_state(ledger: Ledger, order: tuple[int, ...]) -> None:
    """Of a mail nobody could prove: whichever event comes first, it left, it bounced, and its id is known."""
    freeze(ledger, a_row())
    ledger.settle([answered(one, OutcomeKind.UNKNOWN) for one in claim(ledger)])
    heard = [(FeedbackKind.BOUNCED, ""), (FeedbackKind.SENT, "m-1"), (FeedbackKind.OPENED, "")]
    for number in order:
        kind, message_id = heard[number]
        event = Feedback(touch_hex=a_key().wire("test"), kind=kind, at=NOW, message_id=message_id)
        ledger.record_feedback([event])
    (touch,) = ledger.touches_of("c0000")
    assert (touch.state, touch.bounced, touch.message_id) == (TouchState.ACCEPTED, True, "m-1")


def test_a_history_without_touches(ledger: Ledger) -> None:
    """Whoever asks for none gets everything else."""
    freeze(ledger, a_row())
    ledger.settle([accepted(one) for one in claim(ledger)])
    whole = ledger.history(TODAY)
    assert whole.touches
    assert ledger.history(TODAY, touches=False) == replace(whole, touches=())


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


def test_an_import_never_undoes_a_wish(ledger: Ledger, clock: FixedClock) -> None:
    """A person's opt-out stands; an import takes back only what an import said."""
    email = Channel.EMAIL
    ledger.sync_people([a_person(opt_in={email: True}), a_person("c0001", opt_in={email: False})], hashes)
    ledger.fold([says("opt_out")])
    for yes in (False, True, False, True):
        clock.advance(hours=1)
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


def test_an_opt_out_outlives_new_ids_in_the_export(ledger: Ledger) -> None:
    """Whoever comes back under another id at the same address is still out, whatever the import says; a pause and
    a topic come along, too."""
    ledger.fold([says("opt_out"), says("topic_off", number=2, value="tips")])
    ledger.fold([says("pause", number=3, value="2026-12-24")])
    renamed = a_person("n0000", address="c0000@example.com", opt_in={Channel.EMAIL: True})
    ledger.sync_people([renamed, a_person("c0001"), a_person("c0002")], hashes)
    standing = ledger.history(TODAY).standing
    assert (standing["n0000"].opted_out, standing["n0000"].off_topics) == (True, {"tips"})
    assert standing["n0000"].paused_until == date(2026, 12, 24)
    assert "c0001" not in standing
    ledger.fold([says("opt_in", "n0000", number=4)])
    assert not ledger.history(TODAY).standing["n0000"].opted_out


def test_a_no_binds_everybody_who_reads_the_inbox(ledger: Ledger) -> None:
    """Said while a run is going on: the touch of the other contact with this address is not claimed any more."""
    ledger.sync_people([a_person(), a_person("c0001", address="c0000@example.com")], hashes)
    key = a_key("c0001", source="first-job", step="tips", occurrence="once")
    freeze(ledger, a_row("c0001", key=key, kind=SourceKind.STEP))
    ledger.fold([says("opt_out")])
    assert not claim(ledger)
    assert ledger.reasons(TODAY)[TouchState.SKIPPED, "no_consent"] == 1


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


def test_nothing_goes_to_the_address_of_somebody_erased(ledger: Ledger) -> None:
    """Another contact reads the same inbox, or takes it over by the next import: no mail, until they have another."""
    shared = a_person("c0001", address="c0000@example.com")
    ledger.sync_people([a_person(), shared, a_person("c0002")], hashes)
    freeze(ledger, a_row("c0001", key=a_key("c0001", source="welcome"), kind=SourceKind.STEP))
    ledger.erase("c0000", hashes)
    assert claim(ledger) == ()
    freeze(ledger, a_row("c0002"))
    taken_over = a_person("c0002", address="C0000@Example.com")
    ledger.sync_people([shared, taken_over], hashes)
    assert claim(ledger) == ()
    freeze(ledger, a_row("c0001"))
    ledger.sync_people([a_person("c0001"), taken_over], hashes)
    assert [one.address for one in claim(ledger)] == ["c0001@example.com"]
