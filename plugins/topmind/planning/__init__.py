"""What each contact gets when, and why not: cadence, occasions, policies, selection, the day loop."""

from topmind.planning.planner import plan
from topmind.planning.senders import sender_for

__all__ = ["plan", "sender_for"]
