"""The floor: rescues in time, tasks where a segment allows them, content gaps told ahead, breaks named."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise

import numpy as np
import pytest

from topmind.model import (
    Ceiling,
    Channel,
    Item,
    Members,
    PastTouch,
    Plan,
    Reason,
    TouchState,
    Use,
    Verdict,
)
from topmind.testing.builders import (
    TODAY,
    a_catalog,
    a_company,
    a_history,
    a_newsletter,
    a_promise,
    a_segment,
    a_slot,
    a_team_member,
    a_touch,
    an_item,
    members,
)
from unit.planning.said import due, picks, planned, reasons

COMPANY = a_company(promise=a_promise(ceilings=()))
EVERGREEN = [an_item(f"tips/t{n}") for n in range(9)]


def days_ago(days: int, **over: object) -> PastTouch:
    """The first contact's last valuable touch."""
    return a_touch(day=TODAY - timedelta(days=days), **over)


def rescued(
    *past: PastTouch, items: list[Item] | None = None, people: Members | None = None, **over: object
) -> Plan:
    """A plan in which nothing but rescues can go."""
    catalog = a_catalog(items=EVERGREEN if items is None else items, company=COMPANY, **over)
    return planned(catalog, people or members(1), a_history(*past), horizon=90)


@pytest.mark.parametrize(("ago", "goes"), [(22, False), (23, True), (30, True), (45, True)])
def test_a_rescue_begins_seven_days_before_the_floor_breaks(ago: int, goes: bool) -> None:
    """With a floor of 30 days, on the 23rd; its name is the day of the last valuable touch."""
    made = rescued(days_ago(ago))
    assert due(made) == ([(0, f"rescue/{TODAY - timedelta(days=ago)}")] if goes else [])


def test_a_rescue_is_the_best_unseen_evergreen_item() -> None:
    """Not a promotion, nothing that ends, nothing they have."""
    items = [*EVERGREEN[:2], an_item("promotions/p"), an_item("events/e", begins=None, priority=-1)]
    ends = replace(an_item("tips/ends", priority=-2), use=replace(EVERGREEN[0].use, until=TODAY))
    made = rescued(days_ago(25, items=("tips/t0", "events/e")), items=[*items, ends])
    assert picks(made) == {0: ("tips/t1",)}


def test_a_calendar_of_rescues_keeps_the_floor() -> None:
    """Nine items last nine times; no two valuable touches are more than 30 days apart."""
    made = rescued(days_ago(10))
    days = [TODAY - timedelta(days=10), *(d.day for d in made.calendar if d.touches)]
    assert [(b - a).days for a, b in pairwise(days)] == [23, 23, 23, 23]
    assert (made.gaps, made.floor_broken) == ((), {})


def test_a_short_floor_has_a_short_lead() -> None:
    """A floor of 8 days leaves two days of lead, not seven: rescues would come each day."""
    tight = a_segment(promise=a_promise(floor=8, ceilings=()))
    made = rescued(days_ago(5), segments=[tight], people=members(1, segments={"customers": [0]}))
    assert [d.day for d in made.calendar if d.touches][:2] == [date(2026, 12, 2), date(2026, 12, 8)]


def test_only_what_arrived_keeps_the_floor() -> None:
    """A bounce and what stays unproven do not; a call that was made does, a missed one does not."""
    for over in ({"bounced": True}, {"state": TouchState.UNRESOLVED}, {"state": TouchState.REFUSED}):
        assert len(rescued(days_ago(40), days_ago(5, occurrence="x", **over)).due) == 1
    for state, goes in ((TouchState.DONE, False), (TouchState.MISSED, True)):
        call = days_ago(5, source="x", channel=Channel.CALL, items=(), state=state)
        assert bool(rescued(days_ago(40), call).due) is goes


def test_promotions_do_not_keep_the_floor() -> None:
    """A touch without value leaves the clock alone."""
    sold = days_ago(3, occurrence="x", value=0, promotions=1)
    assert due(rescued(days_ago(25), sold)) == [(0, f"rescue/{TODAY - timedelta(days=25)}")]


