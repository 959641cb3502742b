"""Merge tags in the address of a link: a value may not choose where it leads, and what it says is seen by others."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator

from topmind.catalog import merge_tags
from topmind.model import Level, Problem

#: What stands on a line before a tag that is part of an address, and the part of the address before it.
_BEFORE = re.compile(
    r"""(?:\]\([ ]*<?|(?:href|src)[ ]*=[ ]*["']?|^///[ \t]*button.*(?:->|→)[ ]*|<(?=https?:)|^[ ]{0,3}\[[^\]]+\]:[ ]*<?)"""
    r"""(?P<address>[^\s"'<>()]*)$""",
    re.IGNORECASE,
)
#: No host, or a host that has not ended yet.
_OPEN = re.compile(r"(?:[a-z][a-z0-9+.-]*:)?(?://[^/?#]*)?", re.IGNORECASE)


def check(text: str, path: str, line: int, fields: Collection[str]) -> Iterator[Problem]:
    """A finding for each tag of a contact's field in an address; `line` is the one on which the text begins."""
    if "{{" not in text:
        return
    before = ""
    at = 0
    for one in merge_tags.find(text, path, line)[0]:
        # An earlier tag of the same line is one letter: its quotation marks end no address.
        before = (before + text[at : one.start]).rpartition("\n")[2]
        at = one.end
        match = _BEFORE.search(before) if one.tag.field in fields else None
        before += "x"
        if match is None:
            continue
        chooses = _OPEN.fullmatch(match["address"]) is not None
        yield Problem(
            rule="merge-tag/chooses-address" if chooses else "merge-tag/in-address",
            level=Level.ERROR if chooses else Level.WARNING,
            path=path,
            line=one.tag.line,
            says=f"{one.tag.source} would choose where the link leads."
            if chooses
            else f"{one.tag.source} stands in the address of a link: whoever it leads to learns it, and keeps it in logs.",
            fix="Write the address up to its first slash in full; a tag may follow."
            if chooses
            else "Take it out, or use a field that says nothing of a person, such as a code.",
        )
