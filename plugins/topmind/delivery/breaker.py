"""The circuit breaker: too many bounces or complaints stop the run, before Amazon stops the account.

Source: SES developer guide, "Reputation metrics": an account is reviewed at a bounce rate of 5 % and a complaint rate
of 0.1 %, paused at 10 % and 0.5 %. Small numbers prove nothing: five events among a hundred mails are the least.
"""

from __future__ import annotations

from topmind.ledger import Trouble

#: Mails and events without which nothing is judged.
LEAST_MAILS, LEAST_EVENTS = 100, 5
BOUNCES, COMPLAINTS = 0.05, 0.001


def tripped(trouble: Trouble) -> str:
    """Why nothing more should leave; "" = it may."""
    if trouble.accepted < LEAST_MAILS:
        return ""
    for number, limit, says in (
        (trouble.bounced, BOUNCES, "bounced for good"),
        (trouble.complained, COMPLAINTS, "were called spam"),
    ):
        if number >= LEAST_EVENTS and number > limit * trouble.accepted:
            share = 100 * number / trouble.accepted
            return f"{number} of the last {trouble.accepted} mails {says} ({share:.1f} %, and {100 * limit:g} % is too many)"
    return ""
