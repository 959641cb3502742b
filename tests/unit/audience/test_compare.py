"""Two segments beside each other, one on two days, a masked handful, and the examples of a file."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import pytest

from topmind.audience import difference, explain, movement, sample, segment_report, try_examples
from topmind.errors import UsageError
from topmind.model import Example, Standing
from topmind.testing.builders import TODAY, a_catalog, a_history, a_segment, a_touch

if TYPE_CHECKING:
    from conftest import Project  # type: ignore[attr-defined]

SPEC = """
[tables.contacts]
file = "contacts.csv"
id = "id"
email = "email"
name = ["name"]
stage = "stage"
[tables.purchases]
file = "purchases.csv"
id = "number"
contact = "contact"
date = "day"
amount = "amount"
items = ["item"]
[fields.town]
column = "town"
[fields.vip]
column = "vip"
type = "flag"
"""
CONTACTS = """id,email,name,stage,town,vip
1,ann@own-shop.example,Ann Kay,action,Elm,yes
2,bob@mail.example.com,Bob,interest,Elm,no
3,cid@example.com,Cid Ember Lund,,Oak,
4,,,,,
"""
PURCHASES = """number,contact,day,amount,item
a,1,2026-06-01,10.50,roof
b,1,2026-11-20,20,deck
c,2,2026-11-25,5,roof
d,3,2025-01-01,7,roof
"""
ELM = a_segment("elm", who=(("town = 'Elm'", 4),))
BUYERS = a_segment("buyers", who=(("purchases() > 0", 4),))
RECENT = a_segment("recent", who=(("bought(days => 30)", 4), ("not in_segment('vips')", 5)))
VIPS = a_segment("vips", who=(("vip", 4),))
CATALOG = a_catalog(segments=[ELM, BUYERS, RECENT, VIPS])


@pytest.fixture
def filled(project: Project) -> Project:
    """Four people, three of whom bought."""
    project.file("contacts.csv", CONTACTS)
    project.file("purchases.csv", PURCHASES)
    return project.spec(SPEC)


def test_two_segments_beside_each_other(filled: Project) -> None:
    """Whoever is in both, and whoever is in one alone, by their ids."""
    with filled.open() as source:
        found = difference(source, CATALOG, a_history(), TODAY, "elm", "buyers")
        turned = difference(source, CATALOG, a_history(), TODAY, "buyers", "elm")
        with pytest.raises(UsageError, match='Did you mean "elm"'):
            difference(source, CATALOG, a_history(), TODAY, "elm", "elmm")
    assert (found.both, found.only_first, found.only_second) == (("1", "2"), (), ("3",))
    assert (turned.both, turned.only_first, turned.only_second) == (("1", "2"), ("3",), ())


def test_who_was_erased_is_in_no_difference(filled: Project) -> None:
    """Also where the export still has them."""
    past = a_history(standing={"1": Standing(erased=True)})
    with filled.open() as source:
        found = difference(source, CATALOG, past, TODAY, "elm", "buyers")
        picked = sample(source, CATALOG, past, TODAY, "elm", 5)
        (tried,) = try_examples(source, _with(ELM, "1 belongs"), past, TODAY, ["elm"])
    assert found.both == ("2",)
    assert [one.contact for one in picked] == ["2"]
    assert tried.belongs is None


def test_one_segment_on_two_days(filled: Project) -> None:
    """Purchases count as they were on each day; each line tells how many it let in and out."""
    catalog = a_catalog(segments=[a_segment("recent", who=(("bought(days => 30)", 4), ("town = 'Elm'", 5)))])
    with filled.open() as source:
        found = movement(source, catalog, a_history(), "recent", date(2026, 6, 15), TODAY)
        back = movement(source, catalog, a_history(), "recent", date(2026, 6, 15), date(2026, 8, 1))
    assert (found.before, found.after, found.came, found.went) == (1, 2, ("2",), ())
    assert [(line.let_in, line.let_out) for line in found.lines] == [(1, 0), (0, 0)]
    assert (back.before, back.after, back.came, back.went) == (1, 0, (), ("1",))
    assert [(line.let_in, line.let_out) for line in back.lines] == [(0, 1), (0, 0)]


def test_touches_of_a_day_to_come_count_on_no_earlier_day(filled: Project) -> None:
    """The ledger's past is cut at each of the two days, too."""
    catalog = a_catalog(segments=[a_segment("written", who=(("touches() > 0", 4),))])
    past = a_history(a_touch("2", date(2026, 11, 10)))
    with filled.open() as source:
        found = movement(source, catalog, past, "written", date(2026, 11, 9), date(2026, 11, 10))
    assert (found.before, found.came) == (0, ("2",))


def test_a_handful_is_masked_and_the_same_each_time(filled: Project) -> None:
    """Neither a name, nor an address, nor somebody's own domain can be read."""
    with filled.open() as source:
        everybody = sample(source, CATALOG, a_history(), TODAY, "buyers", 5)
        two = sample(source, CATALOG, a_history(), TODAY, "buyers", 2)
        again = sample(source, CATALOG, a_history(), TODAY, "buyers", 2)
    assert [(one.contact, one.name, one.address, one.stage) for one in everybody] == [
        ("1", "A… K…", "a…@o….example", "action"),
        ("2", "B…", "b…@m….com", "interest"),
        ("3", "C… E… L…", "c…@e….com", ""),
    ]
    assert two == again
    assert len(two) == 2
    assert set(two) < set(everybody)


