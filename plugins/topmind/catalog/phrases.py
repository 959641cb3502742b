"""Short phrases of front matter: promises, uses, pins, quiet hours, slots."""

from __future__ import annotations

import re
from datetime import date, time

from topmind.catalog import dates, slips
from topmind.catalog.findings import Wrong, did_you_mean, nearest
from topmind.model import Ceiling, Channel, Example, Kind, Use

_FLOOR = re.compile(
    r"(?:at least\s+)?(?P<count>\w+)\s+(?:valuable|value)\s+touch(?:es)?\s+(?:every|each|per|a|in)\s+"
    r"(?:(?P<number>\w+)\s+)?(?P<unit>[a-z]+)",
    re.IGNORECASE,
)
_CEILING = re.compile(
    r"(?:at most\s+)?(?P<count>\w+)\s+(?P<what>[a-z-]+)\s+(?:every|each|per|an?|in)\s+"
    r"(?:(?P<number>\w+)\s+)?(?P<unit>[a-z]+)",
    re.IGNORECASE,
)
_AGAIN = re.compile(r"again\s+after\s+(\w+)\s+(month|year)s?", re.IGNORECASE)
_PIN = re.compile(r"(?P<name>[\w-]+)\s+(?P<day>\S.*)")
_QUIET = re.compile(r"(?P<start>.+?)\s+(?:to|until|-|–)\s+(?P<end>.+)", re.IGNORECASE)
_EXAMPLE = re.compile(
    r"(?P<contact>\S+)\s+(?P<how>belongs|does not belong)(?:\s+on\s+(?P<day>\S.*))?", re.IGNORECASE
)
_SLOT = re.compile(r"(?P<count>\w+)\s+(?P<what>[^,]+?)(?: ?, ?(?P<how>[\w ]+))?")

_FLOOR_FORM = "Write for example `1 valuable touch every 30 days`."
_CEILING_FORM = "Write for example `2 emails per week, 200 touches per year`."
_EXAMPLE_FORM = (
    "Write a contact's id: `0007 belongs`, `0012 does not belong` or `0007 belongs on 2026-12-01`."
)
_USE_FORM = "Write `until 2026-12-31`, `again after 12 months` or `any time`."
_SLOT_FORM = "Write for example `1 tip`, `2 value items` or `1 promotion, optional`."

_CHANNEL_WORDS = {channel.value: channel for channel in Channel} | {
    "mail": Channel.EMAIL,
    "e-mail": Channel.EMAIL,
}


#: Other words for ours.
_CHANNELS_ELSEWHERE = {
    "phone": "call", "telephone": "call", "ring": "call", "post": "letter", "postcard": "letter", "meeting": "visit",
    "package": "parcel", "gift": "parcel",
}  # fmt: skip


def read_floor(text: str) -> int:
    """Days of `1 valuable touch every 30 days`. Raises Wrong."""
    match = _FLOOR.fullmatch(text.strip())
    days = _window(match) if match else None
    count = dates.number_of(match["count"]) if match else None
    if days is None or not count:
        raise Wrong(f"{text!r} is no floor.", _FLOOR_FORM, rule="promise")
    if count != 1:
        raise Wrong(
            "a floor counts one touch at a time.",
            f"Write `1 valuable touch every {max(1, days // count)} days`.",
            rule="promise",
        )
    return days


def read_example(text: str, line: int) -> Example:
    """`0007 belongs`, `0012 does not belong on 2026-12-01`. Raises Wrong."""
    match = _EXAMPLE.fullmatch(text.strip())
    if match is None or "@" in match["contact"]:
        raise Wrong("this is no example of who belongs.", _EXAMPLE_FORM, rule="example")
    return Example(
        contact=match["contact"],
        belongs=match["how"].lower() == "belongs",
        day=dates.read_day(match["day"]) if match["day"] else None,
        line=line,
    )


def read_ceilings(text: str) -> tuple[Ceiling, ...]:
    """`2 emails per week, 200 touches per year`. Raises Wrong."""
    return tuple(_ceiling(part) for part in re.split(r",|;|\band\b", text) if part.strip())


def _ceiling(text: str) -> Ceiling:
    match = _CEILING.fullmatch(text.strip())
    days = _window(match) if match else None
    count = dates.number_of(match["count"]) if match else None
    if match is None or days is None or count is None:
        raise Wrong(f"{text.strip()!r} is no ceiling.", _CEILING_FORM, rule="promise")
    what = match["what"].lower()
    if what in {"touch", "touches"}:
        return Ceiling(channel=None, count=count, days=days)
    channel = _CHANNEL_WORDS.get(what) or _CHANNEL_WORDS.get(what.removesuffix("s"))
    if channel is None:
        plain = [f"{c.value}s" for c in Channel]
        known = ["touches", *plain]
        raise Wrong(
            f"{what!r} is nothing to count.",
            did_you_mean(what, known),
            rule="promise",
            edit=slips.edit(match["what"], known),
        )
    return Ceiling(channel=channel, count=count, days=days)


def _window(match: re.Match[str]) -> int | None:
    unit = dates.unit_days(match["unit"])
    number = dates.number_of(match["number"]) if match["number"] else 1
    return unit * number if unit and number else None


def read_channel(text: str) -> Channel:
    """`email`, `call`, `letter`, `visit`, `parcel`. Raises Wrong."""
    channel = _CHANNEL_WORDS.get(text.strip().lower())
    if channel is None and text.strip().lower() in _CHANNELS_ELSEWHERE:
        fix = f"Write `{_CHANNELS_ELSEWHERE[text.strip().lower()]}`."
        raise Wrong(f"{text!r} is no channel.", fix, rule="word")
    if channel is None:
        raise Wrong(
            f"{text!r} is no channel.",
            did_you_mean(text, list(Channel)),
            rule="word",
            edit=slips.edit(text, Channel),
        )
    return channel


