"""Sequences and promises against the contacts there are."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import numpy as np

from topmind.checks import Facts
from topmind.checks.coupons import over, same_everywhere
from topmind.checks.promises import together
from topmind.checks.sequences import dates, reach, since
from topmind.model import Ceiling, FactDate, Level, Members
from topmind.testing.builders import (
    a_catalog,
    a_promise,
    a_segment,
    a_sequence,
    a_step,
    an_item,
    members,
    written,
)


def people(days: dict[str, list[tuple[int, date]]], many: int = 4, **over: Any) -> Members:
    """So many contacts with these dated facts (row, day) by expression."""
    facts = {
        text: tuple(FactDate(contact=row, day=day, fact=day.isoformat()) for row, day in rows)
        for text, rows in days.items()
    }
    return replace(members(many), dates=facts, **over)


def told(rule: Any, who: Members, **sequence: Any) -> list[tuple[str, Level, str]]:
    """(rule, level, what is said) of one sequence."""
    catalog = a_catalog(sequences=[a_sequence(starts_line=4, **sequence)])
    return [(p.rule, p.level, p.says) for p in rule(Facts(catalog=catalog, members=who))]


YEAR = date(2026, 5, 12)


def test_who_lacks_the_date_is_named_by_id() -> None:
    """Some lack it: a note with their ids, for the rest goes on; all lack it: a warning."""
    some = people({"birthday": [(0, YEAR), (2, YEAR)]})
    ((rule, level, says),) = told(dates, some, starts_from="birthday")
    assert (rule, level) == ("sequences/no-date", Level.INFO)
    assert f"2 of 4 contacts ({some.ids[1]}, {some.ids[3]})" in says
    ((_, level, says),) = told(dates, people({"birthday": []}), starts_from="birthday")
    assert (level, "everybody" in says) == (Level.WARNING, True)
    assert told(dates, people({"birthday": [(n, YEAR) for n in range(4)]}), starts_from="birthday") == []
    assert told(dates, people({"first_purchase()": []}), starts_from="first_purchase()") == []


def test_of_many_who_lack_the_date_some_are_named_and_all_are_counted() -> None:
    """Five ids, how many more, and how to look at them."""
    who = people({"birthday": [(0, YEAR)]}, many=12)
    ((_, _, says),) = told(dates, who, starts_from="birthday")
    assert f"11 of 12 contacts ({', '.join(who.ids[1:6])} and 6 more)" in says


def test_birthdays_need_yearly() -> None:
    """A date of birth lies before every programme: without `repeat: yearly` nothing would ever start."""
    born = people({"birthday": [(0, date(1980, 5, 12))]})
    ((rule, _, says),) = told(reach, born, starts_from="birthday")
    assert rule == "sequences/reaches-nobody"
    assert "so it starts nothing" in says
    assert told(reach, born, starts_from="birthday", repeat="yearly") == []
    assert told(reach, people({"birthday": [(0, YEAR)]}), starts_from="birthday") == []


def test_a_start_that_names_nothing_bought_is_told_once() -> None:
    """Where a name is near, that is told elsewhere; else this is the only word about it."""
    nobody = people({"bought('rof')": []})
    ((_, level, says),) = told(reach, nobody, starts_from="bought('rof')")
    assert (level, "Nobody has ever bought" in says) == (Level.WARNING, True)
    known = replace(nobody, words={"bought": ("roof",)})
    assert told(reach, known, starts_from="bought('rof')") == []


def test_what_nobody_ever_bought() -> None:
    """A misspelt thing is no error of the language, and would never be seen."""
    ((_, level, says),) = told(reach, people({"bought('rooof')": []}), starts_from="bought('rooof')")
    assert (level, "bought('rooof')" in says) == (Level.WARNING, True)
    assert told(reach, people({"first_purchase()": []}), starts_from="first_purchase()") == []


def test_nobody_is_left_today() -> None:
    """Not in its segments, or stopped before it begins: a note, for tomorrow it may be otherwise."""
    who = people(
        {"first_purchase()": [(0, YEAR)]}, holds={"purchases() > 0": np.array([True, False, False, False])}
    )
    stopped = told(reach, who, stop_when="purchases() > 0")
    assert [(rule, level) for rule, level, _ in stopped] == [("sequences/reaches-nobody", Level.INFO)]
    outside = told(reach, who, segments=frozenset({"nowhere"}))
    assert "none of them is in nowhere today" in outside[0][2]
    more = people({"first_purchase()": [(0, YEAR), (1, YEAR)]}, holds=who.holds)
    assert told(reach, more, stop_when="purchases() > 0") == []


def test_a_since_far_ahead_may_be_a_typo() -> None:
    """2036 for 2026."""
    assert told(since, members(1), since=date(2036, 1, 1))[0][0] == "sequences/far-since"
    assert told(since, members(1), since=date(2027, 1, 1)) == []
    assert told(reach, people({}), steps=[a_step()]) == []


def test_promises_of_two_segments_together() -> None:
    """Each alone can be kept; for whoever is in both they cannot."""
    often = a_segment("often", promise=a_promise(floor=7, ceilings=()))
    seldom = a_segment(
        "seldom", promise=a_promise(floor=60, ceilings=(Ceiling(channel=None, count=2, days=30),))
    )
    catalog = a_catalog(segments=[often, seldom])
    inside = np.array([[True, True], [True, False], [True, True]])
    who = replace(members(3), segments=("often", "seldom"), in_segment=inside)
    (found,) = together(Facts(catalog=catalog, members=who))
    assert (found.rule, found.path) == ("promises/contradict", "segments/seldom.md")
    assert (
        "2 contacts in often and seldom: a valuable touch every 7 days needs 5 touches in 30 days"
        in found.says
    )
    apart = replace(who, in_segment=np.array([[True, False], [False, True], [True, False]]))
    assert list(together(Facts(catalog=catalog, members=apart))) == []


def coupons(*lines: str, **offer: Any) -> list[tuple[str, str, int]]:
    """(rule, path, line) for tips that each hold one coupon line, and an offer."""
    items = [
        an_item(f"tips/t{n}", body=written(f"Look.\n\n/// coupon | {line}\n", f"content/tips/t{n}.md"))
        for n, line in enumerate(lines)
    ]
    items += [an_item("promotions/storm", **offer)] if offer else []
    facts = Facts(catalog=a_catalog(items=items))
    return [(p.rule, p.path, p.line) for rule in (same_everywhere, over) for p in rule(facts)]


def test_a_code_is_personal_everywhere_or_nowhere() -> None:
    """Once with the word and once without it; an offer's own word is enough for all texts."""
    assert coupons("A25, personal", "A25") == [("coupons/two-ways", "content/tips/t1.md", 7)]
    assert coupons("A25, personal, 60 days", "A25, personal") == []
    assert coupons("A25", "A25") == []
    assert coupons("A25", code="A25", personal_code=True) == []


def test_how_long_a_code_is_good_is_said_once() -> None:
    """Two ends for one code, or one that is over."""
    assert coupons("A25, personal, 60 days", "A25, personal, 30 days") == [
        ("coupons/two-ends", "content/tips/t1.md", 7)
    ]
    assert coupons("A25, personal, until 2026-11-30") == [("coupons/over", "content/tips/t0.md", 7)]
    assert coupons("A25, personal, until 2026-12-01") == []
