"""Selection: which items fill whose slots, and when an issue is withheld."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import numpy as np
import pytest

from topmind.model import (
    Access,
    Channel,
    DatedIssue,
    Item,
    Kind,
    Members,
    Reason,
    Send,
    Slot,
    Stage,
    Status,
    Use,
    Where,
)
from topmind.testing.builders import (
    TODAY,
    a_body,
    a_catalog,
    a_company,
    a_history,
    a_newsletter,
    a_promise,
    a_slot,
    a_touch,
    an_item,
    members,
    written,
)
from unit.planning.said import due, picks, planned, reasons

#: No floor, no ceilings, no ratio: selection alone.
FREE = a_company(promise=a_promise(floor=None, ceilings=(), value_per_promotion=0))
YESTERDAY = TODAY - timedelta(days=1)
WEEK_AGO = TODAY - timedelta(days=7)


def issue(*items: Item, slots: tuple[Slot, ...] = (), **over: object) -> object:
    """A weekly newsletter over these items; one required value slot unless slots are given."""
    return a_catalog(items=items, newsletters=[a_newsletter(slots=slots or None, **over)], company=FREE)


def first(catalog: object, people: Members | None = None, *past: object) -> tuple[str, ...]:
    """What the first contact gets today."""
    return picks(planned(catalog, people or members(1), a_history(*past))).get(0, ())


def test_the_best_item_by_priority_then_fresh_then_newest_then_id() -> None:
    """Smaller priority first; dated before evergreen; newer before older; then the id."""
    dated = Use(until=TODAY)
    items = [
        an_item("tips/a"),
        an_item("tips/b", day=date(2026, 6, 1)),
        an_item("tips/c", use=dated),
        an_item("tips/d", use=dated, day=date(2026, 6, 1)),
        an_item("tips/e", use=dated, day=date(2026, 6, 1)),
        an_item("tips/f", priority=-1),
    ]
    order = []
    while items:
        (best,) = first(issue(*items))
        order.append(best[-1])
        items = [i for i in items if i.id != best]
    assert order == ["f", "d", "e", "c", "b", "a"]


@pytest.mark.parametrize(
    "over",
    [
        {"status": Status.DRAFT},
        {"where": frozenset({Where.SITE})},
        {"day": TODAY + timedelta(days=1)},
        {"use": Use(until=YESTERDAY)},
        {"segments": frozenset({"lapsed"})},
        {"exclude": frozenset({"customers"})},
        {"stages": frozenset({Stage.ACTION})},
        {"access": Access.CLIENTS},
        {"correction": True},
        {"sends": (Send(number=1, day=TODAY + timedelta(days=3)),)},
        {"pins": (("tuesday-fix", TODAY + timedelta(days=7)),)},
        {"stop_when": "has done it"},
    ],
)
def test_an_item_that_is_not_for_them_now_is_not_taken(over: dict[str, object]) -> None:
    """Draft, site only, not yet, too late, other segment, stage, clients only, announced, pinned, done."""
    people = members(1, segments={"customers": [0], "lapsed": []}, holds={"has done it": [0]})
    assert first(issue(an_item("tips/open"), an_item("tips/better", priority=-1, **over)), people) == (
        "tips/open",
    )


def test_clients_get_what_is_for_clients() -> None:
    """Access follows the contact."""
    people = replace(members(2), client=np.array([True, False]))
    made = planned(
        issue(an_item("tips/open"), an_item("tips/better", priority=-1, access=Access.CLIENTS)), people
    )
    assert picks(made) == {0: ("tips/better",), 1: ("tips/open",)}


@pytest.mark.parametrize(
    ("use", "again"),
    [
        (Use(), False),
        (Use(any_time=True), True),
        (Use(again_after_months=1), False),
    ],
)
def test_nothing_comes_twice_unless_it_may(use: Use, again: bool) -> None:
    """Received a week ago: only `any time` comes again."""
    catalog = issue(an_item("tips/a", use=use))
    got = a_touch(items=("tips/a",), day=WEEK_AGO)
    assert bool(first(catalog, None, got)) is again


def test_an_item_comes_again_after_its_months() -> None:
    """One month after the first time, to the day."""
    catalog = issue(an_item("tips/a", use=Use(again_after_months=1)))
    assert first(catalog, None, a_touch(items=("tips/a",), day=date(2026, 11, 1))) == ("tips/a",)
    assert first(catalog, None, a_touch(items=("tips/a",), day=date(2026, 11, 2))) == ()


def test_a_renamed_item_is_still_the_same() -> None:
    """`was:` keeps what was received under the old name."""
    catalog = issue(an_item("tips/new-name", was=("tips/old",)))
    assert first(catalog, None, a_touch(items=("tips/old",), day=WEEK_AGO)) == ()


def test_slots_are_filled_value_first_and_listed_as_written() -> None:
    """A mixed slot in front does not take the only tip away from the value slot behind it."""
    slots = (a_slot(0, list(Kind)), a_slot(1, [Kind.TIP]))
    made = planned(issue(an_item("tips/a"), an_item("promotions/p"), slots=slots), members(1))
    (touch,) = made.due
    assert (touch.picks, touch.per_slot, touch.value, touch.promotions) == (
        ("promotions/p", "tips/a"),
        (1, 1),
        1,
        1,
    )


def test_a_slot_takes_as_many_as_it_asks_for_or_what_there_is() -> None:
    """Two of three wanted are better than none; an optional slot may stay empty."""
    slots = (a_slot(0, [Kind.TIP], count=3), a_slot(1, [Kind.EVENT], optional=True))
    (touch,) = planned(issue(an_item("tips/a"), an_item("tips/b"), slots=slots), members(1)).due
    assert (touch.picks, touch.per_slot) == (("tips/a", "tips/b"), (2, 0))


def test_an_empty_required_slot_withholds_the_issue() -> None:
    """Nothing new for them."""
    slots = (a_slot(0, [Kind.TIP]), a_slot(1, [Kind.ARTICLE], optional=True))
    made = planned(issue(an_item("articles/a"), slots=slots), members(1))
    assert (due(made), reasons(made)) == ([], {0: Reason.NOTHING_NEW})


def test_an_issue_with_only_promotions_is_withheld() -> None:
    """All value slots empty, a promotion there."""
    slots = (a_slot(0, [Kind.TIP], optional=True), a_slot(1, [Kind.PROMOTION]))
    assert reasons(planned(issue(an_item("promotions/p"), slots=slots), members(1))) == {
        0: Reason.ONLY_PROMOTIONS
    }


def test_a_required_promotion_without_credit_is_a_matter_of_ratio() -> None:
    """There is one, but it is too early for them."""
    slots = (a_slot(0, [Kind.TIP]), a_slot(1, [Kind.PROMOTION]))
    strict = a_company(promise=a_promise(floor=None, value_per_promotion=2))
    catalog = replace(issue(an_item("tips/a"), an_item("promotions/p"), slots=slots), company=strict)
    assert reasons(planned(catalog, members(1))) == {0: Reason.RATIO}


def test_a_pin_goes_first_in_its_issue_and_nowhere_before() -> None:
    """`for: tuesday-fix 2026-12-08` waits a week, then beats everything else."""
    pinned = an_item("tips/pinned", priority=9, pins=(("tuesday-fix", date(2026, 12, 8)),))
    catalog = issue(an_item("tips/a"), an_item("tips/b"), pinned)
    assert first(catalog) == ("tips/a",)
    on_the_day = planned(catalog, replace(members(1), as_of=date(2026, 12, 8)))
    assert picks(on_the_day) == {0: ("tips/pinned",)}


def test_what_an_issue_shows_by_itself_is_in_none_of_its_slots() -> None:
    """`/// item | tips/a` in the issue, or in the standing layout, and the slot takes the next best: never the same
    thing twice in one mail."""
    words = a_body("Frost tonight.\n\n/// item | tips/a\n", refs=(("tips/a", 3),), slots=(a_slot(),))
    dated = DatedIssue(day=TODAY, path="x.md", body=words)
    items = an_item("tips/a", priority=1), an_item("tips/b", priority=2)
    assert first(issue(*items)) == ("tips/a",)
    assert first(issue(*items, issues={TODAY: dated})) == ("tips/b",)
    assert first(issue(*items, body=words)) == ("tips/b",)


def test_words_for_some_are_had_by_these_alone() -> None:
    """Whoever does not see the block has not had its item: their slot may take it."""
    words = written(
        "Frost tonight.\n\n/// for | customers\n/// item | tips/a\n///\n\n/// slot | 1 tip\n", "x.md"
    )
    items = an_item("tips/a", priority=1), an_item("tips/b", priority=2)
    catalog = issue(*items, issues={TODAY: DatedIssue(day=TODAY, path="x.md", body=words)})
    people = members(2, segments={"customers": [0]})
    assert picks(planned(catalog, people)) == {0: ("tips/b",), 1: ("tips/a",)}


@pytest.mark.parametrize(
    ("use", "days", "goes"),
    [(Use(), 700, False), (Use(again_after_months=1), 20, False), (Use(again_after_months=1), 31, True)],
)
def test_what_words_showed_is_not_chosen_within_its_repeat_time(use: Use, days: int, goes: bool) -> None:
    """Neither for a slot nor for a rescue; the file of then may say something else by now."""
    item = an_item("tips/a", use=use, was=("tips/old",))
    for name in ("tips/a", "tips/old"):
        past = a_touch(
            day=TODAY - timedelta(days=days), source="first-job", step="hello", items=(), shown=(name,)
        )
        assert first(issue(item), None, past) == (("tips/a",) if goes else ())
        rescued = a_catalog(items=[item], company=a_company(promise=a_promise(floor=10)))
        late = replace(past, value=1)
        assert bool(planned(rescued, members(1), a_history(late)).due) is goes


def test_what_people_write_goes_to_whoever_had_it() -> None:
    """The words of an issue that show it, and its own announcement after words that showed it; only a chosen one holds
    an announcement back."""
    words = a_body("Frost tonight.\n\n/// item | tips/a\n", refs=(("tips/a", 3),))
    own = issue(an_item("tips/a"), issues={TODAY: DatedIssue(day=TODAY, path="x.md", body=words)})
    had = a_touch(day=WEEK_AGO, source="other", items=("tips/a",))
    assert due(planned(own, members(1), a_history(had))) == [(0, "tuesday-fix/2026-W49")]
    sent = a_catalog(items=[an_item("tips/a", sends=(Send(number=1, day=TODAY),))], company=FREE)
    shown = replace(had, items=(), shown=("tips/a",))
    assert due(planned(sent, members(1), a_history(shown))) == [(0, "tips/a/1")]
    chosen = planned(sent, members(1), a_history(replace(shown, items=("tips/a",))))
    assert reasons(chosen, "tips/a") == {0: Reason.NOTHING_NEW}


def test_a_pin_finds_its_issue_where_it_was_moved() -> None:
    """The issue of 1 December goes on the 2nd; a pin to either day means it."""
    moved = DatedIssue(day=date(2026, 12, 2), path="x.md", was=TODAY)
    for named in (TODAY, moved.day):
        pinned = an_item("tips/pinned", priority=9, pins=(("tuesday-fix", named),))
        catalog = issue(an_item("tips/a"), pinned, issues={moved.day: moved})
        made = planned(catalog, replace(members(1), as_of=moved.day))
        assert (due(made), picks(made)) == ([(0, "tuesday-fix/2026-W49")], {0: ("tips/pinned",)})


def test_own_words_suffice_for_an_issue() -> None:
    """A dated file with text and no slots goes to everybody, once; the standing layout alone does not."""
    own = DatedIssue(day=TODAY, path="x.md", body=a_body("We moved.\n"))
    catalog = a_catalog(newsletters=[a_newsletter(slots=[], issues={TODAY: own})], company=FREE)
    (touch,) = planned(catalog, members(1)).due
    assert (touch.picks, touch.per_slot, touch.value) == ((), (), 1)
    bare = a_catalog(newsletters=[a_newsletter(slots=[])], company=FREE)
    assert reasons(planned(bare, members(1))) == {0: Reason.NOTHING_NEW}


def test_slots_leave_the_last_evergreen_item_for_a_rescue() -> None:
    """With a floor of 30 days one is kept back, unless the contact is due for a rescue now."""
    kept = replace(issue(an_item("tips/a")), company=a_company(promise=a_promise()))
    touched = a_touch(day=WEEK_AGO)
    made = planned(kept, members(1), a_history(touched))
    assert (due(made), reasons(made)) == ([], {0: Reason.NOTHING_NEW})
    late = a_touch(day=TODAY - timedelta(days=25))
    assert due(planned(kept, members(1), a_history(late))) == [(0, "tuesday-fix/2026-W49")]


def test_a_first_issue_is_not_starved_by_the_reserve() -> None:
    """Whoever never had anything gets the only item there is with the first issue, not a month later."""
    young = replace(issue(an_item("tips/a")), company=a_company(promise=a_promise(), programme_starts=TODAY))
    assert {c: len(p) for c, p in picks(planned(young, members(9))).items()} == dict.fromkeys(range(9), 1)


def test_what_is_kept_for_the_floor_is_told() -> None:
    """An issue that goes without says that there is something left, and for what."""
    touch = a_touch(day=TODAY - timedelta(days=7), items=())
    for amount, detail in ((0, ""), (1, "1 item is kept for their floor")):
        items = [an_item(f"tips/t{n}") for n in range(amount)]
        tips = a_newsletter(slots=[a_slot(0, [Kind.TIP])])
        made = planned(a_catalog(items=items, newsletters=[tips]), members(1), a_history(touch))
        (told,) = made.decisions
        assert (told.reason, told.detail) == (Reason.NOTHING_NEW, detail)


def test_the_event_that_is_soon_over_comes_first() -> None:
    """Written long ago and next week before written today and next month; then what has no date, newest first;
    a priority goes before all of it."""
    begins = datetime(2026, 12, 10, 15, tzinfo=UTC)
    items = [
        an_item("articles/new", day=TODAY, use=Use(until=date(2027, 3, 1))),
        an_item("events/near", day=TODAY - timedelta(days=50), begins=begins),
        an_item("events/far", day=TODAY, begins=begins + timedelta(days=30)),
        an_item("articles/wanted", day=TODAY - timedelta(days=90), priority=-1),
    ]
    everything = a_newsletter(slots=[a_slot(0, [Kind.ARTICLE, Kind.EVENT], count=4)])
    made = planned(a_catalog(items=items, newsletters=[everything]), members(1))
    assert picks(made) == {0: ("articles/wanted", "events/near", "events/far", "articles/new")}


def test_what_will_end_is_no_reserve() -> None:
    """A dated item is taken although it is the last."""
    kept = replace(issue(an_item("tips/a", use=Use(until=TODAY))), company=a_company(promise=a_promise()))
    assert picks(planned(kept, members(1), a_history(a_touch(day=WEEK_AGO)))) == {0: ("tips/a",)}


def test_more_than_64_items_are_one_order() -> None:
    """Bits run over words; the best of a hundred is found, and the worst when all others are seen."""
    items = [an_item(f"tips/t{n:03}", priority=n) for n in range(100)]
    assert first(issue(*items)) == ("tips/t000",)
    seen = a_touch(items=tuple(f"tips/t{n:03}" for n in range(99)), day=WEEK_AGO)
    assert first(issue(*items), None, seen) == ("tips/t099",)


def test_an_announcement_is_not_sent_to_whoever_has_it_from_elsewhere() -> None:
    """Its own earlier sends do not count, an issue that carried it does."""
    item = an_item("articles/a", sends=(Send(number=1, day=WEEK_AGO), Send(number=2, day=TODAY)))
    catalog = a_catalog(items=[item], company=FREE)
    own = a_touch(day=WEEK_AGO, source="articles/a", occurrence="1", items=("articles/a",))
    assert due(planned(catalog, members(1), a_history(own))) == [(0, "articles/a/2")]
    other = a_touch(day=WEEK_AGO, items=("articles/a",))
    assert reasons(planned(catalog, members(1), a_history(other)), "articles/a") == {0: Reason.NOTHING_NEW}


def test_a_running_event_is_offered_until_its_day() -> None:
    """An event of today is still news, one of yesterday is not."""
    slots = (a_slot(0, [Kind.EVENT]),)
    for begins, there in ((TODAY, True), (YESTERDAY, False)):
        event = an_item("events/e", begins=datetime(begins.year, begins.month, begins.day, 9, tzinfo=UTC))
        assert bool(first(issue(event, slots=slots))) is there


def test_a_bounced_mail_still_counts_as_received() -> None:
    """Never twice holds for everything that left."""
    got = a_touch(items=("tips/a",), day=WEEK_AGO, bounced=True, channel=Channel.EMAIL)
    assert first(issue(an_item("tips/a")), None, got) == ()


def test_an_offer_begins_and_ends_by_the_company_s_day() -> None:
    """Where it is Wednesday already, Wednesday's offer waits for the site; where it is Tuesday still, Tuesday's
    is over with the company's Tuesday. So no mail links to a page that is not there."""
    zones = ("America/New_York", "Pacific/Auckland", "Pacific/Honolulu")
    people = replace(members(3, zones=zones), zone=np.array([0, 1, 2], dtype=np.int16))
    slots = (a_slot(0, [Kind.TIP]),)
    evening = datetime(2026, 12, 1, 21, tzinfo=UTC)  # Tuesday; 10:00 of Wednesday in Auckland
    night = datetime(2026, 12, 2, 6, tzinfo=UTC)  # Wednesday 01:00; 20:00 of Tuesday in Honolulu
    tomorrow = an_item("tips/t", day=TODAY + timedelta(days=1))
    until_today = an_item("tips/t", use=Use(until=TODAY))
    daily = issue(tomorrow, slots=slots, every="every day at 09:00", grace=0)
    assert picks(planned(daily, people, now=evening, all_day=False)) == {}
    daily = issue(until_today, slots=slots, every="every day at 09:00", grace=0)
    assert set(picks(planned(daily, people, now=evening, all_day=False))) == {0, 2}
    wednesday = replace(people, as_of=TODAY + timedelta(days=1))
    assert picks(planned(daily, wednesday, now=night, all_day=False)) == {}


def test_an_announcement_waits_for_the_company_s_day() -> None:
    """Its page is not on the site before."""
    people = replace(members(1, zones=("Pacific/Auckland",)), as_of=TODAY)
    item = an_item(
        "articles/a", day=TODAY + timedelta(days=1), sends=(Send(number=1, day=TODAY + timedelta(days=1)),)
    )
    catalog = a_catalog(items=[item], company=FREE)
    early = datetime(2026, 12, 1, 21, tzinfo=UTC)
    assert due(planned(catalog, people, now=early, all_day=False)) == []
    next_day = replace(people, as_of=TODAY + timedelta(days=1))
    late = datetime(2026, 12, 2, 21, tzinfo=UTC)
    assert due(planned(catalog, next_day, now=late, all_day=False)) == [(0, "articles/a/1")]
