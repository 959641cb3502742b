"""Promises that contradict each other for contacts who are in several segments."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from topmind.checks.facts import Facts
from topmind.checks.rule import Rule
from topmind.model import Level, Problem, Promise
from topmind.planning.checks import beyond_ceilings
from topmind.planning.terms import terms_for

CONTRADICT = Rule(
    id="promises/contradict",
    level=Level.WARNING,
    finds="contacts in two segments whose floor and ceilings cannot both hold",
    example="at_most: 1 email per month",
    needs="members",
)


def together(facts: Facts) -> Iterator[Problem]:
    """The shortest floor of one segment against the ceilings of another, for people who are in both.

    Each segment alone is looked at without contacts (`planning.check`).
    """
    members, catalog = facts.members, facts.catalog
    if members is None:
        return
    promising = [
        column
        for column, name in enumerate(members.segments)
        if name in catalog.segments and catalog.segments[name].promise != Promise()
    ]
    if len(promising) < 2:
        return
    patterns, counts = np.unique(members.in_segment[members.active][:, promising], axis=0, return_counts=True)
    told: set[str] = set()
    for pattern, count in zip(patterns, counts, strict=True):
        names = [members.segments[column] for column, yes in zip(promising, pattern, strict=True) if yes]
        segments = [catalog.segments[name] for name in names]
        if len(segments) < 2 or any(_alone(facts, name) for name in names):
            continue
        for _, says, fix in beyond_ceilings(terms_for(catalog.company, segments)):
            if says not in told:
                told.add(says)
                path = next((s.path for s in segments if s.promise.ceilings), segments[0].path)
                yield CONTRADICT.at(
                    path,
                    facts.line(path, "at_most"),
                    says=f"{count} contact{'' if count == 1 else 's'} in {' and '.join(names)}: "
                    f"{says[:1].lower()}{says[1:]}",
                    fix=f"{fix} The shortest floor and the tightest ceilings of all their segments hold.",
                )


def _alone(facts: Facts, name: str) -> bool:
    """A segment that contradicts itself is told already."""
    return any(beyond_ceilings(terms_for(facts.catalog.company, [facts.catalog.segments[name]])))
