"""The operations beside SendEmail: account, identities, configuration sets, suppression.

Each takes the state, the members of the request and the moment, and gives the members of the answer.
Source: the operations of the same names, Amazon SES API v2 reference.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from topmind.testing.ses.mime import check_address
from topmind.testing.ses.refusals import already, bad_request, not_found
from topmind.testing.ses.state import ACCOUNT_ID, Account, Identity, State

Members = Mapping[str, Any]
Operation = Callable[[State, Members], dict[str, Any]]

#: Kinds of event destination; one of them each.
_DESTINATIONS = frozenset(
    {
        "KinesisFirehoseDestination",
        "CloudWatchDestination",
        "SnsDestination",
        "EventBridgeDestination",
        "PinpointDestination",
    }
)


def get_account(state: State, _members: Members) -> dict[str, Any]:
    """What the account may do, and how much of its quota is used."""
    return {
        "DedicatedIpAutoWarmupEnabled": False,
        "EnforcementStatus": "SHUTDOWN" if state.account is Account.SUSPENDED else "HEALTHY",
        "ProductionAccessEnabled": state.account is not Account.SANDBOX,
        "SendingEnabled": state.account in {Account.SANDBOX, Account.PRODUCTION},
        "SendQuota": {
            "Max24HourSend": float(state.quota),
            "MaxSendRate": float(state.rate),
            "SentLast24Hours": float(state.sent_last_24_hours(state.now())),
        },
        "SuppressionAttributes": {"SuppressedReasons": list(state.suppressed_reasons)},
    }


def create_email_identity(state: State, members: Members) -> dict[str, Any]:
    """A new identity, not verified yet: its DNS records or the click in its mail are missing."""
    name = members["EmailIdentity"].lower()
    if name in state.identities:
        raise already(f"Email identity {name} already exist.")
    if "@" in name:
        check_address(name)
    elif "." not in name:
        raise bad_request(f"Invalid domain name {name}.")
    made = state.identities[name] = Identity(name=name, verified=False, dkim="PENDING")
    return {
        "IdentityType": _kind(made),
        "VerifiedForSendingStatus": made.verified,
        "DkimAttributes": _dkim(made),
    }


def get_email_identity(state: State, members: Members) -> dict[str, Any]:
    """How far the verification of an identity is, with DKIM and MAIL FROM."""
    name = members["EmailIdentity"].lower()
    identity = state.identities.get(name)
    if identity is None:
        raise not_found(f"Email identity {name} does not exist.")
    found: dict[str, Any] = {
        "IdentityType": _kind(identity),
        "FeedbackForwardingStatus": True,
        "VerifiedForSendingStatus": identity.verified,
        "DkimAttributes": _dkim(identity),
        "Policies": {},
        "Tags": [],
        "VerificationStatus": "SUCCESS" if identity.verified else "PENDING",
    }
    if identity.mail_from:
        found["MailFromAttributes"] = {
            "MailFromDomain": identity.mail_from,
            "MailFromDomainStatus": identity.mail_from_status,
            "BehaviorOnMxFailure": identity.on_mx_failure,
        }
    return found


def list_email_identities(state: State, members: Members) -> dict[str, Any]:
    """All identities, by name, in pages."""
    entries = [
        {
            "IdentityType": _kind(identity),
            "IdentityName": identity.name,
            "SendingEnabled": identity.verified,
            "VerificationStatus": "SUCCESS" if identity.verified else "PENDING",
        }
        for _, identity in sorted(state.identities.items())
    ]
    return page("EmailIdentities", entries, members)


def _kind(identity: Identity) -> str:
    return "EMAIL_ADDRESS" if "@" in identity.name else "DOMAIN"


def _dkim(identity: Identity) -> dict[str, Any]:
    tokens = [f"{number}dkim{number}token" for number in (1, 2, 3)] if "@" not in identity.name else []
    return {
        "SigningEnabled": identity.dkim == "SUCCESS",
        "Status": identity.dkim,
        "Tokens": tokens,
        "SigningAttributesOrigin": "AWS_SES",
    }


def create_configuration_set(state: State, members: Members) -> dict[str, Any]:
    """A set without event destinations: nothing is published yet."""
    name = members["ConfigurationSetName"]
    if name in state.sets:
        raise already(f"Configuration set <{name}> already exists.")
    if not name or len(name) > 64 or not all(c.isascii() and (c.isalnum() or c in "_-") for c in name):
        raise bad_request("Invalid configuration set name.")
    state.sets[name] = []
    return {}


def get_configuration_set(state: State, members: Members) -> dict[str, Any]:
    """A set that exists; sending through it is on."""
    _set(state, members)
    return {
        "ConfigurationSetName": members["ConfigurationSetName"],
        "ReputationOptions": {"ReputationMetricsEnabled": True},
        "SendingOptions": {"SendingEnabled": True},
        "Tags": [],
    }


def create_event_destination(state: State, members: Members) -> dict[str, Any]:
    """From now on events of this set reach the simulator's sink."""
    destinations = _set(state, members)
    name, given = members["EventDestinationName"], members["EventDestination"]
    if name in {entry["Name"] for entry in destinations}:
        raise already(f"Event destination <{name}> already exists.")
    if len(_DESTINATIONS & set(given)) != 1:
        raise bad_request("Exactly one destination must be given.")
    if not given.get("MatchingEventTypes"):
        raise bad_request("MatchingEventTypes must not be empty.")
    destinations.append({"Enabled": False, **given, "Name": name})
    return {}


