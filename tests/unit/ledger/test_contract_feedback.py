"""The contract, feedback: one state whatever the order, soft bounces in a row, canaries, unresolved, who did it."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from importlib import resources
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ledger_words import NOW, accepted, answered, claim, state
from topmind.feedback import RULE_VERSION, rescore
from topmind.ledger import Feedback, Ledger, Proof, RunHealth
from topmind.model import FeedbackKind as Kind
from topmind.model import OutcomeKind, TouchState
from topmind.testing.builders import TODAY, a_touch
from topmind.testing.clock import FixedClock
from topmind.testing.sending import a_key, a_ledger, a_person, a_row, freeze, hashes

#: Weekly issues that c0000 got.
WEEKS = 8
ADA = hashes("c0000@example.com")


def hexed(week: int, contact: str = "c0000") -> str:
    """The wire name of one of them."""
    return a_key(contact, occurrence=f"W{week}").wire("test")


def seeded(ledger: Ledger) -> Ledger:
    """The ledger with these issues, all accepted."""
    ledger.seed(
        [
            a_touch("c0000", TODAY - timedelta(days=7 * (WEEKS - week)), occurrence=f"W{week}", items=())
            for week in range(WEEKS)
        ]
    )
    return ledger


def heard(week: int, kind: Kind = Kind.BOUNCED, minute: int = 0, **over: Any) -> Feedback:
    """An event of the issue of that week, naming the address."""
    at = NOW - timedelta(days=7 * (WEEKS - week), minutes=-minute)
    known = {"touch_hex": hexed(week), "kind": kind, "at": at, "message_id": f"m-{week}", "inbox": ADA}
    return Feedback(**(known | over))


def suppressed(ledger: Ledger, contact: str = "c0000") -> str:
    """Why nothing is mailed to somebody; "" = it is."""
    standing = ledger.history(TODAY).standing.get(contact)
    return standing.suppressed if standing else ""


# -- soft bounces ------------------------------------------------------------------------------------------


def test_one_soft_bounce_suppresses_nobody(ledger: Ledger) -> None:
    """A full mailbox is no reason to forget somebody; the touch no more keeps the floor."""
    seeded(ledger).record_feedback([heard(0)])
    assert suppressed(ledger) == ""
    assert ledger.touches_of("c0000")[0].bounced


def test_five_soft_bounces_in_a_row_are_a_hard_one(ledger: Ledger) -> None:
    """The fifth mail that comes back ends it; the same one twice is one."""
    seeded(ledger).record_feedback([heard(week) for week in (0, 1, 2, 3)] * 3)
    assert suppressed(ledger) == ""
    assert ledger.record_feedback([heard(4)]).suppressed == 1
    assert suppressed(ledger) == "soft_bounces"


def test_a_delivery_between_begins_the_count_anew(ledger: Ledger) -> None:
    """Three, a delivery, four: nobody is suppressed; one more is the fifth."""
    delivered = heard(3, Kind.DELIVERED)
    seeded(ledger).record_feedback([*(heard(week) for week in (0, 1, 2, 4, 5, 6, 7)), delivered])
    assert suppressed(ledger) == ""
    ledger.record_feedback([heard(3, minute=5)])  # out of office: delivered, then something came back
    assert suppressed(ledger) == "soft_bounces"


def test_a_delivery_heard_late_takes_it_back(ledger: Ledger) -> None:
    """It lay between, so there never were five in a row; a later one changes nothing."""
    seeded(ledger).record_feedback([heard(week) for week in (0, 1, 2, 4, 5)])
    assert suppressed(ledger) == "soft_bounces"
    ledger.record_feedback([heard(6, Kind.DELIVERED)])
    assert suppressed(ledger) == "soft_bounces"
    assert ledger.record_feedback([heard(3, Kind.DELIVERED)]).suppressed == -1
    assert suppressed(ledger) == ""


@pytest.mark.parametrize("first", ["hard", "soft"])
def test_for_good_stays_for_good(ledger: Ledger, first: str) -> None:
    """A permanent bounce holds whatever is heard of soft ones and deliveries, before or after it."""
    seeded(ledger)
    hard, soft = [heard(7, permanent=True)], [heard(week) for week in range(5)]
    for events in (hard, soft) if first == "hard" else (soft, hard):
        ledger.record_feedback(events)
    ledger.record_feedback([heard(2, Kind.DELIVERED, minute=9)])
    assert suppressed(ledger) == "bounced"


def test_a_suppression_of_an_older_version_stays(ledger: Ledger) -> None:
    """It did not keep the address of the event: no row speaks for it, and it holds all the same."""
    seeded(ledger)
    with ledger._database.write() as db:  # type: ignore[attr-defined]  # as an older version wrote it
        db.execute(
            "INSERT INTO suppressions (inbox, reason, at) SELECT inbox, 'bounced', 0 FROM people LIMIT 1"
        )
    ledger.record_feedback([heard(0), heard(1, Kind.DELIVERED)])
    assert suppressed(ledger) == "bounced"


# -- one state ---------------------------------------------------------------------------------------------


#: Every kind of event for three people: proven, unknown and not even planned touches, six soft bounces, deliveries.
EVENTS = [
    *(heard(week) for week in range(6)),
    heard(2, Kind.DELIVERED, minute=3),
    heard(5, Kind.DELIVERED),
    heard(6, Kind.SENT),
    heard(6, Kind.DELAYED, detail="MailboxFull"),
    *(
        heard(6, Kind.CLICKED, minute=5, detail=f"tips/{n}", actor="human", rule=1, family="iphone", sent=NOW)
        for n in range(3)
    ),
    heard(6, Kind.OPENED, minute=4, actor="unsure", rule=1, family="gmail proxy", sent=NOW),
    heard(6, Kind.OPENED, minute=6, actor="machine", rule=1, family="apple proxy", sent=NOW),
    *(
        Feedback(
            touch_hex=a_key("c0001").wire("test"),
            kind=kind,
            at=NOW - timedelta(minutes=9 - n),
            message_id="m-u",
        )
        for n, kind in enumerate((Kind.SENT, Kind.COMPLAINED, Kind.UNSUBSCRIBED, Kind.BOUNCED))
    ),
    Feedback(touch_hex=a_key("c0001").wire("test"), kind=Kind.COMPLAINED, at=NOW, detail="abuse"),
    Feedback(touch_hex=a_key("c0001").wire("test"), kind=Kind.UNSUBSCRIBED, at=NOW, detail="other"),
    Feedback(touch_hex="ee" * 16, kind=Kind.UNSUBSCRIBED, at=NOW, inbox=hashes("c0002@example.com")),
    *(
        Feedback(touch_hex=f"{n}f" * 16, kind=Kind.BOUNCED, at=NOW, inbox=hashes("c0002@example.com"))
        for n in range(5)
    ),
    Feedback(touch_hex="ee" * 16, kind=Kind.REJECTED, at=NOW, message_id="m-e"),
    Feedback(touch_hex="ca" * 16, kind=Kind.SENT, at=NOW, message_id="m-c"),
]
TABLES = {
    "feedback": "*",
    "marks": "*",
    "strays": "hex, message_id, bounced",
    "suppressions": "*",
    "wishes": "*",
    "touches": "hex, state, bounced, message_id, reason",
    "canaries": "*",
}


def everything(ledger: Ledger) -> dict[str, list[tuple[Any, ...]]]:
    """All rows that feedback may have changed."""
    run = ledger._database.connection.execute  # type: ignore[attr-defined]  # no public word for it
    assert run("PRAGMA quick_check").fetchone()[0] == "ok"
    return {
        table: sorted(tuple(row) for row in run(f"SELECT {columns} FROM {table}"))
        for table, columns in TABLES.items()
    }


def after(events: list[Feedback], sizes: list[int]) -> dict[str, list[tuple[Any, ...]]]:
    """The state that these events lead to, written in groups of these sizes."""
    ledger = seeded(a_ledger())
    freeze(ledger, a_row("c0001"))
    ledger.settle([answered(one, OutcomeKind.UNKNOWN) for one in claim(ledger)])
    rest, number = list(events), 0
    while rest:
        size = sizes[number % len(sizes)]
        group, rest = rest[:size], rest[size:]
        ledger.record_feedback(group)
        rescore(ledger, {event.touch_hex for event in group})
        if number == 0:
            ledger.canary_sent("run-1", "ca" * 16, "m-c")
        number += 1
    found = everything(ledger)
    ledger.close()
    return found


#: In the order in which it happened, each once.
PLAIN = after(EVENTS, [len(EVENTS)])


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.permutations(EVENTS), st.lists(st.sampled_from(EVENTS), max_size=12), st.data())
def test_late_doubled_and_unordered_gives_the_same_state(
    order: list[Feedback], again: list[Feedback], data: st.DataObject
) -> None:
    """Touches, suppressions, opt-outs, who clicked, canaries: every row is the same."""
    events = list(order)
    for event in again:
        events.insert(data.draw(st.integers(0, len(events))), event)
    assert after(events, data.draw(st.lists(st.integers(1, 9), min_size=1, max_size=3))) == PLAIN


def test_that_state_is_the_right_one() -> None:
    """Two of the rows above in words, so that the test of the orders does not compare nothing with nothing."""
    assert [row[1] for row in PLAIN["suppressions"]] == ["complained", "soft_bounces"]
    assert [row[1:3] + row[4:] for row in PLAIN["wishes"]] == [
        ("email", 1, "complaint"),
        ("email", 1, "person"),
    ]
    assert len(PLAIN["canaries"]) == 1
    assert PLAIN["canaries"][0][-1] is not None
    assert {row[4] for row in PLAIN["feedback"] if row[1] == "clicked"} == {"machine"}


# -- what is counted ---------------------------------------------------------------------------------------


def test_other_attempts_and_unknown_touches_are_counted(ledger: Ledger) -> None:
    """Both still prove that a mail left."""
    freeze(ledger, a_row())
    ledger.settle([accepted(one) for one in claim(ledger)])
    late = Feedback(touch_hex=a_key().wire("test"), kind=Kind.SENT, at=NOW, attempt=7)
    stray = Feedback(touch_hex=a_key("c0001").wire("test"), kind=Kind.SENT, at=NOW, message_id="m-2")
    found = ledger.record_feedback([late, stray])
    assert (found.other_attempts, found.strays, found.new) == (1, 1, 2)
    freeze(ledger, a_row("c0001"))
    assert state(ledger, "c0001") is TouchState.ACCEPTED


def test_a_no_about_an_unknown_touch_is_obeyed(ledger: Ledger) -> None:
    """A restored ledger has forgotten the mail; whoever reads the address of the event is opted out."""
    event = Feedback(touch_hex="dd" * 16, kind=Kind.UNSUBSCRIBED, at=NOW, inbox=hashes("c0001@example.com"))
    assert ledger.record_feedback([event]).opted_out == 1
    assert ledger.history(TODAY).standing["c0001"].opted_out
    assert ledger.record_feedback([event]).opted_out == 0


def test_opens_do_not_move_the_head(ledger: Ledger) -> None:
    """No plan is made from them; one that is under way need not begin anew."""
    seeded(ledger).record_feedback([heard(0, Kind.SENT)])
    head = ledger.head()
    ledger.record_feedback([heard(0, Kind.OPENED), heard(0, Kind.DELIVERED)])
    assert ledger.head() == head


# -- canaries and unresolved ------------------------------------------------------------------------------


@pytest.mark.parametrize("early", [False, True])
def test_a_canary_is_seen_by_its_send_event(ledger: Ledger, early: bool) -> None:
    """Whether the event or the note of it comes first; it is no touch, no stray, nobody's feedback."""
    event = Feedback(touch_hex="ca" * 16, kind=Kind.SENT, at=NOW, message_id="m-c")
    other = Feedback(touch_hex="ca" * 16, kind=Kind.DELIVERED, at=NOW, message_id="m-c")
    if early:
        ledger.record_feedback([event])
    ledger.canary_sent("run-1", "ca" * 16, "m-c")
    assert ledger.run_health("run-1").canary is early
    found = ledger.record_feedback([other, event, event])
    assert (found.canaries, found.new, found.strays) == (3, 0, 0)
    assert ledger.run_health("run-1") == RunHealth(canary=True, accepted=0, accepted_seen=0)
    assert ledger.run_health("run-2") == RunHealth(canary=False, accepted=0, accepted_seen=0)


