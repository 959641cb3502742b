"""Whether anything has its last day on a day: on most days nothing has, and nobody need be looked at."""

from __future__ import annotations

from datetime import date

import numpy as np

from topmind.model import Catalog, History, Members
from topmind.planning.facts import columns, near
from topmind.planning.occasions import announcement_asks, issue_asks
from topmind.planning.sequences import entries, step_asks


def ends_on(catalog: Catalog, members: Members, history: History, day: date) -> bool:
    """Whether some issue, announcement or contact's step may go on `day` and not after it; a rescue has no last day,
    and a step that the ledger has is over.

    Raises PlanError for a cadence that cannot be read.
    """
    number = day.toordinal()
    shared = (*issue_asks(catalog, history, day, day), *announcement_asks(catalog, history, day, day))
    if any(ask.last == number for ask in shared):
        return True
    starts = catalog.company.programme_starts
    done: set[tuple[str, str, str | None, str]] | None = None
    for ask, sequence, step in step_asks(catalog):
        facts = members.dates[step.starts_from or sequence.starts_from]
        matter = np.nonzero(near(columns(facts), sequence, step, number, number))[0].tolist()
        ending = [
            e
            for e in entries(sequence, step, [facts[k] for k in matter], starts, day, day)
            if e.last == number
        ]
        if ending and done is None:
            done = {
                (k.contact, k.source, k.step, k.occurrence)
                for k in (t.key for t in history.touches)
                if k.step
            }
        if any((members.ids[e.row], ask.source, ask.step, e.occurrence) not in (done or ()) for e in ending):
            return True
    return False
