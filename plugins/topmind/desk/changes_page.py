"""The page on which an edition stands beside another one, or beside the last issue."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby
from typing import Any

from topmind.desk.difference import Row, difference, line_difference
from topmind.desk.edition_words import alone
from topmind.desk.preview_pages import place
from topmind.run.preview import Coming, Mailer, Persona, Preview, SeenMail, Showing

#: So many blocks in a row that are the same are folded up.
FOLDED = 4


def changes_page(
    preview: Preview, one: Coming, letter: str, other: str, persona: Persona, mailer: Mailer
) -> dict[str, Any] | None:
    """An edition beside another one, or beside the last issue; None where there is no such one."""
    shown = one.showings[one.letters.index(letter)]
    if other == "last":
        old, name = _nearest(one.before, shown), "the last issue"
    elif other in one.letters:
        old, name = one.showings[one.letters.index(other)], f"edition {other.upper()}"
    else:
        old, name = None, ""
    if old is None or one.on_paper:
        return None
    mails = mailer.mail(old.edition, persona), mailer.mail(shown.edition, persona)
    rows = _heads(*mails) + difference(mails[0].text, mails[1].text)
    return {
        "one": one,
        "letter": letter,
        "other": other,
        "name": name,
        "old_title": old.edition.occasion.title,
        "old_says": alone(preview.catalog, old),
        "says": alone(preview.catalog, shown),
        "groups": list(_groups(rows)),
        "trouble": mails[0].trouble or mails[1].trouble,
        "alike": all(row.kind == "same" for row in rows),
        "base": place(one, letter, persona.id),
    }


def _nearest(before: Sequence[Showing], shown: Showing) -> Showing | None:
    """Of the editions of the last issue the one that the same readers most likely had."""

    def apart(old: Showing) -> tuple[bool, bool, int]:
        other_sender = old.edition.sender != shown.edition.sender
        return bool(shown.eyes) and old.eyes != shown.eyes, other_sender, len(old.eyes)

    return min(before, key=apart, default=None)


def _groups(rows: Sequence[Row]) -> Iterator[dict[str, Any]]:
    """Rows in order; a long run of those that are the same is folded up."""
    for folds, found in groupby(rows, lambda row: row.kind == "same" and not row.about):
        run = list(found)
        yield {"folded": folds and len(run) >= FOLDED, "rows": run}


def _heads(old: SeenMail, new: SeenMail) -> tuple[Row, ...]:
    """Subject and preheader."""
    return (
        line_difference(old.subject, new.subject, "Subject"),
        line_difference(old.preheader, new.preheader, "Preheader"),
    )
