"""A customer's year at a small business: played once, tick by tick; each test reads one promise from what left.

Anna buys on the first day and is happy, Uma is not; Pia asks and buys in spring; Olaf leaves in June; Tess and Tom
share an inbox; Nils never agreed to marketing; Kai lives in Auckland; Rose wants to hear from us seldom.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import date, timedelta
from itertools import pairwise

import pytest

from topmind.model import Channel, PastTouch, Reason, TouchState, Verdict
from year_played import (
    ANNA_ANSWERS,
    FIRST,
    JOBS,
    LAST,
    OLAF_LEAVES,
    PEOPLE,
    UMA_ANSWERS,
    Year,
    play,
)

#: Contacts who are in the audience all year with nothing in the way.
STEADY = ("otto", "ruth", "xeno", "kai")
INBOX = {"tess": "both", "tom": "both"}
#: Federal holidays on which a tick came.
HOLIDAYS = {
    date.fromisoformat(day)
    for day in [
        "2026-12-25",
        "2027-01-18",
        "2027-02-15",
        "2027-05-31",
        "2027-07-05",
        "2027-09-06",
        "2027-10-11",
        "2027-11-11",
        "2027-11-25",
    ]
}


@pytest.fixture(scope="module")
def year(tmp_path_factory: pytest.TempPathFactory) -> Year:
    """From 1 December 2026 to 2 December 2027."""
    return play(tmp_path_factory.mktemp("larch"))


def touches(year: Year, contact: str = "") -> list[PastTouch]:
    """What really happened to somebody, or to everybody, day by day."""
    happened = {TouchState.ACCEPTED, TouchState.DONE}
    return [t for t in year.history.touches if t.state in happened and contact in {"", t.key.contact}]


def most_within(days: Iterable[date], window: int) -> int:
    """The largest number of these days in any `window` days."""
    ordered = sorted(days)
    return max((sum(a <= b < a + timedelta(days=window) for b in ordered) for a in ordered), default=0)


def tuesdays(after: date = FIRST, until: date = LAST) -> Iterator[date]:
    """Every Tuesday of a span."""
    yield from (
        after + timedelta(days=n)
        for n in range((until - after).days + 1)
        if (after + timedelta(days=n)).weekday() == 1
    )


# --- follow-up of the first job ---


def test_the_day_after_the_job_comes_a_thank_you_with_a_coupon(year: Year) -> None:
    """Once in a life, also for who was a prospect before; a second job brings no second one."""
    first = {"anna": "2026-12-01", "uma": "2026-12-03", "tess": "2027-01-11", "pia": "2027-04-07"}
    for who, job in first.items():
        assert year.days(who, "first-job", "thank-you") == [date.fromisoformat(job) + timedelta(days=1)]
    codes = {mail.contact: mail.html for mail in year.mails(source="first-job", step="thank-you")}
    assert set(codes) == set(first)
    assert all("THANKS25" in html for html in codes.values())


def test_on_day_90_comes_the_check_in(year: Year) -> None:
    """Ninety days after the first job, for everybody who had one in this programme: it is service."""
    got = {mail.contact: mail.day for mail in year.mails(source="first-job", step="check-in")}
    job = {who: day for day in sorted(JOBS, reverse=True) for who in JOBS[day]}
    assert got == {who: job[who] + timedelta(days=90) for who in ("anna", "uma", "nils", "tess", "pia")}


def test_a_happy_answer_is_followed_by_one_referral_ask_after_a_week(year: Year) -> None:
    """Pressed on a live page, folded into the ledger, a fact for the sequence: only Anna said so."""
    (asked,) = year.mails(source="first-job", step="referral")
    assert (asked.contact, asked.day) == ("anna", ANNA_ANSWERS + timedelta(days=7))
    assert [a.value for a in year.history.answers if a.contact == "anna"] == ["happy"]


def test_not_happy_is_a_call_of_the_sender_the_same_day(year: Year) -> None:
    """Although she got the check-in on that very day; and nobody asks her for a referral."""
    (task,) = year.tasks[UMA_ANSWERS]
    assert (task.key.contact, task.key.step, task.key.channel) == ("uma", "unhappy-call", Channel.CALL)
    assert (task.day, task.sender) == (UMA_ANSWERS, "dora")
    told = [mail for mail in year.carrier.left if mail.source == "@tasks"]
    assert [(mail.contact, mail.day) for mail in told] == [("dora", UMA_ANSWERS)], "one task mail in a year"
    assert year.days("uma", "first-job", "check-in") == [UMA_ANSWERS]
    assert year.mails("uma", step="referral") == []
    (done,) = [t for t in touches(year, "uma") if t.key.channel is Channel.CALL]
    assert (done.state, done.day) == (TouchState.DONE, UMA_ANSWERS)


def test_the_anniversary_comes_once_a_year(year: Year) -> None:
    """On the day of the first job in the reader's own zone, also for jobs that are older than the programme."""
    got = {mail.contact: mail.day for mail in year.mails(source="first-job", step="anniversary")}
    assert len(year.mails(source="first-job", step="anniversary")) == len(got)
    third_of_march = ("kai", "olaf", "rose", "ruth", "tom", "xeno")
    expected = dict.fromkeys(third_of_march, date(2027, 3, 3))
    assert got == {**expected, "otto": date(2027, 6, 10), "anna": date(2027, 12, 1)}


