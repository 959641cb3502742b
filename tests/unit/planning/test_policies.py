"""One example for every policy: who is held back, why, and what the verdict says."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta

import numpy as np
import pytest

from topmind.errors import PlanError
from topmind.model import (
    Answer,
    Approve,
    Ceiling,
    Channel,
    DatedIssue,
    FactDate,
    Kind,
    PastTouch,
    Purpose,
    Reason,
    TouchState,
    Verdict,
)
from topmind.testing.builders import (
    TODAY,
    a_body,
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
from unit.planning.said import due, picks, planned, reasons, verdicts

TIPS = [an_item(f"tips/t{n}") for n in range(8)]
WEEK = timedelta(days=7)


def flags(n: int, *on: int) -> np.ndarray:
    """A mask with these rows set."""
    mask = np.zeros(n, dtype=bool)
    mask[list(on)] = True
    return mask


def plain(**over: object) -> object:
    """A company that promises no floor, so that nothing but the matter in hand goes."""
    return a_company(**{"promise": a_promise(floor=None), **over})


def weekly(**over: object) -> object:
    """A catalog with one weekly newsletter and enough tips."""
    return a_catalog(items=TIPS, newsletters=[a_newsletter(**over)], segments=[a_segment()], company=plain())


def test_an_issue_is_for_its_segments() -> None:
    """Whoever is in none of them is told so for good."""
    made = planned(weekly(segments=frozenset({"customers"})), members(2, segments={"customers": [0]}))
    assert due(made) == [(0, "tuesday-fix/2026-W49")]
    assert (reasons(made), verdicts(made)) == ({1: Reason.NOT_IN_SEGMENT}, {1: Verdict.NOT_FOR_THEM})


def test_marketing_needs_consent_and_service_does_not() -> None:
    """Without consent no issue goes, and no marketing step; a service step does."""
    steps = [a_step("thanks", 1, purpose=Purpose.SERVICE), a_step("offer", 1)]
    facts = {"first_purchase()": [FactDate(contact=0, day=date(2026, 11, 30), fact="1")]}
    people = members(1, dates=facts, consent={Channel.EMAIL: flags(1)})
    made = planned(a_catalog(newsletters=[a_newsletter()], sequences=[a_sequence(steps=steps)]), people)
    assert due(made) == [(0, "first-job/thanks/once")]
    assert reasons(made) == {0: Reason.NO_CONSENT}


def test_a_topic_opted_out_of_is_no_consent_for_its_newsletter() -> None:
    """One topic of several is enough."""
    made = planned(weekly(topics=("fixes", "offers")), members(2, off_topic={"offers": [1]}))
    assert reasons(made) == {1: Reason.NO_CONSENT}


def test_a_suppressed_address_gets_no_mail_but_a_call() -> None:
    """Suppression is of the address, whatever the purpose."""
    steps = [a_step("mail", 1, purpose=Purpose.SERVICE), a_step("call", 1, channel=Channel.CALL)]
    facts = {"first_purchase()": [FactDate(contact=0, day=date(2026, 11, 30), fact="1")]}
    made = planned(
        a_catalog(sequences=[a_sequence(steps=steps)]), members(1, dates=facts, suppressed=flags(1, 0))
    )
    assert due(made) == [(0, "first-job/call/once")]
    assert reasons(made, "first-job") == {0: Reason.SUPPRESSED}


def test_a_pause_holds_every_channel_until_its_last_day() -> None:
    """The mail goes on the day the pause is over, if its grace reaches that far."""
    until = np.array([(TODAY + timedelta(days=2)).toordinal()], dtype=np.int32)
    made = planned(weekly(grace=3), members(1, paused_until=until))
    (told,) = made.decisions
    assert (told.reason, told.verdict, told.until) == (Reason.PAUSED, Verdict.PENDING, date(2026, 12, 3))
    assert verdicts(planned(weekly(grace=1), members(1, paused_until=until))) == {0: Verdict.PENDING}
    assert verdicts(planned(weekly(), members(1, paused_until=until))) == {0: Verdict.EXPIRED}


def test_on_a_blackout_day_nothing_goes() -> None:
    """Own days and public holidays of the country."""
    own = replace(weekly(), company=plain(blackout=(TODAY,)))
    assert reasons(planned(own, members(1))) == {0: Reason.BLACKOUT}
    christmas = date(2026, 12, 25)
    item = an_item("tips/sent", sends=(_send(christmas),))
    american = a_catalog(items=[item], company=plain(country="US"))
    made = planned(american, replace(members(1), as_of=christmas))
    (told,) = (d for d in made.decisions if made.occasions[d.occasion].item)
    assert (told.reason, told.until) == (Reason.BLACKOUT, date(2026, 12, 26))


def _send(day: date, number: int = 1) -> object:
    from topmind.model import Send

    return Send(number=number, day=day)


@pytest.mark.parametrize(
    ("utc", "says"),
    [
        (datetime(2026, 12, 1, 13, 59, tzinfo=UTC), "later today"),
        (datetime(2026, 12, 1, 14, 0, tzinfo=UTC), "due"),
        (datetime(2026, 12, 2, 0, 59, tzinfo=UTC), "due"),
        (datetime(2026, 12, 2, 1, 0, tzinfo=UTC), "over"),
    ],
)
def test_a_mail_waits_for_its_time_and_for_the_end_of_quiet_hours(utc: datetime, says: str) -> None:
    """At 09:00 in New York it goes, until quiet hours begin at 20:00; then its grace decides."""
    made = planned(weekly(), members(1), now=utc, all_day=False)
    if says == "due":
        assert len(made.due) == 1
        return
    (told,) = made.decisions
    assert (told.reason, made.due) == (Reason.QUIET, ())
    assert told.verdict is (Verdict.PENDING if says == "later today" else Verdict.EXPIRED)
    assert told.until == (TODAY if says == "later today" else None)


def test_quiet_hours_are_the_recipients_own() -> None:
    """At one moment it is morning in New York and past quiet hours' beginning in Auckland, a day ahead."""
    people = members(2, zones=("America/New_York", "Pacific/Auckland"), zone=np.array([0, 1], dtype=np.int16))
    made = planned(weekly(grace=3), people, now=datetime(2026, 12, 1, 15, tzinfo=UTC), all_day=False)
    assert due(made) == [(0, "tuesday-fix/2026-W49")]
    (told,) = made.decisions
    assert (told.contact, told.until) == (1, date(2026, 12, 2))


