"""Links lead somewhere."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Iterator
from urllib.parse import urlsplit

from topmind.catalog.addresses import bare, is_sound, page_of
from topmind.checks.documents import documents, has_page, lines
from topmind.checks.facts import Facts, problem
from topmind.model import Access, Body, Item, Kind, Level, Problem, Status

#: `[words](target)` (not an image), `[name]: target`, `/// button | words -> target`, `<a href="target">`.
_TARGETS = re.compile(
    r"""(?<!!)\[[^\]]*\]\(\s*<?([^)\s>]*) | ^[ ]{0,3}\[(?!\^)[^\]]+\]:\s*<?([^\s>]+) | ^///\s*button\s*\|.*->\s*(\S+) | href=["']([^"']+)""",
    re.VERBOSE,
)

_SCHEMES = frozenset({"", "http", "https", "mailto", "tel", "answer"})


def links(facts: Facts) -> Iterator[Problem]:
    """Links into the own site name a page that exists."""
    pages = {item.url: item for item in facts.catalog.items.values() if item.url}
    files = {item.path: item.url for item in facts.catalog.items.values() if has_page(item)}
    ids = {f"/{item.id}/": item for item in facts.catalog.items.values()}
    folders = {kind.folder for kind in Kind}
    for document in documents(facts.catalog):
        for line, target in _targets(document.body):
            if (said := _unusable(target)) is not None:
                yield problem(
                    "links/no-address",
                    Level.ERROR,
                    document.path,
                    line,
                    says=said,
                    fix="Begin it with https://, mailto:, tel: or /.",
                )
                continue
            page = page_of(target, document.path, files)
            path = _own(target if page is None else page, facts.catalog.company.site)
            if page == "":
                yield problem(
                    "links/nowhere",
                    Level.ERROR,
                    document.path,
                    line,
                    says=f"{target} is no file with a page.",
                    fix="Name a file of content/ that has a page, or write its address: /tips/gutters/.",
                )
            if path is None:
                continue
            item = pages.get(path) or ids.get(path)
            first, _, rest = path.strip("/").partition("/")
            if item is None:
                judged = facts.site is not None or (first in folders and rest)
                if judged and path not in (facts.site or ()):
                    yield problem(
                        "links/nowhere",
                        Level.ERROR,
                        document.path,
                        line,
                        says=f"{target} leads nowhere.",
                        fix=_nearest(path, pages),
                    )
            elif not item.url or item.status is not Status.PUBLISHED or item.access is Access.CLIENTS:
                yield problem(
                    "links/no-page",
                    Level.ERROR,
                    document.path,
                    line,
                    says=f"{target} has no page: {item.id} is a draft, for mail only, or for clients only.",
                    fix="Link to something that has a page, or show it with `/// item`.",
                )
            elif _over(item, facts) and not document.day_is_over(facts.catalog.as_of):
                yield problem(
                    "links/page-gone",
                    Level.WARNING,
                    document.path,
                    line,
                    says=f"{target} has left the site: {item.id} was over on {item.last_day}.",
                    fix="Take the link out, or lead to something that lasts.",
                )


def _unusable(target: str) -> str | None:
    """What is wrong with an address that nobody can follow."""
    if not target:
        return "a link leads nowhere: its brackets are empty."
    if not is_sound(target) or urlsplit(target).scheme not in _SCHEMES:
        return f"{target[:40]} is no address that a reader can follow."
    return None


def _over(item: Item, facts: Facts) -> bool:
    return item.last_day is not None and item.last_day < facts.catalog.as_of


def answers(facts: Facts) -> Iterator[Problem]:
    """`answer:WORD` asks a question, which only a step of a sequence can do."""
    for document in documents(facts.catalog):
        if document.is_step:
            continue
        for line, target in _targets(document.body):
            if target.startswith("answer:"):
                yield problem(
                    "links/answer-outside-step",
                    Level.ERROR,
                    document.path,
                    line,
                    says=f"{target} works in the steps of a sequence only.",
                    fix="Link to a page, or ask in a step.",
                )


def _targets(body: Body | None) -> Iterator[tuple[int, str]]:
    """(line, target) of every link of a body."""
    for number, text in lines(body) if body else ():
        for match in _TARGETS.finditer(text):
            yield number, next(group for group in match.groups() if group is not None)


def _own(target: str, site: str) -> str | None:
    """The path of a link into the own site, with a slash at its end; None for every other link."""
    if site and target.startswith(f"{site}/"):
        target = target[len(site) :]
    target = bare(target)
    if target.startswith(("//", "#", "{")) or urlsplit(target).scheme or not target:
        return None
    target = f"/{target.removeprefix('./').lstrip('/')}"
    path = urlsplit(target).path
    last = path.rsplit("/", 1)[-1]
    return path if not last or "." in last else f"{path}/"


def _nearest(path: str, pages: Iterable[str]) -> str:
    close = difflib.get_close_matches(path, list(pages), n=1, cutoff=0.6)
    return f"Did you mean {close[0]}?" if close else "Link to a page that exists."
