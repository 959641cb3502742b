"""Events that Amazon SES publishes for a configuration set → our kinds. Pure: no queue, no network.

Source: "Examples of event data that Amazon SES publishes", Amazon SES developer guide. Events come twice and in
any order; times are the event's own, not the mail's.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from enum import StrEnum
from typing import Any

from topmind.feedback.actor import actor
from topmind.ledger.values import Feedback
from topmind.model import FeedbackKind as Kind

#: `eventType` → (our kind, the object of the event that holds its details). "Rendering Failure" has a space.
_KINDS: Mapping[str, tuple[Kind, str]] = {
    "Send": (Kind.SENT, "send"),
    "Delivery": (Kind.DELIVERED, "delivery"),
    "DeliveryDelay": (Kind.DELAYED, "deliveryDelay"),
    "Bounce": (Kind.BOUNCED, "bounce"),
    "Complaint": (Kind.COMPLAINED, "complaint"),
    "Reject": (Kind.REJECTED, "reject"),
    "Rendering Failure": (Kind.NOT_RENDERED, "failure"),
    "Open": (Kind.OPENED, "open"),
    "Click": (Kind.CLICKED, "click"),
    "Subscription": (Kind.UNSUBSCRIBED, "subscription"),
}
#: Address → its HMACs, newest key first (`links.address_hashes` with the ring bound).
Hashes = Callable[[str], Sequence[str]]


class Dropped(StrEnum):
    """Why an event is counted and dropped."""

    #: Another ledger's tag, or none: a shared account, a test mail.
    FOREIGN = "foreign"
    #: No SES event, or one without the parts that every event has.
    UNREADABLE = "unreadable"
    #: An event that says nothing to us (a re-subscription needs our own confirmation).
    NO_USE = "no_use"


def normalise(event: Mapping[str, Any], *, ledger: str, hashes: Hashes) -> Feedback | Dropped:
    """One event as the ledger takes it, or why it is dropped. Never raises, never repeats what it read."""
    try:
        return _read(event, ledger, hashes)
    except (KeyError, TypeError, ValueError, AttributeError, IndexError):
        return Dropped.UNREADABLE


def _read(event: Mapping[str, Any], ledger: str, hashes: Hashes) -> Feedback | Dropped:
    mail = event["mail"]
    tags = mail.get("tags") or {}
    if tags.get("ledger") != [ledger] or len(tags.get("touch", ())) != 1:
        return Dropped.FOREIGN
    kind, part = _KINDS[event["eventType"]]
    details = event.get(part) or {}
    if kind is Kind.UNSUBSCRIBED and not _all_off(details):
        return Dropped.NO_USE
    sent = _moment(mail["timestamp"])
    at = _moment(details.get("timestamp") or mail["timestamp"])
    who = _recipients(kind, details, mail)
    return Feedback(
        touch_hex=str(tags["touch"][0]),
        kind=kind,
        at=at,
        message_id=str(mail["messageId"]),
        detail=_detail(kind, details),
        actor=_actor(kind, at, sent, details),
        permanent=kind is Kind.BOUNCED and details.get("bounceType") == "Permanent",
        inbox=tuple(hashes(who[0])) if len(who) == 1 else (),
    )


def _moment(text: str) -> datetime:
    """An ISO time with its zone; SES writes UTC with a Z."""
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None:
        raise ValueError("a time without a zone")
    return moment


def _all_off(details: Mapping[str, Any]) -> bool:
    return bool((details.get("newTopicPreferences") or {}).get("unsubscribeAll"))


def _recipients(kind: Kind, details: Mapping[str, Any], mail: Mapping[str, Any]) -> tuple[str, ...]:
    """Addresses that a bounce or complaint names; one message of ours has one recipient."""
    if kind not in {Kind.BOUNCED, Kind.COMPLAINED}:
        return ()
    named = details.get("bouncedRecipients") or details.get("complainedRecipients") or ()
    found = tuple(str(entry["emailAddress"]) for entry in named)
    return found or tuple(str(address) for address in mail.get("destination", ()))


def _detail(kind: Kind, details: Mapping[str, Any]) -> str:
    """What is worth keeping beside the kind: the link's id, the type of a bounce. No person's data."""
    if kind is Kind.CLICKED:
        named = (details.get("linkTags") or {}).get("link") or [""]
        return str(named[0])
    if kind is Kind.BOUNCED:
        return f"{details.get('bounceType', '')}/{details.get('bounceSubType', '')}"
    if kind is Kind.COMPLAINED:
        return str(details.get("complaintFeedbackType") or "")
    return str(details.get("delayType") or "") if kind is Kind.DELAYED else ""


def _actor(kind: Kind, at: datetime, sent: datetime, details: Mapping[str, Any]) -> str:
    if kind not in {Kind.OPENED, Kind.CLICKED}:
        return ""
    return actor(kind, at=at, sent=sent, agent=str(details.get("userAgent") or "")).value
