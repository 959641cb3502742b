"""The owner's questions from plain values, counted by hand."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import numpy as np
import pytest

from topmind.date_words import DateStyle
from topmind.ledger.values import Task
from topmind.model import Channel, FactDate, Members, PastTouch, Purpose, TouchKey, TouchState
from topmind.report.owner import OwnerReport, owner_report
from topmind.report.owner_words import as_text, sections, sentence
from topmind.testing.builders import (
    TODAY,
    a_catalog,
    a_history,
    a_promise,
    a_segment,
    a_sequence,
    a_step,
    a_team_member,
    a_touch,
    members,
)

US = DateStyle("en", "US")
FIRST = "first_purchase()"


def ago(days: int) -> date:
    """So many days before today."""
    return TODAY - timedelta(days=days)


def fact(contact: int, days: int) -> FactDate:
    """A first purchase so many days ago."""
    return FactDate(contact=contact, day=ago(days), fact=f"p{contact}")


def thanks(contact: str, days: int, state: TouchState = TouchState.ACCEPTED, **over: Any) -> PastTouch:
    """What the ledger has of somebody's thanks."""
    return a_touch(
        contact, ago(days), source="first-job", step="thank-you", occurrence="once", state=state, **over
    )


def a_task(state: TouchState, days: int, sender: str = "dana") -> Task:
    """A call whose last day lay so many days ago."""
    key = TouchKey(
        contact="c0000", source="first-job", step="call", occurrence=f"{days}{state}", channel=Channel.CALL
    )
    return Task(
        key=key,
        touch_hex=f"{days}{state}",
        state=state,
        title="Call",
        day=ago(days),
        last_day=ago(days),
        sender=sender,
        name="Ada Lovelace",
        phone="+1 207 555 0100",
        postal=(),
    )


def a_report(
    *touches: PastTouch, people: Members | None = None, firsts: Any = (), **over: Any
) -> OwnerReport:
    """Of four contacts with a sequence of thanks."""
    people = members(4, dates={FIRST: tuple(firsts)}) if people is None else people
    given: dict[str, Any] = {
        "catalog": a_catalog(sequences=[a_sequence()]),
        "history": replace(a_history(*touches), planned_on=ago(1)),
        "tasks": (),
        "as_of": TODAY,
        "since": ago(60),
        "tops": {2: [0, 1]},
        "who": lambda contact: f"#{contact}",
    }
    return owner_report(members=people, firsts=tuple(firsts), **{**given, **over})


def test_each_first_purchase_has_one_fate() -> None:
    """Thanked, bounced, still open, and one whom no plan ever saw: four people, four fates."""
    firsts = [fact(0, 30), fact(1, 30), fact(2, 3), fact(3, 30)]
    found = a_report(thanks("c0000", 29), thanks("c0001", 29, bounced=True), firsts=firsts).new
    assert found is not None
    assert (found.everybody, found.thanked, found.open, found.late_data, found.no_consent, found.missed) == (
        4,
        1,
        1,
        1,
        0,
        1,
    )
    assert found.reasons == {"bounced": 1}
    assert found.who == (("bounced", "#c0001"), ("late_data", "#c0003"))


@pytest.mark.parametrize(
    ("purpose", "fate"), [(Purpose.MARKETING, "no_consent"), (Purpose.SERVICE, "late_data")]
)
def test_thanks_as_service_ask_for_no_consent(purpose: Purpose, fate: str) -> None:
    """Whoever did not agree to marketing was still promised thanks as service."""
    people = members(1, dates={FIRST: (fact(0, 30),)})
    people = replace(people, consent={**people.consent, Channel.EMAIL: np.array([False])})
    catalog = a_catalog(sequences=[a_sequence(steps=[a_step(purpose=purpose)])])
    found = a_report(people=people, firsts=[fact(0, 30)], catalog=catalog, tops={}).new
    assert found is not None
    assert getattr(found, fate) == 1


def test_without_a_plan_after_its_last_day_nobody_says_late_data() -> None:
    """The programme rests since 40 days: it was no fault of the export."""
    history = replace(a_history(), planned_on=ago(40))
    found = a_report(firsts=[fact(0, 30)], history=history).new
    assert found is not None
    assert (found.late_data, found.missed, found.reasons) == (0, 1, {"no_run": 1})


