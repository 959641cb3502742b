"""The crowd of the planner's figures: a programme as busy as they come, and any number of contacts for it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, time, timedelta

import numpy as np

from topmind.model import (
    Catalog,
    Ceiling,
    Channel,
    FactDate,
    History,
    Item,
    Kind,
    Members,
    Promise,
    Segment,
    Send,
    Stage,
    Use,
)
from topmind.testing.builders import (
    TODAY,
    a_catalog,
    a_company,
    a_history,
    a_newsletter,
    a_promise,
    a_segment,
    a_sequence,
    a_slot,
    a_step,
    a_team_member,
    a_touch,
    an_item,
    members,
)

NOW = datetime(2026, 12, 1, 15, 30, tzinfo=UTC)
SHARES = {
    "customers": 0.6,
    "heating-care": 0.2,
    "lapsed": 0.25,
    "new-customers": 0.1,
    "prospects": 0.4,
    "roof-owners": 0.15,
    "top-10": 0.0001,
    "top-100": 0.001,
}
NAMES = tuple(SHARES)
ZONES = ("America/New_York", "America/Chicago", "America/Denver", "America/Los_Angeles")
BOUGHT = "first_purchase()"
RULE = "last_purchase() >= '2026-11-20'"


def catalog() -> Catalog:
    """Three newsletters with four slots each (two of them siblings), a sequence with mails and a call, three
    announcements of several sends, eight segments, 120 items, limited calls, quiet hours, days of rest."""
    slots = [a_slot(0, [Kind.TIP]), a_slot(1, [Kind.ARTICLE, Kind.EVENT], optional=True)]
    slots += [a_slot(2, [Kind.SPOTLIGHT], optional=True), a_slot(3, [Kind.PROMOTION], optional=True)]
    both = frozenset({"customers", "prospects"})
    every = {
        "tuesday-fix": "Tuesday at 09:00",
        "roof-letter": "every 2 weeks on Thursday at 10:00",
        "almanac": "first Thursday of the month at 10:00",
    }
    return a_catalog(
        items=[*(_item(n) for n in range(120)), *(_announced(n) for n in range(3))],
        newsletters=[
            a_newsletter(
                name,
                slots=slots,
                every=words,
                segments=frozenset({"roof-owners", "customers"}) if name == "roof-letter" else both,
                topics=("offers",) if name == "almanac" else (),
                one_of=None if name == "almanac" else "weekly",
                grace=2,
            )
            for name, words in every.items()
        ],
        sequences=[
            a_sequence(
                starts_from=BOUGHT,
                steps=[
                    a_step("thanks", 1),
                    a_step("check-in", 90, channel=Channel.CALL, grace=14),
                    a_step("year", 0, repeat="yearly", grace=7),
                ],
            )
        ],
        segments=[_segment(n, name) for n, name in enumerate(NAMES)],
        team=[a_team_member("dana", calls_per_day=40), a_team_member("lee")],
        company=a_company(
            promise=a_promise(),
            country="US",
            quiet=(time(20), time(8)),
            blackout=(TODAY + timedelta(days=9),),
            programme_starts=TODAY - timedelta(days=400),
        ),
    )


def _item(n: int) -> Item:
    kinds = ("tips", "tips", "tips", "articles", "spotlights", "events", "promotions")
    kind = kinds[n % len(kinds)]
    over: dict[str, object] = {"day": TODAY + timedelta(days=n % 90 - 60)}
    if kind == "events":
        over["begins"] = datetime(2026, 12, 1, 9, tzinfo=UTC) + timedelta(days=n % 80)
    if kind == "promotions":
        over |= {"starts": TODAY + timedelta(days=n % 60), "ends": TODAY + timedelta(days=n % 60 + 25)}
        over["stop_when"] = RULE
    if n % 11 == 0:
        over["segments"] = frozenset({NAMES[n % 6]})
    if n % 17 == 0 and kind == "tips":
        over["use"] = Use(again_after_months=12)
    return an_item(f"{kind}/item-{n:03}", **over)


def _announced(n: int) -> Item:
    first = TODAY + timedelta(days=5 + 25 * n)
    sends = tuple(Send(number=k + 1, day=first + timedelta(days=4 * k)) for k in range(3))
    return an_item(f"promotions/announced-{n}", sends=sends, grace=3, starts=first, ends=sends[-1].day)


def _segment(number: int, name: str) -> Segment:
    """Promises of all sorts; the best customers may be called."""
    ceilings = (
        Ceiling(channel=Channel.EMAIL, count=1 + number % 2, days=7),
        Ceiling(channel=None, count=60 + 20 * (number % 3), days=365),
    )
    rescue = (Channel.EMAIL, Channel.CALL) if name.startswith("top") else ()
    said = Promise(
        floor=(None, 14, 21)[number % 3],
        ceilings=ceilings,
        value_per_promotion=3 + number % 3,
        gap=(None, 2)[number % 2],
        rescue=rescue,
    )
    return a_segment(name, promise=said if number % 4 else replace(Promise(), rescue=rescue), rank=number)


def audience(n: int) -> Members:
    """n contacts in four zones, six of ten customers with the day of their first purchase in the last three
    years, one of ten with a partner who reads the same inbox."""
    rng = np.random.default_rng(7)

    def share(part: float) -> np.ndarray:
        return rng.random(n, dtype=np.float32) < part

    client = share(0.6)
    ago = rng.integers(0, 1100, n)
    days = [TODAY - timedelta(days=k) for k in range(1100)]
    facts = [
        FactDate(contact=row, day=days[k], fact=f"invoice-{row}")
        for row, k in zip(np.nonzero(client)[0].tolist(), ago[client].tolist(), strict=True)
    ]
    inbox = np.arange(n, dtype=np.int32)
    partner = np.nonzero(share(0.05))[0]
    inbox[partner] = inbox[partner - 1]
    paused = np.where(share(0.01), TODAY.toordinal() + 20, 0).astype(np.int32)
    return replace(
        members([f"c{row:07}" for row in range(n)], dates={BOUGHT: facts}),
        segments=NAMES,
        in_segment=np.column_stack([share(SHARES[name]) for name in NAMES]),
        stage=rng.integers(-1, len(Stage), n).astype(np.int8),
        client=client,
        zones=ZONES,
        zone=rng.integers(0, len(ZONES), n).astype(np.int16),
        senders=("dana", "lee"),
        sender=rng.integers(-1, 2, n).astype(np.int16),
        consent={Channel.EMAIL: share(0.92)},
        reach={Channel.EMAIL: share(0.98), Channel.CALL: share(0.7)},
        suppressed=share(0.01),
        paused_until=paused,
        off_topic={"offers": share(0.05)},
        inbox=inbox,
        holds={RULE: share(0.02)},
    )


def past(ids: Sequence[str], weeks: int) -> History:
    """One issue a week for everybody."""
    touches = [
        a_touch(
            contact, TODAY - timedelta(days=7 * week), occurrence=f"w{week}", items=(f"tips/item-{week:03}",)
        )
        for contact in ids
        for week in range(1, weeks + 1)
    ]
    return a_history(*touches)
