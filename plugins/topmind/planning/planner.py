"""The plan: every contact and occasion with one verdict, from plain values alone (DESIGN §6)."""

from __future__ import annotations

from datetime import datetime

import numpy as np

from topmind.model import Catalog, History, Members, Plan
from topmind.planning.assembly import Assembly
from topmind.planning.contacts import reachable
from topmind.planning.foretold import order
from topmind.planning.outlook import together
from topmind.planning.outlook_parts import Part
from topmind.planning.pool import Wanted, play_all, processes_for
from topmind.planning.setting import FORESEE, Setting, setting
from topmind.planning.shards import Cut, blocks
from topmind.planning.verdicts import plan_hash

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
    foresee: int = FORESEE,
    block: int = BLOCK,
    outlook: bool = False,
    foretell: int | None = None,
    processes: int | None = None,
) -> Plan:
    """What every contact gets today and why not, with a calendar of `horizon` days.

    A held touch is followed for `foresee` days at least, so that what is said of it does not hang on the horizon;
    who asks only what is over now needs none of them.

    `now` is aware. With `all_day` each contact's local day is `members.as_of`, all send times have come and
    quiet hours are open. Deterministic: the order of any input, the size of blocks and the number of processes
    (None = two for a large audience) change nothing. With `outlook` the plan also says what its calendar means
    for people; with `foretell` what becomes of each contact and occasion of so many days ahead (at most the horizon),
    one by one.

    Raises PlanError where a cadence, a zone, a country or a rule cannot be read.
    """
    made = setting(catalog, members, history, now, all_day=all_day, horizon=horizon, foresee=foresee)
    told_until = None if foretell is None else min(made.as_of + foretell, made.until)
    wanted = Wanted(told=True, outlook=outlook, foretell=told_until)
    return _plan(made, members, block, wanted, processes)


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
    processes: int | None = None,
) -> Plan:
    """The calendar, content gaps and broken floors of `plan` without a row or a verdict for each contact: for
    audiences of a million."""
    made = setting(catalog, members, history, now, all_day=all_day, horizon=horizon)
    return _plan(made, members, block, Wanted(told=False, outlook=outlook), processes)


def _plan(made: Setting, members: Members, size: int, wanted: Wanted, processes: int | None) -> Plan:
    cut = Cut(made, members, made.history.touches, blocks(made, members, size))
    found = Assembly(made).found
    parts: list[Part] = []
    for one, part in play_all(made, cut, wanted, processes or processes_for(len(members))):
        found.take_over(one)
        parts += [part] if part else []
    occasions, due, decisions, calendar = found.numbered(made.start, made.until)
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
        gaps=found.content_gaps(),
        unreachable=tuple(int(row) for row in np.nonzero(lost)[0]),
        active=int((members.active & ~lost).sum()),
        promised=found.promised,
        apart={reason: count for reason, count in sorted(found.apart.items()) if count},
        floor_broken=dict(sorted(found.floor_broken.items())),
        outlook=together(parts, made, occasions) if parts else None,
        foretold=tuple(sorted(found.foretold, key=order)),
    )
