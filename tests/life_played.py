"""Plays three years of the heating business, tick by tick, on an open ledger and a clock that is told the time.

The mails are carried by a memory transport with accidents; chance has one seed. Between two ticks people and the
office do what they do. A day on which the last plan has nothing is left out, except for a few that prove that nothing
happens on them; `Pace` says how many of the seven scheduled ticks of the other days are played.
"""

from __future__ import annotations

import gc
import json
import random
import shutil
import sqlite3
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time, timedelta
from functools import partial
from pathlib import Path

import pytest

from life_carrier import Carrier
from life_chance import afterwards, happen, settle
from life_checks import Diary
from life_members import differences
from life_memory import Memory
from life_office import edit
from life_people import Town
from life_project import FIRST, LAST, LEDGER, SALES, STEADY, write_project
from topmind import audience, planning
from topmind.errors import GuardError
from topmind.ledger import FolderInbox, open_ledger
from topmind.ledger.store import SqlLedger
from topmind.links import KeyRing, address_hashes
from topmind.model import History, Members, PersonRecord, SourceKind
from topmind.run import adopting, guards, load, moment, places, sending
from topmind.run.carriage import Carriage
from topmind.run.decide import Decided, Remember
from topmind.run.load import Project
from topmind.run.sending import SendResult
from topmind.testing.clock import FixedClock

SEED = 20261201
ENVIRON = {"TOPMIND_TRANSPORT": "memory", "TOPMIND_LIVE_URL": "https://live.heron.example"}
#: The schedule, UTC: by day somewhere, at night elsewhere.
TICKS = tuple(time(hour, 37) for hour in (0, 3, 6, 11, 15, 18, 21))
#: The last is day from New York to Auckland; the first three serve who is a day ahead at any hour of a letter.
AHEAD, MAIN = TICKS[:3], TICKS[6]
SHARED = frozenset({SourceKind.ISSUE, SourceKind.ANNOUNCEMENT})
#: Less than the lead time of a rescue and than every grace of a step.
TOGETHER = timedelta(days=6)
#: No tick on these days: the scheduler was down.
SILENCE = (date(2027, 10, 4), date(2027, 10, 12))
#: The ledger of the first day is put back on the second.
COPIED, RESTORED = date(2028, 4, 30), date(2028, 5, 3)
#: The run of this day is broken off in the middle.
BROKEN_OFF = date(2027, 8, 5)


@dataclass(frozen=True, slots=True, kw_only=True)
class Pace:
    """How large and how close."""

    people: int = 300
    #: Play all seven ticks of every day.
    every_tick: bool = False
    until: date = LAST


