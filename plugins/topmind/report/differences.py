"""What is different from the plan before, and what people changed meanwhile, in words."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import date, timedelta
from typing import TYPE_CHECKING

from topmind.date_words import DateStyle
from topmind.model import Kind
from topmind.report.outlook_words import listed

if TYPE_CHECKING:
    from topmind.report.last_plan import LastPlan

#: Differences, and changed files, that are told.
TOLD = 6
#: What is told when it comes or goes.
_ALONE = ("newsletter ", "sequence ")


def differences(before: LastPlan, now: LastPlan) -> tuple[str, ...]:
    """What changed for the days that both plans see, the largest first, and what may have made it change.

    A day is compared only where it lies ahead of both: what was sent meanwhile is no difference.
    """
    first, last = max(before.as_of, now.as_of) + timedelta(days=1), min(before.until, now.until)
    old, new = _sums(before, first, last), _sums(now, first, last)
    changes = {name: new[name] - old[name] for name in old.keys() | new.keys() if new[name] != old[name]}
    largest = sorted(changes, key=lambda name: (-abs(changes[name]), name))
    lines = [_more(changes[name], name) for name in largest[:TOLD]]
    if len(largest) > TOLD:
        lines.append(f"{len(largest) - TOLD} more with small differences")
    lines += _gaps(before, now)
    causes = [*_files(before, now), *_items(before, now), *_segments(before, now)]
    if lines and causes:
        lines.append(f"because {listed(causes)}" if len(causes) > 1 else f"because {causes[0]}")
    return tuple(lines or causes)


def difference_words(before: LastPlan, now: LastPlan, dates: DateStyle) -> str:
    """`Since the last run (Monday, 30 November 2026): +212 …, because 3 tips were added.`; "" = nothing."""
    found = differences(before, now)
    when = dates.day(before.as_of, weekday=True)
    if not found:
        return f"Since the last run ({when}) nothing changed in the days ahead."
    text = "; ".join(found).replace("; because", ", because")
    return f"Since the last run ({when}): {text}."


def _sums(plan: LastPlan, first: date, last: date) -> Counter[str]:
    """Touches by group between two days."""
    found: Counter[str] = Counter()
    for day in plan.days:
        if first <= day.day <= last:
            for what, by in day.touches.items():
                found[plan.whats[what].group if what in plan.whats else what] += by.get("", 0)
    return found


def _more(change: int, name: str) -> str:
    """`212 more of The Tuesday Fix`, `12 fewer rescues`."""
    of = "" if name.startswith("rescues") else "of "
    return f"{abs(change)} {'more' if change > 0 else 'fewer'} {of}{name}"


def _files(before: LastPlan, now: LastPlan) -> Iterator[str]:
    """What was written anew; an older version's plan knows of no file. Items and segments that came or went are told
    by their kind and size."""
    if not before.files or not now.files:
        return
    old, new = before.files, now.files
    found = [f"{name} was changed" for name in old if name in new and old[name] != new[name]]
    found += [f"{name} is new" for name in new if name not in old and name.startswith(_ALONE)]
    found += [f"{name} is gone" for name in old if name not in new and name.startswith(_ALONE)]
    yield from found[:TOLD]
    if len(found) > TOLD:
        yield f"{len(found) - TOLD} more files were changed"


def _items(before: LastPlan, now: LastPlan) -> Iterator[str]:
    added = Counter(now.items[name] for name in now.items.keys() - before.items.keys())
    gone = Counter(before.items[name] for name in before.items.keys() - now.items.keys())
    for counts, verb in ((added, "added"), (gone, "taken away")):
        for kind in Kind:
            if count := counts[kind.value]:
                yield f"{count} {kind.value if count == 1 else kind.folder} {'was' if count == 1 else 'were'} {verb}"


def _segments(before: LastPlan, now: LastPlan) -> Iterator[str]:
    changed = {
        name: now.segments[name] - before.segments[name]
        for name in now.segments.keys() & before.segments.keys()
        if now.segments[name] != before.segments[name]
    }
    for name in sorted(changed, key=lambda n: (-abs(changed[n]), n))[:3]:
        yield f"segment {name} {'grew' if changed[name] > 0 else 'shrank'} by {abs(changed[name])}"
    for name in sorted(now.segments.keys() - before.segments.keys()):
        yield f"segment {name} is new"
    for name in sorted(before.segments.keys() - now.segments.keys()):
        yield f"segment {name} is gone"


def _gaps(before: LastPlan, now: LastPlan) -> Iterable[str]:
    old, new = ({lack.segment: len(lack.by) for lack in plan.lacks} for plan in (before, now))
    for segment in sorted(old.keys() - new.keys()):
        yield f"the content gap of {segment or 'contacts'} is closed"
    for segment in sorted(new.keys() - old.keys()):
        yield f"a content gap of {segment or 'contacts'} has opened"