def test_the_clock_starts_with_the_programme_spread_over_one_floor() -> None:
    """Whoever was never touched: nobody on the first day, everybody within two floors, no day a flood."""
    young = replace(COMPANY, programme_starts=TODAY)
    catalog = a_catalog(items=EVERGREEN, company=young)
    made = planned(catalog, members(300), horizon=60)
    first = {
        day.day: sum(n for k, n in day.touches.items() if made.occasions[k].occurrence == "never")
        for day in made.calendar
    }
    days = [day for day, n in first.items() if n]
    assert (min(days), max(days)) == (TODAY + timedelta(days=23), TODAY + timedelta(days=52))
    assert sum(first.values()) == 300
    assert max(first.values()) < 25


def test_a_task_rescues_only_where_a_segment_says_so() -> None:
    """No unseen item: top customers get a call, the others are a content gap."""
    top = a_segment("top", promise=a_promise(ceilings=(), rescue=(Channel.EMAIL, Channel.CALL)))
    people = members(2, segments={"top": [0], "customers": [1]})
    past = (days_ago(25), replace(days_ago(25), key=replace(days_ago(25).key, contact="c0001")))
    made = rescued(*past, items=[], segments=[top, a_segment()], people=people)
    assert [(t.contact, made.occasions[t.occasion].channel) for t in made.due] == [(0, Channel.CALL)]
    assert reasons(made, "rescue") == {1: Reason.NOTHING_NEW}


def test_without_content_a_gap_is_told_weeks_ahead() -> None:
    """One item left, touched today: a rescue in 23 days, the floor breaks 31 days after that."""
    made = rescued(
        days_ago(0), items=[an_item()], segments=[a_segment()], people=members(1, segments={"customers": [0]})
    )
    (gap,) = made.gaps
    breaks = TODAY + timedelta(days=23 + 31)
    assert (gap.segment, gap.contacts) == ("customers", 1)
    assert gap.week <= breaks < gap.week + timedelta(days=7)


def test_a_floor_that_is_broken_today_names_what_bound() -> None:
    """Nobody to write to, no consent, paused, nothing new: each by its own reason; whom nobody may or can reach
    stands apart."""
    people = members(
        4,
        consent={Channel.EMAIL: np.array([False, True, True, True])},
        reach={Channel.EMAIL: np.array([True, False, True, True]), Channel.CALL: np.ones(4, dtype=bool)},
        paused_until=np.array([0, 0, (TODAY + timedelta(days=3)).toordinal(), 0], dtype=np.int32),
    )
    past = [replace(days_ago(40), key=replace(days_ago(40).key, contact=c)) for c in people.ids]
    made = rescued(*past, items=[], people=people)
    assert made.floor_broken == {Reason.PAUSED: 1, Reason.NOTHING_NEW: 1}
    assert made.apart == {Reason.NO_CONSENT: 1, Reason.NO_CHANNEL: 1}
    assert made.promised == 2


def test_a_day_of_rest_does_not_hide_what_holds_a_floor() -> None:
    """Broken for weeks for want of content, or full up to the ceiling: that is named, not the day of rest; where
    nothing else holds, the day of rest is."""
    full = a_promise(ceilings=(Ceiling(channel=None, count=1, days=60),))
    for items, promise, reason in (
        ([], COMPANY.promise, Reason.NOTHING_NEW),
        (EVERGREEN, full, Reason.CEILING_ALL),
        (EVERGREEN, COMPANY.promise, Reason.BLACKOUT),
    ):
        house = replace(COMPANY, promise=promise, blackout=(TODAY,))
        catalog = a_catalog(items=items, company=house)
        made = planned(catalog, members(1), a_history(days_ago(40)), horizon=90)
        assert made.floor_broken == {reason: 1}
        assert set(reasons(made, "rescue").values()) == {Reason.BLACKOUT}


