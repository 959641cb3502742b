"""`var/last-plan.json` and what is different from one plan to the next, in words."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from topmind.date_words import DateStyle
from topmind.errors import TopmindError
from topmind.report.differences import difference_words, differences
from topmind.report.last_plan import LastPlan, read
from topmind.testing.desk import a_last_plan

US = DateStyle("en", "US")


def more(plan: LastPlan, what: str, count: int, *, on: int = 7) -> LastPlan:
    """The same plan with so many more touches on the day with this number."""
    days = list(plan.days)
    touches = {name: dict(by) for name, by in days[on].touches.items()}
    by = touches.setdefault(what, {})
    by[""] = by.get("", 0) + count
    days[on] = replace(days[on], touches=touches)
    return replace(plan, days=tuple(days))


def the_day_after(plan: LastPlan, **over: Any) -> LastPlan:
    """The plan as tomorrow's run sees it: one day less behind, one more ahead."""
    step = timedelta(days=1)
    ahead = replace(plan.days[-1], day=plan.days[-1].day + step, touches={"rescue": {"": 99}})
    return replace(
        plan, as_of=plan.as_of + step, until=plan.until + step, days=(*plan.days[1:], ahead), **over
    )


def test_a_plan_survives_its_file(tmp_path: Any) -> None:
    """Written and read back it is the same; another shape is an error that says what to do."""
    path = tmp_path / "last-plan.json"
    assert read(path) is None
    path.write_text(a_last_plan().to_json())
    assert read(path) == a_last_plan()
    path.write_text('{"as_of": "2026-12-01"}')
    with pytest.raises(TopmindError, match="another shape"):
        read(path)


def test_only_days_that_both_plans_see_are_compared() -> None:
    """What went out yesterday and what came into sight today is no difference."""
    before = a_last_plan()
    assert differences(before, the_day_after(before)) == ()
    assert difference_words(before, the_day_after(before), US) == (
        "Since the last run (Tuesday, December 1, 2026) nothing changed in the days ahead."
    )
    # today's own day is sent or being sent
    assert differences(before, more(before, "rescue", 5, on=0)) == ()


def test_more_and_fewer_with_what_may_have_made_it_so() -> None:
    """The largest first: a letter by its title, rescues as a word; items, then segments."""
    before = a_last_plan()
    now = more(more(before, "tuesday-fix/2026-W50", 212), "rescue", -12, on=8)
    now = replace(
        now,
        items={
            **before.items,
            "tips/a": "tip",
            "tips/b": "tip",
            "tips/c": "tip",
            "promotions/x": "promotion",
        },
        segments={**before.segments, "prospects": before.segments["prospects"] + 40},
    )
    assert difference_words(before, now, US) == (
        "Since the last run (Tuesday, December 1, 2026): 212 more of The Tuesday Fix; 12 fewer rescues, because "
        "3 tips were added, 1 promotion was added and segment prospects grew by 40."
    )


def test_what_was_taken_away_is_a_cause_too() -> None:
    """And a new or vanished segment; without any other difference the causes stand alone."""
    before = a_last_plan()
    now = replace(before, items={}, segments={"customers": 1402, "lapsed": 3})
    assert differences(before, now) == (
        "1 tip was taken away",
        "segment lapsed is new",
        "segment prospects is gone",
    )


def test_what_people_changed_is_named_whatever_it_is() -> None:
    """A newsletter's day, a sequence that is new, the company's rules: no other cause is put in their place."""
    files = {"company.md": "a", "newsletter tuesday-fix": "b", "sequence first-job": "c", "tips/old": "d"}
    before = a_last_plan(files=files)
    now = replace(more(before, "tuesday-fix/2026-W50", -153), files={**files, "newsletter tuesday-fix": "x"})
    assert differences(before, now)[-1] == "because newsletter tuesday-fix was changed"
    now = replace(now, files={"company.md": "x", "sequence win-back": "y", "tips/old": "z", "tips/new": "n"})
    assert differences(before, now)[-1] == (
        "because company.md was changed, tips/old was changed, sequence win-back is new, newsletter tuesday-fix is gone "
        "and sequence first-job is gone"
    )
    assert differences(before, replace(before, files={})) == ()


def test_a_gap_that_closed_is_good_news() -> None:
    """And one that opened is not kept back."""
    before = a_last_plan()
    assert "the content gap of prospects is closed" in differences(before, replace(before, lacks=()))
    assert "a content gap of prospects has opened" in differences(replace(before, lacks=()), before)


def test_many_small_differences_are_counted() -> None:
    """Six are told, the rest is a number."""
    before = a_last_plan()
    now = before
    for number in range(9):
        now = more(now, f"first-job/step-{number}", 20 - number)
    found = differences(before, now)
    assert len(found) == 7
    assert found[0] == "20 more of first-job/step-0"
    assert found[-1] == "3 more with small differences"
