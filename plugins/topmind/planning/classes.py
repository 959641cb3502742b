"""Classes: the distinct combinations of segments, stage and client, and what each of them means.

Some hundred classes stand for a million contacts: promises and the items open to somebody are worked out once
per class.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from topmind.model import Access, Channel, Item, Members, Stage
from topmind.planning.items import Words
from topmind.planning.setting import Setting
from topmind.planning.terms import UNLIMITED, Terms


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Classes:
    """Row c of every table is class c."""

    #: [n] class of each contact.
    cls: NDArray[np.int32]
    segments: tuple[frozenset[str], ...]
    terms: tuple[Terms, ...]
    #: uint64[W, C]: items open to the class.
    items: Words
    #: [windows, C]: most touches.
    limits: NDArray[np.int16]
    #: [windows, C]: touches of each window that the floor may need.
    kept: NDArray[np.int16]


def classes_of(setting: Setting, members: Members) -> Classes:
    """The classes of a block."""
    first, cls = _distinct(members)
    segments = tuple(_segments(members, row) for row in first)
    terms = tuple(setting.terms_of(names) for names in segments)
    return Classes(
        cls=cls,
        segments=segments,
        terms=terms,
        items=_items(setting, members, first),
        limits=_limits(setting, terms),
        kept=_kept(setting, terms),
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


def _items(setting: Setting, members: Members, first: NDArray[np.intp]) -> Words:
    """Segment, stage and access of every item, for all classes at once (`first`: a row of each)."""
    table, stages = setting.table, list(Stage)
    inside = {name: members.in_segment[first, k] for k, name in enumerate(members.segments)}
    stage, client = members.stage[first], members.client[first]
    nobody = np.zeros(len(first), dtype=np.bool_)
    bound = {bit: item for bit, item in enumerate(table.items) if _bound(item)}
    result = np.empty((table.words, len(first)), dtype=np.uint64)
    result[:] = table.mask(bit for bit in range(len(table.items)) if bit not in bound)[:, None]
    for bit, item in bound.items():
        may = ~nobody
        if item.segments:
            may &= np.logical_or.reduce([inside.get(name, nobody) for name in item.segments])
        for name in item.exclude:
            may &= ~inside.get(name, nobody)
        if item.stages:
            may &= np.isin(stage, [stages.index(s) for s in item.stages])
        if item.access is Access.CLIENTS:
            may &= client
        result[bit // 64, may] |= np.uint64(1) << np.uint64(bit % 64)
    return result


def _bound(item: Item) -> bool:
    """Whether it is for some only."""
    return bool(item.segments or item.exclude or item.stages) or item.access is Access.CLIENTS


def _limits(setting: Setting, terms: tuple[Terms, ...]) -> NDArray[np.int16]:
    limits = np.full((len(setting.windows), len(terms)), UNLIMITED, dtype=np.int16)
    place = {window: r for r, window in enumerate(setting.windows)}
    for c, term in enumerate(terms):
        for window, most in term.ceilings:
            limits[place[window], c] = min(most, UNLIMITED - 1)
    return limits


def _kept(setting: Setting, terms: tuple[Terms, ...]) -> NDArray[np.int16]:
    """Used up at once, a window is closed for all its days: the first floor of these needs nothing, the rest one
    touch for each rescue. Of channels by which nobody is rescued nothing is kept."""
    kept = np.zeros((len(setting.windows), len(terms)), dtype=np.int16)
    for c, term in enumerate(terms):
        by = {"", *(channel.value for channel in term.rescue)}
        for r, window in enumerate(setting.windows):
            if term.floor and window.channel in by:
                kept[r, c] = max(0, -(-(window.days - term.floor) // term.patience))
    return kept


def rescue_order(terms: Sequence[Terms]) -> NDArray[np.int8]:
    """[places, C]: index into `list(Channel)` of each class's rescues in order; -1 = no more."""
    places = max((len(t.rescue) for t in terms), default=0)
    order = np.full((places, len(terms)), -1, dtype=np.int8)
    for c, term in enumerate(terms):
        order[: len(term.rescue), c] = [list(Channel).index(channel) for channel in term.rescue]
    return order
