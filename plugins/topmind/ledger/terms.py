"""Gap, ceilings, purpose and topics of a touch as one interned text, and what of them binds at the claim."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from topmind.ledger.database import day_number
from topmind.ledger.values import Row
from topmind.model import Ceiling, Channel, Purpose, Reason, Standing


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """What a plan said about one touch."""

    gap: int
    ceilings: tuple[Ceiling, ...]
    purpose: Purpose
    topics: tuple[str, ...]

    @property
    def window(self) -> int:
        """Days to look back, so that gap and every ceiling can be tested."""
        return max([self.gap, *(ceiling.days for ceiling in self.ceilings)])


def pack(row: Row) -> str:
    """The text that the ledger stores once per combination."""
    return json.dumps(
        {
            "gap": row.gap,
            "ceilings": [[c.channel.value if c.channel else None, c.count, c.days] for c in row.ceilings],
            "purpose": row.purpose.value,
            "topics": list(row.topics),
        },
        ensure_ascii=False,
        separators=(",", ":"),
    )


@lru_cache(maxsize=1024)
def unpack(text: str) -> Terms:
    """The terms in a stored text."""
    data = json.loads(text)
    return Terms(
        gap=data["gap"],
        ceilings=tuple(
            Ceiling(channel=Channel(channel) if channel else None, count=count, days=days)
            for channel, count, days in data["ceilings"]
        ),
        purpose=Purpose(data["purpose"]),
        topics=tuple(data["topics"]),
    )


def refusal(terms: Terms, standing: Standing, *, known: bool, active: bool, address: bool) -> Reason | None:
    """Why this person may never get this touch, tested now; None = they may."""
    marketing = terms.purpose is Purpose.MARKETING
    if not known or standing.erased:
        return Reason.ERASED
    if not active:
        return Reason.NOT_IN_SEGMENT
    if marketing and (standing.opted_out or not standing.off_topics.isdisjoint(terms.topics)):
        return Reason.NO_CONSENT
    if standing.suppressed:
        return Reason.SUPPRESSED
    return None if address else Reason.NO_CHANNEL


def delay(terms: Terms, standing: Standing, day: int, had: Sequence[tuple[int, Channel]]) -> Reason | None:
    """Why this person may not get this touch today; None = they may.

    `day` and the days in `had` (touches that happened or may have) are day numbers; a gap of 1 day allows
    touches on two days in a row, a ceiling counts its last `days` days with today.
    """
    if standing.paused_until and day < day_number(standing.paused_until):
        return Reason.PAUSED
    if any(abs(day - then) < terms.gap for then, _ in had):
        return Reason.GAP
    for ceiling in terms.ceilings:
        within = [c for then, c in had if 0 <= day - then < ceiling.days]
        if ceiling.channel is None and len(within) >= ceiling.count:
            return Reason.CEILING_ALL
        if ceiling.channel is not None and within.count(ceiling.channel) >= ceiling.count:
            return Reason.CEILING_CHANNEL
    return None
