"""Days on which nothing goes: the company's own, and the public holidays of its country."""

from __future__ import annotations

import sys
from datetime import date, timedelta
from functools import lru_cache
from importlib.util import find_spec, module_from_spec
from types import ModuleType

import numpy as np

from topmind.errors import PlanError
from topmind.model import Bools, Catalog


def blackout_days(catalog: Catalog, start: date, end: date) -> Bools:
    """Per day from `start` to `end`: nothing goes, because the company says so or the country rests."""
    own = set(catalog.company.blackout)
    public = public_holidays(catalog.company.country, start.year, end.year)
    days = [start + timedelta(days=n) for n in range((end - start).days + 1)]
    return np.array([day in own or day in public for day in days], dtype=np.bool_)


#: Parts of a country and common names, which no list of countries has.
_ALSO = {
    "england": "GB-ENG",
    "scotland": "GB-SCT",
    "wales": "GB-WLS",
    "northern ireland": "GB-NIR",
    "great britain": "GB",
    "britain": "GB",
    "usa": "US",
    "america": "US",
    "holland": "NL",
}


@lru_cache(maxsize=32)
def public_holidays(country: str | None, first: int, last: int) -> frozenset[date]:
    """Public holidays of a country (ISO 3166 code, `US`) or of a part of one (`US-NY`) in these years.

    Raises PlanError for a country or a part that is not known.
    """
    if not country:
        return frozenset()
    import holidays

    _one_at_a_time(holidays)
    code, _, part = country.partition("-")
    try:
        return frozenset(holidays.country_holidays(code, subdiv=part or None, years=range(first, last + 1)))
    except NotImplementedError:
        raise _unknown(country, code) from None


def _one_at_a_time(holidays: ModuleType) -> None:
    """Let `holidays` load the country that is asked for alone: its package of countries loads all 250 when it is run,
    which takes a tenth of a second. Whoever asks that package itself for one finds it as always.
    """
    name = "holidays.countries"
    spec = None if name in sys.modules else find_spec(name)
    if spec is None or spec.loader is None:
        return
    package, loader = module_from_spec(spec), spec.loader

    def whole(wanted: str) -> object:
        del package.__getattr__
        loader.exec_module(package)
        return getattr(package, wanted)

    package.__getattr__ = whole  # type: ignore[method-assign]
    holidays.countries = sys.modules.setdefault(name, package)  # type: ignore[attr-defined]


def _unknown(country: str, code: str) -> PlanError:
    """With the parts of a country that is known, else with the nearest country."""
    import holidays

    parts = holidays.list_supported_countries(include_aliases=False).get(code)
    fix = f"{_country_like(country)}Write an ISO 3166 code like US or US-NY, or leave `country` out and list days under "
    if parts:
        fix = f"Write {code}, or with one of: {', '.join(parts)}. Or list days under "
    return PlanError(
        f"the public holidays of {country!r} are not known.",
        where="content/company.md",
        fix=f"{fix}`blackout`.",
    )


def _country_like(name: str) -> str:
    """`Did you mean IE (Ireland)? `, or "" where no country's name is near."""
    from difflib import get_close_matches

    from holidays.registry import COUNTRIES

    names = {known.replace("_", " "): codes[1] for known, codes in COUNTRIES.items()} | _ALSO
    near = get_close_matches(name.lower().replace("-", " "), names, n=1, cutoff=0.75)
    return f"Did you mean {names[near[0]]} ({near[0].title()})? " if near else ""
