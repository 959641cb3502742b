"""What stands on a `///` line: the words, their values, and lines that only look like one."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from typing import TypeAlias

from topmind.catalog import dates
from topmind.catalog.addresses import chooses_host, is_sound
from topmind.catalog.findings import Wrong, nearest
from topmind.model import Edit, PersonalCode, Text

#: Blocks that hold text and need a bare `///` to close.
CONTAINERS = ("for", "not for", "callout", "columns")
#: Lines that divide the open block.
DIVIDERS = ("for everyone else", "column")
#: One line each.
SINGLE = ("slot", "button", "coupon", "testimonial", "item", "video")
WORDS = (*CONTAINERS, *DIVIDERS, *SINGLE)

_FENCE = re.compile(r"///[ \t]*(?P<rest>[^/].*|)$")
_BEFORE = "[\\s\u200b\u200c\u200d\u2060\ufeff>*+\\-\\\\]*"
_LOOKALIKE = re.compile(rf"{_BEFORE}(?:\d+[.)]{_BEFORE})?(?P<slashes>[/／∕⁄]{{2,}})(?P<rest>.*)$")
_ASKEW = re.compile(r"[ \u00a0\u200b\u200c\u200d\u2060\ufeff]{0,3}(?P<slashes>[/／∕⁄]{2,5})(?P<rest>[^/].*|)")
_UNBARRED = re.compile(
    r"(?P<word>not for|for|callout|slot|button|coupon|testimonial|item|video)(?:[ \t]*[:–-]|[ \t])[ \t]*(?P<value>[^|]+)"
)
_MIDLINE = re.compile(rf"//+\s*(?:{'|'.join(WORDS)})\s*\|")
_SLASHES = ("//", "／", "∕", "⁄")
_CODE = re.compile(r"[A-Za-z0-9_-]{2,40}")
_ITEM_ID = re.compile(r"[\w-]+(?:/[\w.-]+)+")
_NAME = re.compile(r"[a-z0-9][a-z0-9_-]*")
_TARGET = re.compile(
    r"(?:https?://\S+|mailto:\S+|tel:[\d+().-]+|answer:[a-z0-9]+(?:-[a-z0-9]+)*|/(?!/)\S*|#\S+)",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Words:
    """A run of ordinary Markdown lines."""

    text: str
    #: Line of the file, from 1.
    line: int


@dataclass(frozen=True, slots=True)
class Branch:
    """One part of a container: what stands between its fences."""

    parts: tuple[Part, ...]
    #: Index of the condition under which it is seen; None = always.
    condition: int | None
    line: int


@dataclass(frozen=True, slots=True)
class Container:
    """`for`, `not for`, `callout` or `columns` with its branches."""

    word: str
    branches: tuple[Branch, ...]
    title: Text
    line: int


@dataclass(frozen=True, slots=True)
class Single:
    """A block of one line."""

    word: str
    #: Slot: its index. Button: its address. Others: their one value.
    value: str
    label: Text = ()
    href: Text = ()
    line: int = 0


Part: TypeAlias = Words | Container | Single


def fence(line: str) -> str | None:
    """What stands after the three slashes at the start of a line; None where it is no fence."""
    match = _FENCE.match(line) if line.startswith("///") else None
    return match["rest"].strip() if match else None


def may_hold(text: str) -> bool:
    """Whether a text can hold a fence, or something that looks like one, at all."""
    return any(slashes in text for slashes in _SLASHES)


def looks_like_fence(line: str, in_code: bool) -> str | None:
    """What is wrong with a line that somebody meant as a fence and that would be printed as it stands.

    In an indented code block only what names a block counts: it may be a whole block that slipped to the right.
    """
    if not may_hold(line):
        return None
    if match := _LOOKALIKE.match(line):
        rest, three = match["rest"].strip(), match["slashes"] != "//"
        head, bar, _ = rest.partition("|")
        word = " ".join(head.split()).lower()
        near = word in WORDS or bool(nearest(word, WORDS, cutoff=0.6 if bar or three else 0.8))
        meant = (near and (three or bool(bar) or not in_code)) or (bool(bar) and 0 < len(word) < 25)
        if meant or (not in_code and (three or not rest)):
            return f"{line.strip()[:40]!r} looks like a block but is none."
    if not in_code and (mid := _MIDLINE.search(line)) and line.count("`", 0, mid.start()) % 2 == 0:
        return "a block begins in the middle of a line."
    return None


def word_of(line: str) -> str | None:
    """The block that a line was meant as which only looks like one; "" = a close, None = nobody knows."""
    match = _LOOKALIKE.match(line)
    if match is None:
        return None
    word = " ".join(match["rest"].partition("|")[0].split()).lower()
    return word if word in WORDS or not word else nearest(word, WORDS)


def barred(rest: str) -> Edit | None:
    """`for: customers` and `for customers` are `for | customers`."""
    match = _UNBARRED.fullmatch(rest)
    return Edit(rest, f"{match['word']} | {match['value']}") if match else None


def straightened(line: str) -> Edit | None:
    """A line that is a block but for its slashes or the spaces before it, as it was surely meant.

    A quotation or a list before it, or four spaces (code), may be meant as they are.
    """
    match = _ASKEW.fullmatch(line)
    if match is None:
        return None
    rest = match["rest"].strip()
    head, bar, value = rest.partition("|")
    known = " ".join(head.split()) in (CONTAINERS + SINGLE if value.strip() else ("columns", *DIVIDERS))
    if rest and not (known and (bar or match["slashes"] != "//")):
        return None
    return Edit(line, f"/// {rest}" if rest else "///")


def segment_names(value: str, word: str) -> tuple[str, ...]:
    """`prospects, top-100`. Raises Wrong."""
    found = tuple(name.strip() for name in value.split(",") if name.strip())
    if not found:
        raise Wrong("names no segment.", f"Write `/// {word} | customers`.", rule="value")
    for name in found:
        if not _NAME.fullmatch(name):
            raise Wrong(
                f"{name!r} is no name of a segment.",
                "Write names as in segments/, with commas.",
                rule="value",
            )
    return found


def coupon_parts(value: str, path: str, line: int) -> tuple[str, PersonalCode | None]:
    """`THANKS10`, or `THANKS10, personal`, `THANKS10, personal, 60 days`, `…, until 2027-01-31`. Raises Wrong."""
    code, *words = (part.strip() for part in value.split(","))
    if not _CODE.fullmatch(code):
        says = f"{code!r} is no code." if code else "names no code."
        raise Wrong(says, "Write `/// coupon | THANKS10`.", rule="value")
    if code.lower() == "personal":
        raise Wrong(
            "`personal` is no code: it stands after the one that each reader's own is made from.",
            "Write `/// coupon | THANKS25, personal`.",
            rule="value",
        )
    if not words:
        return code, None
    form = f"Write `/// coupon | {code}, personal` or `/// coupon | {code}, personal, 60 days`."
    if words[0].lower() != "personal" or len(words) > 2:
        raise Wrong(
            f"{value!r}: only `personal` and how long it is good stand after a code.", form, rule="value"
        )
    days, until = _good_for(words[1], form) if len(words) == 2 else (None, None)
    return code, PersonalCode(code=code, days=days, until=until, path=path, line=line)


def _good_for(text: str, form: str) -> tuple[int | None, date | None]:
    """(days, last day) of `60 days` or `until 31 January 2027`. Raises Wrong."""
    head, _, day = text.partition(" ")
    if head.lower() == "until":
        return None, dates.read_day(day)
    days = dates.read_days(text)
    if not 0 < days <= 3660:
        raise Wrong(f"a code that is good for {text!r} is none.", form, rule="value")
    return days, None


def video_address(value: str) -> str:
    """`https://…`. Raises Wrong."""
    if not re.fullmatch(r"https?://\S+", value) or not is_sound(value):
        says = f"{value!r} is no address." if value else "names no address."
        raise Wrong(says, "Write `/// video | https://…`.", rule="value")
    return value


def item_name(word: str, value: str) -> str:
    """The full id of `/// item | tips/gutters` or `/// testimonial | anna-k`. Raises Wrong."""
    full = value.removesuffix(".md")
    if word == "testimonial" and not full.startswith("testimonials/"):
        full = f"testimonials/{full}"
    if not _ITEM_ID.fullmatch(full):
        example = "anna-k" if word == "testimonial" else "tips/gutters"
        says = f"{value!r} is no item." if value else "names no item."
        raise Wrong(says, f"Write `/// {word} | {example}`.", rule="value")
    return full


def button_parts(value: str) -> tuple[str, str]:
    """(words, address) of `Book a visit -> https://…`. Raises Wrong."""
    label, arrow, target = value.replace("→", "->").rpartition("->")
    if not arrow or not label.strip() or not target.strip():
        raise Wrong(
            "needs words and an address.", "Write `/// button | Book a visit -> https://…`.", rule="value"
        )
    return label.strip(), target.strip()


def check_target(href: Text, target: str) -> None:
    """An address that a reader can follow, or one that begins with a merge tag. Raises Wrong."""
    tag = chooses_host(href)
    if tag is not None:
        raise Wrong(
            f"{tag.source}: a contact's value would choose where it leads.",
            "Write the address up to its first slash in full; a tag may follow.",
            rule="value",
        )
    whole = "".join(part if isinstance(part, str) else "x" for part in href)
    if isinstance(href[0], str) and not (_TARGET.fullmatch(whole) and is_sound(whole)):
        raise Wrong(
            f"{target!r} is no address that a reader can follow.",
            "Begin it with https://, mailto:, tel:, / or answer:.",
            rule="value",
        )
