"""What `check` says of cadences, promises and follow-ups at writing time."""

from __future__ import annotations

import subprocess
import sys
from datetime import date, time

import pytest

from topmind.model import Approve, Catalog, Ceiling, Channel, DatedIssue, Kind, Level, Problem
from topmind.planning import check
from topmind.planning.rest_days import public_holidays
from topmind.testing.builders import (
    TODAY,
    a_body,
    a_catalog,
    a_company,
    a_newsletter,
    a_promise,
    a_segment,
    a_sequence,
    a_slot,
    a_step,
)


def said(catalog: Catalog) -> list[str]:
    """The rules that have a finding; that the builder's newsletter is for everybody is left out."""
    rules = [p.rule.removeprefix("planning/") for p in check(catalog)]
    return [rule for rule in rules if rule != "for-everybody"]


def one(catalog: Catalog) -> Problem:
    """The only finding."""
    (problem,) = (p for p in check(catalog) if p.rule != "planning/for-everybody")
    return problem


def test_a_sound_catalog_has_no_findings() -> None:
    """Newsletter, sequence, segment and company as the builders make them."""
    letter = a_newsletter(segments=frozenset({"customers"}))
    sound = a_catalog(newsletters=[letter], sequences=[a_sequence()], segments=[a_segment()])
    assert check(sound) == ()


def test_a_wrong_cadence_names_its_line_and_the_right_words() -> None:
    """Where, what, what to write."""
    found = one(a_catalog(newsletters=[a_newsletter(every="Tusday at 9", every_line=4)]))
    assert (found.level, found.line, found.fix) == (Level.ERROR, 4, "Write: Tuesday at 9.")
    assert found.says.startswith("'Tusday at 9' is no cadence")


def test_a_floor_that_the_ceilings_do_not_allow() -> None:
    """Every 3 days needs three mails in a week; the sentence says how many would do."""
    promise = a_promise(floor=3, ceilings=(Ceiling(channel=Channel.EMAIL, count=2, days=7),))
    found = one(a_catalog(segments=[a_segment(promise=promise)]))
    assert found.rule == "planning/floor-above-ceiling"
    assert found.says == (
        "A valuable touch every 3 days needs 3 touches in 7 days, but at most 2 emails are allowed."
    )
    assert found.fix == "Allow at least 3, or promise a touch every 4 days."


def test_one_touch_and_none_at_all_are_said_right() -> None:
    """`1 touch`, and no floor that would do where nothing is allowed."""
    promise = a_promise(floor=30, ceilings=(Ceiling(channel=Channel.EMAIL, count=0, days=7),))
    found = one(a_catalog(segments=[a_segment(promise=promise)]))
    assert found.says == (
        "A valuable touch every 30 days needs 1 touch in 7 days, but at most 0 emails are allowed."
    )
    assert found.fix == "Allow at least 1, or promise no floor."


def test_a_ceiling_of_the_company_is_not_blamed_on_a_segment() -> None:
    """The finding stands at the segment's floor, and names the file of the ceiling."""
    company = a_company(
        promise=a_promise(floor=None, ceilings=(Ceiling(channel=Channel.EMAIL, count=2, days=7),))
    )
    segment = a_segment(promise=a_promise(floor=3, ceilings=()))
    found = one(a_catalog(segments=[segment], company=company))
    assert (found.path, found.key) == ("segments/customers.md", "at_least")
    assert found.says.endswith("but at most 2 emails are allowed by `at_most` in content/company.md.")


def test_a_call_may_keep_a_floor_that_mail_may_not() -> None:
    """Where a segment is rescued by call too, a ceiling of mail alone contradicts nothing."""
    promise = a_promise(
        floor=3,
        ceilings=(Ceiling(channel=Channel.EMAIL, count=2, days=7),),
        rescue=(Channel.EMAIL, Channel.CALL),
    )
    assert said(a_catalog(segments=[a_segment(promise=promise)])) == []


def test_a_floor_within_the_gap() -> None:
    """A touch every 2 days with 5 days between touches."""
    assert said(a_catalog(company=a_company(promise=a_promise(floor=5, gap=6, ceilings=())))) == [
        "floor-within-gap"
    ]


