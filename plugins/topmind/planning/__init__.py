"""What each contact gets when, and why not: cadence, occasions, policies, selection, the day loop."""

from topmind.planning.checks import check
from topmind.planning.corrections import with_occurrences
from topmind.planning.endings import ends_on
from topmind.planning.explain import Explanation, explain
from topmind.planning.planner import forecast, plan
from topmind.planning.senders import sender_for
from topmind.planning.surge import Surge, surge
from topmind.planning.window import Appearance, appearances, goes_after, next_dates

__all__ = [
    "Appearance",
    "Explanation",
    "Surge",
    "appearances",
    "check",
    "ends_on",
    "explain",
    "forecast",
    "goes_after",
    "next_dates",
    "plan",
    "sender_for",
    "surge",
    "with_occurrences",
]
