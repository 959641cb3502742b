"""The policies in their one order: the first that says no is the reason.

The order is that of `model.Reason`; what a rule or a person decided for good stands right behind the segment.
Selection (`nothing_new`, `only_promotions`, `ratio`), `same_inbox` and `capacity` look at many contacts or at
items and run after these, in `selection`, `same_inbox` and `capacity`.
"""

from topmind.planning.policies import (
    blackout,
    ceiling,
    condition,
    consent,
    follow_up,
    gap,
    held,
    one_touch,
    paused,
    quiet,
    reach,
    segment,
    stop_when,
    stopped,
    suppressed,
)
from topmind.planning.policies.base import Policy

#: These do not change from day to day within one plan.
STATIC: tuple[Policy, ...] = (
    segment.POLICY,
    stop_when.POLICY,
    condition.POLICY,
    held.POLICY,
    follow_up.POLICY,
    stopped.POLICY,
    reach.POLICY,
    consent.POLICY,
    suppressed.POLICY,
)
#: These are asked anew on each day.
DAILY: tuple[Policy, ...] = (
    paused.POLICY,
    blackout.POLICY,
    quiet.POLICY,
    gap.POLICY,
    ceiling.OVER_ALL,
    ceiling.ON_CHANNEL,
    one_touch.POLICY,
)
#: What may still hold somebody when a day of rest is over.
LASTING: tuple[Policy, ...] = (gap.POLICY, ceiling.OVER_ALL, ceiling.ON_CHANNEL)
ORDER: tuple[Policy, ...] = STATIC + DAILY

__all__ = ["DAILY", "LASTING", "ORDER", "STATIC", "Policy"]
