"""Events as SES publishes them for a configuration set, for one message with one recipient.

Source: SES developer guide, "Examples of event data that Amazon SES publishes to Amazon SNS".
"""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any

#: When the mails of `an_event` were handed over.
SENT = datetime(2026, 12, 1, 15, 7, tzinfo=UTC)
#: `eventType` → the object with its details, where that is not the name in lower case.
_PARTS = {"Rendering Failure": "failure", "DeliveryDelay": "deliveryDelay"}


def an_event(
    kind: str = "Send",
    touch_hex: str = "ab" * 16,
    *,
    seconds: float = 60,
    sent: datetime = SENT,
    to: str = "ada@example.com",
    ledger: str = "test",
    attempt: int = 1,
    message_id: str = "",
    **details: Any,
) -> dict[str, Any]:
    """One event, `seconds` after the mail was handed over; `details` go into the object of its kind."""
    at = _iso(sent + timedelta(seconds=seconds))
    found: dict[str, Any] = {} if kind in {"Send", "Reject", "Rendering Failure"} else {"timestamp": at}
    match kind:
        case "Delivery":
            found |= {"recipients": [to], "processingTimeMillis": 546, "smtpResponse": "250 ok"}
        case "Bounce":
            found |= {
                "bounceType": "Permanent",
                "bounceSubType": "General",
                "bouncedRecipients": [{"emailAddress": to, "diagnosticCode": f"smtp; 550 5.1.1 <{to}>"}],
                "feedbackId": "f-1",
            }
        case "Complaint":
            found |= {"complainedRecipients": [{"emailAddress": to}], "complaintFeedbackType": "abuse"}
        case "DeliveryDelay":
            found |= {"delayType": "MailboxFull", "delayedRecipients": [{"emailAddress": to}]}
        case "Open" | "Click":
            found |= {"ipAddress": "192.0.2.7", "userAgent": "Mozilla/5.0 (iPhone; CPU iPhone OS 19_0)"}
            found |= {"link": "https://www.example.com/tips/gutters/"} if kind == "Click" else {}
        case "Subscription":
            found |= {"contactList": "list", "newTopicPreferences": {"unsubscribeAll": True}}
    return {
        "eventType": kind,
        "mail": {
            "timestamp": _iso(sent),
            "source": "dana@harborandpine.example",
            "messageId": message_id or f"m-{touch_hex[:8]}-{attempt}",
            "destination": [to],
            "headers": [{"name": "To", "value": to}, {"name": "Subject", "value": "Gutters"}],
            "commonHeaders": {"to": [to], "subject": "Gutters"},
            "tags": {
                "ses:configuration-set": ["topmind"],
                "ledger": [ledger],
                "touch": [touch_hex],
                "attempt": [str(attempt)],
            },
        },
        _PARTS.get(kind, kind.lower()): found | details,
    }


def a_body(kind: str = "Send", touch_hex: str = "ab" * 16, **over: Any) -> str:
    """The same as the body of a message with raw delivery."""
    return json.dumps(an_event(kind, touch_hex, **over))


def an_envelope(message: str) -> str:
    """The body of a message where SNS does not deliver raw."""
    return json.dumps(
        {
            "Type": "Notification",
            "MessageId": "22b80b92-fdea-4c2c-8f9d-bdfb0c7bf324",
            "TopicArn": "arn:aws:sns:us-east-1:123456789012:topmind",
            "Message": message,
            "Timestamp": _iso(SENT),
        }
    )


def _iso(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
