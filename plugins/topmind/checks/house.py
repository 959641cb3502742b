"""What every mail must say of the sender, and what it must not say."""

from __future__ import annotations

import re
from collections.abc import Iterator

from topmind.checks.facts import Facts, plain
from topmind.checks.rule import Rule, Sees
from topmind.checks.written import numbered
from topmind.model import Level, Problem

POSTAL_ADDRESS = Rule(
    id="company/postal-address",
    level=Level.ERROR,
    finds="a postal address that is missing, or names no place",
    example="address: 14 Wharf Street",
    holds=True,
    sees=Sees.LINE,
)
PLACEHOLDER = Rule(
    id="house/placeholder",
    level=Level.WARNING,
    finds="what `topmind init` wrote and nobody filled in",
    example="name: Your Company",
    sees=Sees.LINE,
)
TEMPLATE_TEXT = Rule(
    id="house/template-text",
    level=Level.ERROR,
    finds="a sentence that a template left to be written, in angle quotes",
    example="‹What is it about?›",
    holds=True,
    sees=Sees.LINE,
)


def postal_address(facts: Facts) -> Iterator[Problem]:
    """A commercial mail carries a postal address (CAN-SPAM § 7704(a)(5)): street and place, in lines or in one."""
    company = facts.catalog.company
    if company.path in facts.unread.heads:
        return
    if len([part for text in company.address for part in text.split(",") if part.strip()]) < 2:
        yield POSTAL_ADDRESS.at(
            company.path,
            facts.line(company.path, "address"),
            says="The postal address is missing, or names no place.",
            fix="Write street and place: the footer of every mail shows them, as the law asks.",
        )


#: What `topmind init` writes until somebody writes the truth.
PLACEHOLDERS = frozenset(
    {"1 Your Street", "Your Town, ST 00000", "Your Company", "Your Name", "you@example.com"}
)
#: Where a key's text is read; every mail where none is named.
_SHOWN = {"SITENAME": "every page of the site", "text": "every letterhead and page"}
_QUOTED = re.compile(r"""["']([^"']*)["']""")


def placeholders(facts: Facts) -> Iterator[Problem]:
    """The first lines of a new project are filled in before readers see them."""
    company = facts.catalog.company
    files = {company.path: {"address": company.address, "name": (company.name,)}}
    files |= {p.path: {"name": (p.name,), "email": (p.email,)} for p in facts.catalog.team.values()}
    if facts.brand is not None:
        files["themes/brand.toml"] = {"text": (facts.brand.logo.text,)}
    files["pelicanconf.py"] = {"SITENAME": _written(facts, "pelicanconf.py", "SITENAME")}
    for path, keys in files.items():
        for key, texts in keys.items():
            left = [text for text in texts if text in PLACEHOLDERS]
            if left:
                yield PLACEHOLDER.at(
                    path,
                    facts.line(path, key),
                    says=f"{key}: {', '.join(left)!r} still stands there, and {_SHOWN.get(key, 'every mail')} would show it.",
                    fix="Write your own.",
                )


def _written(facts: Facts, path: str, key: str) -> tuple[str, ...]:
    """The quoted text after a key of a settings file; () where it is not there, or no plain text."""
    number = facts.line(path, key)
    if not number or facts.root is None:
        return ()
    line = (facts.root / path).read_text("utf-8").splitlines()[number - 1]
    return tuple(_QUOTED.findall(line)[:1])


_MARKED = re.compile(r"‹[^‹›\n]+›")


def template_texts(facts: Facts) -> Iterator[Problem]:
    """Nothing leaves with a ‹sentence of its template›; a draft or an issue on hold may keep it for now."""
    for document in facts.documents:
        if document.pending:
            continue
        found = numbered(document.body) if document.body else []
        for key, text in document.headers.items():
            found.append((facts.line(document.path, key), plain(text)))
        for line, said in found:
            for match in _MARKED.finditer(said):
                yield TEMPLATE_TEXT.at(
                    document.path,
                    line,
                    says=f"{match[0]} is a sentence of the template.",
                    fix="Write your own in its place, without the marks.",
                )
