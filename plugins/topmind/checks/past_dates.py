"""Days that were ahead when a text was written and are over when it is read: "come by on 3 December" in January."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date

from topmind.catalog.dates import MONTHS, day_and_month
from topmind.checks.documents import Document
from topmind.checks.facts import Facts
from topmind.checks.rule import Rule, Sees
from topmind.model import Level, Problem

PAST_DATE = Rule(
    id="texts/past-date",
    level=Level.WARNING,
    finds="a day to come that is over when the text is read",
    example="Sign up until 30 November 2026.",
    sees=Sees.LINE,
)

_MONTH = "|".join(f"{name}|{name[:3]}\\.?" for name in MONTHS)
_DATE = re.compile(
    rf"\b(?:\d{{4}}-\d{{2}}-\d{{2}}|\d{{1,2}}(?:st|nd|rd|th)?\.? (?:{_MONTH})(?:,? \d{{4}})?"
    rf"|(?:{_MONTH}) \d{{1,2}}(?:st|nd|rd|th)?(?:,? \d{{4}})?)(?![\w-])"
)
#: Words of an English sentence that looks ahead. "The storm of 3 November" does not, and is left alone.
_AHEAD = re.compile(
    r"\b(until|till|by|before|ends?|begins?|starts?|opens?|closes?|join|come|sign up|register|reserve|order|book|bring"
    r"|will|next|this|coming|see you|we'll|deadline|valid|through|from|don't miss|last day)\b",
    re.IGNORECASE,
)
#: Days: what lies further back is history, not a date that somebody forgot.
_HISTORY = 400


def over(facts: Facts) -> Iterator[Problem]:
    """In a text that is read from today on, no sentence that looks ahead names a day before its reader's."""
    if not facts.catalog.company.language.lower().startswith("en"):
        return
    today = facts.catalog.as_of
    for document in facts.documents:
        if document.body is None or document.pending or document.unread or document.day_is_over(today):
            continue
        read = max(today, document.first_day or today)
        for line, words in facts.paragraphs(document.body):
            for said, day in _days(words, document, read):
                told = document.first_day is not None and not _sent(document) and day < document.first_day
                if 0 < (read - day).days <= _HISTORY and not told:
                    yield PAST_DATE.at(
                        document.path,
                        line,
                        says=f"{said} is over on {read}, when this is read.",
                        fix="Write a later day, or say it as something that was.",
                    )


def _days(words: str, document: Document, read: date) -> Iterator[tuple[str, date]]:
    """(as written, day) of each date in a sentence that looks ahead; without a year, that nearest to its reader."""
    for sentence in re.split(r"(?<=[.!?])\s+(?=[A-Z])", words):
        if not _AHEAD.search(sentence):
            continue
        for match in _DATE.finditer(sentence):
            found = day_and_month(match[0].replace(".", ""))
            if found is None:
                continue
            month, day, year = found
            if year is None and not _sent(document):
                continue  # a text of every year: its date comes again
            try:
                yield match[0], date(year or _nearest(month, day, read), month, day)
            except ValueError:
                continue


def _sent(document: Document) -> bool:
    """It goes out on one day: an issue, an announcement."""
    return document.first_day is not None and document.first_day == document.last_day


def _nearest(month: int, day: int, read: date) -> int:
    """The year in which a day without one lies nearest to its reader: in December, "3 January" is the next one."""
    years = (read.year - 1, read.year, read.year + 1)
    safe = min(day, 28)
    return min(years, key=lambda year: abs((date(year, month, safe) - read).days))