def test_a_task_knows_no_quiet_hours() -> None:
    """The list of calls is ready in the morning, whenever the tick comes."""
    facts = {"first_purchase()": [FactDate(contact=0, day=date(2026, 11, 30), fact="1")]}
    catalog = a_catalog(sequences=[a_sequence(steps=[a_step(channel=Channel.CALL)])])
    made = planned(catalog, members(1, dates=facts), now=datetime(2026, 12, 1, 6, tzinfo=UTC), all_day=False)
    assert len(made.due) == 1


@pytest.mark.parametrize(("gap", "days", "held"), [(1, 1, False), (3, 2, True), (3, 3, False)])
def test_the_gap_keeps_days_between_two_touches(gap: int, days: int, held: bool) -> None:
    """On any channel; the issue waits within its grace."""
    company = a_company(promise=a_promise(floor=None, gap=gap, ceilings=()))
    call = a_touch(day=TODAY - timedelta(days=days), source="x", channel=Channel.CALL)
    made = planned(replace(weekly(grace=2), company=company), members(1), a_history(call))
    assert (reasons(made) == {0: Reason.GAP}) is held
    if held:
        assert made.decisions[0].until == TODAY + timedelta(days=gap - days)


def test_two_issues_of_one_newsletter_keep_half_a_period() -> None:
    """A weekly issue that went out late, last Saturday, holds today's."""
    made = planned(weekly(grace=1), members(1), a_history(a_touch(day=date(2026, 11, 28))))
    assert reasons(made) == {0: Reason.GAP}
    assert made.decisions[0].until == date(2026, 12, 2)


@pytest.mark.parametrize("channel", [Channel.EMAIL, None])
def test_a_ceiling_holds_until_a_touch_leaves_its_window(channel: Channel | None) -> None:
    """Two in seven days: the third goes when the first is seven days old."""
    company = a_company(promise=a_promise(floor=None, ceilings=(Ceiling(channel=channel, count=2, days=7),)))
    past = [a_touch(day=TODAY - timedelta(days=n), source="x", occurrence=str(n)) for n in (5, 3)]
    made = planned(replace(weekly(grace=4), company=company), members(1), a_history(*past))
    (told,) = made.decisions
    assert told.reason is (Reason.CEILING_CHANNEL if channel else Reason.CEILING_ALL)
    assert (told.until, told.detail) == (TODAY + timedelta(days=2), f"{channel or 'touches'} in 7 days")