def test_since_when_feedback_is_silent(ledger: Ledger, clock: FixedClock) -> None:
    """The oldest canary that nothing was heard of; a later one that was heard of shows that feedback is back."""
    assert ledger.silent_since(NOW + timedelta(days=1)) is None, "never tried"
    sent = [ledger.now() + timedelta(hours=n) for n in range(3)]
    for number in range(3):
        ledger.canary_sent(f"run-{number}", f"{number}a" * 16, f"m-{number}")
        clock.advance(hours=1)
    assert ledger.silent_since(sent[0]) is None, "it was not due yet"
    assert ledger.silent_since(ledger.now()) == sent[0]
    ledger.record_feedback([Feedback(touch_hex="1a" * 16, kind=Kind.SENT, at=ledger.now(), message_id="m-1")])
    assert ledger.silent_since(ledger.now()) == sent[2]
    assert ledger.silent_since(sent[2]) is None
    ledger.record_feedback([Feedback(touch_hex="2a" * 16, kind=Kind.SENT, at=ledger.now(), message_id="m-2")])
    assert ledger.silent_since(ledger.now()) is None


def test_how_much_of_a_run_came_back(ledger: Ledger) -> None:
    """Accepted of this run, and those of them with a Send event: a delivery alone does not count."""
    freeze(ledger, *(a_row(f"c000{n}") for n in range(3)))
    ledger.settle([accepted(one, f"m-{one.key.contact}") for one in claim(ledger)])
    for contact, kind in (("c0000", Kind.SENT), ("c0001", Kind.DELIVERED)):
        ledger.record_feedback([Feedback(touch_hex=a_key(contact).wire("test"), kind=kind, at=NOW)])
    assert ledger.run_health("run-1") == RunHealth(canary=False, accepted=3, accepted_seen=1)


