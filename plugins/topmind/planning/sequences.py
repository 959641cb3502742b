"""Steps: from dated facts of contacts to the days on which each of them is due for a step."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from topmind.model import Catalog, FactDate, History, Occasion, Purpose, Sequence, SourceKind, Step
from topmind.planning.occasions import MORNING, Ask, is_stopped, minutes, worth


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One contact's occurrence of one step."""

    #: Row in the block.
    row: int
    #: First and last day on which it may go (ordinals).
    due: int
    last: int
    #: `once`, a fact's id, the n-th year.
    occurrence: str


def step_asks(catalog: Catalog) -> tuple[tuple[Ask, Sequence, Step], ...]:
    """Every step with what it asks, in order of decision: sequence id, then the order of its files."""
    found = []
    for sequence in sorted(catalog.sequences.values(), key=lambda s: s.id):
        for step in sequence.steps:
            value, promotions = worth(step.body, catalog, step.purpose)
            ask = Ask(
                kind=SourceKind.STEP,
                source=sequence.id,
                step=step.id,
                channel=step.channel,
                purpose=step.purpose,
                title=f"{sequence.title}: {step.title}",
                at=minutes(MORNING),
                segments=sequence.segments,
                stop_when=(sequence.stop_when,) if sequence.stop_when else (),
                only_if=step.only_if,
                words=step.body,
                value=value,
                promotions=promotions,
                sender=sequence.sender,
                own_sender=step.sender,
                reply=_is_reply(sequence, step),
            )
            found.append((ask, sequence, step))
    return tuple(found)


def _is_reply(sequence: Sequence, step: Step) -> bool:
    """Whoever says that something is not right gets the call the same day, also on the day of the question."""
    starts = step.starts_from or sequence.starts_from
    return step.channel.is_task and step.purpose is Purpose.SERVICE and starts.startswith("answered(")


def entries(
    sequence: Sequence,
    step: Step,
    facts: Iterable[FactDate],
    programme_starts: date,
    start: date,
    end: date,
) -> Iterator[Entry]:
    """The occurrences of a step whose days touch `start` … `end`.

    Facts older than `since` start nothing. Without `since` that is the programme's first day, and a yearly
    step then measures the anniversary by it, not the fact: a birthday in 1980 has one in this programme.
    """
    repeat = step.repeat or sequence.repeat
    since = sequence.since or programme_starts
    if repeat == "yearly":
        for fact in earliest(facts, sequence):
            yield from _yearly(fact, step, since, start, end)
        return
    chosen = _earliest(facts, since) if repeat == "once" else (f for f in facts if f.day >= since)
    low = start - timedelta(days=step.grace)
    later = _later(sequence, step)
    for fact in chosen:
        due = made_up(sequence, step, fact.day, later)
        if due is not None and low <= due <= end:
            yield Entry(
                row=fact.contact,
                due=due.toordinal(),
                last=due.toordinal() + step.grace,
                occurrence="once" if repeat == "once" else fact.fact,
            )


def made_up(sequence: Sequence, step: Step, fact: date, later: int | None) -> date | None:
    """The day on which a step falls due after a fact.

    With `backfill`, a step whose last day went by before that day falls due on it; None where a later step
    (`later`: its offset) fell due before it, too: of all that was missed only the last is made up for.
    """
    due = fact + timedelta(days=step.offset)
    day = sequence.backfill
    if day is None or due + timedelta(days=step.grace) >= day:
        return due
    return None if later is not None and fact + timedelta(days=later) < day else day


def _later(sequence: Sequence, step: Step) -> int | None:
    """The offset of the next step that starts from the same fact."""
    mine = (step.starts_from or sequence.starts_from, step.repeat or sequence.repeat)
    offsets = [
        other.offset
        for other in sequence.steps
        if (other.starts_from or sequence.starts_from, other.repeat or sequence.repeat) == mine
    ]
    return min((offset for offset in offsets if offset > step.offset), default=None)


def earliest(facts: Iterable[FactDate], sequence: Sequence) -> Iterator[FactDate]:
    """Each contact's fact of which a yearly step counts the years: the programme's first day is no bound for it."""
    return _earliest(facts, sequence.since or date.min)


def anniversary_due(day: date, step: Step, years: int) -> date:
    """The day on which a yearly step falls due so many years after a fact."""
    return anniversary(day, years) + timedelta(days=_shift(step))


def _shift(step: Step) -> int:
    """Days from the anniversary; whole years in the offset are no part of it."""
    return step.offset % 365 if step.offset >= 365 else step.offset


def _earliest(facts: Iterable[FactDate], since: date) -> Iterator[FactDate]:
    """Each contact's earliest fact that is not older than `since`."""
    best: dict[int, FactDate] = {}
    for fact in facts:
        if fact.day >= since:
            known = best.get(fact.contact)
            if known is None or (fact.day, fact.fact) < (known.day, known.fact):
                best[fact.contact] = fact
    yield from best.values()


def _yearly(fact: FactDate, step: Step, since: date, start: date, end: date) -> Iterator[Entry]:
    """Anniversaries of the fact, moved by the step's offset; whole years in the offset skip the first ones."""
    skipped = max(step.offset, 0) // 365
    low = start - timedelta(days=step.grace)
    shift = timedelta(days=_shift(step))
    first = max(1, skipped, (low - shift).year - fact.day.year)
    for n in range(first, (end - shift).year - fact.day.year + 1):
        day = anniversary(fact.day, n)
        due = day + shift
        if day >= since and low <= due <= end:
            yield Entry(
                row=fact.contact,
                due=due.toordinal(),
                last=due.toordinal() + step.grace,
                occurrence=str(n),
            )


def anniversary(day: date, years: int) -> date:
    """The same day so many years on; 28 February for 29 February in an ordinary year."""
    try:
        return day.replace(year=day.year + years)
    except ValueError:
        return date(day.year + years, 2, 28)


def step_occasion(ask: Ask, occurrence: str, due: int, grace: int, history: History) -> Occasion:
    """The occasion of one occurrence of a step; its day is the earliest due day among its contacts."""
    return Occasion(
        kind=SourceKind.STEP,
        source=ask.source,
        step=ask.step,
        occurrence=occurrence,
        channel=ask.channel,
        title=ask.title,
        day=date.fromordinal(due),
        at=MORNING,
        grace=grace,
        segments=ask.segments,
        purpose=ask.purpose,
        stopped=is_stopped(history, ask.source, ask.step, occurrence),
    )
