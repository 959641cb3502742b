"""What Amazon SES says when it does not take a request: code, status and text as botocore reads them.

Source: "SendEmail", errors, and "Common errors", Amazon SES API v2 reference.
"""

from __future__ import annotations


class RefusedError(Exception):
    """Not accepted: nothing was sent, nothing counts."""

    def __init__(self, code: str, says: str, status: int = 400) -> None:
        super().__init__(says)
        #: The error's name, as `ClientError.response["Error"]["Code"]` shows it.
        self.code = code
        #: Text for people.
        self.says = says
        #: HTTP status.
        self.status = status


def bad_request(says: str) -> RefusedError:
    """The request itself is wrong; the same request will always be refused."""
    return RefusedError("BadRequestException", says)


def rejected(says: str) -> RefusedError:
    """The message is not sent: an unverified address, content that SES does not take."""
    return RefusedError("MessageRejected", says)


def not_found(says: str) -> RefusedError:
    """A thing that the request names does not exist."""
    return RefusedError("NotFoundException", says, 404)


def already(says: str) -> RefusedError:
    """A thing that should be made exists."""
    return RefusedError("AlreadyExistsException", says)


def throttled(says: str) -> RefusedError:
    """Too fast, or the day's quota is used: the text alone tells them apart."""
    return RefusedError("ThrottlingException", says, 429)


def not_simulated(operation: str) -> RefusedError:
    """An operation of SES that this simulator does not have. 501 is a status that no client tries again."""
    return RefusedError(
        "NotImplementedException", f"The simulator does not have the operation {operation}.", 501
    )
