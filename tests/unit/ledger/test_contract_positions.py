"""Every store: where people stood at the last run."""

from __future__ import annotations

from datetime import date

import pytest

from topmind.errors import PlanAgain
from topmind.ledger import Ledger
from topmind.model import Moved, Position
from topmind.testing.clock import FixedClock
from topmind.testing.sending import hashes

DAY = date(2026, 12, 1)
INSIDE = Position(value="in")
LEFT = Position(value="out", before="in", day=DAY)
#: Two of those whom the ledger knows.
PEOPLE = ("c0000", "c0001")
WATCHED = {"segment:prospects": "a1", "stage": "b2"}


def moved(contact: str, position: Position, what: str = "segment:prospects") -> Moved:
    """One move."""
    return Moved(contact=contact, what=what, position=position)


def test_what_was_noted_is_read_back(ledger: Ledger) -> None:
    """The latest position of each, with the rule it was found by; nobody unknown to the ledger."""
    first, second = PEOPLE
    head = ledger.note([moved(first, INSIDE), moved(second, INSIDE)], WATCHED, head=ledger.head())
    assert head == ledger.head()
    ledger.note([moved(first, LEFT), moved("nobody", LEFT)], WATCHED, head=head)
    history = ledger.history(DAY)
    assert history.positions == {"segment:prospects": {first: LEFT, second: INSIDE}}
    assert history.watched == WATCHED


def test_nothing_new_moves_no_head(ledger: Ledger) -> None:
    """A tick without moves leaves other plans valid."""
    head = ledger.note([], WATCHED, head=ledger.head())
    assert ledger.note([], WATCHED, head=head) == head == ledger.head()


def test_a_plan_that_is_late_notes_nothing(ledger: Ledger) -> None:
    """Of two runs that saw one move on two days, the first one's day holds."""
    (first, _), head = PEOPLE, ledger.head()
    ledger.note([moved(first, INSIDE)], WATCHED, head=head)
    with pytest.raises(PlanAgain):
        ledger.note([moved(first, LEFT)], WATCHED, head=head)
    assert ledger.history(DAY).positions["segment:prospects"][first] == INSIDE


def test_what_nobody_asks_for_is_forgotten(ledger: Ledger) -> None:
    """A sequence that comes back a year later starts from what it sees then."""
    first, _ = PEOPLE
    head = ledger.note([moved(first, INSIDE), moved(first, INSIDE, "stage")], WATCHED, head=ledger.head())
    ledger.note([], {"stage": "b2"}, head=head)
    history = ledger.history(DAY)
    assert (list(history.positions), history.watched) == (["stage"], {"stage": "b2"})


def test_an_erased_person_leaves_no_position(ledger: Ledger) -> None:
    """Where somebody stood is theirs."""
    first, second = PEOPLE
    ledger.note([moved(first, INSIDE), moved(second, INSIDE)], WATCHED, head=ledger.head())
    assert ledger.erase(first, hashes)
    assert ledger.history(DAY).positions == {"segment:prospects": {second: INSIDE}}


def test_the_clock_is_not_asked(ledger: Ledger, clock: FixedClock) -> None:
    """A move has the programme's day."""
    first, _ = PEOPLE
    clock.advance(days=1)
    ledger.note([moved(first, LEFT)], WATCHED, head=ledger.head())
    assert ledger.history(DAY).positions["segment:prospects"][first].day == DAY