def test_a_ceiling_of_mail_does_not_count_calls() -> None:
    """Windows of a channel count that channel alone."""
    company = a_company(
        promise=a_promise(floor=None, ceilings=(Ceiling(channel=Channel.EMAIL, count=1, days=7),))
    )
    call = a_touch(day=TODAY - timedelta(days=2), source="x", channel=Channel.CALL)
    assert len(planned(replace(weekly(), company=company), members(1), a_history(call)).due) == 1


def test_segments_together_hold_the_strictest_promise() -> None:
    """The tightest ceiling of a contact's segments replaces the company's of the same window."""
    loose = a_segment("a", promise=a_promise(ceilings=(Ceiling(channel=Channel.EMAIL, count=5, days=7),)))
    tight = a_segment("b", promise=a_promise(ceilings=(Ceiling(channel=Channel.EMAIL, count=3, days=7),)))
    catalog = replace(weekly(), segments={"a": loose, "b": tight})
    past = [a_touch(day=TODAY - timedelta(days=n), source="x", occurrence=str(n)) for n in (2, 3, 4)]
    past += [replace(t, key=replace(t.key, contact="c0001")) for t in past]
    made = planned(catalog, members(2, segments={"a": [0, 1], "b": [1]}), a_history(*past))
    assert due(made) == [(0, "tuesday-fix/2026-W49")]
    assert reasons(made) == {1: Reason.CEILING_CHANNEL}


def test_one_touch_a_day_and_the_step_goes_first() -> None:
    """Step, announcement, issue: the others name what they lost to."""
    facts = {"first_purchase()": [FactDate(contact=0, day=date(2026, 11, 30), fact="1")]}
    sent = an_item("articles/sent", sends=(_send(TODAY),))
    catalog = a_catalog(
        items=[*TIPS, sent],
        newsletters=[a_newsletter(grace=3)],
        sequences=[a_sequence()],
        company=plain(promise=a_promise(floor=None, ceilings=())),
    )
    made = planned(catalog, members(1, dates=facts))
    assert due(made) == [(0, "first-job/thank-you/once")]
    assert {d.detail for d in made.decisions} == {"first-job/thank-you/once"}
    until = {made.occasions[d.occasion].source: d.until for d in made.decisions}
    assert until == {"articles/sent": date(2026, 12, 2), "tuesday-fix": date(2026, 12, 3)}


def test_siblings_keep_seven_days_apart() -> None:
    """Of newsletters with one `one_of` name a contact gets one in seven days, the nearer deadline first."""
    letters = [a_newsletter("a", one_of="w", grace=1), a_newsletter("b", one_of="w")]
    made = planned(a_catalog(items=TIPS, newsletters=letters, company=plain()), members(1))
    assert due(made) == [(0, "b/2026-W49")]
    (told,) = made.decisions
    assert (told.reason, told.until) == (Reason.LOST_TO, None)


def test_nothing_comes_twice_into_one_inbox() -> None:
    """What one reader got there the other has seen: in the past, and earlier in the same plan."""
    people = members(2, inbox=np.array([4, 4], dtype=np.int32))
    past = a_history(a_touch("c0001", items=("tips/t0",), day=TODAY - WEEK))
    assert picks(planned(weekly(), people, past)) == {0: ("tips/t1",)}
    letters = [a_newsletter("a"), a_newsletter("b")]
    one_tip = a_catalog(items=TIPS[:1], newsletters=letters, company=plain())
    assert due(planned(one_tip, people)) == [(0, "a/2026-W49")]
    step = a_touch("c0001", source="s", step="x", items=("tips/t0",), day=TODAY - WEEK)
    assert picks(planned(weekly(), people, a_history(step))) == {0: ("tips/t0",)}


def test_whoever_reads_along_is_told_so_on_every_run() -> None:
    """One tip, two readers of one inbox: the second has it by the other's copy. When that has left, the next run of the
    day says the same of them, and not that there is nothing new: nothing expires that did not expire before."""
    people = members(2, inbox=np.array([4, 4], dtype=np.int32))
    catalog = a_catalog(items=TIPS[:1], newsletters=[a_newsletter()], company=plain())
    first = planned(catalog, people)
    assert (due(first), reasons(first)) == ([(0, "tuesday-fix/2026-W49")], {1: Reason.SAME_INBOX})
    sent = a_touch("c0000", occurrence="2026-W49", items=(TIPS[0].id,), day=TODAY)
    assert reasons(planned(catalog, people, a_history(sent))) == {1: Reason.SAME_INBOX}


