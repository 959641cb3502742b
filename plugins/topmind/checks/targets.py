"""Links lead somewhere."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Iterator
from urllib.parse import unquote, urljoin, urlsplit

from markdown.extensions.toc import slugify, unique

from topmind.catalog.addresses import bare, file_of, is_sound, page_of
from topmind.checks.documents import Document, has_page
from topmind.checks.facts import Facts
from topmind.checks.rule import Rule, Sees
from topmind.checks.written import headings, prose, source
from topmind.checks.written import links as written_links
from topmind.model import Access, Item, Kind, Level, Problem, Status

NOWHERE = Rule(
    id="links/nowhere",
    level=Level.ERROR,
    finds="a link into the own site that leads nowhere",
    example="[gutters](/tips/guters/)",
    holds=True,
    sees=Sees.LINE,
)
NO_ADDRESS = Rule(
    id="links/no-address",
    level=Level.ERROR,
    finds="a link that nobody can follow: empty, without a host, or of an unknown kind",
    example="[Book a visit]()",
    holds=True,
    sees=Sees.LINE,
)
NO_PAGE = Rule(
    id="links/no-page",
    level=Level.ERROR,
    finds="a link to an item that has no page for everybody",
    example="[soon](/tips/a-draft/)",
    holds=True,
    sees=Sees.LINE,
)
PAGE_GONE = Rule(
    id="links/page-gone",
    level=Level.WARNING,
    finds="a link to an item that has left the site",
    example="[the offer](/promotions/fall-gutters/)",
    sees=Sees.LINE,
)
ANSWER_OUTSIDE_STEP = Rule(
    id="links/answer-outside-step",
    level=Level.ERROR,
    finds="a question outside of a sequence, where nobody takes the answer",
    example="[Yes](answer:yes)",
    holds=True,
    sees=Sees.LINE,
)

NO_ANCHOR = Rule(
    id="links/no-anchor",
    level=Level.WARNING,
    finds="a link to a place in a page that the page does not have",
    example="[the costs](/articles/roof-quote/#cots)",
    sees=Sees.LINE,
)


#: `{#costs}` and `id="costs"`.
_NAMED = re.compile(r"""(?:\{:?[^}\n]{0,200}\#|\bid=["'])([\w-]+)""", re.VERBOSE)

_SCHEMES = frozenset({"", "http", "https", "mailto", "tel", "answer"})


def links(facts: Facts) -> Iterator[Problem]:
    """Links into the own site name a page that exists."""
    pages = {item.url: item for item in facts.catalog.items.values() if item.url}
    files = {item.path: item.url for item in facts.catalog.items.values() if has_page(item)}
    ids = {f"/{item.id}/": item for item in facts.catalog.items.values()}
    known = frozenset(page.url for page in facts.pages)
    for document, found in facts.links:
        for link in found:
            page = page_of(link.target, document.path, files)
            if page == "" and file_of(link.target, document.path) in facts.unread.heads:
                continue
            if page == "":
                yield NOWHERE.at(
                    document.path,
                    link.line,
                    says=f"{link.target} is no file with a page.",
                    fix="Name a file of content/ that has a page, or write its address: /tips/gutters/.",
                )
                continue
            path = _own(
                link.target if page is None else page, facts.catalog.company.site, document.url or "/"
            )
            if path is None or (document.unread and not _from_the_top(link.target)):
                continue
            item = pages.get(path) or ids.get(path)
            if item is not None and item.path in facts.unread.heads:
                continue
            if item is None:
                if facts.unread.is_page(path):
                    continue
                if _judged(path, facts, known) and path not in (facts.site or ()) and path not in known:
                    yield NOWHERE.at(
                        document.path,
                        link.line,
                        says=f"{link.target} leads nowhere.",
                        fix=_nearest(path, [*pages, *known]),
                    )
            elif not item.url or item.status is not Status.PUBLISHED or item.access is Access.CLIENTS:
                yield NO_PAGE.at(
                    document.path,
                    link.line,
                    says=f"{link.target} has no page: {item.id} is a draft, for mail only, or for clients only.",
                    fix="Link to something that has a page, or show it with `/// item`.",
                )
            elif _over(item, facts) and not document.day_is_over(facts.catalog.as_of):
                yield PAGE_GONE.at(
                    document.path,
                    link.line,
                    says=f"{link.target} has left the site: {item.id} was over on {item.last_day}.",
                    fix="Take the link out, or lead to something that lasts.",
                )


def _from_the_top(target: str) -> bool:
    """Whether it leads to the same place from every page."""
    return bare(target).startswith("/") or bool(urlsplit(bare(target)).scheme)


def unusable(facts: Facts) -> Iterator[Problem]:
    """Whatever looks like a link can be followed; else its words stand there without one."""
    for document in facts.documents:
        for link in written_links(document.body) if document.body else ():
            said = _unusable(link.target)
            if said is not None:
                yield NO_ADDRESS.at(
                    document.path, link.line, says=said, fix="Begin it with https://, mailto:, tel: or /."
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


def _judged(path: str, facts: Facts, known: frozenset[str]) -> bool:
    """Whether it can be said that such an address would be an item's or a page's: the theme has others."""
    first, _, rest = path.strip("/").partition("/")
    if facts.site is not None or (first in {kind.folder for kind in Kind} and rest):
        return True
    beside = {url.strip("/").partition("/")[0] for url in known if url.strip("/").count("/")}
    return bool(first in beside and rest) or bool(
        difflib.get_close_matches(path, known, n=1, cutoff=0.75) and not rest
    )


def anchors(facts: Facts) -> Iterator[Problem]:
    """What stands after `#` is the id of a heading, or of something else, of the page it leads to."""
    by_url = {one.url: one for one in facts.documents if one.url}
    told: dict[str, frozenset[str]] = {}
    for document, found in facts.links:
        for link in found:
            path, mark, name = link.target.partition("#")
            own = _own(path, facts.catalog.company.site, document.url or "/") if path else ""
            target = document if not path else by_url.get(own or "")
            if not mark or name in {"", "top"} or target is None or target.body is None or "{{" in name:
                continue
            if target.path in facts.unread.texts:
                continue
            key = f"{target.path}:{target.body.line}"
            if key not in told:
                told[key] = _anchors(target)
            if unquote(name) not in told[key]:
                yield NO_ANCHOR.at(
                    document.path,
                    link.line,
                    says=f"{link.target}: {target.path} has no place named {name!r}.",
                    fix=_nearest(name, told[key], "#")
                    if told[key]
                    else "Take `#` and what follows out: there is no heading to lead to.",
                )


def _anchors(document: Document) -> frozenset[str]:
    """Ids in a text as python-markdown makes them: of headings, by `{#name}` and by `id="name"`."""
    body = document.body
    if body is None:
        return frozenset()
    text = source(body)
    found = set(_NAMED.findall(text))
    for heading in headings(body):
        slug = slugify(prose(heading.words), "-")
        found.add(unique(slug, found) if slug else "")
    return frozenset(found - {""})


def answers(facts: Facts) -> Iterator[Problem]:
    """`answer:WORD` asks a question, which only a step of a sequence can do."""
    for document, found in facts.links:
        if document.is_step:
            continue
        for link in found:
            if link.target.startswith("answer:"):
                yield ANSWER_OUTSIDE_STEP.at(
                    document.path,
                    link.line,
                    says=f"{link.target} works in the steps of a sequence only.",
                    fix="Link to a page, or ask in a step.",
                )


def _own(target: str, site: str, base: str) -> str | None:
    """The path of a link into the own site, with a slash at its end; None for every other link. `base`: the page that
    a link without a beginning leads on from."""
    if site and target.startswith(f"{site}/"):
        target = target[len(site) :]
    target = bare(target)
    if target.startswith(("//", "#", "{")) or urlsplit(target).scheme or not target:
        return None
    path = "/" + urlsplit(urljoin(base, target)).path.lstrip("/")  # what climbs above the top ends there
    last = path.rsplit("/", 1)[-1]
    return path if not last or "." in last else f"{path}/"


def _nearest(word: str, known: Iterable[str], before: str = "") -> str:
    close = difflib.get_close_matches(word, list(known), n=1, cutoff=0.6)
    return f"Did you mean {before}{close[0]}?" if close else "Link to something that is there."
