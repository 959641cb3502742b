"""The other way to leave: where there are no live pages, SES's subscription management makes the links.

SES replaces its tag in `Simple` content and adds the headers of RFC 8058 itself, so such a mail is not byte for byte the
one that the outbox shows: SES builds the MIME. Limits: one contact list an account, everything or nothing (no topics, no
pause), a page of Amazon's, no answers to a step's question. Source: SES developer guide, "Using subscription management".
"""

from __future__ import annotations

from email import message_from_bytes, policy
from typing import Any

from topmind.model import UNSUBSCRIBE_AT_PROVIDER

#: What SES replaces by its link.
TAG = "{{amazonSESUnsubscribeUrl}}"
#: Headers that SES writes itself from members of the request.
_MEMBERS = {"from", "to", "reply-to", "subject", "date", "message-id", "mime-version"}


def simple(raw: bytes) -> dict[str, Any]:
    """The members of a SendEmail with `Simple` content that says what the built message says."""
    mail: Any = message_from_bytes(raw, policy=policy.SMTP)
    body = {
        kind: {"Data": part.get_content().replace(UNSUBSCRIBE_AT_PROVIDER, TAG), "Charset": "UTF-8"}
        for kind, subtype in (("Text", "plain"), ("Html", "html"))
        if (part := mail.get_body((subtype,))) is not None
    }
    own = [
        {"Name": name, "Value": str(value)}
        for name, value in mail.items()
        if name.lower() not in _MEMBERS and not name.lower().startswith("content-")
    ]
    content: dict[str, Any] = {"Subject": {"Data": str(mail["Subject"]), "Charset": "UTF-8"}, "Body": body}
    if own:
        content["Headers"] = own
    found: dict[str, Any] = {"FromEmailAddress": _encoded(mail["From"]), "Content": {"Simple": content}}
    if mail["Reply-To"]:
        found["ReplyToAddresses"] = [str(mail["Reply-To"])]
    return found


def _encoded(header: Any) -> str:
    """A From header as it stands on the wire: a name that is not ASCII as RFC 2047 words."""
    folded: str = header.fold(policy=policy.SMTP.clone(max_line_length=None))
    return folded.partition(":")[2].strip()
