"""`var/last-plan.json`: the forecast of the last run, for the desk's calendar and for "what is different now".

Counts and file names only, nothing of a person. Written by the tick; `plan` compares with it and writes nothing.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from pathlib import Path

from pydantic import TypeAdapter, ValidationError

from topmind.date_words import DateStyle
from topmind.errors import TopmindError
from topmind.model import Catalog, Coverage, Plan, SourceKind, Status, Where
from topmind.report.differences import differences
from topmind.report.last_run import label
from topmind.report.outlook_words import (
    Lack,
    early_offers,
    held_words,
    lack_words,
    lacks,
    offer_words,
)

#: Days that a forecast looks ahead.
LOOK = 90


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanDay:
    """One day of the forecast."""

    day: date
    #: Contacts outside their floor.
    outside: int
    #: What → segment → touches; "" = everybody.
    touches: Mapping[str, Mapping[str, int]]


@dataclass(frozen=True, slots=True, kw_only=True)
class What:
    """One thing that contacts hear, as the calendar names it."""

    title: str
    #: What all of its kind are called: "The Tuesday Fix", `first-job/check-in (call)`, "rescues".
    group: str
    #: email, call, letter, visit, parcel.
    channel: str
    #: The file that a person would edit; "" = none (a rescue).
    path: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class HeldRow:
    """One issue, announcement or promotion that some will not get."""

    what: str
    #: None for a promotion of the slots.
    day: date | None
    says: str
    path: str = ""
    #: Its title; "" where an older version wrote the file.
    title: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class LastPlan:
    """One forecast."""

    as_of: date
    #: UTC.
    at: datetime
    plan: str
    until: date
    active: int
    #: Contacts without any usable channel.
    unreachable: int
    #: Segment → contacts.
    segments: Mapping[str, int]
    #: Id → kind of every item that may be mailed.
    items: Mapping[str, str]
    whats: Mapping[str, What]
    days: tuple[PlanDay, ...]
    coverage: tuple[Coverage, ...] = ()
    lacks: tuple[Lack, ...] = ()
    held: tuple[HeldRow, ...] = ()
    #: What people wrote, by its name in words ("newsletter tuesday-fix") → hash of its text.
    files: Mapping[str, str] = field(default_factory=dict)
    #: What is different from the plan before, in words.
    since: tuple[str, ...] = field(default=())

    def to_json(self) -> str:
        """As the file holds it."""
        return _SHAPE.dump_json(self).decode() + "\n"

    @classmethod
    def from_json(cls, text: str) -> LastPlan:
        """Read it back. Raises TopmindError where it has another shape (an older version's file)."""
        try:
            return _SHAPE.validate_json(text)
        except ValidationError:
            raise TopmindError(
                "has another shape than this version writes.",
                where="var/last-plan.json",
                fix="The next `topmind send` writes it anew.",
            ) from None


_SHAPE: TypeAdapter[LastPlan] = TypeAdapter(LastPlan)


def read(path: Path) -> LastPlan | None:
    """The last plan; None where there was none yet. Raises TopmindError where the file has another shape."""
    try:
        return LastPlan.from_json(path.read_text("utf-8"))
    except FileNotFoundError:
        return None


def last_plan(
    plan: Plan,
    catalog: Catalog,
    segments: Mapping[str, int],
    at: datetime,
    before: LastPlan | None = None,
    *,
    files: Mapping[str, str] | None = None,
) -> LastPlan:
    """Sum a forecast up. Pure; nothing of a person goes in. The plan must have its outlook.

    `files`: name in words → hash of what is written there.
    """
    outlook = plan.outlook
    assert outlook is not None
    made = LastPlan(
        as_of=plan.as_of,
        at=at,
        plan=plan.hash,
        until=plan.calendar[-1].day,
        active=plan.active,
        unreachable=len(plan.unreachable),
        segments=dict(segments),
        items=mailable(catalog),
        whats=dict(_whats(plan, catalog)),
        days=tuple(
            PlanDay(day=day.day, outside=outside, touches=touches)
            for day, outside, touches in zip(plan.calendar, outlook.outside, outlook.by_segment, strict=True)
            if day.day >= plan.as_of
        ),
        coverage=outlook.coverage,
        lacks=lacks(plan.gaps, outlook.needs),
        held=tuple(_held(plan, catalog)),
        files=dict(files or {}),
    )
    since = differences(before, made) if before else ()
    return replace(made, since=since)


def mailable(catalog: Catalog) -> dict[str, str]:
    """Id → kind of every item that may be mailed."""
    return {
        item.id: item.kind.value
        for item in catalog.items.values()
        if item.status is Status.PUBLISHED and Where.EMAIL in item.where
    }


def what_of(plan: Plan, number: int) -> str:
    """The calendar's name of an occasion: `tuesday-fix/2026-W49`, `first-job/check-in (call)`."""
    occasion = plan.occasions[number]
    return label(occasion) + (f" ({occasion.channel.value})" if occasion.channel.is_task else "")


def _whats(plan: Plan, catalog: Catalog) -> Iterator[tuple[str, What]]:
    for number in sorted({number for day in plan.calendar for number in day.touches}):
        occasion = plan.occasions[number]
        path = file_of(catalog, occasion.kind, occasion.source, occasion.step, occasion.day)
        what = what_of(plan, number)
        group = _group(catalog, occasion.kind, occasion.source) or (
            what.replace("rescue", "rescues", 1) if occasion.kind is SourceKind.RESCUE else what
        )
        yield what, What(title=occasion.title, group=group, channel=occasion.channel.value, path=path)


def _group(catalog: Catalog, kind: SourceKind, source: str) -> str:
    """What all issues of a newsletter, all sends of an announcement are called; "" for anything else."""
    if kind is SourceKind.ISSUE and source in catalog.newsletters:
        return catalog.newsletters[source].title
    if kind is SourceKind.ANNOUNCEMENT and source in catalog.items:
        return catalog.items[source].title
    return ""


def file_of(catalog: Catalog, kind: SourceKind, source: str, step: str | None, day: date) -> str:
    """The file that a person would edit for an occasion; "" where there is none."""
    if kind is SourceKind.ISSUE and source in catalog.newsletters:
        letter = catalog.newsletters[source]
        return letter.issues[day].path if day in letter.issues else letter.path
    if kind is SourceKind.STEP and source in catalog.sequences:
        steps = catalog.sequences[source].steps
        return next((s.path for s in steps if s.id == step), catalog.sequences[source].path)
    if kind is SourceKind.ANNOUNCEMENT and source in catalog.items:
        return catalog.items[source].path
    return ""


def _held(plan: Plan, catalog: Catalog) -> Iterator[HeldRow]:
    assert plan.outlook is not None
    rows = [(plan.occasions[row.occasion], row) for row in plan.outlook.ahead if row.held]
    for occasion, row in sorted(rows, key=lambda pair: (pair[0].day, pair[0].name)):
        if occasion.day >= plan.as_of:
            path = file_of(catalog, occasion.kind, occasion.source, occasion.step, occasion.day)
            yield HeldRow(
                what=occasion.name, day=occasion.day, says=held_words(row), path=path, title=occasion.title
            )
    for offer in early_offers(plan.outlook.offers):
        item = catalog.items[offer.item]
        yield HeldRow(what=offer.item, day=None, says=offer_words(offer), path=item.path, title=item.title)


def lack_texts(plan: LastPlan, dates: DateStyle) -> list[str]:
    """Content gaps in words."""
    return [lack_words(lack, plan.until, dates) for lack in plan.lacks]
