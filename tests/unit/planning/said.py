"""Short ways to plan a small case and to read what was said."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from topmind.model import Catalog, History, Members, Plan, Reason, Verdict
from topmind.planning import plan
from topmind.testing.builders import a_history
from unit.planning.worlds import World

NOON = datetime(2026, 12, 1, 17, tzinfo=UTC)


def planned(catalog: Catalog, people: Members, history: History | None = None, **over: Any) -> Plan:
    """Today's plan, all send times come."""
    given: dict[str, Any] = {"all_day": True, **over}
    return plan(catalog, people, history or a_history(), given.pop("now", NOON), **given)


def due(made: Plan) -> list[tuple[int, str]]:
    """(row, name of the occasion) of everybody who is due."""
    return [(t.contact, made.occasions[t.occasion].name) for t in made.due]


def picks(made: Plan) -> dict[int, tuple[str, ...]]:
    """Row → items, for those who are due."""
    return {t.contact: t.picks for t in made.due}


def reasons(made: Plan, source: str = "tuesday-fix") -> dict[int, Reason]:
    """Row → reason, for the occasions of one source."""
    return {d.contact: d.reason for d in made.decisions if made.occasions[d.occasion].source == source}


def verdicts(made: Plan, source: str = "tuesday-fix") -> dict[int, Verdict]:
    """Row → verdict, for the occasions of one source."""
    return {d.contact: d.verdict for d in made.decisions if made.occasions[d.occasion].source == source}


def seen_from(
    w: World, *, block: int = 50_000, processes: int | None = None, foretell: int | None = None
) -> Plan:
    """The plan of a random world with its outlook; with each verdict of so many days ahead where asked for."""
    return plan(
        w.catalog,
        w.members,
        w.history,
        w.now,
        all_day=w.all_day,
        horizon=w.horizon,
        block=block,
        outlook=True,
        foretell=foretell,
        processes=processes,
    )
