"""What holds for every plan: promises, inputs in any order, ticks that run twice."""

from __future__ import annotations

import sys
from collections import Counter, defaultdict
from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from itertools import pairwise
from multiprocessing import get_context
from random import Random
from zoneinfo import ZoneInfo

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from topmind.mail import shown_items
from topmind.model import (
    Channel,
    History,
    Kind,
    Members,
    PastTouch,
    Plan,
    Purpose,
    SourceKind,
    TouchState,
    Use,
)
from topmind.planning import explain, plan
from topmind.planning.setting import setting
from topmind.planning.shards import blocks, competing, take
from topmind.planning.terms import terms_for
from unit.planning.brute import Lives
from unit.planning.worlds import World, world

worlds = st.integers(min_value=0, max_value=100_000).map(world)
modest = settings(max_examples=12, deadline=None)


def planned(w: World, **over: object) -> Plan:
    """The plan of a world."""
    given = {"all_day": w.all_day, "horizon": w.horizon, **over}
    return plan(w.catalog, w.members, w.history, w.now, **given)


def frozen(w: World, made: Plan, state: TouchState = TouchState.PLANNED) -> World:
    """The same world after the due rows went into the ledger."""
    rows = [
        PastTouch(
            key=made.occasions[t.occasion].key(w.members.ids[t.contact]),
            state=state,
            day=t.day,
            items=t.picks,
            shown=shown_items(w.catalog, made.occasions[t.occasion], t.picks, _segments(w, t.contact)),
            value=t.value,
            promotions=t.promotions,
        )
        for t in made.due
    ]
    touches = sorted(
        [*w.history.touches, *rows],
        key=lambda t: (t.key.contact, t.day, t.key.source, t.key.step or "", t.key.occurrence),
    )
    return replace(w, history=replace(w.history, touches=tuple(touches)))


def _segments(w: World, row: int) -> frozenset[str]:
    inside = w.members.in_segment[row]
    return frozenset(name for name, yes in zip(w.members.segments, inside, strict=True) if yes)


def a_month(seed: int) -> tuple[World, History, list[PastTouch]]:
    """Thirty days of ticks from an empty ledger, one a day: the world, the ledger, the touches."""
    w = world(seed)
    w = replace(w, all_day=True, horizon=0, history=replace(w.history, touches=(), stopped=frozenset()))
    made: list[PastTouch] = []
    for n in range(30):
        day = w.members.as_of + timedelta(days=n)
        today = replace(w, members=replace(w.members, as_of=day), catalog=replace(w.catalog, as_of=day))
        today = replace(today, history=replace(w.history, touches=tuple(made)))
        after = frozen(today, planned(today), TouchState.ACCEPTED)
        made = list(after.history.touches)
    return w, replace(w.history, touches=tuple(made)), made


@modest
@given(worlds)
def test_a_tick_that_runs_again_finds_nothing_new(w: World) -> None:
    """With today's rows frozen, planned or sent, the next plan has nothing due."""
    first = planned(w)
    for state in (TouchState.PLANNED, TouchState.ACCEPTED, TouchState.UNKNOWN):
        assert planned(frozen(w, first, state)).due == ()


@modest
@given(worlds, st.randoms(use_true_random=False))
def test_the_order_of_inputs_changes_nothing(w: World, rng: Random) -> None:
    """Files, touches and facts in any order give the same plan with the same hash."""

    def shuffled(table: dict) -> dict:
        keys = list(table)
        rng.shuffle(keys)
        return {key: table[key] for key in keys}

    c = w.catalog
    catalog = replace(
        c,
        items=shuffled(dict(c.items)),
        newsletters=shuffled(dict(c.newsletters)),
        sequences=shuffled(dict(c.sequences)),
        segments=shuffled(dict(c.segments)),
        team=shuffled(dict(c.team)),
    )
    touches = list(w.history.touches)
    rng.shuffle(touches)
    dates = {
        text: tuple(sorted(facts, key=lambda f: f.fact, reverse=True))
        for text, facts in w.members.dates.items()
    }
    mixed = replace(
        w,
        catalog=catalog,
        members=replace(w.members, dates=dates),
        history=replace(w.history, touches=tuple(touches)),
    )
    assert planned(mixed) == planned(w)


@modest
@given(worlds, st.integers(min_value=1, max_value=3))
def test_the_size_of_blocks_changes_nothing(w: World, size: int) -> None:
    """One contact at a time or all at once; who shares an inbox or a caller stays together."""
    assert planned(w, block=size) == planned(w)