def test_an_unknown_country() -> None:
    """Public holidays of nowhere."""
    assert said(a_catalog(company=a_company(country="ZZ"))) == ["unknown-country"]


@pytest.mark.parametrize(
    ("country", "fix"),
    [
        ("ENGLAND", "Did you mean GB-ENG (England)?"),
        ("NORTHERN-IRELAND", "Did you mean GB-NIR (Northern Ireland)?"),
        ("IRELND", "Did you mean IE (Ireland)?"),
        ("US-XX", "Write US, or with one of: AK, AL,"),
    ],
)
def test_the_country_that_was_meant(country: str, fix: str) -> None:
    """A part of a country is named with its code; of a known country the parts that there are."""
    assert one(a_catalog(company=a_company(country=country))).fix.startswith(fix)


def test_the_holidays_of_a_part_of_a_country() -> None:
    """Lincoln's birthday is one in New York, not in all of the United States."""
    lincoln = date(2027, 2, 12)
    assert lincoln in public_holidays("US-NY", 2027, 2027)
    assert lincoln not in public_holidays("US", 2027, 2027)
    for country in ("US", "US-NY"):
        assert a_company(country=country, language="en").dates.day(lincoln) == "February 12, 2027"


ALONE = """
import sys
from topmind.planning.rest_days import public_holidays
found = {code: public_holidays(code, 2026, 2027) for code in ("US-ME", "GB-SCT", "PR")}
assert "holidays.countries.france" not in sys.modules
from holidays.countries import France, GB, PR, US
import holidays
assert holidays.countries.France is France and "holidays.countries.germany" in sys.modules
years = (2026, 2027)
assert found == {
    "US-ME": frozenset(US(subdiv="ME", years=years)),
    "GB-SCT": frozenset(GB(subdiv="SCT", years=years)),
    "PR": frozenset(PR(years=years)),
}
"""


def test_the_country_that_is_asked_for_is_loaded_alone() -> None:
    """Not the other 250, which takes a tenth of a second; they are there as always for whoever asks for them."""
    subprocess.run([sys.executable, "-c", ALONE], check=True)


@pytest.mark.parametrize(
    ("letter", "rule"),
    [
        (a_newsletter(slots=[], body=a_body("")), "empty-newsletter"),
        (a_newsletter(slots=[], body=a_body("Hello.\n")), "no-slot"),
        (a_newsletter(slots=[a_slot(0, [Kind.PROMOTION])]), "only-promotions"),
        (a_newsletter(every="Tuesday at 21:00"), "in-quiet-hours"),
        (
            a_newsletter(issues={date(2026, 12, 9): DatedIssue(day=date(2026, 12, 9), path="x.md")}),
            "no-such-issue",
        ),
    ],
)
def test_a_newsletter_that_cannot_work(letter: object, rule: str) -> None:
    """Without slot and text, with promotions alone, after quiet hours begin, with a file beside its days."""
    assert said(a_catalog(newsletters=[letter])) == [rule]


def test_a_dated_file_that_says_where_it_came_from_is_right() -> None:
    """Moved to Wednesday; old files of other days are nobody's concern."""
    issues = {
        date(2026, 12, 9): DatedIssue(day=date(2026, 12, 9), path="x.md", was=date(2026, 12, 8)),
        date(2026, 3, 4): DatedIssue(day=date(2026, 3, 4), path="old.md"),
    }
    assert said(a_catalog(newsletters=[a_newsletter(issues=issues, approve=Approve.PROOF)])) == []


def test_an_issue_on_a_day_on_which_nothing_goes() -> None:
    """Christmas 2026 is a Friday; a day of grace saves the issue."""
    company = a_company(country="US", quiet=(time(20), time(8)))
    for grace, rules in ((0, ["blackout", "blackout"]), (1, [])):
        letter = a_newsletter(every="Friday at 09:00", grace=grace)
        assert said(a_catalog(newsletters=[letter], company=company)) == rules


def test_a_sequence_that_can_never_fire() -> None:
    """Before a fact that is only known afterwards; nothing to do at all; a birthday is known before."""
    before = a_sequence(steps=[a_step(offset=-30)])
    assert said(a_catalog(sequences=[before])) == ["never-fires"]
    assert said(a_catalog(sequences=[a_sequence(steps=[])])) == ["no-step"]
    yearly = a_sequence(steps=[a_step(offset=-30, repeat="yearly")])
    assert said(a_catalog(sequences=[yearly])) == []
    birthday = a_sequence(starts_from="birthday", steps=[a_step(offset=-30)])
    assert said(a_catalog(sequences=[birthday])) == []


