"""Which dated facts can start something in the days of a plan: most of them are years away from any step.

A margin is kept, and a contact's facts are kept or left out together, so that the rules of `sequences` see all of
somebody's facts or none.
"""

from __future__ import annotations

from collections.abc import Sequence as Many
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from topmind.model import Bools, FactDate, Sequence, Step

#: Days around the window of a step in which a fact may still matter.
MARGIN = 10
YEAR = 365.2425


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Columns:
    """The facts of one `starts_from` as columns."""

    contact: NDArray[np.intp]
    #: Ordinals.
    day: NDArray[np.int32]


def columns(facts: Many[FactDate]) -> Columns:
    """Contact and day of each fact."""
    return Columns(
        contact=np.fromiter((fact.contact for fact in facts), np.intp, len(facts)),
        day=np.fromiter((fact.day.toordinal() for fact in facts), np.int32, len(facts)),
    )


def near(facts: Columns, sequence: Sequence, step: Step, start: int, end: int) -> Bools:
    """The facts of all contacts for whom the step may fall due from `start` less its grace to `end`."""
    low, high = start - step.grace - MARGIN, end + MARGIN
    if (step.repeat or sequence.repeat) == "yearly":
        since = facts.day + step.offset % 365
        hit = np.floor((high - since) / YEAR) >= np.ceil((low - since) / YEAR)
    else:
        due = facts.day + step.offset
        hit = (low <= due) & (due <= high)
        day = sequence.backfill.toordinal() if sequence.backfill else 0
        if low <= day <= high:  # whatever was missed before that day falls due on it
            hit |= due < day
    theirs = np.zeros(int(facts.contact.max(initial=-1)) + 1, dtype=np.bool_)
    theirs[facts.contact[hit]] = True
    return theirs[facts.contact]
