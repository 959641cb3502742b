"""Why one person gets what they get: the planner's own code on that person, with the facts it decided by."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime

import numpy as np

from topmind.errors import UsageError
from topmind.model import (
    Catalog,
    Channel,
    Decision,
    History,
    Item,
    Members,
    Occasion,
    PastTouch,
    PlannedTouch,
    Reason,
)
from topmind.planning import loop, past
from topmind.planning.assembly import Assembly
from topmind.planning.block import Block, Rows
from topmind.planning.items import Words
from topmind.planning.logs import REASON_OF, BlockLog
from topmind.planning.occasions import RESCUE
from topmind.planning.pool import play
from topmind.planning.selection import available
from topmind.planning.senders import senders
from topmind.planning.sends import announced
from topmind.planning.setting import setting
from topmind.planning.shards import Cut, compete, competing, few, mates
from topmind.planning.terms import UNLIMITED, Terms
from topmind.planning.tries import occurrence


@dataclass(frozen=True, slots=True, kw_only=True)
class CeilingUse:
    """One ceiling of a contact, and how much of it is used."""

    #: None = over all channels.
    channel: Channel | None
    days: int
    most: int
    #: Counted touches of the window that ends today: today's own is in it, frozen or only planned.
    used: int
    #: Of what is left, so many are kept for the floor: issues and announcements leave them to rescues.
    kept: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Coming:
    """One touch that the calendar holds for a contact."""

    day: date
    #: `tuesday-fix/2026-W49`.
    name: str
    channel: Channel


@dataclass(frozen=True, slots=True, kw_only=True)
class AlreadyShown:
    """An item that slots could offer, had they not seen it in the words of a mail."""

    item: Item
    #: `first-job/hello/once`.
    where: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Explanation:
    """Everything the plan knows and decided of one contact. No name, no address."""

    contact: str
    #: The contact's local day.
    today: date
    #: In the last good source, with at least one usable channel.
    active: bool
    segments: tuple[str, ...]
    #: Team id of who signs an ordinary mail.
    sender: str
    #: The promise that holds: the strictest word of each segment.
    terms: Terms
    consent: dict[Channel, bool]
    reach: dict[Channel, bool]
    suppressed: bool
    paused_until: date | None
    last_touch: date | None
    last_valuable: date | None
    #: Last day on which a valuable touch keeps the floor; None = no floor is promised.
    floor_until: date | None
    #: Value items to spend on promotions (a promotion needs and costs `terms.ratio`).
    credit: int
    ceilings: tuple[CeilingUse, ...]
    #: Items they have and may not get again now.
    received: tuple[str, ...]
    #: Those of them that they have by the words of a mail alone, and that are on offer today.
    shown: tuple[AlreadyShown, ...]
    #: Items that slots could offer them today, best first.
    available: tuple[str, ...]
    #: Today's touches and verdicts.
    due: tuple[tuple[Occasion, PlannedTouch], ...]
    decisions: tuple[tuple[Occasion, Decision], ...]
    #: The calendar's touches for them, today included.
    coming: tuple[Coming, ...]
    #: Why the floor is broken today; None = it is not.
    floor_broken: Reason | None


def explain(
    catalog: Catalog,
    members: Members,
    history: History,
    now: datetime,
    contact: str,
    *,
    all_day: bool = False,
    horizon: int = 90,
) -> Explanation:
    """What the plan says of one contact (source id), by the same code.

    Contacts who share the inbox are planned along, and everybody where a capacity of calls binds.

    Raises UsageError for an id that is not in the audience; PlanError as `plan`.
    """
    if contact not in members.ids:
        raise UsageError("there is no contact with this id.", fix="Look the person up: topmind why NAME")
    near = mates(members, members.ids.index(contact))
    part = few(members, near)
    mine, sent = frozenset(part.ids), announced(catalog)
    # a large past is looked through once: what they had, and what went of announcements
    past_ = [t for t in history.touches if (k := t.key).contact in mine or k.source in sent]
    touches = [t for t in past_ if t.key.contact in mine]
    made = setting(
        catalog, part, replace(history, touches=tuple(past_)), now, all_day=all_day, horizon=horizon
    )
    if compete(made, part):
        made = setting(catalog, members, history, now, all_day=all_day, horizon=horizon)
        rows = np.nonzero(competing(made, members))[0]
        part, touches = Cut(made, members, history.touches, [rows]).part(0)
    made = replace(made, history=replace(history, touches=tuple(touches)))
    row = part.ids.index(contact)
    block = Block(made, part)
    settled = past.remember(block, touches)
    today = int(block.today[row])
    for day in range(made.start, today + 1):
        block.roll(day)
    told = _standing(block, row, touches)
    # the days before are over for everybody here: the loop finds them rolled
    log = loop.run(block, settled) if int(block.today.min()) == today else play(made, part, touches)
    assembly = Assembly(made)
    assembly.add(log, np.arange(len(part), dtype=np.intp))
    occasions, due, decisions, _ = assembly.found.numbered(made.start, made.until)
    coming = _coming(log, row, max(made.until, today))
    broken = int(log.broken[row])
    return replace(
        told,
        ceilings=_with(told.ceilings, _on(coming, today)),
        due=tuple((occasions[t.occasion], t) for t in due if t.contact == row),
        decisions=tuple((occasions[d.occasion], d) for d in decisions if d.contact == row),
        coming=coming,
        floor_broken=REASON_OF[broken] if broken else None,
    )


def _standing(block: Block, row: int, touches: Iterable[PastTouch]) -> Explanation:
    """How things stand for a contact at the begin of their today, before anything is planned."""
    part, today = block.members, int(block.today[row])
    catalog, contact = block.setting.catalog, part.ids[row]
    terms = block.terms[block.cls[row]]
    touched = not bool(block.untouched[row])
    mask = np.array([row], dtype=np.intp)
    return Explanation(
        contact=contact,
        today=date.fromordinal(today),
        active=bool(block.taking_part[row]),
        segments=tuple(sorted(block.class_segments[block.cls[row]])),
        sender=team_of(catalog, part, mask),
        terms=terms,
        consent={c: bool(block.consents(c)[row]) for c in Channel},
        reach={c: bool(block.reach(c)[row]) for c in Channel},
        suppressed=bool(part.suppressed[row]),
        paused_until=_day(int(part.paused_until[row])) if part.paused_until[row] > today else None,
        last_touch=_day(int(block.last[row])),
        last_valuable=_day(int(block.value_day[row])) if touched else None,
        floor_until=_day(int(block.value_day[row]) + terms.floor) if terms.floor else None,
        credit=int(block.credit[row]),
        ceilings=_with(_ceilings(block, row), _today(touches, contact, today)),
        received=_named(block, block.seen[:, mask] & block.items[:, mask]),
        shown=tuple(_already_shown(block, row, touches)),
        available=_named(block, available(block, today, mask)),
        due=(),
        decisions=(),
        coming=(),
        floor_broken=None,
    )


def _already_shown(block: Block, row: int, touches: Iterable[PastTouch]) -> Iterator[AlreadyShown]:
    """By the last mail that showed each; what came into their inbox for others is theirs, too."""
    table, setting = block.setting.table, block.setting
    near = {
        block.members.ids[r] for r in (block.inboxes.readers(row) if block.inboxes.shared[row] else [row])
    }
    mine = [t for t in touches if t.counts and t.key.contact in near]
    chosen = {table.bit[name] for t in mine for name in t.items if name in table.bit}
    by = {table.bit[name]: t for t in sorted(mine, key=_day_of) for name in t.shown if name in table.bit}
    kept = block.seen[:, row] & block.items[:, row] & table.offered[int(block.today[row]) - setting.start]
    for bit in sorted(by.keys() - chosen):
        if int(kept[bit // 64]) >> (bit % 64) & 1:
            yield AlreadyShown(item=table.items[bit], where=by[bit].key.name)


def _day_of(touch: PastTouch) -> date:
    return touch.day


def team_of(catalog: Catalog, members: Members, mask: Rows) -> str:
    """Team id of who signs what names no sender of its own."""
    index = int(senders(catalog, members, mask, own=None, source=None)[0])
    return sorted(catalog.team)[index] if index >= 0 else catalog.company.owner


def _day(ordinal: int) -> date | None:
    return date.fromordinal(ordinal) if ordinal > 0 else None


def _today(touches: Iterable[PastTouch], contact: str, today: int) -> list[Channel]:
    """Channels of the counted touches that the ledger has for today."""
    mine = (t for t in touches if t.key.contact == contact and t.counts)
    return [t.key.channel for t in mine if t.day.toordinal() == today]


def _on(coming: tuple[Coming, ...], today: int) -> list[Channel]:
    return [one.channel for one in coming if one.day.toordinal() == today]


def _with(ceilings: tuple[CeilingUse, ...], today: list[Channel]) -> tuple[CeilingUse, ...]:
    """The same with touches of today on these channels."""
    return tuple(
        replace(one, used=one.used + sum(one.channel in {None, c} for c in today)) for one in ceilings
    )


def _ceilings(block: Block, row: int) -> tuple[CeilingUse, ...]:
    """`block` stands at the begin of the contact's today."""
    found = []
    for r, window in enumerate(block.setting.windows):
        most = int(block.tally.limits[r, row])
        if most < UNLIMITED:
            found.append(
                CeilingUse(
                    channel=Channel(window.channel) if window.channel else None,
                    days=window.days,
                    most=most,
                    used=most - int(block.tally.room[r, row]),
                    kept=int(block.tally.kept[r, row]),
                )
            )
    return tuple(found)


