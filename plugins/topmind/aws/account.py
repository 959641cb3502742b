"""What Amazon SES says of the account, the senders' identities and the configuration set: facts for pre-flight.

Sources: SES API v2 reference, GetAccount, GetEmailIdentity, GetConfigurationSet,
GetConfigurationSetEventDestinations. All of these only read.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from topmind.aws.codes import code_of
from topmind.delivery.quota import Quota
from topmind.errors import OutOfReach, SendError

#: Events without which the ledger could not learn what became of a mail.
NEEDED_EVENTS = frozenset({"SEND", "DELIVERY", "BOUNCE", "COMPLAINT", "REJECT"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """One account in one region."""

    #: Out of the sandbox: may mail others than verified addresses.
    production: bool
    #: Sending is not paused.
    enabled: bool
    #: HEALTHY, PROBATION or SHUTDOWN.
    enforcement: str
    quota: Quota


@dataclass(frozen=True, slots=True, kw_only=True)
class Identity:
    """A domain or an address that mails are sent from."""

    name: str
    #: "" = SES does not know it.
    verified: bool
    #: Its DKIM signature is set up and on.
    dkim: bool
    #: Own MAIL FROM domain; "" = that of SES, which is not aligned with the sender.
    mail_from: str
    #: The MAIL FROM domain's MX and SPF records were found.
    mail_from_ok: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class EventPath:
    """A configuration set and where its events go."""

    exists: bool
    #: Its own sending is not paused.
    enabled: bool
    #: Event types that reach an SNS topic, the only way to the feedback queue.
    events: frozenset[str]


def quota(client: Any) -> Quota:
    """The account's limits now. Raises SendError where SES does not answer."""
    return account(client).quota


def account(client: Any) -> Account:
    """The account's state. Raises SendError where SES does not answer."""
    found = _asked(client.get_account)
    limits = found.get("SendQuota") or {}
    return Account(
        production=bool(found.get("ProductionAccessEnabled")),
        enabled=bool(found.get("SendingEnabled")),
        enforcement=str(found.get("EnforcementStatus") or ""),
        quota=Quota(
            rate=float(limits.get("MaxSendRate") or 0),
            per_day=float(limits.get("Max24HourSend") or 0),
            sent=float(limits.get("SentLast24Hours") or 0),
        ),
    )


def identities(client: Any, addresses: Iterable[str]) -> dict[str, Identity | None]:
    """Sender address → the identity that stands for it: its own where that exists, else its domain's; None = neither.

    Raises SendError where SES does not answer.
    """
    known: dict[str, Identity | None] = {}

    def look(name: str) -> Identity | None:
        if name not in known:
            found = _asked(client.get_email_identity, EmailIdentity=name)
            known[name] = _identity(name, found) if found else None
        return known[name]

    return {address: look(address) or look(address.rpartition("@")[2]) for address in addresses}


def _identity(name: str, found: Mapping[str, Any]) -> Identity:
    dkim, mail_from = found.get("DkimAttributes") or {}, found.get("MailFromAttributes") or {}
    return Identity(
        name=name,
        verified=bool(found.get("VerifiedForSendingStatus")),
        dkim=bool(dkim.get("SigningEnabled")) and dkim.get("Status") == "SUCCESS",
        mail_from=str(mail_from.get("MailFromDomain") or ""),
        mail_from_ok=mail_from.get("MailFromDomainStatus") == "SUCCESS",
    )


def event_path(client: Any, name: str) -> EventPath:
    """The configuration set `name`. Raises SendError where SES does not answer."""
    found = _asked(client.get_configuration_set, ConfigurationSetName=name)
    if not found:
        return EventPath(exists=False, enabled=False, events=frozenset())
    paths = _asked(client.get_configuration_set_event_destinations, ConfigurationSetName=name)
    return EventPath(
        exists=True,
        enabled=bool((found.get("SendingOptions") or {}).get("SendingEnabled", True)),
        events=frozenset(
            kind
            for path in paths.get("EventDestinations") or ()
            if path.get("Enabled") and path.get("SnsDestination")
            for kind in path.get("MatchingEventTypes") or ()
        ),
    )


def contact_list(client: Any, name: str) -> bool:
    """Whether SES knows a contact list of this name. Raises SendError where SES does not answer."""
    return bool(_asked(client.get_contact_list, ContactListName=name))


def _asked(call: Any, **named: str) -> Mapping[str, Any]:
    """The answer; {} where there is no such thing. Raises SendError with a reason that quotes no value, OutOfReach where
    there is no answer at all."""
    from botocore.exceptions import BotoCoreError, ClientError

    try:
        found: Mapping[str, Any] = call(**named)
    except ClientError as error:
        code = code_of(error) or "?"
        if code == "NotFoundException":
            return {}
        raise SendError(
            f"Amazon SES does not say how the account stands ({code}). Nobody was mailed.",
            where=_ACTIONS.get(call.__name__, call.__name__),
            fix="Allow this action in the role's policy, or correct the credentials.",
        ) from None
    except BotoCoreError as error:
        raise OutOfReach(
            f"Amazon SES cannot be reached ({type(error).__name__}). Nobody was mailed.",
            fix="Check the network, AWS_REGION and the credentials, then run again.",
        ) from None
    return found


_ACTIONS = {
    "get_account": "ses:GetAccount",
    "get_email_identity": "ses:GetEmailIdentity",
    "get_contact_list": "ses:GetContactList",
    "get_configuration_set": "ses:GetConfigurationSet",
    "get_configuration_set_event_destinations": "ses:GetConfigurationSetEventDestinations",
}