@given(worlds, st.integers(min_value=1, max_value=3))
@settings(max_examples=100, deadline=None)
def test_blocks_hold_everybody_once_and_cut_no_inbox(w: World, size: int) -> None:
    """Every contact is in one block, in order of their ids; an inbox is in one block; whoever may be called is."""
    made = setting(w.catalog, w.members, w.history, w.now, all_day=w.all_day, horizon=w.horizon)
    parts = blocks(made, w.members, size)
    assert sorted(np.concatenate(parts).tolist()) == list(range(len(w.members)))
    assert all((np.diff(part) > 0).all() for part in parts)
    part_of = {int(row): number for number, part in enumerate(parts) for row in part}
    together: dict[object, set[int]] = defaultdict(set)
    for row, inbox in enumerate(w.members.inbox.tolist()):
        if inbox >= 0:
            together[inbox].add(part_of[row])
    for row in np.nonzero(competing(made, w.members))[0].tolist():
        together["calls"].add(part_of[row])
    assert all(len(numbers) == 1 for numbers in together.values())


def test_two_processes_make_the_same_plan() -> None:
    """Every part goes to one of them; which one changes nothing, nor does a history."""
    w = world(11, most=24)
    told = planned(w, block=5, outlook=True)
    assert len(told.due) + len(told.decisions) > 20
    assert planned(w, block=5, outlook=True, processes=2) == told


def test_where_no_second_process_can_live_the_plan_is_made_all_the_same() -> None:
    """A machine without room for it, a child that was killed: every part is played here."""
    w = world(11, most=24)
    spawning = get_context("spawn")
    spawning.set_executable("/bin/false")
    try:
        assert planned(w, block=5, processes=2) == planned(w, block=5)
    finally:
        spawning.set_executable(sys.executable)


@modest
@given(worlds)
def test_the_horizon_changes_nothing_of_today(w: World) -> None:
    """A forecast of 40 days says of today what the tick says."""
    short, long = planned(w, horizon=1), planned(w, horizon=40)
    assert short.hash == long.hash
    assert [(t.contact, short.occasions[t.occasion].name) for t in short.due] == [
        (t.contact, long.occasions[t.occasion].name) for t in long.due
    ]
    assert short.floor_broken == long.floor_broken


@modest
@given(worlds)
def test_every_active_contact_has_a_verdict_for_each_open_occasion(w: World) -> None:
    """Issues and announcements of today: due, decided, or settled in the ledger; exactly one of them."""
    w = replace(w, all_day=True)
    made = planned(w)
    said = Counter((t.contact, t.occasion) for t in made.due)
    said.update((d.contact, d.occasion) for d in made.decisions)
    assert not said or max(said.values()) == 1
    lost = set(made.unreachable)
    settled = {(t.key.contact, t.key.source, t.key.occurrence) for t in w.history.touches}
    for number, occasion in enumerate(made.occasions):
        open_today = occasion.day <= w.members.as_of <= occasion.day + timedelta(days=occasion.grace)
        if occasion.kind is not SourceKind.ISSUE or not open_today:
            continue
        for row, contact in enumerate(w.members.ids):
            if not w.members.active[row] or row in lost:
                assert (row, number) not in said
            elif (contact, occasion.source, occasion.occurrence) not in settled:
                assert said[row, number] == 1


@settings(max_examples=8, deadline=None)
@given(st.integers(min_value=0, max_value=100_000))
@example(59_418)  # two with different floors read one inbox
def test_a_month_of_ticks_keeps_every_promise(seed: int) -> None:
    """Ceilings in every window, gaps, one touch a day, nothing twice, ratio, one inbox one copy, no blackout; no
    floor is broken where one touch more or on another day was legal, and whatever is broken is named."""
    w, history, touches = a_month(seed)
    by_contact: dict[str, list[PastTouch]] = defaultdict(list)
    for t in touches:
        by_contact[t.key.contact].append(t)
        assert t.day not in w.catalog.company.blackout
    for row, contact in enumerate(w.members.ids):
        _promises(w, row, sorted(by_contact[contact], key=lambda t: t.day))
    _copies(w, touches)
    assert history.touches == tuple(touches)
    _floors(w, touches)


@pytest.mark.parametrize("seed", [27, 53])
def test_no_tick_chooses_what_words_have_shown(seed: int) -> None:
    """Months in which a slot or a rescue would take an item that a text had shown to the same person."""
    w, _, touches = a_month(seed)
    by_contact: dict[str, list[PastTouch]] = defaultdict(list)
    for t in touches:
        by_contact[t.key.contact].append(t)
    for mine in by_contact.values():
        _once(w, sorted(mine, key=lambda t: t.day))
    assert any(t.shown for t in touches)


