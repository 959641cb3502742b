"""`var/last-run.json`: what the desk shows of the last run, so that it need not plan again. Counts only, no person."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime

from pydantic import TypeAdapter, ValidationError

from topmind.errors import TopmindError
from topmind.ledger.values import Counts, Task
from topmind.model import (
    Channel,
    Level,
    Occasion,
    PastTouch,
    Plan,
    Problem,
    SourceKind,
    TouchKey,
    TouchState,
    Verdict,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class OccasionRow:
    """One occasion of today, or all of today's occasions of one step."""

    #: What `stop` takes.
    name: str
    title: str
    channel: str
    #: Still to go.
    due: int
    #: Sent today, or given to somebody as a task.
    done: int = 0
    #: Verdict → reason → contacts, for everybody who is not due.
    others: Mapping[str, Mapping[str, int]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class CalendarRow:
    """One day of the forecast."""

    day: date
    #: Occasion name → touches, the largest first.
    touches: Mapping[str, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class GapRow:
    """A week in which contacts have nothing new to get."""

    #: Monday.
    week: date
    segment: str
    contacts: int


@dataclass(frozen=True, slots=True, kw_only=True)
class FindingRow:
    """One finding of `check`."""

    rule: str
    level: Level
    path: str
    line: int
    says: str
    fix: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskRow:
    """Open tasks of one person, title and last day."""

    #: Team id.
    owner: str
    title: str
    channel: str
    last_day: date
    count: int


@dataclass(frozen=True, slots=True, kw_only=True)
class LastRun:
    """One run as the desk shows it."""

    as_of: date
    #: UTC.
    at: datetime
    #: outbox, memory, ses.
    transport: str
    plan: str
    active: int
    #: As `send --json`: planned accepted refused skipped expired unknown waiting sent_now tasks.
    counts: Mapping[str, int]
    #: Verdict → contacts × occasions, due among them.
    verdicts: Mapping[str, int]
    #: Verdict → reason → contacts × occasions.
    reasons: Mapping[str, Mapping[str, int]]
    occasions: tuple[OccasionRow, ...] = ()
    #: Segment → contacts.
    segments: Mapping[str, int] = field(default_factory=dict)
    calendar: tuple[CalendarRow, ...] = ()
    gaps: tuple[GapRow, ...] = ()
    findings: tuple[FindingRow, ...] = ()
    tasks: tuple[TaskRow, ...] = ()

    def to_json(self) -> str:
        """As the file holds it."""
        return _SHAPE.dump_json(self, indent=2).decode() + "\n"

    @classmethod
    def from_json(cls, text: str) -> LastRun:
        """Read it back. Raises TopmindError where it has another shape (an older version's file)."""
        try:
            return _SHAPE.validate_json(text)
        except ValidationError:
            raise TopmindError(
                "has another shape than this version writes.",
                where="var/last-run.json",
                fix="The next `topmind send` writes it anew.",
            ) from None


_SHAPE: TypeAdapter[LastRun] = TypeAdapter(LastRun)


def last_run(
    plan: Plan,
    *,
    at: datetime,
    transport: str,
    counts: Counts,
    findings: Iterable[Problem] = (),
    tasks: Iterable[Task] = (),
    segments: Mapping[str, int] | None = None,
    today: Iterable[PastTouch] = (),
) -> LastRun:
    """Sum a run up. Pure; nothing of a person goes in.

    `plan.due` is what is still to go, `today` what the ledger already has for the plan's day.
    """
    done = Counter((touch_label(touch.key), touch.key.channel.value) for touch in today if touch.counts)
    verdicts: Counter[str] = Counter(done=done.total()) if done else Counter()
    verdicts[Verdict.DUE.value] = len(plan.due)
    reasons: dict[str, Counter[str]] = {}
    for decision in plan.decisions:
        verdicts[decision.verdict.value] += 1
        reasons.setdefault(decision.verdict.value, Counter())[decision.reason.value] += 1
    return LastRun(
        as_of=plan.as_of,
        at=at,
        transport=transport,
        plan=plan.hash,
        active=plan.active,
        counts=counts.as_dict(),
        verdicts=dict(verdicts),
        reasons={verdict: dict(found.most_common()) for verdict, found in reasons.items()},
        occasions=tuple(_occasions(plan, done)),
        segments=dict(segments or {}),
        calendar=tuple(_calendar(plan, done)),
        gaps=tuple(GapRow(week=g.week, segment=g.segment, contacts=g.contacts) for g in plan.gaps),
        findings=tuple(
            FindingRow(rule=p.rule, level=p.level, path=p.path, line=p.line, says=p.says, fix=p.fix)
            for p in findings
        ),
        tasks=tuple(_tasks(tasks)),
    )


def label(occasion: Occasion) -> str:
    """What `stop` takes; steps and rescues of many due days share one."""
    if occasion.kind in {SourceKind.STEP, SourceKind.RESCUE}:
        return "/".join(part for part in (occasion.source, occasion.step) if part)
    return occasion.name


def touch_label(key: TouchKey) -> str:
    """The same for a touch of the ledger."""
    if key.step is not None:
        return f"{key.source}/{key.step}"
    return key.source if key.source == SourceKind.RESCUE.value else f"{key.source}/{key.occurrence}"


def _occasions(plan: Plan, done: Counter[tuple[str, str]]) -> Iterable[OccasionRow]:
    """Today's occasions, the largest first."""
    groups: dict[tuple[str, str], str] = {}
    keys = []
    for occasion in plan.occasions:
        key = (label(occasion), occasion.channel.value)
        groups.setdefault(key, occasion.title)
        keys.append(key)
    due = Counter(keys[touch.occasion] for touch in plan.due)
    others: dict[tuple[str, str], dict[str, Counter[str]]] = {}
    for decision in plan.decisions:
        found = others.setdefault(keys[decision.occasion], {})
        found.setdefault(decision.verdict.value, Counter())[decision.reason.value] += 1
    rows = [
        OccasionRow(
            name=key[0],
            title=title,
            channel=key[1],
            due=due[key],
            done=done[key],
            others={verdict: dict(c.most_common()) for verdict, c in others.get(key, {}).items()},
        )
        for key, title in {**{key: key[0] for key in done}, **groups}.items()
        if due[key] or done[key] or key in others
    ]
    return sorted(rows, key=lambda row: (-row.due - row.done, row.name, row.channel))


def _calendar(plan: Plan, done: Counter[tuple[str, str]]) -> Iterable[CalendarRow]:
    for day in plan.calendar:
        found: Counter[str] = Counter()
        if day.day == plan.as_of and done:
            for (name, channel), count in done.items():
                found[name if channel == Channel.EMAIL.value else f"{name} ({channel})"] += count
            for touch in plan.due:
                found[label(plan.occasions[touch.occasion])] += 1
            yield CalendarRow(day=day.day, touches=dict(found.most_common()))
            continue
        for index, count in day.touches.items():
            occasion = plan.occasions[index]
            mark = f" ({occasion.channel.value})" if occasion.channel.is_task else ""
            found[label(occasion) + mark] += count
        yield CalendarRow(day=day.day, touches=dict(found.most_common()))


def _tasks(tasks: Iterable[Task]) -> Iterable[TaskRow]:
    found = Counter(
        (task.last_day, task.sender, task.title, task.key.channel.value)
        for task in tasks
        if task.state is TouchState.PLANNED
    )
    for (last_day, owner, title, channel), count in sorted(found.items()):
        yield TaskRow(owner=owner, title=title, channel=channel, last_day=last_day, count=count)
