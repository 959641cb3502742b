"""The operations beside SendEmail, as a real boto3 client sees them."""

from __future__ import annotations

import json
from typing import Any

import pytest
from botocore import xform_name
from botocore.exceptions import ClientError
from botocore.loaders import Loader
from botocore.model import ServiceModel
from botocore.validate import ParamValidator

from ses_samples import a_send, a_simple
from topmind.testing.clock import FixedClock
from topmind.testing.ses import Account, Fault, FaultKind, Faults, SesSimulator

TOPICS = [
    {"TopicName": "tips", "DisplayName": "Tips", "DefaultSubscriptionStatus": "OPT_IN"},
    {"TopicName": "offers", "DisplayName": "Offers", "DefaultSubscriptionStatus": "OPT_OUT"},
]


def plain(answer: dict[str, Any]) -> dict[str, Any]:
    """An answer without what every answer has."""
    return {name: value for name, value in answer.items() if name != "ResponseMetadata"}


def fails(call: Any, **members: Any) -> str:
    """The name of the error that a call gets."""
    with pytest.raises(ClientError) as error:
        call(**members)
    return str(error.value.response["Error"]["Code"])


@pytest.mark.parametrize(
    ("state", "production", "enabled", "enforcement"),
    [
        (Account.PRODUCTION, True, True, "HEALTHY"),
        (Account.SANDBOX, False, True, "HEALTHY"),
        (Account.PAUSED, True, False, "HEALTHY"),
        (Account.SUSPENDED, True, False, "SHUTDOWN"),
    ],
)
def test_get_account(
    sim: SesSimulator, client: Any, state: Account, production: bool, enabled: bool, enforcement: str
) -> None:
    """What pre-flight reads before a run."""
    sim.state.account = state
    found = client.get_account()
    assert found["ProductionAccessEnabled"] is production
    assert found["SendingEnabled"] is enabled
    assert found["EnforcementStatus"] == enforcement
    assert found["SendQuota"] == {"Max24HourSend": 50_000.0, "MaxSendRate": 500.0, "SentLast24Hours": 0.0}
    assert found["SuppressionAttributes"] == {"SuppressedReasons": ["BOUNCE", "COMPLAINT"]}


def test_identities(sim: SesSimulator, client: Any) -> None:
    """Made, listed in pages, read with DKIM and MAIL FROM; verified by hand."""
    made = client.create_email_identity(EmailIdentity="Fresh.example")
    assert (made["IdentityType"], made["VerifiedForSendingStatus"]) == ("DOMAIN", False)
    assert len(made["DkimAttributes"]["Tokens"]) == 3
    assert client.create_email_identity(EmailIdentity="ada@example.net")["IdentityType"] == "EMAIL_ADDRESS"
    assert fails(client.create_email_identity, EmailIdentity="fresh.example") == "AlreadyExistsException"
    assert fails(client.create_email_identity, EmailIdentity="nodots") == "BadRequestException"
    page = client.list_email_identities(PageSize=2)
    assert [entry["IdentityName"] for entry in page["EmailIdentities"]] == ["ada@example.net", "example.com"]
    rest = client.list_email_identities(PageSize=2, NextToken=page["NextToken"])
    assert [entry["SendingEnabled"] for entry in rest["EmailIdentities"]] == [False]
    assert "NextToken" not in rest
    identity = sim.state.identities["fresh.example"]
    identity.verified, identity.dkim, identity.mail_from = True, "SUCCESS", "bounce.fresh.example"
    found = client.get_email_identity(EmailIdentity="fresh.example")
    assert found["VerifiedForSendingStatus"] is True
    assert found["VerificationStatus"] == "SUCCESS"
    assert found["DkimAttributes"]["Status"] == "SUCCESS"
    assert found["MailFromAttributes"] == {
        "MailFromDomain": "bounce.fresh.example",
        "MailFromDomainStatus": "SUCCESS",
        "BehaviorOnMxFailure": "USE_DEFAULT_VALUE",
    }
    assert fails(client.get_email_identity, EmailIdentity="other.example") == "NotFoundException"


