"""Requests to Amazon SES as our sender makes them."""

from __future__ import annotations

from typing import Any

HTML = (
    '<p>Hi Sam, <a href="https://example.com/tips/gutters/" ses:tags="link:3f2a">read on</a>, '
    '<a ses:no-track href="https://example.com/u/token">stop</a></p>\r\n'
)


def a_raw(*, head: str = "", body: str = HTML, **over: str) -> bytes:
    """A small message; header names in lower case with `_` for `-`, `head` is put in front."""
    headers = {
        "from": "Dana Reyes <dana@example.com>",
        "to": "Sam Doe <sam@example.org>",
        "subject": "Dry gutters",
        "message_id": "<own@example.com>",
        "date": "Mon, 30 Nov 2026 10:00:00 +0000",
        "mime_version": "1.0",
        "content_type": "text/html; charset=utf-8",
        **over,
    }
    lines = [f"{name.replace('_', '-').title()}: {value}\r\n" for name, value in headers.items() if value]
    return (head + "".join(lines) + "\r\n" + body).encode()


def a_send(*, raw: bytes | None = None, tags: dict[str, str] | None = None, **over: Any) -> dict[str, Any]:
    """Arguments of `send_email` for one recipient, Raw; `to=` is short for the Destination."""
    to = over.pop("to", "sam@example.org")
    members = {
        "FromEmailAddress": "Dana Reyes <dana@example.com>",
        "Destination": {"ToAddresses": [to] if isinstance(to, str) else to},
        "Content": {"Raw": {"Data": raw or a_raw()}},
        "EmailTags": [
            {"Name": name, "Value": value}
            for name, value in (tags or {"ledger": "harbor", "touch": "3b1f", "attempt": "1"}).items()
        ],
        "ConfigurationSetName": "news",
        **over,
    }
    return {name: value for name, value in members.items() if value is not None}


def a_simple(**over: Any) -> dict[str, Any]:
    """Arguments of `send_email` for one recipient, Simple; members of `Simple` in `over`."""
    simple = {
        "Subject": {"Data": "Grüße", "Charset": "UTF-8"},
        "Body": {"Html": {"Data": "<p>Hi</p>"}, "Text": {"Data": "Hi"}},
        **over,
    }
    return a_send(Content={"Simple": simple})
