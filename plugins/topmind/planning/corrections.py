"""Corrections of an issue: the day that people write → the very occurrence, which alone knows its cadence."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta

from topmind.errors import PlanError
from topmind.model import Catalog, DatedIssue, Item, Level, Newsletter, Problem
from topmind.planning.check_problem import finding
from topmind.planning.occasions import nominal_issues


def with_occurrences(catalog: Catalog) -> Catalog:
    """The catalog whose corrections name the occurrence of an issue: of two issues in one week the right one."""
    found: dict[str, Item] = {}
    for item, letter in _corrections(catalog):
        key = occurrence_on(catalog, letter, item)
        if key:
            sends = tuple(replace(send, only_if=f"got('{letter.id}/{key}')") for send in item.sends)
            found[item.id] = replace(item, sends=sends)
    return replace(catalog, items={**catalog.items, **found}) if found else catalog


def check_corrections(catalog: Catalog) -> Iterator[Problem]:
    """A correction names a day on which the newsletter had an issue, and not one to come.

    One whose own days are over says nothing any more: a cadence that was edited since may not know that day.
    """
    for item, letter in _corrections(catalog):
        assert item.corrects is not None
        day = item.corrects[1]
        if day is None or _over(item, catalog.as_of):
            continue
        issue = _issue_on(catalog, letter, day)
        if issue is not None:
            if issue[0] > catalog.as_of:
                yield _to_come(item, letter.id, issue[0])
            continue
        near = [
            one.isoformat()
            for one, _, _ in _issues(catalog, letter, day - timedelta(days=15), day + timedelta(days=15))
        ]
        yield finding(
            "corrects-no-issue",
            Level.ERROR,
            item.path,
            f"{letter.id} had no issue on {day.isoformat()}, so nobody would get this correction.",
            f"Near days: {', '.join(near)}." if near else f"It appears {letter.every}.",
            item.corrects_line,
        )
    for item in catalog.items.values():
        sent = catalog.items.get(item.corrects[0]) if item.corrects else None
        day = item.corrects[1] if item.corrects else None
        if sent is not None and day and day > catalog.as_of and any(send.day == day for send in sent.sends):
            yield _to_come(item, sent.id, day)


def _over(item: Item, as_of: date) -> bool:
    """Whether the last day of its last send is over."""
    return bool(item.sends) and max(send.day for send in item.sends) + timedelta(days=item.grace) < as_of


def occurrence_on(catalog: Catalog, letter: Newsletter, item: Item) -> str:
    """The occurrence of the issue that an item corrects; "" = there was none on that day."""
    day = item.corrects[1] if item.corrects else None
    found = _issue_on(catalog, letter, day) if day else None
    return found[1] if found else ""


def _to_come(item: Item, name: str, day: date) -> Problem:
    return finding(
        "corrects-to-come",
        Level.ERROR,
        item.path,
        f"{name} of {day.isoformat()} has not gone yet, so nobody would get this correction.",
        "Mend what is wrong where it is written, and delete this file.",
        item.corrects_line,
    )


def _issue_on(catalog: Catalog, letter: Newsletter, day: date) -> tuple[date, str] | None:
    """(day on which it appears, occurrence) of the issue that people know by `day`; None = there is none."""
    found = [(one, key) for one, key, _ in _issues(catalog, letter, day, day) if one == day]
    moved = [
        (one, key)
        for one, key, dated in _issues(catalog, letter, day, day + timedelta(days=31))
        if dated and dated.was == day
    ]
    return next(iter([*found, *moved]), None)


def _issues(
    catalog: Catalog, letter: Newsletter, first: date, last: date
) -> tuple[tuple[date, str, DatedIssue | None], ...]:
    try:
        return nominal_issues(letter, catalog.company, first, last)
    except PlanError:
        return ()  # the words of its cadence are a finding of their own


def _corrections(catalog: Catalog) -> Iterator[tuple[Item, Newsletter]]:
    for item in catalog.items.values():
        letter = catalog.newsletters.get(item.corrects[0]) if item.corrects else None
        if letter is not None:
            yield item, letter
