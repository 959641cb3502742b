"""Pictures that are there, and words for those who do not see them."""

from __future__ import annotations

import re
from collections.abc import Iterator

from topmind.checks.facts import Facts
from topmind.checks.rule import Rule, Sees
from topmind.checks.written import numbered
from topmind.model import Level, Problem

MISSING = Rule(
    id="images/missing",
    level=Level.ERROR,
    finds="a picture that is not below `content/`",
    example="![A roof](/images/rof.png)",
    holds=True,
    needs="root",
    sees=Sees.LINE,
)
NO_ALT = Rule(
    id="images/no-alt",
    level=Level.ERROR,
    finds="a picture without words for those who do not see it",
    example="![](/images/roof.png)",
    holds=True,
    needs="root",
    sees=Sees.LINE,
)


_IMAGE = re.compile(r"!\[([^\]]{0,500})\]\(\s{0,9}<?([^)\s>]{1,2000})")


def missing(facts: Facts) -> Iterator[Problem]:
    """Every picture named in front matter, text, team and brand lies below `content/`."""
    if facts.root is None:
        return
    for path, line, source, _ in _all(facts):
        if _own(source) and not (facts.root / "content" / _below(source)).is_file():
            yield MISSING.at(
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
            yield NO_ALT.at(
                path,
                line,
                says=f"The picture {source} has no words for those who do not see it.",
                fix="Write `image_alt:` in the head, or ![what it shows](…) in the text.",
            )


def _said(words: str | None) -> str | None:
    """A declared decoration needs no words; a key that is missing does."""
    return None if words == "" else words or ""


def pictures(facts: Facts) -> Iterator[tuple[str, int, str, bool, bool]]:
    """(file, line, path below `content/`, it is the head of an item, it may stand in a mail) of each own picture."""
    mailed = {one.path for one in facts.documents if one.mailed}
    heads = {(item.path, item.image) for item in facts.catalog.items.values()}
    for path, line, source, _ in _all(facts):
        if _own(source):
            beside = path.startswith(("content/team/", "themes/"))
            yield path, line, _below(source), (path, source) in heads, beside or path in mailed


def _own(source: str) -> bool:
    return "://" not in source and not source.startswith("data:")


def _below(source: str) -> str:
    """Its path below `content/`."""
    return source.removeprefix("{static}").lstrip("/").removeprefix("content/")


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
    for document in facts.documents:
        for line, text in numbered(document.body) if document.body else ():
            for words, source in _IMAGE.findall(text):
                yield document.path, line, source, words
