"""Who signs: the step's sender, the contact's own, that of the segment with the lowest rank, the newsletter's or
sequence's, the company's owner (DESIGN §5.4)."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from topmind.model import Catalog, Members, Occasion, SourceKind

Team = NDArray[np.int16]


def sender_for(catalog: Catalog, members: Members, row: int, occasion: Occasion) -> str:
    """Team id of who sends this occasion to the contact in `row`."""
    team = tuple(sorted(catalog.team))
    own, source = written_senders(catalog, occasion.kind, occasion.source, occasion.step)
    rows = np.array([row], dtype=np.intp)
    index = int(senders(catalog, members, rows, own=own, source=source)[0])
    return team[index] if index >= 0 else catalog.company.owner


def signers(
    catalog: Catalog, members: Members, rows: NDArray[np.intp], occasion: Occasion
) -> tuple[str, ...]:
    """Team ids of whoever signs this occasion for one of these rows, who does so for most of them first."""
    team = tuple(sorted(catalog.team))
    own, source = written_senders(catalog, occasion.kind, occasion.source, occasion.step)
    found = senders(catalog, members, rows, own=own, source=source)
    indexes, counts = np.unique(found, return_counts=True)
    order = np.lexsort((indexes, -counts))
    names = (team[index] if index >= 0 else catalog.company.owner for index in indexes[order])
    return tuple(dict.fromkeys(names))


def written_senders(
    catalog: Catalog, kind: SourceKind, source: str, step: str | None
) -> tuple[str | None, str | None]:
    """(the step's sender, the newsletter's or sequence's) as their files say."""
    if kind is SourceKind.ISSUE:
        letter = catalog.newsletters.get(source)
        return None, letter.sender if letter else None
    sequence = catalog.sequences.get(source) if kind is SourceKind.STEP else None
    if sequence is None:
        return None, None
    return next((s.sender for s in sequence.steps if s.id == step), None), sequence.sender


def senders(
    catalog: Catalog, members: Members, rows: NDArray[np.intp], *, own: str | None, source: str | None
) -> Team:
    """Index into the sorted team per row; -1 where not even the owner is in the team.

    `own` is the step's sender, `source` the newsletter's or sequence's.
    """
    place = {name: number for number, name in enumerate(sorted(catalog.team))}
    last_resort = place.get(source or "", place.get(catalog.company.owner, -1))
    if own in place:
        return np.full(len(rows), place[own], dtype=np.int16)
    result = np.full(len(rows), last_resort, dtype=np.int16)
    ranked = sorted(catalog.segments.values(), key=lambda s: (s.rank, s.name), reverse=True)
    for segment in ranked:
        if segment.sender in place and segment.name in members.segments:
            column = members.segments.index(segment.name)
            result[members.in_segment[rows, column]] = place[segment.sender]
    personal = np.array([place.get(name, -1) for name in members.senders] + [-1], dtype=np.int16)
    theirs = personal[members.sender[rows]]
    result[theirs >= 0] = theirs[theirs >= 0]
    return result