def test_a_year_s_ceiling_is_not_used_up_before_the_year_is() -> None:
    """Eighteen a year and a daily letter: the first two go at once, the others when the floor asks for them; no
    floor breaks in a year and a half, and no window holds more than eighteen."""
    yearly = a_promise(ceilings=(Ceiling(channel=None, count=18, days=365),))
    daily = a_newsletter(every="daily at 09:00", slots=[a_slot(0)])
    items = [an_item(f"tips/t{n}", use=Use(any_time=True)) for n in range(3)]
    catalog = a_catalog(items=items, newsletters=[daily], company=replace(COMPANY, promise=yearly))
    made = planned(catalog, members(1), a_history(days_ago(10)), horizon=550)
    days = [day.day for day in made.calendar for _ in day.touches]
    assert [(b - a).days for a, b in pairwise(days)][:3] == [1, 23, 23]
    assert max((b - a).days for a, b in pairwise(days)) <= 30
    assert 16 <= max(sum(0 <= (b - a).days < 365 for b in days) for a in days) <= 18


def test_what_is_kept_for_the_floor_is_told() -> None:
    """An issue that leaves the rest of the year to the floor says so."""
    yearly = a_promise(ceilings=(Ceiling(channel=None, count=15, days=365),))
    catalog = a_catalog(
        items=EVERGREEN, newsletters=[a_newsletter()], company=replace(COMPANY, promise=yearly)
    )
    (told,) = planned(catalog, members(1), a_history(days_ago(10))).decisions
    assert (told.reason, told.detail) == (
        Reason.CEILING_ALL,
        "touches in 365 days, the rest is kept for their floor",
    )


UNHELPFUL: list[tuple[dict[str, object], int]] = [
    ({"state": TouchState.EXPIRED}, 0),
    ({"state": TouchState.MISSED}, 0),
    ({"state": TouchState.SKIPPED}, 1),
    ({"state": TouchState.REFUSED}, 7),
    ({"state": TouchState.UNRESOLVED}, 7),
    ({"bounced": True}, 7),
]


@pytest.mark.parametrize(("over", "days"), UNHELPFUL)
def test_a_rescue_that_did_not_help_silences_nobody_for_ever(over: dict[str, object], days: int) -> None:
    """The same last valuable touch, the same channel: kept back for a while, then another one with another name,
    which does not repeat what may have come."""
    since = TODAY - timedelta(days=40)
    for ago, again in ((days - 1, False), (days, True)):
        if ago < 0:
            continue
        tried = days_ago(ago, source="rescue", occurrence=since.isoformat(), items=("tips/t0",), **over)
        made = rescued(days_ago(40, items=("tips/t8",)), tried)
        assert due(made) == ([(0, f"rescue/{since}/2")] if again else [])
        may_have_it = over.get("state") is TouchState.UNRESOLVED or "bounced" in over
        assert picks(made) == ({0: ("tips/t1" if may_have_it else "tips/t0",)} if again else {})


def test_whoever_waits_for_another_rescue_is_told_until_when() -> None:
    """Too soon after a try that did not help: pending with its day, and nobody without a channel."""
    since = TODAY - timedelta(days=40)
    tried = days_ago(2, source="rescue", occurrence=since.isoformat(), state=TouchState.UNRESOLVED)
    made = rescued(days_ago(40), tried)
    (told,) = made.decisions
    assert (told.verdict, told.reason, told.until) == (
        Verdict.PENDING,
        Reason.GAP,
        TODAY + timedelta(days=5),
    )
    assert (made.floor_broken, made.apart) == ({Reason.GAP: 1}, {})


def test_rescues_that_nobody_can_prove_come_a_lead_time_apart() -> None:
    """Two tries of one clock: each counts when it has given way, so their names never meet."""
    since = TODAY - timedelta(days=60)
    first = days_ago(15, source="rescue", occurrence=since.isoformat(), state=TouchState.UNRESOLVED)
    second = days_ago(8, source="rescue", occurrence=f"{since}/2", state=TouchState.UNRESOLVED)
    assert due(rescued(days_ago(60), first, second)) == [(0, f"rescue/{since}/3")]
    late = replace(second, day=TODAY - timedelta(days=3))
    assert due(rescued(days_ago(60), first, late)) == []


