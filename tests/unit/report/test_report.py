"""Promised and executed, for people and machines; and the file the desk reads."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import pytest

from topmind.errors import TopmindError
from topmind.ledger.values import Counts, Task, Unproven
from topmind.model import (
    CalendarDay,
    Channel,
    ContentGap,
    Decision,
    FactDate,
    Level,
    Occasion,
    Plan,
    PlannedTouch,
    Problem,
    Reason,
    SourceKind,
    TouchKey,
    TouchState,
    Verdict,
)
from topmind.report import LastRun, Report, last_run, report
from topmind.report.day_sections import day_sections
from topmind.report.promised import Promises
from topmind.testing.builders import TODAY, a_catalog, a_history, a_sequence, a_step, a_touch, members

AT = datetime(2026, 12, 1, 15, 7, tzinfo=UTC)
ISSUE = Occasion(
    kind=SourceKind.ISSUE,
    source="tuesday-fix",
    step=None,
    occurrence="2026-W49",
    channel=Channel.EMAIL,
    title="The Tuesday Fix, 1 December 2026",
    day=TODAY,
    at=time(9),
)
CALL = replace(
    ISSUE,
    kind=SourceKind.STEP,
    source="first-job",
    step="check-in",
    occurrence="once",
    channel=Channel.CALL,
    title="Check-in",
)


def a_plan(**over: Any) -> Plan:
    """One contact due for an issue, one for a call, one with nothing new."""
    base = Plan(
        as_of=TODAY,
        now=AT,
        ledger="test",
        hash="abc123",
        occasions=(ISSUE, CALL, replace(CALL, occurrence="twice")),
        due=(
            PlannedTouch(contact=0, occasion=0, day=TODAY, last_day=TODAY),
            PlannedTouch(contact=1, occasion=1, day=TODAY, last_day=TODAY),
            PlannedTouch(contact=3, occasion=2, day=TODAY, last_day=TODAY),
        ),
        decisions=(
            Decision(contact=2, occasion=0, verdict=Verdict.PENDING, reason=Reason.NOTHING_NEW),
            Decision(contact=3, occasion=0, verdict=Verdict.NOT_FOR_THEM, reason=Reason.NO_CONSENT),
        ),
        calendar=(CalendarDay(day=TODAY, touches={0: 1, 1: 1, 2: 1}),),
        gaps=(ContentGap(week=date(2026, 12, 7), segment="prospects", contacts=40),),
        active=4,
        promised=4,
        floor_broken={Reason.NOTHING_NEW: 1},
    )
    return replace(base, **over)


def a_task(hex_: str = "t1", **over: Any) -> Task:
    """An open call of Dana's."""
    base = Task(
        key=TouchKey(
            contact="c0001", source="first-job", step="check-in", occurrence="once", channel=Channel.CALL
        ),
        touch_hex=hex_,
        state=TouchState.PLANNED,
        title="Check-in",
        day=TODAY,
        last_day=date(2026, 12, 8),
        sender="dana",
        name="Ada Lovelace",
        phone="+1 207 555 0100",
        postal=(),
    )
    return replace(base, **over)


def a_report(**over: Any) -> Report:
    """Of a quiet day."""
    arguments: dict[str, Any] = {
        "catalog": a_catalog(),
        "history": a_history(),
        "plan": a_plan(),
        "counts": Counts(planned=3, accepted=2, waiting=1),
        "unproven": (),
        "tasks": (),
        "hashed": lambda contact: f"#{contact[-1]}",
    }
    return report(**{**arguments, **over})


def test_who_fell_through_is_listed_on_the_day_it_ended() -> None:
    """A call and a mail meant for three weeks ago, whose days were over yesterday: both stand in this week's list;
    what ended two weeks ago does not, and a refused mail counts on its day."""
    old = TODAY - timedelta(days=21)

    def lost(contact: str, state: TouchState, last: int, channel: Channel = Channel.EMAIL) -> Any:
        return a_touch(
            contact,
            old,
            source="first-job",
            step="check-in",
            state=state,
            channel=channel,
            last_day=TODAY - timedelta(days=last),
        )

    history = a_history(
        lost("c0001", TouchState.MISSED, 8, Channel.CALL),
        lost("c0002", TouchState.EXPIRED, 1),
        lost("c0003", TouchState.MISSED, 20, Channel.CALL),
        lost("c0004", TouchState.EXPIRED, 14),
        lost("c0005", TouchState.REFUSED, 1),
    )
    found = a_report(history=history)
    assert [(row.who, row.reason) for row in found.fell] == [("#1", "nobody_did_it"), ("#2", "")]


