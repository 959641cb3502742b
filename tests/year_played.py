"""Plays the small business's year on a clock that is told the time: a tick for each day, and a diary of what left.

Everything is real but the clock and the transport: files, exports, DuckDB, plan, mails, ledger in SQLite, live pages,
site.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from functools import cached_property
from pathlib import Path
from zoneinfo import ZoneInfo

import read_mail
from topmind import live
from topmind.delivery.memory import MemoryTransport
from topmind.ledger import Counts, Ledger, Task
from topmind.links import Links
from topmind.model import Decision, History, Message, Outcome, OutcomeKind, Reason
from topmind.report import Report
from topmind.run import load, places, reporting, sending, site, why
from topmind.testing.asgi import call
from topmind.testing.clock import FixedClock
from year_project import PROMOTIONS, Contact, Exports, write_project

FIRST, LAST = date(2026, 12, 1), date(2027, 12, 2)
LIVE = "https://live.larch.example"
ENVIRON = {"TOPMIND_TRANSPORT": "memory", "TOPMIND_LIVE_URL": LIVE}

#: UTC. 16:37 or 17:37 in New York, 10:37 or 09:37 of the next day in Auckland: day for everybody.
DAILY = time(21, 37)
#: The other ticks of a day that has several.
EARLY, MORNING, LATE = time(12, 37), time(14, 37), time(22, 37)
#: A tick each day in December and in these days of March; else on Mondays (Tuesday in Auckland) and Tuesdays,
QUIET_WEEK = (0, 1)
MARCH = (date(2027, 3, 1), date(2027, 3, 10))
#: and on days on which something is due, or would be but for a holiday.
MORE_DAYS = {
    date(2027, 1, 20),
    date(2027, 4, 8),
    date(2027, 4, 11),
    date(2027, 6, 10),
    date(2027, 11, 11),
    date(2027, 11, 25),
}
#: Days with four ticks: the first Tuesdays of these months.
FOUR_TICKS = (12, 3, 6, 9)

PEOPLE = (
    Contact(id="kai", email="kai@example.com", first_name="Kai", zone="Pacific/Auckland"),
    Contact(id="olaf", email="olaf@example.com", first_name="Olaf"),
    Contact(id="otto", email="otto@example.com", first_name="Otto"),
    Contact(id="rose", email="rose@example.com", first_name="Rose", wish="seldom"),
    Contact(id="ruth", email="ruth@example.com", first_name="Ruth"),
    Contact(id="tess", email="both@example.com", first_name="Tess"),
    Contact(id="tom", email="Both@Example.com", first_name="Tom"),
    Contact(id="xeno", email="xeno@example.com", first_name="Xeno"),
)
#: Day → who first stands in the export of that morning.
NEW_PEOPLE = {
    date(2026, 12, 2): Contact(id="anna", email="anna@example.com", first_name="Anna"),
    date(2026, 12, 4): Contact(id="uma", email="uma@example.com", first_name="Uma"),
    date(2026, 12, 11): Contact(id="nils", email="nils@example.com", first_name="Nils", newsletter="no"),
    date(2027, 1, 20): Contact(id="pia", email="pia@example.com", first_name="Pia", asked_on="2027-01-19"),
}
#: Day of a job → for whom; it stands in the export of the next morning.
JOBS = {
    date(2025, 3, 3): ("kai", "olaf", "rose", "ruth", "tom", "xeno"),
    date(2025, 6, 10): ("otto",),
    date(2026, 12, 1): ("anna",),
    date(2026, 12, 3): ("uma",),
    date(2026, 12, 10): ("nils",),
    date(2027, 1, 11): ("tess",),
    date(2027, 4, 7): ("pia",),
    date(2027, 6, 14): ("anna",),
    date(2027, 9, 2): ("ruth",),
}
#: What goes wrong on the way: (contact, UTC day) → what the transport does.
ACCIDENTS = {
    ("ruth", date(2027, 2, 16)): "refused",
    ("xeno", date(2027, 2, 23)): "lost",
    ("otto", date(2027, 3, 9)): "arrived, but the answer got lost",
}
ANNA_ANSWERS, UMA_ANSWERS, OLAF_LEAVES = date(2027, 3, 1), date(2027, 3, 3), date(2027, 6, 8)
#: On this evening somebody asks `why` about everybody.
ASKED_WHY = date(2027, 11, 23)


class Carrier:
    """A memory transport with accidents."""

    name = "memory"

    def __init__(self, clock: FixedClock) -> None:
        self.memory, self.clock = MemoryTransport(), clock
        #: Everything that left, in order.
        self.left: list[Sent] = []

    def send(self, message: Message) -> Outcome:
        """As the memory transport, but for the accidents."""
        accident = ACCIDENTS.get((message.touch.contact, self.clock.now().date()))
        if accident == "refused":
            return Outcome(kind=OutcomeKind.REFUSED, reason="no such mailbox")
        if accident == "lost":
            return Outcome(kind=OutcomeKind.UNKNOWN, reason="timeout")
        outcome = self.memory.send(message)
        self.left.append(Sent(at=self.clock.now(), message=message))
        return Outcome(kind=OutcomeKind.UNKNOWN, reason="timeout") if accident else outcome

    def proof(self, touch_hex: str, attempt: int) -> str:
        """What the memory transport knows."""
        return self.memory.proof(touch_hex, attempt)


@dataclass(frozen=True, kw_only=True)
class Sent:
    """One mail that left."""

    at: datetime
    message: Message

    @property
    def contact(self) -> str:
        """Source id."""
        return self.message.touch.contact

    @property
    def source(self) -> str:
        """`weekly`, `first-job` …"""
        return self.message.touch.source

    @property
    def step(self) -> str | None:
        """Step of a sequence."""
        return self.message.touch.step

    @property
    def local(self) -> datetime:
        """The reader's own time."""
        zone = "Pacific/Auckland" if self.contact == "kai" else "America/New_York"
        return self.at.astimezone(ZoneInfo(zone))

    @property
    def day(self) -> date:
        """The reader's own day."""
        return self.local.date()

    @cached_property
    def html(self) -> str:
        """The HTML part as a mail program reads it."""
        part = read_mail.read(self.message.raw).get_body(("html",))
        assert part is not None
        return str(part.get_content())

    @property
    def unsubscribe(self) -> str:
        """The address of one-click unsubscribe."""
        return str(read_mail.read(self.message.raw)["List-Unsubscribe"]).strip("<>")

    def button(self, words: str) -> str:
        """The address behind a button."""
        found = re.search(rf'href="([^"]+)"[^>]*>\s*{re.escape(words)}', self.html)
        assert found, words
        return found[1]


