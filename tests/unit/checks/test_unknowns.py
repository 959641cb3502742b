"""`on_unknown: resend` is said aloud where it is on, and where it does nothing."""

from __future__ import annotations

from datetime import date
from typing import Any

from topmind.checks import Facts
from topmind.checks.unknowns import resent
from topmind.model import Channel, Level, Send
from topmind.testing.builders import a_catalog, a_newsletter, a_sequence, a_step, an_item


def told(**catalog: Any) -> list[tuple[Level, int, bool]]:
    """(level, line, whether it has an effect) of each finding."""
    found = list(resent(Facts(catalog=a_catalog(**catalog))))
    assert {one.rule for one in found} <= {"unknown/resend"}
    return [(one.level, one.line, "twice" in one.says) for one in found]


def test_where_it_is_on() -> None:
    """A newsletter, a step and an announced item, each on its line."""
    letter = a_newsletter(slots=[], resend_line=4)
    steps = a_sequence(steps=(a_step(resend_line=5), a_step(id="other")))
    item = an_item(sends=(Send(number=1, day=date(2026, 12, 8)),), resend_line=6)
    found = told(newsletters=[letter], sequences=[steps], items=[item])
    assert sorted(found) == [(Level.WARNING, line, True) for line in (4, 5, 6)]


def test_where_it_does_nothing() -> None:
    """An item that only slots take, and a step that is a task."""
    call = a_sequence(steps=(a_step(channel=Channel.CALL, resend_line=5),))
    assert told(sequences=[call], items=[an_item(resend_line=6)]) == [
        (Level.WARNING, 6, False),
        (Level.WARNING, 5, False),
    ]


def test_where_nobody_asked_for_it() -> None:
    """Nothing to say."""
    assert told(newsletters=[a_newsletter(slots=[])], items=[an_item()]) == []
