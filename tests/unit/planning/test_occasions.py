"""Occasions: from files and facts to what a contact may be due for, under which name, on which days."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest

from topmind.model import Channel, DatedIssue, FactDate, History, Members, Plan, Send, TouchState
from topmind.planning.occasions import nominal_issues
from topmind.planning.sequences import anniversary
from topmind.testing.builders import (
    TODAY,
    a_catalog,
    a_company,
    a_history,
    a_newsletter,
    a_promise,
    a_sequence,
    a_step,
    a_touch,
    an_item,
    members,
)
from unit.planning.said import due, planned

COMPANY = a_company(promise=a_promise(floor=None, ceilings=(), value_per_promotion=0))


def bought(*days: date) -> Members:
    """One contact with these purchases."""
    facts = [FactDate(contact=0, day=day, fact=f"INV-{number}") for number, day in enumerate(days, start=1)]
    return members(1, dates={"first_purchase()": facts})


def follow_up(people: Members, history: History | None = None, **over: object) -> Plan:
    """The plan of one sequence with one step a day after the fact."""
    steps = over.pop("steps", [a_step()])
    catalog = a_catalog(sequences=[a_sequence(steps=steps, **over)], company=COMPANY)
    return planned(catalog, people, history)


@pytest.mark.parametrize(("ago", "goes"), [(0, False), (1, True), (8, True), (9, False)])
def test_a_step_is_due_from_its_day_to_the_end_of_its_grace(ago: int, goes: bool) -> None:
    """One day after the purchase, seven days of grace; a late export still finds it."""
    assert bool(follow_up(bought(TODAY - timedelta(days=ago))).due) is goes


def test_the_last_day_of_a_step_is_the_contacts_own() -> None:
    """Each contact's row says until when it may go."""
    (touch,) = follow_up(bought(TODAY - timedelta(days=3))).due
    assert (touch.day, touch.last_day) == (TODAY, date(2026, 12, 6))


def test_once_is_once_whatever_is_bought_later() -> None:
    """The earliest fact counts; a touch of any past state settles it."""
    assert due(follow_up(bought(TODAY - timedelta(days=1), TODAY))) == [(0, "first-job/thank-you/once")]
    old = follow_up(bought(TODAY - timedelta(days=60), TODAY - timedelta(days=1)))
    assert due(old) == []
    for state in TouchState:
        sent = a_touch(
            day=TODAY - timedelta(days=20),
            source="first-job",
            step="thank-you",
            occurrence="once",
            state=state,
        )
        assert due(follow_up(bought(TODAY - timedelta(days=2)), a_history(sent))) == []


def test_every_time_has_an_occurrence_for_each_fact() -> None:
    """The nearest deadline goes first, the next one on the next day."""
    made = follow_up(bought(TODAY - timedelta(days=1), TODAY - timedelta(days=4)), repeat="every time")
    assert due(made) == [(0, "first-job/thank-you/INV-2")]
    assert {made.occasions[k].occurrence: day.day for day in made.calendar for k in day.touches} == {
        "INV-2": TODAY,
        "INV-1": date(2026, 12, 2),
    }


def test_older_facts_start_nothing() -> None:
    """Before the programme's first day, or before the sequence's own `since`."""
    young = replace(COMPANY, programme_starts=TODAY)
    people = bought(TODAY - timedelta(days=1))
    assert planned(a_catalog(sequences=[a_sequence()], company=young), people).due == ()
    assert follow_up(people, since=TODAY).due == ()
    assert len(follow_up(people, since=TODAY - timedelta(days=1)).due) == 1


def test_a_yearly_step_counts_the_years() -> None:
    """The third anniversary is occurrence 3, also where the fact is older than the programme."""
    steps = [a_step("anniversary", 0, repeat="yearly")]
    assert due(follow_up(bought(date(2023, 12, 1)), steps=steps)) == [(0, "first-job/anniversary/3")]
    assert due(follow_up(bought(date(2023, 12, 1)), steps=steps, since=date(2024, 1, 1))) == []