def test_a_prospect_hears_the_welcome_until_she_buys(year: Year) -> None:
    """Two steps came; the third, after 120 days, never: she had bought by then."""
    assert year.days("pia", "welcome", "hello") == [date(2027, 1, 20)]
    assert year.days("pia", "welcome", "how") == [date(2027, 2, 9)]
    assert year.mails(source="welcome", step="still-there") == []


# --- the weekly letter ---


@pytest.mark.parametrize("who", STEADY)
def test_the_newsletter_comes_each_tuesday_of_the_reader(year: Year, who: str) -> None:
    """Every Tuesday of the year but the one of an accident; for Kai that is Monday in New York."""
    lost = {"ruth": date(2027, 2, 16), "xeno": date(2027, 2, 23), "kai": FIRST}.get(who)
    assert year.days(who, "weekly") == [day for day in tuesdays() if day != lost]


def test_whoever_missed_an_issue_has_a_reason(year: Year) -> None:
    """Of everybody in the audience on a Tuesday: the issue left, or the ledger or the plan says why not."""
    left = {(mail.contact, mail.message.touch.occurrence) for mail in year.mails(source="weekly")}
    told = {
        (t.key.contact, t.key.occurrence)
        for t in year.history.touches
        if t.key.source == "weekly" and t.state is not TouchState.ACCEPTED and t.reason
    }
    said = {
        (who, name.partition("/")[2])
        for tick in year.ticks
        for who, name, decision in tick.decisions
        if name.startswith("weekly/") and decision.verdict is not Verdict.PENDING
    }
    here = {one.id for one in PEOPLE}
    for day in tuesdays(FIRST + timedelta(days=1)):
        week = f"{day.isocalendar().year}-W{day.isocalendar().week:02}"
        for who in here:
            assert ((who, week) in left) + ((who, week) in told or (who, week) in said) == 1, (who, week)


def test_what_fell_through_is_written_down_though_no_tick_came_on_its_last_day(year: Year) -> None:
    """Rose's issues beyond what her promise needs, for her thirteen touches are paced through the year; Kai's first
    Tuesday was over before our first tick. Who came into the export later missed nothing before."""
    fell = Counter(
        (t.key.contact, t.key.step or t.key.source, t.reason)
        for t in year.history.touches
        if t.state is TouchState.EXPIRED
    )
    assert fell == {
        ("rose", "weekly", "ceiling_all"): 49,
        ("tess", "weekly", "lost_to"): 1,
        ("pia", "weekly", "lost_to"): 2,
        ("pia", "weekly", "ceiling_channel"): 1,
        ("kai", "weekly", "too_late"): 1,
    }


def test_nobody_gets_an_item_twice(year: Year) -> None:
    """Not a contact, and not an inbox, however many read it."""
    got = Counter((INBOX.get(t.key.contact, t.key.contact), item) for t in touches(year) for item in t.items)
    assert len(got) > 300
    assert set(got.values()) == {1}


def test_four_value_items_come_before_each_promotion(year: Year) -> None:
    """Counted per contact from the first touch on; a thank-you's coupon needs no credit but uses it up."""
    sold = 0
    for who in {t.key.contact for t in touches(year)}:
        value = promotions = 0
        for touch in touches(year, who):
            value += touch.value
            promotions += touch.promotions
            assert not touch.promotions or touch.key.step or value >= 4 * promotions, (who, touch.day)
        sold += promotions
    assert sold > 30


def test_who_bought_since_an_offer_began_gets_no_more_of_it(year: Year) -> None:
    """Ruth had a job on the second day of September's offer: it came for the others, not for her."""
    offer = "promotions/offer-2027-09-01"
    got = {t.key.contact for t in touches(year) if offer in t.items}
    assert got >= {"anna", "uma", "otto", "xeno", "kai"}
    assert "ruth" not in got


# --- promises ---


