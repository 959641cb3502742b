"""A step that has reached somebody for a fact is done, whatever it was called then.

An edit gives an occurrence another name: `repeat: once` becomes `every time`, an export numbers its invoices anew, a
year of birth is corrected. The ledger knows the old name only, so a touch within the days of an entry counts for it,
unless it stands for another fact under that fact's own name.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import date

from topmind.model import FactDate, Step
from topmind.model import Sequence as MailSequence
from topmind.planning.past import Settled
from topmind.planning.sequences import Entry, anniversary_due, earliest, entries
from topmind.planning.setting import Setting

#: Anniversaries have numbers, none of them larger.
_MOST_YEARS = 150


def without_reached(
    made: Setting,
    sequence: MailSequence,
    step: Step,
    fresh: list[Entry],
    facts: Iterable[FactDate],
    settled: Settled,
) -> list[Entry]:
    """Those of `fresh`, which have no touch under their own name, that none under another name stands for.

    Each touch stands for one entry, the earliest first; so entries that are just over are looked at, too.
    """
    name = sequence.id, step.id
    rows = {entry.row for entry in fresh if (entry.row, *name) in settled.reached}
    if not rows:
        return fresh
    theirs: dict[int, list[FactDate]] = defaultdict(list)
    for fact in facts:
        if fact.contact in rows:
            theirs[fact.contact].append(fact)
    back, end = date.fromordinal(made.start - step.grace), date.fromordinal(made.end)
    done: set[tuple[int, str]] = set()
    for row in rows:
        mine = entries(sequence, step, theirs[row], made.catalog.company.programme_starts, back, end)
        still = [e for e in mine if (row, *name, e.occurrence, "") not in settled.keys]
        still.sort(key=lambda e: (e.due, e.occurrence))
        for day, occurrence in sorted(settled.reached[row, *name]):
            if day < made.start - step.grace or _owned(sequence, step, theirs[row], day, occurrence):
                continue
            hit = next((e for e in still if e.due <= day <= e.last), None)
            if hit:
                still.remove(hit)
                done.add((row, hit.occurrence))
    return [entry for entry in fresh if (entry.row, entry.occurrence) not in done]


def _owned(sequence: MailSequence, step: Step, facts: Sequence[FactDate], day: int, occurrence: str) -> bool:
    """Whether a touch of this day stands for a fact, or a year of it, under its own name."""
    repeat = step.repeat or sequence.repeat
    if repeat == "every time":
        return any(fact.fact == occurrence for fact in facts)
    if repeat != "yearly" or not occurrence.isdecimal() or int(occurrence) > _MOST_YEARS:
        return False  # `once` has no other fact
    first = next(earliest(facts, sequence), None)
    if first is None:
        return False
    due = anniversary_due(first.day, step, int(occurrence)).toordinal()
    return due <= day <= due + step.grace
