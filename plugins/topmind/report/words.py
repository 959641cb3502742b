"""The report as a person reads it on a terminal."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import TYPE_CHECKING

from topmind.model import Reason, TouchState
from topmind.report.outlook_words import apart_words
from topmind.report.reasons import counted, in_words

if TYPE_CHECKING:
    from topmind.ledger import Counts
    from topmind.report.promises import Report

#: Rows of a list that are printed; the rest is counted.
MOST = 20


def as_text(report: Report) -> str:
    """All parts, each with its head; empty parts in one line. The owner's answers come first, with their figures in
    place of the shorter ones."""
    head = [f"Report for {report.dates.day(report.as_of, weekday=True)}"]
    if report.owner is not None:
        from topmind.report.owner_words import as_text as owner

        parts = [
            head,
            [owner(report.owner, report.dates, named=report.named)],
            list(_mails(report)),
            list(_tasks(report)),
        ]
    else:
        parts = [
            head,
            list(_mails(report)),
            list(_steps(report)),
            list(_floors(report)),
            list(_tasks(report)),
        ]
    parts += [list(_fell(report)), list(_unknown(report))]
    return "\n\n".join("\n".join(part) for part in parts if part)


def _mails(report: Report) -> Iterator[str]:
    c = report.counts
    sign = "=" if report.balanced else "≠"
    yield "Mails of today's occasions"
    yield (
        f"  {c.planned} planned {sign} {c.accepted} accepted + {c.refused} refused + {c.skipped} skipped"
        f" + {c.expired} expired + {c.unknown} unknown + {c.waiting} waiting"
    )
    if not report.balanced:
        yield "  This does not add up: a defect of topmind. Stop sending (`topmind stop all`) and report it."


def _steps(report: Report) -> Iterator[str]:
    if not report.steps:
        return
    yield "Follow-up: how many of those due got it in time"
    width = max(len(f"{row.sequence}/{row.step}") for row in report.steps)
    for row in report.steps:
        over = row.due - row.open
        share = f"{100 * row.in_time / over:3.0f} %" if over else "  – "
        more = f", {row.open} open" if row.open else ""
        missed = f" ({counted(row.missed)})" if row.missed else ""
        yield f"  {f'{row.sequence}/{row.step}':{width}}  {share}  {row.in_time} of {over}{more}{missed}"


def _floors(report: Report) -> Iterator[str]:
    yield "Floors"
    yield f"  kept for {report.floors_kept} of {report.promised} contacts"
    if report.floor_broken:
        yield f"  broken: {counted(report.floor_broken)}"
    if report.apart:
        yield f"  {apart_words(report.apart)}"


def _tasks(report: Report) -> Iterator[str]:
    yield "Tasks"
    yield f"  {report.task_states['open']} open, {report.task_states['done']} done, {report.task_states['missed']} missed"
    for task in report.open_tasks[:MOST]:
        owner = f"{task.owner}: " if task.owner else ""
        yield f"  until {task.last_day}  {owner}{task.channel} {task.who} – {task.title}"
    yield from _rest(len(report.open_tasks))


def _fell(report: Report) -> Iterator[str]:
    if not report.fell:
        yield f"Nobody fell through since {report.since}."
        return
    yield f"Who fell through since {report.since}"
    yield f"  {counted(Counter(row.reason or row.state for row in report.fell))}"
    # whoever lost to another occasion got that one: the others first
    for row in sorted(report.fell, key=lambda row: row.reason == Reason.LOST_TO)[:MOST]:
        why = f" ({in_words(row.reason)})" if row.reason else ""
        yield f"  {row.day}  {row.who}  {row.occasion}  {row.state}{why}"
    yield from _rest(len(report.fell))


def _unknown(report: Report) -> Iterator[str]:
    from topmind.report.promises import WHAT_TO_DO

    if again := twice(report.counts):
        yield again
    if not report.unproven:
        yield "Every mail that left is proven."
        return
    yield f"Not proven: {len(report.unproven)}."
    for state, advice in WHAT_TO_DO.items():
        # a claim without an end is unknown as soon as the next run has seen it
        rows = [
            r
            for r in report.unproven
            if (r.state == TouchState.UNRESOLVED) == (state is TouchState.UNRESOLVED)
        ]
        if rows:
            yield f"  {len(rows)} {state.value}. {advice}"
        for row in rows:  # all of them: guarantee 5 lists every unproven send
            why = f" ({row.reason})" if row.reason else ""
            yield f"  {row.at}  {row.who}  {row.touch}  {row.title}  {row.state}{why}"


def twice(counts: Counts) -> str:
    """`May have come twice: 3 (on_unknown: resend), came twice: 1.`; "" where nothing was sent again."""
    if not counts.may_have_come_twice:
        return ""
    both = f", came twice: {counts.came_twice}" if counts.came_twice else ""
    return f"May have come twice: {counts.may_have_come_twice} (on_unknown: resend){both}."


def _rest(length: int) -> Iterator[str]:
    if length > MOST:
        yield f"  … and {length - MOST} more (--json has all)"
