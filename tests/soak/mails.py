"""People, rows and mails of a soak."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from topmind.ledger import Claim, Row
from topmind.model import Message
from topmind.testing.sending import a_message, a_row

SENDER = "dana@harborandpine.example"


def people(number: int) -> list[str]:
    """Source ids."""
    return [f"c{n:05d}" for n in range(number)]


def rows(names: list[str]) -> list[Row]:
    """One issue for everybody, of today whatever the clock says: it may go until the day after tomorrow."""
    today = datetime.now(UTC).date()
    return [a_row(name, day=today, last_day=today + timedelta(days=2), topics=()) for name in names]


def raw(to: str) -> bytes:
    """A small mail."""
    return (
        f"From: Dana Reyes <{SENDER}>\r\nTo: {to}\r\nSubject: One thing to fix\r\nMIME-Version: 1.0\r\n"
        "Content-Type: text/plain; charset=utf-8\r\n\r\nClean them.\r\n"
    ).encode()


def message(claim: Claim, ledger: str) -> Message:
    """The mail of one claim of a ledger."""
    made = a_message(claim)
    return replace(made, raw=raw(claim.address), tags={**made.tags, "ledger": ledger})
