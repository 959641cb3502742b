"""Our own look at each request: what boto3 lets through and SES would refuse."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from topmind.aws import limits
from topmind.model import Message
from topmind.testing.builders import TODAY
from topmind.testing.sending import a_ledger, a_message, a_row, freeze

HEAD = b"From: Dana <dana@harborandpine.example>\r\nTo: c0000@example.com\r\nSubject: Gutters\r\n"


def a_mail(**over: Any) -> Message:
    """A message that SES would take."""
    ledger = a_ledger()
    freeze(ledger, a_row())
    ledger.lock("run")
    (claim,) = ledger.claim(owner="run", limit=1, now=ledger.now())
    assert claim.day == TODAY
    return replace(a_message(claim), raw=HEAD + b"\r\nClean them.\r\n", **over)


def test_a_good_message_has_no_mistake() -> None:
    """Headers once, lines ended, tags plain."""
    assert limits.mistakes(a_mail(), "topmind") == ()


@pytest.mark.parametrize(
    ("raw", "says"),
    [
        (HEAD, "no end of its headers"),
        (HEAD + b"Subject: again\r\n\r\nx", "subject stands twice"),
        (HEAD + b"List-Id: <a>\r\nList-Id: <b>\r\n\r\nx", "list-id stands twice"),
        (HEAD.replace(b"From", b"X-From") + b"\r\nx", "from is missing"),
        (HEAD + b"\r\n" + b"x" * 999, "more than 998"),
        (HEAD + b"\r\na\nb", "without CR LF"),
        (HEAD + b"\r\na\rb", "without CR LF"),
        (HEAD + b"no name here\r\n\r\nx", "has no name"),
        (HEAD + b"\r\n" + b"x\r\n" * (14 * 1024 * 1024), "more than 41943040 bytes"),
    ],
)
def test_a_malformed_message(raw: bytes, says: str) -> None:
    """Each mistake in words; none is a reason to call SES."""
    assert says in " ".join(limits.mistakes(replace(a_mail(), raw=raw), ""))


def test_a_folded_header_is_one_header() -> None:
    """A line that begins with a space goes on with the one before."""
    assert limits.mistakes(replace(a_mail(), raw=HEAD + b"X-A: b\r\n c\r\n\r\nx\r\n"), "") == ()


@pytest.mark.parametrize("value", ["", "with space", "ü", "x" * 257, "a@b"])
def test_tags_are_plain(value: str) -> None:
    """`[A-Za-z0-9_-]`, 1 to 256: boto3 checks none of it."""
    assert limits.mistakes(a_mail(tags={"ledger": value}), "")


@pytest.mark.parametrize("name", ["with space", "x" * 65])
def test_the_configuration_set_has_a_name(name: str) -> None:
    """The variable is named, not its value."""
    assert "TOPMIND_SES_CONFIGURATION_SET" in limits.mistakes(a_mail(), name)[0]


@pytest.mark.parametrize(
    "address",
    [
        "jürg@example.com",
        "a b@example.com",
        "a@b",
        "@example.com",
        "a@@example.com",
        "x" * 320 + "@example.com",
    ],
)
def test_addresses_that_no_mail_can_go_to(address: str) -> None:
    """SES takes ASCII only; an address that is none is refused before the call."""
    assert limits.unusable(address)


@pytest.mark.parametrize(
    "address", ["kim@example.com", "o'hara+x@mail.example.com", "kim@xn--bcher-kva.example"]
)
def test_addresses_that_it_can(address: str) -> None:
    """What the industry sends to."""
    assert not limits.unusable(address)
