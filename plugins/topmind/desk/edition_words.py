"""Editions in words: what each one shows, and what tells it from its siblings."""

from __future__ import annotations

from collections.abc import Iterator

from topmind.model import Catalog
from topmind.run.preview import Coming, Showing
from topmind.run.preview.readers import titles


def described(catalog: Catalog | None, one: Coming) -> tuple[str, ...]:
    """What tells each edition of an occasion from its siblings, in words."""
    if catalog is None:
        return ("",) * len(one.showings)
    parts = [_parts(catalog, showing) for showing in one.showings]
    common = frozenset.intersection(*(frozenset(found) for found in parts)) if len(parts) > 1 else frozenset()
    return tuple(
        " · ".join([*_eyes(showing), *(words for words in found if words not in common)])
        for showing, found in zip(one.showings, parts, strict=True)
    )


def _eyes(showing: Showing) -> Iterator[str]:
    if showing.eyes:
        yield f"as {' and '.join(showing.eyes)}"
    elif showing.contacts is None:
        yield "as somebody in no segment"


def _parts(catalog: Catalog, showing: Showing) -> list[str]:
    member = catalog.team.get(showing.edition.sender)
    return [
        *(f"block “{block}”" for block in showing.blocks),
        *titles(catalog, showing.edition.items),
        f"signed by {member.name if member else showing.edition.sender}",
        *([f"in {showing.edition.language}"] if showing.edition.language != catalog.company.language else []),
    ]


def alone(catalog: Catalog | None, showing: Showing) -> str:
    """One edition in words."""
    return " · ".join([*_eyes(showing), *(_parts(catalog, showing) if catalog else [])])
