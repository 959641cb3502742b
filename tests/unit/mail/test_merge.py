"""Merging: a join with escaping by place; what is missing is found before anybody is mailed."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from topmind.catalog.merge_tags import parse_text
from topmind.errors import MailError
from topmind.mail import dry_merge, render, system_fields
from topmind.mail.escape import ESCAPES
from topmind.mail.merge import fill
from topmind.model import CompiledEdition, Filter, MergeTag, Parts, Place
from topmind.testing.builders import an_edition, members

NAME = MergeTag(field="first_name", line=12)
TOWN = MergeTag(field="town", filters=(Filter("default", ("here",)), Filter("upper")))


def a_compiled(html: Parts = (), text: Parts = (), **over: object) -> CompiledEdition:
    """A compiled edition of these parts."""
    base: dict[str, object] = {
        "edition": an_edition(contacts=(0, 1, 2)),
        "subject": ("Hello",),
        "preheader": (),
        "html": html,
        "text": text,
        "sender_name": "Dana Reyes",
        "sender_address": "dana@harborandpine.example",
        "reply_to": "dana@harborandpine.example",
        "required": frozenset({"first_name"}),
        "hash": "0" * 16,
    }
    return CompiledEdition(**{**base, **over})  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("where", "shown"),
    [
        ("text", 'a&lt;b&gt; "c" &amp; d'),
        ("attribute", "a&lt;b&gt; &quot;c&quot; &amp; d"),
        ("url", "a%3Cb%3E%20%22c%22%20%26%0Ad"),
        ("header", 'a<b> "c" & d'),
        ("plain", 'a<b> "c" & d'),
    ],
)
def test_each_place_has_its_escaping(where: str, shown: str) -> None:
    """The same value, safe wherever it stands."""
    assert fill(Place(NAME, where), {"first_name": 'a<b> "c" &\nd'}) == shown


def test_filters_and_defaults_apply() -> None:
    """Filters come first, escaping last."""
    assert fill(Place(TOWN, "text"), {"town": "a & b"}) == "A &amp; B"
    assert fill(Place(TOWN, "text"), {"town": ""}) == "HERE"
    assert fill(Place(TOWN, "text"), {}) == "HERE"


def test_a_hole_is_never_mailed() -> None:
    """A missing value without default raises, naming the field."""
    with pytest.raises(MailError, match="first_name"):
        fill(Place(NAME, "text"), {"first_name": ""})


def test_values_are_not_merged_again() -> None:
    """A value that looks like a tag stays what it is."""
    done = render(a_compiled(html=("<p>", Place(NAME, "text"), "</p>")), {"first_name": "{{ town }}"})
    assert done.html == "<p>{{ town }}</p>"


def test_the_dry_merge_counts_and_names_no_person() -> None:
    """Field, file, line and count; any finding stops the edition."""
    people = members(4, fields={"first_name": ["Ana", "", None, None]})
    (problem,) = dry_merge(a_compiled(html=(Place(NAME, "text"),)), people)
    assert "empty for 2 of 3 contacts" in problem.says
    assert problem.line == 12
    assert "default" in problem.fix
    assert "Ana" not in f"{problem}"


def test_an_undeclared_field_stops_everybody() -> None:
    """A field that the audience does not have is named."""
    (problem,) = dry_merge(a_compiled(html=(Place(NAME, "text"),)), members(3, fields={"town": ["x"] * 3}))
    assert "no field of the audience" in problem.says


def test_a_full_edition_has_no_findings() -> None:
    """Everybody has a value: nothing to say."""
    assert dry_merge(a_compiled(html=(Place(NAME, "text"),)), members(3)) == ()


def test_a_mail_too_large_is_found_before_anybody_is_mailed() -> None:
    """The longest value decides; the finding tells the size and what to cut."""
    compiled = a_compiled(html=("x" * 101_990, Place(NAME, "text")))
    assert dry_merge(compiled, members(3, fields={"first_name": ["Ana"] * 3})) == ()
    (problem,) = dry_merge(compiled, members(3, fields={"first_name": ["Ana", "<<<", "Bo"]}))
    assert "102,002 bytes" in problem.says
    assert "fewer items" in problem.fix


def test_the_run_learns_what_it_must_fill() -> None:
    """Signed links, answers, codes and the reason are the run's; fields of contacts are not."""
    fields = ("first_name", "unsubscribe_url", "answer_url:happy", "coupon:T10", "why", "today")
    parts = tuple(Place(MergeTag(field=name), "text") for name in fields)
    assert system_fields(a_compiled(html=parts)) == set(fields[1:])


@given(st.text())
def test_no_value_leaves_its_place(value: str) -> None:
    """Whatever a contact is called, no markup, no line end and no quote gets through."""
    assert not set(ESCAPES["text"](value)) & set("<>\r\n")
    assert not set(ESCAPES["attribute"](value)) & set('<>"\r\n')
    assert not set(ESCAPES["header"](value)) & set("\r\n\x00")
    assert ESCAPES["url"](value).isascii()
    assert not set(ESCAPES["url"](value)) & set("<>\"' &?#/=\r\n")


def test_smart_texts_parse_into_places() -> None:
    """What an author writes is what the merge reads."""
    (tag,) = parse_text("{{ town or 'here' }}")
    assert isinstance(tag, MergeTag)
    assert fill(Place(tag, "plain"), {}) == "here"
