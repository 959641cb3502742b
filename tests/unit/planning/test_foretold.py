"""Every verdict of the days ahead, one by one: it is what the counts say, whoever is planned with whom."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from topmind.model import (
    Foretold,
    Plan,
    Reason,
    SourceKind,
    Verdict,
)
from topmind.planning import plan
from topmind.run.ahead_verdicts import verdicts_ahead
from topmind.testing.builders import (
    a_company,
    a_promise,
)
from unit.planning.worlds import World, world

COMPANY = a_company(promise=a_promise(ceilings=()))
worlds = st.integers(min_value=0, max_value=100_000).map(world)


def seen_from(w: World, *, block: int = 50_000, processes: int | None = None, foretell: int = 400) -> Plan:
    """The plan of a random world with each verdict ahead."""
    return plan(
        w.catalog,
        w.members,
        w.history,
        w.now,
        all_day=w.all_day,
        horizon=w.horizon,
        block=block,
        outlook=True,
        foretell=foretell,
        processes=processes,
    )


def shared(made: Plan) -> set[str]:
    """Names of issues and announcements."""
    kinds = {SourceKind.ISSUE, SourceKind.ANNOUNCEMENT}
    return {occasion.name for occasion in made.occasions if occasion.kind in kinds}


@settings(max_examples=40, deadline=None)
@given(worlds)
def test_who_goes_when_adds_up_to_the_calendar(w: World) -> None:
    """Each day and occasion has as many rows as the calendar has touches."""
    made = seen_from(w)
    found = Counter((one.until, one.occasion, one.channel) for one in made.foretold if one.until)
    until = made.calendar[-1].day
    told = Counter(
        {
            (day.day, made.occasions[number].name, made.occasions[number].channel): amount
            for day in made.calendar
            for number, amount in day.touches.items()
        }
    )
    assert {key: n for key, n in found.items() if key[0] <= until} == told


@settings(max_examples=40, deadline=None)
@given(worlds)
def test_who_does_not_adds_up_to_the_reasons(w: World) -> None:
    """Per issue and announcement: whom it is for, who gets it, and each reason; per step each reason on its last day."""
    made = seen_from(w)
    until, letters = made.calendar[-1].day, shared(made)
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
        (one.last.isoformat(), step_of(one), one.reason.value)
        for one in made.foretold
        if one.last and one.reason and not one.until and one.last <= until and one.occasion not in letters
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


def step_of(one: Foretold) -> str:
    """`first/call (call)`."""
    source, step, *_ = one.occasion.split("/")
    return f"{source}/{step}" + (f" ({one.channel.value})" if one.channel.is_task else "")


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


@settings(max_examples=15, deadline=None)
@given(worlds)
def test_fewer_days_are_the_first_ones(w: World) -> None:
    """Asked for three days, there are the rows of these days, and the same ones."""
    whole, some = seen_from(w), seen_from(w, foretell=3)
    until = w.members.as_of + timedelta(days=3)
    assert list(some.foretold) == [one for one in whole.foretold if one.day <= until]