def test_configuration_sets(client: Any) -> None:
    """Made, then given an event destination; neither twice."""
    client.create_configuration_set(ConfigurationSetName="fresh")
    assert fails(client.create_configuration_set, ConfigurationSetName="fresh") == "AlreadyExistsException"
    assert fails(client.create_configuration_set, ConfigurationSetName="not fine") == "BadRequestException"
    assert client.get_configuration_set(ConfigurationSetName="fresh")["SendingOptions"] == {
        "SendingEnabled": True
    }
    assert fails(client.get_configuration_set, ConfigurationSetName="other") == "NotFoundException"
    assert (
        client.get_configuration_set_event_destinations(ConfigurationSetName="fresh")["EventDestinations"]
        == []
    )
    topic = {"SnsDestination": {"TopicArn": "arn:aws:sns:us-east-1:123456789012:t"}}
    given = {"Enabled": True, "MatchingEventTypes": ["SEND", "BOUNCE"], **topic}
    members = {"ConfigurationSetName": "fresh", "EventDestinationName": "f"}
    client.create_configuration_set_event_destination(**members, EventDestination=given)
    call = client.create_configuration_set_event_destination
    assert fails(call, **members, EventDestination=given) == "AlreadyExistsException"
    other = {"ConfigurationSetName": "fresh", "EventDestinationName": "g"}
    assert fails(call, **other, EventDestination={"MatchingEventTypes": ["SEND"]}) == "BadRequestException"
    assert fails(call, **other, EventDestination={**topic, "MatchingEventTypes": []}) == "BadRequestException"
    assert (
        fails(call, **other, EventDestination={**topic, "MatchingEventTypes": ["X"]}) == "BadRequestException"
    )
    found = client.get_configuration_set_event_destinations(ConfigurationSetName="fresh")
    assert found["EventDestinations"] == [{"Name": "f", **given}]


def test_suppression(client: Any, clock: FixedClock) -> None:
    """Put, read, listed by reason and time, deleted; letters' case does not matter."""
    client.put_suppressed_destination(EmailAddress="Ada@example.org", Reason="BOUNCE")
    clock.advance(days=1)
    client.put_suppressed_destination(EmailAddress="bob+x@example.org", Reason="COMPLAINT")
    found = client.get_suppressed_destination(EmailAddress="ada@example.org")["SuppressedDestination"]
    assert (found["EmailAddress"], found["Reason"]) == ("ada@example.org", "BOUNCE")
    assert found["LastUpdateTime"].isoformat() == "2026-12-01T15:07:00+00:00"
    assert client.get_suppressed_destination(EmailAddress="bob+x@example.org")

    def listed(**members: Any) -> list[str]:
        found = client.list_suppressed_destinations(**members)["SuppressedDestinationSummaries"]
        return [entry["EmailAddress"] for entry in found]

    assert listed() == ["ada@example.org", "bob+x@example.org"]
    assert listed(Reasons=["COMPLAINT"]) == ["bob+x@example.org"]
    assert listed(StartDate=clock.now()) == ["bob+x@example.org"]
    assert listed(EndDate=clock.now()) == ["ada@example.org", "bob+x@example.org"]
    assert listed(PageSize=1) == ["ada@example.org"]
    client.delete_suppressed_destination(EmailAddress="ADA@example.org")
    assert fails(client.get_suppressed_destination, EmailAddress="ada@example.org") == "NotFoundException"
    assert fails(client.delete_suppressed_destination, EmailAddress="ada@example.org") == "NotFoundException"
    call = client.put_suppressed_destination
    assert fails(call, EmailAddress="ada@example.org", Reason="WHIM") == "BadRequestException"
    assert fails(client.list_suppressed_destinations, PageSize=0) == "BadRequestException"
    assert fails(client.list_suppressed_destinations, NextToken="x") == "BadRequestException"