def test_ceilings_hold_in_every_window(year: Year) -> None:
    """Two mails in any seven days, seventy touches in any 365; for Rose one and thirteen, for a prospect one."""
    for who in {t.key.contact for t in touches(year)}:
        mails = [t.day for t in touches(year, who) if t.key.channel is Channel.EMAIL]
        assert most_within(mails, 7) <= (1 if who == "rose" else 2), who
        assert most_within([t.day for t in touches(year, who)], 365) <= (13 if who == "rose" else 70), who
    prospect = [day for mail in year.mails("pia") if (day := mail.day) <= date(2027, 4, 7)]
    assert most_within(prospect, 7) == 1


def test_one_touch_a_day_and_two_days_for_a_prospect(year: Year) -> None:
    """The gap; Uma's call, which she asked for, is the one exception."""
    for who in {t.key.contact for t in touches(year)}:
        mails = [t.day for t in touches(year, who) if t.key.channel is Channel.EMAIL]
        least = min((b - a).days for a, b in pairwise(mails)) if len(mails) > 1 else 9
        assert least >= 1, who
    prospect = [mail.day for mail in year.mails("pia") if mail.day <= date(2027, 4, 7)]
    assert min((b - a).days for a, b in pairwise(prospect)) >= 2


@pytest.mark.parametrize("who", [*STEADY, "anna", "uma", "pia"])
def test_the_floor_of_thirty_days_is_kept(year: Year, who: str) -> None:
    """No more than thirty days between two valuable touches, from the first to the end of the year."""
    days = [t.day for t in touches(year, who) if t.value]
    assert max((b - a).days for a, b in pairwise([*days, LAST])) <= 30


def test_the_floor_of_a_shared_inbox_is_kept_by_one_copy(year: Year) -> None:
    """What comes for Tess is read by Tom too: no rescue for either of them, all year."""
    days = [t.day for who in ("tess", "tom") for t in touches(year, who) if t.value]
    assert max((b - a).days for a, b in pairwise(sorted([*days, LAST]))) <= 30
    assert year.mails("tess", "rescue") == year.mails("tom", "rescue") == []


def test_whoever_s_floor_is_broken_is_named_with_the_limit_that_bound(year: Year) -> None:
    """Nils never agreed, Olaf left: they stand apart; Rose's thirteen a year, paced, carry her to November: counted each day, days of
    rest too, told for each of them."""
    before = [tick for tick in year.ticks if date(2027, 7, 12) <= tick.at.date() < date(2027, 11, 12)]
    assert {tuple(tick.broken.items()) for tick in before} == {()}
    assert {tuple(tick.apart.items()) for tick in before} == {((Reason.NO_CONSENT, 2),)}
    full = [tick for tick in year.ticks if date(2027, 11, 15) <= tick.at.date() < date(2027, 12, 1)]
    assert {tuple(tick.broken.items()) for tick in full} == {((Reason.CEILING_ALL, 1),)}
    assert HOLIDAYS & {tick.at.date() for tick in full}
    bound = {"rose": Reason.CEILING_ALL, "nils": Reason.NO_CONSENT, "olaf": Reason.NO_CONSENT}
    assert year.floors == dict.fromkeys(year.exports.contacts) | bound


def test_mail_comes_by_day_in_the_reader_s_own_zone(year: Year) -> None:
    """Not before nine, not after eight in the evening, in Tern Harbor and in Auckland; never on a holiday."""
    assert all(9 <= mail.local.hour < 20 for mail in year.mails())
    assert not HOLIDAYS & {mail.day for mail in year.mails()}
    ticks = {tick.at.date() for tick in year.ticks}
    assert ticks >= HOLIDAYS


# --- consent ---


def test_after_the_opt_out_nothing_more_comes(year: Year) -> None:
    """One click on the header of a real mail; he had a mail each week until then, and his export still says yes."""
    days = [mail.day for mail in year.mails("olaf")]
    assert len(days) > 25
    assert max(days) == OLAF_LEAVES
    assert year.exports.contacts["olaf"].newsletter == "yes"
    assert year.history.standing["olaf"].opted_out


def test_without_consent_only_service_comes(year: Year) -> None:
    """Nils gets the check-in for his job, and nothing else all year."""
    assert [(mail.source, mail.step) for mail in year.mails("nils")] == [("first-job", "check-in")]


def test_one_inbox_gets_one_copy_of_each_issue(year: Year) -> None:
    """To whichever of the two; a follow-up of their own job comes to each."""
    issues = [mail.message.touch.occurrence for mail in year.mails(source="weekly") if mail.contact in INBOX]
    assert len(issues) == len(set(issues)) == sum(1 for _ in tuesdays())
    assert {mail.message.to for who in INBOX for mail in year.mails(who)} == {"both@example.com"}
    assert [(mail.contact, mail.step) for mail in year.mails() if mail.contact in INBOX and mail.step] == [
        ("tess", "thank-you"),
        ("tom", "anniversary"),
        ("tess", "check-in"),
    ]


