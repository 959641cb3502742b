"""The plan: every contact and occasion with one verdict, from plain values alone (DESIGN §6)."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

import numpy as np

from topmind.model import Catalog, History, Members, Plan
from topmind.planning import loop, past
from topmind.planning.assembly import Assembly
from topmind.planning.block import Block, Rows
from topmind.planning.contacts import reachable
from topmind.planning.logs import BlockLog
from topmind.planning.outlook import together
from topmind.planning.outlook_parts import Part, part_of
from topmind.planning.setting import Setting, setting
from topmind.planning.verdicts import plan_hash
from topmind.planning.waits import Waits

#: Most contacts in one block: what one day touches stays in the processor's cache.
BLOCK = 50_000


def plan(
    catalog: Catalog,
    members: Members,
    history: History,
    now: datetime,
    *,
    all_day: bool = False,
    horizon: int = 14,
    block: int = BLOCK,
    outlook: bool = False,
) -> Plan:
    """What every contact gets today and why not, with a calendar of `horizon` days.

    `now` is aware. With `all_day` each contact's local day is `members.as_of`, all send times have come and
    quiet hours are open. Deterministic: the order of any input and the size of blocks change nothing. With
    `outlook` the plan also says what its calendar means for people.

    Raises PlanError where a cadence, a zone, a country or a rule cannot be read.
    """
    made = setting(catalog, members, history, now, all_day=all_day, horizon=horizon)
    return _plan(made, members, block, told=True, outlook=outlook)


def forecast(
    catalog: Catalog,
    members: Members,
    history: History,
    now: datetime,
    *,
    all_day: bool = False,
    horizon: int = 90,
    block: int = BLOCK,
    outlook: bool = False,
) -> Plan:
    """The calendar, content gaps and broken floors of `plan` without a row or a verdict for each contact: for
    audiences of a million."""
    made = setting(catalog, members, history, now, all_day=all_day, horizon=horizon)
    return _plan(made, members, block, told=False, outlook=outlook)


def _plan(made: Setting, members: Members, size: int, *, told: bool, outlook: bool) -> Plan:
    assembly = Assembly(made, told=told)
    parts: list[Part] = []
    for rows in blocks(made, members, size):
        log = play(made, members, rows, waits=outlook)
        assembly.add(log, rows)
        if outlook:
            parts.append(part_of(log))
    occasions, due, decisions, calendar = assembly.numbered()
    ledger = made.history.ledger
    lost = members.active & ~reachable(members)
    return Plan(
        as_of=members.as_of,
        now=made.now,
        ledger=ledger,
        hash=plan_hash(ledger, members.as_of, members, occasions, due),
        occasions=occasions,
        due=due,
        decisions=decisions,
        calendar=calendar,
        gaps=assembly.content_gaps(),
        unreachable=tuple(int(row) for row in np.nonzero(lost)[0]),
        active=int((members.active & ~lost).sum()),
        floor_broken=dict(sorted(assembly.floor_broken.items())),
        outlook=together(parts, made, occasions) if parts else None,
    )


def play(made: Setting, members: Members, rows: Rows, *, waits: bool = False) -> BlockLog:
    """The day loop over these contacts; `waits`: note what an outlook is made of."""
    part = Block(made, take(members, rows))
    done = past.remember(part, made.history.touches)
    if waits:
        part.waits = Waits(part)
    return loop.run(part, done)


def blocks(made: Setting, members: Members, size: int) -> list[Rows]:
    """Rows in blocks that do not depend on each other: contacts who share an inbox stay together, and where
    a capacity of calls binds everybody does."""
    everyone = np.arange(len(members), dtype=np.intp)
    limited = any(member.calls_per_day is not None for member in made.catalog.team.values())
    if limited or len(members) <= size:
        return [everyone]
    _, inverse, counts = np.unique(members.inbox, return_inverse=True, return_counts=True)
    together = (counts[inverse.reshape(-1)] > 1) & (members.inbox >= 0)
    single = everyone[~together]
    parts = [single[i : i + size] for i in range(0, len(single), size)]
    return [*parts, everyone[together]] if together.any() else parts


def take(members: Members, rows: Rows) -> Members:
    """These contacts alone, in the same order."""
    if len(rows) == len(members):
        return members
    place = np.full(len(members), -1, dtype=np.int64)
    place[rows] = np.arange(len(rows))
    return replace(
        members,
        ids=tuple(members.ids[row] for row in rows),
        in_segment=members.in_segment[rows],
        active=members.active[rows],
        stage=members.stage[rows],
        client=members.client[rows],
        zone=members.zone[rows],
        sender=members.sender[rows],
        language=members.language[rows],
        consent={channel: mask[rows] for channel, mask in members.consent.items()},
        reach={channel: mask[rows] for channel, mask in members.reach.items()},
        suppressed=members.suppressed[rows],
        paused_until=members.paused_until[rows],
        off_topic={topic: mask[rows] for topic, mask in members.off_topic.items()},
        inbox=members.inbox[rows],
        fields={},
        dates={
            text: tuple(replace(f, contact=int(place[f.contact])) for f in facts if place[f.contact] >= 0)
            for text, facts in members.dates.items()
        },
        holds={text: mask[rows] for text, mask in members.holds.items()},
    )
