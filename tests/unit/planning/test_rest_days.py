"""Public holidays: read for one country, the same as with all of them."""

from __future__ import annotations

import sys
from datetime import date

import holidays
import pytest

from topmind.planning.rest_days import public_holidays

PACKAGE = "holidays.countries"


@pytest.fixture
def _nothing_read(monkeypatch: pytest.MonkeyPatch) -> None:
    """As in a process that has not asked for any country."""
    for name in [name for name in sys.modules if name.startswith(PACKAGE)]:
        monkeypatch.delitem(sys.modules, name)
    if hasattr(holidays, "countries"):
        monkeypatch.delattr(holidays, "countries")


def countries() -> set[str]:
    """What is read of the package."""
    return {name.removeprefix(f"{PACKAGE}.") for name in sys.modules if name.startswith(f"{PACKAGE}.")}


@pytest.mark.usefixtures("_nothing_read")
def test_a_country_is_read_alone() -> None:
    """Not the 250 others, which take a tenth of a second of every command; the package stays whole for who asks."""
    days = public_holidays("IS", 2026, 2027)
    assert {date(2026, 6, 17), date(2027, 6, 17)} < days
    assert countries() == {"iceland"}

    assert set(holidays.countries.Iceland(years=[2026, 2027])) == days
    assert len(countries()) > 200


@pytest.mark.usefixtures("_nothing_read")
def test_a_territory_brings_its_country() -> None:
    """Guam's days are rules of the United States."""
    assert date(2026, 7, 4) in public_holidays("GU", 2026, 2026)
    assert "united_states" in countries()
    assert len(countries()) < 5