def test_only_the_unknown_become_unresolved(ledger: Ledger, clock: FixedClock) -> None:
    """What was proven meanwhile stays accepted; proof still wins afterwards; nobody claims it again."""
    freeze(ledger, a_row(), a_row("c0001"))
    claims = claim(ledger)
    ledger.settle([answered(one, OutcomeKind.UNKNOWN, "no answer in time") for one in claims])
    assert {one.run for one in ledger.unproven()} == {"run-1"}
    ledger.prove([Proof(touch_hex=claims[1].touch_hex, message_id="m", at=NOW)])
    clock.advance(hours=7)
    head = ledger.head()
    assert ledger.unresolve([one.touch_hex for one in claims]) == 1
    assert ledger.head() > head
    assert ledger.unresolve([one.touch_hex for one in claims]) == 0
    states = (state(ledger, claims[0].key.contact), state(ledger, claims[1].key.contact))
    assert states == (TouchState.UNRESOLVED, TouchState.ACCEPTED)
    assert ledger.counts(TODAY).unknown == 1
    assert claim(ledger) == ()
    event = Feedback(touch_hex=claims[0].touch_hex, kind=Kind.DELIVERED, at=NOW, message_id="m-0")
    assert ledger.record_feedback([event]).proved == 1
    assert state(ledger, claims[0].key.contact) is TouchState.ACCEPTED


