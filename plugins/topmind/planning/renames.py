"""Files that got another id: what the ledger knows by the old one is theirs (`was:`)."""

from __future__ import annotations

from dataclasses import dataclass, field

from topmind.model import Catalog


@dataclass(frozen=True, slots=True, kw_only=True)
class Names:
    """Old names → today's (`was:`), so that a renamed file keeps its past."""

    sources: dict[str, str] = field(default_factory=dict)
    #: (sequence, old step) → step.
    steps: dict[tuple[str, str], str] = field(default_factory=dict)


def names(catalog: Catalog) -> Names:
    """Every rename that the catalog declares."""
    made = Names()
    renamed = [(x.id, x.was) for x in catalog.newsletters.values()]
    renamed += [(x.id, x.was) for x in catalog.sequences.values()]
    renamed += [(x.id, x.was) for x in catalog.items.values()]
    for now, before in renamed:
        made.sources.update(dict.fromkeys(before, now))
    for sequence in catalog.sequences.values():
        for step in sequence.steps:
            made.steps.update(dict.fromkeys(((sequence.id, old) for old in step.was), step.id))
    return made