@pytest.mark.parametrize("fact", ["redeemed('THANKS25')", "enters: customers", "first_purchase()"])
def test_before_what_is_only_known_afterwards(fact: str) -> None:
    """Longer than its grace it never goes; within its grace it can only go late."""
    for offset, level in ((-20, Level.ERROR), (-7, Level.WARNING), (-1, Level.WARNING)):
        found = one(a_catalog(sequences=[a_sequence(starts_from=fact, steps=[a_step(offset=offset)])]))
        assert (found.rule, found.level, found.key) == ("planning/never-fires", level, "before")
    # a date field may lie ahead, whatever it is called
    moving = a_sequence(starts_from="moves_in_on", steps=[a_step(offset=-7)])
    assert said(a_catalog(sequences=[moving])) == []


def test_leaving_a_segment_and_being_in_it_is_never() -> None:
    """A sequence for who left, only for who is still there."""
    gone = a_sequence(starts_from="leaves: customers", segments=frozenset({"customers"}))
    assert said(a_catalog(sequences=[gone])) == ["never-fires"]
    other = a_sequence(starts_from="leaves: customers", segments=frozenset({"customers", "lapsed"}))
    assert said(a_catalog(sequences=[other])) == []


def test_nothing_is_made_up_for_where_it_comes_each_year() -> None:
    """`backfill` is for what comes once."""
    yearly = a_sequence(repeat="yearly", backfill=date(2026, 12, 1))
    assert said(a_catalog(sequences=[yearly])) == ["no-backfill"]
    once = a_sequence(backfill=date(2026, 12, 1))
    assert said(a_catalog(sequences=[once])) == []


def test_steps_that_look_wrong() -> None:
    """More than ten years away; two on one day."""
    assert said(a_catalog(sequences=[a_sequence(steps=[a_step(offset=4000)])])) == ["far-offset"]
    crowd = a_sequence(steps=[a_step("a", 1), a_step("b", 1)])
    assert [(p.rule, p.level) for p in check(a_catalog(sequences=[crowd]))] == [
        ("planning/same-day", Level.INFO)
    ]


def test_all_findings_come_at_once_in_order() -> None:
    """By file and line."""
    letters = [a_newsletter("b", every="x"), a_newsletter("a", every="y")]
    assert [p.path for p in check(a_catalog(newsletters=letters, as_of=TODAY))] == [
        "content/newsletters/a.md",
        "content/newsletters/b.md",
    ]


def test_whom_a_newsletter_is_for() -> None:
    """Without a segment everybody, which is said; with an empty list nobody, which is a mistake."""
    (note,) = check(a_catalog(newsletters=[a_newsletter()]))
    assert (note.rule, note.level) == ("planning/for-everybody", Level.INFO)
    (wrong,) = check(a_catalog(newsletters=[a_newsletter(segments=frozenset())]))
    assert (wrong.rule, wrong.level, wrong.key) == ("planning/for-nobody", Level.ERROR, "segments")


def test_a_newsletter_without_a_day_to_come() -> None:
    """30 February is a mistake; a rule that has ended may be deliberate."""
    never = one(a_catalog(newsletters=[a_newsletter(every="FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30")]))
    assert (never.rule, never.level) == ("planning/no-day", Level.ERROR)
    over = one(a_catalog(newsletters=[a_newsletter(every="FREQ=WEEKLY;BYDAY=TU;UNTIL=20260201")]))
    assert (over.rule, over.level) == ("planning/no-day", Level.WARNING)


def test_a_country_by_its_name_gets_its_code() -> None:
    """`Ireland` is IE; nonsense is only told what a code looks like."""
    for country, fix in (("IRELAND", "Did you mean IE (Ireland)?"), ("XX", "Write an ISO 3166 code")):
        found = one(a_catalog(company=a_company(country=country)))
        assert found.rule == "planning/unknown-country"
        assert found.fix.startswith(fix)
