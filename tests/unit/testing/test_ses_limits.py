"""What Amazon SES does not take: each limit of the model, and each that the model does not state."""

from __future__ import annotations

import http.client
import json
from typing import Any
from urllib.parse import urlsplit

import pytest
from botocore.exceptions import ClientError

from ses_samples import a_raw, a_send, a_simple
from topmind.testing.ses import SesSimulator
from topmind.testing.ses.mime import MOST_BYTES, check_raw
from topmind.testing.ses.refusals import RefusedError

MULTIPART = 'multipart/alternative; boundary="b1"'


def refused(client: Any, request: dict[str, Any]) -> str:
    """The text of the BadRequestException that a request gets."""
    with pytest.raises(ClientError) as error:
        client.send_email(**request)
    assert error.value.response["Error"]["Code"] == "BadRequestException"
    assert error.value.response["ResponseMetadata"]["HTTPStatusCode"] == 400
    return str(error.value.response["Error"]["Message"])


def header(name: str, value: str) -> dict[str, Any]:
    """A Simple request with one own header."""
    return a_simple(Headers=[{"Name": name, "Value": value}])


@pytest.mark.parametrize(
    ("request_", "says"),
    [
        (a_simple(Headers=[{"Name": f"X-{n}", "Value": "1"} for n in range(16)]), "less than or equal to 15"),
        (header("", "1"), "greater than or equal to 1"),
        (header("X-" + "a" * 125, "1"), "less than or equal to 126"),
        (header("X A", "1"), "regular expression"),
        (header("X-A", ""), "greater than or equal to 1"),
        (header("X-A", "a" * 996), "less than or equal to 995"),
        (header("X-A", "naïve"), "regular expression"),
        (header("X-A", "a\r\nBcc: eve@example.net"), "regular expression"),
        (a_send(ListManagementOptions={"TopicName": "tips"}), "ContactListName"),
        (a_simple(Subject={"Data": "x", "Charset": 1}), "Charset"),
        (a_send(FromEmailAddressIdentityArn=""), "greater than or equal to 1"),
        (a_send(ConfigurationOverrides={"Tracking": {"OpenTrackingEnabled": "PERHAPS"}}), "enum value set"),
        (a_send(Content={}), "Exactly one"),
        (a_send(Content={"Raw": {"Data": a_raw()}, **a_simple()["Content"]}), "Exactly one"),
    ],
)
def test_constraints_of_the_model(sim: SesSimulator, request_: dict[str, Any], says: str) -> None:
    """min, max, pattern, enum, required: botocore's client lets most of them pass, SES does not."""
    client = sim.client(parameter_validation=False)
    with pytest.raises(ClientError) as error:
        client.send_email(**request_)
    assert error.value.response["Error"]["Code"] in {"BadRequestException", "SerializationException"}
    assert says in error.value.response["Error"]["Message"]
    assert sim.inbox == ()


@pytest.mark.parametrize(
    ("request_", "says"),
    [
        (a_send(tags={"a b": "c"}), "Invalid tag name"),
        (a_send(tags={"a" * 257: "c"}), "Invalid tag name"),
        (a_send(tags={"ses:own": "c"}), "Invalid tag name"),
        (a_send(tags={"a": "c.d"}), "Invalid tag value"),
        (a_send(tags={"a": ""}), "Invalid tag value"),
        (a_send(tags={"a": "c" * 257}), "Invalid tag value"),
        (a_send(EmailTags=[{"Name": "a", "Value": "b"}] * 2), "Duplicate tag"),
        (a_send(tags={f"a{n}": "b" for n in range(51)}), "must not exceed 50"),
        (a_send(to=[f"a{n}@example.org" for n in range(51)]), "Recipient count exceeds 50"),
        (a_send(to=[], raw=a_raw(to="")), "no recipient"),
        (a_send(to="sam"), "Missing final '@domain'"),
        (a_send(to="sa m@example.org"), "control or whitespace"),
        (a_send(to="zoë@example.org"), "control or whitespace"),
        (a_send(to=f"{'a' * 65}@example.org"), "control or whitespace"),
        (a_send(to="sam@exämple.org"), "illegal character"),
        (a_send(to="sam@example..org"), "dot"),
        (a_send(FromEmailAddress="dana@example.com, eve@example.com"), "one address"),
        (a_simple() | {"FromEmailAddress": None}, "FromEmailAddress"),
    ],
)
def test_limits_of_requests_that_the_model_does_not_state(
    client: Any, request_: dict[str, Any], says: str
) -> None:
    """Tags, recipients, addresses."""
    assert says in refused(client, {name: value for name, value in request_.items() if value is not None})


@pytest.mark.parametrize(
    ("raw", "says"),
    [
        (b"Subject: only a head\r\n", "no body"),
        (b"no header at all\r\n\r\nbody", "no header"),
        (a_raw(**{"from": ""}), "From"),
        (a_raw(head="Subject: twice\r\n"), "Duplicate header 'subject'"),
        (a_raw(head="From: eve@example.com\r\n"), "Duplicate header 'from'"),
        (a_raw(head="List-Unsubscribe: <https://a.example>\r\nlist-unsubscribe: <https://b.example>\r\n"), "list-"),
        (a_raw(head="List-Id: <a.example>\r\nList-ID: <b.example>\r\n"), "list-id"),
        (a_raw(subject="Grüße"), "not ASCII"),
        (a_raw(subject="a" * 990), "longer than 998"),
        (a_raw(body="a" * 999 + "\r\n"), "longer than 998"),
        (a_raw(body="short\r\n" * 3 + "a" * 1200 + "\r\nshort"), "longer than 998"),
        (a_raw(content_type="multipart/alternative"), "without its boundary"),
        (a_raw(content_type=MULTIPART, body="no parts"), "without its boundary"),
        (a_raw(content_type=MULTIPART, body="--b1\r\n\r\none"), "final boundary"),
    ],
)  # fmt: skip
def test_raw_messages_that_ses_refuses(client: Any, raw: bytes, says: str) -> None:
    """Head, doubled headers, long lines, broken multiparts."""
    assert says in refused(client, a_send(raw=raw))


