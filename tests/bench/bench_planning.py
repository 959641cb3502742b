"""Figures of the planner: a forecast of 90 days, today's plan, one contact explained (budgets: DESIGN §11)."""

from __future__ import annotations

import resource
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import numpy as np

from topmind.model import (
    Catalog,
    Ceiling,
    Channel,
    FactDate,
    History,
    Kind,
    Members,
    Promise,
    Segment,
    Stage,
    Use,
)
from topmind.planning import explain, forecast, plan
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
    a_touch,
    an_item,
    members,
)

NOW = datetime(2026, 12, 1, 17, tzinfo=UTC)
NAMES = (
    "customers",
    "heating-care",
    "lapsed",
    "new-customers",
    "prospects",
    "roof-owners",
    "top-10",
    "top-100",
)


def catalog() -> Catalog:
    """Two newsletters with four slots, a sequence of three steps, eight segments, 120 items."""
    kinds = ("tips", "tips", "tips", "articles", "spotlights", "events", "promotions")
    items = []
    for n in range(120):
        kind = kinds[n % len(kinds)]
        over: dict[str, object] = {"day": TODAY + timedelta(days=n % 90 - 60)}
        if kind == "events":
            over["begins"] = datetime(2026, 12, 1, 9, tzinfo=UTC) + timedelta(days=n % 80)
        if kind == "promotions":
            over |= {"starts": TODAY + timedelta(days=n % 60), "ends": TODAY + timedelta(days=n % 60 + 25)}
        if n % 11 == 0:
            over["segments"] = frozenset({NAMES[n % len(NAMES)]})
        if n % 17 == 0 and kind == "tips":
            over["use"] = Use(again_after_months=12)
        items.append(an_item(f"{kind}/item-{n:03}", **over))
    slots = [a_slot(0, [Kind.TIP]), a_slot(1, [Kind.ARTICLE, Kind.EVENT], optional=True)]
    slots += [a_slot(2, [Kind.SPOTLIGHT], optional=True), a_slot(3, [Kind.PROMOTION], optional=True)]
    both = frozenset({"customers", "prospects"})
    return a_catalog(
        items=items,
        newsletters=[
            a_newsletter(slots=slots, segments=both),
            a_newsletter("almanac", slots=slots, every="first Thursday of the month at 10:00", segments=both),
        ],
        sequences=[
            a_sequence(
                steps=[a_step("thanks", 1), a_step("check-in", 90), a_step("year", 0, repeat="yearly")]
            )
        ],
        segments=[segment(n, name) for n, name in enumerate(NAMES)],
        company=a_company(promise=a_promise(), country="US"),
    )


def segment(number: int, name: str) -> Segment:
    """Promises of all sorts."""
    ceilings = (
        Ceiling(channel=Channel.EMAIL, count=1 + number % 2, days=7),
        Ceiling(channel=None, count=60 + 20 * (number % 3), days=365),
    )
    said = Promise(floor=(None, 14, 21)[number % 3], ceilings=ceilings, value_per_promotion=3 + number % 3)
    return a_segment(name, promise=said if number % 4 else Promise(), rank=number)


def audience(n: int) -> Members:
    """n contacts, six of ten customers; one of sixteen bought in the last quarter."""
    rng = np.random.default_rng(7)
    share = np.array([0.6, 0.2, 0.25, 0.1, 0.4, 0.15, 0.01, 0.05])
    fresh = np.nonzero(rng.random(n) < 0.06)[0]
    days = rng.integers(0, 90, len(fresh))
    facts = [
        FactDate(contact=int(row), day=TODAY - timedelta(days=int(day)), fact=str(row))
        for row, day in zip(fresh, days, strict=True)
    ]
    return replace(
        members([f"c{row:07}" for row in range(n)], dates={"first_purchase()": facts}),
        segments=NAMES,
        in_segment=rng.random((n, len(NAMES))) < share,
        stage=rng.integers(-1, len(Stage), n).astype(np.int8),
        client=rng.random(n) < 0.6,
        consent={Channel.EMAIL: rng.random(n) < 0.92},
        reach={Channel.EMAIL: rng.random(n) < 0.98, Channel.CALL: rng.random(n) < 0.7},
    )


def past(people: Members, weeks: int) -> History:
    """One issue a week for everybody."""
    touches = [
        a_touch(
            contact, TODAY - timedelta(days=7 * week), occurrence=f"w{week}", items=(f"tips/item-{week:03}",)
        )
        for contact in people.ids
        for week in range(1, weeks + 1)
    ]
    return a_history(*touches)


def timed(what: str, work: Callable[[], object], budget: str = "") -> object:
    """Print the wall seconds of one piece of work."""
    start = time.perf_counter()
    result = work()
    spent = time.perf_counter() - start
    print(f"  {what:52} {spent:7.2f} s   {budget}", flush=True)
    return result


def memory() -> str:
    """Peak resident memory of this process."""
    return f"{resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024 / 1024:.2f} GB peak"


def main() -> None:
    """Print every figure; a first argument gives the contacts of the largest run."""
    largest = int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000
    made = catalog()
    small = audience(3_000)
    seen = past(small, 12)
    timed("plan 3 000 × 14 days, 12 weeks of history", lambda: plan(made, small, seen, NOW, all_day=True))
    timed(
        "explain one of 3 000",
        lambda: explain(made, small, seen, NOW, "c0000007", all_day=True),
        "(budget 0.02)",
    )
    people = audience(100_000)
    timed("plan 100 000 × 14 days", lambda: plan(made, people, a_history(), NOW, all_day=True), "(budget 5)")
    look = lambda n: forecast(made, audience(n), a_history(), NOW, all_day=True, horizon=90)  # noqa: E731
    timed("forecast 100 000 × 90 days", lambda: look(100_000))
    print(f"  {memory()}")
    timed(f"forecast {largest:,} × 90 days, with its audience".replace(",", " "), lambda: look(largest))
    print(f"  {memory()}   (budget 8 s on 2 processes, 0.5 GB)")


if __name__ == "__main__":
    main()
