"""The planner against a slow plan in plain Python that counts everything anew."""

from __future__ import annotations

from typing import Any

import pytest

from topmind.model import Plan
from topmind.planning import plan
from unit.planning.oracle import oracle
from unit.planning.worlds import World, world


def planned(w: World) -> Plan:
    """The planner's plan of a world."""
    return plan(w.catalog, w.members, w.history, w.now, all_day=w.all_day, horizon=w.horizon)


def in_words(w: World, made: Plan) -> dict[str, Any]:
    """A plan in words that do not depend on numbering."""
    ids, occasions = w.members.ids, made.occasions
    names = [(o.name, o.channel.value) for o in occasions]
    return {
        "due": {
            (
                ids[t.contact],
                *names[t.occasion],
                t.day,
                t.picks,
                t.per_slot,
                t.value,
                t.promotions,
                t.last_day,
            )
            for t in made.due
        },
        "decisions": {
            (ids[d.contact], *names[d.occasion]): (d.verdict, d.reason, d.until, d.detail)
            for d in made.decisions
        },
        "calendar": {
            (day.day, *names[number]): amount
            for day in made.calendar
            for number, amount in day.touches.items()
        },
        "gaps": {(g.week, g.segment): g.contacts for g in made.gaps},
        "broken": dict(made.floor_broken),
    }


def slow(w: World) -> dict[str, Any]:
    """The oracle's answer in the same words."""
    a = oracle(w.catalog, w.members, w.history, w.now, all_day=w.all_day, horizon=w.horizon)
    return {
        "due": a.due,
        "decisions": a.decisions,
        "calendar": dict(a.calendar),
        "gaps": dict(a.gaps),
        "broken": dict(a.broken),
    }


@pytest.mark.parametrize("first", range(0, 80, 20))
def test_the_planner_says_what_the_oracle_says(first: int) -> None:
    """Due rows with picks, every verdict with reason, day and detail, calendar, gaps and floors are the same."""
    for seed in range(first, first + 20):
        w = world(seed)
        fast, plain = in_words(w, planned(w)), slow(w)
        for part, said in plain.items():
            assert fast[part] == said, f"seed {seed}: {part}"
