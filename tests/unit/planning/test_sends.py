"""Dates under `send:` against what went: the n-th date is the n-th send for good."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from topmind.model import Item, Problem, Send, TouchState
from topmind.planning import check_sends
from topmind.testing.builders import a_catalog, a_company, a_history, a_touch, an_item

#: Days of November 2026.
NOW = date(2026, 11, 12)


def november(day: int) -> date:
    """A day of the month."""
    return date(2026, 11, day)


def kit(*days: int, **over: object) -> Item:
    """An article that is sent by itself on these days."""
    sends = tuple(Send(number=n, day=november(day)) for n, day in enumerate(days, start=1))
    return an_item("articles/kit", sends=sends, **over)


def said(
    item: Item, went: dict[int, int], state: TouchState = TouchState.ACCEPTED, **company: object
) -> list[Problem]:
    """What is found where send n went on a day of November."""
    touches = [
        a_touch(day=november(day), source="articles/kit", occurrence=str(number), state=state)
        for number, day in went.items()
    ]
    catalog = a_catalog(items=[item], company=a_company(**company))
    return list(check_sends(catalog, a_history(*touches), NOW))


@pytest.mark.parametrize(
    ("days", "went", "wrong"),
    [
        ((3, 10, 17), {1: 3, 2: 10}, 0),
        ((10, 17), {1: 3, 2: 10}, 1),  # the first taken out
        ((3, 17), {1: 3, 2: 10}, 2),  # the second
        ((2, 3, 17), {1: 3}, 1),  # one put in before it
        ((3, 5, 10, 17), {1: 3, 2: 10}, 2),  # one in between, after the second went
        ((3, 12, 17), {1: 3}, 0),  # one in between that nobody had yet
        ((4, 17), {1: 3}, 1),  # moved after it went
        ((1, 17), {1: 3}, 0),  # moved back: who had it had it
        ((3, 20), {1: 3}, 0),
        ((2, 17), {1: 3}, 0),  # a day late: no run came on its own
        ((3, 10), {1: 3, 2: 10, 3: 11}, 0),  # the last taken out
        ((20,), {1: 3, 2: 10, 3: 11}, 1),
    ],
)
def test_each_send_keeps_the_day_on_which_it_went(
    days: tuple[int, ...], went: dict[int, int], wrong: int
) -> None:
    """Whatever changes the meaning of a number that somebody had is told; dates to come are free."""
    found = said(kit(*days), went)
    assert [p.says.split()[1] for p in found] == ([str(wrong)] if wrong else [])


def test_the_message_names_the_dates() -> None:
    """Where, what, what to do."""
    (found,) = said(kit(17), {1: 3})
    assert (found.rule, found.path, found.key) == ("planning/send-moved", "content/articles/kit.md", "send")
    assert (
        "Send 1 of articles/kit went on 3 November 2026, but date 1 under `send:` is 2026-11-17" in found.says
    )
    assert found.fix == "Keep 2026-11-03 as date 1, above the others; new dates go below those that went."


def test_a_day_of_rest_is_no_edit() -> None:
    """Both dates waited for the day after the holiday: the first went on the second's day, as it must."""
    assert said(kit(2, 3, 17), {1: 4}, blackout=(november(2), november(3))) == []
    assert len(said(kit(2, 3, 17), {1: 4})) == 1


def test_what_expired_is_over_too() -> None:
    """Its readers would not get it on a later day; an earlier one is no matter, for nobody had it."""
    assert len(said(kit(17), {1: 6}, TouchState.EXPIRED)) == 1
    assert said(kit(3, 4, 17), {1: 6}, TouchState.EXPIRED) == []


def test_what_only_waits_may_move_and_is_not_sent_beside_its_date() -> None:
    """A row that was planned and has not left is free to move to a later day, not to become another date."""
    assert said(kit(17), {1: 12}, TouchState.PLANNED) == []
    assert len(said(kit(11, 12, 17), {1: 12}, TouchState.PLANNED)) == 1


def test_what_is_over_may_be_tidied() -> None:
    """No date is to come, so nothing can go wrong any more; one that was renamed is still the same."""
    assert said(kit(2, 3), {1: 3}) == []
    renamed = replace(kit(17), id="articles/set", was=("articles/kit",))
    assert len(said(renamed, {1: 3})) == 1
    assert said(replace(renamed, was=()), {1: 3}) == []


def test_a_mail_that_came_late_is_told_from_a_date_that_moved() -> None:
    """No run came on the third, so send 1 went on the tenth, the day of send 2: nobody edited anything."""
    item = kit(3, 10, grace=14)
    late = a_touch(day=november(10), source="articles/kit", occurrence="1", nominal=november(3))
    catalog = a_catalog(items=[item])
    assert list(check_sends(catalog, a_history(late), NOW)) == []
    moved = replace(late, nominal=november(4))
    (problem,) = check_sends(catalog, a_history(moved), NOW)
    assert "went on" in problem.says
