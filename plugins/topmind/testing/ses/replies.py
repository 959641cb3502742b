"""Answers on the wire: what SES says, and what a fault makes of it.

Source: "restJson1", Smithy specification (errors: header `x-amzn-errortype`, JSON with `message`).
"""

from __future__ import annotations

import json
from collections.abc import Sequence

from topmind.testing.loopback import Ending, Reply, Request
from topmind.testing.ses.faults import GARBAGE, Fault, FaultKind
from topmind.testing.ses.refusals import RefusedError

_JSON = {"content-type": "application/json", "x-amzn-requestid": "00000000-0000-4000-8000-000000000000"}


def answer(body: bytes) -> Reply:
    """All went well."""
    return Reply(body=body, headers=_JSON)


def refusal(refused: RefusedError) -> Reply:
    """An error as botocore turns it into a ClientError."""
    body = json.dumps({"message": refused.says}).encode()
    return Reply(status=refused.status, body=body, headers={**_JSON, "x-amzn-errortype": refused.code})


def check_signature(request: Request) -> None:
    """RefusedError without the marks of a signed request; the signature itself is not computed."""
    given = request.headers.get("authorization", "")
    if not given:
        raise RefusedError("MissingAuthenticationTokenException", "Missing Authentication Token", 403)
    if not given.startswith("AWS4-HMAC-SHA256 ") or "/ses/aws4_request" not in given:
        raise RefusedError(
            "InvalidSignatureException", "Credential should be scoped to correct service: 'ses'.", 403
        )


def faulty(fault: Fault, body: bytes, to: Sequence[str] = ()) -> Reply:
    """What the sender gets to see; `body` is the answer that it would have got."""
    kind = fault.kind
    if kind is FaultKind.HANG:
        return Reply(ending=Ending.HANG)
    if kind in {FaultKind.RESET, FaultKind.LOST}:
        return Reply(ending=Ending.RESET)
    if kind is FaultKind.SLOW:
        return Reply(body=body, headers=_JSON, seconds=fault.seconds)
    if kind is FaultKind.GARBAGE:
        return _garbage(fault.variant)
    return refusal(_refused(fault, to))


def _refused(fault: Fault, to: Sequence[str]) -> RefusedError:
    code, says, status = {
        FaultKind.ERROR: (
            "InternalFailure",
            "We encountered an internal error. Please try again.",
            fault.status,
        ),
        FaultKind.ERROR_BEFORE: (
            "InternalFailure",
            "We encountered an internal error. Please try again.",
            fault.status,
        ),
        FaultKind.THROTTLE: ("ThrottlingException", "Maximum sending rate exceeded.", 429),
        FaultKind.EXPIRED: (
            "ExpiredTokenException",
            "The security token included in the request is expired",
            403,
        ),
        FaultKind.REFUSE: (
            "MessageRejected",
            "Email address is not verified. The following identities failed the check in region US-EAST-1: "
            + ", ".join(to),
            400,
        ),
    }[fault.kind]
    return RefusedError(fault.code or code, fault.says or says, status)


def _garbage(variant: str) -> Reply:
    body = GARBAGE[variant]
    if variant == "short":
        return Reply(body=body, headers={**_JSON, "content-length": str(len(body) + 80)}, ending=Ending.CUT)
    headers = {**_JSON, "content-type": "text/html"} if variant == "text" else _JSON
    return Reply(body=body, headers=headers)