@dataclass(slots=True)
class Life:
    """The business, its people, the open ledger and the diary."""

    root: Path
    pace: Pace
    chance: random.Random
    clock: FixedClock
    town: Town
    diary: Diary
    project: Project = field(init=False)
    ledger: SqlLedger = field(init=False)
    memory: Memory = field(init=False)
    carrier: Carrier = field(init=False)
    last: SendResult = field(init=False)
    #: Days that the plan cannot know of.
    fixed: tuple[date, ...] = (*SALES, COPIED, RESTORED, SILENCE[1] + timedelta(days=1))
    ticks: int = 0
    idle: int = 0
    compared: int = 0
    #: Between the copy of the ledger and its return.
    careful: bool = False
    restored: int = 0
    broken_off: int = 0
    edited: int = 0

    # --- one tick ---

    def tick(self, at: datetime) -> None:
        """One run by the clock, as `send` does it once everything is open, and then every check."""
        self.clock.advance(seconds=(at - self.clock.now()).total_seconds())
        self.project = replace(self.project, moment=moment.read(None, self.project.settings, self.clock))
        self.diary.begin(self.town, at)
        carried = Carriage(transport=self.carrier)
        run = partial(sending.tick, self.project, self.ledger, carried, self.clock, self.ring)
        try:
            self.last = run(decide=self._decide)
        except KeyboardInterrupt:
            self.broken_off += 1
            self._somebody_leaves()
            self.last = run(decide=self._decide)
        self.ticks += 1
        if not self.ticks % 60:
            gc.collect()
            gc.freeze()
        self.diary.end(self.last, self.ledger)

    def _somebody_leaves(self) -> None:
        """Whose mail of the broken run waits: the next run must not send it."""
        waiting = [row.key.contact for row in self.ledger.planned()]
        who = next(one for one in waiting if one in self.diary.alone and one not in STEADY)
        entry = {"kind": "opt_out", "contact": who, "at": self.clock.now().isoformat()}
        FolderInbox(self.root / "var" / "inbox").put(entry)
        self.diary.out.add(who)
        self.diary.disturbed([who])

    @property
    def ring(self) -> KeyRing:
        """The project's keys."""
        return places.key_ring(self.project.settings)

    def _decide(self, project: Project, _: Remember) -> Decided:
        at = project.moment
        people = self.town.records()
        self.ledger.sync_people(people, lambda address: address_hashes(self.ring, address))
        history = self.memory.history(at.as_of)
        members = self.town.members(project.catalog, project.spec, history, at.as_of)
        if self.ticks % 60 == 1:
            self._compare(project, people, history, members)
        plan = planning.plan(project.catalog, members, history, at.now)
        self.diary.planned(members, history, plan)
        return Decided(
            project=project, people=people, members=members, history=history, plan=plan, findings=()
        )

    def _compare(
        self, project: Project, people: Sequence[PersonRecord], history: History, ours: Members
    ) -> None:
        self.town.write()
        with audience.open_source(project.spec, project.settings, project.moment.as_of) as source:
            theirs = audience.members(source, project.catalog, history, project.moment.as_of)
            assert tuple(source.people()) == tuple(people)
        found = differences(ours, theirs)
        assert found == [], found
        self.compared += 1

    # --- the machine ---

    def load(self) -> None:
        """Read what people wrote, as a run does; the pages of all items stand on the site."""
        self.project = load.load(self.root, as_of=None, clock=self.clock, environ=ENVIRON)
        pages = {item.url.strip("/") + "/index.html": "" for item in self.project.catalog.items.values()}
        manifest = self.root / "output" / ".topmind" / "manifest.json"
        manifest.parent.mkdir(parents=True, exist_ok=True)
        manifest.write_text(json.dumps({"files": pages}), "utf-8")

    def open(self) -> None:
        """Open the ledger in its file."""
        settings = self.project.settings
        self.ledger = open_ledger(
            settings.ledger_url,
            root=self.root,
            clock=self.clock,
            ledger_id=LEDGER,
            check_value=self.ring.check_value,
        )
        self.memory = Memory(self.ledger)

    def copy_ledger(self) -> None:
        """Somebody makes a copy."""
        path = self.root / "var" / "ledger.db"
        with closing(sqlite3.connect(path)) as here, closing(sqlite3.connect(f"{path}.copy")) as there:
            here.backup(there)

    def restore_ledger(self) -> None:
        """Somebody puts the copy back: nothing goes until it is taken into use."""
        path = self.root / "var" / "ledger.db"
        self.ledger.close()
        for end in ("-wal", "-shm"):
            Path(f"{path}{end}").unlink(missing_ok=True)
        shutil.move(f"{path}.copy", path)
        self.open()
        with pytest.raises(GuardError, match="older than the one that sent last"):
            guards.refuse_restored(self.ledger, "var/ledger.db")
        self.ledger.close()
        self.town.write()
        adopting.adopt(self.root, as_of=None, clock=self.clock, environ=ENVIRON)
        self.open()
        guards.refuse_restored(self.ledger, "var/ledger.db")
        self.diary.restored(self.ledger)
        self.restored += 1


