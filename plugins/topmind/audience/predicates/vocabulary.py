"""Every word a rule may use: one table, from which errors and the page of the docs are made."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Type(StrEnum):
    """What a word gives."""

    TRUTH = "yes or no"
    TEXT = "text"
    NUMBER = "number"
    MONEY = "money"
    DATE = "date"
    STAGE = "stage"


@dataclass(frozen=True, slots=True, kw_only=True)
class Argument:
    """One argument of a function."""

    name: str
    type: Type
    #: Named with `=>`, else by position.
    named: bool = False
    optional: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Function:
    """One function of the language."""

    name: str
    gives: Type
    args: tuple[Argument, ...] = ()
    #: For the docs: a sentence and a rule that uses it.
    says: str
    example: str


_DAYS = Argument(name="days", type=Type.NUMBER, named=True, optional=True)


def _text(name: str, *, optional: bool = False) -> Argument:
    return Argument(name=name, type=Type.TEXT, optional=optional)


def _number(name: str) -> Argument:
    return Argument(name=name, type=Type.NUMBER)


_ALL = (
    Function(
        name="purchases",
        gives=Type.NUMBER,
        args=(_DAYS,),
        says="How many purchases, ever or in the last days; 0 for who never bought.",
        example="purchases(days => 365) >= 2",
    ),
    Function(
        name="revenue",
        gives=Type.MONEY,
        args=(_DAYS,),
        says="The sum of purchases, ever or in the last days; 0 for who never bought.",
        example="revenue(days => 365) > 1000",
    ),
    Function(
        name="first_purchase",
        gives=Type.DATE,
        says="Day of the first purchase; no comparison holds for who never bought.",
        example="first_purchase() >= days_ago(90)",
    ),
    Function(
        name="last_purchase",
        gives=Type.DATE,
        says="Day of the last purchase; no comparison holds for who never bought.",
        example="last_purchase() < days_ago(180)",
    ),
    Function(
        name="bought",
        gives=Type.TRUTH,
        args=(_text("item", optional=True), _DAYS),
        says="Bought this (any of the item columns, small and capital letters alike), or anything.",
        example="bought('roof', days => 365)",
    ),
    Function(
        name="did",
        gives=Type.TRUTH,
        args=(_text("what"), _DAYS),
        says="Did this, as the activities say.",
        example="did('click', days => 30)",
    ),
    Function(
        name="got",
        gives=Type.TRUTH,
        args=(_text("what"),),
        says="Received an item, an issue by its date, a step, the n-th send of an item, or anything of a newsletter.",
        example="not got('tuesday-fix/2026-12-01')",
    ),
    Function(
        name="last_touch",
        gives=Type.DATE,
        says="Day of the last touch that reached them, on any channel.",
        example="last_touch() < days_ago(30)",
    ),
    Function(
        name="touches",
        gives=Type.NUMBER,
        args=(_text("channel", optional=True), _DAYS),
        says="How many touches reached them, on one channel or all.",
        example="touches('call', days => 90) = 0",
    ),
    Function(
        name="answered",
        gives=Type.TRUTH,
        args=(_text("step"), _text("word", optional=True), _DAYS),
        says="Answered a step's question, with this word or any.",
        example="not answered('check-in', 'not happy')",
    ),
    Function(
        name="marked",
        gives=Type.TRUTH,
        args=(_text("mark"),),
        says="Carries a mark that somebody of us gave.",
        example="marked('vip')",
    ),
    Function(
        name="redeemed",
        gives=Type.TRUTH,
        args=(_text("code"), _DAYS),
        says="Handed in their personal code made from this one, as `topmind coupons redeemed` was told.",
        example="not redeemed('THANKS25')",
    ),
    Function(
        name="birthday_in",
        gives=Type.TRUTH,
        args=(_number("days"),),
        says="Has a birthday (the date field `birthday`) today or in the next days; 29 February counts as 28.",
        example="birthday_in(7)",
    ),
    Function(
        name="anniversary_in",
        gives=Type.TRUTH,
        args=(_number("days"), Argument(name="of", type=Type.DATE, named=True)),
        says="A year or several after a day (a date field, first_purchase() or last_purchase()), today or in the next days.",
        example="anniversary_in(7, of => first_purchase())",
    ),
    Function(
        name="in_top",
        gives=Type.TRUTH,
        args=(_number("count"), Argument(name="by", type=Type.MONEY, named=True)),
        says="Among the first so many by revenue or purchases; equal ones in the order of their ids.",
        example="in_top(100, by => revenue(days => 365))",
    ),
    Function(
        name="percentile",
        gives=Type.NUMBER,
        args=(Argument(name="by", type=Type.MONEY, named=True),),
        says="Of 100 who have any revenue or purchases, how many rank below, 0 to 99; 0 for who has none.",
        example="percentile(by => revenue(days => 365)) >= 90",
    ),
    Function(
        name="stage_since",
        gives=Type.DATE,
        says="Day of the last move to another stage; no comparison holds for who never moved while we kept the log.",
        example="stage_since() < days_ago(60)",
    ),
    Function(
        name="moved_back",
        gives=Type.TRUTH,
        args=(_DAYS,),
        says="Moved to an earlier stage, ever or in the last days.",
        example="moved_back(days => 90)",
    ),
    Function(
        name="in_segment",
        gives=Type.TRUTH,
        args=(_text("segment"),),
        says="Belongs to another segment.",
        example="not in_segment('top-100')",
    ),
    Function(
        name="days_ago",
        gives=Type.DATE,
        args=(_number("days"),),
        says="The day so many days before today; only in a comparison.",
        example="last_purchase() < days_ago(90)",
    ),
)
#: Name → function.
FUNCTIONS = {function.name: function for function in _ALL}
#: Words for what contacts are, whatever `[fields.…]` declares.
BUILT_IN = {"stage": Type.STAGE, "zone": Type.TEXT, "language": Type.TEXT, "since": Type.DATE}
#: Type of a declared field → type of the word.
FIELD_TYPES = {
    "text": Type.TEXT,
    "number": Type.NUMBER,
    "money": Type.MONEY,
    "date": Type.DATE,
    "flag": Type.TRUTH,
}
