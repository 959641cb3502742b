"""Events that Amazon SES publishes for a configuration set → our kinds. Pure: no queue, no network.

Source: "Examples of event data that Amazon SES publishes", Amazon SES developer guide. Events come twice and in
any order; times are the event's own, not the mail's.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any
from urllib.parse import urlsplit

from topmind.errors import LinkError
from topmind.feedback.actor import RULE_VERSION, actor, agent_family
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
#: Kinds that are about an address: bounced and complained suppress it, delivered speaks for it, unsubscribed is its no.
_OF_ADDRESS = frozenset({Kind.BOUNCED, Kind.COMPLAINED, Kind.DELIVERED, Kind.UNSUBSCRIBED})
#: `TouchKey.wire`; a message id and a detail, which no store must choke on.
_TOUCH, _PRINTABLE = re.compile(r"[0-9a-f]{32}"), re.compile(r"[ -~]+")
#: Characters kept of a detail.
_LONGEST = 120
#: Where an event names its recipients.
_RECIPIENTS = ("bouncedRecipients", "complainedRecipients", "recipients")
#: The end of a page's address on the resource site: nothing else of a link may stand in the ledger (it may be signed).
_PAGE = re.compile(
    r"/((?:articles|tips|promotions|events|spotlights|testimonials|experts|newsletters|pages)/[a-z0-9/-]+?)/?$"
)
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
    except (KeyError, TypeError, ValueError, AttributeError, IndexError, OverflowError):
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
    found = Feedback(
        touch_hex=_fitting(_TOUCH, tags["touch"][0]),
        kind=kind,
        at=at,
        message_id=_fitting(_PRINTABLE, mail["messageId"]),
        detail="".join(_PRINTABLE.findall(_detail(kind, details)))[:_LONGEST],
        permanent=kind is Kind.BOUNCED and details.get("bounceType") == "Permanent",
        inbox=_inbox(kind, details, mail, hashes),
        attempt=_attempt(tags),
    )
    return _judged(found, sent, details) if kind in {Kind.OPENED, Kind.CLICKED} else found


def _judged(event: Feedback, sent: datetime, details: Mapping[str, Any]) -> Feedback:
    """Who opened or clicked, and what a better rule needs to say it again; never the user agent or the IP address."""
    agent = str(details.get("userAgent") or "")
    return replace(
        event,
        actor=actor(event.kind, at=event.at, sent=sent, agent=agent).value,
        rule=RULE_VERSION,
        sent=sent,
        family=agent_family(agent),
    )


def _attempt(tags: Mapping[str, Any]) -> int:
    """Of the claim that it was sent for; 0 = the tag says no number."""
    said = str((tags.get("attempt") or [""])[0])
    return int(said) if said.isascii() and said.isdigit() and len(said) < 10 else 0


def _fitting(pattern: re.Pattern[str], said: Any) -> str:
    """Raises ValueError for a text of another form."""
    if not (isinstance(said, str) and pattern.fullmatch(said)):
        raise ValueError("not of this form")
    return said


def _moment(text: str) -> datetime:
    """An ISO time with its zone, in UTC; SES writes it with a Z."""
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None:
        raise ValueError("a time without a zone")
    return moment.astimezone(UTC)


def _all_off(details: Mapping[str, Any]) -> bool:
    return bool((details.get("newTopicPreferences") or {}).get("unsubscribeAll"))


def _inbox(
    kind: Kind, details: Mapping[str, Any], mail: Mapping[str, Any], hashes: Hashes
) -> tuple[str, ...]:
    """Hashes of the address that the event is about; () where it is about none, or about several: one message of
    ours has one recipient."""
    if kind not in _OF_ADDRESS:
        return ()
    named = (
        next((details[key] for key in _RECIPIENTS if details.get(key)), None) or mail.get("destination") or ()
    )
    who = {str(entry["emailAddress"] if isinstance(entry, Mapping) else entry) for entry in named}
    if len(who) != 1:
        return ()
    try:
        return tuple(hashes(who.pop()))
    except LinkError:
        return ()


def _detail(kind: Kind, details: Mapping[str, Any]) -> str:
    """What is worth keeping beside the kind: the link's id, the type of a bounce. No person's data."""
    if kind is Kind.CLICKED:
        return _link(details)
    if kind is Kind.BOUNCED:
        return f"{details.get('bounceType', '')}/{details.get('bounceSubType', '')}"
    if kind is Kind.COMPLAINED:
        return str(details.get("complaintFeedbackType") or "")
    return str(details.get("delayType") or "") if kind is Kind.DELAYED else ""


def _link(details: Mapping[str, Any]) -> str:
    """The id that the mail gave its link, else the page of the resource site, else the host alone."""
    named = (details.get("linkTags") or {}).get("link")
    if named:
        return str(named[0])
    address = urlsplit(str(details.get("link") or ""))
    page = _PAGE.search(address.path)
    return page[1] if page else (address.hostname or "")
