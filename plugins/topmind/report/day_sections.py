"""The day and the week for the owner's mail: the sums of today's mails, who fell through, what nobody can prove."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from topmind.model import Reason, TouchState
from topmind.report.owner_words import MOST, Section, reason_words, reasons_listed
from topmind.report.promises import WHAT_TO_DO, Report


def day_sections(report: Report) -> tuple[Section, ...]:
    """What the terminal says below the owner's questions."""
    return (*_sums(report), *_fell(report), *_unproven(report))


def _sums(report: Report) -> Iterator[Section]:
    counts = report.counts
    parts = {
        "accepted": counts.accepted,
        "refused": counts.refused,
        "skipped": counts.skipped,
        "expired": counts.expired,
        "unknown": counts.unknown,
        "waiting": counts.waiting,
    }
    said = ", ".join(f"{count} {name}" for name, count in parts.items() if count) or "none"
    wrong = "" if report.balanced else " This does not add up: stop sending (topmind stop all) and report it."
    yield Section(
        title="Mails of today's occasions",
        says=f"{counts.planned} planned: {said}.{wrong}",
    )


def _fell(report: Report) -> Iterator[Section]:
    since = report.dates.day(report.since)
    if not report.fell:
        yield Section(title=f"Who fell through since {since}", says="Nobody.")
        return
    # whoever lost to another occasion got that one: the others first
    rows = sorted(report.fell, key=lambda row: row.reason == Reason.LOST_TO)
    yield Section(
        title=f"Who fell through since {since}",
        says=f"{reasons_listed(Counter(row.reason or row.state for row in report.fell))}.",
        head=("who", "meant for", "what", "why"),
        rows=tuple(
            (
                row.who,
                report.dates.month_day(row.day),
                row.occasion + ("" if row.channel == "email" else f" ({row.channel})"),
                reason_words(row.reason or row.state),
            )
            for row in rows[:MOST]
        ),
        personal=frozenset({0}),
        more=f"… and {len(rows) - MOST} more: topmind report --who" if len(rows) > MOST else "",
    )


def _unproven(report: Report) -> Iterator[Section]:
    if not report.unproven:
        yield Section(title="Not proven", says="Every mail that left is proven.")
    for state, advice in WHAT_TO_DO.items():
        # a claim without an end is unknown as soon as the next run has seen it
        rows = [
            row
            for row in report.unproven
            if (row.state == TouchState.UNRESOLVED) == (state is TouchState.UNRESOLVED)
        ]
        if rows:
            yield Section(
                title=f"Not proven: {state.value}",
                says=f"{len(rows)} mail{'' if len(rows) == 1 else 's'}. {advice}",
                head=("who", "what", "since", "state"),
                rows=tuple((row.who, row.title, row.at, row.state) for row in rows),
                personal=frozenset({0}),
            )
