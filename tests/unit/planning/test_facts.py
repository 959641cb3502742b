"""Facts that are left out start nothing in the days of a plan."""

from __future__ import annotations

from datetime import date, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from topmind.model import FactDate
from topmind.planning.facts import columns, near
from topmind.planning.sequences import entries
from topmind.testing.builders import TODAY, a_sequence, a_step

days = st.integers(min_value=-4000, max_value=400).map(lambda n: TODAY + timedelta(days=n))
facts = st.lists(st.tuples(st.integers(min_value=0, max_value=9), days), max_size=40)


@settings(max_examples=200, deadline=None)
@given(
    facts,
    st.sampled_from(["once", "every time", "yearly"]),
    st.sampled_from([-30, -2, 0, 1, 90, 364, 365, 730]),
    st.sampled_from([0, 7, 60]),
    st.sampled_from([None, TODAY - timedelta(days=900), TODAY]),
    st.sampled_from([None, TODAY + timedelta(days=3)]),
    st.integers(min_value=0, max_value=90),
)
def test_what_is_left_out_would_have_started_nothing(
    found: list[tuple[int, date]],
    repeat: str,
    offset: int,
    grace: int,
    since: date | None,
    backfill: date | None,
    span: int,
) -> None:
    """Any repeat, any offset, leap days, grace, backfill: the same entries from all facts and from those kept."""
    known = [FactDate(contact=contact, day=day, fact=str(k)) for k, (contact, day) in enumerate(found)]
    step = a_step(offset=offset, grace=grace)
    sequence = a_sequence(steps=[step], repeat=repeat, since=since, backfill=backfill)
    start, end = TODAY, TODAY + timedelta(days=span)
    kept = near(columns(known), sequence, step, start.toordinal(), end.toordinal())
    some = [fact for fact, yes in zip(known, kept.tolist(), strict=True) if yes]
    starts = TODAY - timedelta(days=400)
    assert list(entries(sequence, step, some, starts, start, end)) == list(
        entries(sequence, step, known, starts, start, end)
    )


def test_most_facts_are_left_out() -> None:
    """Of a purchase each day for ten years, a follow-up after 90 days looks at those of one season."""
    known = [FactDate(contact=n, day=TODAY - timedelta(days=n), fact=str(n)) for n in range(3650)]
    step = a_step(offset=90, grace=7)
    first = TODAY.toordinal()
    assert near(columns(known), a_sequence(steps=[step]), step, first, first + 30).sum() < 100
