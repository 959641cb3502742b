"""What the planner says of files at writing time: cadence words, promises that contradict each other, follow-ups
that can never go."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta

from topmind.errors import PlanError
from topmind.model import (
    Catalog,
    Channel,
    Kind,
    Level,
    Newsletter,
    Problem,
    Promise,
    Sequence,
    Step,
)
from topmind.planning import cadence
from topmind.planning.occasions import has_words, minutes, nominal_issues
from topmind.planning.setting import blackout_days, outside_quiet, public_holidays
from topmind.planning.terms import Terms, terms_for

#: How far ahead `check` looks at nominal days.
AHEAD = timedelta(days=92)


def check(catalog: Catalog) -> tuple[Problem, ...]:
    """Everything in the catalog that the planner cannot or will not do as written; all of it at once."""
    found = [*_company(catalog), *_promises(catalog)]
    for letter in catalog.newsletters.values():
        found += _newsletter(catalog, letter)
    for sequence in catalog.sequences.values():
        found += _sequence(sequence)
    return tuple(sorted(found, key=lambda p: (p.path, p.line, p.rule, p.says)))


def _problem(
    rule: str, level: Level, path: str, says: str, fix: str, line: int = 0, key: str = ""
) -> Problem:
    return Problem(
        rule=f"planning/{rule}",
        level=level,
        path=path,
        line=line,
        says=says,
        fix=fix,
        key="" if line else key,
    )


# --- company ---


def _company(catalog: Catalog) -> Iterator[Problem]:
    company = catalog.company
    try:
        public_holidays(company.country, catalog.as_of.year, catalog.as_of.year)
    except PlanError as error:
        yield _problem(
            "unknown-country", Level.ERROR, company.path, _sentence(error.says), error.fix, key="country"
        )


def _sentence(text: str) -> str:
    return text[:1].upper() + text[1:]


# --- promises ---


def _promises(catalog: Catalog) -> Iterator[Problem]:
    """Each promise alone with the company's: what its gap and ceilings allow must reach its floor."""
    company = catalog.company
    yield from _promise(company.path, terms_for(company, []))
    for segment in catalog.segments.values():
        if segment.promise != Promise():
            yield from _promise(segment.path, terms_for(company, [segment]))