def _with(segment: object, *lines: str, day: date | None = None) -> object:
    examples = tuple(
        Example(contact=line.split()[0], belongs="not" not in line, day=day, line=number)
        for number, line in enumerate(lines, start=7)
    )
    from dataclasses import replace

    return a_catalog(segments=[replace(segment, examples=examples)])  # type: ignore[type-var]


def test_examples_are_tried_against_the_rule(filled: Project) -> None:
    """One that holds, one that does not, one about nobody; each with the line it stands on."""
    catalog = _with(ELM, "1 belongs", "2 does not belong", "3 does not belong", "9 belongs")
    with filled.open() as source:
        tried = try_examples(source, catalog, a_history(), TODAY, ["elm"])  # type: ignore[arg-type]
    assert [(one.example.line, one.belongs, one.kept) for one in tried] == [
        (7, True, True),
        (8, True, False),
        (9, False, True),
        (10, None, False),
    ]


def test_an_example_of_a_day_holds_on_that_day(filled: Project) -> None:
    """Whoever bought in summer belonged then, and belongs no more; a day to come is refused."""
    recent = a_segment("recent", who=(("bought('roof', days => 30)", 4),))
    with filled.open() as source:
        (then,) = try_examples(
            source, _with(recent, "1 belongs", day=date(2026, 6, 2)), a_history(), TODAY, ["recent"]
        )
        (now,) = try_examples(source, _with(recent, "1 belongs"), a_history(), TODAY, ["recent"])
        with pytest.raises(UsageError, match="2027-01-01, which has not come"):
            try_examples(
                source, _with(recent, "1 belongs", day=date(2027, 1, 1)), a_history(), TODAY, ["recent"]
            )
    assert (then.kept, now.kept) == (True, False)


def test_examples_of_several_days_are_each_tried_once(filled: Project) -> None:
    """In the order in which they stand in the file."""
    lines = (("1", date(2026, 6, 2)), ("2", None), ("2", date(2026, 6, 2)))
    examples = tuple(
        Example(contact=contact, belongs=True, day=day, line=number)
        for number, (contact, day) in enumerate(lines, start=7)
    )
    catalog = a_catalog(
        segments=[a_segment("recent", who=(("bought('roof', days => 30)", 4),), examples=examples)]
    )
    with filled.open() as source:
        tried = try_examples(source, catalog, a_history(), TODAY, ["recent"])
    assert [(one.example.line, one.kept) for one in tried] == [(7, True), (8, True), (9, False)]


def test_a_report_tells_who_shares_the_most(filled: Project) -> None:
    """The largest first; a segment that shares nobody has no overlap."""
    few = a_segment("a-few", who=(("vip", 4), ("purchases() > 0", 5)))
    with filled.open() as source:
        rows = {row.name: row for row in segment_report(source, CATALOG, a_history(), TODAY)}
        wider = a_catalog(segments=[ELM, BUYERS, few])
        more = {row.name: row for row in segment_report(source, wider, a_history(), TODAY)}
    assert more["buyers"].overlap == (("elm", 2), ("a-few", 1))
    assert rows["buyers"].overlap == (("elm", 2), ("recent", 1), ("vips", 1))
    assert rows["vips"].overlap == (("buyers", 1), ("elm", 1))
    assert rows["recent"].overlap == (("buyers", 1), ("elm", 1))
    assert [clause.words for clause in rows["recent"].clauses] == [
        "bought anything since 2026-11-01",
        "is not in the segment “vips”",
    ]


def test_each_line_tells_what_it_saw(filled: Project) -> None:
    """Fields, sums, last days (also before the window), marks and memberships; nothing is told as such."""
    who = (
        "revenue(days => 365) > 30",
        "(town = 'Oak' or stage = 'action')",
        "bought('roof', days => 30)",
        "not in_segment('vips')",
        "marked('owes a call')",
        "last_touch() is null",
        "purchases() >= 2",
        "vip",
        "in_top(1, by => revenue())",
        "not got('tips/a')",
    )
    segment = a_segment("all", who=tuple((text, line) for line, text in enumerate(who, 4)))
    catalog = a_catalog(segments=[segment, VIPS])
    past = a_history(
        a_touch("3", date(2026, 11, 10), items=("tips/a",)),
        standing={"1": Standing(marks=frozenset({"owes a call"}))},
    )
    told = {}
    with filled.open() as source:
        for contact in "134":
            held = explain(source, catalog, past, TODAY, "all", contact)
            told[contact] = {label: value for line in held for label, value in line.saw}
    assert told["1"] == {
        "revenue(days => 365)": "30.50",
        "town": "Elm",
        "stage": "action",
        "bought('roof', days => 30)": "2026-06-01",
        "in_segment('vips')": "yes",
        "marked('owes a call')": "yes",
        "last_touch()": "never",
        "purchases()": "2",
        "vip": "yes",
        "in_top(1, by => revenue())": "yes",
        "revenue()": "30.50",
        "got('tips/a')": "no",
    }
    assert told["3"]["last_touch()"] == "2026-11-10"
    assert told["3"]["got('tips/a')"] == "yes"
    assert told["3"]["revenue()"] == "7"
    assert told["4"] == {
        **dict.fromkeys(told["4"], "no"),
        "revenue(days => 365)": "0",
        "revenue()": "0",
        "purchases()": "0",
        "town": "unknown",
        "stage": "unknown",
        "vip": "unknown",
        "bought('roof', days => 30)": "never",
        "last_touch()": "never",
    }