def test_contact_lists(client: Any, clock: FixedClock) -> None:
    """One list an account, its topics, contacts and what they want."""
    client.create_contact_list(ContactListName="all", Topics=TOPICS, Description="Everybody")
    assert fails(client.create_contact_list, ContactListName="all") == "AlreadyExistsException"
    assert fails(client.create_contact_list, ContactListName="more") == "LimitExceededException"
    found = client.get_contact_list(ContactListName="all")
    assert (found["Topics"], found["CreatedTimestamp"]) == (TOPICS, clock.now())
    assert fails(client.get_contact_list, ContactListName="more") == "NotFoundException"
    ada = {"ContactListName": "all", "EmailAddress": "ada@example.org"}
    client.create_contact(**ada, AttributesData='{"a": 1}')
    assert fails(client.create_contact, **ada) == "AlreadyExistsException"
    wrong = [{"TopicName": "news", "SubscriptionStatus": "OPT_IN"}]
    assert fails(client.update_contact, **ada, TopicPreferences=wrong) == "BadRequestException"
    client.create_contact(ContactListName="all", EmailAddress="bob@example.org", UnsubscribeAll=True)
    clock.advance(days=1)
    client.update_contact(
        **ada, TopicPreferences=[{"TopicName": "offers", "SubscriptionStatus": "OPT_IN"}], AttributesData="{}"
    )
    found = client.get_contact(**ada)
    assert found["TopicPreferences"] == [{"TopicName": "offers", "SubscriptionStatus": "OPT_IN"}]
    assert found["TopicDefaultPreferences"] == [{"TopicName": "tips", "SubscriptionStatus": "OPT_IN"}]
    assert (found["UnsubscribeAll"], found["AttributesData"]) == (False, "{}")
    assert (
        found["LastUpdatedTimestamp"] - found["CreatedTimestamp"] == clock.now() - found["CreatedTimestamp"]
    )
    gone = {"ContactListName": "all", "EmailAddress": "eve@example.org"}
    assert fails(client.get_contact, **gone) == fails(client.update_contact, **gone) == "NotFoundException"

    def listed(**wanted: Any) -> list[str]:
        found = client.list_contacts(ContactListName="all", Filter=wanted)["Contacts"]
        return [entry["EmailAddress"] for entry in found]

    assert listed() == ["ada@example.org", "bob@example.org"]
    assert listed(FilteredStatus="OPT_OUT") == ["bob@example.org"]
    offers = {"TopicName": "offers"}
    assert listed(FilteredStatus="OPT_IN", TopicFilter=offers) == ["ada@example.org"]
    assert listed(FilteredStatus="OPT_OUT", TopicFilter=offers) == []
    default = {**offers, "UseDefaultIfPreferenceUnavailable": True}
    assert listed(FilteredStatus="OPT_OUT", TopicFilter=default) == ["bob@example.org"]


def test_list_management_puts_the_link_in(sim: SesSimulator, client: Any) -> None:
    """In Raw and Simple, body and headers; whoever is new gets onto the list."""
    client.create_contact_list(ContactListName="all", Topics=TOPICS)
    options = {"ContactListName": "all", "TopicName": "tips"}
    body = {"Html": {"Data": '<a href="{{amazonSESUnsubscribeUrl}}">stop</a>'}}
    client.send_email(**a_simple(Body=body), ListManagementOptions=options)
    raw = a_send()["Content"]["Raw"]["Data"].replace(
        b"https://example.com/u/token", b"{{amazonSESUnsubscribeUrl}}"
    )
    raw = b"List-Unsubscribe: <https://own.example>\r\n" + raw
    client.send_email(**a_send(raw=raw), ListManagementOptions=options)
    for mail in sim.inbox:
        url = f"{sim.url}/_sim/unsubscribe/{mail.number}"
        assert f'href="{url}"' in mail.html
        assert mail.message.get_all("list-unsubscribe") == [f"<{url}>"]
        assert mail.message["list-unsubscribe-post"] == "List-Unsubscribe=One-Click"
    assert client.get_contact(ContactListName="all", EmailAddress="sam@example.org")


