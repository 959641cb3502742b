"""CSS and HTML that the large mail programs do not know: in the themes, and what a body may not hold at all."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from topmind.catalog.html import ATTRIBUTES, TAGS
from topmind.checks.facts import Facts
from topmind.checks.rule import Rule, Sees
from topmind.checks.written import source
from topmind.model import Level, Problem

CSS = Rule(
    id="clients/css",
    level=Level.WARNING,
    finds="CSS in a mail theme that a large mail program does not know",
    example='<div style="display:flex">',
    needs="root",
    sees=Sees.LINE,
)
TAKEN_OUT = Rule(
    id="clients/html",
    level=Level.WARNING,
    finds="HTML in a text that is taken out, because no mail and no page of ours may hold it",
    example='<iframe src="https://video.example.com/1"></iframe>',
    sees=Sees.LINE,
)

OUTLOOK = "Outlook for Windows"


@dataclass(frozen=True, slots=True)
class Unknown:
    """One thing that some large mail program does not know."""

    #: Found in the declarations of a style.
    pattern: str
    #: Which large programs do not know it.
    by: str
    #: What to write.
    instead: str
    #: Page of caniemail.com, and the day it was tested there.
    source: str


#: Only what breaks the look: round corners that are square somewhere hurt nobody. Read from caniemail.com's data.
UNKNOWN = (
    Unknown(
        r"display\s*:\s*(inline-)?flex",
        OUTLOOK,
        "Use mj-section and mj-column, or a table.",
        "css-display-flex 2021-11-02",
    ),
    Unknown(
        r"display\s*:\s*(inline-)?grid",
        f"{OUTLOOK}, Gmail, Yahoo",
        "Use mj-section and mj-column, or a table.",
        "css-display-grid 2019-02-28",
    ),
    Unknown(
        r"position\s*:\s*(absolute|fixed|sticky|relative)",
        f"{OUTLOOK}, Gmail",
        "Let it stand in the order of reading.",
        "css-position 2021-05-16",
    ),
    Unknown(
        r"background(-image)?\s*:[^;\"]*url\(",
        OUTLOOK,
        "Give it a plain colour too, or use mj-image.",
        "css-background-image 2019-02-28",
    ),
    Unknown(
        r"var\(--",
        f"{OUTLOOK}, Gmail, outlook.com, Yahoo",
        "Write the value: {{ c.ink }}.",
        "css-variables 2020-02-25",
    ),
    Unknown(
        r":[^;\"]*\bcalc\(",
        f"{OUTLOOK}, outlook.com, Yahoo",
        "Write the value itself.",
        "css-unit-calc 2020-02-25",
    ),
    Unknown(
        r"(?<![\w-])float\s*:\s*(left|right)",
        OUTLOOK,
        'Write align="left" on the image or table.',
        "css-float 2019-02-28",
    ),
    Unknown(
        r"(?<![\w-])(row-|column-)?gap\s*:",
        f"{OUTLOOK}, Yahoo",
        "Use padding.",
        "css-gap 2022-12-28",
    ),
    Unknown(
        r"object-fit\s*:",
        f"{OUTLOOK}, Yahoo",
        "Cut the picture itself.",
        "css-object-fit 2021-07-15",
    ),
    Unknown(
        r"aspect-ratio\s*:",
        f"{OUTLOOK}, Gmail, Apple Mail, Yahoo",
        "Give the picture a width and a height.",
        "css-aspect-ratio 2021-10-27",
    ),
    Unknown(
        r"(?<![\w-])transform\s*:",
        f"{OUTLOOK}, Gmail, Yahoo",
        "Leave it out.",
        "css-transform 2019-02-28",
    ),
    Unknown(
        r"(?<![\w-])animation(-\w+)?\s*:|@keyframes",
        f"{OUTLOOK}, Gmail, Yahoo",
        "Leave it out: nothing in a mail should move by itself.",
        "css-animation 2021-05-25",
    ),
    Unknown(
        r"@font-face|@import",
        f"{OUTLOOK}, Gmail, Yahoo",
        "Use a font that every machine has; brand.toml names them.",
        "css-at-font-face 2019-07-18",
    ),
)
_PATTERNS = [(re.compile(one.pattern, re.IGNORECASE), one) for one in UNKNOWN]
_COMMENT = re.compile(r"\{#(?:(?!\{#).)*?#\}|<!--(?:(?!<!--).)*?-->|/\*(?:(?!/\*).)*?\*/", re.DOTALL)
_TAG = re.compile(r"<([a-zA-Z][a-zA-Z0-9]*)\b([^<>]*)>")
_ATTRIBUTE = re.compile(r"([a-zA-Z_:][\w:.-]*)\s*=\s*(?:\"[^\"]*\"|'[^']*'|[^\s\"'>]+)")
#: Marks of python-markdown and of our own, not of HTML.
_OURS = frozenset({"markdown"})


def themes(facts: Facts) -> Iterator[Problem]:
    """Every MJML file of the project's mail themes."""
    if facts.root is None:
        return
    for file in sorted((facts.root / "themes" / "email").glob("**/*.mjml")):
        path = file.relative_to(facts.root).as_posix()
        text = _COMMENT.sub(lambda match: re.sub(r"[^\n]", " ", match[0]), "\n".join(facts.lines(path)))
        for number, line in enumerate(text.split("\n"), 1):
            for pattern, one in _PATTERNS:
                if match := pattern.search(line):
                    yield CSS.at(
                        path,
                        number,
                        says=f"{match[0].strip(' :;')!r} is not known to {one.by} (caniemail.com, {one.source}).",
                        fix=one.instead,
                    )


def taken_out(facts: Facts) -> Iterator[Problem]:
    """HTML of a body that the cleaner removes: the author sees it in the file, and nobody else sees it."""
    for document in facts.documents:
        if document.body is None or "<" not in document.body.text:
            continue
        text = source(document.body)
        for match in _TAG.finditer(text):
            tag = match[1].lower()
            if tag in {"http", "https", "mailto"}:
                continue
            line = document.body.line + text.count("\n", 0, match.start())
            allowed = ATTRIBUTES["*"] | ATTRIBUTES.get(tag, set()) | _OURS
            names = [name.lower() for name in _ATTRIBUTE.findall(match[2])]
            lost = [name for name in names if name not in allowed and not name.startswith("data-")]
            if tag not in TAGS:
                yield TAKEN_OUT.at(
                    document.path,
                    line,
                    says=f"<{tag}> is taken out: no reader sees it.",
                    fix="Write Markdown, or a block such as /// button or /// video.",
                )
            elif lost:
                yield TAKEN_OUT.at(
                    document.path,
                    line,
                    says=f"<{tag} {lost[0]}=…>: {lost[0]} is taken out.",
                    fix="The look comes from the theme; leave it out.",
                )
