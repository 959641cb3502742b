"""The calendar page's view of the last forecast: weeks of days, each with what goes out to one segment."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

from topmind.model import Channel, Coverage
from topmind.report.last_plan import HeldRow, LastPlan, PlanDay, What
from topmind.report.outlook_words import Lack

#: Where a file can be edited: path relative to the project → address; "" = nowhere.
Edit = Callable[[str], str]
_MANY = {
    Channel.EMAIL: ("follow-up", "follow-ups"),
    Channel.CALL: ("call", "calls"),
    Channel.LETTER: ("letter", "letters"),
    Channel.VISIT: ("visit", "visits"),
    Channel.PARCEL: ("parcel", "parcels"),
}
RESCUE = "rescue"


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One thing on one day."""

    count: int
    title: str
    #: Address of the file behind it; "" = none.
    link: str = ""
    #: What the plan calls it: `tuesday-fix/2026-W49`.
    what: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Bundle:
    """Several small things of one kind on one day."""

    says: str
    lines: tuple[Line, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Day:
    """One day of the calendar."""

    day: date
    #: Issues and announcements, the largest first.
    mails: tuple[Line, ...] = ()
    #: Follow-up mails, calls, letters …, and rescues.
    bundles: tuple[Bundle, ...] = ()
    #: Before the forecast begins or after it ends: an empty place in the grid.
    beyond: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Week:
    """Monday to Sunday."""

    monday: date
    days: tuple[Day, ...]
    #: Segments whose gap begins in this week.
    lacks: tuple[Lack, ...]

    @property
    def full(self) -> tuple[Day, ...]:
        """Its days with something on them."""
        return tuple(day for day in self.days if day.mails or day.bundles)

    @property
    def says(self) -> tuple[str, ...]:
        """What goes in it, in words: `1204 The Tuesday Fix`, `160 others`; () for nothing."""
        counts: dict[str, int] = {}
        for line in (line for day in self.days for line in day.mails):
            counts[line.title] = counts.get(line.title, 0) + line.count
        others = sum(line.count for day in self.days for bundle in day.bundles for line in bundle.lines)
        said = [f"{count} {title}" for title, count in counts.items()]
        return (*said, *([f"{others} {'other' if others == 1 else 'others'}"] if others else []))


def weeks(plan: LastPlan, segment: str, edit: Edit) -> tuple[Week, ...]:
    """The whole forecast for one segment ("" = everybody), in whole weeks."""
    by_day = {day.day: day for day in plan.days}
    first = plan.as_of - timedelta(days=plan.as_of.weekday())
    found = []
    for number in range((plan.until - first).days // 7 + 1):
        monday = first + timedelta(days=7 * number)
        days = tuple(_day(plan, by_day, monday + timedelta(days=n), segment, edit) for n in range(7))
        lacks = tuple(
            lack for lack in plan.lacks if lack.week == monday and (not segment or _is_of(lack, segment))
        )
        found.append(Week(monday=monday, days=days, lacks=lacks))
    return tuple(found)


def _is_of(lack: Lack, segment: str) -> bool:
    return segment in {lack.segment, *lack.among}


def _day(plan: LastPlan, by_day: Mapping[date, PlanDay], day: date, segment: str, edit: Edit) -> Day:
    known = by_day.get(day)
    if known is None:
        return Day(day=day, beyond=True)
    touches = {what: by_segment.get(segment, 0) for what, by_segment in known.touches.items()}
    return day_of(day, touches, plan.whats, edit)


def day_of(day: date, touches: Mapping[str, int], whats: Mapping[str, What], edit: Edit) -> Day:
    """One day, sorted: issues and announcements by themselves, the rest bundled. `touches`: what → contacts."""
    mails: list[Line] = []
    small: dict[str, list[Line]] = {}
    for what, count in touches.items():
        about = whats.get(what) or What(title=what, group=what, channel="email")
        if not count:
            continue
        line = Line(count=count, title=_short(about), link=edit(about.path) if about.path else "", what=what)
        if about.path and not about.path.startswith("content/sequences/"):
            mails.append(line)
        else:
            small.setdefault(RESCUE if not about.path else about.channel, []).append(line)
    order = [*Channel, RESCUE]
    bundles = (_bundle(kind, small[kind]) for kind in sorted(small, key=order.index))
    return Day(day=day, mails=tuple(sorted(mails, key=_largest)), bundles=tuple(bundles))


def told(touches: Mapping[str, int], whats: Mapping[str, What], titles: Mapping[str, str]) -> tuple[str, ...]:
    """A day of the last run in words: `1204 The Tuesday Fix`, `83 follow-ups`, `3 letters`.

    `touches`: what → contacts; `titles`: what → its title, for whatever the forecast does not name any more.
    """
    day = day_of(date.min, {what: n for what, n in touches.items() if what in whats}, whats, lambda _path: "")
    rest = (f"{n} {titles.get(what, what)}" for what, n in touches.items() if n and what not in whats)
    mails = (f"{line.count} {line.title}" for line in day.mails)
    return (*mails, *rest, *(bundle.says for bundle in day.bundles))


def _short(about: What) -> str:
    """The newsletter's name on its own day: the date stands above it."""
    return about.title if about.path.startswith("content/sequences/") or not about.path else about.group


def _bundle(kind: str, lines: list[Line]) -> Bundle:
    total = sum(line.count for line in lines)
    one, many = ("rescue", "rescues") if kind == RESCUE else _MANY[Channel(kind)]
    return Bundle(says=f"{total} {one if total == 1 else many}", lines=tuple(sorted(lines, key=_largest)))


def _largest(line: Line) -> tuple[int, str]:
    return -line.count, line.title


def coverage(plan: LastPlan, segment: str) -> Coverage | None:
    """How the floor fares for one segment."""
    return next((row for row in plan.coverage if row.segment == segment), None)


def held(plan: LastPlan, edit: Edit) -> Iterator[tuple[HeldRow, str]]:
    """What somebody will not get, with the address of its file."""
    for row in plan.held:
        yield row, edit(row.path) if row.path else ""


def curve(plan: LastPlan, width: int = 600, height: int = 60) -> str:
    """Points of a line: contacts inside their floor from day to day, of those who can be helped."""
    row = coverage(plan, "")
    if row is None or not row.contacts or len(plan.days) < 2:
        return ""
    step = width / (len(plan.days) - 1)
    return " ".join(
        f"{n * step:.1f},{height * day.outside / row.contacts:.1f}" for n, day in enumerate(plan.days)
    )


def files(plan: LastPlan) -> frozenset[str]:
    """Paths that the calendar may show: what the plan names and nothing else."""
    return frozenset(
        path for path in (*(w.path for w in plan.whats.values()), *(h.path for h in plan.held)) if path
    )


def source(root: Path, path: str, known: frozenset[str]) -> str | None:
    """The text of a file that the plan names; None for any other, or one that is gone."""
    if path not in known:
        return None
    place = (root / path).resolve()
    if not place.is_relative_to(root.resolve()) or not place.is_file():
        return None
    return place.read_text("utf-8", "replace")
