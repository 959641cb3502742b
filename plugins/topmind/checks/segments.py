"""Segments that do nothing."""

from __future__ import annotations

import re
from collections.abc import Iterator

from topmind.checks.facts import Facts
from topmind.checks.rule import Rule
from topmind.model import Level, Problem, Promise, Segment

UNUSED = Rule(
    id="segments/unused",
    level=Level.INFO,
    finds="a segment that nothing names and that promises nothing",
)
EVERYBODY = Rule(
    id="segments/everybody",
    level=Level.WARNING,
    finds="a segment in which everybody is",
    example="who: known_since < days_ago(0)",
    needs="members",
)
#: Of fewer contacts a rule may well hold for all.
_CROWD = 5
NOBODY = Rule(
    id="segments/nobody",
    level=Level.WARNING,
    finds="a segment in which nobody is today",
    example="who: purchases() > 900",
    needs="members",
)


def unused(facts: Facts) -> Iterator[Problem]:
    """A segment that nothing names and that promises nothing (a forgotten or misspelt one)."""
    named = _named(facts)
    for segment in facts.catalog.segments.values():
        if segment.name not in named and not _acts(segment):
            yield UNUSED.at(
                segment.path,
                facts.line(segment.path, "title"),
                says=f"Nothing uses the segment {segment.name}, and it promises nothing.",
                fix="Name it in a newsletter, an item or a block, or delete the file.",
            )


def nobody(facts: Facts) -> Iterator[Problem]:
    """A segment that no active contact is in today."""
    members = facts.members
    if members is None:
        return
    sizes = dict(zip(members.segments, members.in_segment[members.active].sum(axis=0), strict=True))
    for segment in facts.catalog.segments.values():
        if sizes.get(segment.name) == 0:
            yield NOBODY.at(
                segment.path,
                segment.who[0][1] if segment.who else 0,
                says=f"Nobody is in the segment {segment.name} today.",
                fix=f"`topmind segments show {segment.name}` counts after each line of `who`.",
            )


def everybody(facts: Facts) -> Iterator[Problem]:
    """A segment that every active contact is in: its rule leaves nobody out."""
    members = facts.members
    if members is None or members.active.sum() < _CROWD:
        return
    everyone = int(members.active.sum())
    sizes = dict(zip(members.segments, members.in_segment[members.active].sum(axis=0), strict=True))
    for segment in facts.catalog.segments.values():
        if sizes.get(segment.name) == everyone:
            yield EVERYBODY.at(
                segment.path,
                segment.who[0][1] if segment.who else 0,
                says=f"Everybody ({everyone} contacts) is in the segment {segment.name}: its rule leaves nobody out.",
                fix="Look at `who`; what is for everybody needs no segment.",
            )


def _acts(segment: Segment) -> bool:
    """It changes something by itself: a promise, or a sender."""
    return segment.promise != Promise() or segment.sender is not None


def _named(facts: Facts) -> set[str]:
    """Every segment that something names."""
    catalog = facts.catalog
    named: set[str] = set()
    for document in facts.documents:
        named |= document.segments or frozenset()
        for condition in document.body.conditions if document.body else ():
            named |= condition.segments
    for item in catalog.items.values():
        named |= item.segments | item.exclude
    if catalog.company.clients:
        named.add(catalog.company.clients)
    rules = [text for segment in catalog.segments.values() for text, _ in segment.who]
    rules += [item.stop_when or "" for item in catalog.items.values()]
    for sequence in catalog.sequences.values():
        rules += [sequence.starts_from, sequence.stop_when or ""]
        named |= sequence.segments or frozenset()
        for step in sequence.steps:
            rules += [step.only_if or "", step.starts_from or ""]
    for rule in rules:
        named.update(re.findall(r"in_segment\(\s*['\"]([^'\"]+)['\"]", rule))
        named.update(re.findall(r"(?:enters|leaves)\s*:\s*([\w-]+)", rule, re.IGNORECASE))
    return named
