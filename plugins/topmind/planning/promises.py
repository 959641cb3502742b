"""Which issues a plan promises: a cadence that is edited later must not make days of the past that nobody was promised."""

from __future__ import annotations

from datetime import date, timedelta

from topmind.model import Catalog, History, Occasion, SourceKind
from topmind.planning.occasions import nominal_issues

#: Days ahead whose issues a plan names; who looks back further than that is not told.
PROMISED_DAYS = 31


def promised(catalog: Catalog, as_of: date) -> frozenset[str]:
    """The issues that may go on `as_of` or in the month after it, by name.

    Raises PlanError for a cadence that cannot be read.
    """
    until = as_of + timedelta(days=PROMISED_DAYS)
    return frozenset(
        f"{letter.id}/{occurrence}"
        for letter in catalog.newsletters.values()
        for _, occurrence, _ in nominal_issues(
            letter, catalog.company, as_of - timedelta(days=letter.grace), until
        )
    )


def was_promised(catalog: Catalog, history: History, occasion: Occasion) -> bool:
    """Whether the last plan named this issue, by today's name of its newsletter or by an old one. What is no issue
    has its day from a fact or from its own file; where the last plan did not say or did not see so far, it was."""
    if occasion.kind is not SourceKind.ISSUE or history.promised is None or history.planned_on is None:
        return True
    if occasion.day > history.planned_on + timedelta(days=PROMISED_DAYS):
        return True
    letter = catalog.newsletters.get(occasion.source)
    names = (occasion.source, *(letter.was if letter else ()))
    return any(f"{name}/{occasion.occurrence}" in history.promised for name in names)
