"""The body of a queued message → the event in it: raw delivery, or inside the envelope of SNS.

Sources: Amazon SNS developer guide, "Raw message delivery" and "HTTP/HTTPS notification JSON format"; SES developer
guide, "Set up an Amazon SNS event destination".
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from topmind.feedback.ses import Dropped, Hashes, normalise
from topmind.ledger.values import Feedback

#: What SES publishes once when a destination is made; no event.
_HELLO = "Successfully validated SNS topic"
#: What SNS itself says to a new subscriber.
_OF_SNS = frozenset({"SubscriptionConfirmation", "UnsubscribeConfirmation"})


def read(body: str, *, ledger: str, hashes: Hashes) -> Feedback | Dropped:
    """One message as the ledger takes it, or why it is dropped. Never raises, never repeats what it read."""
    found = event(body)
    return found if isinstance(found, Dropped) else normalise(found, ledger=ledger, hashes=hashes)


def event(body: str) -> Mapping[str, Any] | Dropped:
    """The SES event in a body."""
    if body.startswith(_HELLO):
        return Dropped.FOREIGN
    found = _object(body)
    if found is None:
        return Dropped.UNREADABLE
    kind = found.get("Type")
    if kind in _OF_SNS:
        return Dropped.FOREIGN
    if kind == "Notification" and isinstance(found.get("Message"), str):
        return event(found["Message"]) if not found["Message"].startswith('{"Type"') else Dropped.UNREADABLE
    return found


def _object(text: str) -> Mapping[str, Any] | None:
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        return None
    return found if isinstance(found, dict) else None