def get_event_destinations(state: State, members: Members) -> dict[str, Any]:
    """Where the events of a set go."""
    return {"EventDestinations": _set(state, members)}


def _set(state: State, members: Members) -> list[dict[str, Any]]:
    name = members["ConfigurationSetName"]
    if name not in state.sets:
        raise not_found(f"Configuration set <{name}> does not exist.")
    return state.sets[name]


def all_events(topic_arn: str = f"arn:aws:sns:us-east-1:{ACCOUNT_ID}:feedback") -> dict[str, Any]:
    """An event destination that gets everything, as the API shows it."""
    kinds = "SEND REJECT BOUNCE COMPLAINT DELIVERY OPEN CLICK RENDERING_FAILURE DELIVERY_DELAY SUBSCRIPTION"
    return {
        "Name": "feedback",
        "Enabled": True,
        "MatchingEventTypes": kinds.split(),
        "SnsDestination": {"TopicArn": topic_arn},
    }


def put_suppressed(state: State, members: Members) -> dict[str, Any]:
    """An address on the account's suppression list; the later reason counts."""
    check_address(members["EmailAddress"])
    state.suppress(members["EmailAddress"], members["Reason"], state.now())
    return {}


def get_suppressed(state: State, members: Members) -> dict[str, Any]:
    """Why and since when an address is on the list."""
    address = members["EmailAddress"].lower()
    if address not in state.suppressed:
        raise not_found(f"Email address {address} does not exist on your suppression list.")
    return {"SuppressedDestination": _suppressed(state, address)}


def delete_suppressed(state: State, members: Members) -> dict[str, Any]:
    """Off the list."""
    address = members["EmailAddress"].lower()
    if state.suppressed.pop(address, None) is None:
        raise not_found(f"Email address {address} does not exist on your suppression list.")
    return {}


def list_suppressed(state: State, members: Members) -> dict[str, Any]:
    """The list by address, in pages, by reason and time where asked."""
    reasons = members.get("Reasons", ["BOUNCE", "COMPLAINT"])
    start, end = members.get("StartDate"), members.get("EndDate")
    entries = [
        _suppressed(state, address)
        for address, entry in sorted(state.suppressed.items())
        if entry.reason in reasons and (not start or entry.at >= start) and (not end or entry.at <= end)
    ]
    return page("SuppressedDestinationSummaries", entries, members)


def _suppressed(state: State, address: str) -> dict[str, Any]:
    entry = state.suppressed[address]
    return {"EmailAddress": address, "Reason": entry.reason, "LastUpdateTime": entry.at}


def page(name: str, entries: list[dict[str, Any]], members: Members) -> dict[str, Any]:
    """One page of a list: at most PageSize (1 to 1000), from NextToken on."""
    size, token = members.get("PageSize", 1000), members.get("NextToken", "0")
    if not 1 <= size <= 1000:
        raise bad_request("PageSize must be between 1 and 1000.")
    if not token.isdigit():
        raise bad_request("The next token is not valid.")
    start = int(token)
    found: dict[str, Any] = {name: entries[start : start + size]}
    if start + size < len(entries):
        found["NextToken"] = str(start + size)
    return found


OPERATIONS: Mapping[str, Operation] = {
    "GetAccount": get_account,
    "CreateEmailIdentity": create_email_identity,
    "GetEmailIdentity": get_email_identity,
    "ListEmailIdentities": list_email_identities,
    "CreateConfigurationSet": create_configuration_set,
    "GetConfigurationSet": get_configuration_set,
    "CreateConfigurationSetEventDestination": create_event_destination,
    "GetConfigurationSetEventDestinations": get_event_destinations,
    "PutSuppressedDestination": put_suppressed,
    "GetSuppressedDestination": get_suppressed,
    "DeleteSuppressedDestination": delete_suppressed,
    "ListSuppressedDestinations": list_suppressed,
}
