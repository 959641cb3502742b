"""What a schema finds wrong with a TOML value, in the words of whoever wrote it: what is wrong, what to write."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from pydantic import ValidationError

from topmind.near_words import near_word

#: Kind of finding → (what is wrong, what to write); `{…}` are what the schema says of its limits.
_WORDS: Mapping[str, tuple[str, str]] = {
    "string_type": ("is no text.", "Put it between quotation marks."),
    "string_too_short": ("is empty.", "Write it, or take the line out."),
    "string_too_long": ("is too long.", "Write {max_length} letter at most."),
    "int_type": ("is no whole number.", "Write digits, without quotation marks."),
    "int_parsing": ("is no whole number.", "Write digits, without quotation marks."),
    "int_from_float": ("is no whole number.", "Write it without a point."),
    "float_type": ("is no number.", "Write digits, without quotation marks."),
    "float_parsing": ("is no number.", "Write digits, without quotation marks."),
    "bool_type": ("is neither true nor false.", "Write true or false, without quotation marks."),
    "bool_parsing": ("is neither true nor false.", "Write true or false, without quotation marks."),
    "literal_error": ("is none of the words that can stand here.", "Write {expected}."),
    "enum": ("is none of the words that can stand here.", "Write {expected}."),
    "greater_than_equal": ("is too small.", "Write {ge} or more."),
    "greater_than": ("is too small.", "Write more than {gt}."),
    "less_than_equal": ("is too large.", "Write {le} or less."),
    "tuple_type": ("is no list.", 'Write it like ["one", "two"].'),
    "list_type": ("is no list.", 'Write it like ["one", "two"].'),
    "dict_type": ("is no table.", "Give it a head in square brackets, with keys below."),
    "model_type": ("is no table.", "Give it a head in square brackets, with keys below."),
    "model_attributes_type": ("is no table.", "Give it a head in square brackets, with keys below."),
    "date_type": ("is no date.", "Write it like 2026-12-01, without quotation marks."),
    "date_parsing": ("is no date.", "Write it like 2026-12-01, without quotation marks."),
    "date_from_datetime_parsing": ("is no date.", "Write it like 2026-12-01, without quotation marks."),
}


def without_echo(error: ValidationError, known: Callable[[list[str]], list[str]]) -> list[Mapping[str, Any]]:
    """The findings of a schema, but a misspelt key is not missing too. `known`: the keys due at a place."""
    found: list[Mapping[str, Any]] = list(error.errors(include_input=False, include_url=False))
    places = {str(one["loc"]): [str(part) for part in one["loc"]] for one in found}
    meant = {
        (*loc[:-1], near)
        for one in found
        if one["type"] == "extra_forbidden"
        for loc in [places[str(one["loc"])]]
        if (near := near_word(loc[-1], known(loc)))
    }
    return [one for one in found if one["type"] != "missing" or tuple(places[str(one["loc"])]) not in meant]


def in_words(one: Mapping[str, Any]) -> tuple[str, str]:
    """(what is wrong, what to write) of one finding of pydantic, to be read after the name of its key."""
    limits = {
        name: value for name, value in (one.get("ctx") or {}).items() if not isinstance(value, Exception)
    }
    if one["type"] == "value_error":
        says, _, fix = one["msg"].removeprefix("Value error, ").partition("; ")
        return f"{says}.", f"{fix[:1].upper()}{fix[1:]}." if fix else "Mend the value."
    says, fix = _WORDS.get(one["type"], (f"{one['msg']}.", "Mend the value."))
    return says, fix.format(**limits) if "{" in fix and limits else fix
