"""Text that was meant for some and reaches nobody, and marks that another program would have filled."""

from __future__ import annotations

import re
from collections.abc import Iterator

from topmind.checks.documents import has_page
from topmind.checks.facts import Facts
from topmind.checks.rule import Rule, Sees
from topmind.checks.written import numbered
from topmind.model import Level, Problem

FOR_NOBODY = Rule(
    id="blocks/for-nobody",
    level=Level.WARNING,
    finds="`/// for` in an item with a page, where nobody would read it",
    example="/// for | customers",
    sees=Sees.FILE,
)
FOREIGN = Rule(
    id="merge-tags/foreign",
    level=Level.ERROR,
    finds="a merge tag in the manner of another program",
    example="Hello *|FNAME|*,",
    holds=True,
    sees=Sees.LINE,
)


#: `*|FNAME|*`, `%%first_name%%`, `[[first_name]]`, `{# note #}`, and our own tag with one brace too few.
_FOREIGN = re.compile(
    r"\*\|\s*\w[\w:]*\s*\|\*|%%\w+%%|\[\[\s*\w+\s*\]\]|\{#\s.*?#\}|(?<![{$\w])\{\s*(\w+)\s*\}(?!\})"
)


def for_nobody(facts: Facts) -> Iterator[Problem]:
    """`/// for` in an item with a page: mails show it as a card, and its page leaves such text out."""
    for item in facts.catalog.items.values():
        if item.sends or not has_page(item):
            continue  # an announcement and a mail-only item stand in the mail whole
        for condition in item.body.conditions:
            if condition.word != "else" and not condition.inside:
                yield FOR_NOBODY.at(
                    item.path,
                    condition.line,
                    says=f"Nobody would read this `/// {condition.word}`: a mail shows an item with a page as a card, "
                    "and the page shows what is for everyone.",
                    fix="Write it into the newsletter's issue, or send the item by mail only: `where: email`.",
                )


def foreign_tags(facts: Facts) -> Iterator[Problem]:
    """Merge tags in the manner of other programs, which would reach readers as they stand."""
    known = {name.lower() for name in facts.catalog.fields}
    for document in facts.documents:
        found = list(numbered(document.body)) if document.body else []
        for key, header in document.headers.items():
            place = facts.line(document.path, key)
            found += [(place, part) for part in header if isinstance(part, str)]
        for line, text in found:
            for match in _FOREIGN.finditer(text):
                if match[1] is not None and match[1].lower() not in known:
                    continue
                yield FOREIGN.at(
                    document.path,
                    line,
                    says=f"{match[0]} is no merge tag here: readers would see it as it stands.",
                    fix='Write {{ first_name | default: "…" }}, with the name of a field of your contacts.',
                )
