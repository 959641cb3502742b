"""Days that come back each year, today or in the next days; 29 February is kept on the 28th where there is none."""

from __future__ import annotations

from collections import defaultdict
from datetime import date, timedelta

from sqlglot import exp

from topmind.audience.predicates.build import literal
from topmind.audience.predicates.env import Env
from topmind.audience.predicates.parse import RuleError
from topmind.audience.predicates.vocabulary import Type
from topmind.audience.spec import nearest

#: Furthest ahead: more than a year is everybody.
_MOST = 366


def birthday(day: exp.Expr, ahead: int, as_of: date) -> exp.Expr:
    """Month and day of `day` come from `as_of` on, in so many days at most; in its own year, too."""
    wanted = {number for numbers in _wanted(ahead, as_of).values() for number in numbers}
    return _among(day, wanted)


def anniversary(day: exp.Expr, ahead: int, as_of: date) -> exp.Expr:
    """The same in a later year than its own."""
    found = [
        exp.and_(
            _among(day, numbers),
            exp.LT(this=day.copy(), expression=literal(date(year, 1, 1))),
        )
        for year, numbers in sorted(_wanted(ahead, as_of).items())
    ]
    return exp.paren(exp.or_(*found), copy=False)


def date_column(name: str, env: Env) -> exp.Expr:
    """A date field of the contact. Raises RuleError."""
    words = env.words
    if words.get(name) is not Type.DATE:
        dates = sorted(word for word, kind in words.items() if kind is Type.DATE)
        raise RuleError(f"there is no date field {name}.", fix=nearest(name, dates))
    return exp.column(env.column(name), "c", quoted=True)


def _wanted(ahead: int, as_of: date) -> dict[int, set[int]]:
    """Year → the days of it that are asked for, as month * 100 + day."""
    found: dict[int, set[int]] = defaultdict(set)
    for n in range(min(ahead, _MOST) + 1):
        day = as_of + timedelta(days=n)
        found[day.year].add(day.month * 100 + day.day)
        if (day.month, day.day) == (2, 28) and (day + timedelta(days=1)).day == 1:
            found[day.year].add(229)
    return found


def _among(day: exp.Expr, numbers: set[int]) -> exp.Expr:
    parts = exp.Add(
        this=exp.Mul(
            this=exp.Extract(this=exp.var("MONTH"), expression=day.copy()), expression=exp.Literal.number(100)
        ),
        expression=exp.Extract(this=exp.var("DAY"), expression=day.copy()),
    )
    return exp.In(this=parts, expressions=[exp.Literal.number(n) for n in sorted(numbers)])
