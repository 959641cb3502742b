"""Which items the site shows on a day."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from topmind.model import Access, Status, Use, Where
from topmind.resource_site.visible import is_public, public_items
from topmind.testing.builders import TODAY, a_catalog, an_item

HIDDEN: dict[str, dict[str, Any]] = {
    "a draft": {"status": Status.DRAFT},
    "a future item": {"day": date(2026, 12, 2)},
    "a mail-only item": {"where": frozenset({Where.EMAIL})},
    "a clients' item": {"access": Access.CLIENTS},
    "an item without a page": {"url": ""},
    "an item past its use": {"use": Use(until=date(2026, 11, 30))},
}


@pytest.mark.parametrize("what", HIDDEN)
def test_each_reason_alone_hides_an_item(what: str) -> None:
    """A draft, a future, mail-only, clients' or used-up item is not on the site."""
    assert not is_public(an_item(**HIDDEN[what]), TODAY)


def test_an_open_published_item_is_shown_from_its_day() -> None:
    """The day of an item is the first on which it is seen."""
    assert is_public(an_item(day=TODAY), TODAY)


@pytest.mark.parametrize(
    ("day", "shown"),
    [(date(2026, 11, 9), False), (date(2026, 11, 10), True), (TODAY, True), (date(2026, 12, 2), False)],
)
def test_a_promotion_is_shown_from_its_first_to_its_last_day(day: date, shown: bool) -> None:
    """Both days are included; before and after, its page is not there."""
    item = an_item("promotions/paint", starts=date(2026, 11, 10), ends=TODAY)
    assert is_public(item, day) is shown


@pytest.mark.parametrize(("day", "shown"), [(date(2026, 12, 5), True), (date(2026, 12, 6), False)])
def test_an_event_leaves_the_site_the_day_after(day: date, shown: bool) -> None:
    """On its own day an event is still shown."""
    item = an_item("events/open-day", begins=datetime(2026, 12, 5, 15, tzinfo=UTC))
    assert is_public(item, day) is shown


@pytest.mark.parametrize(("permission", "shown"), [(True, True), (False, False), (None, False)])
def test_a_testimonial_needs_permission(permission: bool | None, shown: bool) -> None:
    """Not to know is not to have."""
    assert is_public(an_item("testimonials/anna", permission=permission), TODAY) is shown


def test_listings_are_newest_first_and_the_same_for_any_order_of_files() -> None:
    """Ties go by priority, then id."""
    items = [
        an_item("tips/b"),
        an_item("tips/a"),
        an_item("tips/urgent", priority=-1),
        an_item("tips/new", day=date(2026, 11, 30)),
    ]
    expected = ["tips/new", "tips/urgent", "tips/a", "tips/b"]
    assert [i.id for i in public_items(a_catalog(items=items))] == expected
    assert [i.id for i in public_items(a_catalog(items=reversed(items)))] == expected


@given(
    status=st.sampled_from(list(Status)),
    where=st.frozensets(st.sampled_from(list(Where))),
    access=st.sampled_from(list(Access)),
    day=st.dates(date(2026, 11, 25), date(2026, 12, 5)),
    ends=st.dates(date(2026, 11, 25), date(2026, 12, 5)),
)
def test_nothing_is_shown_that_any_rule_forbids(
    status: Status, where: frozenset[Where], access: Access, day: date, ends: date
) -> None:
    """Whatever combination: shown means published, for the site, open, begun and not ended."""
    item = an_item(
        "promotions/x",
        status=status,
        where=where,
        access=access,
        day=day,
        starts=date(2026, 11, 1),
        ends=ends,
    )
    allowed = (
        status is Status.PUBLISHED
        and Where.SITE in where
        and access is Access.PUBLIC
        and day <= TODAY <= ends
    )
    assert is_public(item, TODAY) is allowed
