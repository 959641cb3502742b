"""Names as visitors read them."""

from __future__ import annotations

from topmind.model import Kind

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


def plain_address(href: str) -> str:
    """`example.com/visit` for a link that is its own text."""
    return href.split("://", 1)[-1].removeprefix("www.").rstrip("/")
