"""Places: marks that nothing touches, constants written at once, broken marks noticed."""

from __future__ import annotations

import pytest

from topmind.catalog.merge_tags import parse_text
from topmind.errors import MailError
from topmind.mail.places import Places
from topmind.model import MergeTag, Place

NAME = MergeTag(field="first_name", line=7)


def places(**over: object) -> Places:
    """Places of an edition whose sender is known."""
    return Places("seed", constants={"sender_name": "Dana & Co", "sender_phone": None}, **over)  # type: ignore[arg-type]


def test_a_mark_is_inert() -> None:
    """Lower-case ASCII letters and digits: no Markdown, Jinja or MJML changes it."""
    mark = places().put(NAME, "text")
    assert mark.isascii()
    assert mark.isalnum()
    assert mark == mark.lower()


def test_split_gives_literals_and_places() -> None:
    """Text around marks stays, marks become places with their escaping."""
    at = places()
    assert at.split(f"Hi {at.put(NAME, 'text')}!") == ("Hi ", Place(NAME, "text"), "!")


def test_the_same_edition_has_the_same_marks() -> None:
    """No randomness: compiling twice gives the same bytes."""
    assert places().put(NAME, "text") == places().put(NAME, "text")


def test_a_nonce_that_somebody_wrote_is_not_used() -> None:
    """A text that holds our nonce cannot forge a place."""
    forged = places().put(NAME, "text")
    at = places(sources=[forged])
    assert at.put(NAME, "text") != forged
    assert at.split(forged) == (forged,)


def test_what_the_edition_knows_is_written_at_once() -> None:
    """The sender's name needs no place; it is escaped for where it stands."""
    at = places()
    assert at.put(MergeTag(field="sender_name"), "text") == "Dana &amp; Co"
    assert at.put(MergeTag(field="sender_name"), "url") == "Dana%20%26%20Co"


def test_a_sender_without_a_phone_needs_a_default() -> None:
    """A constant without a value stops the edition, unless the tag has a default."""
    at = places(name="tuesday-fix/2026-W49")
    with pytest.raises(MailError, match="sender_phone"):
        at.put(MergeTag(field="sender_phone"), "text")
    (tag,) = (p for p in parse_text('{{ sender_phone | default: "us" }}') if isinstance(p, MergeTag))
    assert at.put(tag, "text") == "us"


def test_public_editions_show_defaults() -> None:
    """Nobody's value and no place is left in a public edition."""
    at = places(public=True)
    assert at.write(parse_text('Hi {{ first_name | default: "friend" }}'), "text") == "Hi friend"
    assert at.write(parse_text("Hi {{ first_name }}"), "text") == "Hi "


def test_a_changed_mark_is_noticed() -> None:
    """A theme that upper-cases or cuts a text with a tag would mail a broken mark."""
    at = places()
    with pytest.raises(MailError, match="upper or truncate"):
        at.split(at.put(NAME, "text").upper())
    with pytest.raises(MailError, match="upper or truncate"):
        at.split(at.put(NAME, "text")[:-2])
