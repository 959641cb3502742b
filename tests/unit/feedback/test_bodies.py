"""Bodies of queued messages: raw, in an envelope, and what is no event at all."""

from __future__ import annotations

import json

import pytest

from topmind.feedback import Dropped, read
from topmind.ledger import Feedback
from topmind.model import FeedbackKind
from topmind.testing.events import a_body, an_envelope


def understood(body: str) -> Feedback | Dropped:
    """Read for the ledger `test`."""
    return read(body, ledger="test", hashes=lambda address: (address.upper(),))


@pytest.mark.parametrize(
    "kind", ["Send", "Delivery", "Bounce", "Complaint", "Open", "Click", "Rendering Failure"]
)
def test_raw_and_enveloped_are_the_same(kind: str) -> None:
    """Whether SNS delivers raw or not."""
    found = understood(a_body(kind))
    assert isinstance(found, Feedback)
    assert understood(an_envelope(a_body(kind))) == found
    assert found.touch_hex == "ab" * 16


@pytest.mark.parametrize(
    "body",
    [
        "Successfully validated SNS topic for Amazon SES event publishing.",
        an_envelope("Successfully validated SNS topic for Amazon SES event publishing."),
        json.dumps(
            {"Type": "SubscriptionConfirmation", "Token": "x", "Message": "You have chosen to subscribe"}
        ),
        a_body(ledger="other"),
        an_envelope(a_body(ledger="other")),
    ],
    ids=[
        "greeting",
        "greeting in an envelope",
        "confirmation",
        "other ledger",
        "other ledger in an envelope",
    ],
)
def test_what_is_not_ours_is_foreign(body: str) -> None:
    """Greetings of the services, and mails of others in a shared account: nobody need look at them."""
    assert understood(body) is Dropped.FOREIGN


@pytest.mark.parametrize(
    "body",
    [
        "",
        "not json",
        "[]",
        "null",
        "{}",
        "[" * 100_000,
        an_envelope("not json"),
        an_envelope(an_envelope(a_body())),
        json.dumps({"Type": "Notification"}),
        a_body("SomethingNew"),
    ],
    ids=range(10),
)
def test_what_nobody_understands_is_unreadable(body: str) -> None:
    """It stays for the dead-letter queue: it may be evidence that a later version can read."""
    assert understood(body) is Dropped.UNREADABLE


def test_a_complaint_in_an_envelope_keeps_no_address() -> None:
    """Only its hash."""
    found = understood(an_envelope(a_body("Complaint", to="canary@example.com")))
    assert isinstance(found, Feedback)
    assert found.kind is FeedbackKind.COMPLAINED
    assert found.inbox == ("CANARY@EXAMPLE.COM",)  # what stands for a hash here
    assert "canary@" not in repr(found)
