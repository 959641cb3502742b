"""Contact lists, and the preferences of their contacts: the way to unsubscribe that SES offers itself.

Source: "Using list management" and "Using subscription management", Amazon SES developer guide.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from topmind.testing.ses.mime import check_address
from topmind.testing.ses.operations import Members, Operation, page
from topmind.testing.ses.refusals import RefusedError, already, bad_request, not_found
from topmind.testing.ses.state import State

#: Topics of one list.
MOST_TOPICS = 20
_NOT_SHOWN_IN_LIST = frozenset({"ContactListName", "AttributesData", "CreatedTimestamp"})


def create_contact_list(state: State, members: Members) -> dict[str, Any]:
    """The one contact list that an account may have."""
    name, topics = members["ContactListName"], members.get("Topics", [])
    if name in state.lists:
        raise already(f"List with name: {name} already exists.")
    if state.lists:
        raise RefusedError("LimitExceededException", "Maximum number of lists reached: 1.")
    if len(topics) > MOST_TOPICS or len({topic["TopicName"] for topic in topics}) < len(topics):
        raise bad_request(f"A list has at most {MOST_TOPICS} topics, each name once.")
    shown = {
        **members,
        "Topics": topics,
        "CreatedTimestamp": state.now(),
        "LastUpdatedTimestamp": state.now(),
    }
    state.lists[name] = {"list": shown, "contacts": {}}
    return {}


def get_contact_list(state: State, members: Members) -> dict[str, Any]:
    """A list and its topics."""
    return dict(state.contact_list(members["ContactListName"])["list"])


def create_contact(state: State, members: Members) -> dict[str, Any]:
    """One more contact, opted in and out as told."""
    address = members["EmailAddress"].lower()
    check_address(address)
    if address in state.contact_list(members["ContactListName"])["contacts"]:
        raise already(f"Contact {address} already exists in list.")
    _put(state, members, state.now())
    return {}


def update_contact(state: State, members: Members) -> dict[str, Any]:
    """New preferences in place of the old; what is left out is as if it had never been said."""
    created = _contact(state, members)["CreatedTimestamp"]
    _put(state, members, created)
    return {}


def get_contact(state: State, members: Members) -> dict[str, Any]:
    """A contact with its preferences and those that the topics give it."""
    return {
        **_contact(state, members),
        "TopicDefaultPreferences": _defaults(state, members["ContactListName"], _contact(state, members)),
    }


def list_contacts(state: State, members: Members) -> dict[str, Any]:
    """Contacts by address, in pages, by status and topic where asked."""
    name, wanted = members["ContactListName"], members.get("Filter", {})
    entries = []
    for _, contact in sorted(state.contact_list(name)["contacts"].items()):
        defaults = _defaults(state, name, contact)
        if _fits(contact, defaults, wanted):
            shown = {key: value for key, value in contact.items() if key not in _NOT_SHOWN_IN_LIST}
            entries.append({**shown, "TopicDefaultPreferences": defaults})
    return page("Contacts", entries, members)


def _fits(contact: Mapping[str, Any], defaults: list[dict[str, str]], wanted: Mapping[str, Any]) -> bool:
    status, topic = wanted.get("FilteredStatus"), wanted.get("TopicFilter", {})
    if status is None:
        return True
    if "TopicName" not in topic:
        return contact["UnsubscribeAll"] is (status == "OPT_OUT")
    said = [*contact["TopicPreferences"]]
    if topic.get("UseDefaultIfPreferenceUnavailable"):
        said += defaults
    return any(entry == {"TopicName": topic["TopicName"], "SubscriptionStatus": status} for entry in said)


def _put(state: State, members: Members, created: datetime) -> None:
    name = members["ContactListName"]
    for preference in members.get("TopicPreferences", ()):
        state.topic(name, preference["TopicName"])
    state.contact_list(name)["contacts"][members["EmailAddress"].lower()] = {
        "TopicPreferences": [],
        "UnsubscribeAll": False,
        **members,
        "CreatedTimestamp": created,
        "LastUpdatedTimestamp": state.now(),
    }


def _contact(state: State, members: Members) -> dict[str, Any]:
    address = members["EmailAddress"].lower()
    contacts: dict[str, dict[str, Any]] = state.contact_list(members["ContactListName"])["contacts"]
    if address not in contacts:
        raise not_found(f"{address} doesn't exist in List.")
    return contacts[address]


def _defaults(state: State, name: str, contact: Mapping[str, Any]) -> list[dict[str, str]]:
    """What topics say for those who have said nothing."""
    said = {entry["TopicName"] for entry in contact["TopicPreferences"]}
    return [
        {"TopicName": topic["TopicName"], "SubscriptionStatus": topic["DefaultSubscriptionStatus"]}
        for topic in state.lists[name]["list"]["Topics"]
        if topic["TopicName"] not in said
    ]


def opted_out(state: State, contact_list: tuple[str, str], address: str) -> bool:
    """Whether SES would bounce mail of this list and topic to this contact; somebody new is put on the list."""
    name, topic = contact_list
    members = {"ContactListName": name, "EmailAddress": address}
    if address.lower() not in state.contact_list(name)["contacts"]:
        _put(state, members, state.now())
    contact = _contact(state, members)
    statuses = {
        entry["TopicName"]: entry["SubscriptionStatus"]
        for entry in (*_defaults(state, name, contact), *contact["TopicPreferences"])
    }
    return bool(contact["UnsubscribeAll"]) or statuses.get(topic) == "OPT_OUT"


def unsubscribe(state: State, contact_list: tuple[str, str], address: str) -> dict[str, Any]:
    """Opt out of everything; the part of the Subscription event that tells what was and what is now."""
    name = contact_list[0]
    members = {"ContactListName": name, "EmailAddress": address}
    opted_out(state, contact_list, address)
    contact = _contact(state, members)
    before, topics = bool(contact["UnsubscribeAll"]), list(contact["TopicPreferences"])
    _put(
        state,
        {**members, "TopicPreferences": topics, "UnsubscribeAll": True},
        contact["CreatedTimestamp"],
    )
    said = [
        {
            "topicName": entry["TopicName"],
            "subscriptionStatus": entry["SubscriptionStatus"].title().replace("_", ""),
        }
        for entry in (*topics, *_defaults(state, name, contact))
    ]
    return {
        "contactList": name,
        "newTopicPreferences": {
            "unsubscribeAll": True,
            "topicSubscriptionStatus": [{**entry, "subscriptionStatus": "OptOut"} for entry in said],
        },
        "oldTopicPreferences": {"unsubscribeAll": before, "topicSubscriptionStatus": said},
    }


OPERATIONS: Mapping[str, Operation] = {
    "CreateContactList": create_contact_list,
    "GetContactList": get_contact_list,
    "CreateContact": create_contact,
    "UpdateContact": update_contact,
    "GetContact": get_contact,
    "ListContacts": list_contacts,
}