def test_what_is_stopped_says_so() -> None:
    """A person's hand, no data."""
    history = replace(a_history(), planned_on=ago(1), stopped=frozenset({"first-job"}))
    found = a_report(firsts=[fact(0, 30)], history=history).new
    assert found is not None
    assert found.reasons == {"stopped": 1}


def test_a_step_promises_whom_its_facts_make_due() -> None:
    """Due within the window, whatever the ledger has: not before it, not after today, not whom `only_if` leaves
    out, not who has left."""
    firsts = [fact(0, 30), fact(1, 100), fact(2, 0), fact(3, 30)]
    step = a_step(only_if="is happy")
    people = members(5, dates={FIRST: (*firsts, fact(4, 30))}, holds={"is happy": [0, 1, 2, 4]})
    people = replace(people, active=np.array([True] * 4 + [False]))
    catalog = a_catalog(sequences=[a_sequence(steps=[step])])
    (row,) = a_report(thanks("c0000", 29), people=people, firsts=firsts, catalog=catalog).promised
    assert (row.promised, row.kept, row.open, row.missed) == (1, 1, 0, {})


def test_the_largest_are_told_against_their_promise() -> None:
    """c0000 had an offer yesterday but nothing of value for 40 days: ten days late. c0001 is in time by its segment."""
    catalog = a_catalog(
        segments=[a_segment("customers", promise=a_promise(floor=10))],
        team=[a_team_member(), a_team_member("june", name="June Okafor")],
    )
    people = members(3, segments={"customers": [1]})
    touches = [
        a_touch("c0000", ago(1), occurrence="a", value=0, promotions=1),
        a_touch("c0000", ago(40), occurrence="b"),
        a_touch("c0001", ago(10), occurrence="c"),
    ]
    (top,) = a_report(*touches, people=people, catalog=catalog).tops
    first, second = top.rows
    assert (first.who, first.last, first.valued, first.late) == ("#c0000", ago(1), ago(40), 10)
    assert (second.floor, second.late, second.by) == (10, 0, "Dana Reyes")
    assert top.kept == 1


def test_what_bounced_or_was_only_planned_was_not_heard() -> None:
    """Neither refused, nor unknown, nor a day to come."""
    touches = [
        a_touch("c0000", ago(n), occurrence=f"{n}", **over)
        for n, over in enumerate(
            [
                {"bounced": True},
                {"state": TouchState.PLANNED},
                {"state": TouchState.UNKNOWN},
                {"state": TouchState.REFUSED},
            ],
            start=1,
        )
    ]
    (top,) = a_report(
        *touches, a_touch("c0000", TODAY + timedelta(days=1), occurrence="x"), tops={1: [0]}
    ).tops
    assert top.rows[0].last is None


def test_a_shared_inbox_has_heard_what_one_of_them_got() -> None:
    """An issue, not a letter to one of them by name."""
    people = replace(members(3), inbox=np.array([7, 7, 8], dtype=np.int32))
    letters = a_report(a_touch("c0000", ago(3)), people=people, tops={3: [0, 1, 2]}, catalog=a_catalog())
    rows = letters.tops[0].rows
    assert {row.who: row.last for row in rows} == {"#c0000": ago(3), "#c0001": ago(3), "#c0002": None}
    step = thanks("c0000", 3)
    rows = a_report(step, people=people, tops={3: [0, 1, 2]}, catalog=a_catalog()).tops[0].rows
    assert {row.who: row.last for row in rows} == {"#c0000": ago(3), "#c0001": None, "#c0002": None}


def test_a_newcomer_owes_us_nothing_from_before_we_knew_them() -> None:
    """The programme runs since January; known for 25 days, nobody is late for a floor of 30, known for 100 everybody
    is, by no more than the days since then."""
    for days, late in ((25, False), (100, True)):
        people = members(20, since=np.full(20, ago(days).toordinal(), dtype=np.int32))
        rows = a_report(people=people, tops={20: list(range(20))}, catalog=a_catalog()).tops[0].rows
        assert {bool(row.late) for row in rows} == {late}
        assert max(row.late for row in rows) <= max(days - 30, 0)


