"""A slow plan in plain Python: one contact, one day, one rule at a time, every figure counted anew from lists.

It shares the cadence reader and the model with the planner and nothing else.
"""

from __future__ import annotations

import hashlib
from collections import Counter, defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from functools import wraps
from typing import Any
from zoneinfo import ZoneInfo

from dateutil.relativedelta import relativedelta

from topmind.model import (
    COUNTED,
    Access,
    Approve,
    Body,
    Catalog,
    Channel,
    History,
    Item,
    Kind,
    Members,
    PastTouch,
    Purpose,
    Reason,
    SourceKind,
    Stage,
    Status,
    TouchState,
    Verdict,
    Where,
)
from topmind.planning import cadence

DAY = timedelta(days=1)
NEVER_BY_WAITING = {
    Reason.NOT_IN_SEGMENT,
    Reason.NO_CONSENT,
    Reason.SUPPRESSED,
    Reason.STOP_WHEN,
    Reason.CONDITION,
    Reason.NO_CHANNEL,
    Reason.SAME_INBOX,
}


@dataclass
class Touch:
    """One touch of a contact, past or planned."""

    day: date
    channel: Channel
    value: int
    promotions: int
    items: tuple[str, ...]
    source: str
    name: str
    moves_clock: bool = True
    #: The ledger has it for a day to come.
    ahead: bool = False
    #: A mail that every reader of the inbox has: not a step.
    shared: bool = False
    #: Items that its words showed.
    shown: tuple[str, ...] = ()


@dataclass
class Contact:
    """What the oracle keeps of one contact."""

    row: int
    id: str
    today: date
    now: time
    touches: list[Touch] = field(default_factory=list)
    done: set[tuple[str, str, str, str]] = field(default_factory=set)
    #: Until when each rescue that did not help keeps the next one back, by the day of the valuable touch before.
    failed: dict[str, list[date]] = field(default_factory=lambda: defaultdict(list))


@dataclass
class Occ:
    """One thing a contact may be due for."""

    kind: SourceKind
    source: str
    step: str
    occurrence: str
    channel: Channel
    first: date
    last: date
    at: time = time(9)
    segments: frozenset[str] | None = None
    topics: tuple[str, ...] = ()
    purpose: Purpose = Purpose.MARKETING
    stop: str | None = None
    only_if: str | None = None
    held: bool = False
    stopped: bool = False
    slots: tuple[Any, ...] = ()
    text: bool = False
    nominal: tuple[date, ...] = ()
    words: Body | None = None
    item: Item | None = None
    value: int = 1
    promotions: int = 0
    correction: bool = False
    #: Service off e-mail, asked for by the contact's answer.
    reply: bool = False
    spacing: int = 0
    one_of: str | None = None
    order: int = 0
    sender: str | None = None
    source_sender: str | None = None

    @property
    def name(self) -> str:
        """Short name."""
        return "/".join(p for p in (self.source, self.step, self.occurrence) if p)


@dataclass
class Answer:
    """What the oracle says, in words that do not depend on numbering."""

    due: set[tuple[Any, ...]] = field(default_factory=set)
    decisions: dict[tuple[str, str, str], tuple[Any, ...]] = field(default_factory=dict)
    calendar: Counter[tuple[date, str, str]] = field(default_factory=Counter)
    gaps: Counter[tuple[date, str]] = field(default_factory=Counter)
    broken: Counter[Reason] = field(default_factory=Counter)


def named_in(words: Body) -> list[str]:
    """Items that a text shows to anybody."""
    lines = words.text.splitlines()
    return [line.removeprefix("/// item | ") for line in lines if line.startswith("/// item | ")]


def fixed(ask: Callable[..., Any]) -> Callable[..., Any]:
    """What no touch and no day changes: looked up once for each contact (and word)."""

    @wraps(ask)
    def asked(self: Oracle, c: Contact, *words: Any) -> Any:
        key = (ask.__name__, c.row, *words[:1])
        if key not in self.known:
            self.known[key] = ask(self, c, *words)
        return self.known[key]

    return asked


