"""A month of ticks every three to five hours, some missed, one day missed whole, while everything moves: zones,
segments, dates, cadences. Planner, the rows of a run and the memory ledger; nobody gets anything twice, too soon or
at night."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from pathlib import Path
from random import Random
from types import SimpleNamespace
from zoneinfo import ZoneInfo

import numpy as np
import pytest

from topmind.ledger import Settle, open_ledger
from topmind.ledger.protocol import Ledger
from topmind.model import (
    Catalog,
    Ceiling,
    Channel,
    DatedIssue,
    FactDate,
    Kind,
    Members,
    Outcome,
    OutcomeKind,
    PersonRecord,
    Purpose,
    Send,
    TouchKey,
    Use,
)
from topmind.planning import cadence, plan
from topmind.planning.occasions import nominal_issues
from topmind.planning.terms import Terms, terms_for
from topmind.run.decide import Decided
from topmind.run.rows import Rows
from topmind.run.waiting import waiting
from topmind.testing.builders import (
    a_catalog,
    a_company,
    a_newsletter,
    a_promise,
    a_segment,
    a_sequence,
    a_slot,
    a_step,
    a_team_member,
    an_item,
    members,
)
from topmind.testing.clock import FixedClock

PEOPLE = 60
FIRST = datetime(2026, 11, 23, 5, tzinfo=UTC)
ZONES = ("America/New_York", "America/Los_Angeles", "Europe/Berlin", "Pacific/Auckland", "Asia/Kolkata")
BOUGHT = "first_purchase()"
WORDS = (
    "Tuesday at 09:00",
    "Wednesday at 10:00",
    "Monday and Thursday at 07:00",
    "every 2 weeks on Friday at 13:00",
    "on the 1st and 15th at 09:00",
    "daily at 09:00",
)
QUIET = time(20), time(8)


def programme() -> Catalog:
    """A letter for everybody, two siblings and a daily one, three announcements of three sends, a sequence, promises that bind."""
    kinds = ("tips", "articles", "promotions", "spotlights")
    items = [
        an_item(
            f"{kinds[n % 4]}/item-{n:02}",
            day=date(2026, 11, 1) + timedelta(days=n % 40),
            use=Use(again_after_months=1) if n % 9 == 0 else Use(),
        )
        for n in range(72)
    ]
    for n in range(3):
        first = date(2026, 11, 26) + timedelta(days=7 * n)
        sends = tuple(Send(number=k + 1, day=first + timedelta(days=3 * k)) for k in range(3))
        items.append(an_item(f"articles/sent-{n}", sends=sends, grace=3))
    slots = [a_slot(0, [Kind.TIP, Kind.ARTICLE]), a_slot(1, [Kind.PROMOTION], optional=True)]
    return a_catalog(
        items=items,
        newsletters=[
            a_newsletter("tuesday-fix", slots, every=WORDS[0], grace=2),
            a_newsletter("owners", slots, every=WORDS[1], one_of="weekly", segments=frozenset({"owners"})),
            a_newsletter("roofs", slots, every=WORDS[3], one_of="weekly", segments=frozenset({"owners"})),
            a_newsletter("every-day", slots, every=WORDS[5], segments=frozenset({"fans"})),
        ],
        sequences=[
            a_sequence(
                starts_from=BOUGHT,
                steps=[
                    a_step("thanks", 1, grace=7, purpose=Purpose.SERVICE),
                    a_step("how-is-it", 6, grace=5),
                    a_step("call", 10, channel=Channel.CALL, grace=7),
                ],
            )
        ],
        segments=[
            a_segment("owners", promise=a_promise(gap=2, floor=14)),
            a_segment(
                "fans",
                promise=a_promise(floor=7, ceilings=(Ceiling(channel=None, count=12, days=30),), gap=1),
            ),
        ],
        team=[a_team_member(calls_per_day=2)],
        company=a_company(quiet=QUIET, blackout=(date(2026, 12, 8),), programme_starts=date(2026, 11, 1)),
    )


def audience(rng: Random) -> Members:
    """Sixty people in five zones; some share an inbox, some bought lately."""
    bought = [
        FactDate(contact=row, day=date(2026, 11, 20) + timedelta(days=rng.randrange(25)), fact=f"i{row}")
        for row in range(0, PEOPLE, 3)
    ]
    return members(
        PEOPLE,
        segments={"fans": range(0, PEOPLE, 4), "owners": range(1, PEOPLE, 2)},
        dates={BOUGHT: bought},
        zones=ZONES,
        zone=np.array([rng.randrange(len(ZONES)) for _ in range(PEOPLE)], dtype=np.int16),
        reach={Channel.EMAIL: np.ones(PEOPLE, dtype=bool), Channel.CALL: np.ones(PEOPLE, dtype=bool)},
        inbox=np.array([row - (row % 10 == 9) for row in range(PEOPLE)], dtype=np.int32),
    )


@dataclass(frozen=True, slots=True)
class Sent:
    """One mail that left."""

    key: TouchKey
    #: The contact's local time then.
    local: datetime
    #: What was promised to them then; whether the newsletter has a period, and how long it was.
    terms: Terms
    spacing: int


@dataclass
class Month:
    """The world as it is now, and what has left so far."""

    rng: Random
    catalog: Catalog
    members: Members
    ledger: Ledger
    clock: FixedClock
    sent: list[Sent] = field(default_factory=list)
    runs: int = 0

    def play(self) -> None:
        """Thirty days."""
        end = FIRST + timedelta(days=30)
        while self.clock.now() < end:
            self.clock.advance(minutes=self.rng.randint(180, 300))
            lost_day = self.clock.now().date() == date(2026, 12, 3)
            if self.rng.random() < 0.1 or lost_day:
                continue
            self.change()
            self.tick()

    def tick(self) -> None:
        """What a run does, without texts and transports; one in ten is broken off."""
        now = self.clock.now()
        as_of = now.astimezone(ZoneInfo(self.catalog.company.zone)).date()
        self.catalog = replace(self.catalog, as_of=as_of)
        self.members = replace(self.members, as_of=as_of)
        self.ledger.expire((now - timedelta(hours=12)).date())
        history = self.ledger.history(as_of)
        made = plan(self.catalog, self.members, history, now, horizon=0)
        moment = SimpleNamespace(all_day=False, now=now, as_of=as_of)
        decided = Decided(
            project=SimpleNamespace(catalog=self.catalog, moment=moment),  # type: ignore[arg-type]
            people=(),
            members=self.members,
            history=history,
            plan=made,
            findings=(),
        )
        left = waiting(decided, self.ledger.planned())
        rows = Rows(decided, {}, left.occasions)
        fresh = [rows.touch(touch) for touch in (*left.touches, *made.due)]
        self.ledger.freeze(fresh, plan=made.hash, head=history.head, skips=left.gone, as_of=as_of)
        self.send(now, most=3 if self.rng.random() < 0.1 else 10_000)
        for task in self.ledger.tasks():
            if self.rng.random() < 0.3:
                self.ledger.task_done(task.touch_hex, as_of)
        self.runs += 1

    def send(self, now: datetime, most: int) -> None:
        """Claim, deliver, settle; now and then nobody knows whether it left, or it is refused."""
        self.ledger.lock("run", who="test")
        settles: list[Settle] = []
        while most > 0:
            claims = self.ledger.claim(owner="run", limit=5, now=now, settles=settles)
            settles = []
            if not claims:
                break
            for claim in claims:
                kind = self.rng.choices(
                    [OutcomeKind.ACCEPTED, OutcomeKind.UNKNOWN, OutcomeKind.REFUSED], [95, 3, 2]
                )[0]
                proof = claim.touch_hex if kind is OutcomeKind.ACCEPTED else ""
                settles.append(Settle(claim=claim, outcome=Outcome(kind=kind, message_id=proof)))
                if kind is not OutcomeKind.REFUSED:
                    self._note(claim.key, now)
            most -= len(claims)
        self.ledger.settle(settles)
        self.ledger.unlock("run")

    def _note(self, key: TouchKey, now: datetime) -> None:
        row = self.members.ids.index(key.contact)
        local = now.astimezone(ZoneInfo(self.members.zones[int(self.members.zone[row])]))
        letter = self.catalog.newsletters.get(key.source)
        starts = self.catalog.company.programme_starts
        spacing = -(-cadence.read(letter.every).spacing(starts) // 2) if letter else 0
        self.sent.append(Sent(key, local, self.terms(row), spacing))

    def terms(self, row: int) -> Terms:
        """What is promised to a contact now."""
        inside = [name for k, name in enumerate(self.members.segments) if self.members.in_segment[row, k]]
        return terms_for(self.catalog.company, [self.catalog.segments[name] for name in inside])

    # --- what moves between ticks ---

    def change(self) -> None:
        """People move and change sides; now and then a file is edited."""
        rng, m = self.rng, self.members
        zone, inside = m.zone.copy(), m.in_segment.copy()
        for _ in range(rng.randint(0, 2)):
            zone[rng.randrange(PEOPLE)] = rng.randrange(len(ZONES))
            inside[rng.randrange(PEOPLE), rng.randrange(2)] ^= True
        facts = m.dates[BOUGHT]
        if rng.random() < 0.1:
            moved = rng.randrange(len(facts))
            by = timedelta(days=rng.choice([-2, -1, 1, 2]))
            facts = tuple(replace(f, day=f.day + by) if k == moved else f for k, f in enumerate(facts))
        self.members = replace(m, zone=zone, in_segment=inside, dates={BOUGHT: facts})
        if rng.random() < 0.2:
            self._edit_cadence(rng.choice(["tuesday-fix", "tuesday-fix", "owners", "roofs"]))
        if rng.random() < 0.1:
            self._move_issue("tuesday-fix")
        if rng.random() < 0.3:
            self._move_send(f"articles/sent-{rng.randrange(3)}")

    def _edit_cadence(self, name: str) -> None:
        letter = replace(self.catalog.newsletters[name], every=self.rng.choice(WORDS[:5]), issues={})
        self._put_letter(letter)

    def _move_issue(self, name: str) -> None:
        """The next issue goes a day earlier or later than its file said."""
        letter = self.catalog.newsletters[name]
        today = self.catalog.as_of
        coming = nominal_issues(letter, self.catalog.company, today, today + timedelta(days=20))
        if coming and coming[0][2] is None:
            was = coming[0][0]
            day = was + timedelta(days=self.rng.choice([-1, 1]))
            self._put_letter(replace(letter, issues={day: DatedIssue(day=day, was=was, path="x.md")}))

    def _put_letter(self, letter: object) -> None:
        letters = {**self.catalog.newsletters, letter.id: letter}  # type: ignore[attr-defined]
        self.catalog = replace(self.catalog, newsletters=letters)

    def _move_send(self, name: str) -> None:
        """Dates to come move; those that went stay (else the announcement is held)."""
        item = self.catalog.items[name]
        by = timedelta(days=self.rng.choice([-2, 1, 2]))
        went = {int(s.key.occurrence) for s in self.sent if s.key.source == name}
        sends = tuple(
            send if send.number <= max(went, default=0) else replace(send, day=send.day + by)
            for send in item.sends
        )
        if all(after.day > before.day for before, after in pairwise(sends)):
            self.catalog = replace(
                self.catalog, items={**self.catalog.items, name: replace(item, sends=sends)}
            )


def a_month(seed: int) -> Month:
    """A month from its first to its last tick."""
    rng = Random(seed)
    people = audience(rng)
    clock = FixedClock(FIRST)
    ledger = open_ledger("memory:", root=Path(), clock=clock, ledger_id="month")
    records = [
        PersonRecord(
            contact=contact, address=f"inbox{people.inbox[row]}@example.com", opt_in={Channel.EMAIL: True}
        )
        for row, contact in enumerate(people.ids)
    ]
    ledger.sync_people(records, lambda address: (f"hash-of-{address}",))
    month = Month(rng, programme(), people, ledger, clock)
    month.play()
    return month


@pytest.fixture(scope="module", params=[1, 2])
def month(request: pytest.FixtureRequest) -> Month:
    """Two of them."""
    return a_month(request.param)


def by_contact(month: Month) -> Iterator[list[Sent]]:
    """Mails of each contact in the order in which they left."""
    found: dict[str, list[Sent]] = defaultdict(list)
    for sent in month.sent:
        found[sent.key.contact].append(sent)
    return iter(found.values())


def test_the_month_is_a_busy_one(month: Month) -> None:
    """Enough ticks and mails of every kind to prove something."""
    kinds = Counter(sent.key.source for sent in month.sent)
    assert month.runs > 120
    assert len(month.sent) > 300
    assert {"tuesday-fix", "owners", "every-day", "first-job", "articles/sent-0"} <= kinds.keys()


def test_nothing_comes_twice(month: Month) -> None:
    """No occasion twice for a contact, on whatever channel; no copy twice in an inbox."""
    touches = Counter((s.key.contact, s.key.source, s.key.step, s.key.occurrence) for s in month.sent)
    assert max(touches.values()) == 1
    inbox = dict(zip(month.members.ids, month.members.inbox.tolist(), strict=True))
    copies = Counter(
        (inbox[s.key.contact], s.key.source, s.key.occurrence)
        for s in month.sent
        if s.key.step is None and s.key.source != "rescue"
    )
    assert max(copies.values()) == 1


def test_nobody_gets_more_sends_than_there_are(month: Month) -> None:
    """However often a date was moved: three sends of an announcement, one thank-you, one letter a half period."""
    sends = Counter((s.key.contact, s.key.source) for s in month.sent if s.key.source in month.catalog.items)
    steps = Counter((s.key.contact, s.key.step) for s in month.sent if s.key.step)
    assert 2 <= max(sends.values()) <= 3  # by chance nobody may have got all three
    assert max(steps.values()) == 1


def test_no_more_than_one_of_a_name_in_a_week(month: Month) -> None:
    """Siblings keep seven days between them."""
    for mails in by_contact(month):
        days = [s.local.date() for s in mails if s.key.source in {"owners", "roofs"}]
        assert all((b - a).days >= 6 for a, b in pairwise(days))


def test_no_item_comes_twice(month: Month) -> None:
    """Neither in two issues nor in an issue and by itself; what may come again waits its month."""
    had: dict[tuple[str, str], date] = {}
    for touch in month.ledger.history(month.catalog.as_of).touches:
        for item in touch.items if touch.counts and touch.key.source not in month.catalog.items else ():
            before = had.get((touch.key.contact, item))
            again = month.catalog.items[item].use.again_after_months
            assert before is None or (again and (touch.day - before).days >= 28)
            had[touch.key.contact, item] = touch.day


def test_no_gap_is_broken(month: Month) -> None:
    """Days between two mails of a contact as promised when the later one left; half a period between issues."""
    for mails in by_contact(month):
        for before, after in pairwise(mails):
            assert (after.local.date() - before.local.date()).days >= after.terms.gap
        issues: dict[str, list[Sent]] = defaultdict(list)
        for mail in mails:
            issues[mail.key.source].append(mail)
        for mine in issues.values():
            for before, after in pairwise(mine):
                assert (after.local.date() - before.local.date()).days >= after.spacing


def test_nothing_goes_at_night_or_on_a_day_of_rest(month: Month) -> None:
    """By the clock on the contact's wall when it left."""
    for sent in month.sent:
        assert QUIET[1] <= sent.local.time() < QUIET[0]
        assert sent.local.date() not in month.catalog.company.blackout


def test_no_ceiling_is_exceeded(month: Month) -> None:
    """In the window that ends with each mail, as promised when it left."""
    for mails in by_contact(month):
        for place, last in enumerate(mails):
            for window, most in last.terms.ceilings:
                days = [(last.local.date() - mail.local.date()).days for mail in mails[: place + 1]]
                assert sum(day < window.days for day in days) <= most
