"""Who is among the first of a ranking, and who ranks below whom; equal ones in the order of their ids."""

from __future__ import annotations

from collections.abc import Sequence

from sqlglot import exp

from topmind.audience.predicates.build import rows


def best(table: str, measure: exp.Expr, where: Sequence[exp.Expr], count: int) -> exp.Select:
    """`nr` of the first so many whose measure is above 0."""
    return _ranked(table, measure, where).order_by(*_order(measure)).limit(count)


def percentiles(
    table: str, measure: exp.Expr, where: Sequence[exp.Expr]
) -> tuple[exp.Subquery, exp.Expr, list[exp.Expr]]:
    """(rows of `nr` and `below`, aggregate, conditions): how many of 100 of the ranking stand below, rounded down."""
    ranking = exp.Window(this=exp.RowNumber(), order=exp.Order(expressions=_order(measure)))
    everybody = exp.Window(this=exp.Count(this=exp.Star()))
    placed = _ranked(table, measure, where).select(
        exp.alias_(ranking, "place", quoted=True), exp.alias_(everybody, "everybody", quoted=True)
    )
    place, total = exp.column("place", quoted=True), exp.column("everybody", quoted=True)
    share = exp.Div(
        this=exp.Paren(
            this=exp.Mul(
                this=exp.Literal.number(100), expression=exp.Paren(this=exp.Sub(this=total, expression=place))
            )
        ),
        expression=total.copy(),
    )
    below = exp.select(
        exp.column("nr", quoted=True), exp.alias_(exp.Floor(this=share), "below", quoted=True)
    ).from_(placed.subquery("placed"))
    return below.subquery("ranks"), exp.Max(this=exp.column("below", quoted=True)), []


def _ranked(table: str, measure: exp.Expr, where: Sequence[exp.Expr]) -> exp.Select:
    above = exp.GT(this=measure.copy(), expression=exp.Literal.number(0))
    return rows(table, where).group_by(exp.column("nr", quoted=True)).having(above)


def _order(measure: exp.Expr) -> list[exp.Expr]:
    largest = exp.Ordered(this=measure.copy(), desc=True, nulls_first=False)
    return [largest, exp.column("nr", quoted=True)]
