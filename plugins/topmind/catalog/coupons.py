"""Which codes are personal: an offer says so for all that show it, a text for itself."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from topmind.model import Body, Catalog, PersonalCode


def personal_codes(catalog: Catalog) -> Mapping[str, PersonalCode]:
    """Code → how it is personal. An offer's `coupon: personal` goes before what a text says; then by path."""
    found: dict[str, PersonalCode] = {}
    for item in catalog.items.values():
        if item.personal_code and item.code:
            found[item.code] = PersonalCode(code=item.code, until=item.ends, item=item.id, path=item.path)
    for own in sorted(_written(catalog), key=lambda one: (one.path, one.line)):
        found.setdefault(own.code, own)
    return found


def _written(catalog: Catalog) -> Iterator[PersonalCode]:
    for body in bodies(catalog):
        yield from body.personal


def bodies(catalog: Catalog) -> Iterator[Body]:
    """Every text that is mailed."""
    for item in catalog.items.values():
        yield item.body
        yield from (send.body for send in item.sends if send.body)
    for letter in catalog.newsletters.values():
        yield letter.body
        yield from (issue.body for issue in letter.issues.values() if issue.body)
    for sequence in catalog.sequences.values():
        yield from (step.body for step in sequence.steps)
