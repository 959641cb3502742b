"""Could one touch more, or one touch on another day, have kept a floor? Every possibility is tried.

For small worlds after a time of ticks: all touches are known, so each try is judged against all of them, those
before it and those after.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

from topmind.model import Access, Channel, Item, PastTouch, Reason, Stage, Status, Where
from topmind.planning import cadence
from topmind.planning.terms import Terms, terms_for
from unit.planning.worlds import World

DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Break:
    """A floor that was broken: no valuable touch from `since` to the end of the floor."""

    row: int
    since: date
    floor: int

    @property
    def days(self) -> list[date]:
        """Days on which a touch within the lead time would have kept it."""
        lead = min(7, self.floor // 4)
        return [self.since + n * DAY for n in range(self.floor - lead, self.floor + 1)]


class Lives:
    """What happened to everybody from `first` to `last`, and what else could have."""

    def __init__(self, w: World, touches: Sequence[PastTouch], first: date, last: date) -> None:
        self.w, self.first, self.last = w, first, last
        self.of: dict[str, list[PastTouch]] = defaultdict(list)
        for touch in touches:
            if touch.counts:
                self.of[touch.key.contact].append(touch)

    def terms(self, row: int) -> Terms:
        """The promise of one contact."""
        m, segments = self.w.members, self.w.catalog.segments
        mine = [name for k, name in enumerate(m.segments) if m.in_segment[row, k] and name in segments]
        return terms_for(self.w.catalog.company, [segments[name] for name in mine])

    def readers(self, row: int) -> list[str]:
        """Ids of everybody who reads this contact's inbox."""
        m = self.w.members
        if m.inbox[row] < 0:
            return [m.ids[row]]
        return [m.ids[k] for k in range(len(m)) if m.inbox[k] == m.inbox[row]]

    def valuable(self, row: int) -> list[date]:
        """Days of touches that keep this contact's floor."""
        own = self.w.members.ids[row]
        return sorted(
            t.day
            for reader in self.readers(row)
            for t in self.of[reader]
            if t.value and (reader == own or (t.key.channel is Channel.EMAIL and t.key.step is None))
        )

    def breaks(self, more: timedelta = DAY * 0) -> Iterator[Break]:
        """Every floor that was kept once and then broken, up to the last day and so many more."""
        for row in range(len(self.w.members)):
            floor = self.terms(row).floor
            days = self.valuable(row)
            for number, day in enumerate(days):
                after = days[number + 1] if number + 1 < len(days) else self.last + more + DAY
                if floor and (after - day).days > floor:
                    yield Break(row=row, since=day, floor=floor)

    def binds(self, row: int, day: date, reason: Reason) -> bool:
        """Whether what is named for a broken floor really holds a rescue of this day on the first channel."""
        m, terms = self.w.members, self.terms(row)
        channel = terms.rescue[0]
        mine = [t for t in self.of[m.ids[row]] if t.day < day]
        full = any(
            sum((day - t.day).days < window.days for t in mine if window.channel in {"", t.key.channel})
            >= most
            for window, most in terms.ceilings
        )
        by_mail = channel is Channel.EMAIL
        holds = {
            Reason.NO_CONSENT: not m.consent[channel][row],
            Reason.SUPPRESSED: by_mail and m.suppressed[row],
            Reason.NO_CHANNEL: not m.reach[channel][row],
            Reason.PAUSED: m.paused_until[row] > day.toordinal(),
            Reason.BLACKOUT: day in self.w.catalog.company.blackout,
            Reason.GAP: any((day - t.day).days < terms.gap for t in mine),
            Reason.CEILING_ALL: full,
            Reason.CEILING_CHANNEL: full,
            Reason.NOTHING_NEW: by_mail and self._something(row, day) is None,
            Reason.LOST_TO: any(t.day == day for t in self.of[m.ids[row]]),
            Reason.STOPPED: not {"all", "rescue"}.isdisjoint(self.w.history.stopped),
            Reason.CAPACITY: channel is Channel.CALL,
            Reason.SAME_INBOX: len(self.readers(row)) > 1,
        }
        return bool(holds.get(reason, False))

    def addable(self, b: Break) -> tuple[date, Channel] | None:
        """A day and channel on which a rescue would have been legal."""
        if not {"all", "rescue"}.isdisjoint(self.w.history.stopped):
            return None
        for day in b.days:
            for channel in self.terms(b.row).rescue:
                if self.first <= day <= self.last and self._legal(b.row, day, channel):
                    return day, channel
        return None

    def movable(self, b: Break) -> tuple[PastTouch, date, tuple[date, Channel] | None] | None:
        """An issue or announced send that could have gone on a later day of its grace, so that one floor less is
        broken, by itself or with a rescue that it makes legal: (touch, its later day, the rescue)."""
        contact = self.w.members.ids[b.row]
        for touch in [t for t in self.of[contact] if t.day <= b.days[-1]]:
            for day in self._later_days(touch):
                if found := self._better(b, touch, day):
                    return found
        return None

    def _better(
        self, b: Break, touch: PastTouch, day: date
    ) -> tuple[PastTouch, date, tuple[date, Channel] | None] | None:
        if not self._keeps_terms(b.row, day, touch.key.channel, touch):
            return None
        before = self._count(b.row)
        moved = replace(touch, day=day)
        mine = self.of[touch.key.contact]
        place = mine.index(touch)
        mine[place] = moved
        try:
            left = [x for x in self.breaks() if x.row == b.row]
            # a floor that only breaks later is broken all the same
            after = self._count(b.row, day - touch.day)
            if all(now < then for now, then in zip(after, before, strict=True)):
                return touch, day, None
            for x in left:
                rescue = self.addable(x)
                if rescue:
                    return touch, day, rescue
            return None
        finally:
            mine[place] = touch

    def _count(self, row: int, more: timedelta = DAY * 0) -> tuple[int, int]:
        """Broken floors of one contact, and of everybody: of two who read one inbox one may only gain by the other's."""
        rows = [x.row for x in self.breaks(more)]
        return rows.count(row), len(rows)

    def _later_days(self, touch: PastTouch) -> list[date]:
        """Days after its own on which this very issue or send might have gone."""
        item = self.w.catalog.items.get(touch.key.source)
        letter = self.w.catalog.newsletters.get(touch.key.source)
        last = date.min
        if item is not None:
            nominal = next(s.day for s in item.sends if str(s.number) == touch.key.occurrence)
            last = min(nominal + item.grace * DAY, item.last_day or date.max)
        elif letter is not None:
            around = touch.day - 40 * DAY, touch.day
            found = cadence.read(letter.every).occurrences(*around, self.w.catalog.company.programme_starts)
            nominal = next(day for day, key in found if key == touch.key.occurrence)
            last = nominal + letter.grace * DAY
        last = min(last, self.last)
        days = [touch.day + n * DAY for n in range(1, (last - touch.day).days + 1)]
        blackout, paused = self.w.catalog.company.blackout, self.w.members.paused_until
        row = self.w.members.ids.index(touch.key.contact)
        return [day for day in days if day not in blackout and paused[row] <= day.toordinal()]

    def _legal(self, row: int, day: date, channel: Channel) -> bool:
        m = self.w.members
        mail = channel is Channel.EMAIL
        may = (
            m.active[row]
            and m.reach[channel][row]
            and m.consent[channel][row]
            and not (mail and m.suppressed[row])
            and m.paused_until[row] <= day.toordinal()
        )
        if not may or day in self.w.catalog.company.blackout:
            return False
        if channel is Channel.CALL and any(p.calls_per_day is not None for p in self.w.catalog.team.values()):
            return False  # a matter of who calls whom: `capacity`
        if not self._keeps_terms(row, day, channel, None):
            return False
        return not mail or self._something(row, day) is not None

    def _keeps_terms(
        self,
        row: int,
        day: date,
        channel: Channel,
        without: PastTouch | None,
    ) -> bool:
        """One touch a day, gap to all others, no window too full."""
        terms = self.terms(row)
        mine = [(t.day, t.key.channel) for t in self.of[self.w.members.ids[row]] if t is not without]
        if any(abs((then - day).days) < terms.gap for then, _ in mine):
            return False
        for window, most in terms.ceilings:
            if window.channel not in {"", channel.value}:
                continue
            days = [then for then, c in mine if window.channel in {"", c.value}] + [day]
            for begin in days:
                if sum(0 <= (d - begin).days < window.days for d in days) > most:
                    return False
        return True

    def _something(self, row: int, day: date) -> Item | None:
        """An evergreen item that nobody at this inbox has, before or after."""
        had = {i for reader in self.readers(row) for t in self.of[reader] for i in (*t.items, *t.shown)}
        for item in self.w.catalog.items.values():
            kept = [s.day + item.grace * DAY for s in item.sends]
            kept += [
                d + self.w.catalog.newsletters[n].grace * DAY
                for n, d in item.pins
                if n in self.w.catalog.newsletters
            ]
            mailable = item.status is Status.PUBLISHED and Where.EMAIL in item.where and not item.correction
            fresh = item.id not in had or item.use.any_time
            free = not kept or day > max(kept)
            if mailable and item.evergreen and item.live(day) and fresh and free and self._for(row, item):
                return item
        return None

    def _for(self, row: int, item: Item) -> bool:
        m = self.w.members
        mine = {name for k, name in enumerate(m.segments) if m.in_segment[row, k]}
        stage = m.stage[row]
        return not (
            (item.segments and not item.segments & mine)
            or item.exclude & mine
            or (item.stages and (stage < 0 or list(Stage)[stage] not in item.stages))
            or (item.access is Access.CLIENTS and not m.client[row])
            or (item.stop_when and m.holds[item.stop_when][row])
        )
