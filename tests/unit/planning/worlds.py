"""Small random companies with their contacts and their past, for comparing and for properties."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from random import Random

import numpy as np

from topmind.model import (
    COUNTED,
    Access,
    Answer,
    Approve,
    Body,
    Catalog,
    Ceiling,
    Channel,
    DatedIssue,
    FactDate,
    History,
    Item,
    Kind,
    Members,
    Newsletter,
    PastTouch,
    Promise,
    Purpose,
    Segment,
    Send,
    Sequence,
    Stage,
    Step,
    TouchState,
    Use,
)
from topmind.testing.builders import (
    TODAY,
    a_body,
    a_catalog,
    a_company,
    a_history,
    a_newsletter,
    a_segment,
    a_sequence,
    a_slot,
    a_step,
    a_team_member,
    a_touch,
    an_item,
    members,
    written,
)

SEGMENTS = ("customers", "lapsed", "prospects")
ZONES = ("America/New_York", "Europe/Berlin", "Pacific/Auckland")
KINDS = (Kind.TIP, Kind.ARTICLE, Kind.SPOTLIGHT, Kind.EVENT, Kind.PROMOTION, Kind.PROMOTION)
RULES = ("bought lately", "is happy")
FACTS = ("first_purchase()", "inquired_on", "answered('check-in', 'not happy')")


@dataclass(frozen=True, slots=True, kw_only=True)
class World:
    """Everything that a plan takes."""

    catalog: Catalog
    members: Members
    history: History
    now: datetime
    all_day: bool
    horizon: int


def near(rng: Random, before: int, after: int) -> date:
    """A day around the builders' today."""
    return TODAY + timedelta(days=rng.randint(-before, after))


def some(rng: Random, words: tuple[str, ...], chance: float) -> frozenset[str]:
    """A few of the words, often none."""
    return frozenset(w for w in words if rng.random() < chance)


