"""Three years of a business with a few hundred customers: chance decides what people and the office do, one seed.

Everything is real but clock and transport, as in `year_played.py`. What is true of people (where they live, what they
agreed to, when they paused) is kept here, apart from topmind, and each tick is held against it.
"""

from __future__ import annotations

import json
import random
import shutil
import sqlite3
from collections import defaultdict
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from topmind.delivery.memory import MemoryTransport
from topmind.errors import GuardError
from topmind.ledger import Counts, FolderInbox
from topmind.model import History, Message, Outcome, OutcomeKind
from topmind.run import adopting, load, places, sending, site
from topmind.testing.clock import FixedClock
from year_project import FILES, PROMOTIONS, Contact, Exports, write_project

FIRST, LAST = date(2026, 12, 1), date(2029, 12, 4)
PEOPLE = 110
ENVIRON = {"TOPMIND_TRANSPORT": "memory", "TOPMIND_LIVE_URL": "https://live.larch.example"}
ZONES = ("America/New_York", "America/Los_Angeles", "Europe/London", "Pacific/Auckland")
STAGES = ("attention", "interest", "conviction", "desire", "action")
#: UTC: in each zone one of them is by day.
TICKS = (time(14, 37), time(21, 37))
#: Contacts whom chance leaves alone.
STEADY = tuple(f"p{n:03}" for n in range(20))
#: From → what the letter's `every:` says from then on.
CADENCES = {
    FIRST: "Tuesday at 09:00",
    date(2027, 2, 10): "first Thursday of the month at 10:00",
    date(2027, 9, 1): "Wednesday at 10:00",
    date(2027, 12, 8): "first Tuesday of the month at 10:00",
    date(2028, 4, 1): "Tuesday at 09:00",
    date(2028, 6, 20): "first Wednesday of the month at 08:30",
}
WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday")
#: No tick from .. to.
SILENCE = (date(2027, 10, 11), date(2027, 10, 19))
#: The ledger of the first day is put back on the second.
COPIED, RESTORED = date(2028, 4, 12), date(2028, 4, 21)

MORE = {
    "segments/seldom.md": FILES["segments/seldom.md"],
    "segments/warm.md": (
        "---\ntitle: Warm\nwho: stage in ('desire', 'action')\nat_most: 3 emails per week, 70 touches per year\n"
        "rescue: [email, call]\nrank: 25\n---\nThey want it.\n"
    ),
    "content/newsletters/digest.md": (
        "---\nid: digest\ntitle: The Quarter\nevery: quarterly at 11:00\n"
        "segments: [customers]\nsubject: The month\n---\nA month in two pieces.\n\n/// slot | 2 tips\n"
    ),
    "content/sequences/turning.md": (
        "---\nid: turning\ntitle: Who turns away\nstarts_from: 'moves: back'\nrepeat: every time\n---\nAsk why.\n"
    ),
    "content/sequences/turning/01-ask.md": (
        "---\ntitle: A call\nafter: 2 days\nchannel: call\npurpose: service\ngrace: 5\n---\nAsk what is missing.\n"
    ),
    "content/sequences/left.md": (
        "---\nid: left\ntitle: No longer warm\nstarts_from: 'leaves: warm'\nrepeat: every time\n---\nStill here.\n"
    ),
    "content/sequences/left/01-note.md": (
        "---\ntitle: A note\nafter: 3 days\ngrace: 7\nsubject: Still here\n---\nNothing to buy.\n"
    ),
}
TIPS = 90


@dataclass(frozen=True, slots=True, kw_only=True)
class Mail:
    """One mail that left, with what was true at that moment."""

    at: datetime
    day: date
    hour: int
    contact: str
    source: str
    step: str | None
    occurrence: str
    hex: str
    inbox: str


@dataclass(slots=True)
class Life:
    """The business, what is true of its people, and a diary."""

    root: Path
    clock: FixedClock
    exports: Exports
    chance: random.Random
    carrier: Carrier = field(init=False)
    mails: list[Mail] = field(default_factory=list)
    #: (representative, day) of each mail of tasks.
    task_mails: list[tuple[str, str]] = field(default_factory=list)
    counts: list[Counts] = field(default_factory=list)
    #: Contact → UTC moments from .. to between which marketing may not come (None: until the end).
    out: dict[str, list[tuple[datetime, datetime | None]]] = field(default_factory=lambda: defaultdict(list))
    #: Contact → days from .. to (their own, the last is free again).
    paused: dict[str, list[tuple[date, date]]] = field(default_factory=lambda: defaultdict(list))
    #: What a tick saw that must not be.
    wrong: list[str] = field(default_factory=list)
    refused_restored: int = 0
    ticks: int = 0
    history: History = field(default_factory=lambda: History(ledger="larch"))

    def zone(self, contact: str) -> ZoneInfo:
        """Where they live now."""
        return ZoneInfo(self.exports.contacts[contact].zone)

    def unwanted(self, mail: Mail) -> bool:
        """Whether its reader had left, or paused."""
        left = any(a <= mail.at and (b is None or mail.at < b) for a, b in self.out[mail.contact])
        return left or any(a <= mail.day < b for a, b in self.paused[mail.contact])