def _promise(path: str, terms: Terms) -> Iterator[Problem]:
    if not terms.floor:
        return
    if terms.gap > terms.floor:
        yield _problem(
            "floor-within-gap",
            Level.ERROR,
            path,
            f"A touch every {terms.floor} days is promised, but the gap keeps {terms.gap} days between touches.",
            f"Write a gap of at most {terms.floor} days, or a longer floor.",
            key="gap",
        )
    only_mail = set(terms.rescue) <= {Channel.EMAIL}
    for window, most in terms.ceilings:
        needed = -(-window.days // terms.floor)
        binds = not window.channel or (window.channel == Channel.EMAIL.value and only_mail)
        if binds and most < needed:
            what = f"{window.channel or 'touch'}{'s' if window.channel else 'es'}"
            yield _problem(
                "floor-above-ceiling",
                Level.ERROR,
                path,
                f"A valuable touch every {terms.floor} days needs {needed} touches in {window.days} days, "
                f"but at most {most} {what} are allowed.",
                f"Allow at least {needed}, or promise a touch every {-(-window.days // max(most, 1))} days.",
                key="at_most",
            )


# --- newsletters ---


def _newsletter(catalog: Catalog, letter: Newsletter) -> Iterator[Problem]:
    try:
        rule = cadence.read(letter.every)
    except PlanError as error:
        yield _problem(
            "cadence", Level.ERROR, letter.path, _sentence(error.says), error.fix, letter.every_line
        )
        return
    if outside_quiet(minutes(rule.at), catalog.company.quiet) is None:
        yield _problem(
            "in-quiet-hours",
            Level.ERROR,
            letter.path,
            f"It goes after {rule.at:%H:%M}, when quiet hours have begun: nobody would ever get it.",
            "Choose a time before quiet hours begin.",
            letter.every_line,
        )
    yield from _layout(letter)
    yield from _dated(catalog, letter, rule)
    yield from _blackout(catalog, letter)


def _layout(letter: Newsletter) -> Iterator[Problem]:
    slots = letter.body.slots
    own = any(issue.body for issue in letter.issues.values())
    if not slots and not own and not has_words(letter.body):
        yield _problem(
            "empty-newsletter",
            Level.ERROR,
            letter.path,
            "There is neither a slot nor a text: no issue could ever go.",
            "Add a line like: /// slot | 1 tip",
        )
    elif not slots and not own:
        yield _problem(
            "no-slot",
            Level.WARNING,
            letter.path,
            "The layout has no slot, so only issues with their own file and text go.",
            "Add a line like: /// slot | 1 tip",
        )
    elif slots and all(slot.kinds <= {Kind.PROMOTION} for slot in slots):
        yield _problem(
            "only-promotions",
            Level.ERROR,
            letter.path,
            "Every slot is for promotions: an issue with only promotions is held.",
            "Add a slot for value items, like: /// slot | 1 tip",
            slots[0].line,
        )


def _dated(catalog: Catalog, letter: Newsletter, rule: cadence.Cadence) -> Iterator[Problem]:
    """A dated file stands on a day of the cadence, or says which day it was moved from."""
    anchor = catalog.company.programme_starts
    for issue in letter.issues.values():
        nominal = issue.was or issue.day
        if max(issue.day, nominal) < catalog.as_of or rule.dates(nominal, nominal, anchor):
            continue
        near = rule.upcoming(nominal - timedelta(days=8), 3, anchor)
        fix = f"Near days: {', '.join(d.isoformat() for d in near)}." if near else "Look at `every`."
        yield _problem(
            "no-such-issue",
            Level.ERROR,
            issue.path,
            f"{nominal.isoformat()} is no day of {letter.id} ({letter.every}).",
            f"{fix} A moved issue keeps its day in `was:`.",
            key="was",
        )


def _blackout(catalog: Catalog, letter: Newsletter) -> Iterator[Problem]:
    """Issues of the next quarter that fall on a day on which nothing goes."""
    begin, end = catalog.as_of, catalog.as_of + AHEAD
    try:
        dark = blackout_days(catalog, begin, end + timedelta(days=letter.grace))
    except PlanError:
        return  # the country is a finding of its own
    for day, _, _ in nominal_issues(letter, catalog.company, begin, end):
        place = (day - begin).days
        if dark[place : place + letter.grace + 1].all():
            yield _problem(
                "blackout",
                Level.WARNING,
                letter.path,
                f"The issue of {day.isoformat()} falls on a day on which nothing goes, so nobody gets it.",
                f"Move it: a file {letter.id}/DAY.md with `was: {day.isoformat()}`, or allow some `grace`.",
                letter.every_line,
            )


# --- sequences ---

#: Facts that lie in the past when they are known; nothing can go before them.
_PAST_FACTS = ("first_purchase", "last_purchase", "bought", "enters", "leaves", "moves", "answered", "did")


def _sequence(sequence: Sequence) -> Iterator[Problem]:
    if not sequence.steps:
        yield _problem(
            "no-step",
            Level.ERROR,
            sequence.path,
            "The sequence has no step.",
            "Add a file 01-NAME.md to its folder.",
        )
    for step in sequence.steps:
        yield from _step(sequence, step)
    if (
        sequence.backfill
        and sequence.steps
        and all((step.repeat or sequence.repeat) == "yearly" for step in sequence.steps)
    ):
        yield _problem(
            "no-backfill",
            Level.WARNING,
            sequence.path,
            "A yearly step comes each year anyway: there is nothing to make up for.",
            "Take out the line `backfill`.",
            key="backfill",
        )
    yield from _gone(sequence)
    yield from _crowded(sequence)


def _gone(sequence: Sequence) -> Iterator[Problem]:
    """Nobody who left a segment is in it: a sequence that starts from leaving it and is for it alone never goes."""
    left = re.fullmatch(r"\s*leaves\s*:\s*([\w-]+)\s*", sequence.starts_from, re.IGNORECASE)
    if left and sequence.segments == frozenset({left[1]}):
        yield _problem(
            "never-fires",
            Level.ERROR,
            sequence.path,
            f"It starts when somebody leaves {left[1]}, and is only for who is in {left[1]}: it can never go.",
            "Take out the line `segments`, or name the segment they move to.",
            sequence.starts_line,
        )


def _step(sequence: Sequence, step: Step) -> Iterator[Problem]:
    starts = (step.starts_from or sequence.starts_from).strip()
    repeat = step.repeat or sequence.repeat
    past = starts.startswith(_PAST_FACTS)
    if past and repeat != "yearly" and step.offset + step.grace < 0:
        yield _problem(
            "never-fires",
            Level.ERROR,
            step.path,
            f"It is due {-step.offset} days before {starts}, which is only known afterwards: it can never go.",
            "Write `after`, or `repeat: yearly`.",
            key="before",
        )
    if step.grace < 0:
        yield _problem(
            "grace", Level.ERROR, step.path, "The grace is negative.", "Write 0 or more days.", key="grace"
        )
    if abs(step.offset) > 3653:
        yield _problem(
            "far-offset",
            Level.WARNING,
            step.path,
            f"It is due {abs(step.offset)} days from the fact: more than ten years.",
            "Look at `after`: the unit may be wrong.",
            key="after" if step.offset > 0 else "before",
        )


def _crowded(sequence: Sequence) -> Iterator[Problem]:
    """Two steps that fall due on one day for one contact: one of them waits for the next day."""
    seen: dict[tuple[str, str, int], Step] = {}
    for step in sequence.steps:
        key = (step.starts_from or sequence.starts_from, step.repeat or sequence.repeat, step.offset)
        other = seen.setdefault(key, step)
        if other is not step and not (other.only_if and step.only_if):
            yield _problem(
                "same-day",
                Level.INFO,
                step.path,
                f"It falls due on the same day as {other.id}: one touch a day goes, the other waits a day.",
                "Write another number of days where that matters.",
                key="after",
            )