def _named(block: Block, words: Words) -> tuple[str, ...]:
    """Ids of the items whose bits are set in the one row."""
    return tuple(
        item.id
        for bit, item in enumerate(block.setting.table.items)
        if int(words[bit // 64, 0]) >> (bit % 64) & 1
    )


def _coming(log: BlockLog, row: int, until: int) -> tuple[Coming, ...]:
    found = [
        (int(one.day[row]), one.ask.occasion.name, one.ask.channel)
        for one in log.shared
        if one.day[row] and one.ask.occasion
    ]
    steps = log.steps
    for place in np.nonzero((steps.row == row) & (steps.day > 0))[0]:
        ask = steps.asks[steps.ask[place]]
        name = f"{ask.source}/{ask.step}/{steps.occurrence[place]}"
        found.append((int(steps.day[place]), name, ask.channel))
    for event in log.rescue.events:
        for place in np.nonzero(event.rows == row)[0]:
            since, untouched = int(event.since[place]), bool(event.untouched[place])
            key = occurrence(since, untouched=untouched, failed=int(event.failed[place]))
            found.append((event.day, f"{RESCUE}/{key}", event.channel))
    return tuple(
        Coming(day=date.fromordinal(day), name=name, channel=channel)
        for day, name, channel in sorted(found)
        if day <= until
    )
