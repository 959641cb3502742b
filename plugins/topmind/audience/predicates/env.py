"""What a rule is read against: the day, the declared fields, the names that exist."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from topmind.audience.predicates.vocabulary import BUILT_IN, FIELD_TYPES, Type
from topmind.model import FieldSpec


@dataclass(frozen=True, slots=True, kw_only=True)
class Env:
    """Everything outside its own text that a rule's meaning depends on."""

    #: The company's day: relative dates count from here.
    as_of: date
    fields: Mapping[str, FieldSpec] = field(default_factory=dict)
    #: Segments that `in_segment` may name.
    segments: frozenset[str] = frozenset()

    @property
    def words(self) -> dict[str, Type]:
        """Every bare word a rule may use, with its type."""
        return {**BUILT_IN, **{name: FIELD_TYPES[spec.type] for name, spec in self.fields.items()}}

    def column(self, word: str) -> str:
        """Column of the session's `contacts` that holds a word."""
        return word if word in BUILT_IN else f"f_{word}"
