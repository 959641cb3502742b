"""Filters of merge tags: what each takes, and what it makes of a value."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal, InvalidOperation

from topmind.catalog.dates import read_day
from topmind.catalog.findings import Wrong
from topmind.date_words import PLAIN, DateStyle
from topmind.model import Filter

#: Filter → least and most arguments.
FILTERS: Mapping[str, tuple[int, int]] = {
    "default": (1, 1),
    "capitalize": (0, 0),
    "upper": (0, 0),
    "date": (0, 1),
    "money": (0, 1),
    "truncate": (1, 1),
}


_DATE_SIGNS = frozenset(["%d", "%-d", "%e", "%m", "%-m", "%B", "%b", "%Y", "%y", "%A", "%a", "%%"])
_DATE_SIGN = re.compile(r"%-?[a-zA-Z%]")


def is_missing(value: object) -> bool:
    """True for None, and for a text in which nothing can be seen: a blank cell of an export is no value."""
    if value is None:
        return True
    if not isinstance(value, str) or value[:1].isalnum():
        return False
    return not any(sign.isprintable() and not sign.isspace() for sign in value)


def show(value: object, dates: DateStyle = PLAIN) -> str:
    """A value without filters: a date as its readers write it, an amount with two digits, None as nothing."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, datetime):
        value = value.date()
    return dates.day(value) if isinstance(value, date) else str(value)


def check_args(name: str, args: list[str], source: str) -> None:
    least, most = FILTERS[name]
    if not least <= len(args) <= most:
        example = {
            "default": 'default: "there"',
            "truncate": "truncate: 40",
            "date": 'date: "%d %B"',
            "money": 'money: "$"',
        }
        raise Wrong(
            f"{source}: the filter {name!r} has the wrong number of values, or one that is not in quotation marks.",
            f"Write `{example.get(name, name)}`.",
            rule="filter-value",
        )
    if name == "truncate" and not (args[0].isdigit() and int(args[0]) > 0):
        raise Wrong(f"{source}: `truncate` counts letters.", "Write `truncate: 40`.", rule="filter-value")
    if name == "date" and args and (unknown := set(_DATE_SIGN.findall(args[0])) - _DATE_SIGNS):
        raise Wrong(
            f"{source}: `date` does not know {', '.join(sorted(unknown))}.",
            f"It knows {' '.join(sorted(_DATE_SIGNS))}; most read best without any.",
            rule="filter-value",
        )


def filtered(one: Filter, value: object, dates: DateStyle = PLAIN) -> object:
    """The value after one filter."""
    if one.name == "capitalize":
        text = show(value, dates)
        return text[:1].upper() + text[1:]
    if one.name == "upper":
        return show(value, dates).upper()
    if one.name == "truncate":
        text, limit = show(value, dates), int(one.args[0])
        return text if len(text) <= limit else text[: max(1, limit - 1)].rstrip() + "…"
    if one.name == "date":
        return _as_date(value, one.args[0] if one.args else "", dates)
    return _as_money(value, one.args[0] if one.args else "")


def _as_date(value: object, form: str, dates: DateStyle) -> str:
    if isinstance(value, str):
        try:
            value = read_day(value)
        except Wrong:
            return str(value)
    if isinstance(value, datetime):
        value = value.date()
    if not isinstance(value, date):
        return show(value, dates)
    day = value
    if not form:
        return dates.day(day)
    names = {
        "d": f"{day.day:02}", "-d": str(day.day), "e": str(day.day), "m": f"{day.month:02}", "-m": str(day.month),
        "B": dates.month(day), "b": dates.month(day)[:3], "Y": str(day.year),
        "y": f"{day.year % 100:02}", "A": dates.weekday(day), "a": dates.weekday(day)[:3],
        "%": "%",
    }  # fmt: skip
    return _DATE_SIGN.sub(lambda m: names.get(m[0][1:], m[0]), form)


def _as_money(value: object, sign: str) -> str:
    try:
        amount = Decimal(str(value))
        text = f"{abs(amount):,.2f}"
    except (InvalidOperation, ValueError):
        return show(value)
    minus = "-" if amount < 0 else ""
    return f"{minus}{sign}{' ' if sign.isalpha() else ''}{text}"
