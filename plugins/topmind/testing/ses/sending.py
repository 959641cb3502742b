"""SendEmail: from the members of a request to an accepted message.

Source: "SendEmail", Amazon SES API v2 reference.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from topmind.testing.chance import chance
from topmind.testing.ses import mime
from topmind.testing.ses.inbox import Mail
from topmind.testing.ses.refusals import bad_request, not_simulated
from topmind.testing.ses.state import State


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """A request that is right in itself; whether the account may send it is not yet asked."""

    sender: str
    #: Bare addresses that must be verified: the sender's and those of From, Sender and Return-Path.
    addresses: frozenset[str]
    to: tuple[str, ...]
    raw: bytes
    headers: mime.Headers
    tags: Mapping[str, str]
    configuration_set: str
    operation: str
    contact_list: tuple[str, str]


def compose(members: Mapping[str, Any], state: State, unsubscribe_url: str) -> Draft:
    """Check the content of a request; RefusedError for what SES would not take.

    With list management `unsubscribe_url` is put in the place of the tag and into the headers of RFC 8058.
    """
    content = members["Content"]
    kinds = [kind for kind in ("Simple", "Raw", "Template") if kind in content]
    if len(kinds) != 1:
        raise bad_request("Exactly one of Simple, Raw and Template must be given.")
    if kinds == ["Template"]:
        raise not_simulated("SendEmail with a template")
    destination = {
        kind: members.get("Destination", {}).get(f"{kind}Addresses", []) for kind in ("To", "Cc", "Bcc")
    }
    tags = mime.check_tags(members.get("EmailTags", ()))
    options = members.get("ListManagementOptions", {})
    contact_list = (options.get("ContactListName", ""), options.get("TopicName", ""))
    if contact_list[0]:
        state.topic(*contact_list)
    url = unsubscribe_url if contact_list[0] else ""
    raw = content["Raw"]["Data"] if kinds == ["Raw"] else _simple(members, destination, url)
    if url:
        raw = mime.add_unsubscribe(raw, url)
    headers = mime.check_raw(raw)
    sender = members.get("FromEmailAddress") or mime.first(headers, "from")
    to = _recipients(destination, headers)
    if contact_list[0] and len(to) != 1:
        raise bad_request("Only one recipient is allowed with ListManagementOptions.")
    return Draft(
        sender=sender,
        addresses=_sender_addresses(sender, headers),
        to=to,
        raw=raw,
        headers=headers,
        tags=tags,
        configuration_set=members.get("ConfigurationSetName", ""),
        operation="SendRawEmail" if kinds == ["Raw"] else "SendEmail",
        contact_list=contact_list,
    )


def _simple(members: Mapping[str, Any], destination: Mapping[str, list[str]], unsubscribe_url: str) -> bytes:
    if not members.get("FromEmailAddress"):
        raise bad_request("FromEmailAddress is required with Simple content.")
    for address in (members["FromEmailAddress"], *members.get("ReplyToAddresses", ())):
        mime.addresses([address])
    for recipients in destination.values():
        mime.addresses(recipients)
    head = {
        "From": members["FromEmailAddress"],
        "To": ", ".join(destination["To"]),
        "Cc": ", ".join(destination["Cc"]),
        "Reply-To": ", ".join(members.get("ReplyToAddresses", ())),
    }
    return mime.build_simple(members["Content"]["Simple"], head, unsubscribe_url)


def _recipients(destination: Mapping[str, list[str]], headers: mime.Headers) -> tuple[str, ...]:
    """The envelope: the Destination where there is one, else To, Cc and Bcc of the message."""
    given = [address for kind in destination.values() for address in kind]
    to = mime.addresses(given or [value for name, value in headers if name.lower() in {"to", "cc", "bcc"}])
    if not to:
        raise bad_request("The message has no recipient: neither a Destination nor a To header.")
    if len(to) > mime.MOST_RECIPIENTS:
        raise bad_request(f"Recipient count exceeds {mime.MOST_RECIPIENTS}.")
    return to


def _sender_addresses(sender: str, headers: mime.Headers) -> frozenset[str]:
    """All that must be verified; the From header must be there, too ("Creating and verifying identities")."""
    written = mime.addresses([mime.first(headers, "from")] if mime.first(headers, "from") else [])
    if not written:
        raise bad_request("Missing required header 'From'.")
    if len(mime.addresses([sender])) != 1:
        raise bad_request("FromEmailAddress must be one address.")
    named = (sender, mime.first(headers, "sender"), mime.first(headers, "return-path"))
    return frozenset((*written, *mime.addresses(value for value in named if value)))


def accept(draft: Draft, *, number: int, seed: int, now: datetime) -> Mail:
    """The message as it is kept, with the id that SES answers."""
    return Mail(
        number=number,
        message_id=message_id(seed, number, now),
        to=draft.to,
        sender=draft.sender,
        raw=draft.raw,
        headers=draft.headers,
        tags=draft.tags,
        configuration_set=draft.configuration_set,
        at=now,
        operation=draft.operation,
        contact_list=draft.contact_list,
    )


def message_id(seed: int, number: int, now: datetime) -> str:
    """Sixty characters: region, milliseconds, something unique, as SES has them."""
    unique = f"{int(chance(seed, 'id', number) * 16**14):014x}{number:018x}"
    parts = (unique[:8], unique[8:12], unique[12:16], unique[16:20], unique[20:])
    return f"0100{int(now.timestamp() * 1000):012x}-{'-'.join(parts)}-000000"
