"""MIME: the bytes that leave, read back with the standard library's own parser."""

from __future__ import annotations

import email
from email.message import EmailMessage
from email.policy import default
from typing import cast

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from topmind.catalog.filters import is_missing
from topmind.errors import MailError
from topmind.mail import build, list_headers, render
from topmind.mail.merge import MAX_HTML
from topmind.mail.mime import _program, encoded_words, phrase, quoted_printable, usable
from topmind.model import CompiledEdition, MergeTag, Parts, Place
from topmind.testing.builders import an_edition

NAME = MergeTag(field="first_name")
TOWN = MergeTag(field="town")
HEADERS = {
    "Date": "Tue, 01 Dec 2026 15:07:00 +0000",
    "Message-ID": "<abc.1@harborandpine.example>",
    **list_headers("https://live.example/u/1", "tuesday-fix.harborandpine.example", "The Tuesday Fix"),
}
OURS = ["From", "Reply-To", "To", "Subject", *HEADERS, "MIME-Version", "Content-Type"]


def a_compiled(number: int = 0, **over: object) -> CompiledEdition:
    """An edition with places in every part; two of them side by side."""
    html: Parts = ("<p>Hé ", Place(NAME, "text"), Place(TOWN, "text"), " . \n.\n</p>", Place(NAME, "text"))
    base: dict[str, object] = {
        "edition": an_edition(),
        "subject": ("For ", Place(NAME, "header"), "!"),
        "preheader": (),
        "html": html,
        "text": (Place(NAME, "plain"), " lives in ", Place(TOWN, "plain"), "   \n\nFrom here\n"),
        "sender_name": "Dana Reyés",
        "sender_address": "dana@harborandpine.example",
        "reply_to": "dana@harborandpine.example",
        "required": frozenset({"first_name"}),
        "hash": f"{number:016x}",
    }
    return CompiledEdition(**{**base, **over})  # type: ignore[arg-type]


def parsed(raw: bytes) -> EmailMessage:
    """The message as any mail program reads it."""
    return cast(EmailMessage, email.message_from_bytes(raw, policy=default))


def content(message: EmailMessage, kind: str) -> str:
    """One part, decoded, with the line ends of Python."""
    part = message.get_body((kind,))
    assert part is not None
    return str(part.get_content()).replace("\r\n", "\n")


