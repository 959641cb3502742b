"""Every issue that will go out has something in it, more of value than it sells, and an item that is kept for one
finds it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from topmind.checks.facts import Facts
from topmind.checks.rule import Rule, Sees
from topmind.model import Body, Item, Kind, Level, Problem, Slot, Where

PIN_BESIDE_ISSUE = Rule(
    id="issues/pin-beside-issue",
    level=Level.ERROR,
    finds="an item kept for a day on which the newsletter does not appear",
    example="for: tuesday-fix 2026-12-02",
    needs="dates",
    sees=Sees.FILE,
)
RATIO = Rule(
    id="issues/ratio",
    level=Level.WARNING,
    finds="an issue with more promotions than value items",
    example="/// slot | 2 promotions",
    sees=Sees.FILE,
)
NEEDS_PROMOTION = Rule(
    id="issues/needs-promotion",
    level=Level.WARNING,
    finds="an issue that demands a promotion and brings less of value than one costs",
    example="/// slot | 1 promotion",
    sees=Sees.FILE,
)
WITHOUT_CONTENT = Rule(
    id="issues/without-content",
    level=Level.ERROR,
    finds="a coming issue with a slot that nothing can fill",
    example="/// slot | 3 events",
)


def dates(facts: Facts) -> Iterator[Problem]:
    """A pin stands on a day on which the newsletter appears (as far as its calendar is known); a dated file is the
    planner's matter."""
    if facts.dates is None:
        return
    for newsletter in facts.catalog.newsletters.values():
        known = facts.dates.get(newsletter.id, ())
        if not known:
            continue
        fix = f"Next: {', '.join(str(day) for day in known[:5])}."
        for item in facts.catalog.items.values():
            for name, day in item.pins:
                if name == newsletter.id and known[0] <= day <= known[-1] and day not in known:
                    yield PIN_BESIDE_ISSUE.at(
                        item.path,
                        facts.line(item.path, "for"),
                        says=f"{name} does not appear on {day} ({newsletter.every}).",
                        fix=fix,
                    )


def content(facts: Facts) -> Iterator[Problem]:
    """For each coming issue: every required slot has as many live items as it asks for.

    Only the first issue that lacks something is named, once per slot.
    """
    for newsletter in facts.catalog.newsletters.values():
        days = {day for day in newsletter.issues if day >= facts.catalog.as_of}
        if facts.dates is not None:
            days.update(facts.dates.get(newsletter.id, ())[:5])
        told: set[tuple[str, int]] = set()
        for day in sorted(days):
            issue = newsletter.issues.get(day)
            path = issue.path if issue and issue.body else newsletter.path
            for slot in newsletter.slots(day):
                if slot.optional or (path, slot.index) in told:
                    continue
                there = sum(_fits(item, slot, day) for item in facts.catalog.items.values())
                if there < slot.count:
                    told.add((path, slot.index))
                    kinds = " or ".join(sorted(kind.value for kind in slot.kinds))
                    yield WITHOUT_CONTENT.at(
                        path,
                        slot.line,
                        says=f"The issue of {day} asks for {slot.count} × {kinds}; there is {there or 'none'}.",
                        fix="Write one, or make the slot optional.",
                    )


def ratio(facts: Facts) -> Iterator[Problem]:
    """An issue brings at least as many value items as promotions, and one that asks for promotions says for whom they
    are: each costs its reader as many value items as `value_per_promotion` says."""
    for newsletter in facts.catalog.newsletters.values():
        layouts: list[tuple[str, Body]] = [(newsletter.path, newsletter.body)]
        layouts += [
            (issue.path, issue.body)
            for day, issue in newsletter.issues.items()
            if issue.body is not None and day >= facts.catalog.as_of
        ]
        for path, body in layouts:
            yield from _ratio(facts, path, body)


def _ratio(facts: Facts, path: str, body: Body) -> Iterator[Problem]:
    if any(_doubtful(facts, name) for name, _ in body.refs):
        return
    named = [facts.catalog.items[name] for name, _ in body.refs if name in facts.catalog.items]
    sells = [slot for slot in body.slots if slot.kinds <= {Kind.PROMOTION}]
    promotions = sum(slot.count for slot in sells) + sum(not item.is_value for item in named)
    value = sum(slot.count for slot in body.slots if slot.value_only) + sum(item.is_value for item in named)
    least = facts.catalog.company.promise.value_per_promotion or 0
    line = next((slot.line for slot in sells), body.line)
    if promotions > value > 0:
        yield RATIO.at(
            path,
            line,
            says=f"It has room for {promotions} promotion{'s' if promotions != 1 else ''} and for {value} of value.",
            fix="Give it as many slots for value items: what sells is held back from whoever had too little of value.",
        )
    needed = [slot for slot in sells if not slot.optional]
    if needed and value < least:
        yield NEEDS_PROMOTION.at(
            path,
            needed[0].line,
            says=f"Nobody gets it who has had fewer than {least} value items since the last promotion: it demands one.",
            fix="Write `, optional` after the slot: then it goes without.",
        )


def _doubtful(facts: Facts, name: str) -> bool:
    """Whether an item is there, and nobody knows what it is."""
    item = facts.catalog.items.get(name)
    return name in facts.unread.items if item is None else item.path in facts.unread.heads


def _fits(item: Item, slot: Slot, day: date) -> bool:
    """Whether an item could fill a slot on a day for anybody at all."""
    return (
        item.kind in slot.kinds
        and Where.EMAIL in item.where
        and item.live(day)
        and not item.correction
        and not any(send.day >= day for send in item.sends)  # announced items wait for their own day
    )
