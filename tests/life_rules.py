"""What one new touch may not be, given all that counts before it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import timedelta

from life_project import RATIO
from life_promises import CORRECTION, LETTERS, Terms, Touch, a_year_before
from topmind.model import PastTouch


def broken_rules(
    touch: Touch, before: Sequence[PastTouch], theirs: Iterable[PastTouch], terms: Terms
) -> Iterator[str]:
    """Gap, siblings, ceilings, ratio, never twice, each in words; `theirs`: what came to the same inbox for others."""
    if not touch.reply:
        yield from _spacing(touch, before, terms)
        yield from _ceilings(touch, before, terms)
    # a step with a coupon answers to a deed of the contact and needs no credit
    if touch.promotions and touch.key.step is None and credit(before) + touch.value < RATIO:
        yield f"an offer on a credit of {credit(before)}"
    yield from _never_twice(touch, (*before, *theirs))


def _spacing(touch: Touch, before: Sequence[PastTouch], terms: Terms) -> Iterator[str]:
    gap = 1 if touch.key.source == CORRECTION else terms.gap
    for t in before:
        days = abs((touch.day - t.day).days)
        if days < gap:
            yield f"{days} days after {t.key}"
        if days < 7 and touch.key.source in LETTERS and t.key.source in LETTERS:
            yield f"{days} days after its sibling {t.key}"


def _ceilings(touch: Touch, before: Sequence[PastTouch], terms: Terms) -> Iterator[str]:
    for (channel, days), most in terms.ceilings.items():
        if channel not in {None, touch.key.channel}:
            continue
        window = timedelta(days=days)
        same = [t for t in before if channel in {None, t.key.channel}]
        if sum(timedelta() <= touch.day - t.day < window for t in same) >= most:
            yield f"one more than {most} in {days} days"


def credit(before: Iterable[PastTouch]) -> int:
    """Value items add one each up to twice the ratio, an offer costs the ratio."""
    found = 0
    for t in before:
        found = max(min(found + t.value, 2 * RATIO) - RATIO * t.promotions, -2 * RATIO)
    return found


def _never_twice(touch: Touch, before: Iterable[PastTouch]) -> Iterator[str]:
    fresh = a_year_before(touch.day)
    for t in before:
        for item in set(touch.items) & {*t.items, *t.shown}:
            own = t.key.source == item == touch.key.source
            if not own and (t.day > fresh or not item.startswith("tips/")):
                yield f"{item} again, after {t.key} on {t.day}"
