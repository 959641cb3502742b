"""Events in the very shape in which SES publishes them for a configuration set.

Source: "Contents of event data that Amazon SES publishes" and its examples, Amazon SES developer guide. Times of
what happens later lie a plausible while after the mail, however soon the event is published.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from html import unescape
from typing import Any

from topmind.testing.ses.inbox import Mail
from topmind.testing.ses.mime import addresses, first
from topmind.testing.ses.reactions import Reaction
from topmind.testing.ses.state import ACCOUNT_ID

Event = dict[str, Any]

#: Bytes of headers that an event carries at most.
MOST_HEADER_BYTES = 10 * 1024
#: Agent of every open and click: a phone, so that a click counts as a person's.
USER_AGENT = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_1 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko)"
_IP = "192.0.2.1"
#: Seconds after the mail. Opens and clicks stay clear of the first seconds, in which scanners come.
_AFTER = {
    "delivery": 1,
    "bounce": 2,
    "delay": 60,
    "open": 300,
    "click": 330,
    "unsubscribe": 600,
    "complaint": 3600,
}
_LINK = re.compile(r"<a\b([^>]*)>", re.IGNORECASE)
_ATTRIBUTE = re.compile(r"""([\w:-]+)\s*(?:=\s*(?:"([^"]*)"|'([^']*)'))?""")

#: Reaction → (bounceType, bounceSubType, status, diagnostic code).
_BOUNCES: Mapping[Reaction, tuple[str, str, str, str]] = {
    Reaction.BOUNCE: ("Permanent", "General", "5.1.1", "smtp; 550 5.1.1 user unknown"),
    Reaction.SOFT_BOUNCE: ("Transient", "MailboxFull", "4.2.2", "smtp; 452 4.2.2 mailbox full"),
    Reaction.SUPPRESSED: (
        "Permanent", "OnAccountSuppressionList", "5.1.1",
        "Amazon SES did not send the message to this address because it is on the suppression list for your account.",
    ),
    Reaction.GLOBALLY_SUPPRESSED: (
        "Permanent", "Suppressed", "5.1.1",
        "Amazon SES has suppressed sending to this address because it has a recent history of bouncing.",
    ),
    Reaction.OPTED_OUT: (
        "Permanent", "UnsubscribedRecipient", "5.1.1",
        "Amazon SES did not send the message to this address because the recipient is unsubscribed from the list.",
    ),
}  # fmt: skip
_DELIVERED = (
    frozenset(Reaction) - set(_BOUNCES) - {Reaction.REJECT, Reaction.RENDERING_FAILURE, Reaction.SILENT}
)


def events(mail: Mail, reactions: Mapping[str, tuple[Reaction, ...]]) -> Iterator[Event]:
    """Everything that is published for one message, in the order in which it happens.

    `reactions` has each recipient. Unsubscribing is not here: it changes the contact list (`subscription`).
    """
    said = {reaction for those in reactions.values() for reaction in those}
    if Reaction.REJECT in said:
        yield _event("Reject", mail, "reject", {"reason": "Bad content"})
        return
    if Reaction.RENDERING_FAILURE in said:
        failure = {
            "templateName": "template",
            "errorMessage": "Attribute 'first_name' is not present in the rendering data.",
        }
        yield _event("Rendering Failure", mail, "failure", failure)
        return
    yield _event("Send", mail, "send", {})
    for address, those in reactions.items():
        for reaction in those:
            if reaction in _BOUNCES:
                yield _bounce(mail, address, reaction)
        if Reaction.DELAY in those:
            yield _delay(mail, address)
        if _DELIVERED & set(those):
            yield _delivery(mail, address)
        if {Reaction.OPEN, Reaction.CLICK} & set(those):
            yield _event("Open", mail, "open", {"timestamp": _at(mail, "open"), **_WHO})
        if Reaction.CLICK in those:
            yield click(mail)
        if Reaction.COMPLAIN in those:
            yield _complaint(mail, address)


_WHO = {"userAgent": USER_AGENT, "ipAddress": _IP}


def click(mail: Mail, link: str = "") -> Event:
    """Somebody followed a link, the first that is tracked where none is named."""
    found = links(mail.html)
    target = link or next(iter(found), "https://example.com/")
    details = {"timestamp": _at(mail, "click"), **_WHO, "link": target, "linkTags": found.get(target)}
    return _event("Click", mail, "click", details)


def links(html: str) -> dict[str, dict[str, list[str]] | None]:
    """Tracked web links of an HTML part → their `ses:tags`; a link with `ses:no-track` is none."""
    found: dict[str, dict[str, list[str]] | None] = {}
    for tag in _LINK.findall(html):
        attributes = {name.lower(): unescape(a or b) for name, a, b in _ATTRIBUTE.findall(tag)}
        target = attributes.get("href", "")
        if target.startswith(("http://", "https://")) and "ses:no-track" not in attributes:
            pairs = [pair.partition(":") for pair in attributes.get("ses:tags", "").split(";") if pair]
            found.setdefault(target, {name.strip(): [value.strip()] for name, _, value in pairs} or None)
    return found