def test_the_same_inbox_gets_one_copy() -> None:
    """Of two contacts with one address the lower id gets the issue, now and on later days of its grace."""
    people = members(3, inbox=np.array([4, 7, 4], dtype=np.int32))
    made = planned(weekly(grace=2), people)
    assert due(made) == [(0, "tuesday-fix/2026-W49"), (1, "tuesday-fix/2026-W49")]
    assert reasons(made) == {2: Reason.SAME_INBOX}
    later = planned(
        weekly(grace=2),
        people,
        a_history(a_touch("c0002", occurrence="2026-W49", day=TODAY - timedelta(days=1))),
    )
    assert reasons(later) == {0: Reason.SAME_INBOX}


def test_a_call_needs_a_free_caller() -> None:
    """Two of three calls fit today: the nearest deadlines; the third goes tomorrow."""
    days = [date(2026, 11, 30), date(2026, 11, 28), date(2026, 11, 29)]
    facts = {"first_purchase()": [FactDate(contact=n, day=d, fact=str(n)) for n, d in enumerate(days)]}
    catalog = a_catalog(
        sequences=[a_sequence(steps=[a_step(channel=Channel.CALL)])],
        team=[a_team_member(calls_per_day=2)],
        company=a_company(promise=a_promise(floor=None)),
    )
    made = planned(catalog, members(3, dates=facts))
    assert [row for row, _ in due(made)] == [1, 2]
    (told,) = made.decisions
    assert (told.contact, told.reason, told.until) == (0, Reason.CAPACITY, date(2026, 12, 2))


def test_calls_of_an_earlier_tick_use_up_the_day() -> None:
    """What the ledger has planned for today counts for its caller."""
    facts = {"first_purchase()": [FactDate(contact=1, day=date(2026, 11, 30), fact="1")]}
    call = a_touch(
        "c0000", TODAY, source="first-job", step="thank-you", occurrence="once", channel=Channel.CALL
    )
    catalog = a_catalog(
        sequences=[a_sequence(steps=[a_step(channel=Channel.CALL)])],
        team=[a_team_member(calls_per_day=1)],
        company=plain(),
    )
    made = planned(catalog, members(2, dates=facts), a_history(replace(call, state=TouchState.PLANNED)))
    assert reasons(made, "first-job") == {1: Reason.CAPACITY}


def test_held_and_stopped_wait_for_a_person() -> None:
    """`hold: yes`, `approve: ready` without `ready`, and `topmind stop` hold everybody back, pending."""
    held = weekly(issues={TODAY: DatedIssue(day=TODAY, path="x.md", hold=True)})
    assert reasons(planned(held, members(1))) == {0: Reason.HELD}
    unready = weekly(approve=Approve.READY)
    assert (reasons(planned(unready, members(1))), verdicts(planned(unready, members(1)))) == (
        {0: Reason.HELD},
        {0: Verdict.PENDING},
    )
    ready = weekly(approve=Approve.READY, issues={TODAY: DatedIssue(day=TODAY, path="x.md", ready=True)})
    assert len(planned(ready, members(1)).due) == 1
    for word in ("all", "tuesday-fix", "tuesday-fix/2026-W49"):
        made = planned(weekly(), members(1), a_history(stopped=frozenset({word})))
        assert reasons(made) == {0: Reason.STOPPED}


def test_conditions_and_stops_of_sequences() -> None:
    """`only_if` must hold, `stop_when` must not: neither is for them now."""
    facts = {"first_purchase()": [FactDate(contact=n, day=date(2026, 11, 30), fact="1") for n in range(3)]}
    steps = [a_step(only_if="is happy")]
    people = members(3, dates=facts, holds={"is happy": [0, 1], "moved away": [1]})
    made = planned(a_catalog(sequences=[a_sequence(steps=steps, stop_when="moved away")]), people)
    assert due(made) == [(0, "first-job/thank-you/once")]
    assert reasons(made, "first-job") == {1: Reason.STOP_WHEN, 2: Reason.CONDITION}


def test_without_a_usable_channel_a_contact_is_told_apart() -> None:
    """No address, no phone, no house: not active; with a phone alone an issue has no channel."""
    none, phone = flags(2, 1), flags(2, 0)
    reach = {Channel.EMAIL: flags(2), Channel.CALL: ~none & phone}
    made = planned(weekly(), members(2, reach=reach))
    assert (made.unreachable, made.active) == ((1,), 1)
    assert reasons(made) == {0: Reason.NO_CHANNEL}


