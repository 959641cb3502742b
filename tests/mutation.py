"""One guard taken out, and the test that must notice (`acceptance/test_mutations.py` plays them)."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Mutation:
    """One guard taken out."""

    guard: str
    #: Of the package, with the text that is there exactly once, and what stands in its place.
    file: str
    old: str
    new: str
    #: Node id below `tests/`.
    test: str
