"""Personal codes mean the same wherever they stand, and are still good when they are given."""

from __future__ import annotations

from collections.abc import Iterator

from topmind.catalog.coupons import bodies, personal_codes
from topmind.checks.facts import Facts
from topmind.checks.rule import Rule, Sees
from topmind.checks.written import numbered
from topmind.model import Body, Level, PersonalCode, Problem

TWO_WAYS = Rule(
    id="coupons/two-ways",
    level=Level.WARNING,
    finds="a code that is personal in one text and common in another",
    example="/// coupon | THANKS25",
    sees=Sees.LINE,
)
TWO_ENDS = Rule(
    id="coupons/two-ends",
    level=Level.WARNING,
    finds="a personal code that ends on two different days",
    example="/// coupon | THANKS25, personal, 30 days",
)
OVER = Rule(
    id="coupons/over",
    level=Level.WARNING,
    finds="a personal code whose last day is over",
    example="/// coupon | MAY, personal, until 2026-05-31",
    sees=Sees.LINE,
)


def same_everywhere(facts: Facts) -> Iterator[Problem]:
    """A code that is personal in one text is so in all; how long it is good is said once."""
    own = personal_codes(facts.catalog)
    for body in bodies(facts.catalog):
        written = {one.code: one for one in body.personal}
        for code in body.coupons:
            rule = own.get(code)
            if rule is None or rule.path in facts.unread.texts:
                continue
            here = written.get(code)
            if here is None and not rule.item:
                yield _finding(
                    TWO_WAYS,
                    body,
                    code,
                    f"{code} stands here as a common code, but it is personal in {rule.path}: everybody gets their own.",
                    f"Write `/// coupon | {code}, personal`, or take another word for one of them.",
                )
            elif here is not None and (here.days, here.until) != (rule.days, rule.until) and _says_end(here):
                yield _finding(
                    TWO_ENDS,
                    body,
                    code,
                    f"How long {code} is good is said differently in {rule.path}, and that holds.",
                    "Say it the same way, or take another word for one of them.",
                )


def over(facts: Facts) -> Iterator[Problem]:
    """A text gives no code whose last day is over."""
    for body in bodies(facts.catalog):
        for one in body.personal:
            if one.until is not None and one.until < facts.catalog.as_of:
                yield _finding(
                    OVER,
                    body,
                    one.code,
                    f"{one.code} was good until {one.until}: whoever gets it now cannot use it.",
                    f"Write a later day, or a length: `/// coupon | {one.code}, personal, 60 days`.",
                )


def _says_end(one: PersonalCode) -> bool:
    return one.days is not None or one.until is not None


def _finding(rule: Rule, body: Body, code: str, says: str, fix: str) -> Problem:
    line = next((n for n, text in numbered(body) if text.lstrip().startswith("///") and code in text), 0)
    return rule.at(body.path, line, says=says, fix=fix)
