"""Subjects and preheaders: what an inbox shows of a mail, and all that most people read of it."""

from __future__ import annotations

import re
from collections.abc import Iterator

from topmind.checks.facts import Facts, plain
from topmind.checks.rule import Rule, Sees
from topmind.model import Level, MergeTag, Problem, Text

LONG_SUBJECT = Rule(
    id="subjects/long-subject",
    level=Level.WARNING,
    finds="a subject of more than 60 characters",
    example="subject: Everything that a house needs from its people before the first snow of the year",
    sees=Sees.LINE,
)
LONG_PREHEADER = Rule(
    id="subjects/long-preheader",
    level=Level.WARNING,
    finds="a preheader of more than 110 characters",
    sees=Sees.LINE,
)
NO_PREHEADER = Rule(
    id="subjects/no-preheader",
    level=Level.INFO,
    finds="a mail without a preheader",
    sees=Sees.LINE,
)
NO_SUBJECT = Rule(
    id="subjects/no-subject",
    level=Level.INFO,
    finds="a newsletter without a subject of its own: every issue has its title",
    sees=Sees.FILE,
)
REPEATS = Rule(
    id="subjects/repeats",
    level=Level.WARNING,
    finds="a preheader that says what the subject says",
    example="preheader: Clean your gutters",
    sees=Sees.LINE,
)
SHOUTING = Rule(
    id="subjects/shouting",
    level=Level.WARNING,
    finds="a subject or preheader in capitals, or with marks in a row: spam filters know them",
    example="subject: LAST CHANCE!!!",
    sees=Sees.LINE,
)
TAG_FIRST = Rule(
    id="subjects/tag-first",
    level=Level.WARNING,
    finds="a subject that begins with a merge tag: a long name leaves no room for what it is about",
    example='subject: {{ first_name | default: "Neighbor" }}, it is time',
    sees=Sees.LINE,
)

#: Characters that most phones and inboxes show.
SUBJECT, PREHEADER = 60, 110
#: Words of so many letters are not a mere abbreviation.
_ABBREVIATION = 4


def lengths(facts: Facts) -> Iterator[Problem]:
    """A subject within 60 characters, a preheader within 110; a mail without a preheader shows its first words."""
    for document in facts.documents:
        for key, rule, most in (
            ("subject", LONG_SUBJECT, SUBJECT),
            ("preheader", LONG_PREHEADER, PREHEADER),
        ):
            words = plain(document.headers.get(key, ()))
            if len(words) > most:
                yield rule.at(
                    document.path,
                    facts.line(document.path, key),
                    says=f"The {key} has {len(words)} characters; inboxes cut it after about {most}.",
                    fix="Say the point first, and less.",
                )
        if document.is_mail and not document.headers.get("preheader"):
            yield NO_PREHEADER.at(
                document.path,
                facts.line(document.path, "subject") or facts.line(document.path, "title"),
                says="There is no preheader: inboxes will show the first words of the text beside the subject.",
                fix="Write `preheader:` with one more reason to open it.",
            )


def missing(facts: Facts) -> Iterator[Problem]:
    """A newsletter has a subject beside its title."""
    for letter in facts.catalog.newsletters.values():
        every = all(issue.subject for day, issue in letter.issues.items() if day >= facts.catalog.as_of)
        if letter.subject == (letter.title,) and not (every and letter.issues):
            yield NO_SUBJECT.at(
                letter.path,
                facts.line(letter.path, "title"),
                says=f"Every issue has the subject {letter.title!r}.",
                fix="Write `subject:` here, or in the file of each issue.",
            )


def wording(facts: Facts) -> Iterator[Problem]:
    """A subject says its point first and in a quiet voice; a preheader adds to it."""
    for document in facts.documents:
        subject, preheader = (document.headers.get(key, ()) for key in ("subject", "preheader"))
        if subject and preheader and _same(plain(subject), plain(preheader)):
            yield REPEATS.at(
                document.path,
                facts.line(document.path, "preheader"),
                says="The preheader says what the subject says.",
                fix="Write one more reason to open the mail.",
            )
        for key, text in (("subject", subject), ("preheader", preheader)):
            if why := _loud(text):
                yield SHOUTING.at(
                    document.path,
                    facts.line(document.path, key),
                    says=f"The {key} shouts: {why}.",
                    fix="Write it as you would say it.",
                )
        if subject and isinstance(subject[0], MergeTag):
            yield TAG_FIRST.at(
                document.path,
                facts.line(document.path, "subject"),
                says=f"The subject begins with {subject[0].source or subject[0].field}.",
                fix="Say first what it is about, and then to whom.",
            )


def _same(subject: str, preheader: str) -> bool:
    """Whether the one holds the other whole."""
    one, other = ("".join(re.findall(r"\w+", text.lower())) for text in (subject, preheader))
    return bool(one and other) and (one in other or other in one)


def _loud(text: Text) -> str:
    """Why a text shouts; "" where it does not. Merge tags are no words of its author."""
    said = " ".join(part for part in text if isinstance(part, str))
    if marks := re.search(r"[!?]{2,}|!.*!", said):
        return f"{marks[0][:20]!r}"
    words = [word for word in re.findall(r"[^\W\d_]+", said) if len(word) >= _ABBREVIATION]
    loud = [word for word in words if word.isupper()]
    return f"{', '.join(loud[:3])}" if len(loud) > 1 or (loud and len(loud) == len(words)) else ""
