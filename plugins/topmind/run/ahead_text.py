"""What lies ahead of a plan, as lines on a terminal: content that is lacking, floors, whom nobody can reach."""

from __future__ import annotations

from topmind.date_words import DateStyle
from topmind.model import Plan
from topmind.report.last_plan import LastPlan, lack_texts
from topmind.report.outlook_words import apart_words, coverage_lines, lack_words, lacks
from topmind.report.reasons import counted
from topmind.run.decide import Decided


def gap_lines(plan: Plan, dates: DateStyle, ahead: LastPlan | None = None) -> list[str]:
    """Content gaps in words, with how many items would close them and by when.

    `ahead` is a longer forecast of the same day, for a plan that has no outlook of its own.
    """
    until = plan.calendar[-1].day if plan.calendar else plan.as_of
    if plan.outlook is not None:
        said = [lack_words(lack, until, dates) for lack in lacks(plan.gaps, plan.outlook.needs)]
    elif ahead is not None:
        until, said = ahead.until, lack_texts(ahead, dates)
    else:
        said = [
            f"week of {dates.month_day(gap.week)}: {gap.contacts} {gap.segment} have nothing new; a new tip would do"
            for gap in plan.gaps
        ]
    return (
        ["", "Content gaps:", *(f"  {line}" for line in said)]
        if said
        else ["", f"No content gap, to {dates.month_day(until)}."]
    )


def floor_lines(plan: Plan, dates: DateStyle) -> list[str]:
    """How the promised floors fare, whom no rescue can reach, and what holds the floors that are broken today."""
    lines: list[str] = []
    if plan.outlook is not None and plan.outlook.coverage:
        until = dates.month_day(plan.calendar[-1].day)
        lines += ["", f"Inside their floor, to {until}:", *coverage_lines(plan.outlook.coverage)]
    if plan.apart:
        lines += ["", f"{apart_words({reason.value: count for reason, count in plan.apart.items()})}."]
    if plan.floor_broken:
        broken = {reason.value: count for reason, count in plan.floor_broken.items()}
        lines += ["", f"Floor broken today: {counted(broken)}."]
    return lines


def nothing_ahead(decided: Decided) -> list[str]:
    """Why a newsletter that is there goes to nobody: the usual surprise of a new project."""
    catalog = decided.project.catalog
    letters = ", ".join(sorted(catalog.newsletters))
    if not letters or not decided.plan.active:
        return ["  nothing"]
    items = sum(item.is_value and item.live(decided.plan.as_of) for item in catalog.items.values())
    return [
        f"  nothing, although there is {letters}: {items} valuable {'item is' if items == 1 else 'items are'} live.",
        "  The last few are kept for whoever would otherwise hear nothing for too long.",
        '  Write more, four to begin with: topmind new tip "…"; a draft counts once its line `status: draft` is gone.',
    ]
