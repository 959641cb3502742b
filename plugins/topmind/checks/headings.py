"""Headings are the table of contents for those who hear a page: in order, with words, and headings indeed."""

from __future__ import annotations

import re
from collections.abc import Iterator

from topmind.checks.facts import Facts
from topmind.checks.rule import Rule, Sees
from topmind.checks.written import headings, prose, source
from topmind.model import Level, Problem

H1 = Rule(
    id="headings/h1",
    level=Level.WARNING,
    finds="a heading of the first level in a text: its title is that already",
    example="# Clean your gutters",
    sees=Sees.LINE,
)
SKIPPED = Rule(
    id="headings/skipped",
    level=Level.WARNING,
    finds="a heading whose level skips one (WCAG 1.3.1)",
    example="#### Costs",
    sees=Sees.LINE,
)
EMPTY = Rule(
    id="headings/empty",
    level=Level.WARNING,
    finds="a heading without words",
    example="##",
    sees=Sees.LINE,
)
ALL_BOLD = Rule(
    id="headings/all-bold",
    level=Level.WARNING,
    finds="a heading that is bold as a whole: it is so already",
    example="## **Costs**",
    sees=Sees.LINE,
)
BOLD_LINE = Rule(
    id="headings/bold-line",
    level=Level.WARNING,
    finds="a bold line that stands for a heading: nobody who hears the page finds it",
    example="**What it costs**",
    sees=Sees.LINE,
)

_BOLD = re.compile(r"(\*\*|__)(?!\s)(?:(?!\1).)+\1")
#: Longer bold lines are sentences that somebody stresses.
_LONGEST = 60


def order(facts: Facts) -> Iterator[Problem]:
    """Levels go down one at a time, from the second on."""
    for document in facts.documents:
        if document.body is None:
            continue
        above = 1
        for heading in headings(document.body):
            if heading.level == 1:
                yield H1.at(
                    document.path,
                    heading.line,
                    says="A heading of the first level stands in the text; the title is the first.",
                    fix=f"Write ## {heading.words or '…'}",
                )
            elif heading.level > above + 1:
                yield SKIPPED.at(
                    document.path,
                    heading.line,
                    says=f"A heading of level {heading.level} follows {f'one of level {above}' if above > 1 else 'the title'}.",
                    fix=f"Write {'#' * (above + 1)} {heading.words or '…'}",
                )
            above = heading.level


def words(facts: Facts) -> Iterator[Problem]:
    """A heading has words, and is not bold as a whole."""
    for document in facts.documents:
        if document.body is None:
            continue
        for heading in headings(document.body):
            said = prose(heading.words)
            if not re.search(r"\w", said):
                yield EMPTY.at(
                    document.path,
                    heading.line,
                    says="This heading has no words.",
                    fix="Write what comes below it, or take it out.",
                )
            elif _BOLD.fullmatch(heading.words):
                yield ALL_BOLD.at(
                    document.path,
                    heading.line,
                    says="This heading is bold as a whole, which it is without the marks.",
                    fix=f"Write {'#' * heading.level} {said}",
                )


def bold_lines(facts: Facts) -> Iterator[Problem]:
    """No short bold line alone in its paragraph, with a text below it."""
    for document in facts.documents:
        if document.body is None or ("**" not in document.body.text and "__" not in document.body.text):
            continue
        lines = source(document.body).split("\n")
        for number, text in enumerate(lines):
            bare = text.strip()
            alone = (
                not (number and lines[number - 1].strip())
                and not "".join(lines[number + 1 : number + 2]).strip()
            )
            follows = any(
                line.strip() and not line.startswith(("///", "#")) for line in lines[number + 2 : number + 3]
            )
            if (
                alone
                and follows
                and len(bare) <= _LONGEST
                and _BOLD.fullmatch(bare)
                and not bare.strip("*_ ").endswith((".", "!", "?", ",", ";", ":"))
            ):
                yield BOLD_LINE.at(
                    document.path,
                    document.body.line + number,
                    says=f"{bare} looks like a heading and is none.",
                    fix=f"Write ## {bare.strip('*_ ')}",
                )
