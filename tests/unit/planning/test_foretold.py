"""Every verdict of the days ahead, one by one: it is what the counts say, whoever is planned with whom."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import timedelta
from functools import partial

import numpy as np
from hypothesis import example, given, settings
from hypothesis import strategies as st

from topmind.model import Channel, DatedIssue, FactDate, Purpose, Reason, Send, SourceKind, Verdict
from topmind.planning import explain, plan
from topmind.run.ahead_verdicts import verdicts_ahead
from topmind.testing.builders import (
    TODAY,
    a_catalog,
    a_company,
    a_history,
    a_newsletter,
    a_promise,
    a_sequence,
    a_step,
    a_team_member,
    a_touch,
    an_item,
    members,
)
from unit.planning import said
from unit.planning.said import planned
from unit.planning.worlds import World, world

worlds = st.integers(min_value=0, max_value=100_000).map(world)


#: The plan of a random world with each verdict ahead.
seen_from = partial(said.seen_from, foretell=400)


@settings(max_examples=40, deadline=None)
@given(worlds)
def test_who_goes_when_adds_up_to_the_calendar(w: World) -> None:
    """Each day and occasion has as many rows as the calendar has touches."""
    made = seen_from(w)
    until = made.calendar[-1].day
    found = Counter(
        (one.until, one.occasion, one.channel) for one in made.foretold if one.until and one.until <= until
    )
    assert found == {
        (day.day, made.occasions[number].name, made.occasions[number].channel): amount
        for day in made.calendar
        for number, amount in day.touches.items()
    }


@settings(max_examples=40, deadline=None)
@example(world(1039))  # a shared inbox
@given(worlds)
def test_who_does_not_adds_up_to_the_reasons(w: World) -> None:
    """Per issue and announcement: whom it is for, who gets it, and each reason; per step each reason on its last day."""
    made = seen_from(w)
    until = made.calendar[-1].day
    rows = {(row["day"], row["occasion"]): row for row in verdicts_ahead(made)}
    for row in (row for row in rows.values() if row["asked"] is not None and row["day"] <= until.isoformat()):
        mine = [one for one in made.foretold if one.occasion == row["occasion"]]
        lasting = [one for one in mine if not one.until and one.reason in LASTING]
        others = [one for one in mine if not one.until and one.reason not in LASTING]
        assert {one.day.isoformat() for one in mine} == {row["day"]}
        assert sum(1 for one in mine if one.until) == row["goes"]
        assert len(mine) - len(lasting) == row["asked"]
        assert Counter(one.reason.value for one in others if one.reason) == row["reasons"]
    lost = Counter(
        (one.last.isoformat(), one.what, one.reason.value)
        for one in made.foretold
        if one.what != one.occasion and one.last and one.reason and not one.until and one.last <= until
    )
    assert lost == {
        (day, name, reason): amount
        for (day, name), row in rows.items()
        if row["asked"] is None
        for reason, amount in row["reasons"].items()
    }


#: Reasons of whom an issue or announcement is not for at all.
LASTING = {
    Reason.NOT_IN_SEGMENT,
    Reason.STOP_WHEN,
    Reason.CONDITION,
    Reason.HELD,
    Reason.STOPPED,
    Reason.NO_CHANNEL,
    Reason.NO_CONSENT,
    Reason.SUPPRESSED,
}


@settings(max_examples=25, deadline=None)
@given(worlds)
def test_one_verdict_each_and_the_plan_is_the_same(w: World) -> None:
    """One row per contact and occasion; without them the plan is the same; blocks do not matter."""
    made = seen_from(w)
    keys = Counter((one.contact, one.occasion, one.channel) for one in made.foretold)
    assert not keys or max(keys.values()) == 1
    plain = plan(w.catalog, w.members, w.history, w.now, all_day=w.all_day, horizon=w.horizon, outlook=True)
    assert replace(made, foretold=()) == plain
    assert plain.foretold == ()
    assert seen_from(w, block=2).foretold == made.foretold


@settings(max_examples=25, deadline=None)
@given(worlds)
def test_what_is_due_and_not_is_what_the_plan_says_of_today(w: World) -> None:
    """DUE are today's rows with their items; what is not for somebody today is not for them."""
    made = seen_from(w)
    due = {
        (one.contact, one.occasion, one.channel, one.picks) for one in made.foretold if one.verdict == "due"
    }
    assert due == {
        (t.contact, made.occasions[t.occasion].name, made.occasions[t.occasion].channel, t.picks)
        for t in made.due
    }
    ahead = {(one.contact, one.occasion, one.channel): one for one in made.foretold}
    for told in made.decisions:
        occasion = made.occasions[told.occasion]
        one = ahead.get((told.contact, occasion.name, occasion.channel))
        if told.until and one and occasion.kind is not SourceKind.RESCUE:
            assert (one.verdict, one.reason, one.until) == (Verdict.PENDING, told.reason, told.until)


