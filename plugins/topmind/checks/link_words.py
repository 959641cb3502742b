"""Links say where they lead, and lead there safely: for those who hear them, and for those who look twice before a click."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator
from ipaddress import ip_address
from urllib.parse import urlsplit

from topmind.checks.facts import Facts
from topmind.checks.rule import Rule, Sees
from topmind.model import Level, Problem

HTTP = Rule(
    id="links/http",
    level=Level.WARNING,
    finds="a link that is not encrypted: mail programs and browsers warn of it",
    example="[the form](http://forms.example.com/)",
    sees=Sees.LINE,
)
LOCALHOST = Rule(
    id="links/localhost",
    level=Level.ERROR,
    finds="a link to the writer's own machine or network",
    example="[a first look](http://localhost:8000/tips/)",
    holds=True,
    sees=Sees.LINE,
)
CLICK_HERE = Rule(
    id="links/click-here",
    level=Level.WARNING,
    finds="a link whose words do not say where it leads (WCAG 2.4.4)",
    example="[Click here](/tips/gutters/) for gutters.",
    sees=Sees.LINE,
)
BARE_URL = Rule(
    id="links/bare-url",
    level=Level.WARNING,
    finds="an address in place of words: it is read out letter by letter",
    example="See https://forms.example.com/roof?id=7 for more.",
    sees=Sees.LINE,
)
SAME_WORDS = Rule(
    id="links/same-words",
    level=Level.WARNING,
    finds="two links of one text with the same words and different targets",
    example="[Our guide](/tips/a/) … [Our guide](/tips/b/)",
    sees=Sees.LINE,
)

#: Words that say nothing, by language.
_EMPTY = {
    "en": "click|click here|here|this|link|this link|this page|more|read more|learn more|find out more|see more|details",
    "de": "hier|hier klicken|klicken sie hier|link|dieser link|mehr|weiterlesen|mehr lesen|details",
    "fr": "ici|cliquez ici|cliquer ici|lien|ce lien|plus|lire la suite|en savoir plus|détails",
    "es": "aquí|haga clic aquí|haz clic aquí|enlace|este enlace|más|leer más|saber más|detalles",
}


def unsafe(facts: Facts) -> Iterator[Problem]:
    """No link to the own machine; none without encryption."""
    heads = [
        (item.path, facts.line(item.path, "link"), item.link)
        for item in facts.catalog.items.values()
        if item.link
    ]
    company = facts.catalog.company
    heads += [(company.path, facts.line(company.path, "links"), link) for link in company.links.values()]
    texts = [(one.path, link.line, link.target) for one, found in facts.links for link in found]
    for path, line, target in (*heads, *texts):
        parts = urlsplit(target) if "{{" not in target else urlsplit(target.partition("{{")[0])
        if parts.scheme not in {"http", "https"}:
            continue
        if _private(parts.hostname or ""):
            yield LOCALHOST.at(
                path,
                line,
                says=f"{target} leads to a machine that no reader can reach.",
                fix="Write the public address, or one that begins with / for a page of your own site.",
            )
        elif parts.scheme == "http":
            yield HTTP.at(
                path,
                line,
                says=f"{target} is not encrypted.",
                fix=f"Write https:{target.removeprefix('http:')} and see whether it opens.",
            )


def _private(host: str) -> bool:
    """`localhost`, a name without a dot or of a private network, an address of one."""
    try:
        address = ip_address(host)
    except ValueError:
        return "." not in host or host.endswith((".local", ".localhost", ".internal", ".lan"))
    return address.is_private or address.is_loopback or address.is_unspecified


def _place(target: str) -> str:
    """A target as far as it leads elsewhere: `http` or not, a slash at the end, and capitals do not."""
    return re.sub(r"^https?://(www\.)?", "", target).rstrip("/").lower()


def saying_nothing(facts: Facts) -> Iterator[Problem]:
    """The words of a link say where it leads, by themselves."""
    language = facts.catalog.company.language[:2].lower()
    empty = set((_EMPTY["en"] + "|" + _EMPTY.get(language, "")).split("|"))
    for document, found in facts.links:
        for link in found:
            said = re.sub(r"[^\w' ]+", "", link.words).strip().lower()
            if said and said in empty:
                yield CLICK_HERE.at(
                    document.path,
                    link.line,
                    says=f"The words {link.words!r} do not say where the link leads.",
                    fix="Link the words that name it, like [how to clean gutters](…).",
                )
            elif link.bare:
                yield BARE_URL.at(
                    document.path,
                    link.line,
                    says=f"{link.words} stands where words should.",
                    fix=f"Write [what is there]({link.target}).",
                )


def ambiguous(facts: Facts) -> Iterator[Problem]:
    """In one text the same words lead to one place."""
    for document, found in facts.links:
        places: dict[str, dict[str, int]] = defaultdict(dict)
        for link in found:
            if re.search(r"\w", link.words) and not link.target.startswith("answer:"):
                places[link.words.lower()].setdefault(link.target, link.line)
        for words, targets in places.items():
            first, *others = targets
            for target in (one for one in others if _place(one) != _place(first)):
                yield SAME_WORDS.at(
                    document.path,
                    targets[target],
                    says=f"{words!r} leads to {target} here and to {first} on line {targets[first]}.",
                    fix="Give one of the two words of its own.",
                )