def is_quiet(at: time, quiet: tuple[time, time] | None) -> bool:
    """Whether a local time lies in quiet hours, over midnight or within a day."""
    if quiet is None:
        return False
    begin, end = quiet
    return at >= begin or at < end if begin > end else begin <= at < end


@settings(max_examples=8, deadline=None)
@given(st.integers(min_value=0, max_value=100_000), st.randoms(use_true_random=False))
def test_no_mail_of_any_tick_is_due_in_quiet_hours(seed: int, rng: Random) -> None:
    """A fortnight of ticks every three to five hours: each mail on its reader's own day, at or after its hour, never in
    quiet hours and never on a day on which nothing goes; nobody gets two touches on a day."""
    w = world(seed)
    company, made = w.catalog.company, list(w.history.touches)
    now, end = w.now, w.now + timedelta(days=14)
    days: Counter[tuple[str, object]] = Counter()
    while now < end:
        as_of = now.astimezone(ZoneInfo(company.zone)).date()
        today = replace(
            w,
            now=now,
            all_day=False,
            horizon=0,
            members=replace(w.members, as_of=as_of),
            catalog=replace(w.catalog, as_of=as_of),
            history=replace(w.history, touches=tuple(made)),
        )
        found = planned(today)
        for touch in found.due:
            occasion = found.occasions[touch.occasion]
            local = now.astimezone(ZoneInfo(w.members.zones[w.members.zone[touch.contact]]))
            assert touch.day == local.date()
            assert touch.day not in company.blackout
            if occasion.channel is Channel.EMAIL:
                at = local.time().replace(second=0, microsecond=0)
                assert not is_quiet(at, company.quiet)
                assert at >= occasion.at
            reply = occasion.channel.is_task and occasion.purpose is Purpose.SERVICE
            days[w.members.ids[touch.contact], touch.day] += not reply
        made = list(frozen(today, found, TouchState.ACCEPTED).history.touches)
        now += timedelta(minutes=rng.randint(180, 300))
    assert not days or max(days.values()) == 1


def _floors(w: World, touches: list[PastTouch]) -> None:
    """By trying everything, and by asking whether the reason that is named is true."""
    last = w.members.as_of + timedelta(days=29)
    lives = Lives(w, touches, w.members.as_of, last)
    for broken in lives.breaks():
        assert lives.addable(broken) is None
        assert lives.movable(broken) is None
    then = replace(w, members=replace(w.members, as_of=last), catalog=replace(w.catalog, as_of=last))
    for row, contact in enumerate(w.members.ids):
        past = replace(w.history, touches=tuple(touches))
        told = explain(then.catalog, then.members, past, w.now, contact, all_day=True, horizon=0)
        valuable = lives.valuable(row)
        if told.active and told.terms.floor and valuable:
            late = (last - valuable[-1]).days > told.terms.floor
            assert late == (told.floor_broken is not None)
        if told.floor_broken is not None:
            assert lives.binds(row, last, told.floor_broken), told.floor_broken


def _promises(w: World, row: int, touches: list[PastTouch]) -> None:
    mine = [name for k, name in enumerate(w.members.segments) if w.members.in_segment[row, k]]
    terms = terms_for(w.catalog.company, [w.catalog.segments[name] for name in mine])
    replies = {t.key for t in touches if _is_reply(w, t)}
    # a reply goes in any case, on whatever day, and counts for what comes after
    touches = sorted(touches, key=lambda t: (t.day, t.key in replies))
    for window, most in terms.ceilings:
        counted = [t for t in touches if window.channel in {"", t.key.channel.value}]
        for place, last in enumerate(counted):
            within = [t for t in counted[: place + 1] if (last.day - t.day).days < window.days]
            assert last.key in replies or len(within) <= most
    for before, after in pairwise(touches):
        correction = after.key.source in w.catalog.items and w.catalog.items[after.key.source].correction
        if after.key not in replies:
            assert (after.day - before.day).days >= (1 if correction else terms.gap)
    _once(w, touches)
    _ratio(w, terms.ratio, touches)


def _is_reply(w: World, t: PastTouch) -> bool:
    """A service task that the contact's own answer calls for."""
    sequence = w.catalog.sequences.get(t.key.source)
    step = next((s for s in sequence.steps if s.id == t.key.step), None) if sequence else None
    starts = (step.starts_from or sequence.starts_from) if step and sequence else ""
    return bool(step and step.channel.is_task and step.purpose is Purpose.SERVICE) and starts.startswith(
        "answered("
    )


