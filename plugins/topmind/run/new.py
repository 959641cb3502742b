"""Templates for `topmind new`: a file that passes `topmind check` and says what to write where."""

from __future__ import annotations

import re
import unicodedata
from datetime import date, timedelta
from pathlib import Path

from topmind.errors import UsageError

ITEMS = {
    "tip": "---\ntitle: {title}\ntags: \n---\nOne thing your reader can do this week, in five sentences.\n\n"
    "1. First step.\n2. Second step.\n\n/// callout | When to call us\nWhen it is more than a ladder and an hour.\n"
    "///\n",
    "article": "---\ntitle: {title}\nsummary: One sentence that makes a neighbour want to read on.\ntags: \n---\n"
    "Start with what the reader gains.\n\n## What to look for\n\nConcrete signs, in plain words.\n",
    "promotion": "---\ntitle: {title}\noffer: 10 % off\ncode: CODE10\nstarts: {day}\nends: {month}\n"
    "terms: One per household, not together with other offers.\n---\nWhat they get, until when, and how to "
    "book it.\n\n/// coupon | CODE10\n",
    "event": "---\ntitle: {title}\nbegins: {week} 18:30\nends: {week} 20:00\nlocation: 14 Wharf Street\n---\n"
    "What happens, for whom, what to bring.\n",
    "spotlight": "---\ntitle: {title}\nbusiness: Name of the business\nlink: https://partner.example\n---\n"
    "Why we send our own customers there.\n",
    "testimonial": "---\ntitle: {title}\nperson: Anna K.\npermission: yes\n---\nTheir own words, unpolished.\n",
    "expert": "---\ntitle: {title}\nfield: What they know better than anybody\nlink: https://expert.example\n---\n"
    "What we learned from them.\n",
}

SEGMENT = """---
title: {title}
who:
  - stage = 'interest'
at_least: 1 valuable touch every 30 days
---
Who they are, and what they need from us.
"""

NEWSLETTER = """---
title: {title}
every: Tuesday at 09:00
subject: {{{{ first_name | default: "Hello" }}}}, one thing for this week
---
A line of your own, from person to person.

/// slot | 1 value item

/// slot | 1 promotion, optional
"""

ISSUE = """---
subject: {title}
---
What is special about this issue, in two sentences.

/// slot | 1 value item

/// slot | 1 promotion, optional
"""

CORRECTION = """---
title: {title}
correction: yes
where: email
send: {day}
---
We made a mistake. Here is what is right.
"""

#: Everything `topmind new` can write.
KINDS = (*ITEMS, "correction", "issue", "newsletter", "segment")


def slug_of(title: str) -> str:
    """`Clean your gutters` → `clean-your-gutters`: ASCII, lower case, hyphens."""
    ascii_ = unicodedata.normalize("NFKD", title).encode("ascii", "ignore").decode()
    return re.sub(r"[^a-z0-9]+", "-", ascii_.lower()).strip("-") or "untitled"


def path_and_text(kind: str, title: str, day: date, name: str = "") -> tuple[str, str]:
    """Path below the project and text of a new file.

    `name` is the newsletter of an issue. Raises UsageError for an unknown kind.
    """
    words = {
        "title": title,
        "day": day.isoformat(),
        "week": (day + timedelta(days=14)).isoformat(),
        "month": (day + timedelta(days=30)).isoformat(),
    }
    slug = slug_of(title)
    if kind in ITEMS:
        return f"content/{kind}s/{day}-{slug}.md", ITEMS[kind].format(**words)
    if kind == "correction":
        return f"content/articles/{day}-{slug}.md", CORRECTION.format(**words)
    if kind == "issue":
        if not name:
            raise UsageError("an issue needs its newsletter.", fix="topmind new issue TITLE --of tuesday-fix")
        return f"content/newsletters/{name}/{day}.md", ISSUE.format(**words)
    if kind == "newsletter":
        return f"content/newsletters/{slug}.md", NEWSLETTER.format(**words)
    if kind == "segment":
        return f"segments/{slug}.md", SEGMENT.format(**words)
    raise UsageError(f"there is no template {kind!r}.", fix=f"Use one of: {', '.join(KINDS)}.")


def write(root: Path, kind: str, title: str, day: date, name: str = "") -> Path:
    """Write the file, never over one that is there; returns its path relative to `root`."""
    relative, text = path_and_text(kind, title, day, name)
    target = root / relative
    target.parent.mkdir(parents=True, exist_ok=True)
    try:
        with target.open("x", encoding="utf-8") as file:
            file.write(text)
    except FileExistsError:
        raise UsageError("is there already.", where=relative, fix="Give another title or --date.") from None
    return Path(relative)
