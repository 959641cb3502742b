"""The diary of the three years: what is true of people, everything that left, and the promises held against it.

Each tick is checked when it is over, from the wire, the plan and the ledger's own memory; the promises are the plain
numbers of `life_project`, so that nothing here asks the code that it judges.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from life_floor import check_floor
from life_people import Town
from life_project import FIRST, LEDGER
from life_promises import ON_ITS_WAY, RESCUE, SERVICE, Left, Touch, at_rest, terms_of
from life_rules import broken_rules
from topmind.ledger import Counts, Ledger
from topmind.model import (
    COUNTED,
    Channel,
    History,
    Members,
    PastTouch,
    Plan,
    Reason,
    SourceKind,
    TouchKey,
    TouchState,
)
from topmind.run.sent import SendResult


@dataclass(slots=True)
class Diary:
    """Everything that is true, and everything that was wrong."""

    mails: list[Left] = field(default_factory=list)
    counts: list[Counts] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)
    #: Check-in mails that nobody has answered yet.
    questions: list[Left] = field(default_factory=list)
    #: Who left, turned a topic off, rests until when; addresses that bounced or complained.
    out: set[str] = field(default_factory=set)
    off_topic: set[str] = field(default_factory=set)
    paused: dict[str, date] = field(default_factory=dict)
    suppressed: set[str] = field(default_factory=set)
    #: Broken floors by the reason that was named: contact-days.
    broken: Counter[Reason] = field(default_factory=Counter)
    #: Near a broken floor, and somebody was rescued.
    rescued: int = 0
    promotions: int = 0
    tasks: int = 0
    #: Mails that the restored ledger does not know.
    lost: set[str] = field(default_factory=set)
    #: Contact → days of valuable mails that left, and of tasks that were done in the end.
    valued: dict[str, list[date]] = field(default_factory=lambda: defaultdict(list))
    #: Contact → moment of the last thing that happened to them.
    moved: dict[str, datetime] = field(default_factory=dict)

    town: Town = field(init=False)
    at: datetime = datetime(2026, 12, 1, tzinfo=UTC)
    members: Members = field(init=False)
    plan: Plan = field(init=False)
    history: History = field(init=False)
    #: Of the ledger when the tick began: touches, day of the last valuable one; rows; who reads an inbox alone.
    past: dict[str, list[PastTouch]] = field(default_factory=dict)
    value: dict[str, date] = field(default_factory=dict)
    row: dict[str, int] = field(default_factory=dict)
    alone: set[str] = field(default_factory=set)
    _hexes: set[str] = field(default_factory=set)
    _copies: set[tuple[str, str, str]] = field(default_factory=set)
    #: What every touch that was ever due carries.
    _carries: dict[TouchKey, Touch] = field(default_factory=dict)
    _seen: int = 0

    # --- what happens ---

    def disturbed(self, contacts: Iterable[str], until: datetime | None = None) -> None:
        """Chance has its hand in these contacts, now or `until` then."""
        self.moved |= dict.fromkeys(contacts, until or self.at)

    def begin(self, town: Town, at: datetime) -> None:
        """A tick begins."""
        self.town, self.at, self._seen = town, at, len(self.mails)

    def planned(self, members: Members, history: History, plan: Plan) -> None:
        """What the tick stands on, and what it decided."""
        self.members, self.history, self.plan = members, history, plan
        past: dict[str, list[PastTouch]] = defaultdict(list)
        value: dict[str, date] = {}
        for touch in history.touches:
            who = touch.key.contact
            past[who].append(touch)
            if touch.value and touch.state in ON_ITS_WAY and not touch.bounced:
                value[who] = max(touch.day, value.get(who, touch.day))
        self.past, self.value = past, value
        self.row = {contact: row for row, contact in enumerate(members.ids)}
        readers = Counter(p.email for p in self.town.people.values())
        self.alone = {p.id for p in self.town.people.values() if readers[p.email] == 1 or not p.email}
        for due in plan.due:
            key = plan.occasions[due.occasion].key(members.ids[due.contact])
            if not self.knows(key):
                self._carries[key] = Touch(
                    key=key, day=due.day, items=due.picks, value=due.value, promotions=due.promotions
                )

    def knows(self, key: TouchKey) -> bool:
        """Whether the ledger had this touch before the tick."""
        return any(t.key == key for t in self.past.get(key.contact, ()))

    def mail(self, left: Left) -> None:
        """A mail is on the wire: checked at once for what must never be."""
        person, key = self.town.people.get(left.key.contact), left.key
        self.mails.append(left)
        if left.hex in self._hexes:
            self.say(f"{key} left twice")
        self._hexes.add(left.hex)
        if key.step is None and key.source != RESCUE:
            copy = (left.inbox, key.source, key.occurrence)
            if copy in self._copies:
                self.say(f"{key}: a second copy in one inbox")
            self._copies.add(copy)
        if person is None or person.email != left.inbox:
            self.say(f"{key} went to somebody who is no longer there")
            return
        local = left.at.astimezone(ZoneInfo(person.zone))
        if not time(8) <= local.time() < time(20):
            self.say(f"{key} left at night: {local}")
        if left.inbox in self.suppressed:
            self.say(f"{key} to a suppressed address")
        marketing = key.step not in SERVICE
        if marketing and (
            person.newsletter == "no" or not self.out.isdisjoint(self.town.readers(left.inbox))
        ):
            self.say(f"{key} without consent")
        if key.source == "quarter" and key.contact in self.off_topic:
            self.say(f"{key} of a topic that was turned off")
        if key.step == "check-in":
            self.questions.append(left)

    def say(self, words: str) -> None:
        """Note what must not be."""
        self.wrong.append(f"{self.at}: {words}")

    # --- after a tick ---

    def end(self, done: SendResult, ledger: Ledger) -> None:
        """Hold the tick against every promise."""
        c = done.report.counts
        self.counts.append(c)
        if c.planned != c.accepted + c.refused + c.skipped + c.expired + c.unknown + c.waiting:
            self.say(f"the day's equation does not hold: {c}")
        self._one_verdict()
        fresh = self._fresh()
        for touch in fresh:
            self._promises(touch)
            if touch.value and not touch.key.channel.is_task:
                self.valued[touch.key.contact].append(touch.day)
        self.disturb_failed(done)
        check_floor(self, fresh)

    def disturb_failed(self, done: SendResult) -> None:
        """Whose mail was refused, is unproven or waits."""
        self.disturbed(one.key.contact for one in done.report.unproven)

    def _one_verdict(self) -> None:
        """Everybody is either due for an occasion, or told why not: never both."""
        ids, occasions = self.members.ids, self.plan.occasions
        names = [(one.contact, one.occasion) for one in (*self.plan.due, *self.plan.decisions)]
        if len(names) != len(set(names)):
            self.say("somebody has two verdicts for one occasion")
        told = set(names)
        for number, occasion in enumerate(occasions):
            if occasion.kind is not SourceKind.ISSUE:
                continue
            for row, contact in enumerate(ids):
                if (
                    self.members.active[row]
                    and self.today(contact) == occasion.day
                    and (row, number) not in told
                ):
                    key = occasion.key(contact)
                    if not self.knows(key) and self._reachable(row):
                        self.say(f"{key}: no verdict")

    def _reachable(self, row: int) -> bool:
        m = self.members
        return any(
            bool(on[row]) and not (channel is Channel.EMAIL and m.suppressed[row])
            for channel, on in m.reach.items()
        )

    def today(self, contact: str) -> date:
        """The contact's local day."""
        return self.at.astimezone(ZoneInfo(self.town.people[contact].zone)).date()

    def _fresh(self) -> list[Touch]:
        """Mails that left in this tick and tasks that it made, with what they carry."""
        keys = [self.plan.occasions[t.occasion].key(self.members.ids[t.contact]) for t in self.plan.due]
        tasks = [self._carries[key] for key in keys if key.channel.is_task and not self.knows(key)]
        self.tasks += len(tasks)
        mails = []
        for left in self.mails[self._seen :]:
            if left.key.contact not in self.town.people:
                continue
            carried = self._carries.get(left.key)
            if carried is None:
                self.say(f"{left.key} left and was never due")
                continue
            day = self.today(left.key.contact)
            mails.append(
                Touch(
                    key=left.key,
                    day=day,
                    items=carried.items,
                    value=carried.value,
                    promotions=carried.promotions,
                )
            )
        return mails + tasks

    def segments(self, contact: str) -> frozenset[str]:
        """Where the contact is today."""
        inside = self.members.in_segment[self.row[contact]].tolist()
        return frozenset(name for name, yes in zip(self.members.segments, inside, strict=True) if yes)

    def _promises(self, touch: Touch) -> None:
        """Pauses and days of rest, and whatever `life_rules` knows."""
        key, day = touch.key, touch.day
        until = self.paused.get(key.contact)
        if until and day < until:
            self.say(f"{key} during a pause until {until}")
        if at_rest(day):
            self.say(f"{key} on a day of rest, {day}")
        self.promotions += bool(touch.promotions)
        before = [t for t in self.past.get(key.contact, ()) if t.counts and t.key != key]
        shared = key.channel is Channel.EMAIL and key.contact not in self.alone
        mates = self.town.mates(key.contact) if shared else ()
        theirs = [t for mate in mates for t in self.past.get(mate, ()) if t.counts and t.key.step is None]
        for words in broken_rules(touch, before, theirs, terms_of(self.segments(key.contact))):
            self.say(f"{key} on {day}: {words}")

    # --- the ledger ---

    def restored(self, ledger: Ledger) -> None:
        """After an old copy was taken into use: which mails it does not know."""
        known = {t.key.wire(LEDGER) for t in ledger.history(self.at.date()).touches}
        self.lost = {mail.hex for mail in self.mails} - known
        self.disturbed({mail.key.contact for mail in self.mails if mail.hex in self.lost})

    def close(self, ledger: Ledger, until: date) -> None:
        """In the end: wire and ledger say the same, every day's equation holds, nothing is left lying."""
        history = ledger.history(until)
        state = {t.key.wire(LEDGER): t for t in history.touches if t.key.channel is Channel.EMAIL}
        for mail in self.mails:
            touch = state.get(mail.hex)
            if mail.hex not in self.lost and (touch is None or touch.state not in COUNTED):
                self.say(f"{mail.key} left, and the ledger says {touch.state if touch else 'nothing'}")
        for hexed, touch in state.items():
            if touch.state is TouchState.ACCEPTED and hexed not in self._hexes:
                self.say(f"{touch.key} is accepted and never left")
            if touch.state in {TouchState.PLANNED, TouchState.CLAIMED} and (until - touch.day).days > 3:
                self.say(f"{touch.key} has been {touch.state} since {touch.day}")
        for n in range((until - FIRST).days + 1):
            c = ledger.counts(FIRST + timedelta(days=n))
            if c.planned != c.accepted + c.refused + c.skipped + c.expired + c.unknown + c.waiting:
                self.say(f"the equation of {FIRST + timedelta(days=n)} does not hold: {c}")
        for touch in history.touches:
            if touch.value and touch.state is TouchState.DONE:
                self.valued[touch.key.contact].append(touch.day)
        self.history = history
