"""Days on which nothing goes: the company's own, and the public holidays of its country."""

from __future__ import annotations

from datetime import date, timedelta
from functools import lru_cache

import numpy as np

from topmind.errors import PlanError
from topmind.model import Bools, Catalog


def blackout_days(catalog: Catalog, start: date, end: date) -> Bools:
    """Per day from `start` to `end`: nothing goes, because the company says so or the country rests."""
    own = set(catalog.company.blackout)
    public = public_holidays(catalog.company.country, start.year, end.year)
    days = [start + timedelta(days=n) for n in range((end - start).days + 1)]
    return np.array([day in own or day in public for day in days], dtype=np.bool_)


@lru_cache(maxsize=32)
def public_holidays(country: str | None, first: int, last: int) -> frozenset[date]:
    """Public holidays of a country (ISO 3166 code) in these years.

    Raises PlanError for a country that is not known.
    """
    if not country:
        return frozenset()
    import holidays

    try:
        return frozenset(holidays.country_holidays(country, years=range(first, last + 1)))
    except NotImplementedError:
        raise PlanError(
            f"the public holidays of {country!r} are not known.",
            where="content/company.md",
            fix=f"{_country_like(country)}Write an ISO 3166 code like US, or leave `country` out and list days under "
            "`blackout`.",
        ) from None


def _country_like(name: str) -> str:
    """`Did you mean IE (Ireland)? `, or "" where no country's name is near."""
    from difflib import get_close_matches

    from holidays.registry import COUNTRIES

    names = {known.replace("_", " "): codes[:2] for known, codes in COUNTRIES.items()}
    near = get_close_matches(name.lower(), names, n=1, cutoff=0.75)
    if not near:
        return ""
    _, code = names[near[0]]
    return f"Did you mean {code} ({near[0].title()})? "
