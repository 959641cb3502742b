"""What a drain heard, in words: kinds, what followed, what is still not known and what to do."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from topmind.feedback import MEANINGS
from topmind.model import FeedbackKind, TouchState
from topmind.report.promises import WHAT_TO_DO

if TYPE_CHECKING:
    from topmind.run.feedback import FeedbackReport


def as_text(report: FeedbackReport) -> str:
    """For a person."""
    return "\n".join(_lines(report))


def _lines(report: FeedbackReport) -> Iterator[str]:
    total, heard = sum(report.kinds.values()), report.heard
    if report.dry:
        yield "Dry run: nothing was written, everything is in the queue again."
        yield f"{_count(total, 'event')} of ours" + (":" if total else ".")
    else:
        yield f"{_count(total, 'event')} of ours, {heard.new} of them new" + (":" if total else ".")
    for kind in FeedbackKind:
        if number := report.kinds.get(kind):
            yield f"  {number:6}  {kind.value:12}  {MEANINGS[kind]}"
    yield from _left_out(report)
    yield from _followed(report)
    yield from _not_known(report)
    if not report.empty:
        yield (
            "The queue may hold more: the next run goes on."
            if not report.signal
            else "Interrupted; the rest waits."
        )


def _left_out(report: FeedbackReport) -> Iterator[str]:
    heard = report.heard
    if heard.strays:
        yield f"{_count(heard.strays, 'event')} of mails that this ledger does not know: kept as proof that they left."
    if heard.other_attempts:
        yield f"{_count(heard.other_attempts, 'event')} of another attempt than the last one."
    if report.foreign:
        yield f"{_count(report.foreign, 'message')} of others than this ledger: dropped."
    if report.no_use:
        yield f"{_count(report.no_use, 'event')} that say nothing to us: dropped."
    if report.unreadable:
        yield (
            f"{_count(report.unreadable, 'message')} that nobody can read: left for the dead-letter queue. "
            "Look at one there; if it is an event of SES, this is a fault of topmind: please report it."
        )


def _followed(report: FeedbackReport) -> Iterator[str]:
    heard = report.heard
    if heard.proved:
        when = "Would be proven" if report.dry else "Proven now"
        yield f"{when}: {_count(heard.proved, 'mail')} that nobody could prove; they left."
    if heard.suppressed > 0:
        yield f"{_count(heard.suppressed, 'address', 'addresses')} will not be mailed any more."
    if heard.opted_out:
        yield f"{_count(heard.opted_out, 'person', 'people')} opted out."
    if report.forgotten:
        yield f"{_count(report.forgotten, 'single open or click', 'single opens and clicks')} older than 30 days forgotten."


def _not_known(report: FeedbackReport) -> Iterator[str]:
    if report.unknown:
        yield f"{_count(report.unknown, 'mail')} not proven. {WHAT_TO_DO[TouchState.UNKNOWN]}"
    if report.unresolved:
        new = f", {report.new_unresolved} of them new" if report.new_unresolved else ""
        yield f"{_count(report.unresolved, 'mail')} unresolved{new}. {WHAT_TO_DO[TouchState.UNRESOLVED]}"


def _count(number: int, one: str, many: str = "") -> str:
    return f"{number} {one if number == 1 else many or one + 's'}"
