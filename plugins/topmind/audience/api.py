"""The doors of the audience. DuckDB and SQLGlot are loaded when one of them is first used, not before."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from topmind.audience.spec import AudienceSpec, read_spec
from topmind.model import Catalog, History, Item, Members, Problem, Segment, Sequence
from topmind.settings import Settings

if TYPE_CHECKING:
    from topmind.audience.compare import Difference, Masked, Movement, Tried
    from topmind.audience.mapping import Proposal
    from topmind.audience.outside import Outside
    from topmind.audience.segments import Held, SegmentRow
    from topmind.audience.sources import Checked, Source

__all__ = [
    "asks_for_touches",
    "check",
    "check_file",
    "difference",
    "explain",
    "has_contacts",
    "members",
    "movement",
    "open_source",
    "propose",
    "read_spec",
    "sample",
    "segment_report",
    "to_parquet",
    "try_examples",
]


def has_contacts(spec: AudienceSpec, settings: Settings) -> bool:
    """Whether the contacts file is there; a pull request's checkout has none. Raises ConfigError."""
    from topmind.audience.sources import has_contacts as asked

    return asked(spec, settings)


def open_source(
    spec: AudienceSpec, settings: Settings, as_of: date, outside: Outside | None = None
) -> Source:
    """Read the exports as of a company day: a context manager with `people()` and `findings`.

    Raises ConfigError, ContentError (all problems of the files) or AudienceError; see `sources`.
    """
    from topmind.audience.sources import open_source as opened

    return opened(spec, settings, as_of, outside)


def check_file(spec: AudienceSpec, settings: Settings, as_of: date, table: str, path: Path) -> Checked:
    """Look at one export as a run would. Raises ContentError where it would not be used."""
    from topmind.audience.sources import check_file as checked

    return checked(spec, settings, as_of, table, path)


def propose(path: Path, root: Path, table: str | None = None) -> Proposal:
    """A first `_audience.toml` from the head of an export. Raises AudienceError."""
    from topmind.audience.mapping import propose as proposed

    return proposed(path, root, table)


def asks_for_touches(segments: Mapping[str, Segment]) -> bool:
    """Whether a rule of these segments looks at touches; where none does, a history without them is enough."""
    from topmind.audience.rules import asks_for_touches as asked

    return asked(segments)


def members(source: Source, catalog: Catalog, history: History, as_of: date) -> Members:
    """All contacts as columns with segments, consent, conditions and dated facts as of a company day."""
    from topmind.audience.assembly import members as found

    return found(source, catalog, history, as_of)


def check(
    segments: Mapping[str, Segment],
    sequences: Mapping[str, Sequence],
    items: Mapping[str, Item],
    spec: AudienceSpec,
    unread: Collection[str] = (),
) -> tuple[Problem, ...]:
    """What is wrong with the rules of a project, without any data. `unread`: segments whose file has a mistake."""
    from topmind.audience.rules import check as checked

    return checked(segments, sequences, items, spec, unread)


def segment_report(
    source: Source, catalog: Catalog, history: History, as_of: date, *, clauses: bool = True
) -> tuple[SegmentRow, ...]:
    """Every segment with size, share, promise and the count after each line of its rule."""
    from topmind.audience.segments import segment_report as reported

    return reported(source, catalog, history, as_of, clauses=clauses)


def explain(
    source: Source, catalog: Catalog, history: History, as_of: date, segment: str, contact: str
) -> tuple[Held, ...]:
    """Each line of a segment's rule, true or false for one contact, with the values it saw."""
    from topmind.audience.segments import explain as explained

    return explained(source, catalog, history, as_of, segment, contact)


def difference(
    source: Source, catalog: Catalog, history: History, as_of: date, first: str, second: str
) -> Difference:
    """Who is in both of two segments, and who in one alone."""
    from topmind.audience.compare import difference as compared

    return compared(source, catalog, history, as_of, first, second)


def movement(
    source: Source, catalog: Catalog, history: History, name: str, first: date, second: date
) -> Movement:
    """Who came into a segment and who went between two days, and by which lines."""
    from topmind.audience.compare import movement as compared

    return compared(source, catalog, history, name, first, second)


def sample(
    source: Source, catalog: Catalog, history: History, as_of: date, name: str, count: int
) -> tuple[Masked, ...]:
    """A handful of a segment, masked."""
    from topmind.audience.compare import sample as picked

    return picked(source, catalog, history, as_of, name, count)


def try_examples(
    source: Source, catalog: Catalog, history: History, as_of: date, names: Iterable[str]
) -> tuple[Tried, ...]:
    """What the rules of these segments say about the examples in their files."""
    from topmind.audience.compare import try_examples as tried

    return tried(source, catalog, history, as_of, names)


def to_parquet(table: Path, target: Path, columns: Mapping[str, str]) -> None:
    """Write a CSV of ours (`columns`: name → text, number, day or moment) as Parquet. Raises OSError."""
    from topmind.audience.parquet import to_parquet as written

    written(table, target, columns)
