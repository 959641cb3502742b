"""Feedback that is silent: the last runs' mails to Amazon's own simulator went, and nothing was heard of them.

Then no bounce and no complaint is heard of either, and mails that are unknown stay so.
"""

from __future__ import annotations

from datetime import datetime, timedelta

#: So long feedback may be late; SES publishes an event within seconds as a rule, the queue keeps it for two weeks.
PATIENCE = timedelta(hours=1)
#: What to do.
FIX = (
    "Look whether the configuration set publishes to the topic, the topic to the queue, whether the queue keeps messages for "
    "14 days, and whether its dead-letter queue has some; then run `topmind feedback`."
)


def says(since: datetime) -> str:
    """`since`: when the first mail went that nothing was heard of (UTC)."""
    return f"feedback is dead: nothing was heard of the mail to Amazon's own simulator of {since:%Y-%m-%d %H:%M} UTC"
