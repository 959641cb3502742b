"""What an answer of Amazon SES means for one touch: the settle table, one function.

    what came back                                              settles as
    200 with a MessageId                                        accepted
    the recipient's address is unusable                         refused
    no connection was made; the claim was too old               planned again
    "maximum sending rate"                                      planned again, slower
    daily quota, token, access, signature, account, identity,   planned again, and the run stops
      configuration set, any other 4xx
    timeout, reset, 5xx, 200 without a MessageId, the rest      unknown

Sources: SES API v2 reference, SendEmail, "Errors"; botocore.exceptions; measured: a request that was read and
then dropped raises `ReadTimeoutError` or `ConnectionClosedError`, and both may have been accepted.
No reason repeats a text of the provider: those name addresses.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from topmind.aws.codes import code_of
from topmind.model import Outcome, OutcomeKind


class StaleClaim(Exception):  # noqa: N818 - not an error: the fence refused a call before the wire
    """Raised between signing and the wire, where the claim is too old to be used."""


#: Texts with which SES says that the recipient's address cannot be mailed (BadRequestException, MessageRejected).
_BAD_ADDRESS = re.compile(
    r"illegal address|invalid email address|missing final '@domain'|missing local name|"
    r"local address (?:contains|starts|ends)|"
    r"domain (?:name )?(?:contains|starts|ends|is not)|address length",
    re.IGNORECASE,
)
#: Error code → why the run stops. Nothing was accepted under any of them.
_STOPS: Mapping[str, str] = {
    "AccountSuspendedException": "the SES account is suspended",
    "SendingPausedException": "sending is paused for the account or the configuration set",
    "MailFromDomainNotVerifiedException": "the MAIL FROM domain is not verified",
    "MessageRejected": "the sender's identity is not verified, or the message was rejected",
    "NotFoundException": "the configuration set does not exist",
    "LimitExceededException": "a limit of the SES account is reached",
    "AccessDeniedException": "the role may not send (ses:SendEmail)",
    "UnrecognizedClientException": "the credentials are not known",
    "InvalidClientTokenId": "the credentials are not known",
    "InvalidSignatureException": "the signature is wrong: the clock or the secret key",
    "SignatureDoesNotMatch": "the signature is wrong: the clock or the secret key",
    "IncompleteSignature": "the signature is wrong: the clock or the secret key",
    "RequestExpired": "the signature is wrong: the clock or the secret key",
    "OptInRequired": "this region is not enabled for the account",
}
#: The token ran out; worth one new client.
EXPIRED = frozenset({"ExpiredTokenException", "ExpiredToken", "TokenRefreshRequired"})
_THROTTLED = frozenset(
    {"TooManyRequestsException", "ThrottlingException", "Throttling", "RequestLimitExceeded"}
)
_EXPIRED_SAYS = "the credentials have expired"
_NO_CREDENTIALS = "there are no credentials for Amazon SES"


def answered(response: Mapping[str, Any]) -> Outcome:
    """The outcome of a call that returned: a garbled body comes back as an answer without a MessageId."""
    name = response.get("MessageId")
    if isinstance(name, str) and name:
        return Outcome(kind=OutcomeKind.ACCEPTED, message_id=name)
    return Outcome(kind=OutcomeKind.UNKNOWN, reason="the answer has no message id")


def failed(error: BaseException) -> Outcome:
    """The outcome of a call that raised. Whatever is not proven unsent is unknown."""
    from botocore import exceptions as boto

    if isinstance(error, StaleClaim):
        return _again("the claim was too old")
    if isinstance(error, boto.ClientError):
        return _said_no(error)
    if isinstance(error, boto.EndpointConnectionError | boto.ConnectTimeoutError | boto.ProxyConnectionError):
        return _again("no connection to Amazon SES")
    if isinstance(
        error, boto.NoCredentialsError | boto.PartialCredentialsError | boto.CredentialRetrievalError
    ):
        return _stop(_NO_CREDENTIALS)
    if isinstance(error, boto.SSLError) and "CERTIFICATE_VERIFY_FAILED" in str(error):
        return _stop("the certificate of Amazon SES cannot be verified")
    if isinstance(error, boto.ParamValidationError | boto.NoRegionError | boto.UnknownEndpointError):
        return _stop("the call could not be made: a setting of the region or a fault of topmind")
    return Outcome(kind=OutcomeKind.UNKNOWN, reason=_unknown(error))


def _said_no(error: Any) -> Outcome:
    """SES answered with an error. 4xx: it took nothing."""
    said = error.response.get("Error") or {}
    code, text = code_of(error), str(said.get("Message") or "")
    status = int(error.response.get("ResponseMetadata", {}).get("HTTPStatusCode") or 0)
    if not 400 <= status < 500:
        return Outcome(kind=OutcomeKind.UNKNOWN, reason=f"Amazon SES answered {status or 'without a status'}")
    if code in _THROTTLED or status == 429:
        # the same code for both; only the text tells a wait of a second from one of a day
        return _stop("the daily quota of the SES account is used up") if _daily(text) else _again("too fast")
    if code in EXPIRED:
        return _stop(_EXPIRED_SAYS)
    if code in {"BadRequestException", "MessageRejected", "InvalidParameterValue"} and _BAD_ADDRESS.search(
        text
    ):
        return Outcome(kind=OutcomeKind.REFUSED, reason="the address is unusable")
    return _stop(_STOPS.get(code, f"Amazon SES said no ({code or status})"))


def _daily(text: str) -> bool:
    return "quota" in text.lower() or "daily" in text.lower()


def expired(outcome: Outcome) -> bool:
    """Whether the token had run out."""
    return outcome.reason == _EXPIRED_SAYS


def _unknown(error: BaseException) -> str:
    name = type(error).__name__
    return {
        "ReadTimeoutError": "no answer in time",
        "ConnectionClosedError": "the connection broke before an answer",
    }.get(name, f"the call failed ({name})")


def _again(reason: str) -> Outcome:
    return Outcome(kind=OutcomeKind.RETRY, reason=reason)


def _stop(reason: str) -> Outcome:
    return Outcome(kind=OutcomeKind.RETRY, stop=True, reason=reason)