def subscription(mail: Mail, change: Mapping[str, Any]) -> Event:
    """A contact changed its preferences; `change` as `contacts.unsubscribe` gives it."""
    details = {**change, "timestamp": _at(mail, "unsubscribe"), "source": "UnsubscribeHeader"}
    return _event("Subscription", mail, "subscription", details)


def _bounce(mail: Mail, address: str, reaction: Reaction) -> Event:
    kind, subtype, status, says = _BOUNCES[reaction]
    recipient = {"emailAddress": address, "action": "failed", "status": status, "diagnosticCode": says}
    details = {
        "feedbackId": _feedback_id(mail),
        "bounceType": kind,
        "bounceSubType": subtype,
        "bouncedRecipients": [recipient],
        "timestamp": _at(mail, "bounce"),
        "reportingMTA": "dsn; a8-50.smtp-out.amazonses.com",
    }
    return _event("Bounce", mail, "bounce", details)


def _delay(mail: Mail, address: str) -> Event:
    recipient = {
        "emailAddress": address,
        "status": "4.4.1",
        "diagnosticCode": "smtp; 421 4.4.1 Unable to connect to remote host",
    }
    details = {
        "timestamp": _at(mail, "delay"),
        "delayType": "TransientCommunicationFailure",
        "expirationTime": stamp(mail.at + timedelta(hours=14)),
        "delayedRecipients": [recipient],
    }
    return _event("DeliveryDelay", mail, "deliveryDelay", details)


def _delivery(mail: Mail, address: str) -> Event:
    details = {
        "timestamp": _at(mail, "delivery"),
        "processingTimeMillis": 1000,
        "recipients": [address],
        "smtpResponse": "250 2.6.0 Message received",
        "reportingMTA": "a8-50.smtp-out.amazonses.com",
    }
    return _event("Delivery", mail, "delivery", details, {"ses:outgoing-ip": ["192.0.2.2"]})


def _complaint(mail: Mail, address: str) -> Event:
    """Providers do not say who complained: everybody of the message on that domain is named."""
    domain = address.rpartition("@")[2].lower()
    named = [other for other in mail.to if other.rpartition("@")[2].lower() == domain]
    details = {
        "feedbackId": _feedback_id(mail),
        "complaintSubType": None,
        "complainedRecipients": [{"emailAddress": other} for other in named],
        "timestamp": _at(mail, "complaint"),
        "userAgent": "Amazon SES Mailbox Simulator",
        "complaintFeedbackType": "abuse",
        "arrivalDate": _at(mail, "delivery"),
    }
    return _event("Complaint", mail, "complaint", details)


def _event(
    kind: str, mail: Mail, part: str, details: Mapping[str, Any], tags: Mapping[str, list[str]] | None = None
) -> Event:
    return {"eventType": kind, "mail": _mail(mail, tags or {}), part: dict(details)}


def _mail(mail: Mail, tags: Mapping[str, list[str]]) -> dict[str, Any]:
    """The part that every event has: which message this is about."""
    sender = addresses([mail.sender])[0]
    common: dict[str, Any] = {"from": [first(mail.headers, "from")]}
    for name in ("to", "cc"):
        if value := first(mail.headers, name):
            common[name] = [value]
    common |= {"messageId": mail.message_id, "subject": first(mail.headers, "subject")}
    headers, size = [], 0
    for name, value in mail.headers:
        size += len(name) + len(value)
        if size <= MOST_HEADER_BYTES:
            headers.append({"name": name, "value": value})
    return {
        "timestamp": stamp(mail.at),
        "source": mail.sender,
        "sourceArn": f"arn:aws:ses:us-east-1:{ACCOUNT_ID}:identity/{sender.rpartition('@')[2]}",
        "sendingAccountId": ACCOUNT_ID,
        "messageId": mail.message_id,
        "destination": list(mail.to),
        "headersTruncated": size > MOST_HEADER_BYTES,
        "headers": headers,
        "commonHeaders": common,
        "tags": {
            "ses:source-tls-version": ["TLSv1.3"],
            "ses:operation": [mail.operation],
            "ses:configuration-set": [mail.configuration_set],
            "ses:source-ip": [_IP],
            "ses:from-domain": [sender.rpartition("@")[2]],
            "ses:caller-identity": ["topmind"],
            **{name: [value] for name, value in mail.tags.items()},
            **tags,
        },
    }


def _at(mail: Mail, what: str) -> str:
    return stamp(mail.at + timedelta(seconds=_AFTER[what]))


def _feedback_id(mail: Mail) -> str:
    return f"{mail.message_id[:-6]}000001"


def stamp(moment: datetime) -> str:
    """A time as SES writes it: UTC, milliseconds, Z."""
    return f"{moment:%Y-%m-%dT%H:%M:%S}.{moment.microsecond // 1000:03d}Z"
