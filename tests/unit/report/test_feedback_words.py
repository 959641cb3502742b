"""What was heard of a mail, in words."""

from __future__ import annotations

import pytest

from topmind.ledger import HeardOf
from topmind.model import FeedbackKind
from topmind.report.feedback_words import heard_of, suppressed_because
from topmind.testing.events import SENT
from topmind.testing.sending import a_key


@pytest.mark.parametrize(
    ("kind", "over", "said"),
    [
        (FeedbackKind.DELIVERED, {}, "delivered"),
        (FeedbackKind.DELAYED, {"detail": "MailboxFull"}, "delayed (MailboxFull)"),
        (
            FeedbackKind.BOUNCED,
            {"detail": "Permanent/NoEmail", "permanent": True},
            "bounced (there is no such mailbox)",
        ),
        (FeedbackKind.BOUNCED, {"detail": "Undetermined/Undetermined"}, "bounced (for now)"),
        (FeedbackKind.BOUNCED, {"permanent": True}, "bounced (for good)"),
        (
            FeedbackKind.CLICKED,
            {"detail": "tips/gutters", "actor": "human"},
            "clicked tips/gutters (a person)",
        ),
        (FeedbackKind.CLICKED, {"actor": "machine"}, "clicked a link (a machine)"),
        (FeedbackKind.OPENED, {"actor": "unsure"}, "opened (a person or a machine)"),
        (FeedbackKind.NOT_RENDERED, {}, "not rendered"),
        (FeedbackKind.ANSWERED, {"detail": "happy"}, "answered: happy"),
    ],
)
def test_one_line_each(kind: FeedbackKind, over: dict[str, object], said: str) -> None:
    """When, what, and what more is known."""
    one = HeardOf(key=a_key(), touch_hex="ab", kind=kind, at=SENT, **over)  # type: ignore[arg-type]  # by kind
    assert heard_of(one) == f"2026-12-01 15:07 UTC  {said}"


def test_why_an_address_is_suppressed() -> None:
    """In words, and an unknown reason as it stands."""
    assert suppressed_because("soft_bounces") == "five mails in a row came back, and none arrived between"
    assert suppressed_because("by hand") == "by hand"