def read_use(text: str) -> Use:
    """`until 2026-12-31` (or the date alone), `again after 12 months`, `any time`, or the first two with a comma. Raises Wrong."""
    until: date | None = None
    months: int | None = None
    any_time = False
    # A comma may also stand inside a date: "until December 31, 2026".
    for part in re.split(r",\s*(?=until|again|any)|\band\b", text.strip(), flags=re.IGNORECASE):
        bare = part.strip()
        # A bare date can only be an end: other systems write it so (`expiryDate`).
        if bare.lower().startswith("until ") or bare[:1].isdigit():
            until = dates.read_day(bare if bare[:1].isdigit() else bare[6:])
        elif match := _AGAIN.fullmatch(bare):
            number = dates.number_of(match[1])
            if not number or number > 1200:
                raise Wrong(f"{bare!r} is no use.", _USE_FORM, rule="use")
            months = number * (12 if match[2].lower() == "year" else 1)
        elif re.sub(r"\s+", " ", bare.lower()) in {"any time", "anytime"}:
            any_time = True
        else:
            if bare.lower() in {"once", "only once", "one time"}:
                fix = "Take the line out: nobody gets the same thing twice."
                raise Wrong(f"{bare!r} needs no `use`.", fix, rule="use")
            near = nearest(bare, ["any time", "again after 12 months", "until 2026-12-31"])
            raise Wrong(f"{bare!r} is no use.", f"Did you mean `{near}`?" if near else _USE_FORM, rule="use")
    if any_time and months is not None:
        raise Wrong("`any time` and `again after` contradict each other.", "Keep one.", rule="use")
    return Use(until=until, again_after_months=months, any_time=any_time)


def read_pin(text: str) -> tuple[str, date]:
    """`tuesday-fix 2026-12-01`. Raises Wrong."""
    match = _PIN.fullmatch(text.strip())
    if match is None:
        raise Wrong(f"{text!r} is no pin.", "Write `for: tuesday-fix 2026-12-01`.", rule="pin")
    if not any(letter.isdigit() for letter in match["day"]):
        raise Wrong(
            f"{text!r} names no issue.",
            "Write the newsletter and its date: `for: tuesday-fix 2026-12-01`.",
            rule="pin",
        )
    return match["name"], dates.read_day(match["day"].removeprefix("on "))


def read_wrong(text: str) -> tuple[str, date | None]:
    """`tuesday-fix 2026-12-01`, `promotions/storm 8 December 2026`, or a name alone. Raises Wrong."""
    name, _, day = text.strip().partition(" ")
    if not name:
        raise Wrong("nothing is named.", "Write `corrects: tuesday-fix 2026-12-01`.", rule="corrects")
    return name, dates.read_day(day.strip().removeprefix("of ").removeprefix("on ")) if day.strip() else None


def read_quiet(text: str) -> tuple[time, time] | None:
    """`20:00 to 08:00`; `none` = any time. Raises Wrong."""
    if text.strip().lower() in {"none", "no", "never"}:
        return None
    match = _QUIET.fullmatch(" ".join(text.split()))
    if match is None:
        raise Wrong(f"{text!r} are no quiet hours.", "Write `20:00 to 08:00`, or `none`.", rule="time")
    start, end = dates.read_time(match["start"]), dates.read_time(match["end"])
    if start == end:
        raise Wrong("quiet hours begin when they end.", "Write `20:00 to 08:00`, or `none`.", rule="time")
    return start, end


def read_slot(text: str) -> tuple[int, frozenset[Kind], bool]:
    """(count, kinds, optional) of `1 tip`, `2 value items`, `1 tip or article, optional`. Raises Wrong."""
    plain = " ".join(text.split())
    if both := re.fullmatch(r"(\w+ [\w ]+?) (?:and|\+|&) (\w+ [\w ]+)", plain, re.IGNORECASE):
        fix = f"Write two, a line each: `/// slot | {both[1]}` and `/// slot | {both[2]}`."
        raise Wrong("a slot has one count.", fix, rule="slot")
    match = _SLOT.fullmatch(plain)
    count = dates.number_of(match["count"]) if match else None
    if match is None or not count or count > 20:
        raise Wrong(f"{text!r} is no slot.", _SLOT_FORM, rule="slot")
    how = (match["how"] or "required").strip().lower()
    if how not in {"optional", "required"}:
        raise Wrong(
            f"{how!r} says nothing about a slot.",
            did_you_mean(how, ["optional"]),
            rule="slot",
            edit=slips.edit(how, ["optional"]),
        )
    kinds: set[Kind] = set()
    for word in re.split(r"\s+or\s+|/", match["what"].lower()):
        kinds |= _kinds(word.strip(), text)
    return count, frozenset(kinds), how == "optional"


def _kinds(word: str, text: str) -> set[Kind]:
    bare = " ".join(word.split())
    single = bare.removesuffix("s")
    if single == "item":
        return set(Kind)
    if single in {"value item", "value"}:
        return {kind for kind in Kind if kind.is_value}
    if single in set(Kind):
        return {Kind(single)}
    near = nearest(bare, [*Kind, *(k.folder for k in Kind), "value item", "value items", "item", "items"])
    raise Wrong(
        f"{text!r} is no slot.",
        f"Did you mean {near!r}?" if near else _SLOT_FORM,
        rule="slot",
        edit=slips.edit(word, [*Kind, "value item", "item"]),
    )
