"""Classes: the distinct combinations of segments, stage and client, and what each of them means.

Some hundred classes stand for a million contacts: promises and the items open to somebody are worked out once
per class.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from topmind.model import Channel, Members, Stage
from topmind.planning.items import Words, mask_of, open_to
from topmind.planning.setting import Setting
from topmind.planning.terms import UNLIMITED, Terms, terms_for


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Classes:
    """Row c of every table is class c."""

    #: [n] class of each contact.
    cls: NDArray[np.int32]
    segments: tuple[frozenset[str], ...]
    terms: tuple[Terms, ...]
    #: uint64[C, W]: items open to the class.
    items: Words
    #: [windows, C]: most touches.
    limits: NDArray[np.int32]


def classes_of(setting: Setting, members: Members) -> Classes:
    """The classes of a block."""
    first, cls = _distinct(members)
    segments = tuple(_segments(members, row) for row in first)
    catalog = setting.catalog
    terms = tuple(
        terms_for(catalog.company, [catalog.segments[s] for s in sorted(names) if s in catalog.segments])
        for names in segments
    )
    return Classes(
        cls=cls,
        segments=segments,
        terms=terms,
        items=_items(setting, members, first, segments),
        limits=_limits(setting, terms),
    )


def _distinct(members: Members) -> tuple[NDArray[np.intp], NDArray[np.int32]]:
    """(a row of each class, class of each row)."""
    codes = np.column_stack(
        [
            np.packbits(members.in_segment, axis=1),
            (members.stage.astype(np.int16) + 1).astype(np.uint8),
            members.client.astype(np.uint8),
        ]
    )
    if codes.shape[1] <= 8:
        padded = np.zeros((len(codes), 8), dtype=np.uint8)
        padded[:, : codes.shape[1]] = codes
        packed = padded.view(np.uint64).ravel()
    else:
        packed = np.ascontiguousarray(codes).view(f"V{codes.shape[1]}").ravel()
    _, first, inverse = np.unique(packed, return_index=True, return_inverse=True)
    return first, inverse.reshape(-1).astype(np.int32)


def _segments(members: Members, row: int) -> frozenset[str]:
    inside = members.in_segment[row]
    return frozenset(name for name, is_in in zip(members.segments, inside, strict=True) if is_in)


def _items(
    setting: Setting, members: Members, first: NDArray[np.intp], segments: tuple[frozenset[str], ...]
) -> Words:
    table, stages = setting.table, list(Stage)
    rows = []
    for row, names in zip(first, segments, strict=True):
        stage = stages[members.stage[row]] if members.stage[row] >= 0 else None
        client = bool(members.client[row])
        bits = (b for b, item in enumerate(table.items) if open_to(item, names, stage, client))
        rows.append(mask_of(bits, table.words))
    return np.array(rows, dtype=np.uint64).reshape(len(rows), table.words)


def _limits(setting: Setting, terms: tuple[Terms, ...]) -> NDArray[np.int32]:
    limits = np.full((len(setting.windows), len(terms)), UNLIMITED, dtype=np.int32)
    place = {window: r for r, window in enumerate(setting.windows)}
    for c, term in enumerate(terms):
        for window, most in term.ceilings:
            limits[place[window], c] = most
    return limits


def rescue_order(terms: Sequence[Terms]) -> NDArray[np.int8]:
    """[places, C]: index into `list(Channel)` of each class's rescues in order; -1 = no more."""
    places = max((len(t.rescue) for t in terms), default=0)
    order = np.full((places, len(terms)), -1, dtype=np.int8)
    for c, term in enumerate(terms):
        order[: len(term.rescue), c] = [list(Channel).index(channel) for channel in term.rescue]
    return order
