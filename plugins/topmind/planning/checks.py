"""What the planner says of files at writing time: cadence words, promises that contradict each other, follow-ups
that can never go."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta

from topmind.errors import PlanError
from topmind.model import (
    Catalog,
    Channel,
    Kind,
    Level,
    Newsletter,
    Problem,
    Promise,
)
from topmind.planning import cadence
from topmind.planning.check_problem import finding
from topmind.planning.corrections import check_corrections
from topmind.planning.occasions import has_words, minutes, nominal_issues
from topmind.planning.rest_days import blackout_days, public_holidays
from topmind.planning.sequence_checks import sequence_problems
from topmind.planning.setting import outside_quiet
from topmind.planning.terms import Terms, Window, terms_for

#: How far ahead `check` looks at nominal days.
AHEAD = timedelta(days=92)


def check(catalog: Catalog) -> tuple[Problem, ...]:
    """Everything in the catalog that the planner cannot or will not do as written; all of it at once."""
    found = [*_company(catalog), *_promises(catalog)]
    for letter in catalog.newsletters.values():
        found += _newsletter(catalog, letter)
    found += check_corrections(catalog)
    for sequence in catalog.sequences.values():
        found += sequence_problems(sequence)
    return tuple(sorted(found, key=lambda p: (p.path, p.line, p.rule, p.says)))


# --- company ---


def _company(catalog: Catalog) -> Iterator[Problem]:
    company = catalog.company
    try:
        public_holidays(company.country, catalog.as_of.year, catalog.as_of.year)
    except PlanError as error:
        yield finding(
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
            yield from _promise(segment.path, terms_for(company, [segment]), segment.promise, company.path)


def _promise(path: str, terms: Terms, own: Promise | None = None, other: str = "") -> Iterator[Problem]:
    """`own`: what a segment says itself; the rest it has from the file `other`."""
    if not terms.floor:
        return
    if terms.gap > terms.floor:
        yield finding(
            "floor-within-gap",
            Level.ERROR,
            path,
            f"A touch every {terms.floor} days is promised, but the gap keeps {terms.gap} days between touches.",
            f"Write a gap of at most {terms.floor} days, or a longer floor.",
            key="gap" if own is None or own.gap else "at_least",
        )
    for window, says, fix in beyond_ceilings(terms):
        here = own is None or any(Window(c.channel or "", c.days) == window for c in own.ceilings)
        yield finding(
            "floor-above-ceiling",
            Level.ERROR,
            path,
            says if here else f"{says[:-1]} by `at_most` in {other}.",
            fix,
            key="at_most" if here else "at_least",
        )


def beyond_ceilings(terms: Terms) -> Iterator[tuple[Window, str, str]]:
    """(ceiling, what is wrong, what to write) for each ceiling under which the floor cannot be kept."""
    only_mail = set(terms.rescue) <= {Channel.EMAIL}
    for window, most in terms.ceilings:
        needed = -(-window.days // terms.floor) if terms.floor else 0
        binds = not window.channel or (window.channel == Channel.EMAIL.value and only_mail)
        if binds and most < needed:
            what = _counted(most, window.channel)
            yield (
                window,
                f"A valuable touch every {terms.floor} days needs {_counted(needed)} in {window.days} days, "
                f"but at most {what} {'is' if most == 1 else 'are'} allowed.",
                f"Allow at least {needed}, or "
                + (f"promise a touch every {-(-window.days // most)} days." if most else "promise no floor."),
            )


def _counted(count: int, channel: str = "") -> str:
    """`1 touch`, `2 emails`."""
    one = channel or "touch"
    return f"{count} {one if count == 1 else one + ('s' if channel else 'es')}"


# --- newsletters ---


def _newsletter(catalog: Catalog, letter: Newsletter) -> Iterator[Problem]:
    try:
        rule = cadence.read(letter.every)
    except PlanError as error:
        yield finding(
            "cadence", Level.ERROR, letter.path, _sentence(error.says), error.fix, letter.every_line
        )
        return
    if outside_quiet(minutes(rule.at), catalog.company.quiet) is None:
        yield finding(
            "in-quiet-hours",
            Level.ERROR,
            letter.path,
            f"It goes after {rule.at:%H:%M}, when quiet hours have begun: nobody would ever get it.",
            "Choose a time before quiet hours begin.",
            letter.every_line,
        )
    yield from _readers(letter)
    yield from _ends(catalog, letter, rule)
    yield from _layout(letter)
    yield from _dated(catalog, letter, rule)
    yield from _blackout(catalog, letter)


def _readers(letter: Newsletter) -> Iterator[Problem]:
    """Who gets it: everybody where nothing is said, nobody where an empty list is."""
    if letter.segments is None:
        yield finding(
            "for-everybody",
            Level.INFO,
            letter.path,
            "It names no segment, so it goes to everybody who may get mail.",
            "Write `segments: [customers]` where it is for some only.",
        )
    elif not letter.segments:
        yield finding(
            "for-nobody",
            Level.ERROR,
            letter.path,
            "Its list of segments is empty: nobody would ever get it.",
            "Name a segment, or take the line out: then it goes to everybody who may get mail.",
            key="segments",
        )


def _ends(catalog: Catalog, letter: Newsletter, rule: cadence.Cadence) -> Iterator[Problem]:
    """A rule without a day to come."""
    anchor = catalog.company.programme_starts
    if rule.upcoming(catalog.as_of - timedelta(days=1), 1, anchor) or letter.issues:
        return
    ever = rule.upcoming(date.min, 1, anchor)
    yield finding(
        "no-day",
        Level.WARNING if ever else Level.ERROR,
        letter.path,
        f"It has no day to come: {letter.every} has ended."
        if ever
        else f"It never appears: {letter.every} names no day that exists.",
        "Write another `every`, or delete the file." if ever else "Write another `every`.",
        letter.every_line,
    )


def _layout(letter: Newsletter) -> Iterator[Problem]:
    slots = letter.body.slots
    own = any(issue.body for issue in letter.issues.values())
    if not slots and not own and not has_words(letter.body):
        yield finding(
            "empty-newsletter",
            Level.ERROR,
            letter.path,
            "There is neither a slot nor a text: no issue could ever go.",
            "Add a line like: /// slot | 1 tip",
        )
    elif not slots and not own:
        yield finding(
            "no-slot",
            Level.WARNING,
            letter.path,
            "The layout has no slot, so only issues with their own file and text go.",
            "Add a line like: /// slot | 1 tip",
        )
    elif slots and all(slot.kinds <= {Kind.PROMOTION} for slot in slots):
        yield finding(
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
        yield finding(
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
            yield finding(
                "blackout",
                Level.WARNING,
                letter.path,
                f"The issue of {day.isoformat()} falls on a day on which nothing goes, so nobody gets it.",
                f"Move it: a file {letter.id}/DAY.md with `was: {day.isoformat()}`, or allow some `grace`.",
                letter.every_line,
            )