@settings(max_examples=10, deadline=None)
@given(worlds)
def test_what_is_said_of_one_person_alone_is_their_rows(w: World) -> None:
    """The days ahead of `explain` are the rows that have a day."""
    made = seen_from(w)
    for row, contact in enumerate(w.members.ids):
        told = explain(w.catalog, w.members, w.history, w.now, contact, all_day=w.all_day, horizon=w.horizon)
        until = max(made.calendar[-1].day, told.today)
        assert {(one.day, one.name, one.channel) for one in told.coming} == {
            (one.until, one.occasion, one.channel)
            for one in made.foretold
            if one.contact == row and one.until and one.until <= until
        }


@settings(max_examples=15, deadline=None)
@given(worlds)
def test_fewer_days_are_the_first_ones(w: World) -> None:
    """Asked for three days, there are the rows of these days, and the same ones."""
    whole, some = seen_from(w), seen_from(w, foretell=3)
    until = w.members.as_of + timedelta(days=3)
    assert list(some.foretold) == [one for one in whole.foretold if one.day <= until]


def test_each_verdict_with_its_reason_by_hand() -> None:
    """c0000 gets both issues and has two value items where the sale asks for three; c0001 never agreed to mails; c0002
    pauses until the day after the second issue, and has nothing of value by the day of the sale."""
    people = members(
        3, paused_until=np.array([0, 0, (TODAY + timedelta(days=8)).toordinal()], dtype=np.int32)
    )
    people = replace(people, consent={Channel.EMAIL: np.array([True, False, True])})
    sale = an_item("promotions/sale", sends=(Send(number=1, day=TODAY + timedelta(days=9)),), grace=0)
    second = TODAY + timedelta(days=7)
    catalog = a_catalog(
        items=[sale, an_item("tips/a"), an_item("tips/b", day=second)],
        newsletters=[a_newsletter()],
        company=a_company(promise=a_promise(floor=None, ceilings=())),
    )
    made = planned(catalog, people, a_history(), horizon=10, foretell=10)
    told = [
        (one.contact, one.occasion, one.verdict.value, one.reason, one.until, one.last, one.picks)
        for one in made.foretold
    ]
    third = TODAY + timedelta(days=9)
    assert told == [
        (0, "tuesday-fix/2026-W49", "due", None, TODAY, TODAY, ("tips/a",)),
        (0, "tuesday-fix/2026-W50", "pending", None, second, second, ("tips/b",)),
        (0, "promotions/sale/1", "expired", Reason.RATIO, None, third, ()),
        (1, "tuesday-fix/2026-W49", "not_for_them", Reason.NO_CONSENT, None, TODAY, ()),
        (1, "tuesday-fix/2026-W50", "not_for_them", Reason.NO_CONSENT, None, second, ()),
        (1, "promotions/sale/1", "not_for_them", Reason.NO_CONSENT, None, third, ()),
        (2, "tuesday-fix/2026-W49", "expired", Reason.PAUSED, None, TODAY, ()),
        (2, "tuesday-fix/2026-W50", "expired", Reason.PAUSED, None, second, ()),
        (2, "promotions/sale/1", "expired", Reason.RATIO, None, third, ()),
    ]


