"""What Amazon SES would refuse, and boto3 lets through: it checks no length, no pattern, no enumeration.

Sources: SES API v2 reference (SendEmail, RawMessage, MessageTag, Destination), SES developer guide "Service
quotas" and "Sending raw email", RFC 5322 §2.1.1 (lines) and §3.6 (how often a header may stand).
"""

from __future__ import annotations

import re

from topmind.model import Message

#: Bytes of a message with the SES v2 API, before any quota increase.
MOST_BYTES = 40 * 1024 * 1024
#: Bytes of a line without its end (RFC 5322).
MOST_LINE = 998
#: Characters of an address (RFC 5321).
MOST_ADDRESS = 320
_TAG = re.compile(r"[A-Za-z0-9_-]{1,256}")
_SET = re.compile(r"[A-Za-z0-9_-]{1,64}")
_ADDRESS = re.compile(r"[!-?A-~]+@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+")
#: Headers that may stand once (RFC 5322 §3.6; SES refuses doubled List-*).
_ONCE = re.compile(rb"(?:from|to|reply-to|subject|date|message-id|mime-version|content-type|list-[a-z-]+)")
_NAME = re.compile(rb"[!-9;-~]+")


def unusable(address: str) -> bool:
    """Whether no mail can go to this address through SES: not ASCII, too long, no `local@domain.tld`."""
    return len(address) > MOST_ADDRESS or not _ADDRESS.fullmatch(address)


def mistakes(message: Message, configuration_set: str) -> tuple[str, ...]:
    """What is wrong with a call, in words without a value; () = SES has no reason to refuse it."""
    found = list(_tags(message, configuration_set))
    if len(message.raw) > MOST_BYTES:
        found.append(f"the message has more than {MOST_BYTES} bytes")
    head, separator, _ = message.raw.partition(b"\r\n\r\n")
    if not separator:
        found.append("the message has no end of its headers")
    found += _headers(head)
    lines = message.raw.split(b"\r\n")
    if len(max(lines, key=len)) > MOST_LINE:
        found.append(f"a line has more than {MOST_LINE} bytes")
    # counting is far quicker than looking at each line
    if not message.raw.count(b"\n") == message.raw.count(b"\r") == len(lines) - 1:
        found.append("a line ends without CR LF")
    return tuple(found)


def _tags(message: Message, configuration_set: str) -> list[str]:
    found = [
        f"the tag {name!r} has a name or value that SES does not take"
        for name, value in message.tags.items()
        if not (_TAG.fullmatch(name) and _TAG.fullmatch(value))
    ]
    if configuration_set and not _SET.fullmatch(configuration_set):
        found.append("TOPMIND_SES_CONFIGURATION_SET is no name of a configuration set")
    if len(message.tags) > 50:
        found.append("there are more than 50 tags")
    return found


def _headers(head: bytes) -> list[str]:
    """Names, doubles, and the two that must be there."""
    names: list[bytes] = []
    found = []
    for line in head.split(b"\r\n"):
        if line[:1] in {b" ", b"\t"}:
            continue
        name, colon, _ = line.partition(b":")
        if not colon or not _NAME.fullmatch(name):
            found.append("a header line has no name")
            continue
        names.append(name.lower())
    doubled = {name.decode("ascii") for name in names if names.count(name) > 1 and _ONCE.fullmatch(name)}
    found += [f"the header {name} stands twice" for name in sorted(doubled)]
    found += [f"the header {name.decode()} is missing" for name in (b"from", b"to") if name not in names]
    return found
