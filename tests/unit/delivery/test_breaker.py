"""The breaker: too many bounces or complaints stop the run; small numbers prove nothing."""

from __future__ import annotations

import pytest

from topmind.delivery import breaker
from topmind.ledger import Trouble


@pytest.mark.parametrize(
    ("accepted", "bounced", "complained", "says"),
    [
        (1000, 50, 0, ""),
        (1000, 51, 0, "51 of the last 1000 mails bounced for good (5.1 %, and 5 % is too many)"),
        (99, 99, 99, ""),
        (100, 5, 0, ""),
        (100, 6, 0, "bounced for good"),
        (3000, 0, 4, ""),
        (3000, 0, 5, "5 of the last 3000 mails were called spam (0.2 %, and 0.1 % is too many)"),
        (5000, 0, 5, ""),
        (0, 0, 0, ""),
    ],
)
def test_what_trips_it(accepted: int, bounced: int, complained: int, says: str) -> None:
    """Above 5 % bounces or 0.1 % complaints, of at least a hundred mails and five events."""
    found = breaker.tripped(Trouble(accepted=accepted, bounced=bounced, complained=complained))
    assert says in found
    assert bool(found) == bool(says)
