"""A rescue that did not help is tried again under another name, once its last try has given way."""

from __future__ import annotations

from datetime import date

from topmind.model import PastTouch, TouchState
from topmind.planning.occasions import LEAD_TIME


def occurrence(since: int, *, untouched: bool, failed: int = 0) -> str:
    """The day of the last valuable touch, `never` where there was none.

    A rescue that did not help (`gives_way`) would else be the last one: `failed` of them make the next try another
    one (`2026-12-01/2`).
    """
    name = "never" if untouched else date.fromordinal(since).isoformat()
    return f"{name}/{failed + 1}" if failed else name


def gives_way(touch: PastTouch) -> int | None:
    """The day (an ordinal) from which a rescue of the ledger keeps no other back; None = it may have helped.

    What came too late or nobody did is over at once, what was skipped on the next day. What was refused, bounced or
    stays unproven has a lead time: proof may still come, an address may be mended, and nobody gets one a day.
    """
    day = touch.day.toordinal()
    match touch.state:
        case TouchState.EXPIRED | TouchState.MISSED:
            return 0
        case TouchState.SKIPPED:
            return day + 1
        case TouchState.REFUSED | TouchState.UNRESOLVED:
            return day + LEAD_TIME
        case _:
            return day + LEAD_TIME if touch.bounced else None
