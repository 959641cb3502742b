"""What one contact would see: looked up by id or name on this machine, shown by a key that says nothing of them."""

from __future__ import annotations

from typing import Any

from topmind.desk.preview_pages import Link, place
from topmind.model import Foretold
from topmind.report.reasons import in_words
from topmind.run.preview import Coming
from topmind.run.preview.people import People, search
from topmind.run.preview.personas import key_of
from topmind.run.preview.watching import Current

#: People in one answer.
MOST = 20


def found_page(current: Current, words: str | None) -> dict[str, Any]:
    """Who has this id or name; None = nobody was looked for yet."""
    known = current.people
    rows = search(known, words, MOST + 1) if known and words else []
    people = [_person(known, row) for row in rows[:MOST]] if known else []
    return {"words": words, "people": people, "more": len(rows) > MOST, "contacts": known is not None}


def _person(known: People, row: int) -> dict[str, str]:
    contact = known.members.ids[row]
    return {"id": contact, "name": known.names.get(contact, ""), "key": key_of(contact)}


def contact_page(current: Current, key: str, link: Link) -> dict[str, Any] | None:
    """Everything that is foretold of one contact; None for a key of nobody."""
    known = current.people
    if known is None:
        return None
    row = next((row for row, contact in enumerate(known.members.ids) if key_of(contact) == key), None)
    if row is None:
        return None
    coming = {one.what: one for one in current.preview.coming}
    told = sorted(
        (one for one in known.foretold if one.contact == row),
        key=lambda one: (one.until or one.day, one.occasion),
    )
    members = known.members
    inside = [name for n, name in enumerate(members.segments) if members.in_segment[row, n]]
    return {
        "person": _person(known, row),
        "segments": inside,
        "rows": [_row(coming.get(one.what), one, row, key, link) for one in told],
    }


def source_id(current: Current, key: str) -> str | None:
    """The contact that a key in an address means; None = nobody."""
    ids = current.people.members.ids if current.people else ()
    return next((contact for contact in ids if key_of(contact) == key), None)


def _row(one: Coming | None, told: Foretold, row: int, key: str, link: Link) -> dict[str, Any]:
    letter = _letter(one, row) if one and told.until else ""
    return {
        "title": one.title if one else told.what,
        "href": link(place(one, letter, key)) if one and letter else "",
        "channel": told.channel.value,
        "day": told.until or told.day,
        "goes": told.until is not None,
        "why": in_words(told.reason.value) if told.reason and told.until is None else "",
    }


def _letter(one: Coming, row: int) -> str:
    """The edition that this contact gets."""
    mine = (n for n, shown in enumerate(one.showings) if row in shown.edition.contacts)
    number = next(mine, None)
    return "" if number is None else one.letters[number]
