"""Dates and names as visitors read them."""

from __future__ import annotations

from datetime import datetime, time

from topmind.catalog.dates import WEEKDAYS, show
from topmind.model import Company, Kind

#: One item, several items.
KIND_WORDS: dict[Kind, tuple[str, str]] = {
    Kind.TIP: ("Tip", "Tips"),
    Kind.ARTICLE: ("Article", "Articles"),
    Kind.EVENT: ("Event", "Events"),
    Kind.PROMOTION: ("Offer", "Offers"),
    Kind.SPOTLIGHT: ("Spotlight", "Spotlights"),
    Kind.EXPERT: ("Expert", "Experts"),
    Kind.TESTIMONIAL: ("Testimonial", "Testimonials"),
}
#: Where clocks are read with am and pm.
TWELVE_HOURS = frozenset({"US", "CA", "AU", "NZ", "PH", "IN"})


def clock(moment: time, country: str | None) -> str:
    """`10:00`, or `10:00 am` where that is how clocks are read."""
    if country not in TWELVE_HOURS:
        return f"{moment:%H:%M}"
    return f"{moment.hour % 12 or 12}:{moment:%M}\N{NO-BREAK SPACE}{'am' if moment.hour < 12 else 'pm'}"


def event_time(begins: datetime, ends: datetime | None, company: Company) -> str:
    """`Saturday, 12 December 2026, 10:00 am to 2:00 pm`, in the event's own local time."""
    start = f"{WEEKDAYS[begins.weekday()]}, {show(begins.date())}, {clock(begins.timetz(), company.country)}"
    if ends is None:
        return start
    end = clock(ends.timetz(), company.country)
    if ends.date() == begins.date():
        return f"{start} to {end}"
    return f"{start} to {WEEKDAYS[ends.weekday()]}, {show(ends.date())}, {end}"


def plain_address(href: str) -> str:
    """`example.com/visit` for a link that is its own text."""
    return href.split("://", 1)[-1].removeprefix("www.").rstrip("/")