def test_what_a_person_may_lift_is_pending_and_grace_beyond_the_forecast_is_open() -> None:
    """A held issue has no day; the last issue's grace ends behind the horizon, and whoever pauses until then waits."""
    until = np.array([0, (TODAY + timedelta(days=30)).toordinal()], dtype=np.int32)
    letter = a_newsletter(grace=5)
    held = replace(letter, id="held", issues={TODAY: DatedIssue(day=TODAY, path="x.md", hold=True)}, grace=0)
    catalog = a_catalog(
        items=[an_item(f"tips/t{n}") for n in range(9)],
        newsletters=[letter, held],
        company=a_company(promise=a_promise(floor=None, ceilings=())),
    )
    made = planned(catalog, members(2, paused_until=until), a_history(), horizon=14, foretell=14)
    rows = {(one.contact, one.occasion): one for one in made.foretold}
    stopped = rows[0, "held/2026-W49"]
    assert (stopped.verdict, stopped.reason, stopped.until) == (Verdict.PENDING, Reason.HELD, None)
    open_ = rows[1, "tuesday-fix/2026-W51"]
    assert (open_.verdict, open_.reason, open_.until) == (Verdict.PENDING, Reason.PAUSED, None)
    assert rows[1, "tuesday-fix/2026-W50"].verdict is Verdict.EXPIRED


def test_two_readers_of_one_inbox_have_a_verdict_each() -> None:
    """The first of them gets the letter, the other one reads along."""
    catalog = a_catalog(
        items=[an_item()],
        newsletters=[a_newsletter()],
        company=a_company(promise=a_promise(floor=None, ceilings=())),
    )
    made = planned(catalog, members(2, inbox=np.zeros(2, dtype=np.int32)), a_history(), horizon=5, foretell=5)
    assert [(one.contact, one.verdict, one.reason) for one in made.foretold] == [
        (0, Verdict.DUE, None),
        (1, Verdict.NOT_FOR_THEM, Reason.SAME_INBOX),
    ]


def test_a_step_that_loses_its_day_says_so() -> None:
    """Two are due for a call on which one is made a day, and on that day alone; a third does not meet its condition. A
    second call falls due on the last day looked at: who loses there still has the day after."""
    steps = [
        a_step(f"call{n}", n, channel=Channel.CALL, purpose=Purpose.SERVICE, grace=grace, only_if="is happy")
        for n, grace in ((5, 0), (10, 1))
    ]
    facts = [FactDate(contact=n, day=TODAY, fact=f"f{n}") for n in range(3)]
    catalog = a_catalog(
        sequences=[a_sequence("first", steps, starts_from="first_purchase()")],
        team=[a_team_member("dana", calls_per_day=1)],
        company=a_company(promise=a_promise(floor=None, ceilings=())),
    )
    people = members(3, dates={"first_purchase()": facts}, holds={"is happy": [0, 1]})
    made = planned(catalog, people, a_history(), horizon=10, foretell=10, foresee=0)
    found = Counter((one.what, one.verdict.value, one.reason, one.until is not None) for one in made.foretold)
    assert found == {
        ("first/call5 (call)", "pending", None, True): 1,
        ("first/call5 (call)", "expired", Reason.CAPACITY, False): 1,
        ("first/call5 (call)", "not_for_them", Reason.CONDITION, False): 1,
        ("first/call10 (call)", "pending", None, True): 1,
        ("first/call10 (call)", "pending", Reason.CAPACITY, False): 1,
        ("first/call10 (call)", "not_for_them", Reason.CONDITION, False): 1,
    }


def test_who_waits_for_a_rescue_to_the_end_is_told() -> None:
    """20 days ago, 30 promised, no item left: the rescue is needed in the last week of it, and nothing is there."""
    past = a_touch("c0000", TODAY - timedelta(days=20), occurrence="20")
    company = a_company(promise=a_promise(ceilings=()))
    made = planned(a_catalog(company=company), members(1), a_history(past), horizon=30, foretell=30)
    (one,) = made.foretold
    assert (one.verdict, one.reason, one.until) == (Verdict.PENDING, Reason.NOTHING_NEW, None)
    assert (one.occasion, one.day) == ("rescue/2026-11-11", TODAY + timedelta(days=3))


def test_two_processes_tell_the_same() -> None:
    """Parts of the audience come back in any order."""
    w = world(2384)
    one, two = (seen_from(w, block=1, processes=number) for number in (1, 2))
    assert one.foretold == two.foretold
    assert one.foretold
