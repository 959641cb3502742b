"""A block of contacts during the day loop: what is fixed for each of them, and what a touch changes.

Row i of every array is contact i of the block. Days are ordinals (`date.toordinal`).
"""

from __future__ import annotations

from collections import defaultdict
from datetime import date

import numpy as np
from numpy.typing import NDArray

from topmind.model import Bools, Channel, Members
from topmind.planning.apart import apart_of
from topmind.planning.classes import classes_of, rescue_order
from topmind.planning.contacts import hashes_of, reachable
from topmind.planning.inboxes import Inboxes
from topmind.planning.items import Words, months_later, single
from topmind.planning.occasions import Ask
from topmind.planning.room import Soon
from topmind.planning.setting import Setting
from topmind.planning.shown import Shown
from topmind.planning.tally import Tally
from topmind.planning.waits import Waits

Rows = NDArray[np.intp]
Days = NDArray[np.int32]
#: Days of floors that slots leave content for. Fixed, so that a forecast picks today what a tick picks.
RATION_DAYS = 30
NEVER = np.int32(-(1 << 20))
#: Patience of whom no floor is promised: beyond every day.
NO_FLOOR = 1 << 29


class Block:
    """State of one block; only `commit` and `roll` change it."""

    def __init__(self, setting: Setting, members: Members) -> None:
        n = len(members)
        self.setting = setting
        self.members = members
        self.n = n
        self.today: Days = setting.zone_today[members.zone]
        self.taking_part = members.active & reachable(members)
        made = classes_of(setting, members)
        self.cls = made.cls
        self.class_segments, self.class_items = made.segments, made.items
        self.terms, self.shown = made.terms, Shown(setting.table, made.segments)
        #: uint64[W, n]: items that are for each contact by segment, stage and access.
        self.items: Words = made.items[:, made.cls]
        #: How full each ceiling is.
        self.tally = Tally(
            setting.windows, made.limits[:, made.cls], made.kept[:, made.cls], setting.start, setting.end
        )
        self.floor = np.array([t.floor for t in made.terms], dtype=np.int32)[self.cls]
        self.gap = np.array([t.gap for t in made.terms], dtype=np.int32)[self.cls]
        self.ratio = np.array([t.ratio for t in made.terms], dtype=np.int16)[self.cls]
        reserve = [-(-RATION_DAYS // t.floor) if t.floor else 0 for t in made.terms]
        self.reserve = np.array(reserve, dtype=np.int16)[self.cls]
        #: [places, C] index into `list(Channel)` of each class's rescues in order; -1 = no more.
        self.rescue_order = rescue_order(made.terms)
        #: Reason → whom no rescue may or can reach.
        self.apart = apart_of(members, self.floor, self.rescue_order[:, self.cls])
        #: Days after the last valuable touch from which a rescue may go.
        patience = [t.patience if t.floor else NO_FLOOR for t in made.terms]
        self.patience: Days = np.array(patience, dtype=np.int32)[self.cls]
        #: Days on which it is somebody's today.
        self.todays = frozenset(int(day) for day in setting.zone_today[np.unique(members.zone)])
        #: The last pause ends here.
        self.pauses_end = int(members.paused_until.max(initial=0))
        #: Whose ledger holds a rescue.
        self.rescued: Bools = np.zeros(n, dtype=np.bool_)
        #: (row, day of the last valuable touch or `never`) → when each rescue that did not help gives way (`tries`).
        self.failed: dict[tuple[int, str], list[int]] = defaultdict(list)
        #: Last counted touch on any channel: it may lie ahead (a frozen row that moved).
        self.last: Days = np.full(n, NEVER, dtype=np.int32)
        #: Day of the plan that is taken last.
        self.touched: Days = np.full(n, NEVER, dtype=np.int32)
        #: Last touch that keeps the floor, or the clock's start.
        self.value_day: Days = np.full(n, NEVER, dtype=np.int32)
        #: The clock's start stands in `value_day`, no touch.
        self.untouched: Bools = np.ones(n, dtype=np.bool_)
        self.credit = np.zeros(n, dtype=np.int16)
        #: uint64[W, n]: what each contact has received and may not get again now.
        self.seen: Words = np.zeros((setting.table.words, n), dtype=np.uint64)
        self._release: dict[int, list[tuple[int, Rows]]] = defaultdict(list)
        self._free_day: dict[int, Days] = {}
        self._barred: dict[int, Bools] = {}
        self._allowed: dict[Ask, Bools] = {}
        self._hashes: Words | None = None
        #: Newsletter → day of its last issue; `one_of` name → day of its last issue.
        self.issue_day: dict[str, Days] = {}
        self.one_of_day: dict[str, Days] = {}
        #: Names of what took somebody's today: `taken[row]` is an index into `takers`, -1 = nothing.
        self.takers: list[str] = []
        self.taken = np.full(n, -1, dtype=np.int32)
        #: Announced item → day before which it may not be announced to them (they have it from elsewhere).
        self.had_elsewhere: dict[str, Days] = {}
        #: Representative (team index) → day → calls.
        self.calls: dict[int, dict[int, int]] = defaultdict(lambda: defaultdict(int))
        self.inboxes = Inboxes(members.inbox)
        self.team = tuple(sorted(setting.catalog.team))
        #: Where a forecast wants to know how long each of them waits for something valuable.
        self.waits: Waits | None = None
        #: Steps to come, that others leave room for.
        self.soon: Soon | None = None
        self.nobody: Bools = np.zeros(n, dtype=np.bool_)
        #: Not happy, and nobody has followed up: nothing is sold to them.
        sad = setting.unhappy
        self.unhappy: Bools = (
            np.array([i in sad for i in members.ids], dtype=np.bool_) if sad else self.nobody
        )
        self._bar_stopped()

    # --- what is fixed ---

    def allowed_classes(self, ask: Ask) -> Bools:
        """Per class: whether the ask is for it (segments; an announced item's own conditions)."""
        if ask not in self._allowed:
            self._allowed[ask] = self._allowed_classes(ask)
        return self._allowed[ask]

    def _allowed_classes(self, ask: Ask) -> Bools:
        wanted = ask.segments
        mask = np.array([wanted is None or bool(wanted & s) for s in self.class_segments], dtype=np.bool_)
        if ask.item is not None:
            bit = self.setting.table.bit.get(ask.item.id, -1)
            if bit < 0:
                return np.zeros(len(mask), dtype=np.bool_)
            mask &= (self.class_items[bit // 64] >> np.uint64(bit % 64)) & np.uint64(1) == 1
        return mask

    def holds(self, rule: str) -> Bools:
        """Who fulfils a predicate; the audience has answered all of them."""
        return self.members.holds[rule]

    def consents(self, channel: Channel) -> Bools:
        """Who may be sold to on this channel; a task channel without its own consent column asks for none."""
        known = self.members.consent.get(channel)
        if known is not None:
            return known
        return np.full(self.n, channel.is_task, dtype=np.bool_)

    def reach(self, channel: Channel) -> Bools:
        """Who can be reached on this channel at all."""
        known = self.members.reach.get(channel)
        return known if known is not None else np.zeros(self.n, dtype=np.bool_)

    def calls_per_day(self, sender: int) -> int | None:
        """How many calls this member of the team makes a day; None = no limit said."""
        return self.setting.catalog.team[self.team[sender]].calls_per_day

    def hashes(self, rows: Rows) -> Words:
        """64 bits per contact from its id alone: the only chance in a plan."""
        if self._hashes is None:
            self._hashes = hashes_of(self.members.ids)
        return self._hashes[rows]

    def _bar_stopped(self) -> None:
        """Whoever fulfils an item's `stop_when` gets no more of it, whoever is not happy no promotion for now."""
        for bit, item in enumerate(self.setting.table.items):
            barred = self.holds(item.stop_when) if item.stop_when else self.nobody
            if not item.kind.is_value:
                barred = barred | self.unhappy
            if barred.any():
                self._barred[bit] = barred
                self.seen[bit // 64, barred] |= np.uint64(1) << np.uint64(bit % 64)

    def near_floor(self, day: int, rows: Rows) -> Bools:
        """Whose floor breaks within the lead time (`Terms.patience`)."""
        near: Bools = self.value_day[rows] + self.patience[rows] <= day
        return near

    def failed_since(self, row: int, since: int, day: int, *, untouched: bool) -> int:
        """How many rescues since the last valuable touch (an ordinal) have failed and given way by `day`."""
        base = "never" if untouched else date.fromordinal(since).isoformat()
        return sum(gone <= day for gone in self.failed.get((row, base), ()))

    def keeps_floor(self, day: int, rows: Rows) -> Bools:
        """Who would be rescued anyway, or never had anything: a valuable touch may take what is kept for that."""
        keeps: Bools = self.near_floor(day, rows) | self.untouched[rows]
        return keeps

    # --- what changes ---

    def roll(self, day: int) -> None:
        """Begin a day: touches leave and enter their windows, items that may come again are free again."""
        self.tally.roll(day)
        for bit, rows in self._release.pop(day, ()):
            # received again meanwhile: a later day frees it
            free = rows[self._free_day[bit][rows] <= day]
            barred = self._barred.get(bit)
            free = free if barred is None else free[~barred[free]]
            self.seen[bit // 64, free] &= ~(np.uint64(1) << np.uint64(bit % 64))

    def see(self, bit: int, rows: Rows, day: int) -> None:
        """These contacts have the item from `day` on, until it may come again."""
        use = self.setting.table.items[bit].use
        if use.any_time or not len(rows):
            return
        if use.again_after_months is not None:
            free = months_later(date.fromordinal(day), use.again_after_months).toordinal()
            if free <= self.setting.start:
                return
            self._release[free].append((bit, rows))
            if bit not in self._free_day:
                self._free_day[bit] = np.full(self.n, NEVER, dtype=np.int32)
            self._free_day[bit][rows] = np.maximum(self._free_day[bit][rows], free)
        self.seen[bit // 64, rows] |= np.uint64(1) << np.uint64(bit % 64)

    def commit(
        self,
        ask: Ask,
        rows: Rows,
        day: int,
        value: NDArray[np.int16],
        promotions: NDArray[np.int16],
        picks: NDArray[np.int16] | None,
        got: Words | None = None,
    ) -> None:
        """These contacts are touched on this day; `picks` [m, P] holds bits, -1 = none; `got` [W, m]: the same as
        bit sets, where they are at hand."""
        if not len(rows):
            return
        self.last[rows] = np.maximum(self.last[rows], day)
        self.touched[rows] = day
        self.tally.add(rows, day, ask.channel)
        self.valued(rows[value > 0], day)
        self.credit[rows] = spend(self.credit[rows], value, promotions, self.ratio[rows])
        if got is not None:
            self.see_words(got, rows, day)
        elif picks is not None:
            self.see_all(picks, rows, day)
        if (shown := self.shown.in_words(ask.words, self.cls[rows])) is not None:
            self.see_words(shown, rows, day)
        if ask.spacing:
            self.days_of(self.issue_day, ask.source)[rows] = day
        if ask.one_of:
            self.days_of(self.one_of_day, ask.one_of)[rows] = day
        today = self.of_today(rows, day)
        if len(today):
            self.taken[today] = len(self.takers)
            self.takers.append(ask.occasion.name if ask.occasion else ask.title)

    def days_of(self, table: dict[str, Days], name: str) -> Days:
        """The column of a name in a table of days; a new one says NEVER for everybody."""
        if name not in table:
            table[name] = np.full(self.n, NEVER, dtype=np.int32)
        return table[name]

    def valued(self, rows: Rows, day: int) -> None:
        """A valuable touch moves the floor's clock; a start of the programme that lies ahead gives way to it."""
        if self.waits is not None:
            self.waits.end(rows, self.value_day[rows], day)
        known = np.where(self.untouched[rows], NEVER, self.value_day[rows])
        self.value_day[rows] = np.maximum(known, day)
        self.untouched[rows] = False

    def of_today(self, rows: Rows, day: int) -> Rows:
        """Those of the rows whose own today this is."""
        if day not in self.todays:
            return rows[:0]
        own: Rows = rows[self.today[rows] == day]
        return own

    def see_all(self, picks: NDArray[np.int16], rows: Rows, day: int) -> None:
        """These contacts, each once, have the items of their line of `picks` [m, P]."""
        got = np.zeros((self.setting.table.words, len(rows)), dtype=np.uint64)
        for column in picks.T:
            got |= single(column, len(got))
        self.see_words(got, rows, day)

    def see_words(self, got: Words, rows: Rows, day: int) -> None:
        """The same, of bit sets [W, m]."""
        table = self.setting.table
        for w, word in enumerate(got):
            if table.for_good[w]:
                self.seen[w, rows] |= word & table.for_good[w]
        for bit in table.again:
            mine = got[bit // 64] & (np.uint64(1) << np.uint64(bit % 64)) != 0
            self.see(bit, rows[mine], day)


def spend(
    credit: NDArray[np.int16],
    value: NDArray[np.int16],
    promotions: NDArray[np.int16],
    ratio: NDArray[np.int16],
) -> NDArray[np.int16]:
    """Credit after a touch: value items add one each up to twice the ratio, a promotion costs the ratio.

    A step with a coupon answers to a deed of the contact and needs no credit, but costs it: credit may fall
    to minus twice the ratio, and promotions wait until it is earned again.
    """
    cap = 2 * ratio
    after = np.minimum(credit + value, cap) - ratio * promotions
    result: NDArray[np.int16] = np.maximum(after, -cap).astype(np.int16)
    return result