@dataclass(frozen=True, slots=True, kw_only=True)
class Tick:
    """What one run said."""

    at: datetime
    counts: Counts
    #: (contact, occasion) of everybody who was due.
    due: tuple[tuple[str, str], ...]
    #: (contact, occasion, verdict with its reason) of everybody else.
    decisions: tuple[tuple[str, str, Decision], ...]
    broken: dict[Reason, int]
    apart: dict[Reason, int]
    unproven: tuple[str, ...]


@dataclass(slots=True)
class Year:
    """The business in its folder, and the diary of its year."""

    root: Path
    clock: FixedClock
    exports: Exports
    carrier: Carrier
    ticks: list[Tick] = field(default_factory=list)
    #: Tasks that were open after the last tick of a day.
    tasks: dict[date, tuple[Task, ...]] = field(default_factory=dict)
    #: What the ledger knows in the end.
    history: History = field(default_factory=lambda: History(ledger="larch"))
    report: Report | None = None
    #: What `why` said in November of everybody's floor: contact → the limit that bound it, None = kept.
    floors: dict[str, Reason | None] = field(default_factory=dict)

    def mails(self, contact: str = "", source: str = "", step: str = "") -> list[Sent]:
        """What left for customers, in order: of one contact, source, step where given."""
        return [
            mail
            for mail in self.carrier.left
            if mail.source != "@tasks"
            and contact in {"", mail.contact}
            and source in {"", mail.source}
            and step in {"", mail.step}
        ]

    def days(self, contact: str, source: str, step: str = "") -> list[date]:
        """The reader's days on which these left."""
        return [mail.day for mail in self.mails(contact, source, step)]

    def run_at(self, day: date, at: time) -> None:
        """One run as the scheduler starts it: no day is given, the clock has it."""
        self._turn_to(datetime.combine(day, at, UTC))
        done = sending.send(self.root, as_of=None, clock=self.clock, environ=ENVIRON, transport=self.carrier)
        plan, ids = done.decided.plan, done.decided.members.ids
        names = [occasion.name for occasion in plan.occasions]
        self.ticks.append(
            Tick(
                at=self.clock.now(),
                counts=done.report.counts,
                due=tuple((ids[t.contact], names[t.occasion]) for t in plan.due),
                decisions=tuple((ids[d.contact], names[d.occasion], d) for d in plan.decisions),
                broken=dict(plan.floor_broken),
                apart=dict(plan.apart),
                unproven=tuple(one.touch_hex for one in done.report.unproven),
            )
        )

    def press(self, url: str, body: bytes = b"") -> None:
        """Open a link of a mail, which changes nothing, then press its button."""
        project = load.load(self.root, as_of=None, clock=self.clock, environ=ENVIRON)
        inbox = places.inbox(project.settings)
        app = live.app(
            inbox=inbox,
            links=Links(places.key_ring(project.settings), LIVE),
            brand=project.brand,
            company=project.catalog.company.name,
            clock=self.clock,
        )
        assert url.startswith(f"{LIVE}/")
        path = url.removeprefix(LIVE)
        assert call(app, "GET", path).status == 200
        assert inbox.pending() == ()
        assert call(app, "POST", path, body).status == 200
        assert len(inbox.pending()) == 1

    def build(self) -> None:
        """The site, as the scheduled run publishes it before it sends."""
        project = load.load(self.root, as_of=None, clock=self.clock, environ=ENVIRON)
        site.build(project, self.clock, search=False)

    def look_at_tasks(self, day: date, *, done: bool = False) -> None:
        """Note what is open; `done` does it all the same day."""
        with self._ledger() as ledger:
            self.tasks[day] = ledger.tasks()
            for task in self.tasks[day] if done else ():
                assert ledger.task_done(task.touch_hex, day)

    def close(self) -> None:
        """Note what the ledger has, and the report."""
        with self._ledger() as ledger:
            self.history = ledger.history(LAST)
        self.report = reporting.report(self.root, as_of=None, clock=self.clock)

    def _ledger(self) -> AbstractContextManager[Ledger]:
        project = load.load(self.root, as_of=None, clock=self.clock, environ=ENVIRON)
        return places.open_project_ledger(project.settings, self.clock, places.key_ring(project.settings))

    def _turn_to(self, moment: datetime) -> None:
        self.clock.advance(seconds=(moment - self.clock.now()).total_seconds())