def test_a_rescue_waits_for_a_free_day() -> None:
    """Held by the gap today, it goes when the gap is over; the decision names the day."""
    wide = replace(COMPANY, promise=a_promise(ceilings=(), gap=3))
    catalog = a_catalog(items=EVERGREEN, company=wide)
    made = planned(catalog, members(1), a_history(days_ago(25), days_ago(1, source="x", value=0, items=())))
    (told,) = made.decisions
    assert (told.verdict, told.reason, told.until) == (Verdict.PENDING, Reason.GAP, date(2026, 12, 3))


def test_an_issue_that_gives_value_makes_a_rescue_needless() -> None:
    """The issue goes first in the order of the day."""
    catalog = a_catalog(items=EVERGREEN, newsletters=[a_newsletter()], company=COMPANY)
    made = planned(catalog, members(1), a_history(days_ago(25)))
    assert due(made) == [(0, "tuesday-fix/2026-W49")]


def test_a_mail_to_a_shared_inbox_keeps_the_floor_of_all_its_readers() -> None:
    """Two people, one address: one rescue, and no second one for the other."""
    people = members(2, inbox=np.array([5, 5], dtype=np.int32))
    assert due(rescued(days_ago(10), people=people)) == []
    made = rescued(days_ago(25), people=people)
    assert due(made) == [(0, f"rescue/{TODAY - timedelta(days=25)}")]
    assert reasons(made, "rescue") == {1: Reason.SAME_INBOX}


def test_calls_of_rescues_respect_the_caller() -> None:
    """One call a day: the nearest floor first."""
    top = a_segment("top", promise=a_promise(ceilings=(), rescue=(Channel.CALL,)))
    people = members(2, segments={"top": [0, 1]})
    past = (days_ago(25), replace(days_ago(28), key=replace(days_ago(28).key, contact="c0001")))
    made = rescued(*past, segments=[top], people=people, team=[a_team_member(calls_per_day=1)])
    assert [t.contact for t in made.due] == [1]
    (told,) = made.decisions
    assert (told.reason, told.until) == (Reason.CAPACITY, date(2026, 12, 2))


def test_a_rescue_that_came_too_late_is_tried_again() -> None:
    """A week without a tick must not be the last try, nor two."""
    since = TODAY - timedelta(days=40)
    late = days_ago(5, source="rescue", occurrence=since.isoformat(), state=TouchState.EXPIRED)
    assert due(rescued(days_ago(40), late)) == [(0, f"rescue/{since}/2")]
    twice = days_ago(1, source="rescue", occurrence=f"{since}/2", state=TouchState.EXPIRED)
    assert due(rescued(days_ago(40), late, twice)) == [(0, f"rescue/{since}/3")]


@pytest.mark.parametrize(("ago", "called"), [(25, False), (29, False), (30, True), (40, True)])
def test_nobody_is_called_because_a_run_came_at_night(ago: int, *, called: bool) -> None:
    """The mail waits for the morning; on the last day of the floor the call goes out after all."""
    top = a_segment(promise=a_promise(ceilings=(), rescue=(Channel.EMAIL, Channel.CALL)))
    company = replace(COMPANY, quiet=(time(20), time(8)))
    catalog = a_catalog(items=EVERGREEN, segments=[top], company=company)
    people = members(1, segments={"customers": [0]})
    night = datetime.combine(TODAY + timedelta(days=1), time(3), UTC)  # 22:00 in New York
    made = planned(catalog, people, a_history(days_ago(ago)), now=night, all_day=False)
    channels = [made.occasions[t.occasion].channel for t in made.due]
    assert channels == ([Channel.CALL] if called else [])
