"""How a value stands in its place: each kind of place has its escaping; nothing else makes a value safe."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from functools import lru_cache
from html import escape as html_escape
from urllib.parse import quote

from topmind.mail.lines import Lines

#: Line ends and other controls; a lone surrogate cannot be written as UTF-8.
_BREAKS = re.compile("[\\s\x00-\x1f\x7f-\x9f\u2028\u2029]+")
_LONE = re.compile("[\ud800-\udfff\ufffe\uffff]")


def one_line(value: str) -> str:
    """A value without line ends and control characters: a space in place of each run."""
    if value.isprintable() and "  " not in value:
        return value.strip()
    return _BREAKS.sub(" ", _LONE.sub("\ufffd", value)).strip()


def text(value: str) -> str:
    """Between HTML tags."""
    return html_escape(one_line(value), quote=False)


def attribute(value: str) -> str:
    """Inside a double-quoted HTML attribute."""
    return html_escape(one_line(value), quote=True)


def url(value: str) -> str:
    """A part of an address, percent-encoded to letters, digits and `-._~` (RFC 3986)."""
    return quote(_LONE.sub("\ufffd", value).strip(), safe="")


def contact(value: str) -> str:
    """An address or a number behind `mailto:` or `tel:` (RFC 6068 and 3966 write @ and + as they are)."""
    return quote(_LONE.sub("\ufffd", value).strip(), safe="@+")


@lru_cache(maxsize=64)  # one reason is thousands of people's
def lines(value: str) -> str:
    """A sentence of the run in a plain text, in lines of 72 columns at most."""
    return Lines().wrap(one_line(value))


#: Place → escaping. `header` and `plain` take a value as it stands, on one line.
ESCAPES: Mapping[str, Callable[[str], str]] = {
    "text": text,
    "attribute": attribute,
    "url": url,
    "contact": contact,
    "header": one_line,
    "plain": one_line,
    "lines": lines,
}
