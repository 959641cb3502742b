"""`for: NEWSLETTER DAY`: a pinned item is kept from all other slots until then, so it must have one there."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from datetime import date

from topmind.checks.facts import Facts
from topmind.checks.offers import why
from topmind.checks.rule import Rule, Sees
from topmind.model import Item, Level, Newsletter, Problem, Slot, Status, Where
from topmind.planning.items import preference

PIN_TO_NOTHING = Rule(
    id="offers/pin-to-nothing",
    level=Level.ERROR,
    finds="an item kept for a newsletter that is not there",
    example="for: tusday-fix 2026-12-08",
    sees=Sees.LINE,
)
DRAFT_PIN = Rule(
    id="offers/draft-pin",
    level=Level.WARNING,
    finds="a draft that is kept for an issue",
    example="status: draft",
    sees=Sees.FILE,
)
EXPIRED_PIN = Rule(
    id="offers/expired-pin",
    level=Level.ERROR,
    finds="an item kept for an issue that appears after its end",
    example="for: tuesday-fix 2027-02-02",
    sees=Sees.FILE,
)
PIN_WITHOUT_PLACE = Rule(
    id="offers/pin-without-place",
    level=Level.WARNING,
    finds="an item kept for an issue that has no slot for it",
    example="for: tuesday-fix 2026-12-08",
    sees=Sees.FILE,
)


#: (newsletter, day).
_Issue = tuple[str, date]


def pins(facts: Facts) -> Iterator[Problem]:
    """A pin names a newsletter that exists, and a day on which the item is live; a draft is still being written."""
    for item, name, day in _coming(facts):
        line = facts.line(item.path, "for")
        if name not in facts.catalog.newsletters and name in facts.unread.newsletters:
            continue
        if name not in facts.catalog.newsletters:
            yield PIN_TO_NOTHING.at(
                item.path,
                line,
                says=f"There is no newsletter {name!r}.",
                fix=f"Known: {', '.join(sorted(facts.catalog.newsletters)) or 'none yet'}.",
            )
        elif not item.live(day):
            draft = item.status is Status.DRAFT
            yield (DRAFT_PIN if draft else EXPIRED_PIN).at(
                item.path,
                line,
                says=f"It is for {name} of {day}, but {why(item)}.",
                fix="Take out the line `status: draft` when it is ready."
                if draft
                else "Change the day of `for`, or the dates of the offer.",
            )


def places(facts: Facts) -> Iterator[Problem]:
    """The issue has a slot for each item that is pinned to it."""
    pinned: dict[_Issue, list[Item]] = defaultdict(list)
    for item, name, day in _coming(facts):
        letter = facts.catalog.newsletters.get(name)
        if letter is not None and item.live(day) and facts.unread.sound(letter.path):
            pinned[name, day].append(item)
    for (name, day), items in sorted(pinned.items()):
        slots = _slots(facts.catalog.newsletters[name], day)
        for item in items:
            says, fix = _unplaced(item, items, slots)
            if says:
                yield PIN_WITHOUT_PLACE.at(
                    item.path,
                    facts.line(item.path, "for"),
                    says=f"It is for {name} of {day}, {says}, so that issue goes without it.",
                    fix=fix,
                )


def _coming(facts: Facts) -> Iterator[tuple[Item, str, date]]:
    for item in facts.catalog.items.values():
        for name, day in item.pins:
            if day >= facts.catalog.as_of:
                yield item, name, day


def _slots(letter: Newsletter, day: date) -> Sequence[Slot]:
    """Those of the issue, also where it was moved from the day that is named."""
    moved = next((issue.day for issue in letter.issues.values() if issue.was == day), day)
    return letter.slots(moved)


def _unplaced(item: Item, pinned: Sequence[Item], slots: Sequence[Slot]) -> tuple[str, str]:
    """Why no slot takes the item, and what to write; ("", "") = one does."""
    kind = item.kind.value
    if Where.EMAIL not in item.where:
        return "but it is not for mail", "Write `where: [site, email]`."
    if not any(item.kind in slot.kinds for slot in slots):
        article = "an" if kind[0] in "aeiou" else "a"
        return f"which has no slot for {article} {kind}", f"Add a line to that issue: /// slot | 1 {kind}"
    rivals = sorted((other for other in pinned if _same_readers(item, other)), key=preference)
    if item.id in _filled(rivals, slots):
        return "", ""
    others = ", ".join(other.id for other in rivals if other is not item)
    return (
        f"and so is {others}: there are not slots enough",
        "Pin one of them to another issue, or add a slot.",
    )


def _same_readers(one: Item, other: Item) -> bool:
    """Whether somebody may be meant by both."""
    return not one.segments or not other.segments or bool(one.segments & other.segments)


def _filled(items: Sequence[Item], slots: Sequence[Slot]) -> set[str]:
    """Items that find a place, the preferred ones first; who has one gives it up only for another."""
    seats = [slot for slot in slots for _ in range(slot.count)]
    holder: dict[int, Item] = {}

    def seat(item: Item, tried: set[int]) -> bool:
        for number, slot in enumerate(seats):
            if item.kind in slot.kinds and number not in tried:
                tried.add(number)
                if number not in holder or seat(holder[number], tried):
                    holder[number] = item
                    return True
        return False

    for item in items:
        seat(item, set())
    return {item.id for item in holder.values()}
