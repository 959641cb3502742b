"""Which issues want a proof, from when until when, and that nothing goes before it has left."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from topmind import planning
from topmind.model import Approve, Catalog, DatedIssue, Reason, Verdict
from topmind.planning.assembly import CHANGED, JUST_PROVED, NO_PROOF
from topmind.testing.builders import (
    TODAY,
    a_catalog,
    a_company,
    a_history,
    a_newsletter,
    a_promise,
    a_segment,
    an_item,
    members,
)
from unit.planning.said import due, planned, reasons, verdicts

#: Nine in the morning of the Tuesday, where the company is.
NINE = datetime(2026, 12, 1, 14, 0, tzinfo=UTC)
DAY = timedelta(days=1)
ISSUE = "tuesday-fix/2026-W49"


def weekly(floor: int | None = None, **over: object) -> Catalog:
    """A catalog whose one newsletter sends a proof before it goes."""
    return a_catalog(
        items=[an_item(f"tips/t{n}") for n in range(8)],
        newsletters=[a_newsletter(**{"approve": Approve.PROOF, **over})],
        segments=[a_segment()],
        company=a_company(promise=a_promise(floor=floor)),
    )


def dated(**over: object) -> dict[date, DatedIssue]:
    """A file of the Tuesday's own."""
    return {TODAY: DatedIssue(day=TODAY, path="content/newsletters/tuesday-fix/2026-12-01.md", **over)}


def wanted(catalog: Catalog, now: datetime, *proved: str, all_day: bool = False) -> list[tuple[str, bool]]:
    """(issue, whether it is late)."""
    history = a_history(proved=frozenset(proved))
    return [
        (one.occasion.name, one.late)
        for one in planning.wanted_proofs(catalog, history, now, all_day=all_day)
    ]


def test_from_proof_before_until_its_last_day_is_over() -> None:
    """24 hours before nine o'clock and not a minute sooner; late from nine on; with a grace a day longer."""
    before = NINE - DAY
    assert wanted(weekly(), before - timedelta(minutes=1)) == []
    assert wanted(weekly(), before) == [(ISSUE, False)]
    assert wanted(weekly(), NINE - timedelta(minutes=1)) == [(ISSUE, False)]
    assert wanted(weekly(), NINE) == [(ISSUE, True)]
    midnight = datetime(2026, 12, 2, 5, 0, tzinfo=UTC)
    assert wanted(weekly(), midnight - timedelta(minutes=1)) == [(ISSUE, True)]
    assert wanted(weekly(), midnight) == []
    assert wanted(weekly(grace=1), midnight) == [(ISSUE, True)]
    assert wanted(weekly(proof_before=timedelta(days=8)), before) == [
        (ISSUE, False),
        ("tuesday-fix/2026-W50", False),
    ]


def test_the_proofs_of_the_days_ahead() -> None:
    """Those of the two weeks ahead with those that are wanted now; nothing of a newsletter that sends none."""
    history = a_history(proved=frozenset({ISSUE}))
    ahead = planning.proofs_ahead(weekly(), history, NINE - DAY, 14)
    assert [(one.occasion.name, one.since) for one in ahead] == [
        ("tuesday-fix/2026-W50", NINE + 6 * DAY),
        ("tuesday-fix/2026-W51", NINE + 13 * DAY),
    ]
    assert [one.occasion.name for one in planning.proofs_ahead(weekly(), a_history(), NINE, 0)] == [ISSUE]
    assert planning.proofs_ahead(weekly(approve=Approve.AUTO), history, NINE, 14) == ()


def test_the_hour_is_that_of_the_newsletter_where_it_has_a_zone_of_its_own() -> None:
    """Nine o'clock in Berlin is six hours sooner."""
    berlin = weekly(zone="Europe/Berlin")
    assert wanted(berlin, NINE - DAY - timedelta(hours=6)) == [(ISSUE, False)]
    assert wanted(berlin, NINE - DAY - timedelta(hours=6, minutes=1)) == []


def test_of_a_whole_day_all_its_hours_have_come() -> None:
    """A bare date of the eve wants it; the issue's own day is late; two days before is too soon."""
    noon = datetime(2026, 12, 1, 12, tzinfo=UTC)
    assert wanted(weekly(), noon, all_day=True) == [(ISSUE, True)]
    eve = weekly(every="Wednesday at 09:00")
    assert wanted(eve, noon, all_day=True) == [(ISSUE, False)]
    assert wanted(weekly(every="Thursday at 09:00"), noon, all_day=True) == []


@pytest.mark.parametrize(
    "over",
    [
        {"approve": Approve.AUTO},
        {"approve": Approve.READY},
        {"issues": dated(hold=True)},
        {"issues": dated(ready=True)},
    ],
    ids=["auto", "ready", "held", "said to be ready"],
)
def test_nothing_is_wanted_of_what_is_held_or_needs_none(over: dict[str, object]) -> None:
    """A held issue gets its proof when nobody holds it any more."""
    assert wanted(weekly(**over), NINE) == []


