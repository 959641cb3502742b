"""Text of a rule → syntax tree of allowed shapes only; whatever is outside gets one clear sentence."""

from __future__ import annotations

import re
from functools import lru_cache

from sqlglot import exp, parse
from sqlglot.errors import SqlglotError

from topmind.audience.predicates.hints import hint
from topmind.audience.predicates.vocabulary import FUNCTIONS
from topmind.audience.spec import nearest
from topmind.errors import AudienceError

#: Longest rule, in characters: nobody reads more, and it bounds the depth of the tree.
LONGEST = 1000

_TWO_SIDES = frozenset({"this", "expression"})
#: Every node a rule may be made of, with the parts it may have: SQLGlot reads more into some of them (`BETWEEN
#: SYMMETRIC`), which would be lost without a word. Their own kinds are not among them: a `Pseudocolumn` is a Column.
ALLOWED: dict[type[exp.Expr], frozenset[str]] = {
    exp.And: _TWO_SIDES,
    exp.Or: _TWO_SIDES,
    exp.Not: frozenset({"this"}),
    exp.Paren: frozenset({"this"}),
    exp.EQ: _TWO_SIDES,
    exp.NEQ: _TWO_SIDES,
    exp.LT: _TWO_SIDES,
    exp.LTE: _TWO_SIDES,
    exp.GT: _TWO_SIDES,
    exp.GTE: _TWO_SIDES,
    exp.In: frozenset({"this", "expressions"}),
    exp.Between: frozenset({"this", "low", "high"}),
    exp.Is: _TWO_SIDES,
    exp.Null: frozenset(),
    exp.Literal: frozenset({"this", "is_string"}),
    exp.Boolean: frozenset({"this"}),
    exp.Neg: frozenset({"this"}),
    exp.Column: frozenset({"this"}),
    exp.Identifier: frozenset({"this", "quoted"}),
    exp.Anonymous: frozenset({"this", "expressions"}),
    exp.Kwarg: _TWO_SIDES,
    exp.Var: frozenset({"this"}),
}
#: What word processors write in place of plain quotes.
_QUOTES = str.maketrans({"‘": "'", "’": "'", "“": '"', "”": '"', "\u00a0": " "})


#: What SQLGlot counts as functions although nobody writes it as a call.
_NO_CALLS = (exp.Anonymous, exp.And, exp.Or, exp.Cast, exp.Case, exp.If)


class RuleError(AudienceError):
    """A rule is outside the language; says what and what to write instead."""


@lru_cache(maxsize=4096)
def parse_rule(text: str) -> exp.Expr:
    """Parse one rule and refuse every shape outside the language. Raises RuleError."""
    if len(text) > LONGEST:
        raise RuleError(f"the rule is longer than {LONGEST} characters.", fix="Divide it into several lines.")
    if not text.strip():
        raise RuleError("the rule is empty.", fix="Write one, or take the line out.")
    try:
        trees = parse(text if "'" in text else text.translate(_QUOTES), read="duckdb")
    except (SqlglotError, RecursionError):
        raise RuleError(
            "the rule cannot be read: a bracket, a quote or a word is missing.",
            fix=hint(text)
            or "Look at brackets and quotation marks: a whole rule is `last_purchase() < days_ago(90)`.",
        ) from None
    if len(trees) != 1 or trees[0] is None:
        raise RuleError("a rule is one condition without semicolons.", fix="Write each on a line of its own.")
    # `town = Tern Harbor` reads as `Tern AS Harbor`
    if isinstance(trees[0], exp.Alias) and (instead := hint(text)):
        raise RuleError("the rule cannot be read: its words are not those of rules.", fix=instead)
    return only_allowed(trees[0])


def only_allowed(tree: exp.Expr) -> exp.Expr:
    """The tree, if every node and every part of it is in the language. Raises RuleError."""
    for node in tree.walk():
        _refuse(node)
    return tree


def segments_named(tree: exp.Expr) -> tuple[str, ...]:
    """Segments that a parsed rule names with `in_segment`."""
    calls = (node for node in tree.find_all(exp.Anonymous) if node.name.lower() == "in_segment")
    return tuple(
        call.expressions[0].name
        for call in calls
        if call.expressions and isinstance(call.expressions[0], exp.Literal)
    )


def _refuse(node: exp.Expr) -> None:
    """One clear sentence for a shape outside the language."""
    if node.comments:
        raise RuleError("a rule has no comments.", fix="Put the remark into the text below the front matter.")
    if isinstance(node, exp.Query | exp.Subquery | exp.Exists) or (
        isinstance(node, exp.In) and not node.args.get("expressions")
    ):
        raise RuleError("a rule has no query inside.", fix="Name another segment: in_segment('…').")
    if isinstance(node, exp.Func) and not isinstance(node, _NO_CALLS):
        raise _unknown_function(node.sql_name().lower())
    if type(node) not in ALLOWED:
        raise _unknown_shape(node)
    if isinstance(node, exp.Anonymous) and node.name.lower() not in FUNCTIONS:
        raise _unknown_function(node.name)
    if isinstance(node, exp.Column):
        _refuse_column(node)
    if more := sorted(part for part, value in node.args.items() if value and part not in ALLOWED[type(node)]):
        raise _refused(_words(type(node).__name__) + f" with {more[0].replace('_', ' ')}")
    if isinstance(node, exp.And | exp.Or):
        other = exp.Or if isinstance(node, exp.And) else exp.And
        if isinstance(node.left, other) or isinstance(node.right, other):
            raise RuleError(
                "`and` and `or` stand together without brackets, which reads two ways.",
                fix="Put brackets: a and (b or c), or write each `and` part as a line of its own.",
            )


def _refuse_column(node: exp.Column) -> None:
    if node.args.get("table"):
        raise RuleError("a rule names a field alone, without a table before it.", fix=f"Write {node.name}.")
    if node.this.args.get("quoted"):
        raise RuleError("text stands in single quotes.", fix=f"Write '{node.name}'.")


def _unknown_function(name: str) -> RuleError:
    return RuleError(f"there is no function {name}().", fix=nearest(name, list(FUNCTIONS)))


def _unknown_shape(node: exp.Expr) -> RuleError:
    return _refused(_words(type(node).__name__))


def _words(name: str) -> str:
    """`NullSafeEQ` as people read it."""
    return re.sub(r"(?<=[a-z])(?=[A-Z])", " ", name).lower()


def _refused(what: str) -> RuleError:
    return RuleError(
        f"the rule uses what rules do not have ({what}).",
        fix="Rules compare a field or a function with a value: = != < <= > >= in between is null, and or not.",
    )