def test_a_year_in_the_offset_of_a_yearly_step_is_its_first_year() -> None:
    """`after: 1 year` and `repeat: yearly` begin with the first anniversary, `after: 2 years` with the second."""
    for offset, found in ((365, "1"), (730, None)):
        made = follow_up(bought(date(2025, 12, 1)), steps=[a_step("anniversary", offset, repeat="yearly")])
        assert [name.rpartition("/")[2] for _, name in due(made)] == ([found] if found else [])


def test_before_counts_backwards() -> None:
    """Five days before a birthday."""
    steps = [a_step("birthday", -5, repeat="yearly", grace=0)]
    assert due(follow_up(bought(date(1980, 12, 6)), steps=steps)) == [(0, "first-job/birthday/46")]


def test_a_leap_day_is_kept_on_the_28th() -> None:
    """29 February in an ordinary year is the last day of the month."""
    assert anniversary(date(2024, 2, 29), 1) == date(2025, 2, 28)
    assert anniversary(date(2024, 2, 29), 4) == date(2028, 2, 29)


def test_a_step_that_moved_to_another_channel_is_still_done() -> None:
    """A mail of last week is not made up for by a call."""
    sent = a_touch(day=TODAY - timedelta(days=2), source="first-job", step="thank-you", occurrence="once")
    steps = [a_step(channel=Channel.CALL)]
    assert follow_up(bought(TODAY - timedelta(days=3)), a_history(sent), steps=steps).due == ()


def test_a_renamed_sequence_and_step_keep_their_past() -> None:
    """`was:` on both."""
    sent = a_touch(day=TODAY - timedelta(days=2), source="old-job", step="thanks", occurrence="once")
    steps = [replace(a_step(), was=("thanks",))]
    people = bought(TODAY - timedelta(days=3))
    assert follow_up(people, a_history(sent), steps=steps, was=("old-job",)).due == ()
    assert len(follow_up(people, a_history(sent), steps=steps).due) == 1


def test_a_step_of_its_own_fact() -> None:
    """`starts_from` of a step replaces the sequence's."""
    people = members(1, dates={"inquired_on": [FactDate(contact=0, day=TODAY - timedelta(days=1), fact="x")]})
    steps = [a_step(starts_from="inquired_on")]
    assert len(follow_up(people, steps=steps).due) == 1


def test_the_nth_send_of_an_announcement_is_its_occurrence() -> None:
    """Launch, reminder, last call; each has three days of grace, none outlives the offer."""
    sends = (Send(number=1, day=TODAY - timedelta(days=9)), Send(number=2, day=TODAY - timedelta(days=2)))
    item = an_item("promotions/p", sends=sends, ends=TODAY)
    made = planned(a_catalog(items=[item], company=COMPANY), members(1))
    assert due(made) == [(0, "promotions/p/2")]
    assert made.due[0].last_day == TODAY
    over = replace(item, ends=TODAY - timedelta(days=1))
    assert planned(a_catalog(items=[over], company=COMPANY), members(1)).due == ()


def test_a_moved_issue_keeps_its_occurrence() -> None:
    """Tuesday's issue of 1 December goes on Wednesday; the key stays that of its week, also into the next."""
    for day in (date(2026, 12, 2), date(2026, 12, 7)):
        issue = DatedIssue(day=day, path="x.md", was=TODAY)
        letter = a_newsletter(issues={day: issue})
        found = {
            key: (when, dated)
            for when, key, dated in nominal_issues(letter, COMPANY, TODAY, date(2026, 12, 9))
        }
        assert found["2026-W49"] == (day, issue)
        assert found["2026-W50"] == (date(2026, 12, 8), None)


