"""What the rules will do to the issues, announcements and promotions of the coming weeks: told by `check`, while
somebody is still writing."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import timedelta

from topmind.model import Ahead, Level, Occasion, Offer, Problem, Reason
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

    yield from found(
        "plan/ratio",
        row.held.get(Reason.RATIO, 0),
        "would be held by the ratio.",
        f"Send {_items(row.short)} first, or send it later.",
    )
    yield from found(
        "plan/only-offers",
        row.held.get(Reason.ONLY_PROMOTIONS, 0),
        "would get offers alone, so it is held for them.",
        "Write something of value for its slots.",
    )
    yield from found(
        "plan/nothing-new",
        row.held.get(Reason.NOTHING_NEW, 0),
        "have had everything that fits its slots.",
        "Write something new for them.",
    )


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
