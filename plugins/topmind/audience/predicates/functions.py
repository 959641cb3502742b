"""What each function of the language becomes: conditions, and measures over another table."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

from sqlglot import exp

from topmind.audience.predicates.arguments import Call, read_call, whole
from topmind.audience.predicates.birthdays import anniversary, birthday, date_column
from topmind.audience.predicates.build import equals, inside, known, literal, rows
from topmind.audience.predicates.env import Env
from topmind.audience.predicates.occasions import got
from topmind.audience.predicates.parse import RuleError
from topmind.audience.predicates.ranks import best, percentiles
from topmind.audience.predicates.vocabulary import FUNCTIONS, Type
from topmind.audience.spec import nearest
from topmind.model import Channel


def measured(call: Call, env: Env) -> tuple[str | exp.Subquery, exp.Expr, list[exp.Expr]]:
    """(table, aggregate, conditions) of a function that gives a number or a date."""
    if call.name == "percentile":
        return percentiles(*summed(call, env))
    if call.name in {"revenue", "purchases"}:
        return summed(call, env)
    window = window_of(call, env)
    day = exp.column("day", quoted=True)
    if call.name == "touches":
        channel = call.text("channel")
        if channel is not None and channel not in list(Channel):
            raise RuleError(
                f"there is no channel '{channel}'.", fix=nearest(channel, [str(c) for c in Channel])
            )
        only = [exp.column("channel", quoted=True).eq(channel)] if channel else []
        return "touches", exp.Count(this=exp.Star()), [*window, *only]
    return {
        "first_purchase": ("purchases", exp.Min(this=day), window),
        "last_purchase": ("purchases", exp.Max(this=day), window),
        "last_touch": ("touches", exp.Max(this=day), window),
        "stage_since": ("stage_moves", exp.Max(this=day), window),
    }[call.name]


def summed(call: Call, env: Env) -> tuple[str, exp.Expr, list[exp.Expr]]:
    """The same of revenue() and purchases(), or of what a ranking is `by`. Raises RuleError."""
    by = call.args.get("by")
    ranked = read_call(by) if isinstance(by, exp.Anonymous) else call
    measures: dict[str, exp.Expr] = {
        "revenue": exp.Sum(this=exp.column("amount", quoted=True)),
        "purchases": exp.Count(this=exp.Star()),
    }
    if ranked.name not in measures:
        raise RuleError(
            f"{call.name}() ranks by revenue() or purchases().", fix=f"For example: {call.function.example}"
        )
    return "purchases", measures[ranked.name], window_of(ranked, env)


def window_of(call: Call, env: Env) -> list[exp.Expr]:
    """`days => 365`: on or after the day so many days ago (later than today is never in the session)."""
    back = call.days()
    if back is None:
        return []
    try:
        first = env.as_of - timedelta(days=back)
    except OverflowError:
        raise RuleError(f"{call.name}(): days goes back too far.", fix="Write fewer days.") from None
    return [exp.GTE(this=exp.column("day", quoted=True), expression=literal(first))]


def told(call: Call) -> tuple[str, list[exp.Expr]]:
    """(table, conditions without a window) of a function that asks whether something was done on some day."""
    if call.name == "bought":
        item = call.text("item")
        return ("purchases", []) if item is None else ("things", [equals("what", item.strip().lower())])
    if call.name == "did":
        return "activities", [equals("what", (call.text("what") or "").strip().lower())]
    if call.name == "redeemed":
        return "redeemed", [equals("code", (call.text("code") or "").strip().upper())]
    if call.name == "moved_back":
        return "stage_moves", [equals("way", "back")]
    return "answers", answer_conditions(call)


def _done(call: Call, env: Env) -> exp.Expr:
    table, where = told(call)
    return inside(rows(table, [*where, *window_of(call, env)]))


def _marked(call: Call, env: Env) -> exp.Expr:  # noqa: ARG001 - one signature for all
    return inside(rows("marks", [equals("mark", call.text("mark") or "")]))


def answer_word(text: str) -> str:
    """`not happy` and `not-happy` are one answer."""
    return "-".join(text.lower().replace("-", " ").split())


#: Outcomes of tasks in which nobody was spoken to: a fact under their own word, and under "any word" none.
UNREACHED = ("no-answer", "missed")


def answer_conditions(call: Call) -> list[exp.Expr]:
    """Which answers a call of answered() means: of a step, `sequence/step`, or a whole sequence."""
    step = call.text("step") or ""
    source, _, inner = step.partition("/")
    one = exp.or_(equals("step", step), equals("source", step))
    where = [exp.and_(equals("source", source), equals("step", inner)) if inner else exp.paren(one)]
    word = call.text("word")
    if word is not None:
        return [*where, equals("word", answer_word(word))]
    # what a representative notes of a call that reached nobody is no answer of anybody
    return [*where, *(exp.not_(equals("word", said)) for said in UNREACHED)]


def _got(call: Call, env: Env) -> exp.Expr:  # noqa: ARG001 - one signature for all
    touched, items = got(call.text("what") or "")
    return exp.paren(exp.or_(inside(rows("touches", [touched])), inside(rows("touch_items", [items]))))


def _in_top(call: Call, env: Env) -> exp.Expr:
    return inside(best(*summed(call, env), whole(call.args["count"], "in_top(): count")))


def _anniversary_in(call: Call, env: Env) -> exp.Expr:
    """On a field, or on the first or last purchase of each contact."""
    days, of = call.days() or 0, call.args["of"]
    if isinstance(of, exp.Column):
        return known(anniversary(date_column(of.name, env), days, env.as_of))
    dated = read_call(of) if isinstance(of, exp.Anonymous) else call
    if dated.name not in {"first_purchase", "last_purchase"}:
        raise RuleError(
            "anniversary_in() is of a date field, first_purchase() or last_purchase().",
            fix=f"For example: {call.function.example}",
        )
    table, measure, where = measured(dated, env)
    grouped = rows(table, where).group_by(exp.column("nr", quoted=True))
    return inside(grouped.having(anniversary(measure, days, env.as_of)))


def _birthday_in(call: Call, env: Env) -> exp.Expr:
    spec = env.fields.get("birthday")
    if spec is None or spec.type != "date":
        raise RuleError(
            "birthday_in() needs the field `birthday`.",
            fix='Declare [fields.birthday] with type = "date" in segments/_audience.toml.',
        )
    return known(birthday(exp.column(env.column("birthday"), "c", quoted=True), call.days() or 0, env.as_of))


def _in_segment(call: Call, env: Env) -> exp.Expr:
    name = call.text("segment") or ""
    if name not in env.segments:
        raise RuleError(f"there is no segment '{name}'.", fix=nearest(name, sorted(env.segments)))
    return inside(rows("member", [equals("segment", name)]))


#: Functions that are conditions.
TRUTHS: dict[str, Callable[[Call, Env], exp.Expr]] = {
    "bought": _done,
    "did": _done,
    "got": _got,
    "answered": _done,
    "marked": _marked,
    "redeemed": _done,
    "moved_back": _done,
    "anniversary_in": _anniversary_in,
    "birthday_in": _birthday_in,
    "in_top": _in_top,
    "in_segment": _in_segment,
}


assert set(TRUTHS) == {f.name for f in FUNCTIONS.values() if f.gives is Type.TRUTH}
