"""What one contact got, and why: the story that `topmind why` tells, as values for the pages."""

from __future__ import annotations

from typing import Any

from topmind.desk.preview_pages import Link
from topmind.model import Catalog, PastTouch, Verdict
from topmind.report.feedback_words import heard_of
from topmind.report.reasons import reason_words
from topmind.report.touch_words import state_words
from topmind.run import why_words
from topmind.run.preview.gone import touch_title
from topmind.run.story import Story, promised, standing

#: Touches that are listed at once; older ones are folded away.
FIRST = 20


def past(story: Story, catalog: Catalog, key: str, link: Link) -> dict[str, Any]:
    """How they stand, what is held from them today, and every touch, the newest first."""

    def told(theirs: bool) -> list[dict[str, str]]:
        return [
            {"title": occasion.title, "words": why_words.held(story.now, occasion, decision)}
            for occasion, decision in story.now.decisions
            if (decision.verdict is not Verdict.NOT_FOR_THEM) is theirs
        ]

    return {
        "standing": [*standing(story), *promised(story)],
        "last_valuable": story.now.last_valuable,
        "held": told(True),
        "others": told(False),
        "touches": [
            {
                **_touch(one, catalog),
                "href": link(f"preview/contact/{key}/{one.wire(story.ledger)}/"),
            }
            for one in reversed(story.touches)
        ],
        "first": FIRST,
    }


def find(story: Story, wire: str) -> PastTouch | None:
    """The touch of this name in an address."""
    return next((one for one in story.touches if one.wire(story.ledger) == wire), None)


def touch_page(story: Story, touch: PastTouch, catalog: Catalog) -> dict[str, Any]:
    """One touch with all that explains it. `story`: of its occasion alone."""
    wire = touch.wire(story.ledger)
    return {
        "touch": _touch(touch, catalog),
        "command": f"topmind why {story.person.contact} {touch.key.name}",
        "items": [
            catalog.items[name].title if name in catalog.items else name
            for name in (*touch.items, *touch.shown)
        ],
        "heard": [heard_of(one) for one in story.heard.get(wire, ())],
        "standing": list(standing(story)),
        "promised": list(promised(story)),
        "segments": story.now.segments,
        # the outbox calls its files by the touch: nothing personal in an address
        "mail": story.mails.get(wire, "").rpartition("/")[2],
    }


def _touch(touch: PastTouch, catalog: Catalog) -> dict[str, Any]:
    return {
        "title": touch_title(catalog, touch),
        "day": touch.day,
        "channel": touch.key.channel.value,
        "state": state_words(touch),
        "why": reason_words(touch),
    }
