"""Looks up TXT records, for DMARC: the one fact of a sender's domain that SES does not tell."""

from __future__ import annotations

from collections.abc import Sequence


def text_records(name: str) -> Sequence[str] | None:
    """The TXT records of `name`, () where it has none; None where nothing can be looked up from here."""
    try:
        from dns import exception, resolver
    except ImportError:
        return None
    try:
        answers = resolver.resolve(name, "TXT", lifetime=5.0)
    except (resolver.NXDOMAIN, resolver.NoAnswer):
        return ()
    except (exception.DNSException, OSError):
        return None
    return [b"".join(answer.strings).decode("utf-8", "replace") for answer in answers]
