"""What Amazon SES demands of a message, and the message it builds from `Simple` content.

Only the head of a message is parsed: its body is scanned for long lines and nothing else, so that 34 KB cost
microseconds. Sources: "RawMessage", "Message", "MessageHeader" and "MessageTag", Amazon SES API v2 reference;
"Header fields", Amazon SES developer guide; RFC 5322 §2.1.1.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from email.errors import MessageError
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import getaddresses
from typing import Any

from topmind.testing.ses.refusals import bad_request

Headers = tuple[tuple[str, str], ...]

#: Bytes of a whole message.
MOST_BYTES = 40 * 1024 * 1024
#: Bytes of a line without its end.
LONGEST_LINE = 998
#: Recipients of one message: To, Cc and Bcc together.
MOST_RECIPIENTS = 50
#: Tags of one message ("Service quotas in Amazon SES").
MOST_TAGS = 50
#: Placeholder that SES replaces where a message has `ListManagementOptions`.
UNSUBSCRIBE_TAG = "{{amazonSESUnsubscribeUrl}}"

#: May stand once in a message (RFC 5322 §3.6), besides every `List-…`.
_ONCE = frozenset(
    [
        "bcc",
        "cc",
        "content-transfer-encoding",
        "content-type",
        "date",
        "from",
        "in-reply-to",
        "message-id",
        "mime-version",
        "reply-to",
        "sender",
        "subject",
        "to",
    ]
)
#: SES sets these itself, or takes them from elsewhere in the request ("MessageHeader").
_NOT_OWN = frozenset(
    [
        "bcc",
        "cc",
        "content-disposition",
        "content-type",
        "date",
        "from",
        "message-id",
        "mime-version",
        "reply-to",
        "return-path",
        "subject",
        "to",
    ]
)
_HEADER = re.compile(r"([!-9;-~]+):[ \t]*(.*)")
_TAG = re.compile(r"[A-Za-z0-9_-]{1,256}")
_BARE = r'[^\s"<>,;:\\()@]+@[^\s"<>,;:\\()@]+'
_ORDINARY = re.compile(r"[!-?A-~]{1,64}@(?=.{1,255}$)[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)*")
_PLAIN_ADDRESS = re.compile(rf'[^"<>,;:\\()@]*<({_BARE})>|({_BARE})')
_UNSUBSCRIBE = re.compile(
    rb"^list-unsubscribe(?:-post)?:.*(?:\r?\n[ \t].*)*\r?\n", re.IGNORECASE | re.MULTILINE
)
_BOUNDARY = re.compile(r'boundary=(?:"([^"]+)"|([^\s;]+))', re.IGNORECASE)


def check_raw(raw: bytes) -> Headers:
    """The headers of a message that SES would take, unfolded, as they stand; RefusedError names what is wrong."""
    if len(raw) > MOST_BYTES:
        raise bad_request(f"Message length is more than {MOST_BYTES} bytes long: '{len(raw)}'.")
    if _has_long_line(raw):
        raise bad_request(f"A line of the message is longer than {LONGEST_LINE} characters.")
    head, body = _divide(raw)
    headers = _headers(head)
    _once(name for name, _ in headers)
    kind = first(headers, "content-type")
    if kind.lower().startswith("multipart/"):
        _parts(kind, body)
    return headers


def _has_long_line(raw: bytes) -> bool:
    """Hops over as many lines at once as fit into one long one: a quarter of the time of splitting."""
    at = 0
    while at < len(raw) - LONGEST_LINE:
        end = raw.rfind(b"\n", at, at + LONGEST_LINE + 2)
        if end < 0:
            return True
        at = end + 1
    return False


def _divide(raw: bytes) -> tuple[bytes, bytes]:
    windows = raw.find(b"\r\n\r\n")
    plain = raw.find(b"\n\n", 0, windows if windows >= 0 else None)
    if windows < 0 and plain < 0:
        raise bad_request("The message has no body: a blank line must end its headers.")
    at, length = (plain, 2) if plain >= 0 else (windows, 4)
    return raw[:at], raw[at + length :]


def _headers(head: bytes) -> Headers:
    try:
        lines = head.decode("ascii").replace("\r\n", "\n").split("\n")
    except UnicodeDecodeError:
        raise bad_request("A header of the message is not ASCII: write it as an encoded word.") from None
    found: list[tuple[str, str]] = []
    for line in lines:
        if line[:1] in {" ", "\t"} and found:
            name, value = found[-1]
            found[-1] = (name, f"{value} {line.strip()}")
        elif (match := _HEADER.fullmatch(line)) and "\r" not in line:
            found.append((match[1], match[2].rstrip()))
        else:
            raise bad_request("Invalid MIME: a line of the head is no header.")
    return tuple(found)


def _once(names: Iterable[str]) -> None:
    for name, count in Counter(name.lower() for name in names).items():
        if count > 1 and (name in _ONCE or name.startswith("list-")):
            raise bad_request(f"Duplicate header '{name}'.")


def _parts(kind: str, body: bytes) -> None:
    match = _BOUNDARY.search(kind)
    boundary = f"--{match[1] or match[2]}".encode() if match else b""
    if not boundary or boundary not in body:
        raise bad_request("Invalid MIME: a multipart message without its boundary.")
    if boundary + b"--" not in body:
        raise bad_request("Missing final boundary of the multipart message.")


def first(headers: Headers, name: str) -> str:
    """The value of a header, "" where there is none."""
    return next((value for found, value in headers if found.lower() == name), "")


def addresses(values: Iterable[str]) -> tuple[str, ...]:
    """The bare addresses of header values, checked; RefusedError for one that SES cannot mail."""
    found: list[str] = []
    for value in values:
        plain = _PLAIN_ADDRESS.fullmatch(value.strip())
        found += [plain[1] or plain[2]] if plain else [address for _, address in getaddresses([value])]
    for address in found:
        check_address(address)
    return tuple(found)


def check_address(address: str) -> None:
    """RefusedError unless `local@domain` in ASCII, without white space or control characters."""
    if _ORDINARY.fullmatch(address):
        return
    local, at, domain = address.rpartition("@")
    if not at or not local or not domain:
        raise bad_request("Missing final '@domain'")
    if not all("!" <= letter <= "~" for letter in local) or len(local) > 64:
        raise bad_request("Local address contains control or whitespace")
    if not all(letter.isascii() and (letter.isalnum() or letter in "-.") for letter in domain):
        raise bad_request("Domain contains illegal character")
    if not all(domain.split(".")) or len(domain) > 255:
        raise bad_request("Domain starts or ends with dot")


def check_tags(tags: Sequence[Mapping[str, str]]) -> dict[str, str]:
    """Message tags as a map; names and values `[A-Za-z0-9_-]`, at most 256 characters, no name twice."""
    found: dict[str, str] = {}
    if len(tags) > MOST_TAGS:
        raise bad_request(f"Number of tags must not exceed {MOST_TAGS}.")
    for tag in tags:
        name, value = tag["Name"], tag["Value"]
        if name.startswith("ses:") or not _TAG.fullmatch(name):
            raise bad_request("Invalid tag name: use only alphanumeric ASCII characters, '_' and '-'.")
        if not _TAG.fullmatch(value):
            raise bad_request("Invalid tag value: use only alphanumeric ASCII characters, '_' and '-'.")
        if name in found:
            raise bad_request("Duplicate tag name in the request.")
        found[name] = value
    return found


def add_unsubscribe(raw: bytes, url: str) -> bytes:
    """A message with the headers of RFC 8058 in place of its own, and `url` for every placeholder.

    Source: "Using subscription management", Amazon SES developer guide.
    """
    end = b"\r\n" if b"\r\n" in raw else b"\n"
    head, mark, body = raw.partition(end + end)
    kept = _UNSUBSCRIBE.sub(b"", head + end)
    own = f"List-Unsubscribe: <{url}>\nList-Unsubscribe-Post: List-Unsubscribe=One-Click\n".encode()
    return (
        own.replace(b"\n", end) + kept + end + body.replace(UNSUBSCRIBE_TAG.encode(), url.encode())
        if mark
        else raw
    )


def build_simple(content: Mapping[str, Any], head: Mapping[str, str], unsubscribe_url: str = "") -> bytes:
    """The message that SES makes from `Simple` content; `head` are From, To, Cc and Reply-To.

    RefusedError for control characters in a header, a header that SES keeps to itself, and a missing body.
    """
    own = [(entry["Name"], entry["Value"]) for entry in content.get("Headers", ())]
    for name, _ in own:
        if name.lower() in _NOT_OWN or name.lower().startswith("content-"):
            raise bad_request(f"The header '{name}' cannot be set.")
    _once(name for name, _ in own)
    text, html = (_said(content["Body"].get(kind)) for kind in ("Text", "Html"))
    if unsubscribe_url:
        text = text and text.replace(UNSUBSCRIBE_TAG, unsubscribe_url)
        html = html and html.replace(UNSUBSCRIBE_TAG, unsubscribe_url)
    if text is None and html is None:
        raise bad_request("Body must have a text or an HTML part.")
    mail = EmailMessage(policy=SMTP)
    try:
        for name, value in (*head.items(), ("Subject", _said(content["Subject"])), *own):
            if value:
                mail[name] = value
    except (ValueError, MessageError):
        raise bad_request("Control characters are not allowed in headers.") from None
    if text is not None:
        mail.set_content(text, cte="base64")
    if html is not None:
        (mail.set_content if text is None else mail.add_alternative)(html, subtype="html", cte="base64")
    for entry in content.get("Attachments", ()):
        kind, _, subtype = entry.get("ContentType", "application/octet-stream").partition("/")
        mail.add_attachment(
            entry["RawContent"],
            maintype=kind,
            subtype=subtype or "octet-stream",
            filename=entry["FileName"],
            disposition=entry.get("ContentDisposition", "ATTACHMENT").lower(),
        )
    return mail.as_bytes()


def _said(content: Mapping[str, str] | None) -> str | None:
    """The text of a `Content`. Without a character set SES takes it for ASCII: other letters become "?"."""
    if content is None:
        return None
    charset, data = content.get("Charset"), content["Data"]
    try:
        return data.encode(charset or "ascii", "strict" if charset else "replace").decode(charset or "ascii")
    except (LookupError, UnicodeError):
        raise bad_request("The text does not fit its character set.") from None