def test_marketing_can_be_left_with_one_click_and_service_names_no_list(year: Year) -> None:
    """Each mail that markets has its own signed address, no two the same; a service mail has none."""
    service = {"check-in", "anniversary"}
    addresses = [mail.unsubscribe for mail in year.mails() if mail.step not in service]
    assert len(addresses) == len(set(addresses))
    assert all(address.startswith("https://live.larch.example/u/") for address in addresses)
    assert {mail.unsubscribe for mail in year.mails() if mail.step in service} == {"None"}


# --- everyone is accounted for ---


def test_each_tick_accounts_for_everyone(year: Year) -> None:
    """planned = accepted + refused + skipped + expired + unknown + waiting, at each of some 160 ticks."""
    for tick in year.ticks:
        c = tick.counts
        assert c.planned == c.accepted + c.refused + c.skipped + c.expired + c.unknown + c.waiting, tick.at
    assert any(tick.counts.refused for tick in year.ticks)
    assert any(tick.counts.unknown for tick in year.ticks)


def test_each_contact_has_one_verdict_for_each_occasion(year: Year) -> None:
    """Due, or one reason: never both, never twice."""
    for tick in year.ticks:
        verdicts = Counter([*tick.due, *((who, name) for who, name, _ in tick.decisions)])
        assert not verdicts or max(verdicts.values()) == 1, tick.at


def test_no_touch_leaves_twice_and_the_second_tick_of_a_day_sends_nothing(year: Year) -> None:
    """All names on the wire differ; after the tick that had everybody's time, a later one is empty."""
    names = [mail.message.touch_hex for mail in year.mails()]
    assert len(names) == len(set(names)) > 400
    by_day: dict[date, list[int]] = {}
    for tick in year.ticks:
        by_day.setdefault(tick.at.date(), []).append(tick.counts.sent_now)
    several = {day: sent for day, sent in by_day.items() if len(sent) == 4}
    assert len(several) == 4
    assert all(sent[0] == sent[3] == 0 < sent[1] for sent in several.values()), several


def test_what_the_ledger_has_is_what_left(year: Year) -> None:
    """Accepted mails of the ledger and messages of the transport are the same, the proven one with a lost answer too."""
    accepted = Counter(
        t.key
        for t in year.history.touches
        if t.state is TouchState.ACCEPTED and t.key.channel is Channel.EMAIL
    )
    assert accepted == Counter(mail.message.touch for mail in year.mails())


def test_what_is_not_proven_is_listed_until_the_end_and_never_sent_again(year: Year) -> None:
    """Xeno's issue of 23 February: nobody knows. Otto's of 9 March was proven by the next run."""
    (open_,) = [t for t in year.history.touches if t.state in {TouchState.UNKNOWN, TouchState.UNRESOLVED}]
    assert (open_.key.contact, open_.key.occurrence) == ("xeno", "2027-W08")
    hexes = [tick.unproven for tick in year.ticks]
    lost = open_.key.wire("larch")
    begun = next(n for n, tick in enumerate(year.ticks) if lost in tick.unproven)
    assert all(lost in unproven for unproven in hexes[begun:])
    assert sum(len(unproven) == 2 for unproven in hexes) == 1
    assert lost not in {mail.message.touch_hex for mail in year.mails()}
    assert set(open_.items) & {item for t in touches(year, "xeno") for item in t.items} == set()


def test_the_report_of_the_year(year: Year) -> None:
    """How much of each step was executed, who fell through, floors, tasks, and what is not proven."""
    report = year.report
    assert report is not None
    steps = {f"{row.sequence}/{row.step}": (row.due, row.in_time, dict(row.missed)) for row in report.steps}
    assert steps == {
        "first-job/thank-you": (4, 4, {}),
        "first-job/check-in": (5, 5, {}),
        "first-job/anniversary": (8, 8, {}),
        "first-job/referral": (1, 1, {}),
        "first-job/unhappy-call": (1, 1, {}),
        "welcome/hello": (1, 1, {}),
        "welcome/how": (1, 1, {}),
        "welcome/still-there": (0, 0, {}),
    }
    assert report.active == 12
    assert report.task_states == {"open": 0, "done": 1, "missed": 0}
    assert len(report.unproven) == 1
    assert report.exit_code == 1
    text = report.text()
    names = [one.first_name for one in year.exports.contacts.values()]
    assert not [name for name in [*names, "@example.com"] if name in text]