def play(root: Path, pace: Pace) -> Life:
    """From the first day to the last."""
    chance = random.Random(SEED)
    write_project(root)
    clock = FixedClock(datetime.combine(FIRST, time(0, 7), UTC))
    town = Town(root / "var" / "contacts")
    settle(town, pace.people, chance, far=pace.every_tick)
    life = Life(root, pace, chance, clock, town, Diary())
    life.carrier = Carrier(life)
    town.write()
    life.load()
    life.open()
    gc.disable()  # a growing past need not be looked through again and again
    try:
        day, before = FIRST, FIRST - timedelta(days=1)
        while day <= pace.until:
            _day(life, before, day)
            before, day = day, _next_day(life, day)
            if day - before > timedelta(days=1) and chance.random() < 0.2:
                _idle(life, before, day)
        life.diary.close(life.ledger, pace.until)
    finally:
        life.ledger.close()
        gc.unfreeze()
        gc.enable()
    return life


def _day(life: Life, before: date, day: date) -> None:
    """The local day `day` of everybody: what happened since, then its ticks."""
    if edit(life.root, before, day):
        life.load()
        life.edited += 1
    if before < COPIED <= day:
        life.copy_ledger()
    if before < RESTORED <= day:
        _turn_to(life, datetime.combine(day, time(0, 20), UTC))
        life.restore_ledger()
    life.careful = COPIED <= day <= RESTORED
    for number, at in enumerate(_ticks(life, day)):
        if number == 0 and not life.careful:
            happen(life, before, day, datetime.combine(day, at, UTC))
        if before < BROKEN_OFF <= day:
            life.carrier.break_off = 40 if at is MAIN else 0
        life.tick(datetime.combine(day, at, UTC))
        afterwards(life)


def _ticks(life: Life, day: date) -> tuple[time, ...]:
    if life.pace.every_tick or life.chance.random() < 0.02:
        return TICKS
    plan = life.last.decided.plan if life.ticks else None
    kinds = (
        {plan.occasions[n].kind for one in plan.calendar if one.day == day for n in one.touches}
        if plan
        else set()
    )
    shared = not plan or kinds & SHARED
    return (life.chance.choice(AHEAD), MAIN) if shared else (MAIN,)


def _next_day(life: Life, day: date) -> date:
    """The next day on which the last plan has an issue or an announcement, or on which something happens that it
    cannot know; what has days of grace is served together, `TOGETHER` days after the last tick."""
    tomorrow = day + timedelta(days=1)
    if life.pace.every_tick:
        found = tomorrow
    else:
        plan = life.last.decided.plan
        found = min(one for one in (*life.fixed, day + timedelta(days=12)) if one > day)
        for one in plan.calendar:
            kinds = {plan.occasions[number].kind for number in one.touches}
            if one.day > day and kinds:
                found = min(found, one.day if kinds & SHARED else max(one.day, day + TOGETHER))
    return SILENCE[1] + timedelta(days=1) if SILENCE[0] <= found <= SILENCE[1] else found


def _idle(life: Life, before: date, after: date) -> None:
    """A tick of a day in between on which the plan has nothing, at any hour: nothing leaves."""
    # somebody is a day ahead
    busy = (one.day for one in life.last.decided.plan.calendar if one.touches and one.day > before)
    first = min(busy, default=after) - timedelta(days=1)
    between = [before + timedelta(days=n) for n in range(1, (after - before).days)]
    free = [day for day in between if day < first and not SILENCE[0] <= day <= SILENCE[1]]
    if not free:
        return
    day = life.chance.choice(free)
    left = len(life.diary.mails)
    life.tick(datetime.combine(day, life.chance.choice(TICKS), UTC))
    assert len(life.diary.mails) == left, (day, life.diary.mails[left:])
    life.idle += 1


def _turn_to(life: Life, at: datetime) -> None:
    life.clock.advance(seconds=(at - life.clock.now()).total_seconds())
    life.project = replace(life.project, moment=moment.read(None, life.project.settings, life.clock))
