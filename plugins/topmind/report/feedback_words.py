"""What was heard of one mail, as a person reads it."""

from __future__ import annotations

from topmind.ledger.feedback_values import HeardOf
from topmind.model import FeedbackKind

#: SES bounceType/bounceSubType → words (SES developer guide, "Bounce types").
_BOUNCES = {
    "Permanent/NoEmail": "there is no such mailbox",
    "Permanent/General": "for good",
    "Permanent/Suppressed": "SES has suppressed the address",
    "Permanent/OnAccountSuppressionList": "the account has suppressed the address",
    "Transient/General": "for now, or an automatic answer",
    "Transient/MailboxFull": "the mailbox is full",
    "Transient/MessageTooLarge": "the mail is too large for it",
    "Transient/ContentRejected": "its server did not like the text",
    "Transient/AttachmentRejected": "its server did not like an attachment",
}
#: Why an address is suppressed.
_SUPPRESSED = {
    "bounced": "the address bounced for good",
    "complained": "a mail was called spam",
    "soft_bounces": "five mails in a row came back, and none arrived between",
}
_ACTORS = {"human": "a person", "machine": "a machine", "unsure": "a person or a machine"}


def heard_of(one: HeardOf) -> str:
    """`2026-12-01 15:09 UTC  clicked tips/gutters (a person)`."""
    when = f"{one.at:%Y-%m-%d %H:%M} UTC"
    return f"{when}  {one.kind.value.replace('_', ' ')}{_more(one)}"


def suppressed_because(reason: str) -> str:
    """The reason of a suppression in words."""
    return _SUPPRESSED.get(reason, reason)


def _more(one: HeardOf) -> str:
    who = f" ({_ACTORS[one.actor]})" if one.actor in _ACTORS else ""
    match one.kind:
        case FeedbackKind.BOUNCED:
            known = _BOUNCES.get(one.detail) or ("for good" if one.permanent else "for now")
            return f" ({known})"
        case FeedbackKind.CLICKED:
            return f" {one.detail or 'a link'}{who}"
        case FeedbackKind.OPENED:
            return who
        case FeedbackKind.ANSWERED:
            return f": {one.detail}"
        case _:
            return f" ({one.detail})" if one.detail else ""
