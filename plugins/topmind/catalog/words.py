"""Readers of single words: each takes what was written and answers a value, or raises Wrong with what is due."""

from __future__ import annotations

import re
from collections.abc import Callable
from enum import StrEnum
from typing import TypeVar

from topmind.catalog import dates, slips
from topmind.catalog.findings import Wrong, did_you_mean
from topmind.model import Edit

E = TypeVar("E", bound=StrEnum)
_WWW = re.compile(r"www\.[\w-]+(?:\.[\w-]+)+(?:[/?#]\S*)?")


def flag(text: str) -> bool:
    low = text.lower()
    if low in {"yes", "true", "on"}:
        return True
    if low in {"no", "false", "off"}:
        return False
    raise Wrong(
        f"{text!r} is neither yes nor no.",
        "Write yes or no.",
        rule="word",
        edit=slips.edit(text, ("yes", "no", "true", "false")),
    )


def number(least: int, most: int) -> Callable[[str], int]:
    def read(text: str) -> int:
        try:
            value = int(text)
        except ValueError:
            raise Wrong(
                f"{text!r} is no whole number.", f"Write a number from {least} to {most}.", rule="number"
            ) from None
        if not least <= value <= most:
            raise Wrong(f"{value} is out of range.", f"Write a number from {least} to {most}.", rule="number")
        return value

    return read


def choice(kind: type[E]) -> Callable[[str], E]:
    def read(text: str) -> E:
        low = text.lower()
        if low not in set(kind):
            raise Wrong(
                f"{text!r} is none of the words that can stand here.",
                did_you_mean(low, list(kind), what="Write one of"),
                rule="word",
                edit=slips.edit(text, kind),
            )
        return kind(low)

    return read


def one_of(*words: str) -> Callable[[str], str]:
    """A reader of a word out of a closed list."""

    def read(text: str) -> str:
        low = " ".join(text.lower().split())
        if low not in words:
            raise Wrong(
                f"{text!r} is none of the words that can stand here.",
                did_you_mean(low, words, what="Write one of"),
                rule="word",
                edit=slips.edit(text, words),
            )
        return low

    return read


_repeat = one_of("once", "every time", "yearly")


def repeat(text: str) -> str:
    if " ".join(text.lower().split()) in {"every year", "each year", "annually", "once a year", "year"}:
        raise Wrong(
            f"{text!r} is none of the words that can stand here.",
            "Write `yearly`.",
            rule="word",
            edit=Edit(text, "yearly"),
        )
    return _repeat(text)


def offset(text: str) -> int:
    low = text.lower().strip()
    if low in {"immediately", "now", "directly", "today", "none"}:
        raise Wrong(f"{text!r} is no number of days.", "Write `same day`.", rule="length")
    return (
        0
        if low in {"same day", "the same day", "at once"}
        else 365
        if low == "yearly"
        else dates.read_days(text)
    )


def name(text: str) -> str:
    if " " in text or "/" in text:
        bare = re.sub(r"[\s/]+", "-", text.strip())
        raise Wrong(
            f"{text!r} is no name.", f"Write it without spaces and slashes, like {bare}.", rule="word"
        )
    return text


def member(text: str) -> str:
    """The name of a file of content/team."""
    try:
        return name(text)
    except Wrong as wrong:
        fix = f"Write the name of their file in content/team/, like {text.split(maxsplit=1)[0].lower()}."
        raise Wrong(wrong.says, fix, rule="word") from None


def address(text: str) -> str:
    local, at, domain = text.partition("@")
    if not (local and at and "." in domain) or "@" in domain or any(c.isspace() or c in ",;<>" for c in text):
        raise Wrong("is no e-mail address.", "Write it as dana@example.com.", rule="address")
    return text


def web(text: str) -> str:
    if not text.startswith(("http://", "https://", "/", "mailto:", "tel:")) or any(c.isspace() for c in text):
        edit = Edit(text, f"https://{text}") if _WWW.fullmatch(text) else None
        raise Wrong(f"{text!r} is no address of a page.", "Begin it with https://.", rule="link", edit=edit)
    return text
