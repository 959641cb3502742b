"""Touches frozen by earlier runs that have not left: still right, or to be skipped with a reason."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import time, timedelta

from topmind.ledger import Row
from topmind.model import (
    Catalog,
    Channel,
    Members,
    Occasion,
    PlannedTouch,
    Purpose,
    Reason,
    SourceKind,
    Step,
    TouchKey,
)
from topmind.planning.unhappy import unhappy
from topmind.run.decide import Decided


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """Frozen rows as touches of today's plan."""

    touches: tuple[PlannedTouch, ...]
    #: The plan's occasions, then those that only waiting rows have.
    occasions: tuple[Occasion, ...]
    #: Rows that must not go any more.
    gone: tuple[tuple[TouchKey, Reason], ...]


def waiting(decided: Decided, rows: Iterable[Row]) -> Waiting:
    """Each row found again in today's catalog and audience; a frozen row keeps its own items."""
    plan, members, catalog = decided.plan, decided.members, decided.project.catalog
    row_of = {contact: row for row, contact in enumerate(members.ids)}
    not_happy = unhappy(decided.history)
    occasions = list(plan.occasions)
    index = {_name(o): number for number, o in enumerate(occasions)}
    touches: list[PlannedTouch] = []
    gone: list[tuple[TouchKey, Reason]] = []
    for row in rows:
        name = (row.key.source, row.key.step, row.key.occurrence, row.key.channel)
        contact = row_of.get(row.key.contact)
        if name not in index and exists(catalog, row.kind, row.key.source, row.key.step):
            index[name] = len(occasions)
            occasions.append(_occasion(catalog, row))
        number = index.get(name)
        reason = (
            Reason.CONTENT_CHANGED
            if number is None or contact is None
            else _changed(decided, row, occasions[number], contact)
        )
        if row.promotions and row.key.contact in not_happy:
            reason = reason or Reason.HELD
        if reason is not None or number is None or contact is None:
            gone.append((row.key, reason or Reason.CONTENT_CHANGED))
            continue
        touches.append(
            PlannedTouch(
                contact=contact,
                occasion=number,
                day=row.day,
                picks=tuple(item.id for item in row.items),
                per_slot=row.per_slot,
                value=row.value,
                promotions=row.promotions,
                last_day=row.last_day,
            )
        )
    return Waiting(touches=tuple(touches), occasions=tuple(occasions), gone=tuple(gone))


def _name(occasion: Occasion) -> tuple[object, ...]:
    return occasion.source, occasion.step, occasion.occurrence, occasion.channel


def exists(catalog: Catalog, kind: SourceKind, source: str, step: str | None) -> bool:
    """Whether the files behind an occasion are still there."""
    match kind:
        case SourceKind.ISSUE:
            return source in catalog.newsletters
        case SourceKind.ANNOUNCEMENT:
            return source in catalog.items
        case SourceKind.STEP:
            return _step(catalog, source, step) is not None
        case _:
            return True


def _step(catalog: Catalog, source: str, step: str | None) -> Step | None:
    sequence = catalog.sequences.get(source)
    return next((s for s in sequence.steps if s.id == step), None) if sequence else None


def _occasion(catalog: Catalog, row: Row) -> Occasion:
    """An occasion of which today's plan says nothing: rebuilt from its frozen row."""
    letter = catalog.newsletters.get(row.key.source) if row.kind is SourceKind.ISSUE else None
    return Occasion(
        kind=row.kind,
        source=row.key.source,
        step=row.key.step,
        occurrence=row.key.occurrence,
        channel=row.key.channel,
        title=row.title,
        day=row.nominal,
        at=time(0),
        grace=max((row.last_day - row.nominal) // timedelta(days=1), 0),
        topics=row.topics,
        purpose=row.purpose,
        slots=letter.slots(row.nominal) if letter else (),
        item=row.key.source if row.kind is SourceKind.ANNOUNCEMENT else None,
    )


def _changed(decided: Decided, row: Row, occasion: Occasion, contact: int) -> Reason | None:
    """Why a frozen row must not go any more; None = it may."""
    catalog, members = decided.project.catalog, decided.members
    items = [catalog.items.get(item.id) for item in row.items]
    if any(item is None or not item.live(decided.plan.as_of) for item in items):
        return Reason.CONTENT_CHANGED
    if occasion.segments is not None and not inside(members, contact, occasion.segments):
        return Reason.NOT_IN_SEGMENT
    # the source may have taken back what the ledger never heard of: an empty cell, another basis
    if occasion.purpose is Purpose.MARKETING and not bool(members.consent[Channel.EMAIL][contact]):
        return Reason.NO_CONSENT
    stops = [item.stop_when for item in items if item is not None and item.stop_when]
    sequence = catalog.sequences.get(row.key.source) if row.kind is SourceKind.STEP else None
    step = _step(catalog, row.key.source, row.key.step)
    stops += [sequence.stop_when] if sequence and sequence.stop_when else []
    if any(text in members.holds and bool(members.holds[text][contact]) for text in stops):
        return Reason.STOP_WHEN
    wanted = step.only_if if step and sequence else _send_rule(catalog, row)
    if wanted and wanted in members.holds and not bool(members.holds[wanted][contact]):
        return Reason.CONDITION
    return None


def _send_rule(catalog: Catalog, row: Row) -> str | None:
    """Who gets this send of an announcement, where a rule says it."""
    item = catalog.items.get(row.key.source) if row.kind is SourceKind.ANNOUNCEMENT else None
    sends = item.sends if item else ()
    return next((send.only_if for send in sends if str(send.number) == row.key.occurrence), None)


def inside(members: Members, contact: int, segments: frozenset[str]) -> bool:
    """Whether the contact in a row is in one of the segments."""
    return any(
        bool(members.in_segment[contact, column])
        for column, name in enumerate(members.segments)
        if name in segments
    )