class Carrier:
    """A memory transport that is refused, or gets no answer, now and then."""

    name = "memory"

    def __init__(self, life: Life) -> None:
        self.life, self.memory = life, MemoryTransport()

    def send(self, message: Message) -> Outcome:
        """Most arrive."""
        if message.touch.source == "@tasks":
            self.life.task_mails.append((message.touch.contact, message.touch.occurrence))
            return self.memory.send(message)
        luck = self.life.chance.random()
        steady = message.touch.contact in STEADY
        if luck < 0.002 and not steady:
            return Outcome(kind=OutcomeKind.REFUSED, reason="no such mailbox")
        if luck < 0.003 and not steady:
            return Outcome(kind=OutcomeKind.UNKNOWN, reason="timeout")
        outcome = self.memory.send(message)
        who, now = message.touch.contact, self.life.clock.now()
        local = now.astimezone(self.life.zone(who))
        self.life.mails.append(
            Mail(
                at=now,
                day=local.date(),
                hour=local.hour,
                contact=who,
                source=message.touch.source,
                step=message.touch.step,
                occurrence=message.touch.occurrence,
                hex=message.touch_hex,
                inbox=message.to.lower(),
            )
        )
        return Outcome(kind=OutcomeKind.UNKNOWN, reason="timeout") if luck > 0.9985 else outcome

    def proof(self, touch_hex: str, attempt: int) -> str:
        """What the memory transport knows."""
        return self.memory.proof(touch_hex, attempt)


def _project(root: Path) -> None:
    write_project(root)
    for path in (root / "content" / "tips").glob("*.md"):
        path.unlink()
    texts = dict(MORE)
    for number in range(TIPS):
        texts[f"content/tips/tip-{number:03}.md"] = (
            f"---\ntitle: Tip {number}\ndate: 2026-09-01\nuse: again after 12 months\n"
            f"summary: One small thing, no. {number}.\n---\nLook at it.\n"
        )
    audience = (root / "segments" / "_audience.toml").read_text("utf-8")
    texts["segments/_audience.toml"] = audience.replace('zone = "zone"', 'zone = "zone"\nstage = "stage"')
    for name, text in texts.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")


def _somebody(number: int, chance: random.Random) -> Contact:
    name = f"p{number:03}"
    # every thirtieth reads the mail of the one before
    reader = number - 1 if number % 30 == 29 else number
    return Contact(
        id=name,
        email=f"p{reader:03}@example.com",
        first_name=f"P{number}",
        zone="America/New_York" if name in STEADY else chance.choice(ZONES),
        stage="interest" if name in STEADY else chance.choice(STAGES),
    )


