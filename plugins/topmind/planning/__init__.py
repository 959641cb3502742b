"""What each contact gets when, and why not: cadence, occasions, policies, selection, the day loop."""

from topmind.planning.call_backs import with_call_backs
from topmind.planning.checks import check
from topmind.planning.corrections import with_occurrences
from topmind.planning.endings import ends_on
from topmind.planning.explain import Explanation, explain
from topmind.planning.planner import forecast, plan
from topmind.planning.promises import promised, was_promised
from topmind.planning.proofs import (
    WantedProof,
    issue_moment,
    notice,
    proofs_ahead,
    proved_issues,
    wanted_proofs,
)
from topmind.planning.senders import sender_for, signers, written_senders
from topmind.planning.sends import check_sends
from topmind.planning.surge import Surge, approved, surge
from topmind.planning.window import Appearance, appearances, goes_after, next_dates

__all__ = [
    "Appearance",
    "Explanation",
    "Surge",
    "WantedProof",
    "appearances",
    "approved",
    "check",
    "check_sends",
    "ends_on",
    "explain",
    "forecast",
    "goes_after",
    "issue_moment",
    "next_dates",
    "notice",
    "plan",
    "promised",
    "proofs_ahead",
    "proved_issues",
    "sender_for",
    "signers",
    "surge",
    "wanted_proofs",
    "was_promised",
    "with_call_backs",
    "with_occurrences",
    "written_senders",
]
