"""What a rule looked at for one contact: each field and function in it, as a question that gives one value."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from sqlglot import exp

from topmind.audience.predicates.arguments import Call, read_call
from topmind.audience.predicates.build import rows
from topmind.audience.predicates.compile import compile_rule, word_type
from topmind.audience.predicates.env import Env
from topmind.audience.predicates.functions import TRUTHS, measured, told
from topmind.audience.predicates.parse import parse_rule
from topmind.audience.predicates.vocabulary import Type


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """One thing that a rule looked at."""

    #: As the rule writes it: `town`, `revenue(days => 365)`.
    label: str
    #: What the value is.
    gives: Type
    #: `SELECT value … WHERE nr = …`: one row or none, of one column.
    query: exp.Select
    #: What no row and null mean, in words.
    nothing: str


def looks(text: str, env: Env, nr: int) -> tuple[Look, ...]:
    """Everything a rule looks at for the contact with this `nr`, each once. Raises RuleError."""
    compile_rule(text, env)
    found = {look.label: look for look in _looks(parse_rule(text), env, nr)}
    return tuple(found.values())


def _looks(tree: exp.Expr, env: Env, nr: int) -> Iterator[Look]:
    for node in tree.walk(bfs=False):
        if isinstance(node, exp.Column):
            column = exp.column(env.column(node.name), quoted=True)
            yield Look(
                label=node.name,
                gives=word_type(node, env),
                query=_one(exp.select(column).from_("contacts"), nr),
                nothing="unknown",
            )
        elif isinstance(node, exp.Anonymous) and node.name.lower() != "days_ago":
            yield from _called(node, env, nr)


def _called(node: exp.Anonymous, env: Env, nr: int) -> Iterator[Look]:
    call = read_call(node)
    label = node.sql("duckdb", normalize_functions=False)
    if call.function.gives is not Type.TRUTH:
        table, measure, where = measured(call, env)
        yield Look(
            label=label,
            gives=call.function.gives,
            query=_one(rows(table, where).select(measure, append=False), nr),
            nothing="never" if call.function.gives is Type.DATE else "0",
        )
    elif call.name in {"bought", "did", "answered", "redeemed", "moved_back"}:
        yield _last(label, *told(call), nr)
    elif call.name == "birthday_in":
        column = exp.column(env.column("birthday"), quoted=True)
        query = _one(exp.select(column).from_("contacts"), nr)
        yield Look(label=label, gives=Type.DATE, query=query, nothing="unknown")
    else:
        yield _is(label, call, env, nr)


def _last(label: str, table: str, where: list[exp.Expr], nr: int) -> Look:
    """The last day on which it was done, also before the window of days that the rule asks for."""
    last = exp.Max(this=exp.column("day", quoted=True))
    query = _one(rows(table, where).select(last, append=False), nr)
    return Look(label=label, gives=Type.DATE, query=query, nothing="never")


def _is(label: str, call: Call, env: Env, nr: int) -> Look:
    contacts = exp.alias_(exp.to_table("contacts"), "c", table=True)
    query = _one(exp.select(exp.true()).from_(contacts).where(TRUTHS[call.name](call, env)), nr)
    return Look(label=label, gives=Type.TRUTH, query=query, nothing="no")


def _one(query: exp.Select, nr: int) -> exp.Select:
    return query.where(exp.EQ(this=exp.column("nr", quoted=True), expression=exp.Literal.number(nr)))