def test_a_moved_issue_that_has_been_sent_is_not_sent_again() -> None:
    """Moved after it went: the ledger's row has the same key."""
    letter = a_newsletter(
        issues={date(2026, 12, 7): DatedIssue(day=date(2026, 12, 7), path="x.md", was=TODAY)}
    )
    catalog = a_catalog(items=[an_item(f"tips/{n}") for n in range(5)], newsletters=[letter], company=COMPANY)
    people = replace(members(1), as_of=date(2026, 12, 7))
    sent = a_touch(day=TODAY, occurrence="2026-W49")
    assert planned(catalog, people, a_history(sent)).due == ()
    assert due(planned(catalog, people)) == [(0, "tuesday-fix/2026-W49")]


def test_every_occasion_that_a_frozen_row_needs_is_there() -> None:
    """What an earlier tick planned can still be written, though nobody else is due for it."""
    step = a_touch(
        day=TODAY, source="first-job", step="thank-you", occurrence="once", state=TouchState.PLANNED
    )
    rescue = a_touch("c0001", TODAY, source="rescue", occurrence="2026-11-03", state=TouchState.PLANNED)
    issue = a_touch("c0002", TODAY, occurrence="2026-W49", state=TouchState.CLAIMED)
    people = members(
        3, dates={"first_purchase()": [FactDate(contact=0, day=TODAY - timedelta(days=1), fact="x")]}
    )
    catalog = a_catalog(newsletters=[a_newsletter()], sequences=[a_sequence()], company=COMPANY)
    made = planned(catalog, people, a_history(step, rescue, issue))
    names = {o.name for o in made.occasions}
    assert {"first-job/thank-you/once", "rescue/2026-11-03", "tuesday-fix/2026-W49"} <= names


def thanked(day: int, occurrence: str, state: TouchState = TouchState.ACCEPTED) -> History:
    """The ledger has the thank-you of a day of November or December (from 31 on), under this name."""
    when = date(2026, 11, 1) + timedelta(days=day - 1)
    return a_history(
        a_touch(day=when, source="first-job", step="thank-you", occurrence=occurrence, state=state)
    )


def test_a_fact_is_not_answered_again_under_another_name() -> None:
    """`repeat: once` became `every time`, or the export numbers its invoices anew: the purchase was thanked."""
    people = bought(date(2026, 11, 28))
    for occurrence in ("once", "RE-2026-7"):
        for state in (TouchState.ACCEPTED, TouchState.PLANNED, TouchState.UNKNOWN):
            had = thanked(29, occurrence, state)
            assert due(follow_up(people, had, repeat="every time")) == []
    assert due(follow_up(people, thanked(29, "INV-1"))) == []
    assert len(due(follow_up(people, thanked(29, "once", TouchState.SKIPPED), repeat="every time"))) == 1


def test_each_touch_answers_one_fact() -> None:
    """Two purchases, one thank-you: the later one is still thanked, under whatever name the first was."""
    people = bought(date(2026, 11, 27), date(2026, 11, 29))
    for occurrence in ("once", "INV-1"):
        made = follow_up(people, thanked(30, occurrence), repeat="every time")
        assert due(made) == [(0, "first-job/thank-you/INV-2")]
    # a touch before its day answers nothing
    assert len(due(follow_up(people, thanked(27, "once"), repeat="every time"))) == 1


def test_a_corrected_year_of_birth_is_no_second_birthday() -> None:
    """The 45th became the 46th the day after the mail; last year's mail is no excuse for this year."""
    steps = [a_step("thank-you", 0, repeat="yearly")]
    people = bought(date(1980, 11, 30))
    assert due(follow_up(people, thanked(30, "45"), steps=steps)) == []
    assert due(follow_up(people, steps=steps)) == [(0, "first-job/thank-you/46")]
    last_year = a_history(
        a_touch(day=date(2025, 11, 30), source="first-job", step="thank-you", occurrence="45")
    )
    assert len(due(follow_up(people, last_year, steps=steps))) == 1
