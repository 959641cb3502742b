"""A rule read back in words: `last_purchase() < days_ago(90)` is "the last purchase is before 2026-09-02"."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal

from sqlglot import exp

from topmind.audience.predicates.arguments import Call, Value, fold, read_call
from topmind.audience.predicates.compile import bare, compile_rule, oriented, word_type
from topmind.audience.predicates.env import Env
from topmind.audience.predicates.parse import parse_rule
from topmind.audience.predicates.vocabulary import Type


def in_words(text: str, env: Env) -> str:
    """What a rule asks of a contact, with its days as dates. Raises RuleError."""
    compile_rule(text, env)
    return _say(parse_rule(text), env)


def _say(node: exp.Expr, env: Env) -> str:
    if isinstance(node, exp.Paren):
        inner = bare(node)
        said = _say(inner, env)
        return f"({said})" if isinstance(inner, exp.And | exp.Or) else said
    if isinstance(node, exp.Not):
        return _denied(bare(node.this), env)
    if isinstance(node, exp.And | exp.Or):
        word = "and" if isinstance(node, exp.And) else "or"
        return f"{_say(node.left, env)} {word} {_say(node.right, env)}"
    if isinstance(node, exp.Anonymous):
        return _TRUTHS[node.name.lower()](read_call(node), env)[0]
    if isinstance(node, exp.Column):
        return f"{node.name} is yes"
    return _compared(oriented(node), env)


def _denied(node: exp.Expr, env: Env) -> str:
    if isinstance(node, exp.Anonymous):
        return _TRUTHS[node.name.lower()](read_call(node), env)[1]
    if isinstance(node, exp.Column):
        return f"{node.name} is no or unknown"
    if isinstance(node, exp.Not):
        return _say(bare(node.this), env)
    if isinstance(node, exp.Is):
        return f"{_subject(bare(node.this), env)} is known"
    return f"it is not so that ({_say(node, env)})"


def _compared(node: exp.Expr, env: Env) -> str:
    left = bare(node.this)
    subject, kind = _subject(left, env), _type(left, env)
    if isinstance(node, exp.Is):
        return f"{subject} is unknown" if isinstance(left, exp.Column) else f"there is no {subject[4:]}"
    if isinstance(node, exp.In):
        listed = [_shown(fold(value, kind, env)) for value in node.expressions]
        return f"{subject} is " + " or ".join(filter(None, [", ".join(listed[:-1]), listed[-1]]))
    if isinstance(node, exp.Between):
        low, high = (_shown(fold(node.args[end], kind, env)) for end in ("low", "high"))
        return f"{subject} is from {low} to {high}"
    value = _shown(fold(node.expression, kind, env))
    words = (_BY_DAY if kind is Type.DATE else _BY_SIZE)[type(node)]
    # != is the complement of =: whoever has no value is in
    unknown = isinstance(node, exp.NEQ) and (isinstance(left, exp.Column) or kind is Type.DATE)
    return f"{subject} {words} {value}{', or unknown' if unknown else ''}"


_BY_SIZE: dict[type[exp.Expr], str] = {
    exp.EQ: "is",
    exp.NEQ: "is not",
    exp.LT: "is less than",
    exp.LTE: "is at most",
    exp.GT: "is more than",
    exp.GTE: "is at least",
}
_BY_DAY: dict[type[exp.Expr], str] = {
    exp.EQ: "is on",
    exp.NEQ: "is not on",
    exp.LT: "is before",
    exp.LTE: "is on or before",
    exp.GT: "is after",
    exp.GTE: "is on or after",
}


def _subject(node: exp.Expr, env: Env) -> str:
    if isinstance(node, exp.Column):
        return node.name
    call = _call(node)
    window = _window(call, env)
    if call.name == "touches":
        channel = call.text("channel")
        return f"the number of touches{f' by {channel}' if channel else ''}{window}"
    if call.name == "percentile":
        return f"the percentile by {_subject(call.args['by'], env).removeprefix('the ')}"
    return f"the {_NAMES.get(call.name, call.name.replace('_', ' '))}{window}"


_NAMES = {"purchases": "number of purchases", "stage_since": "last move of stage"}


def _type(node: exp.Expr, env: Env) -> Type:
    return word_type(node, env) if isinstance(node, exp.Column) else _call(node).function.gives


def _call(node: exp.Expr) -> Call:
    assert isinstance(node, exp.Anonymous)  # compiled before, so it is a field or a call
    return read_call(node)


def _shown(value: Value) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, date):
        return value.isoformat()
    return format(value, "f") if isinstance(value, Decimal) else f"“{value}”"


def _window(call: Call, env: Env) -> str:
    """` since 2025-12-01`: the first day that counts."""
    days = call.days() if "days" in {arg.name for arg in call.function.args if arg.named} else None
    return "" if days is None else f" since {(env.as_of - timedelta(days=days)).isoformat()}"


def _quoted(call: Call, name: str, default: str = "") -> str:
    text = call.text(name)
    return default if text is None else f"“{text}”"


def _bought(call: Call, env: Env) -> tuple[str, str]:
    window = _window(call, env)
    return (
        f"bought {_quoted(call, 'item', 'anything')}{window}",
        f"bought {'no ' + _quoted(call, 'item') if call.text('item') else 'nothing'}{window}",
    )


def _answered(call: Call, env: Env) -> tuple[str, str]:
    word = call.text("word")
    rest = f"{_quoted(call, 'step')}{f' with “{word}”' if word else ''}{_window(call, env)}"
    return f"answered {rest}", f"did not answer {rest}"


def _birthday(call: Call, env: Env) -> tuple[str, str]:
    until = env.as_of + timedelta(days=min(call.days() or 0, 366))
    days = f"on {env.as_of}" if until == env.as_of else f"from {env.as_of} to {until}"
    return f"has a birthday {days}", f"has no birthday {days}"


def _anniversary(call: Call, env: Env) -> tuple[str, str]:
    until = env.as_of + timedelta(days=min(call.days() or 0, 366))
    rest = f"anniversary of {_subject(call.args['of'], env)} from {env.as_of} to {until}"
    return f"has an {rest}", f"has no {rest}"


def _moved_back(call: Call, env: Env) -> tuple[str, str]:
    rest = f"back to an earlier stage{_window(call, env)}"
    return f"moved {rest}", f"did not move {rest}"


def _top(call: Call, env: Env) -> tuple[str, str]:
    by = _subject(call.args["by"], env).removeprefix("the ")
    rest = f"among the first {call.args['count'].name} by {by}"
    return f"is {rest}", f"is not {rest}"


def _plain(yes: str, no: str, name: str) -> Callable[[Call, Env], tuple[str, str]]:
    def say(call: Call, env: Env) -> tuple[str, str]:
        rest = f" {_quoted(call, name)}{_window(call, env)}"
        return yes + rest, no + rest

    return say


#: Function → (what it asks, what its `not` asks).
_TRUTHS: dict[str, Callable[[Call, Env], tuple[str, str]]] = {
    "bought": _bought,
    "did": _plain("did", "did not do", "what"),
    "got": _plain("got", "did not get", "what"),
    "answered": _answered,
    "marked": _plain("carries the mark", "does not carry the mark", "mark"),
    "redeemed": _plain("handed in the code", "did not hand in the code", "code"),
    "birthday_in": _birthday,
    "anniversary_in": _anniversary,
    "moved_back": _moved_back,
    "in_top": _top,
    "in_segment": _plain("is in the segment", "is not in the segment", "segment"),
}
