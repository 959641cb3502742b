"""Small builders of conditions: rows of a table, inside and outside of them, values as literals."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import Decimal

from sqlglot import exp

from topmind.audience.predicates.arguments import Value


def rows(table: str | exp.Subquery, where: Sequence[exp.Expr]) -> exp.Select:
    """`SELECT nr FROM table WHERE …`."""
    place = exp.to_table(table) if isinstance(table, str) else table
    select = exp.select(exp.column("nr", quoted=True)).from_(place)
    return select.where(*where) if where else select


def inside(query: exp.Query) -> exp.Expr:
    """The contact is among these rows: a semi-join."""
    return exp.column("nr", "c", quoted=True).isin(query=query)


def outside(query: exp.Query) -> exp.Expr:
    """Null-safe: `nr` is never null in any table of the session."""
    return exp.not_(exp.paren(inside(query), copy=False), copy=False)


def equals(column: str, value: str) -> exp.Expr:
    """A column of text is this."""
    return exp.EQ(this=exp.column(column, quoted=True), expression=exp.Literal.string(value))


def known(condition: exp.Expr) -> exp.Expr:
    """Unknown counts as no."""
    return exp.Coalesce(this=condition, expressions=[exp.false()])


def literal(value: Value) -> exp.Expr:
    """A folded value as SQL writes it."""
    if isinstance(value, bool):
        return exp.true() if value else exp.false()
    if isinstance(value, date):
        return exp.cast(exp.Literal.string(value.isoformat()), "date")
    if isinstance(value, Decimal):
        number = exp.Literal.number(format(abs(value), "f"))
        return exp.Neg(this=number) if value < 0 else number
    return exp.Literal.string(value)


def negated(condition: exp.Expr) -> exp.Expr:
    """The plain complement of a condition that is never null."""
    return exp.not_(exp.paren(condition, copy=False), copy=False)
