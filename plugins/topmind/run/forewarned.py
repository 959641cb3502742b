"""What the rules will do to the issues, announcements and promotions of the coming weeks: told by `check`, while
somebody is still writing."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import timedelta

from topmind.model import Ahead, Level, Occasion, Offer, Problem, Reason, SourceKind
from topmind.report.last_plan import file_of
from topmind.report.outlook_words import enough
from topmind.run.decide import Decided

#: Days ahead.
LOOK = 30
#: Worth a finding where it holds for at least this share of those it is for.
SHARE = 0.5


def forewarnings(decided: Decided) -> Iterator[Problem]:
    """Findings about the plan's outlook, where it has one. Counts only."""
    plan = decided.plan
    if plan.outlook is None:
        return
    until = plan.as_of + timedelta(days=LOOK)
    for row in plan.outlook.ahead:
        occasion = plan.occasions[row.occasion]
        if plan.as_of <= occasion.day <= until:
            yield from _occasion(decided, occasion, row)
    for offer in plan.outlook.offers:
        early = sum(offer.short.values())
        if early >= max(SHARE * offer.asked, 1) and offer.goes < SHARE * offer.asked:
            yield _offer(decided, offer)


def _occasion(decided: Decided, occasion: Occasion, row: Ahead) -> Iterator[Problem]:
    catalog = decided.project.catalog
    day = catalog.company.dates.month_day(occasion.day)
    path = file_of(catalog, occasion.kind, occasion.source, occasion.step, occasion.day)

    def found(rule: str, count: int, says: str, fix: str) -> Iterator[Problem]:
        if count >= max(SHARE * row.asked, 1):
            says = f"{occasion.name} on {day}: {count} of {row.asked} {says}"
            yield Problem(rule=rule, level=Level.WARNING, path=path, line=0, says=says, fix=fix)

    for reason, count in row.held.items():
        if reason is Reason.BLACKOUT and occasion.kind is SourceKind.ISSUE:
            continue  # `planning/blackout` says it of each issue, contacts or none
        if reason in _WORDS:
            rule, says, fix = _WORDS[reason]
            yield from found(rule, count, says, fix.format(items=_items(row.short)))


#: Reason → rule, what it does, what to do.
_WORDS: Mapping[Reason, tuple[str, str, str]] = {
    Reason.RATIO: (
        "plan/ratio",
        "would be held by the ratio.",
        "Send {items} first, or send it later.",
    ),
    Reason.ONLY_PROMOTIONS: (
        "plan/only-offers",
        "would get offers alone, so it is held for them.",
        "Write something of value for its slots.",
    ),
    Reason.NOTHING_NEW: (
        "plan/nothing-new",
        "have had everything that fits its slots.",
        "Write something new for them.",
    ),
    Reason.GAP: (
        "plan/gap",
        "would get it too soon after the touch before it.",
        "Move one of the two, give it some days of `grace`, or write a shorter `gap`.",
    ),
    Reason.CEILING_ALL: (
        "plan/ceiling",
        "will have had as many touches as `at_most` allows, or as leave room for their floor.",
        "Send less before it, move it, or allow more under `at_most`.",
    ),
    Reason.CEILING_CHANNEL: (
        "plan/ceiling",
        "will have had as many mails as `at_most` allows, or as leave room for their floor.",
        "Send less before it, move it, or allow more under `at_most`.",
    ),
    Reason.LOST_TO: (
        "plan/lost",
        "get something more urgent that day, and have one touch a day.",
        "Choose another day, or give it some days of `grace`.",
    ),
    Reason.BLACKOUT: (
        "plan/blackout",
        "would not get it: it is a day on which nothing goes.",
        "Choose another day, or give it some days of `grace`.",
    ),
    Reason.QUIET: (
        "plan/quiet",
        "would not get it: quiet hours have begun by then.",
        "Choose an earlier time.",
    ),
    Reason.PAUSED: (
        "plan/paused",
        "have asked for a pause.",
        "Nothing is to be done; who comes back later may get it with more days of `grace`.",
    ),
}


def _offer(decided: Decided, offer: Offer) -> Problem:
    early = sum(offer.short.values())
    return Problem(
        rule="plan/offer-early",
        level=Level.WARNING,
        path=decided.project.catalog.items[offer.item].path,
        line=0,
        says=f"{early} of {offer.asked} have had too little of value for this offer so far; "
        f"in the next {LOOK} days it goes to {offer.goes}.",
        fix=f"Send {_items(offer.short)} first, or let it begin later.",
    )


def _items(short: Mapping[int, int]) -> str:
    """`2 value items`."""
    count = enough(short)
    return f"{count} value item{'' if count == 1 else 's'}"
