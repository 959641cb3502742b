"""No mail says "Hi ,": a field that is not filled for every reader has a default."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from topmind.catalog.filters import is_missing
from topmind.checks.facts import Facts
from topmind.checks.rule import Rule, Sees
from topmind.model import Level, Members, MergeTag, Problem

NO_DEFAULT = Rule(
    id="merge-tags/no-default",
    level=Level.ERROR,
    finds="a merge tag without a default whose field is not filled for every reader",
    example="Hello {{ first_name }},",
    sees=Sees.LINE,
)


def defaults(facts: Facts) -> Iterator[Problem]:
    """Each merge tag of a declared field has a default, unless the field is filled for everyone it may reach.

    Without contacts (a pull request) every one needs a default: nobody can tell who is missing a value.
    """
    if facts.apart:
        return
    for document in facts.documents:
        tags = [(tag, tag.line) for tag in (document.body.tags if document.body else ())]
        for key, text in document.headers.items():
            line = facts.line(document.path, key)
            tags += [(part, part.line or line) for part in text if isinstance(part, MergeTag)]
        for tag, line in tags:
            if tag.default is not None or tag.field not in facts.catalog.fields:
                continue
            empty = None if facts.members is None else _empty(facts.members, tag.field, document.segments)
            if empty == 0:
                continue
            who = "nobody's value is known here" if empty is None else f"{empty} of its readers have none"
            yield NO_DEFAULT.at(
                document.path,
                line,
                says=f"{{{{ {tag.field} }}}} has no default, and {who}.",
                fix=f'Write {{{{ {tag.field} | default: "…" }}}}.',
            )


def _empty(members: Members, name: str, segments: frozenset[str] | None) -> int:
    """How many active readers have no value in a field."""
    reached = members.active.copy()
    if segments is not None:
        columns = [i for i, segment in enumerate(members.segments) if segment in segments]
        reached &= members.in_segment[:, columns].any(axis=1)
    values = members.fields.get(name)
    if values is None:
        return int(reached.sum())
    return sum(is_missing(values[row]) for row in np.flatnonzero(reached))