def world(seed: int, most: int = 7) -> World:
    """One small random case of up to `most` contacts; the same seed gives the same."""
    rng = Random(seed)
    n = rng.randint(1 if most <= 7 else most // 2, most)
    items = [item(rng, number) for number in range(rng.randint(1, 14))]
    letters = [newsletter(rng, number) for number in range(rng.choice([0, 1, 1, 2]))]
    items += [announcement(rng, number) for number in range(rng.choice([0, 0, 1, 2]))]
    sequences = [sequence(rng, number) for number in range(rng.choice([0, 1, 1, 2]))]
    team = [
        a_team_member("dana", calls_per_day=rng.choice([None, None, 0, 1, 2])),
        a_team_member("lee", calls_per_day=rng.choice([None, 1])),
    ]
    catalog = a_catalog(
        items=items,
        newsletters=letters,
        sequences=sequences,
        segments=[segment(rng, name) for name in SEGMENTS],
        team=team,
        company=a_company(
            promise=company_promise(rng),
            programme_starts=near(rng, 80, -5),
            blackout=tuple(near(rng, 1, 15) for _ in range(rng.choice([0, 0, 1, 2]))),
            quiet=rng.choice([(time(20), time(8)), None, (time(11), time(14))]),
        ),
    )
    people = audience(rng, n, catalog)
    # chance of its own, so that the worlds stay what they were besides
    words = Random(f"words {seed}")
    catalog = with_words(words, catalog)
    return World(
        catalog=catalog,
        members=people,
        history=with_shown(words, past(rng, catalog, people), list(catalog.items)),
        now=datetime(2026, 12, 1, rng.randint(0, 23), rng.choice([0, 7, 59]), tzinfo=UTC),
        all_day=rng.random() < 0.5,
        horizon=rng.choice([0, 3, 14, 40]),
    )


def with_words(rng: Random, catalog: Catalog) -> Catalog:
    """Some texts show items by themselves: the standing layout, a dated file, a step, what is announced."""
    ids = list(catalog.items)

    def some_show(body: Body) -> Body:
        return showing(rng, body, ids) if rng.random() < 0.4 else body

    return replace(
        catalog,
        newsletters={
            name: replace(
                letter,
                body=some_show(letter.body),
                issues={
                    day: replace(one, body=some_show(one.body) if one.body else None)
                    for day, one in letter.issues.items()
                },
            )
            for name, letter in catalog.newsletters.items()
        },
        sequences={
            name: replace(one, steps=tuple(replace(step, body=some_show(step.body)) for step in one.steps))
            for name, one in catalog.sequences.items()
        },
        items={
            name: replace(one, body=some_show(one.body)) if one.sends else one
            for name, one in catalog.items.items()
        },
    )


def showing(rng: Random, body: Body, ids: list[str]) -> Body:
    """A body that shows one to three items, to everybody or to some."""
    lines = [f"/// item | {rng.choice(ids)}" for _ in range(3)]
    blocks = [
        lines[0],
        f"/// for | {rng.choice(SEGMENTS)}\n{lines[0]}\n///",
        f"/// not for | {rng.choice(SEGMENTS)}\n{lines[0]}\n///\n{lines[1]}",
        f"/// for | customers\n/// for | lapsed\n{lines[0]}\n///\n/// for everyone else\n{lines[1]}\n///\n{lines[2]}",
    ]
    scanned = written(f"{body.text}\n{rng.choice(blocks)}\n", body.path)
    return replace(
        body,
        text=scanned.text,
        conditions=scanned.conditions,
        refs=scanned.refs,
        refs_inside=scanned.refs_inside,
    )


def with_shown(rng: Random, history: History, ids: list[str]) -> History:
    """Some touches of the past showed items in their words, of files that say something else by now."""
    touches = (
        replace(t, shown=tuple(rng.sample(ids, min(len(ids), rng.randint(1, 2)))))
        if rng.random() < 0.2
        else t
        for t in history.touches
    )
    return replace(history, touches=tuple(touches))


def item(rng: Random, number: int) -> Item:
    """An item with random conditions."""
    kind = rng.choice(KINDS)
    if rng.random() < 0.3:
        use = rng.choice([Use(any_time=True), Use(again_after_months=1), Use(until=near(rng, 2, 20))])
    else:
        use = Use()
    over: dict[str, object] = {
        "day": near(rng, 60, 8),
        "priority": rng.choice([0, 0, 0, -1, 1]),
        "use": use,
        "segments": some(rng, SEGMENTS, 0.1),
        "exclude": some(rng, SEGMENTS, 0.05),
        "access": Access.CLIENTS if rng.random() < 0.1 else Access.PUBLIC,
        "stages": frozenset({Stage.ACTION}) if rng.random() < 0.1 else frozenset(),
    }
    if kind is Kind.EVENT:
        over["begins"] = datetime(2026, 12, rng.randint(1, 20), 15, tzinfo=UTC)
    if kind is Kind.PROMOTION:
        over |= {
            "starts": near(rng, 10, 4),
            "ends": near(rng, 0, 30),
            "stop_when": rng.choice([None, RULES[0]]),
        }
    if rng.random() < 0.1:
        over["pins"] = (("letter-0", TODAY + timedelta(days=rng.choice([0, 7]))),)
    return an_item(f"{kind.folder}/item-{number}", **over)


def announcement(rng: Random, number: int) -> Item:
    """An item that is sent by itself on one to three days."""
    kind = rng.choice([Kind.PROMOTION, Kind.TIP, Kind.ARTICLE])
    first = near(rng, 5, 5)
    sends = tuple(
        Send(
            number=k + 1,
            day=first + timedelta(days=rng.choice([2, 4]) * k),
            only_if=rng.choice([None, None, RULES[1]]),
        )
        for k in range(rng.randint(1, 3))
    )
    made = an_item(
        f"{kind.folder}/sent-{number}",
        sends=sends,
        grace=rng.choice([0, 3]),
        segments=some(rng, SEGMENTS, 0.2),
        correction=rng.random() < 0.15,
        use=rng.choice([Use(), Use(again_after_months=1)]),
        stop_when=rng.choice([None, RULES[0]]),
    )
    if kind is Kind.PROMOTION:
        made = replace(made, starts=first - timedelta(days=1), ends=first + timedelta(days=rng.randint(1, 9)))
    return made


def newsletter(rng: Random, number: int) -> Newsletter:
    """A newsletter with up to three slots and sometimes a file of its own for today's issue."""
    slots = []
    for index in range(rng.randint(0, 3)):
        kinds = rng.choice([None, None, [Kind.TIP], [Kind.PROMOTION], list(Kind)])
        slots.append(
            a_slot(index, kinds, count=rng.choice([1, 1, 2]), optional=index > 0 and rng.random() < 0.7)
        )
    issues = {}
    if rng.random() < 0.3:
        body = a_body("Own words.\n", coupons=rng.choice([(), ("X",)]), slots=tuple(slots[:1]))
        issues[TODAY] = DatedIssue(
            day=TODAY,
            path="x.md",
            body=rng.choice([None, body]),
            hold=rng.random() < 0.2,
            ready=rng.random() < 0.5,
        )
    every = rng.choice(
        [
            "Tuesday at 09:00",
            "Tuesday at 06:00",
            "Tuesday and Thursday at 10:00",
            "on the 1st and 15th at 13:00",
            "daily at 09:00",
        ]
    )
    return a_newsletter(
        f"letter-{number}",
        slots=slots,
        every=every,
        segments=rng.choice([None, frozenset({"customers"}), frozenset({"customers", "prospects"})]),
        topics=rng.choice([(), ("offers",)]),
        grace=rng.choice([0, 0, 2, 5]),
        approve=rng.choice([Approve.AUTO] * 7 + [Approve.READY]),
        one_of=rng.choice([None, "weekly"]),
        issues=issues,
    )


def sequence(rng: Random, number: int) -> Sequence:
    """A sequence with one to three steps."""
    steps = [step(rng, k) for k in range(rng.randint(1, 3))]
    return a_sequence(
        f"sequence-{number}",
        steps=steps,
        starts_from=rng.choice(FACTS),
        repeat=rng.choice(["once", "every time", "yearly"]),
        since=rng.choice([None, None, near(rng, 100, 0)]),
        backfill=rng.choice([None, None, near(rng, 4, 6)]),
        stop_when=rng.choice([None, None, RULES[0]]),
        segments=rng.choice([None, frozenset({"customers"})]),
        sender=rng.choice([None, "lee"]),
    )


def step(rng: Random, number: int) -> Step:
    """A step on any channel."""
    purpose = rng.choice([Purpose.MARKETING, Purpose.MARKETING, Purpose.SERVICE])
    coupons = ("THANKS",) if purpose is Purpose.MARKETING and rng.random() < 0.3 else ()
    return a_step(
        f"step-{number}",
        rng.choice([-2, 0, 1, 1, 3, 365]),
        channel=rng.choice([Channel.EMAIL, Channel.EMAIL, Channel.CALL, Channel.CALL, Channel.LETTER]),
        only_if=rng.choice([None, None, RULES[1]]),
        grace=rng.choice([0, 2, 7]),
        purpose=purpose,
        sender=rng.choice([None, None, "dana"]),
        body=a_body(coupons=coupons),
    )


def segment(rng: Random, name: str) -> Segment:
    """A segment that says something or nothing."""
    ceilings = (Ceiling(channel=Channel.EMAIL, count=rng.randint(1, 3), days=rng.choice([3, 7])),)
    promise = Promise(
        floor=rng.choice([None, None, 7, 21]),
        ceilings=rng.choice([(), ceilings]),
        value_per_promotion=rng.choice([None, 0, 2]),
        gap=rng.choice([None, None, 3]),
        rescue=rng.choice([(), (), (Channel.EMAIL, Channel.CALL), (Channel.CALL,)]),
    )
    return a_segment(name, promise=promise, rank=rng.choice([1, 2, 2]), sender=rng.choice([None, "lee"]))


def company_promise(rng: Random) -> Promise:
    """The company's own."""
    return Promise(
        floor=rng.choice([None, 10, 30]),
        ceilings=(
            Ceiling(channel=Channel.EMAIL, count=rng.randint(1, 3), days=7),
            Ceiling(channel=None, count=rng.randint(2, 6), days=rng.choice([7, 20, 60])),
        ),
        value_per_promotion=rng.choice([None, 1, 3]),
        gap=rng.choice([None, 1, 2]),
        rescue=rng.choice([(), (Channel.EMAIL,)]),
    )


def audience(rng: Random, n: int, catalog: Catalog) -> Members:
    """A few contacts, some of whom share an inbox, lack a channel, a consent, a stage."""

    def rows(chance: float) -> list[int]:
        return [row for row in range(n) if rng.random() < chance]

    def mask(chance: float) -> np.ndarray:
        return np.array([rng.random() < chance for _ in range(n)], dtype=bool)

    facts = {
        text: [
            FactDate(contact=row, day=near(rng, 40, 3), fact=f"f{row}{k}")
            if rng.random() < 0.8
            else FactDate(contact=row, day=near(rng, 800, -300), fact=f"g{row}{k}")
            for row in range(n)
            for k in range(rng.choice([0, 1, 1, 2]))
        ]
        for text in FACTS
    }
    return members(
        n,
        segments={name: rows(0.5) for name in SEGMENTS},
        dates=facts,
        holds={rule: rows(0.3) for rule in RULES},
        off_topic={"offers": rows(0.2)},
        active=mask(0.95),
        stage=np.array([rng.choice([-1, 1, 4]) for _ in range(n)], dtype=np.int8),
        client=mask(0.5),
        zones=ZONES,
        zone=np.array([rng.choice([0, 0, 1, 2]) for _ in range(n)], dtype=np.int16),
        senders=("dana", "lee"),
        sender=np.array([rng.choice([-1, 0, 1]) for _ in range(n)], dtype=np.int16),
        consent={channel: mask(0.9) for channel in Channel},
        reach={channel: mask(0.9) for channel in Channel},
        suppressed=mask(0.05),
        paused_until=np.array(
            [rng.choice([0, 0, 0, near(rng, 3, 10).toordinal()]) for _ in range(n)], dtype=np.int32
        ),
        since=np.array([rng.choice([0, 0, near(rng, 90, 3).toordinal()]) for _ in range(n)], dtype=np.int32),
        inbox=np.array([rng.choice([row, row, 0, -1]) for row in range(n)], dtype=np.int32),
    )


def past(rng: Random, catalog: Catalog, people: Members) -> History:
    """Touches of the last weeks, at most one a day and contact; sometimes one of today or of a day to come."""
    touches: list[PastTouch] = []
    ids = [i.id for i in catalog.items.values()]
    for contact in people.ids:
        offsets = rng.sample(range(-35, 1), rng.randint(0, 5))
        if rng.random() < 0.05:
            offsets.append(2)
        touches += [_touch(rng, catalog, contact, TODAY + timedelta(days=o), ids) for o in offsets]
    touches += _renamed(rng, catalog, people, {(t.key.contact, t.day) for t in touches})
    touches += _rescued(rng, touches)
    unique = {t.key: replace(t, at=moment(rng, t.day)) for t in touches}
    answers = [
        Answer(
            contact=contact,
            source="sequence-0",
            step="check-in",
            value=rng.choice(["not happy", "not-happy", "happy", "done"]),
            at=moment(rng, near(rng, 30, 0)),
            touch=rng.choice(["", "one", "two"]),
        )
        for contact in people.ids
        for _ in range(rng.choice([0, 0, 1, 2]))
    ]
    stopped = rng.choice([frozenset()] * 8 + [frozenset({"letter-0"}), frozenset({"sequence-0/step-1"})])
    return a_history(*unique.values(), stopped=stopped, answers=tuple(answers))


def _renamed(rng: Random, catalog: Catalog, people: Members, taken: set[tuple[str, date]]) -> list[PastTouch]:
    """Steps that reached somebody for a fact under a name that it may not have any more."""
    found = []
    for one in catalog.sequences.values():
        for step in one.steps:
            for fact in people.dates[step.starts_from or one.starts_from]:
                years = (TODAY - fact.day).days // 365 if one.repeat == "yearly" else 0
                day = fact.day + timedelta(days=365 * years + step.offset % 365 + rng.randint(0, step.grace))
                contact = people.ids[fact.contact]
                if day > TODAY or (contact, day) in taken or rng.random() < 0.7:
                    continue
                taken.add((contact, day))
                name = rng.choice(["once", "gone", fact.fact, str(years), str(years + 1)])
                touch = a_touch(contact, day, source=one.id, step=step.id, occurrence=name, value=1)
                found.append(
                    replace(touch, items=(), state=rng.choice([*sorted(COUNTED), TouchState.EXPIRED]))
                )
    return found


def _rescued(rng: Random, touches: list[PastTouch]) -> list[PastTouch]:
    """Rescues from the last valuable touch of some, most of which did not help."""
    last: dict[str, date] = {}
    for touch in sorted((t for t in touches if t.value), key=lambda t: t.day):
        last[touch.key.contact] = touch.day
    found = []
    for contact, since in sorted(last.items()):
        day = since + timedelta(days=rng.randint(1, 30))
        if day > TODAY or rng.random() < 0.5:
            continue
        name = since.isoformat() + rng.choice(["", "", "/2"])
        state = rng.choice([s for s in TouchState if s not in {TouchState.PLANNED, TouchState.CLAIMED}])
        channel = rng.choice([Channel.EMAIL, Channel.EMAIL, Channel.CALL])
        touch = a_touch(contact, day, source="rescue", occurrence=name, channel=channel, state=state, value=1)
        found.append(replace(touch, items=(), bounced=rng.random() < 0.2))
    return found


def moment(rng: Random, day: date) -> datetime:
    """Some time of a day."""
    return datetime.combine(day, time(rng.randint(6, 20)), tzinfo=UTC)


def _touch(rng: Random, catalog: Catalog, contact: str, day: date, ids: list[str]) -> PastTouch:
    state = rng.choice([*sorted(COUNTED), TouchState.ACCEPTED, TouchState.SKIPPED, TouchState.MISSED])
    sequences = [(s.id, step.id) for s in catalog.sequences.values() for step in s.steps]
    kind = rng.random()
    if kind < 0.2 and sequences:
        source, step = rng.choice(sequences)
        row = int(contact.removeprefix("c"))
        names = ["once", "once", "1", f"f{row}0", f"f{row}1", "gone", str(rng.randint(0, 2))]
        return a_touch(
            contact,
            day,
            source=source,
            step=step,
            occurrence=rng.choice(names),
            channel=rng.choice([Channel.EMAIL, Channel.CALL]),
            state=state,
            items=(),
            value=1,
        )
    if kind < 0.3:
        return a_touch(
            contact, day, source="rescue", occurrence="never", state=state, items=tuple(ids[:1]), value=1
        )
    sent = [(i, s) for i in catalog.items.values() for s in i.sends]
    if kind < 0.4 and sent:
        # mostly on its day or a little later, now and then as if its date had been moved
        one, send = rng.choice(sent)
        return a_touch(
            contact,
            min(send.day + timedelta(days=rng.choice([0, 0, 0, 1, -1])), day),
            source=one.id,
            occurrence=str(send.number),
            state=state,
            items=(one.id,),
            value=int(one.is_value),
            promotions=int(not one.kind.is_value),
        )
    picks = tuple(rng.sample(ids, min(len(ids), rng.randint(0, 2))))
    value = sum(catalog.items[i].is_value for i in picks)
    year, week, _ = day.isocalendar()
    return a_touch(
        contact,
        day,
        source=rng.choice(["letter-0", "letter-1", "long-gone"]),
        occurrence=f"{year}-W{week:02d}",
        state=state,
        items=picks,
        value=value,
        promotions=len(picks) - value,
        bounced=rng.random() < 0.1,
    )
