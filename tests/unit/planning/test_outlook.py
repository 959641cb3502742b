"""The outlook of a forecast: floors, content needed and when, what the rules hold back. Counted by hand."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import timedelta
from typing import Any

from hypothesis import example, given, settings
from hypothesis import strategies as st

from topmind.model import Channel, FactDate, Kind, Outlook, PastTouch, Purpose, Reason, Send, SourceKind
from topmind.planning import plan
from topmind.planning.outlook import needed
from topmind.run.ahead_verdicts import verdicts_ahead
from topmind.testing.builders import (
    TODAY,
    a_catalog,
    a_company,
    a_history,
    a_newsletter,
    a_promise,
    a_segment,
    a_sequence,
    a_slot,
    a_step,
    a_team_member,
    a_touch,
    an_item,
    members,
)
from unit.planning.said import planned, seen_from
from unit.planning.worlds import World, world

COMPANY = a_company(promise=a_promise(ceilings=()))
worlds = st.integers(min_value=0, max_value=100_000).map(world)


def ago(days: int, contact: str = "c0000", **over: Any) -> PastTouch:
    """A valuable touch so many days ago."""
    return a_touch(contact, TODAY - timedelta(days=days), occurrence=f"{days}", **over)


def look(*past: PastTouch, n: int = 1, horizon: int = 40, **over: Any) -> Outlook:
    """The outlook of a company that has nothing but its evergreen items, of which everybody had none."""
    people = over.pop("people", members(n))
    catalog = a_catalog(**{"company": COMPANY, **over})
    found = planned(catalog, people, a_history(*past), horizon=horizon, outlook=True).outlook
    assert found is not None
    return found


def test_a_floor_breaks_on_the_day_after_it() -> None:
    """Last valued 20 days ago, 30 promised, nothing to send: inside for ten more days, outside from the eleventh."""
    found = look(ago(20))
    assert found.outside == (0,) * 11 + (1,) * 30
    (row,) = found.coverage
    assert (row.segment, row.contacts, row.today, row.throughout) == ("", 1, 1, 0)
    assert (row.median, row.longest) == (60, 60)


def test_what_comes_in_time_keeps_the_floor() -> None:
    """Two evergreen tips: rescues on the 23rd and 46th day after the last, so the longest wait is 23 days."""
    found = look(ago(20), items=[an_item("tips/a"), an_item("tips/b")])
    assert sum(found.outside) == 0
    assert found.coverage[0].throughout == 1
    assert found.coverage[0].longest == 23
    assert found.needs == ()


def test_who_is_outside_today_and_helped_today_is_inside() -> None:
    """40 days without: today's rescue ends it, and the wait is told."""
    found = look(ago(40), items=[an_item("tips/a"), an_item("tips/b")])
    assert (found.coverage[0].today, found.coverage[0].throughout) == (1, 1)
    assert found.coverage[0].longest == 40


def test_percentiles_are_of_contacts() -> None:
    """Nine heard from us yesterday, one 25 days ago; nothing is left to send."""
    past = [ago(1, f"c{n:04d}") for n in range(9)] + [ago(25, "c0009")]
    (row,) = look(*past, n=10, horizon=3).coverage
    assert (row.median, row.p99, row.longest) == (4, 28, 28)


def test_who_cannot_be_helped_stands_apart() -> None:
    """No consent to mail, and no other channel promised: no part of the share, but counted."""
    people = members(3)
    consent = dict(people.consent)
    consent[Channel.EMAIL] = people.consent[Channel.EMAIL].copy()
    consent[Channel.EMAIL][2] = False
    (row,) = look(
        *(ago(40, f"c{n:04d}") for n in range(3)), n=3, people=replace(people, consent=consent)
    ).coverage
    assert (row.contacts, row.apart, row.today) == (2, {"no_consent": 1}, 0)


def test_each_segment_has_its_own_row() -> None:
    """The strictest floor holds: c0000 is a prospect with 14 days, c0001 has the company's 30."""
    segments = [a_segment("prospects", promise=a_promise(floor=14, ceilings=()))]
    people = members(2, segments={"prospects": [0]})
    rows = {
        row.segment: row
        for row in look(ago(10), ago(10, "c0001"), n=2, horizon=10, people=people, segments=segments).coverage
    }
    assert (rows["prospects"].contacts, rows["prospects"].throughout) == (1, 0)
    assert (rows[""].contacts, rows[""].throughout) == (2, 1)


def test_needs_name_the_days_on_which_an_item_must_be_there() -> None:
    """Breaks on day 11 with a floor of 30: a rescue goes in the week before, each item carries 23 days."""
    day = (TODAY + timedelta(days=11)).toordinal()
    until = (TODAY + timedelta(days=60)).toordinal()
    assert [number - TODAY.toordinal() for number in needed([(day, 30)], until)] == [3, 26, 49]


def test_the_items_asked_for_close_the_gap_and_one_less_does_not() -> None:
    """Written on the days that are named, they carry everybody to the horizon."""
    segments = [a_segment("prospects", promise=a_promise(floor=14, ceilings=()))]
    people = members(2, segments={"prospects": [0, 1]})
    given_: dict[str, Any] = {"n": 2, "horizon": 60, "people": people, "segments": segments}
    past = ago(10), ago(5, "c0001")
    (need,) = look(*past, **given_).needs
    assert (need.segment, need.contacts) == ("prospects", 2)
    items = [an_item(f"tips/n{n}", day=day) for n, day in enumerate(need.by)]
    assert look(*past, items=items, **given_).needs == ()
    assert look(*past, items=items[:-1], **given_).needs != ()


