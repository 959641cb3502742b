"""A plan in words and as JSON; counts only, source ids with `full`.

A plan may look further ahead than its calendar is shown: what content is lacking is told weeks before.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import asdict
from datetime import date, timedelta
from typing import Any

from topmind import mail, planning
from topmind.model import Channel, Plan, Verdict
from topmind.planning import senders
from topmind.report.differences import difference_words
from topmind.report.last_plan import LastPlan
from topmind.report.last_run import label
from topmind.report.outlook_words import ahead_lines
from topmind.report.reasons import counted
from topmind.run.ahead_text import floor_lines, gap_lines, nothing_ahead
from topmind.run.ahead_verdicts import rows_ahead, verdicts_ahead
from topmind.run.decide import Decided
from topmind.run.dry import RESTORED
from topmind.run.proofs_ahead import proof_lines, proofs_as_dicts
from topmind.run.ticks import as_dicts, as_text, ticks_of, zones_of

#: Verdicts that carry a reason, in the order in which they are printed.
OTHERS = (Verdict.PENDING, Verdict.EXPIRED, Verdict.NOT_FOR_THEM)


def reasons(plan: Plan) -> Mapping[Verdict, Counter[str]]:
    """Verdict → reason → how many contacts × occasions."""
    found: dict[Verdict, Counter[str]] = {verdict: Counter() for verdict in OTHERS}
    for decision in plan.decisions:
        found[decision.verdict][decision.reason.value] += 1
    return found


def due_by_label(plan: Plan) -> dict[tuple[str, str], int]:
    """(label, channel) → due contacts, the largest first."""
    found: Counter[tuple[str, str]] = Counter()
    for touch in plan.due:
        occasion = plan.occasions[touch.occasion]
        found[label(occasion), occasion.channel.value] += 1
    return dict(found.most_common())


def editions(decided: Decided) -> int:
    """How many different mails are due."""
    return len(mail.group(decided.plan, decided.members, decided.project.catalog, senders.sender_for))


def calendar(plan: Plan, days: int | None = None) -> list[dict[str, Any]]:
    """One row a day: date, touches by label; `days`: up to so many days after the first."""
    rows = []
    for day in plan.calendar:
        if days is not None and day.day > plan.as_of + timedelta(days=days):
            break
        found: Counter[str] = Counter()
        for index, count in day.touches.items():
            occasion = plan.occasions[index]
            mark = "" if not occasion.channel.is_task else f" ({occasion.channel.value})"
            found[label(occasion) + mark] += count
        rows.append({"day": day.day.isoformat(), "touches": dict(found.most_common())})
    return rows


def plan_as_dict(
    decided: Decided, *, full: bool = False, days: int | None = None, before: LastPlan | None = None
) -> dict[str, Any]:
    """The plan for a machine: counts by reason; with `full` one row per contact and occasion, today and ahead.

    `days` cuts the calendar; `before` is the last tick's plan.
    """
    plan = decided.plan
    by_reason = reasons(plan)
    data: dict[str, Any] = {
        "as_of": plan.as_of.isoformat(),
        "hash": plan.hash,
        "surge": _surge(decided),
        "restored": any(problem.rule == RESTORED for problem in decided.findings),
        "active": plan.active,
        "due": len(plan.due),
        **{verdict.value: dict(by_reason[verdict].most_common()) for verdict in OTHERS},
        "occasions": [
            {"name": name, "channel": channel, "due": count}
            for (name, channel), count in due_by_label(plan).items()
        ],
        "editions": editions(decided),
        "calendar": calendar(plan, days),
        "gaps": [
            {"week": gap.week.isoformat(), "segment": gap.segment, "contacts": gap.contacts}
            for gap in plan.gaps
        ],
        "unreachable": len(plan.unreachable),
        "promised": plan.promised,
        "apart": {reason.value: count for reason, count in plan.apart.items()},
        "floor_broken": {reason.value: count for reason, count in plan.floor_broken.items()},
    }
    zones = zones_of(decided.project.catalog, decided.members)
    ticks = ticks_of(decided.project.settings)
    data["newsletters"] = as_dicts(decided.project.catalog, zones, ticks, plan.as_of)
    data["proofs"] = proofs_as_dicts(decided, 14 if days is None else days)
    if plan.outlook is not None:
        data |= _outlook(decided, before)
    if full:
        data["rows"] = rows(decided)
        data["ahead"] = rows_ahead(decided.plan, decided.members)
    return data


def _surge(decided: Decided) -> dict[str, int] | None:
    """How large this run is, where it is unusually so and nobody approved it."""
    large = planning.surge(decided.plan, decided.history)
    return {"mails": large.size, "usual": large.usual} if large else None


def _outlook(decided: Decided, before: LastPlan | None) -> dict[str, Any]:
    """What lies ahead: to the end of the forecast, however long the calendar is."""
    from topmind.run.last_plan import summed

    made = summed(decided, decided.plan.now, before)
    return {
        "verdicts": verdicts_ahead(decided.plan),
        "until": made.until.isoformat(),
        "coverage": [asdict(row) for row in made.coverage],
        "lacks": [
            {**asdict(row), "week": row.week.isoformat(), "by": [d.isoformat() for d in row.by]}
            for row in made.lacks
        ],
        "held": [{**asdict(row), "day": row.day.isoformat() if row.day else None} for row in made.held],
        "outside": [{"day": day.day.isoformat(), "contacts": day.outside} for day in made.days],
        "by_segment": [{"day": day.day.isoformat(), "touches": day.touches} for day in made.days],
        "since": list(made.since),
    }


def rows(decided: Decided) -> list[dict[str, Any]]:
    """One row per contact and occasion, by source id, in the order of ids."""
    plan, ids = decided.plan, decided.members.ids
    found: list[dict[str, Any]] = [
        {
            "contact": ids[touch.contact],
            "occasion": plan.occasions[touch.occasion].name,
            "channel": plan.occasions[touch.occasion].channel.value,
            "verdict": Verdict.DUE.value,
            "day": touch.day.isoformat(),
            "items": list(touch.picks),
        }
        for touch in plan.due
    ]
    found += [
        {
            "contact": ids[decision.contact],
            "occasion": plan.occasions[decision.occasion].name,
            "channel": plan.occasions[decision.occasion].channel.value,
            "verdict": decision.verdict.value,
            "reason": decision.reason.value,
            "until": decision.until.isoformat() if decision.until else None,
            "detail": decision.detail,
        }
        for decision in plan.decisions
    ]
    return sorted(found, key=lambda row: (str(row["contact"]), str(row["occasion"])))


def words(counts: Mapping[str, int]) -> str:
    """`12 an offer too early, 3 held`, the largest first."""
    return counted(counts) or "nobody"


def plan_as_text(
    decided: Decided, *, days: int, before: LastPlan | None = None, ahead: LastPlan | None = None
) -> str:
    """The plan for a person; `before` is the last tick's plan, `ahead` what that tick saw of the same day."""
    plan, dates = decided.plan, decided.project.catalog.company.dates
    by_reason = reasons(plan)
    lines = [
        f"Plan for {dates.day(plan.as_of, weekday=True)} ({_contacts(plan.active, 'takes', 'take')} part)",
        *(f"WARNING: {p.says} {p.fix}" for p in decided.findings if p.rule == RESTORED),
        "",
        _due_now(decided),
    ]
    lines += [
        f"  {count:6}  {name}" + ("" if channel == "email" else f"  ({channel})")
        for (name, channel), count in due_by_label(plan).items()
    ]
    lines += [
        f"Pending: {words(by_reason[Verdict.PENDING])}",
        f"Expired: {words(by_reason[Verdict.EXPIRED])}",
        f"Not for them: {words(by_reason[Verdict.NOT_FOR_THEM])}",
        *_since(decided, before),
        "",
        f"The next {days} days:",
    ]
    busy = [row for row in calendar(plan, days) if row["touches"]]
    lines += [f"  {_short_day(row['day'])}  {_largest(row['touches'])}" for row in busy]
    if not busy:
        lines += nothing_ahead(decided)
    if held := ahead_lines(plan, plan.as_of + timedelta(days=days)):
        lines += ["", "Who will not get it, and why:", *held]
    lines += proof_lines(decided, days)
    lines += gap_lines(plan, dates, ahead)
    lines += floor_lines(plan, dates)
    zones = zones_of(decided.project.catalog, decided.members)
    lines += as_text(decided.project.catalog, zones, ticks_of(decided.project.settings), plan.as_of)
    lines += ["", f"Plan hash: {plan.hash}"]
    if large := planning.surge(plan, decided.history):
        lines += [
            large.says,
            f"With Amazon SES it stops until somebody has looked: topmind approve {plan.hash[:12]}",
        ]
    return "\n".join(lines)