def test_the_mail_has_the_sums_of_the_day_who_fell_through_and_what_is_not_proven() -> None:
    """What the terminal says below the questions; whoever is named there is personal."""
    quiet = day_sections(a_report())
    assert [section.says for section in quiet] == [
        "3 planned: 2 accepted, 1 waiting.",
        "Nobody.",
        "Every mail that left is proven.",
    ]
    lost = a_touch("c0007", TODAY, state=TouchState.EXPIRED, reason="too_late", last_day=TODAY)
    unproven = Unproven(
        touch_hex="ab12",
        key=lost.key,
        title="The Tuesday Fix",
        state=TouchState.UNKNOWN,
        attempt=1,
        at=AT,
        reason="timeout",
    )
    _, fell, unsure = day_sections(a_report(history=a_history(lost), unproven=(unproven,)))
    assert (fell.says, fell.rows[0][0], fell.rows[0][3]) == (
        "1 no run came in time.",
        "#7",
        "no run came in time",
    )
    assert unsure.rows[0][:2] == ("#7", "The Tuesday Fix")
    assert unsure.says.startswith("1 mail. Nothing to do yet: they are never sent again by themselves")
    assert fell.personal == unsure.personal == {0}


def test_a_condition_of_a_step_is_no_broken_promise() -> None:
    """Only those it was meant for were promised it: `only_if` did not hold, so nobody is counted as not reached."""
    facts = (FactDate(contact=0, day=TODAY - timedelta(days=9), fact="a"),)
    people = members(1, dates={"first_purchase()": facts})
    left_out = step("c0000", TouchState.EXPIRED, reason="condition")
    promises = Promises(a_catalog(sequences=[a_sequence()]), people, a_history(left_out), TODAY)
    (row,) = promises.steps(TODAY - timedelta(days=30))
    assert (row.promised, dict(row.missed)) == (0, {})


def step(contact: str, state: TouchState, **over: Any) -> Any:
    """A touch of the check-in call or mail."""
    return a_touch(
        contact,
        date(2026, 11, 30),
        source="first-job",
        step="thank-you",
        occurrence="once",
        state=state,
        **over,
    )


def test_the_day_adds_up_in_words() -> None:
    """Guarantee 4: the equation is printed as it is, with an equals sign only where it holds."""
    assert (
        "3 planned = 2 accepted + 0 refused + 0 skipped + 0 expired + 0 unknown + 1 waiting"
        in a_report().text()
    )
    off = a_report(counts=Counts(planned=3, accepted=1))
    assert not off.balanced
    assert off.exit_code == 1
    assert "3 planned ≠ 1 accepted" in off.text()


def test_each_step_tells_how_many_of_those_due_got_it() -> None:
    """Accepted and done count, bounced does not, planned is open, the rest by its reason."""
    history = a_history(
        step("c1", TouchState.ACCEPTED),
        step("c2", TouchState.ACCEPTED, bounced=True),
        step("c3", TouchState.PLANNED),
        step("c4", TouchState.EXPIRED, reason="gap"),
        step("c5", TouchState.UNKNOWN),
        a_touch("c1"),
    )
    catalog = a_catalog(sequences=[a_sequence(steps=[a_step(), a_step("later", 90)])])
    first, second = a_report(catalog=catalog, history=history).steps
    assert (first.due, first.in_time, first.open) == (5, 1, 1)
    assert first.missed == {"bounced": 1, "gap": 1, "unknown": 1}
    assert (second.step, second.due) == ("later", 0)
    text = a_report(catalog=catalog, history=history).text()
    assert "first-job/thank-you   25 %  1 of 4, 1 open" in text


def test_who_fell_through_is_hashed_unless_names_are_given() -> None:
    """Everyone of the last seven days who was due and did not get it, once each."""
    history = a_history(
        step("c4", TouchState.EXPIRED, reason="gap"),
        step("c5", TouchState.ACCEPTED),
        a_touch("c6", date(2026, 11, 1), state=TouchState.EXPIRED),
    )
    (row,) = a_report(history=history).fell
    assert (row.who, row.occasion, row.state, row.reason) == (
        "#4",
        "first-job/thank-you/once",
        "expired",
        "gap",
    )
    assert "c4" not in a_report(history=history).text()
    assert "Ada" in a_report(history=history, names={"c4": "Ada"}).text()


def test_who_lost_to_another_mail_comes_last() -> None:
    """They got that other one: the list begins with those who got nothing, and a line sums all up."""
    lost = [step(f"c{n}", TouchState.EXPIRED, reason="lost_to") for n in range(25)]
    text = a_report(history=a_history(*lost, step("d9", TouchState.REFUSED))).text()
    part = text.split("Who fell through")[1]
    assert "25 got something more urgent that day, 1 refused" in part
    assert part.index("#9  first-job/thank-you/once  refused") < part.index(
        "(got something more urgent that day)"
    )
    assert "… and 6 more" in part


