"""Messages that were really accepted, and what a recipient finds in the mailbox."""

from __future__ import annotations

import re
from collections import Counter, deque
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from email.utils import format_datetime
from functools import cached_property

from topmind.testing.ses.mime import Headers

#: Message tag by which double sends are counted.
TOUCH_TAG = "touch"
_REPLACED = re.compile(rb"^(?:message-id|date):.*(?:\r?\n[ \t].*)*\r?\n", re.IGNORECASE | re.MULTILINE)


@dataclass(frozen=True, kw_only=True)
class Mail:
    """One accepted message."""

    #: From 1, in the order of acceptance.
    number: int
    #: Sixty characters, as SES answers them.
    message_id: str
    #: Recipients of the envelope, bare addresses.
    to: tuple[str, ...]
    #: As the request or the From header has it, with its display name.
    sender: str
    #: The very bytes of the request; for `Simple` what SES built.
    raw: bytes
    #: Unfolded, in order.
    headers: Headers
    tags: Mapping[str, str]
    #: "" without one.
    configuration_set: str
    #: When it was accepted, UTC.
    at: datetime
    #: `SendEmail` for Simple, `SendRawEmail` for Raw: the value of the tag `ses:operation`.
    operation: str
    #: (contact list, topic), ("", "") without list management.
    contact_list: tuple[str, str] = ("", "")

    @cached_property
    def delivered(self) -> bytes:
        """What reaches the mailbox: SES writes its own Message-ID and Date over those of the sender."""
        head, mark, body = self.raw.partition(b"\r\n\r\n" if b"\r\n\r\n" in self.raw else b"\n\n")
        end = mark[: len(mark) // 2]
        kept = _REPLACED.sub(b"", head + end)
        own = f"Message-ID: <{self.message_id}@email.amazonses.com>\r\nDate: {format_datetime(self.at)}\r\n"
        return own.encode().replace(b"\r\n", end) + kept + end + body

    @cached_property
    def message(self) -> EmailMessage:
        """`delivered`, parsed."""
        parsed = message_from_bytes(self.delivered, policy=default)
        assert isinstance(parsed, EmailMessage)
        return parsed

    @cached_property
    def html(self) -> str:
        """The HTML part, "" without one."""
        part = self.message.get_body(("html",))
        return str(part.get_content()) if part is not None else ""

    @cached_property
    def text(self) -> str:
        """The plain part, "" without one."""
        part = self.message.get_body(("plain",))
        return str(part.get_content()) if part is not None else ""


class Inbox:
    """The last `keep` messages, and counts of all of them."""

    def __init__(self, keep: int) -> None:
        self._mails: deque[Mail] = deque(maxlen=keep)
        self.clear()

    def clear(self) -> None:
        """Forget everything."""
        self._mails.clear()
        #: Messages accepted.
        self.accepted = 0
        #: Value of the tag `touch` ("" without one) → messages accepted with it. More than one is a double send.
        self.touches: Counter[str] = Counter()

    def add(self, mail: Mail) -> None:
        """One more."""
        self._mails.append(mail)
        self.accepted += 1
        self.touches[mail.tags.get(TOUCH_TAG, "")] += 1

    @property
    def mails(self) -> tuple[Mail, ...]:
        """Oldest first."""
        return tuple(self._mails)

    def find(self, number: int) -> Mail | None:
        """By its number, None where it is not kept."""
        return next((mail for mail in self._mails if mail.number == number), None)
