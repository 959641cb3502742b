"""Where SES makes the links to leave: the same words as Simple content."""

from __future__ import annotations

from topmind.aws.subscribed import TAG, simple
from topmind.model import UNSUBSCRIBE_AT_PROVIDER

RAW = (
    "From: =?utf-8?b?SsO8cmc=?= <dana@alder.example>\r\nReply-To: dana@alder.example\r\n"
    "To: kim@example.com\r\nSubject: =?utf-8?b?R3LDvMOfZQ==?=\r\nDate: Tue, 01 Dec 2026 10:30:00 +0000\r\n"
    'List-Id: "Alder" <wall.alder.example>\r\nMIME-Version: 1.0\r\n'
    'Content-Type: multipart/alternative; boundary="=_b"\r\n\r\n'
    "--=_b\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n"
    f"Gr=C3=BC=C3=9Fe. Leave: {UNSUBSCRIBE_AT_PROVIDER}\r\n"
    "--=_b\r\nContent-Type: text/html; charset=utf-8\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n"
    f'<p>Gr=C3=BC=C3=9Fe</p><a href=3D"{UNSUBSCRIBE_AT_PROVIDER}">Leave</a>\r\n--=_b--\r\n'
).encode()


def test_what_the_message_says_is_what_the_request_says() -> None:
    """Subject and both parts decoded, SES's tag in the place of each link, headers of our own kept."""
    found = simple(RAW)
    content = found["Content"]["Simple"]
    assert content["Subject"]["Data"] == "Grüße"
    assert content["Body"]["Text"]["Data"].strip() == f"Grüße. Leave: {TAG}"
    assert f'<a href="{TAG}">Leave</a>' in content["Body"]["Html"]["Data"]
    assert [header["Name"] for header in content["Headers"]] == ["List-Id"]
    assert found["ReplyToAddresses"] == ["dana@alder.example"]


def test_a_name_that_is_not_ascii_stays_one() -> None:
    """The sender as RFC 2047 words, on one line."""
    sender = simple(RAW)["FromEmailAddress"]
    assert sender.isascii()
    assert sender.endswith("<dana@alder.example>")
    assert "=?utf-8?" in sender.lower()