def play(root: Path, until: date = LAST) -> Life:
    """From the first day to `until`."""
    _project(root)
    chance = random.Random(20261201)
    clock = FixedClock(datetime.combine(FIRST, time(9), UTC))
    people = {one.id: one for one in (_somebody(n, chance) for n in range(PEOPLE))}
    life = Life(root, clock, Exports(root / "var" / "contacts", people), chance)
    life.carrier = Carrier(life)
    start = FIRST - timedelta(days=400)
    buyers = [*STEADY, *chance.sample(sorted(people), PEOPLE // 2)]
    life.exports.purchases += [(who, start + timedelta(days=chance.randrange(300))) for who in buyers]
    life.exports.write()
    _build(life)
    for day in _days(until):
        _morning(life, day)
        for at in _ticks(life, day):
            _tick(life, datetime.combine(day, at, UTC))
    with _ledger(life) as ledger:
        life.history = ledger.history(until)
    return life


def _days(until: date) -> Iterator[date]:
    yield from (FIRST + timedelta(days=n) for n in range((until - FIRST).days + 1))


def _ticks(life: Life, day: date) -> tuple[time, ...]:
    """Days on which a letter goes have one tick or two; the 30th, and a few others, have one."""
    if SILENCE[0] <= day <= SILENCE[1]:
        return ()
    words = CADENCES[max(since for since in CADENCES if since <= day)]
    named = WEEKDAYS[day.weekday()] in words if day.weekday() < len(WEEKDAYS) else False
    if named and (day.day <= 7 or not words.startswith("first")):
        return TICKS if life.chance.random() < 0.4 else (life.chance.choice(TICKS),)
    return (TICKS[1],) if day.day == 30 or life.chance.random() < 0.02 else ()


def _tick(life: Life, at: datetime) -> None:
    _turn_to(life, at)
    seen = len(life.mails)
    done = _send(life)
    life.ticks += 1
    life.counts.append(done.report.counts)
    for mail in life.mails[seen:]:
        if life.unwanted(mail) and mail.step not in {"check-in", "anniversary"}:
            life.wrong.append(f"{mail} is not wanted")
        if not 8 <= mail.hour < 20:
            life.wrong.append(f"{mail} comes at night")
    ids, plan = done.decided.members.ids, done.decided.plan
    verdicts = [(ids[t.contact], plan.occasions[t.occasion].name) for t in plan.due]
    verdicts += [(ids[d.contact], plan.occasions[d.occasion].name) for d in plan.decisions]
    if len(verdicts) != len(set(verdicts)):
        life.wrong.append(f"{at}: somebody has two verdicts for one occasion")


def _send(life: Life) -> sending.SendResult:
    def run() -> sending.SendResult:
        return sending.send(life.root, as_of=None, clock=life.clock, environ=ENVIRON, transport=life.carrier)

    try:
        return run()
    except GuardError as error:
        if "older than the one that sent last" not in str(error):
            raise
        life.refused_restored += 1
        adopting.adopt(life.root, as_of=None, clock=life.clock, environ=ENVIRON)
        return run()


def _morning(life: Life, day: date) -> None:
    """What people and the office did since yesterday."""
    chance = life.chance
    _turn_to(life, max(datetime.combine(day, time(6), UTC), life.clock.now()))
    _files(life, day)
    changed = False
    free = [who for who in life.exports.contacts if who not in STEADY]
    if day.weekday() == 0:
        number = len(life.exports.contacts)
        life.exports.contacts[f"p{number:03}"] = _somebody(number, chance)
        changed = True
    if chance.random() < 0.3:
        life.exports.purchases.append((chance.choice(free), day - timedelta(days=1)))
        changed = True
    if chance.random() < 0.3:
        who = chance.choice(free)
        what = chance.choice(("zone", "stage", "stage", "wish"))
        value = {
            "zone": chance.choice(ZONES),
            "stage": chance.choice(STAGES),
            "wish": chance.choice(("", "seldom")),
        }[what]
        life.exports.change(who, **{what: value})
        changed = True
    if changed:
        life.exports.write()
    if chance.random() < 0.12:
        _wish(life, chance.choice(free), day)


def _wish(life: Life, who: str, day: date) -> None:
    """Somebody uses the live pages: leaves, comes back, or pauses. It holds for all who read that inbox."""
    now = life.clock.now()
    address = life.exports.contacts[who].email
    readers = [one.id for one in life.exports.contacts.values() if one.email == address]
    if len(readers) > 1:
        return
    inbox = FolderInbox(life.root / "var" / "inbox")
    entry = {"contact": who, "at": now.isoformat()}
    spans = life.out[who]
    if spans and spans[-1][1] is None:
        inbox.put(entry | {"kind": "opt_in"})
        spans[-1] = (spans[-1][0], now)
    elif life.chance.random() < 0.5:
        inbox.put(entry | {"kind": "opt_out"})
        spans.append((now, None))
    else:
        until = day + timedelta(days=30)
        inbox.put(entry | {"kind": "pause", "value": until.isoformat()})
        life.paused[who].append((day + timedelta(days=1), until))


def _files(life: Life, day: date) -> None:
    """What the marketer edits, and what happens to the machine."""
    ledger = life.root / "var" / "ledger.db"
    letter = life.root / "content" / "newsletters" / "weekly.md"
    if day in CADENCES:
        text = letter.read_text("utf-8")
        head = next(line for line in text.splitlines() if line.startswith("every:"))
        letter.write_text(text.replace(head, f"every: {CADENCES[day]}"), "utf-8")
    if day.day == 1 and day.month in {2, 5, 9}:
        ends = day + timedelta(days=27)
        (life.root / "content" / "promotions" / f"sale-{day}.md").write_text(
            f"---\ntitle: Sale of {day:%B}\ndate: {day}\nstarts: {day}\nends: {ends}\noffer: a tenth\n"
            "link: https://larch.example/offer/\n---\nBook now.\n",
            "utf-8",
        )
        _published(life, f"promotions/sale-{day}/index.html")
    if day in PROMOTIONS:
        _published(life, f"promotions/offer-{day}/index.html")
    if day == COPIED:
        with closing(sqlite3.connect(ledger)) as here, closing(sqlite3.connect(f"{ledger}.copy")) as there:
            here.backup(there)
    if day == RESTORED:
        for end in ("-wal", "-shm"):
            Path(f"{ledger}{end}").unlink(missing_ok=True)
        shutil.move(f"{ledger}.copy", ledger)


def _published(life: Life, page: str) -> None:
    """The page of a new offer stands on the site before a letter leads to it; building it for good takes a second."""
    manifest = life.root / "output" / ".topmind" / "manifest.json"
    found = json.loads(manifest.read_text("utf-8"))
    found["files"][page] = ""
    manifest.write_text(json.dumps(found), "utf-8")


def _build(life: Life) -> None:
    project = load.load(life.root, as_of=None, clock=life.clock, environ=ENVIRON)
    site.build(project, life.clock, search=False)


def _turn_to(life: Life, moment: datetime) -> None:
    life.clock.advance(seconds=(moment - life.clock.now()).total_seconds())


def _ledger(life: Life):  # type: ignore[no-untyped-def]
    project = load.load(life.root, as_of=None, clock=life.clock, environ=ENVIRON)
    return places.open_project_ledger(project.settings, life.clock, places.key_ring(project.settings))
