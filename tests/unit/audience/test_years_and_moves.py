"""Anniversaries, percentiles and moves of stage, each with who is in and who is not."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING

import pytest

from topmind.audience.engine import Session
from topmind.model import StageChange
from topmind.testing.builders import TODAY, a_catalog, a_history

if TYPE_CHECKING:
    from conftest import Project  # type: ignore[attr-defined]

SPEC = """
[tables.contacts]
file = "contacts.csv"
id = "id"
email = "email"
[tables.purchases]
file = "purchases.csv"
id = "number"
contact = "contact"
date = "day"
amount = "amount"
[fields.birthday]
column = "birthday"
type = "date"
[fields.married]
column = "married"
type = "date"
"""
CONTACTS = """id,email,birthday,married
1,,1980-02-29,2026-12-03
2,,2000-12-03,2025-12-03
3,,,
4,,,
"""
PURCHASES = """number,contact,day,amount
a,1,2025-12-03,10
b,1,2026-12-01,10
c,2,2026-12-01,20
d,3,2020-12-01,30
e,3,2025-06-01,-5
"""


def moved(contact: str, *days: tuple[date, bool]) -> tuple[StageChange, ...]:
    """Moves at noon UTC: (day, whether it led back)."""
    return tuple(
        StageChange(contact=contact, at=datetime(d.year, d.month, d.day, 12, tzinfo=UTC), back=back)
        for d, back in days
    )


PAST = a_history(
    stage_moves=(
        *moved("1", (date(2026, 6, 1), True), (date(2026, 11, 20), False)),
        *moved("2", (date(2026, 11, 25), True)),
        *moved("3", (date(2026, 12, 2), True)),
    )
)


@pytest.fixture
def holds(project: Project) -> Callable[..., str]:
    """Ids of the contacts for whom a rule holds, as of a day."""
    project.file("contacts.csv", CONTACTS)
    project.file("purchases.csv", PURCHASES)
    project.spec(SPEC)

    def ask(rule: str, as_of: date = TODAY) -> str:
        with project.open() as source, Session(source, a_catalog(), PAST, as_of) as session:
            flags = session.holds(rule, "here")
            return "".join(one for one, flag in zip(session.ids, flags.tolist(), strict=True) if flag)

    return ask


@pytest.mark.parametrize(
    ("rule", "as_of", "ids"),
    [
        ("anniversary_in(0, of => first_purchase())", TODAY, "3"),
        ("anniversary_in(2, of => first_purchase())", TODAY, "13"),
        # a first purchase of this very year has no anniversary yet
        ("anniversary_in(2, of => last_purchase())", TODAY, ""),
        ("not anniversary_in(2, of => first_purchase())", TODAY, "24"),
        ("anniversary_in(2, of => married)", TODAY, "2"),
        ("anniversary_in(7, of => married)", date(2027, 11, 30), "12"),
        # over the turn of the year: the days of December are of this year, those of January of the next
        ("anniversary_in(60, of => married)", date(2025, 12, 1), ""),
        ("anniversary_in(0, of => birthday)", date(2027, 2, 28), "1"),
        ("anniversary_in(0, of => birthday)", date(2028, 2, 28), ""),
        ("birthday_in(2)", date(2000, 12, 1), "2"),
        ("anniversary_in(2, of => birthday)", date(2000, 12, 1), ""),
    ],
)
def test_anniversaries(holds: Callable[..., str], rule: str, as_of: date, ids: str) -> None:
    """In a later year than the day itself; 29 February is kept on the 28th where there is none."""
    assert holds(rule, as_of) == ids


@pytest.mark.parametrize(
    ("rule", "ids"),
    [
        ("percentile(by => revenue()) >= 66", "3"),
        # equal ones in the order of their ids
        ("percentile(by => revenue()) = 33", "1"),
        ("percentile(by => revenue()) = 0", "24"),
        ("percentile(by => revenue()) < 50", "124"),
        ("percentile(by => purchases()) = 66", "1"),
        ("percentile(by => revenue(days => 30)) = 50", "2"),
        ("not percentile(by => revenue(days => 30)) = 50", "134"),
    ],
)
def test_percentiles(holds: Callable[..., str], rule: str, ids: str) -> None:
    """Of three who bought the best has two below; whoever has nothing is at 0."""
    assert holds(rule) == ids


@pytest.mark.parametrize(
    ("rule", "ids"),
    [
        ("stage_since() = '2026-11-20'", "1"),
        ("stage_since() < days_ago(7)", "1"),
        ("stage_since() is null", "34"),
        ("moved_back()", "12"),
        ("moved_back(days => 30)", "2"),
        ("not moved_back(days => 30)", "134"),
    ],
)
def test_moves_of_stage(holds: Callable[..., str], rule: str, ids: str) -> None:
    """The last move is the one that counts; a move of tomorrow has not happened."""
    assert holds(rule) == ids


def test_the_day_of_a_move_is_the_company_s(holds: Callable[..., str], project: Project) -> None:
    """Two in the morning UTC is the evening before in New York."""
    late = a_history(
        stage_moves=(StageChange(contact="4", at=datetime(2026, 12, 2, 2, tzinfo=UTC), back=True),)
    )
    with project.open() as source, Session(source, a_catalog(), late, TODAY) as session:
        assert session.catalog.company.zone == "America/New_York"
        assert session.holds("moved_back(days => 0)", "here").sum() == 1
