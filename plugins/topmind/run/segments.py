"""Segments for people: sizes, what each line leaves, why one contact is in."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from topmind import audience
from topmind.errors import UsageError
from topmind.model import Clock
from topmind.run import load as load_
from topmind.run.dry import history_of
from topmind.run.people import open_people

if TYPE_CHECKING:
    from topmind.audience.segments import SegmentRow


def rows(root: Path, *, as_of: str | None, clock: Clock, clauses: bool = False) -> Sequence[SegmentRow]:
    """Every segment with size and share, by name."""
    project = load_.load(root, as_of=as_of, clock=clock)
    history = history_of(project, clock)
    with open_people(project) as source:
        return audience.segment_report(
            source, project.catalog, history, project.moment.as_of, clauses=clauses
        )


def show(root: Path, name: str, *, as_of: str | None, clock: Clock) -> str:
    """One segment read back: its promise, and the count that is left after each line."""
    found = {row.name: row for row in rows(root, as_of=as_of, clock=clock, clauses=True)}
    row = found.get(name)
    if row is None:
        import difflib

        near = difflib.get_close_matches(name, found, n=1)
        raise UsageError(
            f"there is no segment {name!r}.",
            fix=f"Did you mean {near[0]}?" if near else f"Known: {', '.join(found)}.",
        )
    lines = [f"{row.title} ({row.name}): {row.size} contacts, {row.share:.0%}"]
    lines += [f"  {clause.left:8}  {clause.text}" for clause in row.clauses]
    lines += [f"Promise: {row.promise or 'as the company says'}"]
    return "\n".join(lines)


def explain(root: Path, name: str, contact: str, *, as_of: str | None, clock: Clock) -> str:
    """Each line of a segment, true or false for one contact."""
    project = load_.load(root, as_of=as_of, clock=clock)
    history = history_of(project, clock)
    with open_people(project) as source:
        held = audience.explain(source, project.catalog, history, project.moment.as_of, name, contact)
    inside = all(line.true for line in held)
    lines = [f"{contact} is {'' if inside else 'not '}in {name}:"]
    lines += [f"  {'yes' if line.true else 'no ':3}  {line.text}" for line in held]
    return "\n".join(lines)