def test_an_announcement_says_whom_the_ratio_will_hold_and_what_they_lack() -> None:
    """Sold to once they have had three: one has two, one none, one three."""
    sale = an_item("promotions/sale")
    day = TODAY + timedelta(days=4)

    sale = replace(sale, sends=(Send(number=1, day=day),), grace=0)
    past = [ago(n, "c0001") for n in (3, 6)] + [ago(n, "c0002") for n in (3, 6, 9)]
    catalog = a_catalog(company=COMPANY, items=[sale])
    made = planned(catalog, members(3), a_history(*past), horizon=10, outlook=True)
    assert made.outlook is not None
    (ahead,) = made.outlook.ahead
    assert made.occasions[ahead.occasion].kind is SourceKind.ANNOUNCEMENT
    assert (ahead.asked, ahead.goes) == (3, 1)
    assert ahead.held == {Reason.RATIO: 2}
    assert ahead.short == {1: 1, 3: 1}


def test_a_promotion_of_the_slots_says_who_had_too_little_of_value() -> None:
    """One issue before it ends, and only who has the credit gets it there."""
    letter = a_newsletter(slots=[a_slot(0), a_slot(1, [Kind.PROMOTION], optional=True)])
    sale = an_item("promotions/sale", ends=TODAY + timedelta(days=1))
    tips = [an_item(f"tips/t{n}") for n in range(6)]
    past = [ago(n, "c0001", items=()) for n in (9, 16, 23)]
    (offer,) = look(*past, n=2, horizon=2, newsletters=[letter], items=[*tips, sale]).offers
    assert (offer.item, offer.asked, offer.goes, offer.short) == ("promotions/sale", 2, 1, {3: 1})


@settings(max_examples=40, deadline=None)
@given(worlds)
def test_segments_add_up_to_the_calendar(w: World) -> None:
    """Counted by segment, each day has the touches that the calendar has, and no segment more than everybody."""
    made = seen_from(w)
    assert made.outlook is not None
    assert len(made.outlook.by_segment) == len(made.calendar) == len(made.outlook.outside)
    for day, found in zip(made.calendar, made.outlook.by_segment, strict=True):
        counts: Counter[str] = Counter()
        for number, amount in day.touches.items():
            occasion = made.occasions[number]
            name = (
                "/".join(part for part in (occasion.source, occasion.step) if part)
                if occasion.kind in {SourceKind.STEP, SourceKind.RESCUE}
                else occasion.name
            )
            counts[name + (f" ({occasion.channel.value})" if occasion.channel.is_task else "")] += amount
        assert {what: by[""] for what, by in found.items()} == counts
        assert all(amount <= by[""] for by in found.values() for amount in by.values())


@settings(max_examples=25, deadline=None)
@example(world(2384))
@given(worlds)
def test_the_outlook_changes_nothing_and_blocks_do_not_matter(w: World) -> None:
    """With or without it the plan is the same, and so is the outlook for any size of blocks."""
    whole = seen_from(w)
    plain = plan(w.catalog, w.members, w.history, w.now, all_day=w.all_day, horizon=w.horizon)
    assert replace(whole, outlook=None) == plain
    assert seen_from(w, block=2).outlook == whole.outlook


def test_a_short_horizon_is_not_looked_beyond() -> None:
    """The loop plays two weeks in any case; the outlook ends where it was asked to."""
    found = look(ago(20), horizon=5)
    assert found.outside == (0,) * 6
    assert found.coverage[0].longest == 25
    assert found.needs == ()


def test_nobody_is_no_division_by_zero() -> None:
    """Before the first contact: nothing to say, and said without trouble."""
    found = look(n=0)
    assert (found.coverage, found.needs) == ((), ())
    assert sum(found.outside) == 0


def test_a_touch_beyond_the_horizon_does_not_lengthen_the_wait() -> None:
    """The rescue comes on day 3; seen from a forecast of one day the wait is 21 days so far."""
    assert look(ago(20), horizon=1, items=[an_item("tips/a")]).coverage[0].longest == 21
    assert look(ago(20), horizon=3, items=[an_item("tips/a")]).coverage[0].longest == 23


def test_every_verdict_ahead_has_its_reason_as_a_code() -> None:
    """Two contacts are due for a call in five days, on which June makes one; a condition keeps a third from it, and the
    announcement of that day comes too early for all. Each day and occasion: who gets it, and why the others do not."""
    day = TODAY + timedelta(days=5)
    call = a_step("call", 5, channel=Channel.CALL, purpose=Purpose.SERVICE, grace=0, only_if="is happy")
    facts = [FactDate(contact=n, day=TODAY, fact=f"f{n}") for n in range(3)]
    sale = an_item("promotions/sale", sends=(Send(number=1, day=day),), grace=0)
    catalog = a_catalog(
        items=[sale],
        sequences=[a_sequence("first", [call], starts_from="first_purchase()")],
        team=[a_team_member("dana", calls_per_day=1)],
        company=COMPANY,
    )
    people = members(3, dates={"first_purchase()": facts}, holds={"is happy": [0, 1]})
    made = planned(catalog, people, a_history(), horizon=10, outlook=True)
    rows = {(row["day"], row["occasion"]): row for row in verdicts_ahead(made)}
    told = rows[day.isoformat(), "first/call (call)"]
    assert (told["goes"], told["reasons"]) == (1, {"capacity": 1, "condition": 1})
    sold = rows[day.isoformat(), "promotions/sale/1"]
    assert (sold["asked"], sold["goes"]) == (3, 0)
    assert sold["reasons"] == {"ratio": 2, "lost_to": 1}
    assert list(rows) == sorted(rows)
