"""Sequences against the contacts there are: who lacks the date, and what starts nothing for anybody."""

from __future__ import annotations

import re
from collections.abc import Iterator

import numpy as np

from topmind.checks.facts import Facts
from topmind.checks.named import bought_names, nearest_bought
from topmind.checks.rule import Rule, Sees
from topmind.model import Bools, FactDate, Level, Members, Problem, Sequence, Step

NO_DATE = Rule(
    id="sequences/no-date",
    level=Level.WARNING,
    finds="contacts without the date that a sequence starts from",
    example="starts_from: birthday",
    needs="members",
)
REACHES_NOBODY = Rule(
    id="sequences/reaches-nobody",
    level=Level.WARNING,
    finds="a sequence that starts for nobody",
    example="starts_from: bought('rof')",
    needs="members",
)
FAR_SINCE = Rule(
    id="sequences/far-since",
    level=Level.WARNING,
    finds="a sequence that starts nothing for more than a year",
    example="since: 2062-12-01",
    sees=Sees.LINE,
)


#: A date field of the contacts, not a function or a move.
_FIELD = re.compile(r"\s*[a-z_][a-z0-9_]*\s*", re.IGNORECASE)
#: So many ids are named.
_NAMED = 5


def dates(facts: Facts) -> Iterator[Problem]:
    """Contacts without the date that a sequence starts from are named; the others are planned."""
    members = facts.members
    if members is None:
        return
    told: set[str] = set()
    for sequence in facts.catalog.sequences.values():
        for text, path, line in _starts(sequence):
            if not _FIELD.fullmatch(text) or text in told or text not in members.dates:
                continue
            told.add(text)
            yield from _missing(text, path, line, sequence, members)


def _missing(text: str, path: str, line: int, sequence: Sequence, members: Members) -> Iterator[Problem]:
    here = _in_segments(members, sequence)
    has = _rows(members, members.dates[text])
    lacking = np.nonzero(here & ~has)[0]
    if not len(lacking):
        return
    every = len(lacking) == int(here.sum())
    named = ", ".join(members.ids[row] for row in lacking[:_NAMED])
    more = f" and {len(lacking) - _NAMED} more" if len(lacking) > _NAMED else ""
    who = "everybody" if every else f"{len(lacking)} of {int(here.sum())} contacts ({named}{more})"
    yield NO_DATE.at(
        path,
        line,
        says=f"{text} is empty for {who}: nothing starts for them.",
        fix=f"Fill it in the source, or start from another fact. A segment with the rule `{text} is null` counts them.",
        level=Level.WARNING if every else Level.INFO,
    )


def reach(facts: Facts) -> Iterator[Problem]:
    """A step that starts for nobody although somebody has the fact: too old, not in the segments, or stopped at once."""
    members = facts.members
    if members is None:
        return
    for sequence in facts.catalog.sequences.values():
        told: set[str] = set()
        for step in sequence.steps:
            text = step.starts_from or sequence.starts_from
            found = members.dates.get(text)
            if found is None or text in told:
                continue
            line = step.starts_line if step.starts_from else sequence.starts_line
            path = step.path if step.starts_from else sequence.path
            checked = (
                (Level.WARNING, _never(facts, sequence, step, found, members)),
                (Level.INFO, _not_today(sequence, text, found, members)),
            )
            for level, (says, fix) in checked:
                if says and text not in told:
                    told.add(text)
                    yield REACHES_NOBODY.at(path, line, says=says, fix=fix, level=level)


def _never(
    facts: Facts, sequence: Sequence, step: Step, found: tuple[FactDate, ...], members: Members
) -> tuple[str, str]:
    """Why it can start for nobody, and what to write; ("", "") = it can."""
    text = step.starts_from or sequence.starts_from
    if not (_rows(members, found) & members.active).any():
        names = bought_names(text)
        if any(nearest_bought(name, members.words.get("bought", ())) for name in names):
            return "", ""  # `named.purchases` says which name was meant
        if names:
            return f"Nobody has ever bought what `{text}` names.", "Look at the spelling in the source."
        return "", ""
    since = sequence.since or facts.catalog.company.programme_starts
    yearly = (step.repeat or sequence.repeat) == "yearly"
    if not yearly and _FIELD.fullmatch(text) and not any(fact.day >= since for fact in found):
        return (
            f"All {len(found)} dates of {text} lie before {since}, so it starts nothing.",
            "For birthdays and anniversaries write `repeat: yearly`; else an earlier `since`.",
        )
    return "", ""


def _not_today(
    sequence: Sequence, text: str, found: tuple[FactDate, ...], members: Members
) -> tuple[str, str]:
    """Why all of those who have the fact are left out as things stand; ("", "") = somebody is not."""
    rows = _rows(members, found) & members.active
    if not rows.any():
        return "", ""
    many = _contacts(int(rows.sum()))
    if not (rows & _in_segments(members, sequence)).any():
        names = ", ".join(sorted(sequence.segments or ()))
        return (
            f"{many} `{text}`, and none of them is in {names} today.",
            "Name the segment they are in, or take `segments` out.",
        )
    stop = members.holds.get(sequence.stop_when) if sequence.stop_when else None
    if stop is not None and not (rows & ~stop).any():
        return (
            f"{many} `{text}`, and all of them fulfil `stop_when` today: for them it ends before it begins.",
            "`stop_when` is for what happens later: compare with a day, like last_purchase() > days_ago(30).",
        )
    return "", ""


def _contacts(many: int) -> str:
    return f"{many} contact{'' if many == 1 else 's'} ha{'s' if many == 1 else 've'}"


def since(facts: Facts) -> Iterator[Problem]:
    """A sequence that starts nothing for more than a year: the year may be wrong."""
    for sequence in facts.catalog.sequences.values():
        if sequence.since and (sequence.since - facts.catalog.as_of).days > 366:
            yield FAR_SINCE.at(
                sequence.path,
                facts.line(sequence.path, "since"),
                says=f"It starts nothing before {sequence.since}.",
                fix="Look at the year of `since`.",
            )


def _starts(sequence: Sequence) -> Iterator[tuple[str, str, int]]:
    yield sequence.starts_from, sequence.path, sequence.starts_line
    yield from ((s.starts_from, s.path, s.starts_line) for s in sequence.steps if s.starts_from)


def _rows(members: Members, found: tuple[FactDate, ...]) -> Bools:
    flags = np.zeros(len(members), dtype=np.bool_)
    flags[[fact.contact for fact in found]] = True
    return flags


def _in_segments(members: Members, sequence: Sequence) -> Bools:
    """Active contacts for whom the sequence is."""
    if sequence.segments is None:
        return members.active
    columns = [n for n, name in enumerate(members.segments) if name in sequence.segments]
    inside = np.asarray(members.in_segment[:, columns].any(axis=1), dtype=np.bool_)
    return members.active & inside
