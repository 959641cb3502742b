"""One contact explained by the planner's own code."""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from topmind.errors import UsageError
from topmind.model import Channel, Reason, TouchState
from topmind.planning import explain, plan
from topmind.testing.builders import (
    TODAY,
    a_catalog,
    a_company,
    a_history,
    a_newsletter,
    a_promise,
    a_segment,
    a_team_member,
    a_touch,
    an_item,
    members,
)
from unit.planning.said import NOON
from unit.planning.worlds import world


def test_the_facts_of_one_contact() -> None:
    """Promise, ceilings with their use, credit, items, what comes next."""
    catalog = a_catalog(
        items=[an_item("tips/a"), an_item("tips/b"), an_item("tips/c")],
        newsletters=[a_newsletter()],
        segments=[a_segment(promise=a_promise(floor=20), sender="lee")],
        team=[a_team_member(), a_team_member("lee")],
    )
    past = a_touch("c0001", TODAY - timedelta(days=7), items=("tips/a",))
    people = members(3, segments={"customers": [1]})
    told = explain(catalog, people, a_history(past), NOON, "c0001", all_day=True, horizon=30)
    assert (told.today, told.active, told.segments, told.sender) == (TODAY, True, ("customers",), "lee")
    assert (told.last_touch, told.last_valuable) == (date(2026, 11, 24), date(2026, 11, 24))
    assert (told.floor_until, told.credit, told.terms.ratio) == (date(2026, 12, 14), 1, 3)
    assert [(c.channel, c.days, c.most, c.used) for c in told.ceilings] == [
        (None, 365, 200, 1),
        (Channel.EMAIL, 7, 2, 0),
    ]
    assert (told.received, told.available) == (("tips/a",), ("tips/b", "tips/c"))
    assert [(o.name, t.picks) for o, t in told.due] == []
    assert [(o.name, d.reason) for o, d in told.decisions] == [("tuesday-fix/2026-W49", Reason.NOTHING_NEW)]
    assert [(c.day, c.name) for c in told.coming] == [
        (date(2026, 12, 9), "rescue/2026-11-24"),
        (date(2026, 12, 24), "rescue/2026-12-09"),
    ]
    assert told.floor_broken is None


def test_the_touch_of_today_is_in_the_ceilings() -> None:
    """Planned or frozen, it is one of the two mails of this week; frozen it is not counted twice."""
    catalog = a_catalog(items=[an_item(f"tips/{x}") for x in "abcd"], newsletters=[a_newsletter()])
    people = members(1)
    before = a_touch(day=TODAY - timedelta(days=6), items=("tips/a",))
    frozen = a_touch(day=TODAY, occurrence="2026-W49", items=("tips/b",), state=TouchState.PLANNED)
    for past in ((before,), (before, frozen)):
        told = explain(catalog, people, a_history(*past), NOON, "c0000", all_day=True)
        assert [(c.channel, c.most, c.used) for c in told.ceilings] == [
            (None, 200, 2),
            (Channel.EMAIL, 2, 2),
        ]


def test_a_zone_that_is_a_day_ahead_has_the_days_before_behind_it() -> None:
    """What left the window on the company's day has left it for Auckland too."""
    catalog = a_catalog(company=a_company(promise=a_promise()))
    people = members(1, zones=("Pacific/Auckland",))
    past = a_touch(day=TODAY - timedelta(days=7))
    told = explain(catalog, people, a_history(past), NOON, "c0000")
    assert told.today == TODAY + timedelta(days=1)
    assert [c.used for c in told.ceilings if c.channel is Channel.EMAIL] == [0]


def test_what_is_kept_of_a_ceiling_is_told() -> None:
    """A year holds a first month and then fifteen rescues a 23 days."""
    told = explain(a_catalog(), members(1), a_history(), NOON, "c0000", all_day=True)
    assert [(c.days, c.kept) for c in told.ceilings] == [(365, 15), (7, 0)]


def test_a_broken_floor_is_named() -> None:
    """With the reason that bound."""
    old = a_touch(day=TODAY - timedelta(days=60))
    told = explain(a_catalog(), members(1), a_history(old), NOON, "c0000", all_day=True)
    assert told.floor_broken is Reason.NOTHING_NEW
    assert told.paused_until is None


def test_a_pause_is_told() -> None:
    """Until when, where it is not over."""
    until = np.array([(TODAY + timedelta(days=4)).toordinal()], dtype=np.int32)
    told = explain(a_catalog(), members(1, paused_until=until), a_history(), NOON, "c0000", all_day=True)
    assert told.paused_until == date(2026, 12, 5)


def test_an_unknown_contact_is_a_usage_error() -> None:
    """The message holds no person's data."""
    with pytest.raises(UsageError):
        explain(a_catalog(company=a_company()), members(1), a_history(), NOON, "nobody")


@settings(max_examples=8, deadline=None)
@given(st.integers(min_value=0, max_value=100_000))
def test_the_explanation_is_the_plan(seed: int) -> None:
    """What is said of each contact alone is what the plan of all says of them."""
    w = world(seed)
    made = plan(w.catalog, w.members, w.history, w.now, all_day=w.all_day, horizon=w.horizon)
    for row, contact in enumerate(w.members.ids):
        told = explain(w.catalog, w.members, w.history, w.now, contact, all_day=w.all_day, horizon=w.horizon)
        assert {(o.name, o.channel, t.picks) for o, t in told.due} == {
            (made.occasions[t.occasion].name, made.occasions[t.occasion].channel, t.picks)
            for t in made.due
            if t.contact == row
        }
        assert {(o.name, o.channel, d.verdict, d.reason, d.until, d.detail) for o, d in told.decisions} == {
            (
                made.occasions[d.occasion].name,
                made.occasions[d.occasion].channel,
                d.verdict,
                d.reason,
                d.until,
                d.detail,
            )
            for d in made.decisions
            if d.contact == row
        }
