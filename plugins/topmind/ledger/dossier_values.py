"""Everything that a ledger holds of one person, as it crosses the border: for that person, and for a person's screen."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from topmind.ledger.coupon_values import CouponRow
from topmind.ledger.feedback_values import HeardOf
from topmind.ledger.values import Person
from topmind.model import Answer, PastTouch, Position


@dataclass(frozen=True, slots=True, kw_only=True)
class Word:
    """What somebody said of what a person wants or is."""

    #: `email`, `call` … (1 = no more of it), `topic:ID` (1 = off), `pause` (first day after it), `mark:NAME` (1, or
    #: its last day; 0 = taken off), `stage`.
    what: str
    value: str
    #: UTC; None = before the log of stages begins.
    at: datetime | None
    #: person, office, complaint, import, merge; of a stage also a name.
    by: str
    #: Of a stage that somebody of us said.
    why: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Note:
    """A note of the office."""

    #: UTC.
    at: datetime
    text: str = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Dossier:
    """One person. Hidden in repr: who they are, and what was written."""

    person: Person
    postal: tuple[str, ...] = field(repr=False)
    #: What holds now, and how it came to that, the oldest first: the evidence.
    words: tuple[Word, ...] = ()
    past: tuple[Word, ...] = ()
    #: What the export said when it was last read: channel → 1 = agreed, 0 = did not; `stage`.
    reported: Mapping[str, str] = field(default_factory=dict)
    #: Since when moves from stage to stage are written down (UTC); None = none is.
    stages_since: datetime | None = None
    #: Why nothing may be mailed to the address, and since when (UTC).
    suppressed: tuple[str, datetime] | None = None
    notes: tuple[Note, ...] = field(default=(), repr=False)
    positions: Mapping[str, Position] = field(default_factory=dict)
    touches: tuple[PastTouch, ...] = ()
    heard: tuple[HeardOf, ...] = ()
    answers: tuple[Answer, ...] = ()
    coupons: tuple[CouponRow, ...] = ()
    #: Whom they were known as besides, until `contacts merge`.
    merged: tuple[Person, ...] = field(default=(), repr=False)
