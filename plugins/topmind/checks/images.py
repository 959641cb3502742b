"""Pictures that are there, and words for those who do not see them."""

from __future__ import annotations

import re
from collections.abc import Iterator

from topmind.checks.documents import documents, lines
from topmind.checks.facts import Facts, problem
from topmind.model import Level, Problem

_IMAGE = re.compile(r"!\[([^\]]*)\]\(\s*<?([^)\s>]+)")


def missing(facts: Facts) -> Iterator[Problem]:
    """Every picture named in front matter, text, team and brand lies below `content/`."""
    if facts.root is None:
        return
    for path, line, source, _ in _all(facts):
        if "://" in source or source.startswith("data:"):
            continue
        name = source.removeprefix("{static}").lstrip("/").removeprefix("content/")
        if not (facts.root / "content" / name).is_file():
            yield problem(
                "images/missing",
                Level.ERROR,
                path,
                line,
                says=f"There is no picture {source}.",
                fix="Put it into content/images/, or correct the name.",
            )


def alternative_text(facts: Facts) -> Iterator[Problem]:
    """Every picture in an item's head or text says in words what it shows (WCAG 1.1.1).

    `image_alt: ""` declares a mere decoration; an empty ![](…) may as well be forgotten.
    """
    for path, line, source, words in _all(facts):
        if words is not None and not words.strip():
            yield problem(
                "images/no-alt",
                Level.ERROR,
                path,
                line,
                says=f"The picture {source} has no words for those who do not see it.",
                fix="Write `image_alt:` in the head, or ![what it shows](…) in the text.",
            )


def _said(words: str | None) -> str | None:
    """A declared decoration needs no words; a key that is missing does."""
    return None if words == "" else words or ""


def _all(facts: Facts) -> Iterator[tuple[str, int, str, str | None]]:
    """(file, line, source, alternative text; None where a name beside the picture says it)."""
    for item in facts.catalog.items.values():
        if item.image:
            yield item.path, facts.line(item.path, "image"), item.image, _said(item.image_alt)
    for person in facts.catalog.team.values():
        if person.photo:
            yield person.path, facts.line(person.path, "photo"), person.photo, None
    if facts.brand is not None and facts.brand.logo.image:
        path = "themes/brand.toml"
        yield path, facts.line(path, "image"), facts.brand.logo.image, None
    for document in documents(facts.catalog):
        for line, text in lines(document.body) if document.body else ():
            for words, source in _IMAGE.findall(text):
                yield document.path, line, source, words
