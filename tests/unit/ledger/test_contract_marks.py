"""The contract, what the office says of people: marks, pauses and notes."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from ledger_words import NOW, says
from topmind.ledger import InboxEntry, Ledger
from topmind.ledger.inbox import is_wish, parse
from topmind.model import Channel, Standing
from topmind.testing.builders import TODAY
from topmind.testing.sending import a_person, hashes


def standing(ledger: Ledger, day: date = TODAY, contact: str = "c0000") -> Standing:
    """What a plan of that day knows of them."""
    return ledger.history(day).standing.get(contact, Standing())


def test_a_mark_is_there_until_it_is_taken_off(ledger: Ledger) -> None:
    """`marked('vip')` asks what was said last; each change makes a plan computed before it stale."""
    head = ledger.head()
    ledger.fold([says("mark", number=1, value="vip", by="office")])
    assert standing(ledger).marks == {"vip"}
    assert ledger.head() > head
    head = ledger.head()
    ledger.fold([says("unmark", number=2, value="vip", by="office")])
    assert standing(ledger).marks == frozenset()
    assert ledger.head() > head


def test_a_mark_with_an_end_holds_on_its_last_day(ledger: Ledger) -> None:
    """The day given is the last one; the ledger forgets nothing, and a plan for a later day does not see it."""
    last = TODAY + timedelta(days=3)
    ledger.fold([says("mark", value=f"trade-fair {last}", by="office")])
    assert standing(ledger, last).marks == {"trade-fair"}
    assert standing(ledger, last + timedelta(days=1)).marks == frozenset()


def test_an_import_leaves_marks_and_pauses_alone(ledger: Ledger) -> None:
    """The ledger is the truth for them: no export adds one or takes one off."""
    ledger.fold([says("mark", value="vip"), says("pause", number=2, value="2027-02-01", by="office")])
    people = [a_person(opt_in={Channel.EMAIL: True}, name="Other"), a_person("c0001")]
    ledger.sync_people(people, hashes)
    assert standing(ledger).marks == {"vip"}
    assert standing(ledger).paused_until == date(2027, 2, 1)


def test_of_the_office_and_the_person_the_later_word_holds(ledger: Ledger) -> None:
    """A pause of the office ends where the person asks for mail again, and the other way round."""
    ledger.fold([says("pause", number=1, value="2027-02-01", by="office")])
    ledger.fold([says("pause", number=2, value="2026-12-24")])
    assert standing(ledger).paused_until == date(2026, 12, 24)
    ledger.fold([says("pause", number=3, value="2027-03-01", by="office")])
    assert standing(ledger).paused_until == date(2027, 3, 1)


def test_a_note_is_for_people(ledger: Ledger) -> None:
    """Notes stand in the order in which they came, once each, and no repr shows them."""
    first = says("note", number=1, comment="Prefers a call.", by="office")
    ledger.fold([first, says("note", number=2, comment="Has two dogs.", by="office")])
    ledger.fold([first])
    found = ledger.dossier("c0000")
    assert found is not None
    assert [note.text for note in found.notes] == ["Prefers a call.", "Has two dogs."]
    assert found.notes[0].at == NOW + timedelta(seconds=1)
    assert "dogs" not in repr(found)


def test_whoever_leaves_takes_marks_and_notes_along(ledger: Ledger) -> None:
    """Erased: nothing that was said of them is left, and no import brings it back."""
    ledger.fold([says("mark", value="vip"), says("note", number=2, comment="Prefers a call.")])
    assert ledger.erase("c0000", hashes)
    ledger.sync_people([a_person(), a_person("c0001")], hashes)
    assert ledger.dossier("c0000") is None
    assert standing(ledger) == Standing(erased=True)


def test_a_dossier_holds_the_evidence(ledger: Ledger) -> None:
    """Each word with its moment and whose it is, the history of how it came to that, and what the export said."""
    ledger.sync_people([a_person(opt_in={Channel.EMAIL: True}, stage="action"), a_person("c0001")], hashes)
    ledger.fold(
        [
            says("opt_out", number=1),
            says("opt_in", number=2),
            says("mark", number=3, value="vip", by="office"),
        ]
    )
    found = ledger.dossier("c0000")
    assert found is not None
    assert [(one.what, one.value, one.by) for one in found.words] == [
        ("email", "0", "person"),
        ("mark:vip", "1", "office"),
    ]
    assert [(one.what, one.value, one.by) for one in found.past] == [
        ("stage", "action", "import"),
        ("email", "1", "person"),
        ("email", "0", "person"),
        ("mark:vip", "1", "office"),
    ]
    assert found.past[1].at == NOW + timedelta(seconds=1)
    assert found.reported == {"email": "1", "stage": "action"}


@pytest.mark.parametrize("kind", ["mark", "unmark"])
def test_marks_outlive_the_ledger(kind: str) -> None:
    """They are kept beside it like any other wish: a mark may be what keeps somebody out of a segment."""
    entry = InboxEntry(kind=kind, contact="c0000", at=NOW, value="vip", by="office")
    import json

    from topmind.ledger.inbox import flattened

    assert is_wish(json.dumps(flattened(entry)).encode())


@pytest.mark.parametrize("value", ["", "VIP", "vip gold", "vip 2027-02-30", "-vip", "a" * 41])
def test_what_is_no_mark_is_no_entry(value: str) -> None:
    """A mark is one plain word, then at most a day: no sentence about a person can stand in a rule or a log."""
    flat = {"kind": "mark", "contact": "c0000", "at": NOW.isoformat(), "value": value}
    with pytest.raises(ValueError, match=r".+"):
        parse(flat)