def test_no_run_stands_for_what_a_restored_ledger_doubts(ledger: Ledger) -> None:
    """Its feedback may have come to the ledger that was lost: silence will never prove anything."""
    freeze(ledger, a_row())
    claim(ledger)
    ledger.adopt()
    assert [(one.state, one.run) for one in ledger.unproven()] == [(TouchState.UNKNOWN, "")]


# -- who opened and clicked -------------------------------------------------------------------------------


def click(ms: int, link: str = "tips/gutters", at: datetime = NOW, **over: Any) -> Feedback:
    """A click by what looks like a person, half an hour after the mail."""
    known = {"detail": link, "actor": "human", "rule": RULE_VERSION, "family": "iphone", "inbox": ()}
    moment = at + timedelta(milliseconds=ms)
    return heard(0, Kind.CLICKED, at=moment, sent=at - timedelta(minutes=30), **(known | over))


def who(ledger: Ledger) -> dict[str, str]:
    """Link → actor."""
    return {one.detail: one.actor for one in ledger.feedback_of("c0000") if one.kind is Kind.CLICKED}


def test_a_burst_is_seen_across_groups(ledger: Ledger) -> None:
    """The third click within a second makes a machine of the first two."""
    seeded(ledger)
    for ms, link in ((0, "a"), (300, "b"), (900, "c")):
        ledger.record_feedback([click(ms, link)])
        rescore(ledger, [hexed(0)])
    assert who(ledger) == {"a": "machine", "b": "machine", "c": "machine"}