def play(root: Path) -> Year:
    """The whole year; some 160 runs."""
    write_project(root)
    clock = FixedClock(datetime.combine(FIRST, EARLY, UTC) - timedelta(hours=1))
    exports = Exports(root / "var" / "contacts", {one.id: one for one in PEOPLE})
    year = Year(root=root, clock=clock, exports=exports, carrier=Carrier(clock))
    year._turn_to(datetime.combine(FIRST, EARLY, UTC) - timedelta(minutes=30))
    before = [day for day in JOBS if day < FIRST - timedelta(days=1)]
    exports.purchases += [(who, day) for day in before for who in JOBS[day]]
    for day in _days(FIRST, LAST):
        _morning(year, day)
        for at in _times(day):
            year.run_at(day, at)
        _evening(year, day)
    year.close()
    return year


def _days(first: date, last: date) -> Iterator[date]:
    yield from (first + timedelta(days=n) for n in range((last - first).days + 1))


def _times(day: date) -> tuple[time, ...]:
    """Ticks of a day: none, one or four."""
    if day.month in FOUR_TICKS and day.weekday() == 1 and day.day <= 7:
        return EARLY, MORNING, DAILY, LATE
    busy = day.month == 12 or MARCH[0] <= day <= MARCH[1]
    here = busy or day.weekday() in QUIET_WEEK or day in MORE_DAYS
    return (DAILY,) if here else ()


def _morning(year: Year, day: date) -> None:
    """The office exports; the site is published where something new stands on it."""
    new, jobs = NEW_PEOPLE.get(day), JOBS.get(day - timedelta(days=1), ())
    if new:
        year.exports.contacts[new.id] = new
    year.exports.purchases += [(who, day - timedelta(days=1)) for who in jobs]
    if new or jobs or day == FIRST:
        year.exports.write()
    if day in PROMOTIONS:
        year._turn_to(datetime.combine(day, EARLY, UTC) - timedelta(minutes=15))
        year.build()


def _evening(year: Year, day: date) -> None:
    """What people do when they have read their mail."""
    if day == ANNA_ANSWERS:
        (check_in,) = year.mails("anna", "first-job", "check-in")
        year.press(check_in.button("All is well"))
    if day == UMA_ANSWERS:
        (check_in,) = year.mails("uma", "first-job", "check-in")
        year.press(check_in.button("Something is not right"), b"comment=It+smokes")
        year.run_at(day, LATE)
        year.look_at_tasks(day, done=True)
    if day == OLAF_LEAVES:
        year.press(year.mails("olaf", "weekly")[-1].unsubscribe, b"List-Unsubscribe=One-Click")
    if day == ASKED_WHY:
        for who in sorted(year.exports.contacts):
            story = why.story(year.root, who, None, as_of=None, clock=year.clock)
            year.floors[who] = story.now.floor_broken
