"""Segments for people: sizes, what each line leaves, why one contact is in, what is different, whom it holds."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from topmind import audience
from topmind.errors import UsageError
from topmind.model import Clock, History
from topmind.run import load as load_
from topmind.run.changes import last_changed
from topmind.run.load import Project
from topmind.run.people import open_people
from topmind.run.remembered import history_of

if TYPE_CHECKING:
    from topmind.audience.compare import Difference, Masked, Movement, Tried
    from topmind.audience.segments import SegmentRow
    from topmind.audience.sources import Source


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """Every segment, as `topmind segments` lists it."""

    rows: Sequence[SegmentRow]
    #: Segment → day on which its file was last changed; without those of which nobody knows.
    changed: Mapping[str, date]


@contextmanager
def _opened(root: Path, as_of: str | None, clock: Clock) -> Iterator[tuple[Source, Project, History]]:
    project = load_.load(root, as_of=as_of, clock=clock, planned=False)
    history = history_of(project, clock, touches=audience.asks_for_touches(project.catalog.segments))
    with open_people(project) as source:
        yield source, project, history


def listed(root: Path, *, as_of: str | None, clock: Clock) -> Listed:
    """Every segment with size, share, overlap, promise and last change, by name."""
    with _opened(root, as_of, clock) as (source, project, history):
        rows = audience.segment_report(source, project.catalog, history, project.moment.as_of, clauses=False)
    paths = {segment.path: name for name, segment in project.catalog.segments.items()}
    changed = last_changed(project.root, "segments", paths)
    return Listed(rows=rows, changed={paths[path]: day for path, day in changed.items()})


def show(root: Path, name: str, *, as_of: str | None, clock: Clock) -> str:
    """One segment read back in words: the count that is left after each line, its promise, who else has them."""
    from topmind.audience.segments import known_segment

    with _opened(root, as_of, clock) as (source, project, history):
        known_segment(name, project.catalog)
        rows = audience.segment_report(source, project.catalog, history, project.moment.as_of)
    row = next(row for row in rows if row.name == name)
    lines = [f"{row.title} ({row.name}): {row.size} contacts, {row.share:.0%}"]
    for clause in row.clauses:
        lines += [f"  {clause.left:8}  {clause.words}", f"            {clause.text}"]
    lines += [f"Promise: {row.promise or 'as the company says'}"]
    if row.overlap:
        lines += [f"Also in: {', '.join(f'{other} {count}' for other, count in row.overlap)}"]
    return "\n".join(lines)


def explain(root: Path, name: str, contact: str, *, as_of: str | None, clock: Clock) -> str:
    """Each line of a segment, true or false for one contact, with the values that it saw."""
    with _opened(root, as_of, clock) as (source, project, history):
        held = audience.explain(source, project.catalog, history, project.moment.as_of, name, contact)
    inside = all(line.true for line in held)
    lines = [f"{contact} is {'' if inside else 'not '}in {name}:"]
    for line in held:
        lines += [f"  {'yes' if line.true else 'no ':3}  {line.text}"]
        lines += [f"         {label}: {value}" for label, value in line.saw]
    return "\n".join(lines)


def difference(root: Path, first: str, second: str, *, as_of: str | None, clock: Clock) -> Difference:
    """Two segments beside each other."""
    with _opened(root, as_of, clock) as (source, project, history):
        return audience.difference(source, project.catalog, history, project.moment.as_of, first, second)


def movement(
    root: Path, name: str, first: date, second: date, *, as_of: str | None, clock: Clock
) -> Movement:
    """One segment on two days that have come. Raises UsageError."""
    with _opened(root, as_of, clock) as (source, project, history):
        today = project.moment.as_of
        if not first < second <= today:
            raise UsageError(
                f"--between {first} {second}: these are not two days one after the other up to {today}.",
                fix="The earlier one comes first; of days that have not come nobody knows anything.",
            )
        return audience.movement(source, project.catalog, history, name, first, second)


def sample(root: Path, name: str, count: int, *, as_of: str | None, clock: Clock) -> Sequence[Masked]:
    """A handful of a segment, masked."""
    with _opened(root, as_of, clock) as (source, project, history):
        return audience.sample(source, project.catalog, history, project.moment.as_of, name, count)


def tried(root: Path, names: Sequence[str], *, as_of: str | None, clock: Clock) -> Sequence[Tried]:
    """The examples of these segments (none named: of all) against their rules."""
    with _opened(root, as_of, clock) as (source, project, history):
        asked = names or sorted(project.catalog.segments)
        return audience.try_examples(source, project.catalog, history, project.moment.as_of, asked)
