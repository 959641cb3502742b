"""What Amazon SES itself remembers of addresses that must not be mailed, for a ledger that was restored.

Sources: SES API v2 reference, ListSuppressedDestinations (account level, pages of at most 1000, bounces and complaints)
and ListContacts (pages; a filter on OPT_OUT without a topic gives whoever left everything). Both only read.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from topmind.aws.codes import code_of
from topmind.errors import LinkError, SendError
from topmind.ledger import Suppression
from topmind.model import FeedbackKind

#: Addresses of one page.
PAGE = 1000
#: So many pages in all: a token that leads in a circle must not hold the run for ever.
PAGES = 10_000
_REASONS = {"BOUNCE": FeedbackKind.BOUNCED, "COMPLAINT": FeedbackKind.COMPLAINED}
_RIGHTS = {
    "list_suppressed_destinations": "ses:ListSuppressedDestinations",
    "list_contacts": "ses:ListContacts",
}
#: Address → its HMACs, newest key first.
Hashes = Callable[[str], Sequence[str]]


def suppressed(client: Any, since: datetime, hashes: Hashes) -> Iterator[Suppression]:
    """The account's suppression list since a moment (UTC). Raises SendError where SES does not say."""
    for one in _pages(client.list_suppressed_destinations, "SuppressedDestinationSummaries", StartDate=since):
        reason = _REASONS.get(str(one["Reason"]), FeedbackKind.BOUNCED)
        if names := _hashed(hashes, one["EmailAddress"]):
            yield Suppression(inbox=names, reason=reason, at=one["LastUpdateTime"])


def opted_out(client: Any, contact_list: str, hashes: Hashes) -> Iterator[Suppression]:
    """Whoever left all of a contact list. Raises SendError where SES does not say."""
    asked = {"ContactListName": contact_list, "Filter": {"FilteredStatus": "OPT_OUT"}}
    for one in _pages(client.list_contacts, "Contacts", **asked):
        if one.get("UnsubscribeAll") and (names := _hashed(hashes, one["EmailAddress"])):
            yield Suppression(inbox=names, reason=FeedbackKind.UNSUBSCRIBED, at=one["LastUpdatedTimestamp"])


def _hashed(hashes: Hashes, address: str) -> tuple[str, ...]:
    """() for what is no address to us."""
    try:
        return tuple(hashes(address))
    except LinkError:
        return ()


def _pages(call: Any, name: str, **asked: Any) -> Iterator[Mapping[str, Any]]:
    """Every entry of every page. Raises SendError with a reason that quotes no value."""
    more: dict[str, str] = {}
    for _ in range(PAGES):
        found = _asked(call, PageSize=PAGE, **asked, **more)
        try:
            yield from found.get(name) or ()
        except (KeyError, TypeError, AttributeError):
            raise _unclear(call, "an answer that cannot be read") from None
        if not found.get("NextToken"):
            if name not in found:
                raise _unclear(call, "an answer without its list")
            return
        more = {"NextToken": str(found["NextToken"])}
    raise _unclear(call, "a list without an end")


def _asked(call: Any, **asked: Any) -> Mapping[str, Any]:
    from botocore.exceptions import BotoCoreError, ClientError

    try:
        found: Mapping[str, Any] = call(**asked)
    except ClientError as error:
        raise _unclear(call, code_of(error) or "?") from None
    except BotoCoreError as error:
        raise _unclear(call, type(error).__name__) from None
    return found


def _unclear(call: Any, what: str) -> SendError:
    return SendError(
        f"Amazon SES does not say whom it suppresses ({what}).",
        where=_RIGHTS.get(call.__name__, call.__name__),
        fix="Allow this action in the role's policy, or correct the credentials.",
    )