@pytest.mark.parametrize(
    "raw",
    [
        a_raw(body="a" * 998 + "\r\n" + "b" * 998),
        a_raw(head="Received: a\r\nReceived: b\r\n"),
        a_raw(content_type=MULTIPART, body="--b1\r\n\r\none\r\n--b1--\r\n"),
        a_raw(subject="folded\r\n over two lines"),
        a_raw().replace(b"\r\n", b"\n"),
        a_raw(head="Comments: in the body two blank lines stand\n", body="one\n\ntwo\r\n\r\nthree"),
    ],
)  # fmt: skip
def test_raw_messages_at_the_edge(sim: SesSimulator, client: Any, raw: bytes) -> None:
    """Longest lines, trace headers twice, folded headers, bare line feeds."""
    client.send_email(**a_send(raw=raw))
    assert sim.inbox[0].raw == raw


def test_more_than_40_megabytes() -> None:
    """The whole message counts; asked without the wire, since that takes seconds."""
    with pytest.raises(RefusedError, match="Message length"):
        check_raw(b"x" * (MOST_BYTES + 1))


@pytest.mark.parametrize(
    ("request_", "says"),
    [
        (header("Subject", "x"), "cannot be set"),
        (header("Content-Language", "en"), "cannot be set"),
        (header("Reply-To", "a@example.com"), "cannot be set"),
        (a_simple(Headers=[{"Name": "X-A", "Value": "1"}, {"Name": "x-a", "Value": "2"}]), ""),
        (a_simple(Headers=[{"Name": "List-Id", "Value": "1"}, {"Name": "list-id", "Value": "2"}]), "Duplicate header"),
        (a_simple(Subject={"Data": "x\r\nBcc: eve@example.net"}), "Control characters"),
        (a_simple(Body={}), "text or an HTML part"),
        (a_simple(Subject={"Data": "Grüße", "Charset": "ascii"}), "character set"),
        (a_simple(Subject={"Data": "Hi", "Charset": "no-such"}), "character set"),
    ],
)  # fmt: skip
def test_simple_content_that_ses_refuses(
    sim: SesSimulator, client: Any, request_: dict[str, Any], says: str
) -> None:
    """Headers that SES keeps to itself, injected ones, an empty body; a doubled X- header is fine."""
    if not says:
        client.send_email(**request_)
        assert len(sim.inbox) == 1
    else:
        assert says in refused(client, request_)


def post(sim: SesSimulator, path: str, body: bytes, **headers: str) -> tuple[int, str, dict[str, Any]]:
    """A request that no client library would make: status, error name, answer."""
    signed = {"authorization": "AWS4-HMAC-SHA256 Credential=a/20261201/us-east-1/ses/aws4_request", **headers}
    connection = http.client.HTTPConnection(urlsplit(sim.url).netloc)
    connection.request("POST", path, body, {name: value for name, value in signed.items() if value})
    answer = connection.getresponse()
    found = answer.status, answer.headers.get("x-amzn-errortype", ""), json.loads(answer.read())
    connection.close()
    return found


SEND = "/v2/email/outbound-emails"


@pytest.mark.parametrize(
    ("body", "name"),
    [
        (b"{", "SerializationException"),
        (b"[]", "SerializationException"),
        (b'{"Content": 1}', "SerializationException"),
        (b'{"Content": {"Raw": {"Data": "%%%"}}}', "SerializationException"),
        (b'{"Content": {"Raw": {"Data": ""}}, "Contents": {}}', "BadRequestException"),
        (b"{}", "BadRequestException"),
        (b'{"Content": {"Raw": {}}}', "BadRequestException"),
    ],
)
def test_bodies_that_are_no_request(sim: SesSimulator, body: bytes, name: str) -> None:
    """Not JSON, wrong types, unknown and missing members."""
    status, found, answer = post(sim, SEND, body)
    assert (status, found) == (400, name)
    assert answer["message"]


def test_unknown_members_are_named(sim: SesSimulator) -> None:
    """SES would silently ignore them; here a misspelt one is found."""
    assert post(sim, SEND, b'{"Content": {}, "EmailTag": []}')[2] == {"message": "Unknown member: EmailTag"}


@pytest.mark.parametrize(
    ("authorization", "name"),
    [
        ("", "MissingAuthenticationTokenException"),
        ("AWS4-HMAC-SHA256 Credential=a/20261201/us-east-1/sqs/aws4_request", "InvalidSignatureException"),
    ],
)
def test_requests_must_be_signed_for_ses(sim: SesSimulator, authorization: str, name: str) -> None:
    """The marks of a signature are looked at, the signature is not."""
    assert post(sim, SEND, b"{}", authorization=authorization)[:2] == (403, name)


def test_addresses_that_ses_does_not_have(sim: SesSimulator) -> None:
    """Nothing is served by accident."""
    assert post(sim, "/v2/email/nothing", b"{}")[:2] == (404, "NotFoundException")
