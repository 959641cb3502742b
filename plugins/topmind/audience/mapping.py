"""A first `_audience.toml` from the head of an export: which column is what, told by its name and twenty rows.

A proposal to read and correct. It holds names of columns only, never what stands in them.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from topmind.audience.guesses import ROLES, Column, plain_name
from topmind.audience.peek import Head, peek
from topmind.audience.spec import RESERVED

#: Keys of each kind of table in the order they are written; a star takes several columns.
_KEYS = {
    "contacts": ("id", "email", "name*", "phone", "postal*", "zone", "language", "stage", "since"),
    "purchases": ("id", "contact", "date", "amount", "items*"),
    "activities": ("contact", "date", "what"),
}
#: Without these it is no such table.
_NEEDED = {
    "contacts": ("id", "email"),
    "purchases": ("contact", "date", "amount"),
    "activities": ("contact", "date", "what"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposal:
    """What was found, and the TOML to start from."""

    #: Encoding, byte-order mark, delimiter or sheet, columns and rows seen, in words.
    found: str
    toml: str


def propose(path: Path, root: Path, table: str | None = None) -> Proposal:
    """Look at a file's first rows and propose its mapping, for a project at `root`.

    `table`: contacts, purchases or activities; found from the columns where not said. Raises AudienceError.
    """
    head = peek(path)
    columns = [Column(name, values) for name, values in head.columns()]
    kind = table or _kind(columns)
    roles = _roles(columns, kind)
    lines = [f"[tables.{kind}]", f"file = {_quoted(os.path.relpath(path, root / 'segments'))}"]
    lines += _mapped(kind, roles)
    used = [column for some in roles.values() for column in some]
    rest = [column for column in columns if column not in used]
    lines += _forms([*used, *(rest if kind == "contacts" else [])], head)
    if kind == "contacts":
        consents = [c for c in rest if c.is_consent]
        lines += _fields([*roles.get("name", ()), *(c for c in rest if c not in consents)])
        lines += _consents(consents)
        lines += [line for column in rest if column.is_refusal for line in _refusal(column)]
    return Proposal(found=head.found, toml="\n".join(lines) + "\n")


def _kind(columns: Sequence[Column]) -> str:
    """Contacts have an address; purchases an amount and a day; activities a day and what was done."""
    if any(column.is_address for column in columns):
        return "contacts"
    for kind in ("purchases", "activities"):
        if all(_roles(columns, kind).get(key) for key in _NEEDED[kind]):
            return kind
    return "contacts"


def _roles(columns: Sequence[Column], kind: str) -> dict[str, list[Column]]:
    """Key → its columns, each column once: by its name first, then by what stands in it."""
    found: dict[str, list[Column]] = {}
    free = [column for column in columns if column.name]
    for word in _KEYS[kind]:
        key, many = word.rstrip("*"), word.endswith("*")
        named = [column for column in free if plain_name(column.name) in ROLES[kind].get(key, ())]
        if not named and key == "email":
            named = [column for column in free if column.is_address]
        if named:
            found[key] = named if many else named[:1]
            free = [column for column in free if column not in found[key]]
    return found


def _mapped(kind: str, roles: Mapping[str, Sequence[Column]]) -> list[str]:
    lines = []
    for word in _KEYS[kind]:
        key = word.rstrip("*")
        names = [_quoted(column.name) for column in roles.get(key, ())]
        if names:
            lines.append(f"{key} = [{', '.join(names)}]" if word.endswith("*") else f"{key} = {names[0]}")
        elif key in _NEEDED[kind]:
            lines.append(f'{key} = ""                         # which column? None looked like it')
    return lines


def _forms(columns: Sequence[Column], head: Head) -> list[str]:
    """How numbers and dates are written, where it is not as everywhere."""
    lines = []
    if head.encoding not in {"", "utf-8"}:
        lines.append(f"encoding = {_quoted(head.encoding)}")
    if any(column.has_german_numbers for column in columns):
        lines.append('decimal = ","')
    forms = {form for column in columns if (form := column.dates)}
    if len(forms) == 1 and not any(" or " in form for form in forms):
        lines.append(f"dates = {_quoted(forms.pop())}")
    elif forms:
        lines.append(
            f"# dates: these columns read several ways: {', '.join(sorted(forms))}; say which one is right"
        )
    return lines


def _fields(columns: Sequence[Column]) -> list[str]:
    """Every other column is a field, with its type."""
    lines: list[str] = []
    taken: set[str] = set()
    for column in columns:
        name = re.sub(r"^[^a-z]+", "", plain_name(column.name))
        if not name or name in taken or name in RESERVED:
            continue
        taken.add(name)
        lines += ["", f"[fields.{name}]", f"column = {_quoted(column.name)}"]
        lines += [f"type = {_quoted(column.type)}"] if column.type != "text" else []
        lines += _words(column) if column.type == "flag" else []
    return lines


def _consents(columns: Sequence[Column]) -> list[str]:
    if not columns:
        return []
    lines = ["", "[consent.email]", 'basis = "column"', f"column = {_quoted(columns[0].name)}"]
    return [*lines, *_words(columns[0]), 'evidence = ""                   # where is the proof kept?']


def _refusal(column: Column) -> list[str]:
    """A column that is no consent, and how it may be read as one: for a person to decide."""
    return [
        "",
        f"# By its name a yes in {_quoted(column.name)} means that they want no mail. Where that is so, their consent is:",
        *(
            f"# {line}"
            for line in (
                "[consent.email]",
                'basis = "column"',
                f"column = {_quoted(column.name)}",
                *_mapping(column.turned),
            )
        ),
    ]


def _words(column: Column) -> list[str]:
    """Yes and no in other words than ours."""
    return _mapping(column.other_words)


def _mapping(words: Mapping[str, str]) -> list[str]:
    listed = ", ".join(f"{_quoted(old)} = {_quoted(new)}" for old, new in sorted(words.items()))
    return [f"values = {{ {listed} }}"] if words else []


def _quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)
