"""What the pages write down: one flat entry per wish of a person, folded into the ledger by the next run."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Protocol

import nh3

from topmind.model import LinkContext

#: Longest comment that is kept, in characters.
COMMENT_LIMIT = 1000
#: Days a person may choose to hear nothing.
PAUSES = (30, 90)


class Inbox(Protocol):
    """Where entries go. `ledger.inbox.FolderInbox` is the embedded one."""

    def put(self, entry: Mapping[str, str]) -> object:
        """Keep the entry for good: it must survive a power cut once this returns. Raises where it cannot."""
        ...


def opt_out(context: LinkContext, now: datetime) -> dict[str, str]:
    """No more newsletters and offers at all."""
    return _entry("opt_out", context, "", now)


def topic(context: LinkContext, name: str, *, wanted: bool, now: datetime) -> dict[str, str]:
    """One topic on or off; value = topic id."""
    return _entry("topic_on" if wanted else "topic_off", context, name, now)


def pause(context: LinkContext, days: int, now: datetime) -> dict[str, str]:
    """Nothing before a day; value = that day as ISO text (UTC)."""
    return _entry("pause", context, (now + timedelta(days=days)).date().isoformat(), now)


def answer(context: LinkContext, comment: str, now: datetime) -> dict[str, str]:
    """The answer of the link in words (`not-happy` → `not happy`); `comment` is safe HTML text, where given."""
    entry = _entry("answer", context, in_words(context), now)
    cleaned = clean(comment)
    return {**entry, "comment": cleaned} if cleaned else entry


def task(context: LinkContext, comment: str, now: datetime) -> dict[str, str]:
    """What a representative says became of a task; else as `answer`."""
    return {**answer(context, comment, now), "kind": "task"}


def in_words(context: LinkContext) -> str:
    """The answer of a link as people read it."""
    return context.extra["answer"].replace("-", " ")


def about(context: LinkContext) -> str:
    """What a task is, by its link: `call “90-day check-in”, by Thursday, 3 December 2026`; "" for a link of old.

    Nothing of the person: whoever has the mail has the number, and beside it there the name.
    """
    channel, title = context.extra.get("channel", ""), context.extra.get("title", "")
    if not channel:
        return ""
    what = f"{channel} “{title}”" if title else channel
    try:
        day = date.fromisoformat(context.extra.get("day", ""))
    except ValueError:
        return what
    return f"{what}, by {day:%A}, {day.day} {day:%B %Y}"


def clean(comment: str) -> str:
    """A comment without markup and control characters, at most COMMENT_LIMIT characters before escaping.

    What strangers type is hostile until cleaned; `&` and `<` stay escaped, so that it may stand in a page.
    """
    text = "".join(c for c in comment if c.isprintable() or c in "\n\t")
    return nh3.clean(re.sub(r"\n{3,}", "\n\n", text.strip())[:COMMENT_LIMIT], tags=set()).strip()


def _entry(kind: str, context: LinkContext, value: str, now: datetime) -> dict[str, str]:
    if now.tzinfo is None:
        raise ValueError("an entry needs an aware moment")
    return {
        "kind": kind,
        "contact": context.contact,
        "touch": context.touch_hex,
        "value": value,
        "at": now.isoformat(timespec="seconds"),
    }
