"""Room for steps: what a rescue, an issue or an announcement leaves in a week's ceiling for a follow-up to come."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import numpy as np
import pytest

from topmind.model import Ceiling, Channel, FactDate, Item, Plan, Reason, Send, Verdict
from topmind.testing.builders import (
    TODAY,
    a_catalog,
    a_company,
    a_history,
    a_newsletter,
    a_promise,
    a_sequence,
    a_step,
    a_touch,
    an_item,
    members,
)
from unit.planning.said import due, planned

WEEKLY = a_company(
    promise=a_promise(ceilings=(Ceiling(channel=Channel.EMAIL, count=1, days=7),)),
    programme_starts=date(2026, 1, 1),
)
EVERGREEN = [an_item(f"tips/t{n}") for n in range(9)]


def asked(
    after: int, *, grace: int = 7, items: list[Item] | None = None, floor: bool = True, **over: object
) -> Plan:
    """One contact who asked today, and a step so many days after it; a mail a week."""
    step = a_step("hello", after, grace=grace, **over.pop("step", {}))
    sequence = a_sequence("welcome", [step], starts_from="inquired_on", **over.pop("sequence", {}))
    people = members(
        1,
        dates={"inquired_on": [FactDate(contact=0, day=TODAY, fact="f")]},
        **over.pop("people", {}),
    )
    last = a_touch(day=TODAY - timedelta(days=25))
    company = WEEKLY if floor else replace(WEEKLY, promise=replace(WEEKLY.promise, floor=None))
    catalog = a_catalog(
        items=EVERGREEN if items is None else items, sequences=[sequence], company=company, **over
    )
    return planned(catalog, people, a_history(last))


def week(made: Plan) -> list[tuple[date, str]]:
    """(day, name) of what goes in the days ahead."""
    return [(day.day, made.occasions[k].name) for day in made.calendar for k in day.touches]


def never(made: Plan) -> list[date]:
    """Days on which somebody gets the first thing ever."""
    return [
        day.day for day in made.calendar if any(made.occasions[k].occurrence == "never" for k in day.touches)
    ]


@pytest.mark.parametrize("after", [1, 5])
def test_a_rescue_does_not_take_the_last_mail_of_the_week_from_a_step_that_is_due_in_it(after: int) -> None:
    """The floor is near and one mail a week is allowed: the step goes on its day, the rescue is not needed any more,
    and today's verdict names why."""
    made = asked(after)
    assert due(made) == []
    assert week(made)[0] == (TODAY + timedelta(days=after), "welcome/hello/once")
    (told,) = [d for d in made.decisions if made.occasions[d.occasion].source == "rescue"]
    assert (told.reason, told.detail) == (
        Reason.CEILING_CHANNEL,
        "email in 7 days, the rest is kept for a follow-up",
    )


@pytest.mark.parametrize("after", [6, 7])
def test_a_rescue_goes_where_the_step_comes_after_the_floor_broke(after: int) -> None:
    """The floor holds for five days more; the step has a week of grace and goes when the window is over."""
    made = asked(after)
    assert [name for _, name in week(made)][:2] == [
        f"rescue/{TODAY - timedelta(days=25)}",
        "welcome/hello/once",
    ]


@pytest.mark.parametrize(
    "bars",
    [
        {"sequence": {"stop_when": "bought lately"}, "people": {"holds": {"bought lately": [0]}}},
        {"sequence": {"segments": frozenset({"others"})}, "people": {"segments": {"others": []}}},
        {"step": {"channel": Channel.LETTER}},
    ],
)
def test_no_room_is_left_for_a_step_that_cannot_go(bars: dict[str, dict[str, object]]) -> None:
    """Stopped, not for them, or on another channel than the one that is full: the rescue goes today."""
    assert due(asked(1, **bars)) == [(0, f"rescue/{TODAY - timedelta(days=25)}")]


def test_an_issue_gives_way_to_a_step_that_would_never_go() -> None:
    """Asked on the day of the newsletter: the hello of tomorrow has five days, the week's only mail would be over
    them. With a week more it can wait, and the issue goes."""
    letter = a_newsletter()
    short = asked(1, grace=5, newsletters=[letter])
    assert week(short)[0] == (TODAY + timedelta(days=1), "welcome/hello/once")
    (told,) = [d for d in short.decisions if d.verdict is Verdict.EXPIRED]
    assert (told.reason, told.detail) == (
        Reason.CEILING_CHANNEL,
        "email in 7 days, the rest is kept for a follow-up",
    )
    long = asked(1, grace=7, newsletters=[letter])
    assert week(long)[0] == (TODAY, "tuesday-fix/2026-W49")
    assert (TODAY + timedelta(days=7), "welcome/hello/once") in week(long)


def test_an_announcement_gives_way_too_but_a_correction_does_not() -> None:
    """A step comes first in the order of the day, and so between days: the announcement waits within its grace, where
    both find a place both go, and what corrects a mistake goes at once."""
    sent = an_item("tips/sent", sends=(Send(number=1, day=TODAY),), grace=3)
    made = asked(1, grace=5, items=[sent], floor=False)
    assert week(made)[0] == (TODAY + timedelta(days=1), "welcome/hello/once")
    (told,) = [d for d in made.decisions if d.reason is Reason.CEILING_CHANNEL]
    assert told.detail == "email in 7 days, the rest is kept for a follow-up"
    patient = asked(1, grace=7, items=[sent], floor=False)
    assert week(patient)[0] == (TODAY, "tips/sent/1")
    assert (TODAY + timedelta(days=7), "welcome/hello/once") in week(patient)
    mended = replace(sent, correction=True)
    assert due(asked(1, grace=5, items=[mended], floor=False)) == [(0, "tips/sent/1")]


def test_today_s_plan_does_not_hang_on_how_far_it_looks() -> None:
    """A window of fourteen days and a step at its end: a forecast of no day keeps the same room as one of ninety."""
    wide = a_promise(ceilings=(Ceiling(channel=Channel.EMAIL, count=1, days=14),))
    step = a_step("hello", 13, grace=0)
    catalog = a_catalog(
        items=EVERGREEN,
        sequences=[a_sequence("welcome", [step], starts_from="inquired_on")],
        company=replace(WEEKLY, promise=wide),
    )
    people = members(1, dates={"inquired_on": [FactDate(contact=0, day=TODAY, fact="f")]})
    past = a_history(a_touch(day=TODAY - timedelta(days=25)))
    made = [planned(catalog, people, past, horizon=days) for days in (0, 90)]
    assert [due(one) for one in made] == [[], []]
    assert made[0].decisions[0].reason is Reason.CEILING_CHANNEL


def test_the_clock_of_a_newcomer_starts_on_the_day_we_know_them() -> None:
    """Known since today: the first rescue comes within their own two floors, as on the programme's first day; known
    before the programme, it starts with the programme."""
    people = members(300, since=np.full(300, TODAY.toordinal(), dtype=np.int32))
    house = replace(WEEKLY, promise=a_promise(ceilings=()))
    made = planned(a_catalog(items=EVERGREEN, company=house), people, horizon=60)
    days = never(made)
    assert made.floor_broken == {}
    assert (min(days), max(days)) == (TODAY + timedelta(days=23), TODAY + timedelta(days=52))
    old = replace(people, since=np.full(300, date(2025, 1, 1).toordinal(), dtype=np.int32))
    began = replace(house, programme_starts=TODAY)
    first = planned(a_catalog(items=EVERGREEN, company=began), old, horizon=60)
    assert never(first) == days
