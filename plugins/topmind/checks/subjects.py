"""Subjects and preheaders that a phone shows whole."""

from __future__ import annotations

from collections.abc import Iterator

from topmind.checks.documents import documents
from topmind.checks.facts import Facts, plain, problem
from topmind.model import Level, Problem

#: Characters that most phones and inboxes show.
SUBJECT, PREHEADER = 60, 110


def lengths(facts: Facts) -> Iterator[Problem]:
    """A subject within 60 characters, a preheader within 110; a mail without a preheader shows its first words."""
    for document in documents(facts.catalog):
        for key, most in (("subject", SUBJECT), ("preheader", PREHEADER)):
            words = plain(document.headers.get(key, ()))
            if len(words) > most:
                yield problem(
                    f"subjects/long-{key}",
                    Level.WARNING,
                    document.path,
                    facts.line(document.path, key),
                    says=f"The {key} has {len(words)} characters; inboxes cut it after about {most}.",
                    fix="Say the point first, and less.",
                )
        if document.is_mail and not document.headers.get("preheader"):
            yield problem(
                "subjects/no-preheader",
                Level.INFO,
                document.path,
                says="There is no preheader: inboxes will show the first words of the text beside the subject.",
                fix="Write `preheader:` with one more reason to open it.",
            )
