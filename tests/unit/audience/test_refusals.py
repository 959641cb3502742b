"""Refusals are generated from SQLGlot's own classes, not listed: what it learns tomorrow is refused tomorrow."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

import pytest
from sqlglot import exp

from topmind.audience.predicates import Env, RuleError, compile_rule
from topmind.audience.predicates.parse import ALLOWED, only_allowed
from topmind.model import FieldSpec

ENV = Env(
    as_of=date(2026, 12, 1),
    fields={"city": FieldSpec(name="city", table="contacts", column="city", type="text")},
)


def every(kind: type[exp.Expr]) -> Iterator[type[exp.Expr]]:
    """A class and all below it."""
    yield kind
    for below in kind.__subclasses__():
        yield from every(below)


#: Without the traits (`Condition`, `Predicate`), of which no node is made.
CLASSES = sorted(set(every(exp.Expression)), key=lambda kind: kind.__name__)
OUTSIDE = [kind for kind in CLASSES if kind not in ALLOWED]


def city() -> exp.Expr:
    """A field."""
    return exp.column("city")


def nested(node: exp.Expr) -> Iterator[exp.Expr]:
    """A node by itself, as a condition among others, as a value, and deep inside."""
    yield node
    yield exp.And(this=exp.Paren(this=exp.Not(this=node.copy())), expression=city())
    yield exp.EQ(this=city(), expression=node.copy())
    yield exp.In(this=city(), expressions=[exp.Literal.string("a"), node.copy()])
    yield exp.Anonymous(this="bought", expressions=[exp.Kwarg(this=exp.var("days"), expression=node.copy())])


def refusal(tree: exp.Expr) -> RuleError | None:
    """With what a tree is refused; None = it is taken."""
    try:
        only_allowed(tree)
    except RuleError as error:
        return error
    return None


def test_every_class_outside_the_list_is_refused_with_a_message() -> None:
    """Wherever it stands; in one sentence, which is about this class or what it stands for."""
    for tree in (tree for kind in OUTSIDE for tree in nested(kind())):
        error = refusal(tree)
        assert error is not None, repr(tree)
        assert error.says.endswith("."), error.says
        assert error.fix, error.says
        assert "\n" not in f"{error.says}{error.fix}", repr(tree)
        assert len(error.says) < 120, error.says


@pytest.mark.parametrize("kind", ALLOWED, ids=lambda kind: kind.__name__)
def test_every_part_outside_the_list_is_refused(kind: type[exp.Expr]) -> None:
    """`between symmetric`, `in unnest(…)`, a column's table: nothing is read and then dropped."""
    node = kind(this="vip") if kind in {exp.Identifier, exp.Var} else kind(this=city())
    for part in set(kind.arg_types) - ALLOWED[kind]:
        told = node.copy()
        told.set(part, exp.to_identifier("more"))
        assert refusal(told) is not None, f"{kind.__name__}.{part}"


def test_the_list_is_not_empty_and_the_rest_is_large() -> None:
    """A test that walks nothing proves nothing."""
    assert len(OUTSIDE) > 900
    assert refusal(exp.EQ(this=city(), expression=exp.Literal.string("a"))) is None


def test_no_text_that_a_class_writes_slips_through_the_parser() -> None:
    """The same classes as DuckDB would write them, read as a rule."""
    walked = 0
    for kind in OUTSIDE:
        try:
            text = kind(this=city(), expression=city()).sql("duckdb")
        except Exception:  # noqa: BLE001 - most classes cannot be written alone
            continue
        walked += 1
        try:
            compile_rule(text, ENV)
        except RuleError:
            continue
        pytest.fail(f"{kind.__name__} was taken: {text}")
    assert walked > 300
