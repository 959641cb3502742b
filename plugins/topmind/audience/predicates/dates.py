"""What a sequence `starts_from`: an expression that gives each contact none, one or several dated facts.

    first_purchase()            the first purchase; the fact is its number
    last_purchase()             the latest one: every new purchase is a new fact
    bought('roof')              each purchase of a roof; bought() each purchase
    answered('check-in', 'happy')   each such answer
    did('inquiry')              each day of such an activity
    redeemed('THANKS25')        the day on which their code was handed in
    birthday                    a date field of [fields.…], or `since`
    enters: prospects           the day on which they came into the segment, as long as they are in it
    leaves: prospects           the day on which they left it, as long as they are outside
    moves: desire               the day on which they came to this stage, as long as they stand there
    moves: back                 … to an earlier stage than before; `moves: forward` to a later one

`enters:`, `leaves:` and `moves:` mean that a fact changed, never that a rule or an import did: the ledger remembers
where everybody stood (`audience.positions`). Who was in a segment when first seen entered it on the day since when
we know them, where a `since` column of [tables.contacts] tells.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from typing import Literal

from sqlglot import exp

from topmind.audience.predicates.arguments import read_call
from topmind.audience.predicates.env import Env
from topmind.audience.predicates.functions import answer_conditions
from topmind.audience.predicates.parse import RuleError, parse_rule
from topmind.audience.predicates.vocabulary import Type
from topmind.audience.spec import nearest
from topmind.model import Stage

_WATCH = re.compile(r"\s*(enters|leaves|moves)\s*:\s*([\w-]+)\s*", re.IGNORECASE)
#: What people write for a move: `enters customers`, `leave: customers`.
_NEARLY = re.compile(
    r"\s*(enter|join|leave|left|lost|move)\w*\s*[:\s]\s*(?:to\s+)?([\w-]+)\s*", re.IGNORECASE
)
_MOVES = {
    "enter": "enters",
    "join": "enters",
    "leave": "leaves",
    "left": "leaves",
    "lost": "leaves",
    "move": "moves",
}
_FIX = (
    "Write first_purchase(), last_purchase(), bought('…'), answered('…'), did('…'), redeemed('…'), a date field, "
    "enters: SEGMENT, leaves: SEGMENT, or moves: STAGE."
)
#: Where `moves:` may lead, beside a stage.
_WAYS = ("back", "forward")


@dataclass(frozen=True, slots=True, kw_only=True)
class Watch:
    """A move that the ledger's memory tells: `enters`, `leaves` or `moves`."""

    kind: str
    #: `segment:NAME` or `stage`.
    what: str
    #: `moves`: a stage, `back` or `forward`.
    to: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class DateFact:
    """A compiled date expression."""

    #: `SELECT nr, day, fact`; fact is null where the fact has no id of its own. None = a move.
    query: exp.Query | None = None
    #: A move; None = none.
    watch: Watch | None = None
    #: Whether it reads the `since` column.
    since: bool = False


def compile_date(text: str, env: Env) -> DateFact:
    """Compile what a sequence starts from. Raises RuleError."""
    if match := _WATCH.fullmatch(text):
        return _watched(match[1].lower(), match[2], env)
    if match := _NEARLY.fullmatch(text):
        right = f"{_MOVES[match[1].lower()]}: {match[2]}"
        raise RuleError(f"{text.strip()!r} is no move.", fix=f"Write `{right}`.")
    try:
        node = parse_rule(text)
    except RuleError as error:
        raise RuleError(error.says, fix=error.fix or _FIX) from None
    if isinstance(node, exp.Column):
        return _field(node.name, env)
    if not isinstance(node, exp.Anonymous):
        raise RuleError("this gives no date.", fix=_FIX)
    call = read_call(node)
    if call.name in {"first_purchase", "last_purchase"}:
        return DateFact(query=_purchase("ASC" if call.name == "first_purchase" else "DESC"))
    if call.name == "bought" and call.days() is None:
        item = call.text("item")
        table = "things" if item is not None else "purchases"
        query = exp.select("nr", "day", "purchase AS fact").distinct().from_(table)
        if item is not None:
            query = query.where(exp.column("what").eq(item.strip().lower()))
        return DateFact(query=query)
    if call.name == "did" and call.days() is None:
        what = (call.text("what") or "").strip().lower()
        facts = exp.select("nr", "day", _no_fact()).distinct().from_("activities")
        return DateFact(query=facts.where(exp.column("what").eq(what)))
    if call.name == "redeemed" and call.days() is None:
        code = (call.text("code") or "").strip().upper()
        facts = exp.select("nr", "day", _no_fact()).distinct().from_("redeemed")
        return DateFact(query=facts.where(exp.column("code").eq(code)))
    if call.name == "answered" and call.days() is None:
        facts = exp.select("nr", "day", _no_fact()).distinct().from_("answers")
        return DateFact(query=facts.where(*answer_conditions(call)))
    raise RuleError(f"{call.name}() cannot start a sequence.", fix=_FIX)


@cache
def _purchase(order: Literal["ASC", "DESC"]) -> exp.Select:
    """One purchase per contact; of several on a day the lowest number is first, the highest last."""
    ranked = exp.select(
        "nr",
        "day",
        "purchase AS fact",
        f"ROW_NUMBER() OVER (PARTITION BY nr ORDER BY day {order}, purchase {order}) AS place",
    ).from_("purchases")
    return exp.select("nr", "day", "fact").from_(ranked.subquery("ranked")).where("place = 1")


def _watched(kind: str, name: str, env: Env) -> DateFact:
    if kind == "moves":
        ways = [*(stage.value for stage in Stage), *_WAYS]
        if name.lower() not in ways:
            raise RuleError(f"there is no stage '{name}'.", fix=nearest(name, ways))
        return DateFact(watch=Watch(kind=kind, what="stage", to=name.lower()))
    if name not in env.segments:
        raise RuleError(f"there is no segment '{name}'.", fix=nearest(name, sorted(env.segments)))
    return DateFact(watch=Watch(kind=kind, what=f"segment:{name}"), since=kind == "enters")


def _field(name: str, env: Env) -> DateFact:
    words = env.words
    if name not in words:
        dates = sorted(word for word, kind in words.items() if kind is Type.DATE)
        raise RuleError(f"there is no date field {name}.", fix=f"{nearest(name, dates)} {_FIX}")
    if words[name] is not Type.DATE:
        raise RuleError(f"{name} is no date.", fix=_FIX)
    column = env.column(name)
    query = exp.select("nr", f"{column} AS day", _no_fact()).from_("contacts").where(f"{column} IS NOT NULL")
    return DateFact(query=query, since=name == "since")


def _no_fact() -> exp.Expr:
    return exp.alias_(exp.cast(exp.null(), "text"), "fact")
