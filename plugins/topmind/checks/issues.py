"""Every issue that will go out has something in it, and every dated file belongs to an issue."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from topmind.checks.facts import Facts, problem
from topmind.model import Item, Level, Problem, Slot, Where


def dates(facts: Facts) -> Iterator[Problem]:
    """A dated file and a pin stand on a day on which the newsletter appears (as far as its calendar is known)."""
    if facts.dates is None:
        return
    for newsletter in facts.catalog.newsletters.values():
        known = facts.dates.get(newsletter.id, ())
        if not known:
            continue
        fix = f"Next: {', '.join(str(day) for day in known[:5])}."
        for issue in newsletter.issues.values():
            moved = issue.was is not None
            if known[0] <= issue.day <= known[-1] and issue.day not in known and not moved:
                yield problem(
                    "issues/no-such-date",
                    Level.ERROR,
                    issue.path,
                    says=f"{newsletter.id} does not appear on {issue.day} ({newsletter.every}).",
                    fix=f"{fix} A moved issue says `was: DAY`.",
                )
        for item in facts.catalog.items.values():
            for name, day in item.pins:
                if name == newsletter.id and known[0] <= day <= known[-1] and day not in known:
                    yield problem(
                        "issues/pin-beside-issue",
                        Level.ERROR,
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
                    yield problem(
                        "issues/without-content",
                        Level.ERROR,
                        path,
                        slot.line,
                        says=f"The issue of {day} asks for {slot.count} × {kinds}; there is {there or 'none'}.",
                        fix="Write one, or make the slot optional.",
                    )


def _fits(item: Item, slot: Slot, day: date) -> bool:
    """Whether an item could fill a slot on a day for anybody at all."""
    return (
        item.kind in slot.kinds
        and Where.EMAIL in item.where
        and item.live(day)
        and not item.correction
        and not any(send.day >= day for send in item.sends)  # announced items wait for their own day
    )
