"""Personal codes as they cross the ledger's border."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True, kw_only=True)
class Coupon:
    """One person's code, good once."""

    #: As the person reads it: `THANKS25-7K4F2Q9M`.
    code: str
    #: What it was made from: `THANKS25`.
    base: str
    #: What it was made for: an offer's item, or a source and its occurrence.
    scope: str
    #: Last day on which it is good; None = no end.
    until: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CouponRow:
    """A code as the ledger has it."""

    #: Source id; "" = erased since, the code is good all the same.
    contact: str
    coupon: Coupon
    #: Day on which the first mail with it left; None = none did yet.
    issued: date | None = None
    #: A mail with it left or may have left: its last day is said, and holds.
    gone: bool = False
    #: What the first mail was: `first-job/thank-you/once`.
    source: str = ""
    #: Day on which it was handed in.
    redeemed: date | None = None
