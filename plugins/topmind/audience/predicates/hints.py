"""What was probably meant by words that are no rule: the ways in which people write one at first."""

from __future__ import annotations

import re

from topmind.audience.predicates.vocabulary import FUNCTIONS

_UNIT_DAYS = {"day": 1, "week": 7, "month": 30, "quarter": 91, "year": 365}
_AGO = re.compile(r"\b(\d+)\s*(day|week|month|quarter|year)s?(?:\s+ago)?\b", re.IGNORECASE)
_AMOUNT = re.compile(r"[$€£]\s*\d|\d,\d{3}\b")
_IS = re.compile(r"(\w+(?:\(\))?)\s+is\s+(?!not\b|null\b)(.+)", re.IGNORECASE)
_BARE = re.compile(r"([\w.()]+)\s*(=|!=|<>)\s*([^\W\d][\w-]*(?:\s+[\w-]+)+)\s*")


def hint(text: str) -> str | None:
    """What to write instead; None where nothing comes to mind."""
    text = text.strip()
    call = "_".join(text.lower().split())
    if call in FUNCTIONS:
        return f"Write `{call}()`."
    if ago := _AGO.search(text):
        return f"Write `days_ago({int(ago[1]) * _UNIT_DAYS[ago[2].lower()]})`."
    if _AMOUNT.search(text):
        return "Write amounts as plain digits: 1000."
    if match := _IS.fullmatch(text):
        bare = match[2].strip("\"'")
        value = bare if bare.isdecimal() else f"'{bare}'"
        return f"Write `{match[1]} = {value}`."
    if match := _BARE.fullmatch(text):
        return f"Write text between single quotation marks: {match[1]} {match[2]} '{match[3]}'."
    return None
