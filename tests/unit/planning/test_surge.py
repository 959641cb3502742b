"""The surge guard: larger than three times the largest of 35 days, and than a hundred."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from topmind.planning import surge
from topmind.testing.builders import TODAY, a_catalog, a_history, a_newsletter, an_item, members
from unit.planning.said import planned


def due(contacts: int) -> object:
    """A plan with so many mails due."""
    items = [an_item(f"tips/t{n}") for n in range(5)]
    return planned(a_catalog(items=items, newsletters=[a_newsletter()]), members(contacts))


@pytest.mark.parametrize(
    ("contacts", "usual", "stops"),
    [(100, 0, False), (101, 0, True), (150, 50, False), (151, 50, True), (101, 1000, False)],
)
def test_a_tick_stops_where_it_is_unusually_large(contacts: int, usual: int, stops: bool) -> None:
    """A first import is a surge too: nothing was sent before."""
    history = a_history(sent_per_day={TODAY - timedelta(days=7): usual} if usual else {})
    assert (surge(due(contacts), history) is not None) is stops


def test_an_approval_is_of_one_plan() -> None:
    """The hash or its beginning lets it go; another plan's does not."""
    made = due(101)
    found = surge(made, a_history())
    assert found is not None
    assert found.says == "This run would send 101 mails; nothing was sent before."
    assert found.fix.endswith(f"topmind approve {made.hash[:12]}")
    assert surge(made, a_history(approved=frozenset({made.hash}))) is None
    assert surge(made, a_history(approved=frozenset({made.hash[:12]}))) is None
    assert surge(made, a_history(approved=frozenset({made.hash[:4], "0" * 64}))) is not None
    assert surge(replace(made, hash="f" * 64), a_history(approved=frozenset({made.hash}))) is not None
