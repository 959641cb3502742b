"""What lies ahead, as a marketer reads it."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from topmind.date_words import DateStyle
from topmind.model import Ahead, CalendarDay, ContentGap, Need, Offer, Plan, Reason
from topmind.report.outlook_words import early_offers, enough, held_words, lack_words, lacks, share
from topmind.run.ahead_text import gap_lines
from topmind.testing.desk import a_last_plan

US = DateStyle("en", "US")
MONDAY = date(2026, 12, 14)
UNTIL = date(2027, 3, 1)


def gap(segment: str, contacts: int, week: date = MONDAY) -> ContentGap:
    """A week in which they have nothing."""
    return ContentGap(week=week, segment=segment, contacts=contacts)


def need(segment: str, contacts: int, *days: int) -> Need:
    """Items by these days of December."""
    return Need(segment=segment, contacts=contacts, by=tuple(date(2026, 12, day) for day in days))


def test_two_tips_would_do() -> None:
    """The week, who, how many in the end, how many items and by when."""
    (lack,) = lacks(
        [gap("prospects", 312), gap("prospects", 4, date(2026, 12, 21))], [need("prospects", 316, 11, 25)]
    )
    assert lack_words(lack, UNTIL, US) == (
        "week of December 14: 312 prospects have nothing new, 316 by March 1; two tips would do: "
        "by December 11 and December 25"
    )


def test_one_tip_for_one_contact_without_segments() -> None:
    """Number and verb agree."""
    (lack,) = lacks([gap("", 1)], [need("", 1, 11)])
    assert lack_words(lack, UNTIL, US) == (
        "week of December 14: 1 contact has nothing new; one tip would do, by December 11"
    )


def test_one_contact_of_a_segment_is_one() -> None:
    """The name of a segment is that of many."""
    (lack,) = lacks([gap("customers", 1)], [need("customers", 1, 11)])
    assert lack_words(lack, UNTIL, US).startswith(
        "week of December 14: 1 contact of customers has nothing new;"
    )


def test_a_short_plan_tells_what_the_run_saw_further_ahead() -> None:
    """Fourteen days without a gap, and one in the week after: the gap is told, and nobody says that there is none."""
    day = date(2026, 12, 1)
    short = Plan(
        as_of=day,
        now=datetime(2026, 12, 1, 12, tzinfo=UTC),
        ledger="test",
        hash="0" * 64,
        occasions=(),
        due=(),
        decisions=(),
        calendar=tuple(CalendarDay(day=day + timedelta(days=n), touches={}) for n in range(15)),
    )
    assert gap_lines(short, US) == ["", "No content gap, to December 15."]
    said = gap_lines(short, US, a_last_plan())
    assert said[1] == "Content gaps:"
    assert "280 prospects have nothing new" in said[2]


def test_a_smaller_segment_with_the_same_gap_stands_with_the_larger() -> None:
    """The same items close it; one that needs others has a line of its own, the more urgent first."""
    gaps = [gap("customers", 90), gap("top-100", 8), gap("prospects", 5)]
    needs = [need("customers", 90, 11), need("prospects", 5, 10, 20), need("top-100", 8, 11)]
    first, second = lacks(gaps, needs)
    assert (first.segment, second.segment, dict(second.among)) == ("prospects", "customers", {"top-100": 8})
    assert "(among them 8 in top-100)" in lack_words(second, UNTIL, US)


@pytest.mark.parametrize(
    ("short", "items"), [({}, 0), ({2: 212}, 2), ({1: 90, 3: 10}, 1), ({1: 89, 3: 11}, 3), ({1: 1}, 1)]
)
def test_value_items_that_free_nine_of_ten(short: dict[int, int], items: int) -> None:
    """One person who lacks three does not make it three for all."""
    assert enough(short) == items


def test_the_ratio_is_said_with_what_helps() -> None:
    """Beside the other reasons, each in its words."""
    row = Ahead(
        occasion=0, asked=236, goes=20, held={Reason.RATIO: 212, Reason.GAP: 4}, short={2: 200, 3: 12}
    )
    assert held_words(row) == (
        "20 of 236 get it; 212 would be held by the ratio: send 2 value items first; 4 too soon after the last one"
    )


def test_an_offer_is_worth_a_line_from_a_tenth_on() -> None:
    """Ten of a hundred, not nine."""
    ten = Offer(item="promotions/a", asked=100, goes=90, short={1: 10})
    nine = Offer(item="promotions/b", asked=100, goes=91, short={1: 9})
    nobody = Offer(item="promotions/c", asked=0, goes=0, short={})
    assert list(early_offers([ten, nine, nobody])) == [ten]


@pytest.mark.parametrize(
    ("part", "whole", "said"),
    [
        (0, 0, "–"),
        (0, 9, "0 (0 %)"),
        (9, 9, "9 (100 %)"),
        (1999, 2000, "1999 (99 %)"),
        (1, 2000, "1 (1 %)"),
        (5, 56, "5 (9 %)"),
        (1, 3, "1 (33 %)"),
    ],
)
def test_a_share_is_never_rounded_up_to_all(part: int, whole: int, said: str) -> None:
    """One missing person is not 100 %."""
    assert share(part, whole) == said
