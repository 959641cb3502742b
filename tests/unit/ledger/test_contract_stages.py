"""Every store: the log of stages, one by one and counted."""

from __future__ import annotations

from datetime import timedelta

from topmind.ledger import InboxEntry, Ledger, StageFlow, StageMove
from topmind.model import StageChange
from topmind.testing.builders import TODAY
from topmind.testing.clock import FixedClock
from topmind.testing.sending import a_person, hashes


def stands(ledger: Ledger, **stages: str) -> None:
    """An import that says where everybody stands."""
    ledger.sync_people([a_person(contact, stage=stage) for contact, stage in stages.items()], hashes)


def test_each_move_has_when_from_where_and_by_whom(ledger: Ledger, clock: FixedClock) -> None:
    """Forward and back; the same stage again is no move; the first import is where they were first seen."""
    first = clock.now()
    stands(ledger, c0000="interest", c0001="desire")
    clock.advance(days=1)
    stands(ledger, c0000="interest", c0001="desire")
    clock.advance(days=1)
    stands(ledger, c0000="desire", c0001="desire")
    clock.advance(days=1)
    stands(ledger, c0000="attention", c0001="desire")
    days = [first, first + timedelta(days=2), first + timedelta(days=3)]
    steps = [("", "interest"), ("interest", "desire"), ("desire", "attention")]
    assert ledger.stage_log("c0000") == tuple(
        StageMove(before=before, after=after, at=at, by="import")
        for (before, after), at in zip(steps, days, strict=True)
    )
    assert ledger.stage_log("nobody") == ()
    # what rules ask: moves alone, not where they were first seen
    assert ledger.history(TODAY).stage_moves == (
        StageChange(contact="c0000", at=days[1], back=False),
        StageChange(contact="c0000", at=days[2], back=True),
    )


def test_moves_of_one_import_are_counted_together(ledger: Ledger, clock: FixedClock) -> None:
    """By moment, from where to where."""
    first = clock.now()
    stands(ledger, c0000="interest", c0001="interest", c0002="action")
    clock.advance(days=1)
    stands(ledger, c0000="desire", c0001="desire", c0002="interest", c0003="attention")
    second = first + timedelta(days=1)
    assert ledger.stage_flows() == (
        StageFlow(before="", after="action", at=first, count=1),
        StageFlow(before="", after="interest", at=first, count=2),
        StageFlow(before="", after="attention", at=second, count=1),
        StageFlow(before="action", after="interest", at=second, count=1),
        StageFlow(before="interest", after="desire", at=second, count=2),
    )


def test_an_import_that_only_says_the_stage_leaves_plans_valid(ledger: Ledger) -> None:
    """Writing down where people are first seen is no news for a plan."""
    head = ledger.head()
    stands(ledger, c0000="interest", c0001="interest", c0002="action")
    assert ledger.head() == head


def test_who_was_erased_has_no_log(ledger: Ledger) -> None:
    """Neither by name nor in a count."""
    stands(ledger, c0000="interest", c0001="interest")
    assert ledger.erase("c0000", hashes)
    assert ledger.stage_log("c0000") == ()
    assert [flow.count for flow in ledger.stage_flows()] == [1]


def test_a_ledger_from_before_the_log_has_where_people_stood(ledger: Ledger, clock: FixedClock) -> None:
    """Whoever never moved counts as from the beginning; of whoever moves, the stage before is taken in."""
    stands(ledger, c0000="interest", c0001="action")
    ledger._write(lambda book: book.db.execute("DELETE FROM transitions"))  # type: ignore[attr-defined]
    both = [("", "action", None), ("", "interest", None)]
    assert [(flow.before, flow.after, flow.at) for flow in ledger.stage_flows()] == both
    assert ledger.stage_log("c0001") == (StageMove(before="", after="action", at=None, by="import"),)
    clock.advance(days=1)
    stands(ledger, c0000="desire", c0001="action")
    assert [(flow.before, flow.after, flow.at) for flow in ledger.stage_flows()] == [
        *both,
        ("interest", "desire", clock.now()),
    ]


def test_two_contacts_that_are_one_person_count_once(ledger: Ledger, clock: FixedClock) -> None:
    """The one who goes on; what the other's row in the source says moves nobody."""
    stands(ledger, c0000="interest", c0001="action")
    ledger.fold(
        [InboxEntry(kind="merge", contact="c0001", at=clock.now(), value="c0000", by="office", id="1")]
    )
    clock.advance(days=1)
    stands(ledger, c0000="interest", c0001="desire")
    assert [(flow.after, flow.count) for flow in ledger.stage_flows()] == [("interest", 1)]
    assert ledger.history(TODAY).stage_moves == ()


def says(ledger: Ledger, clock: FixedClock, value: str, number: str, contact: str = "c0000") -> None:
    """One of us says where somebody stands."""
    said = InboxEntry(
        kind="stage", contact=contact, at=clock.now(), value=value, comment="Asked.", by="office", id=number
    )
    ledger.fold([said])


def test_of_our_word_and_the_exports_the_later_one_holds(ledger: Ledger, clock: FixedClock) -> None:
    """An export that repeats itself changes nothing; one that says something else is the later word; the same word
    again is no move, and an entry that comes twice is one."""
    stands(ledger, c0000="interest", c0001="action")
    clock.advance(days=1)
    head = ledger.head()
    says(ledger, clock, "desire dana", "1")
    says(ledger, clock, "desire dana", "1")
    says(ledger, clock, "desire marcus", "2")
    assert ledger.head() > head
    stands(ledger, c0000="interest", c0001="action")
    history = ledger.history(TODAY)
    assert history.said_stages == {"c0000": "desire"}
    assert history.stage_moves == (StageChange(contact="c0000", at=clock.now(), back=False),)
    assert ledger.stage_log("c0000")[1:] == (
        StageMove(before="interest", after="desire", at=clock.now(), by="dana", why="Asked."),
    )
    clock.advance(days=1)
    stands(ledger, c0000="action", c0001="action")
    assert ledger.history(TODAY).said_stages == {}
    assert [(one.before, one.after, one.by) for one in ledger.stage_log("c0000")][2:] == [
        ("desire", "action", "import")
    ]


def test_our_word_in_a_ledger_from_before_the_log(ledger: Ledger, clock: FixedClock) -> None:
    """Where they stood by the source is taken in first, without a day; whoever the source says nothing of comes from
    nowhere."""
    stands(ledger, c0000="interest", c0001="")
    ledger._write(lambda book: book.db.execute("DELETE FROM transitions"))  # type: ignore[attr-defined]
    for number, contact in enumerate(("c0000", "c0001")):
        says(ledger, clock, "attention dana", str(number), contact)
    assert [(one.before, one.after, one.at) for one in ledger.stage_log("c0000")] == [
        ("", "interest", None),
        ("interest", "attention", clock.now()),
    ]
    assert [(one.before, one.after) for one in ledger.stage_log("c0001")] == [("", "attention")]
    assert ledger.history(TODAY).said_stages == {"c0000": "attention", "c0001": "attention"}
    dossier = ledger.dossier("c0000")
    assert dossier is not None
    assert [(one.value, one.at, one.why) for one in dossier.past if one.what == "stage"] == [
        ("interest", None, ""),
        ("attention", clock.now(), "Asked."),
    ]
    assert dossier.stages_since == clock.now()