def test_floors_are_counted() -> None:
    """Kept and broken, with the limit that bound."""
    text = a_report().text()
    assert "kept for 3 of 4 contacts" in text
    assert "broken: 1 nothing new for them" in text


def test_tasks_by_state_and_the_open_ones_by_person() -> None:
    """No name and no number without `names`."""
    tasks = [
        a_task(),
        a_task("t2", state=TouchState.DONE),
        a_task("t3", state=TouchState.MISSED),
        a_task("t4", last_day=date(2026, 12, 2)),
    ]
    found = a_report(tasks=tasks)
    assert found.task_states == {"open": 2, "done": 1, "missed": 1}
    assert [task.last_day.day for task in found.open_tasks] == [2, 8]
    assert "dana: call #1" in found.text()
    assert "Ada" not in found.text() + json.dumps(found.as_dict())
    assert "555" not in found.text() + json.dumps(found.as_dict())


def test_every_unproven_mail_is_listed_with_what_to_do() -> None:
    """All of them, however many, and the exit code says that somebody has to look."""
    rows = [
        Unproven(
            key=TouchKey(
                contact="c9", source="tuesday-fix", step=None, occurrence="x", channel=Channel.EMAIL
            ),
            touch_hex=f"{n:032x}",
            attempt=1,
            state=TouchState.UNKNOWN,
            title="The Tuesday Fix",
            at=AT,
        )
        for n in range(30)
    ]
    found = a_report(unproven=rows)
    assert found.exit_code == 1
    assert all(row.touch_hex in found.text() for row in rows)
    assert "never sent again by themselves" in found.text()
    assert a_report().exit_code == 0


def test_the_json_form_has_the_counts_on_top() -> None:
    """The same keys as `send --json`, so that one script reads both."""
    data = json.loads(json.dumps(a_report().as_dict()))
    for key in ("planned", "accepted", "refused", "skipped", "expired", "unknown", "waiting", "tasks"):
        assert isinstance(data[key], int), key
    assert data["as_of"] == "2026-12-01"
    assert data["balanced"] is True


# -- var/last-run.json ----------------------------------------------------------------------------------


def a_last_run(**over: Any) -> LastRun:
    """A run summed up."""
    arguments: dict[str, Any] = {
        "at": AT,
        "transport": "outbox",
        "counts": Counts(planned=3, accepted=3, sent_now=3),
        "findings": [Problem(rule="x/y", level=Level.WARNING, path="a.md", line=2, says="Hm.")],
        "tasks": [a_task(), a_task("t2"), a_task("t3", state=TouchState.DONE)],
        "segments": {"customers": 3},
    }
    return last_run(a_plan(), **{**arguments, **over})


def test_a_run_survives_its_file() -> None:
    """Written and read back it is the same."""
    run = a_last_run()
    assert LastRun.from_json(run.to_json()) == run


def test_a_run_is_summed_up_by_occasion_and_reason() -> None:
    """Occurrences of one step share a row; reasons add up to the decisions."""
    run = a_last_run()
    assert run.verdicts == {"due": 3, "pending": 1, "not_for_them": 1}
    assert run.reasons == {"pending": {"nothing_new": 1}, "not_for_them": {"no_consent": 1}}
    assert [(row.name, row.channel, row.due) for row in run.occasions] == [
        ("first-job/check-in", "call", 2),
        ("tuesday-fix/2026-W49", "email", 1),
    ]
    assert run.occasions[1].others == run.reasons
    assert run.calendar[0].touches == {"first-job/check-in (call)": 2, "tuesday-fix/2026-W49": 1}
    assert [(task.owner, task.count) for task in run.tasks] == [("dana", 2)]


def test_what_was_sent_earlier_today_stays_in_sight() -> None:
    """After a second run, which has nothing left to do, the day still shows what the first one did."""
    sent = [a_touch("c0001", TODAY, occurrence="2026-W49"), a_touch("c0002", TODAY, occurrence="2026-W49")]
    run = a_last_run(today=sent)
    assert run.verdicts["done"] == 2
    row = next(row for row in run.occasions if row.name == "tuesday-fix/2026-W49")
    assert (row.done, row.due) == (2, 1)
    assert run.calendar[0].touches["tuesday-fix/2026-W49"] == 3


def test_nothing_of_a_person_is_in_the_file() -> None:
    """No id, no name, no number."""
    text = a_last_run().to_json()
    for secret in ("c0001", "Ada", "555"):
        assert secret not in text


@pytest.mark.parametrize("text", ["", "{}", "[1]", '{"as_of": "Ada"}'])
def test_another_shape_is_an_error_that_quotes_nothing(text: str) -> None:
    """An older version's file says what to do."""
    with pytest.raises(TopmindError, match="another shape") as caught:
        LastRun.from_json(text)
    assert "Ada" not in str(caught.value)
