"""Verdicts of the days ahead for a machine: counts by code, per day and occasion; one by one with `--full`."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import Any

from topmind.model import Members, Plan, Reason
from topmind.report.last_plan import what_of


def verdicts_ahead(plan: Plan) -> list[dict[str, Any]]:
    """One row per day and occasion, in order: who gets it, and reason → how many do not.

    An issue or an announcement stands on its nominal day with everybody it is for, whenever they get it within its
    grace; a step stands on the days on which somebody gets it, and on the last day of whoever does not. Rescues have
    no last day: who is outside their floor stands under `outside`. Whoever reads the copy of somebody else is told by
    what is left: it is no hold, and no line for whoever writes.
    """
    outlook = plan.outlook
    if outlook is None:
        return []
    goes: Counter[tuple[str, str]] = Counter()
    for day in plan.calendar:
        for number, count in day.touches.items():
            goes[day.day.isoformat(), what_of(plan, number)] += count
    shared = {what_of(plan, row.occasion) for row in outlook.ahead}
    rows = [
        _row(
            plan.occasions[row.occasion].day.isoformat(),
            what_of(plan, row.occasion),
            row.goes,
            {**row.held, Reason.SAME_INBOX: row.asked - row.goes - sum(row.held.values())},
            row.asked,
        )
        for row in outlook.ahead
        if plan.occasions[row.occasion].day >= plan.as_of
    ]
    lost = {(one.day.isoformat(), one.what): one.held for one in outlook.lost}
    rows += [
        _row(day, what, goes[day, what], lost.get((day, what), {}), None)
        for day, what in {key for key in goes if key[1] not in shared} | lost.keys()
    ]
    return sorted(rows, key=lambda row: (row["day"], row["occasion"]))


def _row(day: str, what: str, goes: int, held: Mapping[Reason, int], asked: int | None) -> dict[str, Any]:
    counts = {reason.value: count for reason, count in held.items() if count}
    return {"day": day, "occasion": what, "asked": asked, "goes": goes, "reasons": counts}


def rows_ahead(plan: Plan, members: Members) -> list[dict[str, Any]]:
    """One row per contact and occasion of the days ahead, by source id, in the order of ids and days."""
    found = [
        {
            "contact": members.ids[one.contact],
            "occasion": one.occasion,
            "what": one.what,
            "channel": one.channel.value,
            "day": one.day.isoformat(),
            "verdict": one.verdict.value,
            "reason": one.reason.value if one.reason else None,
            "until": one.until.isoformat() if one.until else None,
            "last": one.last.isoformat() if one.last else None,
            "items": list(one.picks),
        }
        for one in plan.foretold
    ]
    # rows come by contact, then by day
    return sorted(found, key=lambda row: str(row["contact"]))
