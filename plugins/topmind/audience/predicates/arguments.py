"""Arguments of a call and values of a comparison, checked and folded to plain Python values."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal, InvalidOperation

from sqlglot import exp

from topmind.audience.predicates.env import Env
from topmind.audience.predicates.parse import RuleError
from topmind.audience.predicates.vocabulary import FUNCTIONS, Argument, Function, Type
from topmind.audience.spec import nearest
from topmind.model import Stage

#: What a value of a rule is once folded.
Value = str | Decimal | date | bool

#: Furthest a rule looks back, in days.
FURTHEST = 36_500


@dataclass(frozen=True, slots=True)
class Call:
    """A checked call: the function and its arguments by name."""

    function: Function
    args: dict[str, exp.Expr]

    @property
    def name(self) -> str:
        """The function's name."""
        return self.function.name

    def text(self, name: str) -> str | None:
        """A text argument, or None where it was not given."""
        node = self.args.get(name)
        return None if node is None else node.name

    def days(self, name: str = "days") -> int | None:
        """A whole number of days, or None where it was not given."""
        node = self.args.get(name)
        return None if node is None else whole(node, f"{self.name}(): {name}")


def read_call(node: exp.Anonymous) -> Call:
    """Match a call's arguments with the vocabulary. Raises RuleError."""
    function = FUNCTIONS[node.name.lower()]
    named = {arg.name: arg for arg in function.args if arg.named}
    waiting = [arg for arg in function.args if not arg.named]
    given: dict[str, exp.Expr] = {}
    for part in node.expressions:
        argument, value = _match(function, part, named, waiting)
        if argument.name in given:
            raise RuleError(f"{function.name}() gets {argument.name} twice.", fix="Keep one of the two.")
        _fits(function, argument, value)
        given[argument.name] = value
    missing = [arg.name for arg in function.args if not arg.optional and arg.name not in given]
    if missing:
        raise RuleError(
            f"{function.name}() lacks its {' and '.join(missing)}.", fix=f"For example: {function.example}"
        )
    return Call(function, given)


def _match(
    function: Function, part: exp.Expr, named: dict[str, Argument], waiting: list[Argument]
) -> tuple[Argument, exp.Expr]:
    if isinstance(part, exp.Kwarg):
        name = part.this.name
        if name not in named:
            raise RuleError(f"{function.name}() has no argument {name}.", fix=nearest(name, list(named)))
        return named[name], part.expression
    if isinstance(part, exp.EQ) and isinstance(part.this, exp.Column) and part.this.name in named:
        raise RuleError(
            f"{function.name}(): a named argument is written with an arrow.",
            fix=f"Write {part.this.name} => {part.expression.sql()}.",
        )
    if not waiting:
        raise RuleError(f"{function.name}() has too many arguments.", fix=f"For example: {function.example}")
    return waiting.pop(0), part


def _fits(function: Function, argument: Argument, value: exp.Expr) -> None:
    text = isinstance(value, exp.Literal) and value.is_string
    number = isinstance(value, exp.Literal) and not value.is_string
    call = isinstance(value, exp.Anonymous)
    day = call or isinstance(value, exp.Column)
    right = {Type.TEXT: text, Type.NUMBER: number, Type.MONEY: call, Type.DATE: day}[argument.type]
    if not right:
        wanted = {
            Type.TEXT: "text in single quotes",
            Type.NUMBER: "a number",
            Type.MONEY: "revenue() or purchases()",
            Type.DATE: "a date field, first_purchase() or last_purchase()",
        }
        raise RuleError(
            f"{function.name}(): {argument.name} is {wanted[argument.type]}.",
            fix=f"For example: {function.example}",
        )


def whole(node: exp.Expr, what: str) -> int:
    """A whole number from 0 to a hundred years. Raises RuleError."""
    text = node.name if isinstance(node, exp.Literal) and not node.is_string else ""
    if not text.isdecimal() or not text.isascii() or int(text) > FURTHEST:
        raise RuleError(f"{what} is a whole number from 0 to {FURTHEST}.", fix="Write digits, like 90.")
    return int(text)


def fold(node: exp.Expr, wanted: Type, env: Env) -> Value:
    """The value that a comparison's right side stands for. Raises RuleError."""
    while isinstance(node, exp.Paren):
        node = node.this
    if isinstance(node, exp.Null):
        raise RuleError("nothing equals null.", fix="Write `is null` or `is not null`.")
    if wanted is Type.DATE:
        return _date(node, env)
    if wanted in {Type.NUMBER, Type.MONEY}:
        return _number(node)
    if wanted is Type.TRUTH:
        if isinstance(node, exp.Boolean):
            return bool(node.this)
        raise RuleError(
            "a yes-or-no field is compared with true or false, or stands alone.",
            fix="Write `= true`, or the name by itself.",
        )
    if not (isinstance(node, exp.Literal) and node.is_string):
        raise RuleError("this is compared with text.", fix="Put the text in single quotes.")
    if wanted is Type.STAGE and node.name not in list(Stage):
        raise RuleError(f"there is no stage '{node.name}'.", fix=nearest(node.name, [str(s) for s in Stage]))
    return str(node.name)


def _number(node: exp.Expr) -> Decimal:
    sign = 1
    if isinstance(node, exp.Neg):
        sign, node = -1, node.this
    if isinstance(node, exp.Literal) and not node.is_string:
        try:
            value = Decimal(node.name)
        except InvalidOperation:
            value = Decimal("NaN")
        if value.is_finite() and abs(value) < Decimal(10) ** 15:
            return sign * value
    raise RuleError("this is compared with a number.", fix="Write it without quotes: 1000 or 49.90.")


def _date(node: exp.Expr, env: Env) -> date:
    if isinstance(node, exp.Anonymous) and node.name.lower() == "days_ago":
        back = read_call(node).days() or 0
        try:
            return env.as_of - timedelta(days=back)
        except OverflowError:
            raise RuleError("days_ago() goes back too far.", fix="Write fewer days.") from None
    if isinstance(node, exp.Literal) and node.is_string:
        try:
            return date.fromisoformat(node.name)
        except ValueError:
            pass
    raise RuleError("this is compared with a date.", fix="Write days_ago(90) or '2026-12-01'.")