def test_a_better_rule_judges_again(ledger: Ledger) -> None:
    """What an older rule said is replaced, with the new rule's version, as long as the single marks are kept."""
    seeded(ledger).record_feedback([click(0, actor="machine", rule=0)])
    assert who(ledger) == {"tips/gutters": "machine"}
    assert rescore(ledger) == (1, 1)
    assert who(ledger) == {"tips/gutters": "human"}
    assert rescore(ledger) == (1, 0)


def test_single_marks_go_after_30_days_and_what_they_said_stays(ledger: Ledger) -> None:
    """A late click is judged by itself, and a person who clicked before stays a person."""
    old = NOW - timedelta(days=40)
    seeded(ledger).record_feedback([click(0, at=old)])
    assert ledger.purge_marks(NOW - timedelta(days=30)) == 1
    assert ledger.marks() == ()
    assert who(ledger) == {"tips/gutters": "human"}
    ledger.record_feedback([click(0, actor="machine", family="robot")])
    rescore(ledger)
    assert who(ledger) == {"tips/gutters": "human"}
    assert ledger.purge_marks(NOW - timedelta(days=30)) == 0


def test_what_became_of_a_persons_mails(ledger: Ledger) -> None:
    """Oldest first, with the touch it is about; nobody else's."""
    seeded(ledger).record_feedback(
        [heard(1, Kind.DELIVERED), heard(0, permanent=True, detail="Permanent/General")]
    )
    found = [(one.key.occurrence, one.kind, one.permanent) for one in ledger.feedback_of("c0000")]
    assert found == [("W0", Kind.BOUNCED, True), ("W1", Kind.DELIVERED, False)]
    assert ledger.feedback_of("c0001") == ()


# -- nobody's address -------------------------------------------------------------------------------------


def dump(ledger: Ledger) -> list[str]:
    """Every row of every table of any store."""
    folder = resources.files("topmind.ledger") / "migrations"
    shapes = " ".join(path.read_text("utf-8") for path in sorted(folder.iterdir(), key=lambda one: one.name))
    tables: set[str] = set()
    for made, gone, old, new in re.findall(
        r"CREATE TABLE (\w+)|DROP TABLE (\w+)|ALTER TABLE (\w+) RENAME TO (\w+)", shapes
    ):
        tables = (tables | {made, new}) - {gone, old, ""}
    found: list[str] = ledger._read(  # type: ignore[attr-defined]  # as above
        lambda book: [
            str(tuple(row)) for name in sorted(tables) for row in book.db.execute(f"SELECT * FROM {name}")
        ]
    )
    return found


def test_after_erase_no_row_holds_the_person(ledger: Ledger) -> None:
    """Feedback that came before and after names nobody."""
    ledger.sync_people(
        [a_person(address="canary.bird@example.com", name="Quenby Canary"), a_person("c0001")], hashes
    )
    freeze(ledger, a_row())
    ledger.settle([accepted(one) for one in claim(ledger)])
    inbox = hashes("canary.bird@example.com")
    events = [
        Feedback(
            touch_hex=a_key().wire("test"), kind=kind, at=NOW, inbox=inbox, message_id="m", permanent=True
        )
        for kind in Kind
    ]
    ledger.record_feedback(events[:6])
    assert any("canary.bird" in line for line in dump(ledger))
    assert ledger.erase("c0000", hashes)
    ledger.record_feedback(events)
    assert not [line for line in dump(ledger) if "canary.bird" in line.lower() or "Quenby" in line]
    assert ledger.feedback_of("c0000") == ()


def test_what_came_back_of_some_days(ledger: Ledger) -> None:
    """Bounces for good and complaints among the accepted mails of those days; a soft bounce is none."""
    seeded(ledger).record_feedback(
        [
            heard(0, permanent=True, detail="Permanent/General"),
            heard(1, detail="Transient/MailboxFull"),
            heard(2, Kind.COMPLAINED),
        ]
    )
    found = ledger.trouble(TODAY - timedelta(days=400))
    assert (found.bounced, found.complained) == (1, 1)
    assert found.accepted >= 3
    assert ledger.trouble(TODAY + timedelta(days=400)).accepted == 0
