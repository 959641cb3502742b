"""A parsed rule → one condition on `contacts c` that is never null, in semi-join form.

Every comparison is two-valued: with an unknown value it does not hold, and `not` is its plain complement.
Functions over other tables become `c.nr IN (SELECT nr …)`, so that an engine reads each table once and
nobody is multiplied. A function that gives 0 for who has no row is turned around where 0 fulfils the
comparison (`revenue() < 10` holds for who never bought).
"""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal

from sqlglot import exp

from topmind.audience.predicates.arguments import Call, fold, read_call
from topmind.audience.predicates.build import inside, known, literal, negated, outside, rows
from topmind.audience.predicates.env import Env
from topmind.audience.predicates.functions import TRUTHS, measured
from topmind.audience.predicates.parse import RuleError, parse_rule
from topmind.audience.predicates.vocabulary import FUNCTIONS, Type
from topmind.audience.spec import nearest

_MIRROR: dict[type[exp.Expr], type[exp.Expr]] = {
    exp.EQ: exp.EQ,
    exp.NEQ: exp.NEQ,
    exp.LT: exp.GT,
    exp.LTE: exp.GTE,
    exp.GT: exp.LT,
    exp.GTE: exp.LTE,
}


#: Builds the comparison of an SQL expression with the folded values.
_Compare = Callable[[exp.Expr], exp.Expr]


def compile_rule(text: str, env: Env) -> exp.Expr:
    """The condition of one rule. Raises RuleError with what is wrong and what to write."""
    return _truth(parse_rule(text), env)


def _truth(node: exp.Expr, env: Env) -> exp.Expr:
    """A node that is a condition."""
    if isinstance(node, exp.Paren):
        return exp.paren(_truth(node.this, env), copy=False)
    if isinstance(node, exp.Not):
        return negated(_truth(node.this, env))
    if isinstance(node, exp.And | exp.Or):
        kind = exp.and_ if isinstance(node, exp.And) else exp.or_
        return kind(_truth(node.left, env), _truth(node.right, env), copy=False)
    if isinstance(node, exp.Anonymous):
        return _call_truth(node, env)
    if isinstance(node, exp.Column):
        if word_type(node, env) is not Type.TRUTH:
            raise RuleError(f"{node.name} stands alone.", fix=f"Compare it with a value: {node.name} = …")
        return known(_field(node, env))
    return _comparison(node, env)


def _call_truth(node: exp.Anonymous, env: Env) -> exp.Expr:
    call = read_call(node)
    if call.function.gives is not Type.TRUTH:
        raise RuleError(f"{call.name}() stands alone.", fix=f"For example: {call.function.example}")
    return TRUTHS[call.name](call, env)


def _comparison(node: exp.Expr, env: Env) -> exp.Expr:
    """`subject op value`, whichever side the value stands on."""
    node = oriented(node)
    subject = bare(node.this)
    if not isinstance(subject, exp.Column | exp.Anonymous) or not _is_subject(subject):
        raise RuleError(
            "a comparison has a field or a function on one side and a value on the other.",
            fix="Write it like `town = 'Tern Harbor'` or `last_purchase() < days_ago(90)`.",
        )
    if isinstance(subject, exp.Column):
        kind = word_type(subject, env)
        return _against(_field(subject, env), node, kind, subject.name, env)
    call = read_call(subject)
    if call.function.gives is Type.TRUTH:
        raise RuleError(
            f"{call.name}() is already yes or no.", fix=f"Write it alone: {call.function.example}"
        )
    return _aggregate(call, node, env)


def oriented(node: exp.Expr) -> exp.Expr:
    """A comparison with its subject on the left, where it has one."""
    if type(node) in _MIRROR and not _is_subject(node.this) and _is_subject(node.expression):
        return _MIRROR[type(node)](this=node.expression, expression=node.this)
    return node


def bare(node: exp.Expr) -> exp.Expr:
    """What stands inside of brackets."""
    while isinstance(node, exp.Paren):
        node = node.this
    return node


