"""What a frozen row carries for the last look before its mail."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from topmind.model import Use
from topmind.planning.items import months_later
from topmind.run.rows import picked
from topmind.testing.builders import an_item


@given(
    day=st.dates(date(2024, 1, 1), date(2032, 12, 31)),
    months=st.integers(1, 36),
    near=st.integers(-5, 5),
)
@example(day=date(2027, 12, 1), months=12, near=0)
@example(day=date(2027, 2, 28), months=1, near=2)
@example(day=date(2029, 2, 28), months=12, near=0)
def test_the_last_look_forbids_an_item_exactly_as_long_as_the_plan(day: date, months: int, near: int) -> None:
    """A year to the day after it came it may come again; a row that the plan allows is never refused for it."""
    item = an_item(use=Use(again_after_months=months))
    since = picked(item, day).since
    assert since is not None
    before = months_later(day, -months) + timedelta(days=near)
    assert (before >= since) is (months_later(before, months) > day)


@pytest.mark.parametrize(("use", "since"), [(Use(any_time=True), None), (Use(), date.min)])
def test_always_and_never(use: Use, since: date | None) -> None:
    """What may come any time nothing forbids; what comes once any earlier touch does."""
    assert picked(an_item(use=use), date(2026, 12, 1)).since == since