def test_a_rule_that_the_audience_has_not_answered_stops_the_plan() -> None:
    """A misspelt condition must not silently let everybody in or out."""
    catalog = a_catalog(sequences=[a_sequence(steps=[a_step(only_if="is hapy")])])
    with pytest.raises(PlanError, match="is hapy"):
        planned(catalog, members(1, dates={"first_purchase()": []}))


def test_a_naive_moment_is_refused() -> None:
    """A plan without a zone would be a plan for nobody's day."""
    with pytest.raises(PlanError, match="aware"):
        planned(weekly(), members(1), now=datetime(2026, 12, 1, 9))  # noqa: DTZ001 - the point of the test


def test_an_optional_promotion_slot_waits_for_credit() -> None:
    """The value items of the same issue count: with a ratio of two, two tips pay for the promotion."""
    promotion = an_item("promotions/p")
    slots = [a_slot(0, count=2), a_slot(1, [Kind.PROMOTION], optional=True)]
    for ratio, sold in ((2, 1), (3, 0)):
        catalog = a_catalog(
            items=[*TIPS, promotion],
            newsletters=[a_newsletter(slots=slots)],
            company=a_company(promise=a_promise(value_per_promotion=ratio)),
        )
        (touch,) = planned(catalog, members(1)).due
        assert (touch.value, touch.promotions) == (2, sold)


def test_an_announced_promotion_needs_credit() -> None:
    """Three value items received first; a correction needs none."""
    sale = an_item("promotions/p", sends=(_send(TODAY),))
    company = a_company(promise=a_promise(floor=None))
    catalog = a_catalog(items=[sale], company=company)
    assert reasons(planned(catalog, members(1)), "promotions/p") == {0: Reason.RATIO}
    earned = a_touch(value=3, day=TODAY - WEEK)
    assert len(planned(catalog, members(1), a_history(earned)).due) == 1
    correction = a_catalog(items=[replace(sale, correction=True)], company=company)
    assert len(planned(correction, members(1)).due) == 1


def test_a_coupon_step_goes_on_credit_that_is_paid_back() -> None:
    """A thank-you answers to a deed, so it goes; the next promotion waits until it is earned again."""
    facts = {"first_purchase()": [FactDate(contact=0, day=date(2026, 11, 30), fact="1")]}
    thanks = a_sequence(steps=[a_step(body=a_body(coupons=("THANKS",)))])
    sale = an_item("promotions/p", sends=(_send(TODAY + timedelta(days=2)),))
    catalog = a_catalog(items=[sale], sequences=[thanks])
    made = planned(catalog, members(1, dates=facts), a_history(a_touch(value=3)))
    (touch,) = made.due
    assert (touch.value, touch.promotions) == (0, 1)
    later = {made.occasions[k].source for day in made.calendar for k in day.touches}
    assert later == {"first-job"}


def _not_happy(at: datetime) -> Answer:
    return Answer(contact="c0000", source="first-job", step="check-in", value="not-happy", at=at)


def _done(at: datetime, **over: object) -> PastTouch:
    call = a_touch(
        source="first-job", step="unhappy-call", occurrence="x", channel=Channel.CALL, state=TouchState.DONE
    )
    return replace(call, at=at, **over)


NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)


def test_nothing_is_sold_to_the_unhappy_until_somebody_followed_up() -> None:
    """An announced promotion is held with a note; a call that is done later lets it go, the one in which they
    said it does not."""
    sale = an_item("promotions/p", sends=(_send(TODAY),))
    catalog = a_catalog(items=[sale], company=a_company(promise=a_promise(floor=None)))
    earned = a_touch(value=3, day=TODAY - WEEK)

    def says(*touches: PastTouch, said: datetime = NOON) -> tuple[int, list[tuple[Reason, str]]]:
        history = a_history(earned, *touches, answers=(_not_happy(said),))
        made = planned(catalog, members(1), history)
        return len(made.due), [(d.reason, d.detail) for d in made.decisions]

    held = (0, [(Reason.HELD, "not happy, and nobody has followed up")])
    assert says() == held
    assert says(_done(NOON)) == held
    assert says(_done(NOON + timedelta(minutes=1), state=TouchState.MISSED)) == held
    assert says(_done(NOON + timedelta(minutes=1))) == (1, [])
    assert says(_done(NOON + timedelta(minutes=1)), said=NOON + timedelta(days=1)) == held