def _due_now(decided: Decided) -> str:
    """`Due now: 1349 (1338 mails in 7 editions, 11 tasks)`."""
    plan = decided.plan
    mails = sum(plan.occasions[touch.occasion].channel is Channel.EMAIL for touch in plan.due)
    tasks, made = len(plan.due) - mails, editions(decided)
    parts = (
        [f"{mails} mail{'' if mails == 1 else 's'} in {made} edition{'' if made == 1 else 's'}"]
        if mails
        else []
    )
    parts += [f"{tasks} task{'' if tasks == 1 else 's'}"] if tasks else []
    return f"Due now: {len(plan.due)}" + (f" ({', '.join(parts)})" if parts else "")


def _since(decided: Decided, before: LastPlan | None) -> list[str]:
    """What is different from the last tick's plan."""
    if before is None or decided.plan.outlook is None:
        return []
    from topmind.run.last_plan import summed

    now = summed(decided, decided.plan.now)
    return ["", difference_words(before, now, decided.project.catalog.company.dates)]


def _contacts(count: int, one: str, many: str) -> str:
    """`1 contact has`, `2 contacts have`."""
    return f"1 contact {one}" if count == 1 else f"{count} contacts {many}"


def _short_day(text: str) -> str:
    """`Tue  1 Dec`."""
    day = date.fromisoformat(text)
    return f"{day:%a} {day.day:2} {day:%b}"


def _largest(touches: Mapping[str, int], shown: int = 4) -> str:
    """The largest few, then how many more."""
    names = list(touches.items())
    text = " · ".join(f"{count} {name}" for name, count in names[:shown])
    rest = sum(count for _, count in names[shown:])
    return f"{text} · {rest} more" if rest else text