def test_nothing_is_wanted_of_what_is_stopped_or_proved() -> None:
    """By the name of the issue; a proof of another week is none of this one."""
    assert wanted(weekly(), NINE, ISSUE) == []
    assert wanted(weekly(), NINE, "tuesday-fix/2026-W48") == [(ISSUE, True)]
    stopped = a_history(stopped=frozenset({ISSUE}))
    assert planning.wanted_proofs(weekly(), stopped, NINE) == ()


def test_a_moved_date_keeps_its_proof() -> None:
    """The proof is that of the occurrence: moved to Wednesday, the issue is no other one."""
    moved = DatedIssue(day=TODAY + DAY, path="x.md", was=TODAY)
    catalog = weekly(issues={moved.day: moved})
    assert wanted(catalog, NINE) == [(ISSUE, False)]
    assert wanted(catalog, NINE, ISSUE) == []


def test_an_issue_waits_for_its_proof_and_a_plan_ahead_takes_it_for_granted() -> None:
    """Today nobody gets it, pending, with the reason in words; it stands in the calendar, as the weeks to come do."""
    made = planned(weekly(), members(2))
    assert due(made) == []
    assert (reasons(made), verdicts(made)) == (
        {0: Reason.HELD, 1: Reason.HELD},
        {0: Verdict.PENDING, 1: Verdict.PENDING},
    )
    assert {one.detail for one in made.decisions} == {NO_PROOF}
    ahead = {day.day: sum(day.touches.values()) for day in made.calendar if day.touches}
    assert ahead == {TODAY: 2, TODAY + 7 * DAY: 2, TODAY + 14 * DAY: 2}


def test_the_day_is_kept_for_an_issue_that_waits_for_its_proof() -> None:
    """Its proof may leave with this run, so that it goes with the next: nothing that could go tomorrow takes the day."""
    overdue = a_history()
    stopped = a_history(stopped=frozenset({ISSUE}))
    assert [name.split("/")[0] for _, name in due(planned(weekly(30), members(1), stopped))] == ["rescue"]
    assert due(planned(weekly(30), members(1), overdue)) == []
    foretold = planned(weekly(30), members(1), overdue, foretell=0).foretold
    told = {(one.what, one.verdict, one.reason, one.until) for one in foretold}
    assert (ISSUE, Verdict.PENDING, Reason.HELD, TODAY) in told


def test_it_goes_when_its_proof_has_left_or_somebody_says_that_it_is_ready() -> None:
    """Whichever of the two."""
    assert due(planned(weekly(), members(1), a_history(proved=frozenset({ISSUE})))) == [(0, ISSUE)]
    assert due(planned(weekly(issues=dated(ready=True)), members(1))) == [(0, ISSUE)]
    held = weekly(issues=dated(hold=True))
    assert reasons(planned(held, members(1), a_history(proved=frozenset({ISSUE})))) == {0: Reason.HELD}


def test_a_changed_issue_wants_another_proof_and_one_that_was_just_proved_only_waits() -> None:
    """Nobody gets either of them now, and each says why; the words of what changed go with the wish."""
    changed = a_history(proved=frozenset({ISSUE}), changed={ISSUE: ("text",)})
    fresh = a_history(proved=frozenset({ISSUE}), fresh=frozenset({ISSUE}))
    (one,) = planning.wanted_proofs(weekly(), changed, NINE)
    assert (one.changed, one.notice, one.goes) == (("text",), timedelta(hours=1), NINE)
    assert planning.wanted_proofs(weekly(), fresh, NINE) == ()
    for history, why in ((changed, CHANGED), (fresh, JUST_PROVED)):
        made = planned(weekly(), members(1), history)
        assert (due(made), reasons(made)) == ([], {0: Reason.HELD})
        assert {one.detail for one in made.decisions} == {why}
        ready = weekly(issues=dated(ready=True))
        assert due(planned(ready, members(1), history)) == [(0, ISSUE)]


def test_whoever_signs_has_an_hour_or_less_where_the_proof_comes_later() -> None:
    """`proof_before: 20 min` leaves twenty minutes; a bare date has no hours."""
    brief = weekly(proof_before=timedelta(minutes=20))
    (one,) = planning.wanted_proofs(brief, a_history(), NINE)
    assert one.notice == timedelta(minutes=20)
    (one,) = planning.wanted_proofs(brief, a_history(), NINE, all_day=True)
    assert one.notice == timedelta()


def test_what_is_proved_is_looked_at_until_it_is_over_everywhere() -> None:
    """Not what is far ahead, was said to be ready, or has no proof."""
    history = a_history(proved=frozenset({ISSUE, "tuesday-fix/2026-W52"}))

    def looked_at(now: datetime, **over: object) -> list[str]:
        return [one.name for one in planning.proved_issues(weekly(**over), history, now)]

    assert looked_at(NINE) == looked_at(NINE - DAY) == [ISSUE]
    assert looked_at(NINE + timedelta(hours=22)) == []
    assert looked_at(NINE, issues=dated(ready=True)) == looked_at(NINE, approve=Approve.AUTO) == []
    assert planning.proved_issues(weekly(), a_history(), NINE) == ()
