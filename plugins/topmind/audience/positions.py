"""Who moved since the last run: in or out of a segment, from stage to stage.

`enters:`, `leaves:` and `moves:` start from a fact that changed, never from a rule or an import. So the ledger
remembers where everybody stood, and by which rule; whoever stands elsewhere by the same rule has moved on this day.
Who is seen for the first time, and who stands elsewhere because a rule was changed, has not.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date

import numpy as np
from numpy.typing import NDArray

from topmind.audience.predicates.dates import Watch
from topmind.audience.predicates.parse import RuleError, parse_rule, segments_named
from topmind.audience.spec import AudienceSpec
from topmind.model import Catalog, FactDate, History, Moved, Position, Stage

IN, OUT, NONE = "in", "out", "none"
_STAGES = tuple(stage.value for stage in Stage)


@dataclass(frozen=True, slots=True, kw_only=True)
class Standings:
    """Where everybody who is here stands now."""

    #: What → row → position.
    positions: Mapping[str, Mapping[int, Position]]
    #: What the ledger does not know yet.
    moved: tuple[Moved, ...]
    #: What → hash of its rule.
    watched: Mapping[str, str]


def standings(
    catalog: Catalog,
    spec: AudienceSpec,
    history: History,
    as_of: date,
    values: Mapping[str, NDArray[np.str_]],
    ids: tuple[str, ...],
    rows: NDArray[np.int32],
) -> Standings:
    """Compare today's values (what → value per entry of `rows`) with what the ledger remembers."""
    rules = {what: rule_hash(what, catalog, spec) for what in sorted(values)}
    positions: dict[str, dict[int, Position]] = {}
    moved: list[Moved] = []
    for what, rule in rules.items():
        known = history.positions.get(what, {})
        same_rule = history.watched.get(what) == rule
        found = positions.setdefault(what, {})
        for row, value in zip(rows.tolist(), values[what].tolist(), strict=True):
            old = known.get(ids[row])
            if old is not None and old.value == value:
                found[row] = old
                continue
            new = Position(
                value=value,
                before=old.value if old else "",
                day=as_of if old and same_rule else None,
            )
            found[row] = new
            moved.append(Moved(contact=ids[row], what=what, position=new))
    return Standings(positions=positions, moved=tuple(moved), watched=rules)


def rule_hash(what: str, catalog: Catalog, spec: AudienceSpec) -> str:
    """16 hex digits of everything that decides where somebody stands: the lines of the segment and of those it
    names, and how the source is read."""
    parts = [repr(spec)]
    waiting = [what.removeprefix("segment:")] if what.startswith("segment:") else []
    seen: set[str] = set()
    while waiting:
        name = waiting.pop()
        if name in seen or name not in catalog.segments:
            continue
        seen.add(name)
        for text, _ in catalog.segments[name].who:
            parts.append(f"{name}: {' '.join(text.split())}")
            waiting += _named(text)
    return hashlib.sha256("\n".join(sorted(parts)).encode()).hexdigest()[:16]


def _named(text: str) -> tuple[str, ...]:
    try:
        return tuple(segments_named(parse_rule(text)))
    except RuleError:
        return ()


def facts(watch: Watch, found: Standings, since: Mapping[int, date]) -> tuple[FactDate, ...]:
    """The dated facts that a sequence starts from, ordered by contact.

    Each contact has one at most: the day of their latest move, as long as they stand where it took them. Who was
    inside a segment when first seen entered it on the day since when we know them (`since`: row → day).
    """
    days = ((row, _day(watch, one, since.get(row))) for row, one in found.positions[watch.what].items())
    return tuple(FactDate(contact=row, day=day, fact=day.isoformat()) for row, day in sorted(_known(days)))


def _known(days: Iterator[tuple[int, date | None]]) -> Iterator[tuple[int, date]]:
    return ((row, day) for row, day in days if day is not None)


def _day(watch: Watch, one: Position, since: date | None) -> date | None:
    if watch.kind == "enters":
        return None if one.value != IN else since if not one.before else one.day
    if watch.kind == "leaves":
        return one.day if one.value == OUT and one.before == IN else None
    if one.value not in _STAGES:
        return None
    if watch.to in {"back", "forward"}:
        if one.before not in _STAGES:
            return None
        back = _STAGES.index(one.value) < _STAGES.index(one.before)
        return one.day if back == (watch.to == "back") else None
    return one.day if one.value == watch.to else None