def test_list_management_has_its_limits(client: Any) -> None:
    """One recipient, a list and a topic that exist."""
    client.create_contact_list(ContactListName="all", Topics=TOPICS)
    send = client.send_email
    options = {"ContactListName": "all"}
    two = a_send(to=["a@example.org", "b@example.org"])
    assert fails(send, **two, ListManagementOptions=options) == "BadRequestException"
    assert (
        fails(send, **a_send(), ListManagementOptions={**options, "TopicName": "x"}) == "BadRequestException"
    )
    assert fails(send, **a_send(), ListManagementOptions={"ContactListName": "x"}) == "NotFoundException"


def test_what_is_not_simulated_says_so(client: Any) -> None:
    """An operation of SES, and templates, named in the error; no client tries them again."""
    with pytest.raises(ClientError, match="does not have the operation ListContactLists") as error:
        client.list_contact_lists()
    assert error.value.response["ResponseMetadata"]["HTTPStatusCode"] == 501
    assert fails(client.send_email, **a_send(Content={"Template": {"TemplateName": "t"}})) == (
        "NotImplementedException"
    )


def test_other_operations_may_fail_too(sim: SesSimulator, client: Any) -> None:
    """Pre-flight must fail closed when the account cannot be read."""
    sim.faults = Faults(operations={"GetAccount": Fault(kind=FaultKind.EXPIRED)})
    assert fails(client.get_account) == "ExpiredTokenException"
    assert client.get_configuration_set(ConfigurationSetName="news")


def test_answers_fit_the_model(sim: SesSimulator, client: Any) -> None:
    """No answer has a member, or a value, that SES would not give."""
    service = ServiceModel(Loader().load_service_model("sesv2", "service-2"))
    client.create_contact_list(ContactListName="all", Topics=TOPICS)
    client.create_contact(ContactListName="all", EmailAddress="ada@example.org")
    client.put_suppressed_destination(EmailAddress="ada@example.org", Reason="BOUNCE")
    calls: dict[str, dict[str, Any]] = {
        "GetAccount": {},
        "GetEmailIdentity": {"EmailIdentity": "example.com"},
        "ListEmailIdentities": {},
        "GetConfigurationSet": {"ConfigurationSetName": "news"},
        "GetConfigurationSetEventDestinations": {"ConfigurationSetName": "news"},
        "GetSuppressedDestination": {"EmailAddress": "ada@example.org"},
        "ListSuppressedDestinations": {},
        "GetContactList": {"ContactListName": "all"},
        "GetContact": {"ContactListName": "all", "EmailAddress": "ada@example.org"},
        "ListContacts": {"ContactListName": "all"},
        "SendEmail": a_send(),
    }
    raw: dict[str, bytes] = {}
    client.meta.events.register(
        "before-parse.sesv2",
        lambda operation_model, response_dict, **_: raw.update({operation_model.name: response_dict["body"]}),
    )
    for name, members in calls.items():
        answer = plain(getattr(client, str(xform_name(name)))(**members))
        shape = service.operation_model(name).output_shape
        assert answer, name
        assert not ParamValidator().validate(answer, shape).has_errors(), name
        # botocore drops what it does not know: compare with what was on the wire
        assert sorted(_keys(json.loads(raw[name]))) == sorted(_keys(answer)), name


def _keys(value: Any) -> list[str]:
    if isinstance(value, dict):
        return [*value, *(key for entry in value.values() for key in _keys(entry))]
    if isinstance(value, list):
        return [key for entry in value for key in _keys(entry)]
    return []