def test_the_unhappy_get_their_letter_without_its_offer() -> None:
    """Value goes on; slots leave promotions out, whatever the credit."""
    items = [an_item("tips/a"), an_item("promotions/p")]
    slots = [a_slot(0, [Kind.TIP]), a_slot(1, [Kind.PROMOTION], optional=True)]
    catalog = a_catalog(
        items=items,
        newsletters=[a_newsletter(slots=slots)],
        company=a_company(promise=a_promise(floor=None, value_per_promotion=1)),
    )
    (sold,) = planned(catalog, members(1), a_history()).due
    (kept,) = planned(catalog, members(1), a_history(answers=(_not_happy(NOON),))).due
    assert (sold.picks, kept.picks) == (("tips/a", "promotions/p"), ("tips/a",))


def test_quiet_hours_may_lie_within_a_day() -> None:
    """From 12 to 14 nothing goes; a mail of 13:00 goes at 14."""
    catalog = replace(weekly(every="Tuesday at 13:00"), company=plain(quiet=(time(12), time(14))))
    assert (
        planned(catalog, members(1), now=datetime(2026, 12, 1, 18, 30, tzinfo=UTC), all_day=False).due == ()
    )
    assert (
        len(planned(catalog, members(1), now=datetime(2026, 12, 1, 19, tzinfo=UTC), all_day=False).due) == 1
    )


@pytest.mark.parametrize(
    ("over", "goes"),
    [({}, True), ({"purpose": Purpose.MARKETING}, False), ({"channel": Channel.EMAIL}, False)],
)
def test_a_reply_to_a_contact_comes_on_the_day_of_the_question(over: dict[str, object], goes: bool) -> None:
    """The service call that an answer starts waits for no gap, no ceiling and no free day; nothing else may."""
    answered = "answered('check-in', 'not happy')"
    call = a_step("call", 0, **{"channel": Channel.CALL, "purpose": Purpose.SERVICE, **over})
    company = plain(
        promise=a_promise(floor=None, gap=3, ceilings=(Ceiling(channel=None, count=1, days=7),)),
        programme_starts=TODAY - WEEK,
    )
    catalog = a_catalog(sequences=[a_sequence(steps=[call], starts_from=answered)], company=company)
    fact = FactDate(contact=0, day=TODAY, fact="today")
    people = members(1, dates={answered: [fact]})
    asked = a_touch(source="first-job", step="check-in", occurrence="once", day=TODAY)
    assert bool(planned(catalog, people, a_history(asked)).due) is goes


def test_two_replies_of_a_day_both_come() -> None:
    """Two jobs, both answered "not happy" on one day: two calls, in one tick or in two, and none the tick after."""
    answered = "answered('check-in', 'not happy')"
    call = a_step("call", 0, channel=Channel.CALL, purpose=Purpose.SERVICE)
    catalog = a_catalog(sequences=[a_sequence(steps=[call], starts_from=answered, repeat="every time")])
    facts = [FactDate(contact=0, day=TODAY, fact=name) for name in ("roof", "deck")]
    people = members(1, dates={answered: facts})
    first = planned(catalog, people)
    assert [first.occasions[t.occasion].occurrence for t in first.due] == ["deck", "roof"]
    had = [
        a_touch(source="first-job", step="call", occurrence=name, day=TODAY, channel=Channel.CALL)
        for name in ("deck", "roof")
    ]
    for so_far in (1, 2):
        left = planned(catalog, people, a_history(*had[:so_far])).due
        assert len(left) == 2 - so_far


def test_a_call_counts_for_its_caller_where_the_contacts_day_is_over() -> None:
    """It is 1 December for who calls; for the contact in Auckland, who was called, it is the 2nd already."""
    facts = {"first_purchase()": [FactDate(contact=1, day=date(2026, 11, 30), fact="1")]}
    call = a_touch(
        "c0000", TODAY, source="first-job", step="thank-you", occurrence="once", channel=Channel.CALL
    )
    catalog = a_catalog(
        sequences=[a_sequence(steps=[a_step(channel=Channel.CALL)])],
        team=[a_team_member(calls_per_day=1)],
        company=plain(),
    )
    zones = ("America/New_York", "Pacific/Auckland")
    people = members(2, dates=facts, zones=zones, zone=np.array([1, 0], dtype=np.int16))
    made = planned(catalog, people, a_history(call), all_day=False)
    assert due(made) == []
    assert [d.reason for d in made.decisions] == [Reason.CAPACITY]