def test_a_message_reads_back() -> None:
    """Two alternatives, all headers, From with its name, the same words as `render`."""
    values = {"first_name": "Zoë", "town": "Tern Harbor"}
    message = parsed(build(a_compiled(), values, to="ana@example.com", headers=HEADERS))
    done = render(a_compiled(), values)
    assert message.get_content_type() == "multipart/alternative"
    assert [part.get_content_type() for part in message.iter_parts()] == ["text/plain", "text/html"]
    assert message["From"] == "Dana Reyés <dana@harborandpine.example>"
    assert message["Reply-To"] == "dana@harborandpine.example"
    assert message["To"] == "ana@example.com"
    assert message["Subject"] == "For Zoë!"
    assert message["List-Unsubscribe"] == "<https://live.example/u/1>"
    assert message["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert message["List-Id"] == '"The Tuesday Fix" <tuesday-fix.harborandpine.example>'
    assert content(message, "plain") == done.text
    assert content(message, "html") == done.html


words = st.text(st.characters(exclude_categories=["Cs"]), max_size=200).filter(lambda t: t.strip())


@settings(max_examples=80, deadline=None)
@given(words, st.text(max_size=120))
@example("a\r\nBcc: evil@example.com", "x\r\n\r\n--=_topmind_0000000000000000--\r\n")
@example("=?utf-8?b?aGk=?= and {{ town }}", "From me\n.\n")
@example("\U0001f600" * 60, " ")
def test_any_value_makes_a_sound_message(name: str, town: str) -> None:
    """For any contact: exactly our headers, two parts, the values as text, short lines of ASCII."""
    values = {"first_name": name, "town": town or "-"}
    try:
        done = render(a_compiled(1), values)
    except MailError:
        assert is_missing(name) or is_missing(values["town"])
        return
    raw = build(a_compiled(1), values, to="ana@example.com", headers=HEADERS)
    assert raw.isascii()
    assert max(len(line) for line in raw.split(b"\r\n")) <= 998
    assert b"\n" not in raw.replace(b"\r\n", b"")
    message = parsed(raw)
    assert list(message.keys()) == OURS
    assert not message.defects
    assert len(list(message.iter_parts())) == 2
    assert content(message, "html") == done.html
    assert content(message, "plain") == done.text
    assert " ".join(str(message["Subject"]).split()) == " ".join(done.subject.split())


@given(st.text(max_size=300))
def test_quoted_printable_reads_back(text: str) -> None:
    """Lines of at most 76 characters, whatever stands in them."""
    import quopri

    data = quoted_printable(text)
    assert all(len(line) <= 76 for line in data.split(b"\r\n"))
    back = quopri.decodestring(data).decode()
    assert back.replace("\r\n", "\n") == text.replace("\r\n", "\n").replace("\r", "\n")


@settings(max_examples=100)
@example("a word or two " * 12)
@given(st.text(st.characters(min_codepoint=32, max_codepoint=126), max_size=300))
def test_long_plain_subjects_fold(subject: str) -> None:
    """A long subject is folded at spaces and reads back as it was written."""
    folded = encoded_words(subject, 9)
    if "=?" not in folded and all(len(word) < 60 for word in subject.split(" ")):
        assert max(map(len, f"Subject: {folded}".split("\r\n"))) <= 76
    message = email.message_from_string(f"Subject: {folded}\n\n", policy=default)
    assert str(message["Subject"]).split() == subject.split() or "=?" in subject


def test_no_header_gets_in_by_a_line_end() -> None:
    """Neither a header of the run nor a name or address may carry one."""
    for name, value in [
        ("X-A", "a\r\nBcc: x@example.com"),
        ("X-A", "a\nb"),
        ("X A", "a"),
        ("X-A", "é"),
        ("To", "a@b.example"),
    ]:
        with pytest.raises(MailError):
            build(a_compiled(), {"first_name": "a", "town": "b"}, to="ana@example.com", headers={name: value})
    with pytest.raises(MailError):
        encoded_words("a\r\nb", 9)
    with pytest.raises(MailError):
        build(
            a_compiled(2, sender_name="a\nb"),
            {"first_name": "a", "town": "b"},
            to="a@example.com",
            headers={},
        )


@pytest.mark.parametrize(
    "address",
    [
        "",
        "ana",
        "ana@",
        "@example.com",
        "a b@example.com",
        "a@b\r\nBcc: c@d.example",
        "ana@example",
        "a..b@example.com",
        "é@example.com",
        "<a@example.com>",
    ],
)
def test_an_unusable_address_is_refused_and_not_quoted(address: str) -> None:
    """The error names no person."""
    with pytest.raises(MailError) as caught:
        usable(address)
    assert not address.strip() or address not in str(caught.value)


def test_a_domain_in_other_letters_becomes_ascii() -> None:
    """IDNA: what mail servers speak."""
    assert usable("ana@bücher.example") == "ana@xn--bcher-kva.example"


@pytest.mark.parametrize(
    ("name", "shown"),
    [("Dana Reyes", '"Dana Reyes"'), ('D "x" R', '"D \\"x\\" R"'), ("Zoë", "=?utf-8?b?Wm/Dqw==?="), ("", "")],
)
def test_display_names_are_quoted_or_encoded(name: str, shown: str) -> None:
    """RFC 5322 words or RFC 2047."""
    assert phrase(name) == shown


def test_a_mail_that_gmail_would_cut_is_refused_with_its_size() -> None:
    """102 000 bytes of decoded HTML after the merge; one byte less goes."""

    def sized(size: int) -> CompiledEdition:
        return a_compiled(size, html=("x" * (size - 2), Place(NAME, "text")))

    values = {"first_name": "é", "town": "x"}
    build(sized(MAX_HTML - 1), values, to="ana@example.com", headers=HEADERS)
    with pytest.raises(MailError, match="102,000 bytes"):
        build(sized(MAX_HTML), values, to="ana@example.com", headers=HEADERS)


def test_a_value_cannot_end_a_part() -> None:
    """The boundary begins with `=_`, which quoted-printable never writes."""
    one = a_compiled(76, text=("Hi ", Place(NAME, "plain")))

    def built(name: str) -> EmailMessage:
        return parsed(build(one, {"first_name": name, "town": name}, to="ana@example.com", headers=HEADERS))

    boundary = f"--{built('a').get_boundary()}"
    for value in (boundary, f"{boundary}--"):
        message = built(value)
        assert [part.get_content_type() for part in message.iter_parts()] == ["text/plain", "text/html"]
        assert boundary in content(message, "plain")
        assert boundary in content(message, "html")


@pytest.mark.parametrize("value", ["x" * 5000, "x" * 75, "ü" * 400, "word " * 300])
def test_lines_stay_short_whatever_the_values(value: str) -> None:
    """Values side by side, between long literals, longer than any line: no line of the body has more than 76 letters."""
    place = Place(NAME, "text")
    one = a_compiled(77, html=("v" * 75, place, "y" * 75, place, place, *[place, "z"] * 15, "w" * 300))
    raw = build(one, {"first_name": value, "town": "Tern"}, to="ana@example.com", headers=HEADERS)
    body = raw.partition(b"\r\n\r\n")[2]
    assert max(map(len, body.split(b"\r\n"))) <= 76
    assert content(parsed(raw), "html").count(value.strip()) == 18


def test_literals_are_encoded_once() -> None:
    """The second message of an edition is made of the very bytes of the first one's literals."""
    one = a_compiled(78)
    assert _program(one) is _program(a_compiled(78))
    assert _program(one) is not _program(a_compiled(79))
