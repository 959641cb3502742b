"""Personas: an ordinary reader, and the five who find what an ordinary one does not."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from decimal import Decimal, InvalidOperation

from topmind.audience import AudienceSpec
from topmind.model import FieldSpec, Members
from topmind.run.preview.nouns import Persona

SAMPLE = "sample"
#: Sixty letters, and one word in it that is too long for a line of a phone.
LONG = "Wolfeschlegelsteinhausenbergerdorff-Featherstonehaugh-Tamsin"
_RTL = "מרים בת־שבע"
_EMOJI = "Zoë 🌲👩‍🔧"
_SCRIPT = "<script>alert('Bolt & Sons')</script>"
#: Real ones that are offered for one edition.
REAL = 3


def made_up(spec: AudienceSpec) -> tuple[Persona, ...]:
    """Built from the declared fields and their samples; nothing of any contact."""
    plain = {name: _typed(field) for name, field in spec.fields.items()}
    first, last = _names(spec)
    words = _words(spec, {first, *last})

    def one(persona: str, title: str, says: str, **over: object) -> Persona:
        values = {**plain, **over}
        named = " ".join(str(values[part]) for part in (first, *last) if values.get(part))
        return Persona(id=persona, title=title, says=says, values=values, name=named or "Somebody")

    return (
        one(SAMPLE, "An ordinary reader", "Every field has its sample value."),
        one("no-name", "No first name", "The texts must read well without one.", **{first: None}),
        one("long-name", "A name of 60 letters", "Nothing may break out of its place.", **{first: LONG[:60]}),
        one(
            "right-to-left",
            "A right-to-left name",
            "Punctuation must stay where it belongs.",
            **{first: _RTL},
        ),
        one("emoji", "A name with emoji", "It must arrive as it was written.", **{first: _EMOJI}),
        one(
            "script",
            "“<script>” as company",
            f"Shows as letters in {_listed(words)}; nothing runs."
            if words
            else "No text field could hold it here.",
            **dict.fromkeys(words, _SCRIPT),
        ),
    )


def masked(members: Members, rows: Iterable[int], spec: AudienceSpec) -> tuple[Persona, ...]:
    """A few contacts of an edition, the same ones each time, with nothing of their names but first letters."""
    picked = sorted(rows, key=lambda row: key_of(members.ids[row]))[:REAL]
    return tuple(real(members, row, spec) for row in picked)


def real(members: Members, row: int, spec: AudienceSpec) -> Persona:
    """One contact, masked."""
    first, last = _names(spec)
    values = {name: column[row] for name, column in members.fields.items()}
    for name in {first, *last} & values.keys():
        values[name] = mask(str(values[name])) if values[name] else values[name]
    said = " ".join(str(values[name]) for name in (first, *last) if values.get(name))
    return Persona(
        id=key_of(members.ids[row]),
        title=said or "Somebody without a name",
        says="A contact of yours; names are masked.",
        values=values,
        name=said or "Somebody",
        real=True,
    )


def key_of(contact: str) -> str:
    """A contact in an address: twelve hex digits of a hash of the source id."""
    return hashlib.sha256(contact.encode()).hexdigest()[:12]


def mask(name: str) -> str:
    """`D…` for Dana."""
    return " ".join(f"{word[0]}…" for word in name.split())


def find(personas: Sequence[Persona], wanted: str) -> Persona | None:
    """The one with this id."""
    return next((one for one in personas if one.id == wanted), None)


def _names(spec: AudienceSpec) -> tuple[str, tuple[str, ...]]:
    """(the field of the first name, fields of the other parts of a name)."""
    columns = list(spec.contacts.name) if spec.contacts else []
    by_column = {field.column: name for name, field in spec.fields.items() if field.table == "contacts"}
    named = [by_column[column] for column in columns if column in by_column]
    first = "first_name" if "first_name" in spec.fields else named[0] if named else "first_name"
    return first, tuple(name for name in named if name != first)


def _words(spec: AudienceSpec, names: set[str]) -> tuple[str, ...]:
    """The field of a company's name; where none is declared, every other field that takes any text."""
    free = [
        name
        for name, field in spec.fields.items()
        if field.type == "text" and not field.values and name not in names and name != spec.sender_field
    ]
    company = [name for name in free if "company" in name or "business" in name]
    return tuple(company or free)


def _listed(words: Sequence[str]) -> str:
    return " and ".join(f"“{word}”" for word in words)


def _typed(field: FieldSpec) -> object:
    """A field's sample as a merge takes it; None where it has none, or one of another type."""
    text = field.sample.strip()
    try:
        kinds: Mapping[str, object] = {
            "date": lambda: date.fromisoformat(text),
            "number": lambda: Decimal(text),
            "money": lambda: Decimal(text),
            "flag": lambda: text.lower() in {"yes", "true", "1"},
        }
        make = kinds.get(field.type)
        return (make() if callable(make) else text) if text else None
    except (ValueError, InvalidOperation):
        return None
