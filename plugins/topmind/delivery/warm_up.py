"""A warm-up: a domain that nobody knows yet begins small and doubles each day that it sends.

Mailbox providers judge a new sender by what it did before; a sudden first thousand looks like spam. Source: SES
developer guide, "Warming up dedicated IP addresses"; the same holds for the reputation of a domain.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

#: After so many days with mail the warm-up is over, however small it began.
DAYS = 14


def left(first: int, sent_per_day: Mapping[date, int], today: date) -> int | None:
    """How many mails may still leave today; None = the warm-up is over.

    `first`: mails of the first day; `sent_per_day`: of the last 35 days. A day counts where mail left.
    """
    days = sum(1 for day, sent in sent_per_day.items() if sent and day < today)
    if days >= DAYS:
        return None
    return max((first << days) - sent_per_day.get(today, 0), 0)
