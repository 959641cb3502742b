"""`on_unknown: resend` of an item, a newsletter or a step: read from the files at the tick, for what is unresolved then."""

from __future__ import annotations

from datetime import date

from topmind.ledger import Ledger
from topmind.model import Catalog, TouchKey, TouchState


def plan_again(ledger: Ledger, catalog: Catalog, day: date) -> int:
    """Plan again what is unresolved, was not sent again yet and may be; how many touches. `day`: the earliest local day
    of any contact."""
    found = [
        one.touch_hex
        for one in ledger.unproven()
        if one.state is TouchState.UNRESOLVED and not one.again and wanted(catalog, one.key)
    ]
    return ledger.resend(found, day)


def wanted(catalog: Catalog, key: TouchKey) -> bool:
    """Whether the file that a touch comes from says so now. A rescue comes from none."""
    if key.step is not None:
        sequence = catalog.sequences.get(key.source)
        return any(step.id == key.step and step.resend_line for step in sequence.steps) if sequence else False
    source = catalog.newsletters.get(key.source) or catalog.items.get(key.source)
    return source is not None and source.resend_line > 0
