"""The calendar file, octet by octet."""

from __future__ import annotations

from datetime import UTC, date, datetime, time
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from topmind.model import CalendarDay, Channel, ContentGap, Need, Occasion, Outlook, Plan, SourceKind
from topmind.report.ics import calendar_file, escaped, folded
from topmind.testing.builders import TODAY, a_catalog, a_newsletter, an_occasion


def a_plan(*days: CalendarDay, occasions: tuple[Occasion, ...], **over: Any) -> Plan:
    """A forecast with these days."""
    outlook = Outlook(
        coverage=(),
        needs=over.pop("needs", ()),
        ahead=(),
        offers=(),
        outside=(0,) * len(days),
        by_segment=({},) * len(days),
    )
    return Plan(
        as_of=TODAY,
        now=datetime(2026, 12, 1, 17, tzinfo=UTC),
        ledger="test",
        hash="x",
        occasions=occasions,
        due=(),
        decisions=(),
        calendar=days,
        outlook=outlook,
        **over,
    )


@example("x" * 400)
@example("ü" * 200)
@given(st.text(alphabet=st.characters(exclude_characters="\r\n", exclude_categories=["Cs"]), max_size=300))
def test_folding_loses_nothing_and_cuts_no_character(line: str) -> None:
    """Every piece is at most 75 octets, valid UTF-8 by itself, and joined again they are the line."""
    pieces = folded(line).split("\r\n")
    assert all(len(piece.encode()) <= 75 for piece in pieces)
    assert all(piece.startswith(" ") for piece in pieces[1:])
    assert pieces[0] + "".join(piece[1:] for piece in pieces[1:]) == line


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("a, b; c", "a\\, b\\; c"),
        ("one\ntwo", "one\\ntwo"),
        ("back\\slash", "back\\\\slash"),
        ("bell\x07", "bell"),
        ("END:VEVENT\r\nBEGIN:VEVENT", "END:VEVENT\\nBEGIN:VEVENT"),
    ],
)
def test_text_is_escaped(text: str, written: str) -> None:
    """No title ends an entry or begins another."""
    assert escaped(text) == written


@pytest.mark.parametrize(
    ("day", "utc"), [(date(2027, 3, 9), "20270309T140000Z"), (date(2027, 3, 16), "20270316T130000Z")]
)
def test_nine_in_the_morning_is_nine_in_summer_too(day: date, utc: str) -> None:
    """New England: 14:00 UTC in winter, 13:00 after the clocks changed on 14 March 2027."""
    issue = an_occasion(day=day, title="The Tuesday Fix")
    plan = a_plan(CalendarDay(day=day, touches={0: 5}), occasions=(issue,))
    text, entries = calendar_file(plan, a_catalog(newsletters=[a_newsletter()]), days=365)
    assert entries == 1
    assert f"DTSTART:{utc}\r\n" in text
    assert "SUMMARY:The Tuesday Fix: 5 mails\r\n" in text


def test_an_issue_keeps_its_uid_when_it_moves() -> None:
    """What it is decides, not when."""
    uids = set()
    for day in (date(2026, 12, 8), date(2026, 12, 9)):
        plan = a_plan(CalendarDay(day=day, touches={0: 5}), occasions=(an_occasion(day=day),))
        text, _ = calendar_file(plan, a_catalog(newsletters=[a_newsletter()]), days=30)
        uids |= {line for line in text.split("\r\n") if line.startswith("UID:")}
    assert len(uids) == 1


def test_tasks_are_counted_by_day_and_follow_up_mails_are_left_out() -> None:
    """Two steps by phone on one day are one entry: 5 calls; what is mailed by itself needs nobody."""
    call = an_occasion(
        "first-job",
        kind=SourceKind.STEP,
        step="check-in",
        occurrence="once",
        channel=Channel.CALL,
        title="Check-in",
        at=time(9),
    )
    other = an_occasion(
        "win-back",
        kind=SourceKind.STEP,
        step="call",
        occurrence="x",
        channel=Channel.CALL,
        title="Still fine?",
    )
    mail = an_occasion("first-job", kind=SourceKind.STEP, step="thank-you", occurrence="once", title="Thanks")
    plan = a_plan(CalendarDay(day=TODAY, touches={0: 2, 1: 3, 2: 40}), occasions=(call, other, mail))
    text, entries = calendar_file(plan, a_catalog(), days=14)
    assert entries == 1
    assert "SUMMARY:5 calls\r\n" in text
    assert "DESCRIPTION:3 Still fine?\\n2 Check-in\r\n" in text
    assert f"DTSTART;VALUE=DATE:{TODAY:%Y%m%d}\r\n" in text


def test_what_lies_beyond_the_days_asked_for_is_left_out() -> None:
    """Content that is needed later too."""
    late = date(2026, 12, 29)
    gap = ContentGap(week=date(2026, 12, 28), segment="prospects", contacts=4)
    plan = a_plan(
        CalendarDay(day=late, touches={0: 5}),
        occasions=(an_occasion(day=late),),
        needs=(Need(segment="prospects", contacts=4, by=(date(2026, 12, 10), date(2026, 12, 20))),),
        gaps=(gap,),
    )
    text, entries = calendar_file(plan, a_catalog(newsletters=[a_newsletter()]), days=14)
    assert entries == 1
    assert "a new tip for prospects (1 of 2)" in text