def test_floors_by_segment_and_whom_nobody_can_reach() -> None:
    """Of four one was touched 30 days ago (inside), one 31 (outside), one never (outside), one has no address."""
    people = members(4, segments={"customers": [0, 1]})
    reach = {**people.reach, Channel.EMAIL: np.array([True, True, True, False])}
    catalog = a_catalog(segments=[a_segment("customers")])
    rows = {
        row.segment: row
        for row in a_report(
            a_touch("c0000", ago(30)),
            a_touch("c0001", ago(31)),
            people=replace(people, reach=reach),
            catalog=catalog,
        ).floors
    }
    assert (rows[""].contacts, rows[""].inside, rows[""].never) == (3, 1, 1)
    assert rows[""].apart == {"no_channel": 1}
    assert (rows["customers"].contacts, rows["customers"].inside) == (2, 1)


def test_tasks_by_who_has_them() -> None:
    """Done and missed since the first day, open and overdue now; older ones are history."""
    tasks = [
        a_task(TouchState.DONE, 5),
        a_task(TouchState.DONE, 90),
        a_task(TouchState.MISSED, 5, "june"),
        a_task(TouchState.PLANNED, 2),
        a_task(TouchState.PLANNED, -3),
    ]
    total, dana, june = a_report(
        tasks=tasks, catalog=a_catalog(team=[a_team_member(), a_team_member("june")])
    ).tasks
    assert (total.done, total.missed, total.open, total.overdue) == (1, 1, 1, 1)
    assert (dana.name, dana.done, dana.overdue) == ("Dana Reyes", 1, 1)
    assert (june.name, june.missed) == ("June Reyes", 1)


def test_the_sentence_says_it_in_a_breath() -> None:
    """New customers, the largest, floors, tasks."""
    tasks = [a_task(TouchState.PLANNED, 2)]
    found = a_report(
        thanks("c0000", 29), a_touch("c0001", ago(3)), firsts=[fact(0, 30), fact(3, 30)], tasks=tasks
    )
    assert sentence(found, US) == (
        "1 of 2 new customers since October 2 were thanked, 2 of our 2 largest heard from us as promised, "
        "50 % of the 4 contacts whom we can reach are inside their floor and 1 task is overdue."
    )


def test_names_stand_only_in_columns_that_say_so() -> None:
    """So that a mail can keep them out of everything but their places; tasks never name whom they are about."""
    tasks = [a_task(TouchState.PLANNED, 2)]
    found = a_report(firsts=[fact(3, 30)], tasks=tasks, who=lambda _: "Ada Lovelace")
    for section in sections(found, US, named=True):
        for row in section.rows:
            plain = [cell for column, cell in enumerate(row) if column not in section.personal]
            assert "Ada" not in " ".join(plain)
        assert "Ada" not in section.says + section.more + section.title
    assert "Ada" in as_text(found, US, named=True)


def test_nothing_at_all_is_said_calmly() -> None:
    """A company before its first sale."""
    found = a_report(people=members(0), tops={}, catalog=a_catalog(), firsts=())
    text = as_text(found, US, named=False)
    assert text.startswith("There is nothing to report yet.")
    assert "Nobody bought for the first time." in text


def test_the_edges_of_windows_belong_to_them() -> None:
    """Bought on the very first day of the window counts; on the last day of its grace it is still open, the day
    after it is not."""
    first = a_report(firsts=[fact(0, 60), fact(1, 61)]).new
    assert first is not None
    assert first.everybody == 1
    last = a_report(firsts=[fact(0, 8), fact(1, 9)]).new
    assert last is not None
    assert (last.open, last.late_data) == (1, 1)


def test_a_task_is_overdue_from_the_day_after_its_last() -> None:
    """On it there is still time."""
    tasks = [a_task(TouchState.PLANNED, 0), a_task(TouchState.PLANNED, 1)]
    total = a_report(tasks=tasks).tasks[0]
    assert (total.open, total.overdue) == (1, 1)
