"""Phrases about proofs that several places say: the file of an issue, what changed in it, which run sends it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from topmind.mail.issue_parts import in_words
from topmind.model import Catalog, Occasion

#: Lines of one list, parts in one sentence; more make a mail that nobody reads.
MOST = 5


def dated_file(catalog: Catalog, occasion: Occasion) -> str:
    """The issue's own file, also where nobody has written it yet."""
    return catalog.newsletters[occasion.source].file_of(occasion.day)


def next_run(notice: timedelta) -> str:
    """Which run sends an issue whose proof leaves now, at the beginning of a sentence."""
    minutes = -(-notice // timedelta(minutes=1))
    if not minutes:
        return "The next run"
    return f"The first run from {'an hour' if minutes == 60 else f'{minutes} minutes'} after it"


def parts_in_words(catalog: Catalog, parts: Sequence[str]) -> str:
    """`subject or preheader, text of Before the frost`; of many the first."""
    said = ", ".join(in_words(catalog, part) for part in parts[:MOST])
    return f"{said} and {len(parts) - MOST} more" if len(parts) > MOST else said