class Oracle:
    """Plays the days."""

    def __init__(
        self, catalog: Catalog, members: Members, history: History, now: datetime, all_day: bool, horizon: int
    ) -> None:
        self.c, self.m, self.h, self.all_day = catalog, members, history, all_day
        self.until = members.as_of + horizon * DAY
        self.contacts = []
        for row, ident in enumerate(members.ids):
            local = now.astimezone(ZoneInfo(members.zones[members.zone[row]]))
            today = members.as_of if all_day else local.date()
            self.contacts.append(Contact(row, ident, today, local.time().replace(second=0, microsecond=0)))
        todays = [now.astimezone(ZoneInfo(z)).date() for z in members.zones]
        self.start = members.as_of if all_day else min([members.as_of, *todays])
        self.end = max([self.until, members.as_of + 14 * DAY, *([] if all_day else todays)])
        self.answer = Answer()
        self.known: dict[tuple[Any, ...], Any] = {}
        self.calls: Counter[tuple[str, date]] = Counter()
        self.copies: dict[str, set[int]] = defaultdict(set)
        self.planned: dict[tuple[str, str, str], date] = {}
        self.why: dict[tuple[str, str, str], tuple[Reason, date, date, str]] = {}
        self.later: set[tuple[str, str, str]] = set()
        self.rescue_why: dict[int, Reason] = {}
        self._past()

    # --- the past ---

    def _past(self) -> None:
        by_id = {c.id: c for c in self.contacts}
        for t in sorted(
            self.h.touches, key=lambda t: (t.day, t.key.source, t.key.step or "", t.key.occurrence)
        ):
            contact = by_id.get(t.key.contact)
            if contact is None:
                continue
            rescue = t.key.source == "rescue"
            contact.done.add(
                (t.key.source, t.key.step or "", t.key.occurrence, t.key.channel.value if rescue else "")
            )
            if rescue and (until := self._given_up(t)):
                contact.failed[t.key.occurrence.split("/")[0]].append(until)
            if t.state not in COUNTED:
                continue
            name = "/".join(p for p in (t.key.source, t.key.step, t.key.occurrence) if p)
            proven = t.state is not TouchState.UNRESOLVED
            contact.touches.append(
                Touch(
                    t.day,
                    t.key.channel,
                    t.value,
                    t.promotions,
                    t.items,
                    t.key.source,
                    name,
                    proven and not t.bounced,
                    t.day > contact.today,
                    t.key.channel is Channel.EMAIL and t.key.step is None,
                    t.shown,
                )
            )
            if t.key.channel is Channel.EMAIL and t.key.step is None and not rescue:
                self.copies[name].add(int(self.m.inbox[contact.row]))
            if t.key.channel is Channel.CALL:
                own, source = self._step_sender(t.key.source, t.key.step)
                self.calls[self.sender(contact, own, source), t.day] += 1

    @staticmethod
    def _given_up(t: PastTouch) -> date | None:
        """First day on which a rescue that did not help does not count; None = it may have helped."""
        if t.state in {TouchState.EXPIRED, TouchState.MISSED}:
            return date.min
        if t.state is TouchState.SKIPPED:
            return t.day + DAY
        lost = t.bounced or t.state in {TouchState.REFUSED, TouchState.UNRESOLVED}
        return t.day + 7 * DAY if lost else None

    def _step_sender(self, source: str, step: str | None) -> tuple[str | None, str | None]:
        sequence = self.c.sequences.get(source)
        if sequence is None:
            return None, None
        return next((s.sender for s in sequence.steps if s.id == step), None), sequence.sender

    # --- a contact's own terms ---

    @fixed
    def segments(self, c: Contact) -> set[str]:
        """Names of the contact's segments."""
        return {s for k, s in enumerate(self.m.segments) if self.m.in_segment[c.row, k]}

    @fixed
    def promise(self, c: Contact, what: str, pick: Any, default: Any) -> Any:
        """The strictest word of the contact's segments, else the company's, else the default."""
        said = [getattr(self.c.segments[s].promise, what) for s in self.segments(c) if s in self.c.segments]
        said = [value for value in said if value is not None]
        found = pick(said) if said else getattr(self.c.company.promise, what)
        return default if found is None else found

    def floor(self, c: Contact) -> int:
        """Days; 0 = none."""
        return int(self.promise(c, "floor", min, 0))

    def gap(self, c: Contact) -> int:
        """Days."""
        return max(1, int(self.promise(c, "gap", max, 1)))

    def ratio(self, c: Contact) -> int:
        """Value items a promotion."""
        return int(self.promise(c, "value_per_promotion", max, 0))

    def ceilings(self, c: Contact) -> dict[tuple[Channel | None, int], int]:
        """Window → most."""
        own: dict[tuple[Channel | None, int], int] = {}
        for s in self.segments(c):
            for x in self.c.segments[s].promise.ceilings if s in self.c.segments else ():
                own[x.channel, x.days] = min(x.count, own.get((x.channel, x.days), x.count))
        company: dict[tuple[Channel | None, int], int] = {}
        for x in self.c.company.promise.ceilings:
            company[x.channel, x.days] = min(x.count, company.get((x.channel, x.days), x.count))
        return {**company, **own}

    @fixed
    def rescue_channels(self, c: Contact) -> list[Channel]:
        """In order."""
        ranked = sorted(
            (self.c.segments[s] for s in self.segments(c) if s in self.c.segments),
            key=lambda s: (s.rank, s.name),
        )
        found = list(dict.fromkeys(ch for s in ranked for ch in s.promise.rescue))
        return found or list(self.c.company.promise.rescue) or [Channel.EMAIL]

    def sender(self, c: Contact, own: str | None, source: str | None) -> str:
        """Who signs or calls."""
        team = self.c.team
        if own in team:
            return str(own)
        personal = self.m.senders[self.m.sender[c.row]] if self.m.sender[c.row] >= 0 else None
        if personal in team:
            return str(personal)
        ranked = sorted(self.c.segments.values(), key=lambda s: (s.rank, s.name))
        for s in ranked:
            if s.name in self.segments(c) and s.sender in team:
                return str(s.sender)
        return str(source) if source in team else self.c.company.owner

    def credit(self, c: Contact) -> int:
        """Replayed from the first touch on."""
        n = self.ratio(c)
        credit = 0
        for t in sorted(c.touches, key=lambda t: t.day):
            credit = max(min(credit + t.value, 2 * n) - n * t.promotions, -2 * n)
        return credit

    def last_value(self, c: Contact) -> tuple[date, bool]:
        """(day, whether there ever was one)."""
        days = [t.day for t in c.touches if t.value and t.moves_clock]
        days += [t.day for t in self.of_mates(c) if t.value and t.moves_clock]
        if days:
            return max(days), True
        number = int.from_bytes(hashlib.blake2b(c.id.encode(), digest_size=8).digest(), "big")
        begin = max(self.c.company.programme_starts.toordinal(), int(self.m.since[c.row]))
        return date.fromordinal(begin) + (number % self.floor(c)) * DAY, False

    def of_mates(self, c: Contact) -> list[Touch]:
        """What came into the contact's inbox for others who read it."""
        return [t for x in self.mates(c) for t in x.touches if t.shared]

    @fixed
    def mates(self, c: Contact) -> list[Contact]:
        """Others who read the contact's inbox."""
        return [x for x in self.contacts if x is not c and self.m.inbox[x.row] == self.m.inbox[c.row] >= 0]

    def near_floor(self, c: Contact, day: date) -> bool:
        """Within the lead time."""
        floor = self.floor(c)
        return floor > 0 and self.last_value(c)[0] + self.patience(c) * DAY <= day

    def patience(self, c: Contact) -> int:
        """Days of a floor without its lead time."""
        return self.floor(c) - min(7, self.floor(c) // 4)

    def keeps_floor(self, c: Contact, day: date) -> bool:
        """A valuable touch of this day is as good as a rescue."""
        return self.floor(c) > 0 and (self.near_floor(c, day) or not self.last_value(c)[1])

    def needed(self, c: Contact, o: Occ, day: date, channel: Channel | None, days: int) -> int:
        """Touches of a window that an issue or an announcement leaves to rescues: so many that the last of them
        carries the contact over the day on which the window opens again."""
        floor = self.floor(c)
        rescued_by = channel is None or channel in self.rescue_channels(c)
        if not floor or not rescued_by or o.kind not in {SourceKind.ISSUE, SourceKind.ANNOUNCEMENT}:
            return 0
        gives = o.kind is SourceKind.ISSUE or o.value > 0
        if o.correction or any(t.day == day for t in c.touches) or (gives and self.keeps_floor(c, day)):
            return 0
        needed = 0
        while floor + needed * self.patience(c) < days:
            needed += 1
        return needed

    def taking_part(self, c: Contact) -> bool:
        """Active with a usable channel."""
        mail = self.m.reach[Channel.EMAIL][c.row] and not self.m.suppressed[c.row]
        other = any(self.m.reach[x][c.row] for x in self.m.reach if x is not Channel.EMAIL)
        return bool(self.m.active[c.row] and (mail or other))

    # --- items ---

    def has(self, c: Contact, item: Item, day: date) -> bool:
        """Received, and not free again."""
        if item.stop_when and self.m.holds[item.stop_when][c.row]:
            return True
        if item.use.any_time:
            return False
        for t in c.touches + self.of_mates(c):
            if item.id in (*t.items, *t.shown):
                months = item.use.again_after_months
                if months is None or t.day + relativedelta(months=months) > day:
                    return True
        return False

    def open_to(self, c: Contact, item: Item) -> bool:
        """Segment, stage, access."""
        mine = self.segments(c)
        stage = list(Stage)[self.m.stage[c.row]] if self.m.stage[c.row] >= 0 else None
        return not (
            (item.segments and not item.segments & mine)
            or item.exclude & mine
            or (item.stages and stage not in item.stages)
            or (item.access is Access.CLIENTS and not self.m.client[c.row])
        )

    def live(self, c: Contact, item: Item, day: date) -> bool:
        """On the contact's day and on the company's, which the site goes by."""
        at_home = min(max(day - (c.today - self.m.as_of), self.start), self.end)
        return item.live(day) and item.live(at_home)

    def offered(self, c: Contact, day: date, occ: Occ | None = None) -> list[Item]:
        """What slots may take for the contact on this day, best first."""
        found = []
        for item in self.c.items.values():
            mailable = item.status is Status.PUBLISHED and Where.EMAIL in item.where and not item.correction
            if not mailable or not self.live(c, item, day) or not self.open_to(c, item):
                continue
            if self.has(c, item, day) or (not item.is_value and self.unhappy(c)):
                continue
            kept = [s.day + item.grace * DAY for s in item.sends]
            for source, pinned in item.pins:
                letter = self.c.newsletters.get(source)
                kept.append(pinned + (letter.grace if letter else 0) * DAY)
            if kept and day <= max(kept) and not self.pinned(item, occ):
                continue
            found.append(item)
        newest = sorted(found, key=lambda i: (-i.day.toordinal(), i.id))
        dated = sorted((i for i in newest if i.begins), key=lambda i: i.begins)
        return sorted([*dated, *(i for i in newest if not i.begins)], key=lambda i: (i.priority, i.evergreen))

    @staticmethod
    def sells(words: Body, items: Any) -> bool:
        """A text with a code or a promotion in it."""
        named = [items[name] for name in named_in(words) if name in items]
        return bool(words.coupons) or any(item.kind is Kind.PROMOTION for item in named)

    def shows(self, c: Contact, words: Body | None) -> tuple[str, ...]:
        """Items that the contact sees in a text, read line by line."""
        mine, found = self.segments(c), []
        #: Per open block: whether its first branch, and the branch of this line, are for them.
        open_: list[list[bool]] = []
        for line in words.text.splitlines() if words else ():
            word, _, value = (part.strip() for part in line.partition("|"))
            if word in {"/// for", "/// not for"}:
                named = bool(mine & {name.strip() for name in value.split(",")})
                open_.append([named, named == (word == "/// for")])
            elif word == "/// for everyone else":
                open_[-1][1] = not open_[-1][0]
            elif word == "///":
                open_.pop()
            elif word == "/// item" and all(sees for _, sees in open_):
                found.append(value)
        return tuple(found)

    def pinned(self, item: Item, occ: Occ | None) -> bool:
        """The item names this very issue."""
        return occ is not None and any(s == occ.source and d in occ.nominal for s, d in item.pins)

    # --- occasions ---

    def stopped(self, source: str, step: str, occurrence: str) -> bool:
        """By a person."""
        names = {"all", source, "/".join(p for p in (source, step, occurrence) if p)}
        if step:
            names.add(f"{source}/{step}")
        return bool(names & self.h.stopped)

    def shared(self) -> list[Occ]:
        """Announcements, then issues, nearer deadline first."""
        sends = []
        for item in self.c.items.values():
            moved = self.moved(item)
            for send in item.sends if item.status is Status.PUBLISHED else ():
                first = max(send.day, item.day, item.starts or item.day)
                last = send.day + item.grace * DAY
                last = min(last, item.last_day) if item.last_day else last
                if last < first:
                    continue
                sells = item.kind is Kind.PROMOTION and not item.correction
                sends.append(
                    Occ(
                        SourceKind.ANNOUNCEMENT,
                        item.id,
                        "",
                        str(send.number),
                        Channel.EMAIL,
                        first,
                        last,
                        stop=item.stop_when,
                        only_if=send.only_if,
                        held=moved,
                        stopped=self.stopped(item.id, "", str(send.number)),
                        words=send.body or item.body,
                        item=item,
                        value=int(item.is_value),
                        promotions=int(sells),
                        correction=item.correction,
                    )
                )
        issues = []
        for letter in self.c.newsletters.values():
            rule = cadence.read(letter.every)
            anchor = self.c.company.programme_starts
            for day, key in rule.occurrences(self.start - 40 * DAY, self.end, anchor):
                dated = letter.issues.get(day)
                ready = letter.approve is not Approve.READY or (dated is not None and dated.ready)
                own = dated.body if dated and dated.body else None
                sells = own is not None and self.sells(own, self.c.items)
                issues.append(
                    Occ(
                        SourceKind.ISSUE,
                        letter.id,
                        "",
                        key,
                        Channel.EMAIL,
                        day,
                        day + letter.grace * DAY,
                        at=rule.at,
                        segments=letter.segments,
                        topics=letter.topics,
                        held=not ready or bool(dated and dated.hold),
                        stopped=self.stopped(letter.id, "", key),
                        slots=letter.slots(day),
                        text=own is not None and bool(own.text.strip()),
                        nominal=(day,),
                        words=own or letter.body,
                        value=int(own is not None and not sells),
                        promotions=int(sells),
                        spacing=-(-rule.spacing(anchor) // 2),
                        one_of=letter.one_of,
                    )
                )
        near = [o for o in sends if o.last >= self.start and o.first <= self.end]
        return sorted(near, key=lambda o: (o.last, o.source, o.occurrence)) + sorted(
            issues, key=lambda o: (o.last, o.source, o.occurrence)
        )

    def moved(self, item: Item) -> bool:
        """A date of the file is not that on which its send went, of a file that may still send something."""
        left = {TouchState.CLAIMED, TouchState.ACCEPTED, TouchState.REFUSED}
        left |= {TouchState.UNKNOWN, TouchState.UNRESOLVED}
        mine = [t for t in self.h.touches if t.key.source == item.id]

        def opens(day: date) -> date:
            while day in self.c.company.blackout:
                day += DAY
            return day

        days = {s.number: opens(max(s.day, item.day, item.starts or item.day)) for s in item.sends}
        lasts = [min(s.day + item.grace * DAY, item.last_day or date.max) for s in item.sends]
        if not lasts or max(lasts) < self.m.as_of - DAY:
            return False
        for s in item.sends:
            touched = [t for t in mine if t.key.occurrence == str(s.number)]
            went = [t.day for t in touched if t.state in left]
            planned = [t.day for t in touched if t.state is TouchState.PLANNED]
            expired = [t.day for t in touched if t.state is TouchState.EXPIRED]
            first = min(went or planned, default=None)
            if first and any(days[s.number] < days[n] <= first for n in days if n > s.number):
                return True
            over = min(went or expired, default=None)
            if over and s.day > over:
                return True
        return False

    def steps(self, c: Contact) -> list[Occ]:
        """Every step occurrence of one contact."""
        found = []
        order = 0
        for sequence in sorted(self.c.sequences.values(), key=lambda s: s.id):
            for step in sequence.steps:
                order += 1
                facts = sorted(
                    (f for f in self.m.dates[step.starts_from or sequence.starts_from] if f.contact == c.row),
                    key=lambda f: (f.day, f.fact),
                )
                reached = self._reached(c, sequence, step, facts)
                for due, key in self._due_days(sequence, step, facts):
                    if key in reached:
                        continue
                    sells = step.purpose is Purpose.MARKETING and self.sells(step.body, self.c.items)
                    found.append(
                        Occ(
                            SourceKind.STEP,
                            sequence.id,
                            step.id,
                            key,
                            step.channel,
                            due,
                            due + step.grace * DAY,
                            segments=sequence.segments,
                            purpose=step.purpose,
                            stop=sequence.stop_when,
                            only_if=step.only_if,
                            words=step.body,
                            stopped=self.stopped(sequence.id, step.id, key),
                            value=int(not sells),
                            promotions=int(sells),
                            order=order,
                            sender=step.sender,
                            source_sender=sequence.sender,
                            reply=step.purpose is Purpose.SERVICE
                            and step.channel is not Channel.EMAIL
                            and (step.starts_from or sequence.starts_from).startswith("answered("),
                        )
                    )
        return found

    def _reached(self, c: Contact, sequence: Any, step: Any, facts: list[Any]) -> set[str]:
        """Occurrences that a touch of their days stands for, though it had another name then."""
        repeat = step.repeat or sequence.repeat
        due = self._due_days(sequence, step, facts)
        open_ = [
            (day, key)
            for day, key in sorted(due)
            if (sequence.id, step.id, key, "") not in c.done
            and self.start - 2 * step.grace * DAY <= day <= self.end
        ]
        found: set[str] = set()
        mine = (
            t
            for t in self.h.touches
            if t.key.contact == c.id
            and (t.key.source, t.key.step) == (sequence.id, step.id)
            and t.state in COUNTED
            and t.day >= self.start - step.grace * DAY
        )
        for t in sorted(mine, key=lambda t: (t.day, t.key.occurrence)):
            name = t.key.occurrence
            if repeat == "every time" and name in {f.fact for f in facts}:
                continue
            if repeat == "yearly" and any(
                key == name and day <= t.day <= day + step.grace * DAY
                for day, key in self._due_days(sequence, step, facts, every=True)
            ):
                continue
            for day, key in open_:
                if day <= t.day <= day + step.grace * DAY:
                    found.add(key)
                    open_.remove((day, key))
                    break
        return found

    def _due_days(
        self, sequence: Any, step: Any, facts: list[Any], *, every: bool = False
    ) -> list[tuple[date, str]]:
        """`every`: also the years that a yearly step skips or that lie before the programme."""
        repeat = step.repeat or sequence.repeat
        starts = self.c.company.programme_starts
        since = sequence.since or starts
        if repeat == "yearly":
            kept = [f for f in facts if sequence.since is None or f.day >= sequence.since][:1]
            found = []
            for f in kept:
                years, rest = (
                    (step.offset // 365, step.offset % 365) if step.offset >= 365 else (0, step.offset)
                )
                for n in range(0 if every else max(1, years), 120):
                    day = f.day + relativedelta(years=n)
                    if day >= since or every:
                        found.append((day + rest * DAY, str(n)))
            return found
        kept = [f for f in facts if f.day >= since]
        chosen = [(f.day, "once") for f in kept[:1]] if repeat == "once" else [(f.day, f.fact) for f in kept]
        due = []
        for day, key in chosen:
            on = day + step.offset * DAY
            if sequence.backfill and on + step.grace * DAY < sequence.backfill:
                starts_from = step.starts_from or sequence.starts_from
                missed = [
                    s.offset
                    for s in sequence.steps
                    if (s.starts_from or sequence.starts_from, s.repeat or sequence.repeat)
                    == (starts_from, repeat)
                    and day + s.offset * DAY < sequence.backfill
                ]
                if step.offset < max(missed):
                    continue  # a later one was missed, too
                on = sequence.backfill
            due.append((on, key))
        return due

    # --- rules ---

    def refuses(self, c: Contact, o: Occ, day: date) -> tuple[Reason, str] | None:
        """The first rule that says no, without items and capacity."""
        m, row = self.m, c.row
        by_mail = o.channel is Channel.EMAIL
        table = (
            (m.paused_until[row] > day.toordinal(), Reason.PAUSED),
            (day in self.c.company.blackout, Reason.BLACKOUT),
            (by_mail and self.moment(c, o, day) == "over", Reason.QUIET),
        )
        reason = self.never(c, o) or next((reason for says_no, reason in table if says_no), None)
        if reason:
            sad = reason is Reason.HELD and not o.held
            return reason, "not happy, and nobody has followed up" if sad else ""
        if o.reply:
            return None
        return self.too_close(c, o, day) or self.too_many(c, o, day) or self.lost(c, o, day)

    def never(self, c: Contact, o: Occ) -> Reason | None:
        """The first rule that says no on every day."""
        m, row = self.m, c.row
        off = any(t in m.off_topic and m.off_topic[t][row] for t in o.topics)
        sold = o.purpose is Purpose.MARKETING
        by_mail = o.channel is Channel.EMAIL
        meant = (o.segments is None or bool(o.segments & self.segments(c))) and (
            o.item is None or self.open_to(c, o.item)
        )
        table = (
            (not meant, Reason.NOT_IN_SEGMENT),
            (o.stop is not None and m.holds[o.stop][row], Reason.STOP_WHEN),
            (o.only_if is not None and not m.holds[o.only_if][row], Reason.CONDITION),
            (o.held, Reason.HELD),
            (o.promotions and self.unhappy(c), Reason.HELD),
            (o.stopped, Reason.STOPPED),
            (not m.reach[o.channel][row], Reason.NO_CHANNEL),
            (sold and (not m.consent[o.channel][row] or off), Reason.NO_CONSENT),
            (by_mail and m.suppressed[row], Reason.SUPPRESSED),
        )
        return next((reason for says_no, reason in table if says_no), None)

    def unhappy(self, c: Contact) -> bool:
        """They said so, and no task was done for them after it."""
        mine = [a for a in self.h.answers if a.contact == c.id]
        sad = [a for a in mine if a.value in {"not happy", "not-happy"}]
        said = [a.at for a in sad]
        if not said:
            return False
        calls = {a.touch for a in sad} - {""}
        done = [a.at for a in mine if a.value == "done" and a.touch not in calls]
        for t in self.h.touches:
            task = t.key.channel is not Channel.EMAIL and t.state is TouchState.DONE
            if t.key.contact == c.id and task and t.at is not None and t.key.wire("test") not in calls:
                done.append(t.at)
        return all(at <= max(said) for at in done)

    def moment(self, c: Contact, o: Occ, day: date) -> str:
        """now, later or over."""
        if day == c.today and self.all_day:
            return "now"
        now = c.now if day == c.today else time(0)
        begin = max(now, o.at)
        quiet = self.c.company.quiet
        if quiet:
            evening, morning = quiet
            if evening > morning:
                if begin >= evening:
                    return "over"
                begin = max(begin, morning)
            elif evening <= begin < morning:
                begin = morning
        return "now" if begin == now else "later"

    def too_close(self, c: Contact, o: Occ, day: date) -> tuple[Reason, str] | None:
        """Gap and half a period."""
        days = [t.day for t in c.touches]
        last = max(days, default=None)
        if last is not None and last != day and (day - last).days < self.gap(c) and not o.correction:
            return Reason.GAP, ""
        issues = [t.day for t in c.touches if o.spacing and t.source == o.source]
        if issues and max(issues) != day and (day - max(issues)).days < o.spacing:
            return Reason.GAP, ""
        return None

    def too_many(self, c: Contact, o: Occ, day: date) -> tuple[Reason, str] | None:
        """Ceilings: all channels first. A touch of today is the day's own matter; a frozen one of a day to
        come counts."""
        full: list[tuple[bool, Channel | None, int, str]] = []
        for (channel, days), most in self.ceilings(c).items():
            if channel not in {None, o.channel}:
                continue
            counted = [
                t
                for t in c.touches
                if channel in {None, t.channel}
                and t.day + (days - 1) * DAY >= day
                and (t.day < day or t.ahead)
            ]
            if len(counted) >= most:
                full.append((channel is not None, channel, days, ""))
            elif len(counted) + self.needed(c, o, day, channel, days) >= most:
                full.append((channel is not None, channel, days, ", the rest is kept for their floor"))
            elif (coming := self.coming(c, o, day, channel, days)) > 0 and len(counted) + coming >= most:
                full.append((channel is not None, channel, days, ", the rest is kept for a follow-up"))
        if not full:
            return None
        own, channel, days, rest = min(full, key=lambda f: (f[0], f[1] or "", f[2]))
        reason = Reason.CEILING_CHANNEL if own else Reason.CEILING_ALL
        return reason, f"{channel.value if channel else 'touches'} in {days} days{rest}"

    def coming(self, c: Contact, o: Occ, day: date, channel: Channel | None, days: int) -> int:
        """Steps of the next days that want a place in a short window: one is left to each that would else be
        over, and by a rescue to each of value that is due while the floor holds, or within a lead time where it is broken."""
        gives_way = o.kind is not SourceKind.STEP and not o.correction and days <= 14
        if not gives_way or any(t.day == day for t in c.touches):
            return 0
        end = day + (days - 1) * DAY
        found = 0
        for s in self.stepped[c.id]:
            settled = (s.source, s.step, s.occurrence, "") in c.done or self._key(c, s) in self.planned
            if settled or s.reply or channel not in {None, s.channel} or self.never(c, s):
                continue
            early = o.kind is SourceKind.RESCUE and s.value and s.first <= min(self.helps_until(c, day), end)
            found += day < s.last and bool(early or s.last <= end)
        return found

    def helps_until(self, c: Contact, day: date) -> date:
        """Until when a step may take the place of a rescue."""
        breaks = self.last_value(c)[0] + self.floor(c) * DAY
        return breaks if breaks >= day else day + (self.floor(c) - self.patience(c)) * DAY

    def lost(self, c: Contact, o: Occ, day: date) -> tuple[Reason, str] | None:
        """One touch a day, one sibling a week."""
        today = [t for t in c.touches if t.day == day]
        if today:
            return Reason.LOST_TO, today[-1].name
        if o.one_of:
            names = {n.id for n in self.c.newsletters.values() if n.one_of == o.one_of}
            days = [t.day for t in c.touches if t.source in names]
            if days and (day - max(days)).days < 7:
                return Reason.LOST_TO, ""
        return None

    # --- selection ---

    def choose(self, c: Contact, o: Occ, day: date) -> tuple[Reason | None, list[list[Item]], int, int, str]:
        """(reason, items per slot, value, promotions, what is kept back)."""
        shown = self.shows(c, o.words)
        free = [item for item in self.offered(c, day, o) if item.id not in shown]
        n, credit = self.ratio(c), self.credit(c)
        floor = self.floor(c)
        reserve = -(-30 // floor) if floor else 0
        reserve -= int(self.keeps_floor(c, day))
        picked: list[list[Item]] = [[] for _ in o.slots]
        reasons: set[Reason] = set()
        for k in sorted(range(len(o.slots)), key=lambda k: (not o.slots[k].value_only, k)):
            slot = o.slots[k]
            for _ in range(slot.count):
                left = sum(i.evergreen for i in free)
                may = [i for i in free if i.kind in slot.kinds and (i.is_value or n == 0 or credit >= n)]
                pinned = [i for i in may if self.pinned(i, o)]
                may = pinned or [i for i in may if not (i.evergreen and left <= reserve)]
                if not may:
                    break
                item = may[0]
                free = [i for i in free if i.id != item.id]
                picked[k].append(item)
                credit = min(credit + 1, 2 * n) if item.is_value else credit - n
            if not picked[k] and not slot.optional:
                sells = any(i.kind in slot.kinds and not i.is_value for i in free)
                reasons.add(Reason.RATIO if sells else Reason.NOTHING_NEW)
        items = [i for slot in picked for i in slot]
        value = sum(i.is_value for i in items)
        promotions = len(items) - value
        if not items and o.text:
            value, promotions = o.value, o.promotions
            if promotions and n and credit < n:
                reasons.add(Reason.RATIO)
        elif not items and Reason.RATIO not in reasons:
            reasons.add(Reason.NOTHING_NEW)
        if items and not value:
            reasons.add(Reason.ONLY_PROMOTIONS)
        order = (Reason.NOTHING_NEW, Reason.ONLY_PROMOTIONS, Reason.RATIO)
        empty = {kind for slot, got in zip(o.slots, picked, strict=True) if not got for kind in slot.kinds}
        kept = sum(i.evergreen and i.kind in empty for i in free)
        reason = next((r for r in order if r in reasons), None)
        note = f"{kept} item{'s are' if kept > 1 else ' is'} kept for their floor" if kept else ""
        return reason, picked, value, promotions, note if reason is Reason.NOTHING_NEW else ""

    def announces(self, c: Contact, o: Occ, day: date) -> Reason | None:
        """Whether the announced item itself may go."""
        item = o.item
        assert item is not None
        if not self.live(c, item, day):
            return Reason.NOTHING_NEW
        for t in c.touches + self.of_mates(c):
            if item.id in t.items and t.source != item.id and not item.use.any_time:
                months = item.use.again_after_months
                if months is None or t.day + relativedelta(months=months) > day:
                    return Reason.NOTHING_NEW
        if o.promotions and self.ratio(c) and self.credit(c) < self.ratio(c):
            return Reason.RATIO
        return None

    # --- the days ---

    def play(self) -> Answer:
        """Every day, every phase."""
        shared = self.shared()
        self.stepped = stepped = {c.id: self.steps(c) for c in self.contacts if self.taking_part(c)}
        day = self.start
        while day <= self.end:
            here = [c for c in self.contacts if self.taking_part(c) and c.today <= day]
            self._steps(here, stepped, day)
            for o in shared:
                if o.first <= day <= o.last:
                    self._shared(here, o, day)
            self._rescues(here, day)
            self._floors(here, day)
            day += DAY
        self._decide()
        return self.answer

    def _key(self, c: Contact, o: Occ) -> tuple[str, str, str]:
        return c.id, o.name, o.channel.value

    def _refuse(self, c: Contact, o: Occ, day: date, reason: Reason, detail: str = "") -> None:
        if day == c.today:
            self.why[self._key(c, o)] = (reason, day, o.last, detail)

    def _go(
        self,
        c: Contact,
        o: Occ,
        day: date,
        picks: tuple[str, ...],
        per_slot: tuple[int, ...],
        value: int,
        promotions: int,
        last: date,
    ) -> None:
        shared = o.channel is Channel.EMAIL and o.kind is not SourceKind.STEP
        made = Touch(day, o.channel, value, promotions, picks, o.source, o.name, shared=shared)
        made.shown = self.shows(c, o.words)
        c.touches.append(made)
        key = self._key(c, o)
        self.planned[key] = day
        if day <= self.until:
            self.answer.calendar[day, o.name, o.channel.value] += 1
        if day != c.today:
            return
        if o.channel is Channel.EMAIL and self.moment(c, o, day) == "later":
            self.later.add(key)
        else:
            self.answer.due.add((*key, day, picks, per_slot, value, promotions, last))

    def _steps(self, here: list[Contact], stepped: dict[str, list[Occ]], day: date) -> None:
        winners = []
        for c in here:
            passing = []
            for o in stepped[c.id]:
                settled = (o.source, o.step, o.occurrence, "") in c.done or self._key(c, o) in self.planned
                if settled or not o.first <= day <= o.last:
                    continue
                no = self.refuses(c, o, day)
                if no:
                    self._refuse(c, o, day, *no)
                else:
                    passing.append(o)
            passing.sort(key=lambda o: (o.last, o.order, o.stopped, o.first, o.occurrence))
            for place, o in enumerate(passing):
                if place == 0 or o.reply:
                    winners.append((c, o))
                else:
                    self._refuse(c, o, day, Reason.LOST_TO, passing[0].name)
        for c, o in self._admit(winners, day):
            self._go(c, o, day, (), (), o.value, o.promotions, o.last)

    def _admit(self, proposed: list[tuple[Contact, Occ]], day: date) -> list[tuple[Contact, Occ]]:
        def number(c: Contact) -> int:
            return int.from_bytes(hashlib.blake2b(c.id.encode(), digest_size=8).digest(), "big")

        calls = [p for p in proposed if p[1].channel is Channel.CALL]
        others = [p for p in proposed if p[1].channel is not Channel.CALL]
        kept = []
        for c, o in sorted(calls, key=lambda p: (p[1].last, number(p[0]))):
            who = self.sender(c, o.sender, o.source_sender)
            most = self.c.team[who].calls_per_day if who in self.c.team else None
            if most is not None and self.calls[who, day] >= most:
                self._refuse(c, o, day, Reason.CAPACITY)
            else:
                self.calls[who, day] += 1
                kept.append((c, o))
        return others + kept

    def _shared(self, here: list[Contact], o: Occ, day: date) -> None:
        proposed = []
        for c in here:
            if (o.source, "", o.occurrence, "") in c.done or self._key(c, o) in self.planned:
                continue
            no = self.refuses(c, o, day)
            if no:
                self._refuse(c, o, day, *no)
                continue
            if int(self.m.inbox[c.row]) >= 0 and int(self.m.inbox[c.row]) in self.copies[o.name]:
                self._refuse(c, o, day, Reason.SAME_INBOX)
                continue
            if o.item is not None:
                reason, note = self.announces(c, o, day), ""
                found = (o.item.id,), (), o.value, o.promotions
            else:
                reason, slots, value, promotions, note = self.choose(c, o, day)
                picks = tuple(i.id for slot in slots for i in slot)
                found = picks, tuple(len(slot) for slot in slots), value, promotions
            if reason is None:
                proposed.append((c, found))
            else:
                self._refuse(c, o, day, reason, note)
        for c, found in proposed:
            inbox = int(self.m.inbox[c.row])
            if inbox >= 0 and inbox in self.copies[o.name]:
                self._refuse(c, o, day, Reason.SAME_INBOX)
            else:
                self.copies[o.name].add(inbox)
                self._go(c, o, day, *found, o.last)

    def _rescue(self, c: Contact, channel: Channel, day: date) -> Occ:
        since, real = self.last_value(c)
        key = since.isoformat() if real else "never"
        failed = sum(until <= day for until in c.failed[key])
        if failed:
            key = f"{key}/{failed + 1}"
        return Occ(
            SourceKind.RESCUE,
            "rescue",
            "",
            key,
            channel,
            self.start,
            date.max,
            stopped=bool({"all", "rescue"} & self.h.stopped),
        )

    def _rescues(self, here: list[Contact], day: date) -> None:
        waiting = [c for c in here if self.near_floor(c, day)]
        told: set[str] = set()
        self.sleeping: set[str] = set()
        for c in waiting:
            if day == c.today:
                self.rescue_why[c.row] = Reason.NO_CHANNEL
        for place in range(len(Channel)):
            asleep = set(self.sleeping)
            for channel in Channel:
                waiting = [c for c in waiting if self.near_floor(c, day)]
                group = [c for c in waiting if dict(enumerate(self.rescue_channels(c))).get(place) is channel]
                group = [c for c in group if c.id not in asleep]
                proposed: list[Any] = []
                inboxes: set[int] = set()
                for c in group:
                    found = self._propose_rescue(c, channel, day, inboxes, told)
                    if found:
                        proposed.append(found)
                admitted = self._admit_rescues(proposed, day, told)
                for c, o, picks in admitted:
                    self._go(c, o, day, picks, (1,) if picks else (), 1, 0, max(o.last, day))
                    self.rescue_why.pop(c.row, None)
                    self.why = {
                        k: v
                        for k, v in self.why.items()
                        if not (k[0] == c.id and day == c.today and "rescue/" in k[1])
                    }
        for c in waiting:
            if day == c.today and c.id not in told and self.near_floor(c, day):
                o = self._rescue(c, self.rescue_channels(c)[0], day)
                self.why[self._key(c, o)] = (Reason.NO_CHANNEL, day, date.max, "")

    def _propose_rescue(
        self, c: Contact, channel: Channel, day: date, inboxes: set[int], told: set[str]
    ) -> tuple[Contact, Occ, tuple[str, ...]] | None:
        o = self._rescue(c, channel, day)
        o.last = self.last_value(c)[0] + self.floor(c) * DAY
        if ("rescue", "", o.occurrence, channel.value) in c.done:
            self._tell_rescue(c, o, day, (Reason.GAP, ""), told)
            return None
        no = self.refuses(c, o, day)
        picks: tuple[str, ...] = ()
        if not no and channel is Channel.EMAIL:
            picks = tuple(i.id for i in self.offered(c, day) if i.evergreen)[:1]
            inbox = int(self.m.inbox[c.row])
            if not picks:
                no = Reason.NOTHING_NEW, ""
            elif inbox >= 0 and inbox in inboxes:
                no = Reason.SAME_INBOX, ""
            else:
                inboxes.add(inbox)
        if no:
            if no[0] is Reason.QUIET and day < o.last:
                self.sleeping.add(c.id)
            self._tell_rescue(c, o, day, no, told)
            return None
        return c, o, picks

    def _tell_rescue(self, c: Contact, o: Occ, day: date, no: tuple[Reason, str], told: set[str]) -> None:
        if day == c.today and c.id not in told:
            told.add(c.id)
            self.why[self._key(c, o)] = (no[0], day, date.max, no[1])
            self.rescue_why[c.row] = no[0]

    def _admit_rescues(self, proposed: list[Any], day: date, told: set[str]) -> list[Any]:
        kept_keys = set()
        before = dict(self.why)
        for c, o in self._admit([(c, o) for c, o, _ in proposed], day):
            kept_keys.add((c.id, o.channel))
        self.why = before
        for c, o, _ in proposed:
            if (c.id, o.channel) not in kept_keys:
                self._tell_rescue(c, o, day, (Reason.CAPACITY, ""), told)
        return [p for p in proposed if (p[0].id, p[1].channel) in kept_keys]

    def _floors(self, here: list[Contact], day: date) -> None:
        for c in here:
            floor = self.floor(c)
            if not floor:
                continue
            late = (day - self.last_value(c)[0]).days - floor
            if late > 0 and day == c.today and not self.alone(c):
                self.answer.broken[self._bound(c, day)] += 1
            if late == 1 or (late > 0 and day == c.today):
                self._gap(c, day)

    def alone(self, c: Contact) -> bool:
        """No channel of a rescue may or can be used."""
        m, row = self.m, c.row
        return not any(
            m.reach[ch][row] and m.consent[ch][row] and not (ch is Channel.EMAIL and m.suppressed[row])
            for ch in self.rescue_channels(c)
        )

    def _bound(self, c: Contact, day: date) -> Reason:
        """Why the floor is broken: on a day of rest what would hold the rescue on the next day too, if anything."""
        told = self.rescue_why[c.row]
        if told is not Reason.BLACKOUT:
            return told
        channel = next(
            Channel(k[2]) for k, v in self.why.items() if k[0] == c.id and k[1].startswith("rescue/")
        )
        o = self._rescue(c, channel, day)
        no = self.too_close(c, o, day) or self.too_many(c, o, day)
        if no:
            return no[0]
        some = any(i.evergreen for i in self.offered(c, day))
        return Reason.NOTHING_NEW if channel is Channel.EMAIL and not some else told

    def _gap(self, c: Contact, day: date) -> None:
        if Channel.EMAIL not in self.rescue_channels(c):
            return
        m = self.m
        mail = m.reach[Channel.EMAIL][c.row] and m.consent[Channel.EMAIL][c.row] and not m.suppressed[c.row]
        if not mail or any(i.evergreen for i in self.offered(c, day)):
            return
        monday = day - day.weekday() * DAY
        if monday > self.until:
            return
        for s in sorted(self.segments(c)) or ([""] if not m.segments else []):
            self.answer.gaps[monday, s] += 1

    def next_try(self, key: tuple[str, str, str]) -> date | None:
        """Whoever waits because their last rescue has not given way: the day of the next one, which has another name."""
        contact, name, channel = key
        if not name.startswith("rescue/"):
            return None
        since = "/".join(name.split("/")[:2])
        days = (
            day
            for (who, what, how), day in self.planned.items()
            if (who, how) == (contact, channel) and (what == since or what.startswith(f"{since}/"))
        )
        return min(days, default=None)

    def _decide(self) -> None:
        for key, (reason, day, last, detail) in self.why.items():
            goes = self.planned.get(key) or self.next_try(key)
            if goes == day:
                continue
            if reason in NEVER_BY_WAITING:
                verdict = Verdict.NOT_FOR_THEM
            elif reason in {Reason.HELD, Reason.STOPPED} or goes or day < last:
                verdict = Verdict.PENDING
            else:
                verdict = Verdict.EXPIRED
            until = goes if verdict is Verdict.PENDING else None
            self.answer.decisions[key] = (verdict, reason, until, detail)
        todays = {c.id: c.today for c in self.contacts}
        for key in self.later:
            self.answer.decisions[key] = (Verdict.PENDING, Reason.QUIET, todays[key[0]], "later today")


def oracle(
    catalog: Catalog, members: Members, history: History, now: datetime, *, all_day: bool, horizon: int
) -> Answer:
    """The slow plan."""
    return Oracle(catalog, members, history, now, all_day, horizon).play()