def _is_subject(node: exp.Expr) -> bool:
    node = bare(node)
    if isinstance(node, exp.Anonymous):
        return node.name.lower() != "days_ago"
    return isinstance(node, exp.Column)


def _against(field: exp.Expr, node: exp.Expr, kind: Type, name: str, env: Env) -> exp.Expr:
    """A field of the contact against values."""
    if isinstance(node, exp.Is):
        _only_null(node)
        return exp.Is(this=field, expression=exp.null())
    if kind in {Type.TEXT, Type.STAGE, Type.TRUTH} and not isinstance(node, exp.EQ | exp.NEQ | exp.In):
        raise RuleError(f"{name} has no order.", fix=f"Compare it with = or != or in: {name} = …")
    compare, turned, _ = _comparer(node, kind, env)
    condition = known(compare(field))
    return negated(condition) if turned else condition


def _comparer(node: exp.Expr, kind: Type, env: Env) -> tuple[_Compare, bool, bool]:
    """(how to compare, whether the complement is meant, whether 0 fulfils the comparison)."""
    if isinstance(node, exp.In):
        values = [fold(e, kind, env) for e in node.expressions]
        return (
            lambda left: exp.In(this=left, expressions=[literal(v) for v in values]),
            False,
            Decimal(0) in values,
        )
    if isinstance(node, exp.Between):
        low, high = fold(node.args["low"], kind, env), fold(node.args["high"], kind, env)
        zero = isinstance(low, Decimal) and isinstance(high, Decimal) and low <= 0 <= high
        return (
            lambda left: exp.Between(this=left, low=literal(low), high=literal(high)),
            False,
            zero,
        )
    if type(node) not in _MIRROR:
        raise RuleError(
            "a rule compares with = != < <= > >= in, between or is null.", fix="Write one of these."
        )
    value = fold(node.expression, kind, env)
    operator: type[exp.Expr] = exp.EQ if isinstance(node, exp.NEQ) else type(node)
    zero = isinstance(value, Decimal) and _ZERO[operator](value)
    return (
        lambda left: operator(this=left, expression=literal(value)),
        isinstance(node, exp.NEQ),
        zero,
    )


_ZERO: dict[type[exp.Expr], Callable[[Decimal], bool]] = {
    exp.EQ: lambda value: value == 0,
    exp.LT: lambda value: value > 0,
    exp.LTE: lambda value: value >= 0,
    exp.GT: lambda value: value < 0,
    exp.GTE: lambda value: value <= 0,
}


def _aggregate(call: Call, node: exp.Expr, env: Env) -> exp.Expr:
    """A function over purchases or touches against values."""
    table, measure, where = measured(call, env)
    base = rows(table, where)
    if isinstance(node, exp.Is):
        _only_null(node)
        if call.function.gives is not Type.DATE:
            raise RuleError(f"{call.name}() is never unknown, it is 0.", fix=f"Write {call.name}() = 0.")
        return outside(base)
    compare, turned, zero = _comparer(node, call.function.gives, env)
    grouped = base.group_by("nr")
    if zero:
        others = grouped.having(exp.not_(exp.paren(compare(measure))))
        condition = outside(others)
    else:
        condition = inside(grouped.having(compare(measure)))
    return negated(condition) if turned else condition


def word_type(node: exp.Column, env: Env) -> Type:
    """What a bare word is. Raises RuleError where there is no such field."""
    words = env.words
    if node.name not in words:
        call = f"{node.name}()" if node.name in FUNCTIONS else ""
        if node.name in env.segments:
            call = f"in_segment('{node.name}')"
        fix = f"Did you mean {call}?" if call else nearest(node.name, sorted({*words, *FUNCTIONS}))
        raise RuleError(f"there is no field {node.name}.", fix=fix)
    return words[node.name]


def _field(node: exp.Column, env: Env) -> exp.Expr:
    return exp.column(env.column(node.name), "c", quoted=True)


def _only_null(node: exp.Is) -> None:
    if not isinstance(node.expression, exp.Null):
        raise RuleError("`is` asks for null only.", fix="Write `is null`, or compare with =.")
