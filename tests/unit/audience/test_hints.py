"""What people write before they know the language of rules, and what they are told to write."""

from __future__ import annotations

import pytest

from topmind.audience.predicates.hints import hint
from topmind.audience.predicates.parse import RuleError, parse_rule


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("town = Tern Harbor", "Write text between single quotation marks: town = 'Tern Harbor'."),
        ("town is Tern Harbor", "Write `town = 'Tern Harbor'`."),
        ("last_purchase() < 90 days", "Write `days_ago(90)`."),
        ("last_purchase() > 3 months ago", "Write `days_ago(90)`."),
        ("first purchase", "Write `first_purchase()`."),
        ("revenue() > $1,000", "Write amounts as plain digits: 1000."),
        ("(purchases() > 0", "Look at brackets and quotation marks"),
    ],
)
def test_first_tries(text: str, says: str) -> None:
    """Each is refused with the rule that was meant."""
    with pytest.raises(RuleError) as caught:
        parse_rule(text)
    assert caught.value.fix.startswith(says)


def test_nothing_comes_to_mind() -> None:
    """No hint is better than a wrong one."""
    assert hint("purchases() >> 3") is None
    assert hint("town is not null") is None
