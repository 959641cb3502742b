"""The settle table: one test for each row, with the errors that botocore really raises."""

from __future__ import annotations

from typing import Any

import pytest
from botocore import exceptions as boto
from botocore.exceptions import ClientError

from topmind.aws import answers
from topmind.aws.codes import code_of
from topmind.model import OutcomeKind

#: In a text of SES, and in no reason of ours.
CANARY = "kim.canary@example.com"


def said(code: str, text: str = "", status: int = 400) -> ClientError:
    """What boto3 raises for an error answer."""
    response: Any = {
        "Error": {"Code": code, "Message": text},
        "ResponseMetadata": {"HTTPStatusCode": status},
    }
    return ClientError(response, "SendEmail")


def test_a_message_id_is_acceptance() -> None:
    """200 with a MessageId."""
    outcome = answers.answered({"MessageId": "0100"})
    assert (outcome.kind, outcome.message_id) == (OutcomeKind.ACCEPTED, "0100")


@pytest.mark.parametrize("body", [{}, {"MessageId": ""}, {"MessageId": None}, {"MessageId": 7}])
def test_an_answer_without_one_proves_nothing(body: dict[str, Any]) -> None:
    """A truncated body comes back from boto3 without MessageId and without an exception: unknown."""
    assert answers.answered(body).kind is OutcomeKind.UNKNOWN


@pytest.mark.parametrize(
    "text",
    [
        f"Local address contains control or whitespace: {CANARY}",
        f"Missing final '@domain' in {CANARY}",
        f"Domain contains illegal character: {CANARY}",
        f"Illegal address {CANARY}",
    ],
)
def test_a_bad_address_is_refused(text: str) -> None:
    """Only this recipient, for good, and the reason quotes nobody."""
    outcome = answers.failed(said("BadRequestException", text))
    assert (outcome.kind, outcome.stop) == (OutcomeKind.REFUSED, False)
    assert "canary" not in outcome.reason


@pytest.mark.parametrize(
    "error",
    [
        boto.EndpointConnectionError(endpoint_url="x"),
        boto.ConnectTimeoutError(endpoint_url="x"),
        boto.ProxyConnectionError(proxy_url="x"),
        answers.StaleClaim(),
    ],
)
def test_what_never_left_is_planned_again(error: Exception) -> None:
    """No connection, or our own fence: nothing was sent, and the run goes on."""
    outcome = answers.failed(error)
    assert (outcome.kind, outcome.stop) == (OutcomeKind.RETRY, False)


@pytest.mark.parametrize(
    ("code", "status"),
    [("ThrottlingException", 400), ("TooManyRequestsException", 429), ("Throttling", 400)],
)
def test_too_fast_and_used_up_are_told_apart(code: str, status: int) -> None:
    """The same code for both: one is slower in a second, the other ends the run."""
    fast = answers.failed(said(code, "Maximum sending rate exceeded.", status))
    over = answers.failed(said(code, "Daily message quota exceeded.", status))
    assert (fast.kind, fast.stop) == (OutcomeKind.RETRY, False)
    assert (over.kind, over.stop) == (OutcomeKind.RETRY, True)


@pytest.mark.parametrize(
    "code",
    [
        "AccountSuspendedException",
        "SendingPausedException",
        "MailFromDomainNotVerifiedException",
        "MessageRejected",
        "NotFoundException",
        "LimitExceededException",
        "AccessDeniedException",
        "UnrecognizedClientException",
        "InvalidSignatureException",
        "ExpiredTokenException",
        "BadRequestException",
        "SomethingNewException",
    ],
)
def test_every_other_no_stops_the_run(code: str) -> None:
    """Account, access, signature, identity, configuration set, anything new: nothing was sent, nobody is given up."""
    outcome = answers.failed(said(code, f"not for {CANARY}", 403))
    assert (outcome.kind, outcome.stop) == (OutcomeKind.RETRY, True)
    assert "canary" not in outcome.reason
    assert answers.expired(outcome) == (code == "ExpiredTokenException")


@pytest.mark.parametrize(
    "error", [boto.NoCredentialsError(), boto.PartialCredentialsError(provider="x", cred_var="y")]
)
def test_no_credentials_stop_the_run(error: Exception) -> None:
    """Nothing could be signed, so nothing was sent."""
    outcome = answers.failed(error)
    assert (outcome.kind, outcome.stop) == (OutcomeKind.RETRY, True)


@pytest.mark.parametrize(
    "error",
    [
        boto.ReadTimeoutError(endpoint_url="x"),
        boto.ConnectionClosedError(endpoint_url="x"),
        boto.HTTPClientError(error="x"),
        boto.SSLError(endpoint_url="x", error="reset"),
        boto.ResponseStreamingError(error="x"),
        said("InternalFailure", "", 500),
        said("ServiceUnavailable", "", 503),
        said("Odd", "", 0),
        RuntimeError(CANARY),
    ],
)
def test_everything_else_is_unknown(error: Exception) -> None:
    """It may have left: never sent again by itself."""
    outcome = answers.failed(error)
    assert (outcome.kind, outcome.stop) == (OutcomeKind.UNKNOWN, False)
    assert "canary" not in outcome.reason


def test_a_certificate_that_nobody_trusts_stops_the_run() -> None:
    """The handshake failed: nothing was sent, and it fails for everybody."""
    error = boto.SSLError(endpoint_url="x", error="[SSL: CERTIFICATE_VERIFY_FAILED] certificate has expired")
    outcome = answers.failed(error)
    assert (outcome.kind, outcome.stop) == (OutcomeKind.RETRY, True)


@pytest.mark.parametrize("code", [CANARY, f"MessageRejected: {CANARY}", "x" * 81, "Kim Canary"])
def test_a_code_that_is_none_is_not_repeated(code: str) -> None:
    """A text in its place may quote somebody; the call is judged by its status."""
    outcome = answers.failed(said(code))
    assert (outcome.kind, outcome.stop) == (OutcomeKind.RETRY, True)
    assert outcome.reason == "Amazon SES said no (?)"
    assert "AWS.SimpleQueueService.NonExistentQueue" in code_of(
        said("AWS.SimpleQueueService.NonExistentQueue")
    )
