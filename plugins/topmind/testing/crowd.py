"""Builders of an audience, of occasions and of what the ledger remembers."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date, time
from typing import Any

import numpy as np

from topmind.model import (
    Channel,
    Edition,
    FactDate,
    History,
    Members,
    Occasion,
    PastTouch,
    SourceKind,
    Stage,
    TouchKey,
    TouchState,
)

#: The day every builder lives on: a Tuesday.
TODAY = date(2026, 12, 1)


def members(
    contacts: int | Sequence[str] = 3,
    *,
    segments: Mapping[str, Iterable[int]] | None = None,
    dates: Mapping[str, Iterable[FactDate]] | None = None,
    holds: Mapping[str, Iterable[int]] | None = None,
    fields: Mapping[str, Sequence[object]] | None = None,
    off_topic: Mapping[str, Iterable[int]] | None = None,
    **over: Any,
) -> Members:
    """An audience of active contacts in one zone with consent for everything and an inbox each.

    `segments`, `holds` and `off_topic` name the rows that are in.
    """
    ids = (
        tuple(f"c{i:04d}" for i in range(contacts)) if isinstance(contacts, int) else tuple(sorted(contacts))
    )
    n = len(ids)

    def rows(picked: Iterable[int]) -> Any:
        mask = np.zeros(n, dtype=bool)
        mask[list(picked)] = True
        return mask

    named = {name: list(rows_) for name, rows_ in (segments or {}).items()}
    names = tuple(sorted(named))
    inside = np.zeros((n, len(names)), dtype=bool)
    for column, name in enumerate(names):
        inside[named[name], column] = True
    everyone = np.ones(n, dtype=bool)
    base = Members(
        as_of=TODAY,
        ids=ids,
        segments=names,
        in_segment=inside,
        active=everyone,
        stage=np.full(n, list(Stage).index(Stage.INTEREST), dtype=np.int8),
        client=np.zeros(n, dtype=bool),
        zones=("America/New_York",),
        zone=np.zeros(n, dtype=np.int16),
        senders=(),
        sender=np.full(n, -1, dtype=np.int16),
        languages=("en",),
        language=np.zeros(n, dtype=np.int16),
        consent=dict.fromkeys(Channel, everyone),
        reach=dict.fromkeys(Channel, everyone),
        suppressed=~everyone,
        paused_until=np.zeros(n, dtype=np.int32),
        since=np.zeros(n, dtype=np.int32),
        off_topic={topic: rows(picked) for topic, picked in (off_topic or {}).items()},
        inbox=np.arange(n, dtype=np.int32),
        fields={k: tuple(v) for k, v in (fields or {"first_name": ["Sam"] * n}).items()},
        dates={
            text: tuple(sorted(facts, key=lambda f: (f.contact, f.day, f.fact)))
            for text, facts in (dates or {}).items()
        },
        holds={text: rows(picked) for text, picked in (holds or {}).items()},
    )
    return replace(base, **over)


def an_occasion(source: str = "tuesday-fix", **over: Any) -> Occasion:
    """The issue of today, at nine."""
    base = Occasion(
        kind=SourceKind.ISSUE,
        source=source,
        step=None,
        occurrence="2026-W49",
        channel=Channel.EMAIL,
        title="The Tuesday Fix, 1 December 2026",
        day=TODAY,
        at=time(9),
    )
    return replace(base, **over)


def an_edition(occasion: Occasion | None = None, items: Sequence[str] = (), **over: Any) -> Edition:
    """What one contact (row 0) gets of an occasion: an item per slot, from Dana, in English."""
    base = Edition(
        occasion=occasion or an_occasion(),
        items=tuple(items),
        per_slot=tuple(1 for _ in items),
        visible=frozenset(),
        sender="dana",
        language="en",
        contacts=(0,),
    )
    return replace(base, **over)


def a_touch(
    contact: str = "c0000",
    day: date = date(2026, 11, 24),
    *,
    source: str = "tuesday-fix",
    step: str | None = None,
    occurrence: str = "2026-W48",
    channel: Channel = Channel.EMAIL,
    **over: Any,
) -> PastTouch:
    """A mail accepted last Tuesday with one value item."""
    base = PastTouch(
        key=TouchKey(contact=contact, source=source, step=step, occurrence=occurrence, channel=channel),
        state=TouchState.ACCEPTED,
        day=day,
        items=("tips/old",),
        value=1,
    )
    return replace(base, **over)


def a_history(*touches: PastTouch, **over: Any) -> History:
    """What the ledger remembers: these touches, nothing else."""
    ordered = tuple(
        sorted(
            touches,
            key=lambda t: (t.key.contact, t.day, t.key.source, t.key.step or "", t.key.occurrence),
        )
    )
    return replace(History(ledger="test", touches=ordered, first=not ordered), **over)
