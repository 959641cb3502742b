"""Whose a task is on which day, how it stands, and what it is called."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from topmind.ledger import Task
from topmind.model import Channel, TouchKey, TouchState
from topmind.run.task_days import as_held, by_holder, holder, overdue, short_names
from topmind.testing.builders import TODAY, a_catalog, a_company, a_team_member

TEAM = ("dana", "june")


def a_task(number: int = 0, **over: Any) -> Task:
    """June's call, due until TODAY."""
    key = TouchKey(contact=f"c{number}", source="s", step="call", occurrence="once", channel=Channel.CALL)
    base: dict[str, Any] = {
        "key": key,
        "touch_hex": f"{number:032x}",
        "state": TouchState.PLANNED,
        "title": "Call",
        "day": TODAY - timedelta(days=2),
        "last_day": TODAY,
        "sender": "june",
        "name": "",
        "phone": "",
        "postal": (),
    }
    return Task(**{**base, **over})


def whose(task: Task, day: date, *rest: date) -> str:
    """Team id on a day; `rest`: days without task mails."""
    return holder(task, day, owner="dana", team=TEAM, ordinary=lambda d: d not in rest)


def test_once_more_and_then_the_owner() -> None:
    """Until its last day hers, the next morning overdue and hers, from then on the owner's."""
    days = [TODAY + timedelta(days=n) for n in range(-2, 4)]
    assert [whose(a_task(), day) for day in days] == ["june"] * 4 + ["dana"] * 2
    assert [overdue(a_task(), day) for day in days] == [False] * 3 + [True] * 3


def test_a_day_of_rest_is_no_morning() -> None:
    """Without a mail she has not seen it overdue yet: the next ordinary day is hers."""
    one, two, three = (TODAY + timedelta(days=n) for n in (1, 2, 3))
    assert whose(a_task(), two, one) == "june"
    assert whose(a_task(), three, one) == "dana"


def test_who_has_left_the_team_leaves_tasks_to_the_owner() -> None:
    """A sender without a file in content/team does nothing any more."""
    assert whose(a_task(sender="gone"), TODAY) == "dana"


@given(st.lists(st.tuples(st.integers(-9, 9), st.integers(0, 9), st.sampled_from(["june", "dana", "gone"]))))
def test_every_open_task_that_has_begun_has_one_holder(rows: list[tuple[int, int, str]]) -> None:
    """Nothing is lost and nothing stands twice; of each holder the overdue come first."""
    tasks = [
        a_task(
            n, day=TODAY + timedelta(days=start), last_day=TODAY + timedelta(days=start + grace), sender=who
        )
        for n, (start, grace, who) in enumerate(rows)
    ]
    team = [a_team_member("dana"), a_team_member("june")]
    found = by_holder(tasks, a_catalog(company=a_company(owner="dana"), team=team), TODAY)
    listed = [task for mine in found.values() for task in mine]
    assert sorted(t.touch_hex for t in listed) == sorted(t.touch_hex for t in tasks if t.day <= TODAY)
    assert all([t.last_day for t in mine] == sorted(t.last_day for t in mine) for mine in found.values())
    assert list(found) == sorted(found)


def test_reports_name_whoever_has_it_now() -> None:
    """An overdue task is the owner's there, too; a closed one stays with whose it was."""
    catalog = a_catalog(
        company=a_company(owner="dana", country=None), team=[a_team_member("dana"), a_team_member("june")]
    )
    tasks = [a_task(1), a_task(2, state=TouchState.DONE)]
    assert [t.sender for t in as_held(tasks, catalog, TODAY + timedelta(days=5))] == ["dana", "june"]
    assert [t.sender for t in as_held(tasks, catalog, TODAY)] == ["june", "june"]


@given(st.sets(st.text("0123456789abcdef", min_size=32, max_size=32), max_size=8), st.booleans())
def test_short_names_are_unique_beginnings(names: set[str], twin: bool) -> None:
    """At least eight digits, more where two tasks share them; the same for every order."""
    if twin and names:
        first = min(names)
        names.add(first[:-1] + ("0" if first[-1] != "0" else "1"))
    tasks = [a_task(touch_hex=name) for name in names]
    short = short_names(tasks)
    assert short == short_names(list(reversed(tasks)))
    assert len(set(short.values())) == len(names)
    for name, beginning in short.items():
        assert name.startswith(beginning)
        assert len(beginning) >= 8
        assert [other for other in names if other.startswith(beginning)] == [name]