def _once(w: World, touches: list[PastTouch]) -> None:
    """No item is chosen again within its repeat time, whether it was chosen before or shown by somebody's words, but
    by its own announcement."""
    assert len({t.key for t in touches}) == len(touches)
    seen: dict[str, PastTouch] = {}
    for t in touches:
        assert t.key.source in t.items or not set(t.items) & set(t.shown)
        for item in t.items:
            use: Use = w.catalog.items[item].use
            before = seen.get(item)
            if before is not None and not use.any_time and t.key.source != item:
                assert use.again_after_months is not None
                assert (t.day - before.day).days >= 28
        seen |= dict.fromkeys((*t.items, *t.shown), t)


def _ratio(w: World, ratio: int, touches: list[PastTouch]) -> None:
    """Every promotion of an issue or announcement found its credit, step coupons are paid back."""
    credit = 0
    for t in touches:
        credit = min(credit + t.value, 2 * ratio)
        if t.promotions and t.key.step is None:
            assert credit >= ratio
        credit = max(credit - ratio * t.promotions, -2 * ratio)


def _copies(w: World, touches: list[PastTouch]) -> None:
    """One inbox, one copy of each issue and announced send."""
    inbox = dict(zip(w.members.ids, w.members.inbox, strict=True))
    copies = Counter(
        (int(inbox[t.key.contact]), t.key.source, t.key.occurrence)
        for t in touches
        if t.key.step is None and t.key.source != "rescue" and inbox[t.key.contact] >= 0
    )
    assert not copies or max(copies.values()) == 1


@modest
@given(worlds)
def test_nobody_is_due_against_their_word(w: World) -> None:
    """Consent, suppression, pause, reach: no due row stands against one of them."""
    made = planned(w)
    m = w.members
    for t in made.due:
        occasion = made.occasions[t.occasion]
        assert m.active[t.contact]
        assert m.reach[occasion.channel][t.contact]
        assert m.paused_until[t.contact] <= t.day.toordinal()
        if occasion.purpose is Purpose.MARKETING:
            assert m.consent[occasion.channel][t.contact]
        if occasion.channel is Channel.EMAIL:
            assert not m.suppressed[t.contact]


@modest
@given(worlds)
def test_what_is_due_counts_itself_right(w: World) -> None:
    """Value and promotions of a row are those of its items; a row of an issue fills its slots in order."""
    made = planned(w)
    for t in made.due:
        kinds = [w.catalog.items[i].kind for i in t.picks]
        if t.picks and not w.catalog.items[t.picks[0]].correction:
            assert t.promotions == kinds.count(Kind.PROMOTION)
            assert t.value == len(kinds) - t.promotions
        occasion = made.occasions[t.occasion]
        if occasion.slots:
            assert sum(t.per_slot) == len(t.picks)
            wanted = [s.kinds for s, n in zip(occasion.slots, t.per_slot, strict=True) for _ in range(n)]
            assert all(kind in allowed for kind, allowed in zip(kinds, wanted, strict=True))


@modest
@given(worlds)
def test_ticks_through_a_day_add_up_to_the_day(w: World) -> None:
    """Ticks at 00, 06, 12 and 18 UTC, each frozen before the next: nobody twice, and a late one has no more
    than its own contacts."""
    w = replace(w, all_day=False, horizon=0)
    before = _per_day(w)
    seen: set[tuple[str, str]] = set()
    for hour in (0, 6, 12, 18):
        now = datetime(2026, 12, 1, hour, tzinfo=UTC)
        made = plan(w.catalog, w.members, w.history, now, horizon=0)
        keys = {(w.members.ids[t.contact], made.occasions[t.occasion].name) for t in made.due}
        assert not keys & seen
        seen |= keys
        w = frozen(w, made)
    # a past that somebody else made may hold two touches of one day
    assert all(count <= max(before[day], 1) for day, count in _per_day(w).items())


def _per_day(w: World) -> Counter[tuple[str, object]]:
    """Counted touches by contact and day."""
    return Counter((t.key.contact, t.day) for t in w.history.touches if t.counts)


def test_taking_rows_keeps_everything_of_them() -> None:
    """A part of the audience is the same people in the same order."""
    w = world(3)
    rows = np.arange(0, len(w.members), 2)
    part: Members = take(w.members, rows)
    assert part.ids == w.members.ids[::2]
    assert (part.in_segment == w.members.in_segment[::2]).all()
    facts = {(part.ids[f.contact], f.fact) for facts in part.dates.values() for f in facts}
    assert facts == {
        (w.members.ids[f.contact], f.fact)
        for facts in w.members.dates.values()
        for f in facts
        if f.contact % 2 == 0
    }
